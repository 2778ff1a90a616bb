"""Assumptions taken back: by hand, against plain enumeration, and against the solver."""

from __future__ import annotations

import random
from itertools import product

import numpy as np
import pytest

from crosswave.reconstruct import reconstruct, retractions
from crosswave.reconstruct.arithmetic import Arithmetic, interpretations, retracted, sizes
from crosswave.reconstruct.cpsat import Model
from crosswave.reconstruct.solve import NEAREST, NOT_WEIGHTED, known
from made_surveys import answer, between, prints, question, survey
from test_reconstruct import bounds_of

EVERYONE = "the base of q is everyone, and nobody skipped it"


def test_igov_2017_without_all_of_the_subset_can_rest_on_40_48_52_60_or_62_and_never_on_61(registry):
    words = "all of them (those not very or not at all confident) answered gap-barriers"
    [found] = [r for r in retractions(registry.survey("igov-2017"), registry) if r.assumption == words]
    printed = ("73%", "65%", "63%", "60%", "40%")
    by_hand = [b for b in range(1, 63) if all(any(prints(c, b, p) for c in range(b + 1)) for p in printed)]
    assert by_hand == [40, 48, 52, 60, 62]
    assert set(found.changed) == {
        f"gap-barriers.{name}" for name in ["skills", "culture", "budget", "priorities", "guidance"]
    }
    for with_it, without in found.changed.values():
        assert (with_it.bases, without.bases) == ((60, 62), tuple(by_hand))


def test_without_the_assumption_that_nobody_skipped_it_41_per_cent_of_28_is_no_conflict(registry):
    of = survey(28, question("q", answer("a", "41%")))
    [found] = [r for r in retractions(of, registry) if r.assumption == EVERYONE]
    assert [conflict.figures for conflict in found.settled] == [("q.a",)]
    with_it, without = found.changed["q.a"]
    assert with_it is None
    assert without.bases == tuple(b for b in range(1, 29) if any(prints(c, b, "41%") for c in range(b + 1)))


def test_without_the_assumption_that_figures_are_rounded_they_can_be_cut_off(registry):
    """10 of 19 is 52.6 %: cut off it prints as 52 %."""
    of = survey(19, question("q", answer("a", "52%")))
    assert reconstruct(of, registry).conflicts
    found = reconstruct(of, registry, retract=[NEAREST])
    assert not found.conflicts
    assert bounds_of(found) == {"q.a": (10, 10, (19,))}


def test_without_the_assumption_that_answers_exclude_each_other_they_may_exceed_everybody(registry):
    of = survey(100, question("q", answer("a", "60%"), answer("b", "57%"), response="single", response_inferred=True))
    assert reconstruct(of, registry).conflicts
    assert not reconstruct(of, registry, retract=["answers to q exclude each other"]).conflicts


def test_a_response_type_that_a_source_states_is_no_assumption(registry):
    of = survey(100, question("q", answer("a", "60%"), answer("b", "30%"), response="single"))
    assert "answers to q exclude each other" not in reconstruct(of, registry).assumptions


def test_without_the_assumption_that_figures_are_unweighted_nothing_is_counted(registry):
    found = reconstruct(registry.survey("igov-2017"), registry, retract=[NOT_WEIGHTED])
    assert {counts.level for counts in found.findings.values()} == {"bounded"}
    assert bounds_of(found) == {}
    assert NOT_WEIGHTED not in found.assumptions


def test_what_is_not_assumed_cannot_be_taken_back(registry):
    of = survey(28, question("q", answer("a", "50%")))
    with pytest.raises(
        ValueError, match="demo does not assume 'the base of q is everybody'; did you mean the base of q"
    ):
        reconstruct(of, registry, retract=["the base of q is everybody"])


def loose_part(dice: random.Random, registry, lexicon) -> Arithmetic:
    n = dice.randint(3, 14)
    rows = [answer(f"a{k}", f"{dice.randint(0, 100)}%") for k in range(dice.randint(1, 3))]
    size = n if dice.random() < 0.6 else between(n, n + 2)
    base = {} if dice.random() < 0.6 else {"base": {"who": "some", "n": dice.randint(2, n)}}
    kind = dice.choice(["single", "multi"])
    of = survey(size, question("q", *rows, response=kind, exhaustive=kind == "single" and dice.random() < 0.5, **base))
    [reading] = interpretations(of, lexicon, registry.plan)
    return retracted(reading, {reading.figures[0].base.assumption})


def test_a_loose_base_has_the_same_sizes_and_counts_by_boxes_by_the_solver_and_by_enumeration(registry, lexicon):
    dice, feasible = random.Random(12), 0
    for _ in range(300):
        part = loose_part(dice, registry, lexicon)
        quick, n = known(part), sizes(part)
        fits = quick.fits()
        for size, fit in zip(n.tolist(), fits.tolist(), strict=True):
            tables = enumerated(part, size)
            assert Model(part, sizes=[size]).feasible() == fit == bool(tables)
            if fit:
                feasible += 1
                alone = np.array([size])
                bounds, (ways, _) = quick.bounds(alone), quick.tables(alone)
                assert ways == [len(tables)]
                for k, figure in enumerate(part.figures):
                    assert bounds[figure.id].values == tuple(sorted({counts[k] for _, counts in tables}))
                    assert bounds[figure.id].bases == tuple(sorted({base for base, _ in tables}))
    assert feasible > 40


def enumerated(part: Arithmetic, n: int) -> list[tuple[int, tuple[int, ...]]]:
    """Every base up to the whole with every tuple of counts that prints."""
    base = part.figures[0].base
    whole = base.high if base.low == base.high else n
    kinds = {link.kind for link in part.links}
    found = []
    for size in range(1, whole + 1):
        options = [[c for c in range(size + 1) if prints(c, size, figure.printed)] for figure in part.figures]
        for counts in product(*options):
            if ("exclusive" in kinds and sum(counts) > size) or ("exhaustive" in kinds and sum(counts) != size):
                continue
            found.append((size, counts))
    return found

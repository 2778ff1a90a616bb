"""Means of whole scores against published cases and plain enumeration; figures cut off against their decimals."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosswave.reconstruct import Reconstruction, reconstruct
from crosswave.reconstruct.means import mean_counts, mean_totals
from crosswave.reconstruct.solve import fits_truncated
from crosswave.study import Registry
from made_surveys import answer, between, question, survey


@pytest.mark.parametrize(
    ("printed", "n", "items", "possible"),
    [
        ("5.19", 28, 1, False),  # scrutiny and rsprite2
        ("5.27", 43, 1, False),
        ("5.18", 28, 1, True),  # 145 / 28
        ("2.5", 2, 1, True),
        ("2.4", 2, 1, False),
        ("2.25", 2, 1, False),
        ("2.25", 2, 2, True),  # 9 / 4
    ],
)
def test_means_of_the_literature_and_by_hand(printed: str, n: int, items: int, possible: bool) -> None:
    assert mean_counts(printed, n, items) == possible


@given(st.integers(1, 120), st.integers(1, 3), st.integers(100, 700))
def test_the_sums_are_those_whose_mean_prints_so(n: int, items: int, hundredths: int) -> None:
    printed = str(Decimal(hundredths).scaleb(-2))
    unit, rules = Decimal("0.01"), (ROUND_HALF_UP, ROUND_HALF_DOWN)
    means = {total: Decimal(total) / Decimal(n * items) for total in range(8 * n * items)}
    expected = [t for t, mean in means.items() if Decimal(printed) in {mean.quantize(unit, rule) for rule in rules}]
    assert list(mean_totals(printed, n, items)) == expected


@given(st.integers(1, 200), st.integers(0, 1400))
def test_a_true_mean_is_always_possible(n: int, total: int) -> None:
    assert mean_counts(f"{Decimal(total) / Decimal(n):.2f}", n)


def test_what_is_no_mean_is_refused() -> None:
    with pytest.raises(ValueError) as caught:
        mean_counts("five", 28)
    assert str(caught.value) == "'five' is no mean; write it as printed, such as 5.19"
    with pytest.raises(ValueError) as caught:
        mean_counts("5.19", 0)
    assert str(caught.value) == "a mean needs n and items of at least 1; n 0 and items 1 arrived"


@pytest.mark.parametrize(
    ("n", "printed", "nearest", "truncated"),
    [
        (3, "33%", True, True),  # 33.33
        (3, "67%", True, False),  # 66.67
        (3, "66%", False, True),
        (3, "50%", False, False),
    ],
)
def test_the_rounding_that_fits_is_said(
    registry: Registry, n: int, printed: str, nearest: bool, truncated: bool
) -> None:
    of = survey(n, question("q", answer("a", printed)))
    found = reconstruct(of, registry)
    assert (not found.conflicts, fits_truncated(of, registry)) == (nearest, truncated)
    words = {
        (True, True): "rounded to the nearest is assumed; all figures cut off after the last digit would fit as well",
        (True, False): "rounded to the nearest is assumed; no counts give all figures cut off after the last digit",
        (
            False,
            True,
        ): "no counts give all figures rounded to the nearest; cut off after the last digit they would fit",
        (False, False): "no counts give all figures, rounded to the nearest or cut off after the last digit",
    }
    assert found.rounding == words[nearest, truncated]


def test_a_stated_rounding_is_not_doubted(registry: Registry) -> None:
    of = survey(3, question("q", answer("a", "66%")), rounding="truncated")
    found = reconstruct(of, registry)
    assert (found.rounding, found.conflicts) == ("cut off, as stated", ())


def test_every_survey_of_the_registry_says_what_its_rounding_can_be(
    reconstructions: Mapping[str, Reconstruction],
) -> None:
    assert all(found.rounding for found in reconstructions.values())


def scale(printed, n, **more):
    return survey(n, question("q", answer("mean", printed, measure="mean"), response="scale", **more))


@pytest.mark.parametrize(("printed", "n"), [("5.19", 28), ("5.27", 43)])
def test_a_mean_that_no_whole_scores_have_is_a_conflict_with_the_nearest_numbers_that_do(registry, printed, n):
    """The two impossible means of GRIM (scrutiny)."""
    found = reconstruct(scale(printed, n), registry)
    assert found.findings["demo.q.mean"].level == "conflicting"
    [conflict] = found.conflicts
    assert printed in conflict.words
    assert len(conflict.repairs) == 2
    for words in conflict.repairs:
        assert mean_counts(printed, int(words.split()[1]))


def test_a_mean_that_whole_scores_have_is_consistent_and_says_what_it_could_have_failed(registry):
    """Of two decimals 28 scores leave 28 in a hundred open: 0/28, 1/28, ..., no two of which round alike."""
    counts = reconstruct(scale("5.18", 28), registry).findings["demo.q.mean"]
    assert (counts.level, counts.count_low) == ("consistent", None)
    assert counts.power == pytest.approx(1 - 28 / 100)


def test_a_mean_of_scores_that_need_not_be_whole_is_no_conflict(registry):
    words = "the scores behind q.mean are whole numbers"
    of = scale("5.19", 28)
    assert words in reconstruct(of, registry).assumptions
    found = reconstruct(of, registry, retract=[words])
    assert (found.conflicts, found.findings["demo.q.mean"].level) == ((), "bounded")


def test_a_mean_of_an_n_that_is_a_range_is_bounded(registry):
    assert reconstruct(scale("5.19", between(28, 40)), registry).findings["demo.q.mean"].level == "bounded"

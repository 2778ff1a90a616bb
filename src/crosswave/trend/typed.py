"""Two printed figures typed by a person, compared by the function that compares two waves."""

import math
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from crosswave.difference.compare import Comparison, compare_pairs
from crosswave.difference.feasible import SharePair, feasible_share
from crosswave.difference.sensitivity import smallest_n
from crosswave.memo import digest, remembered
from crosswave.reconstruct.typed import PARTS, TypedFigure, attempt, read_figures
from crosswave.study.cache import read_results
from crosswave.study.faults import DataError
from crosswave.study.loading import load_evidence, load_rules, warnings, with_rest
from crosswave.study.models import Plan, Vocabulary
from crosswave.study.parameters import limits
from crosswave.study.reading import folder_digests
from crosswave.study.registry import Registry
from crosswave.trend.change import Judged, verdict_of
from crosswave.trend.dispersion import with_estimated_error
from crosswave.trend.settings import Settings
from crosswave.words import arrived

GIVEN = "given"
"""The name of a comparison under a total error that was given, beside the tiers."""


@dataclass(frozen=True, slots=True)
class TypedComparison:
    """Two typed figures compared under every tier, after `GIVEN` where a total error was given; one of them counts."""

    figures: tuple[TypedFigure, TypedFigure]
    chosen: str
    tier_given: bool
    under: Mapping[str, Judged[SharePair]]

    @property
    def judged(self) -> Judged[SharePair]:
        """The comparison that counts, with its verdict."""
        return self.under[self.chosen]

    @property
    def comparison(self) -> Comparison[SharePair]:
        """The comparison that counts: difference, interval and p."""
        return compared(self.judged)


def compared(judged: Judged[SharePair]) -> Comparison[SharePair]:
    """Return the comparison of two typed figures, which there always is."""
    assert judged.comparison is not None
    return judged.comparison


def compare_typed(
    typed: Sequence[str],
    n: Sequence[str] = (),
    *,
    rules: Registry,
    tier: str | None = None,
    design_effect: Sequence[str | float] = (),
    sampling: str | None = None,
    prefix: str = "",
    **numbers: str | float | None,
) -> TypedComparison:
    """Return two figures compared, all from what a person typed.

    Parameters
    ----------
    typed : sequence of str, the earlier and the later figure, such as "58% of 235"
    n : sequence of str, who answered, for figures that do not say it: none, one or two
    rules : Registry, its phrases and its plan count, with a number for the total error of each tier that can be used
    tier : str, optional, how the surveys are related; A if absent
    design_effect : sequence of float, one number for both figures, or one for each; that of the plan if empty
    sampling : str, optional, how people were chosen: a word of the study
    prefix : str, what is before the name of an option in messages
    **numbers : float, alpha, total_error (points), smallest_change (points) in the place of the plan's

    Raises
    ------
    ValueError
        Something typed cannot be used: every fault, a line each; or the tier that was chosen has no total error.

    Examples
    --------
    >>> from crosswave.study import load_registry
    >>> found = compare_typed(["40% of 1000", "46% of 800"], rules=load_registry(), total_error=0)
    >>> found.judged.verdict, f"{found.comparison.difference:.3f}"
    ('rose', '0.060')
    """
    faults: list[str] = []
    both = {"design_effect": design_effect[0]} if len(design_effect) == 1 else {}
    chosen = attempt(faults, lambda: read_settings({**numbers, **both}, tier, rules.plan, prefix))
    figures = attempt(faults, lambda: read_figures(typed, n, rules))
    each = attempt(faults, lambda: _design_effects([] if both else design_effect, rules.plan, prefix))
    chosen_by = attempt(faults, lambda: _read_sampling(sampling, rules.study.vocabulary, prefix))
    if chosen is None or figures is None or each is None or faults:
        raise ValueError("\n".join(faults))
    settings, named = chosen
    if settings.total_error is None and (named or "A") not in rules.plan.errors:
        raise ValueError(
            f"tier {named or 'A'} has no total error here, for it is estimated from surveys and they do not do; "
            f"choose another tier ({', '.join(rules.plan.errors) or 'none has one'}), or give "
            f"{_option(prefix, 'total_error')} POINTS"
        )
    return compare_figures(figures, settings, rules.plan, tier=named, design_effects=each, sampling=chosen_by)


def compare_figures(
    figures: tuple[TypedFigure, TypedFigure],
    settings: Settings,
    plan: Plan,
    *,
    tier: str | None = None,
    design_effects: tuple[float, float] = (1.0, 1.0),
    sampling: str | None = None,
) -> TypedComparison:
    """Return two typed figures compared under every tier."""
    largest, named = int(plan.n_largest.value), zip(figures, design_effects, ("earlier", "later"), strict=True)
    first, second = (
        replace(
            feasible_share(one.share, one.sizes, largest=largest), design_effect=effect, name=name, sampling=sampling
        )
        for one, effect, name in named
    )
    used, given = tier or "A", settings.total_error is not None
    tried = {name: (str(name), replace(settings, total_error=None)) for name in plan.errors}
    wanted = {GIVEN: (used, settings), **tried} if given else tried
    pairs = [SharePair(first, second, name) for name, _ in wanted.values()]
    errors = [one.error(plan, name) for name, one in wanted.values()]
    found = compare_pairs(pairs, errors, settings.criteria(plan))
    under = {
        key: Judged(settings=one, plan=plan, comparison=comparison, verdict=verdict_of(comparison))
        for (key, (_, one)), comparison in zip(wanted.items(), found, strict=True)
    }
    return TypedComparison(figures, GIVEN if given else used, tier is not None, under)


def people_needed(judged: Judged[SharePair]) -> int | None:
    """Return how many must answer each survey so that a true change of the observed size is found.

    None where no number is enough, or no change was observed.
    """
    comparison = compared(judged)
    pair, change = comparison.pair, comparison.difference
    if change == 0:
        return None
    error = comparison.points / 100
    n = smallest_n(
        abs(change), (pair.first.share + pair.second.share) / 2, alpha=judged.settings.alpha,
        power=judged.plan.power.value, total_error=(error, error), df=comparison.df,
    )  # fmt: skip
    effect = judged.settings.design_effect * max(pair.first.design_effect, pair.second.design_effect)
    return None if n is None else math.ceil(n * effect)


# --- options ----------------------------------------------------------------------------------------------------------


def _option(prefix: str, name: str) -> str:
    """An option as the user writes it: --total-error in a command, total_error in Python."""
    return f"{prefix}{name.replace('_', '-')}" if prefix else name


def read_settings(
    numbers: Mapping[str, str | float | None], tier: str | None, plan: Plan, prefix: str = ""
) -> tuple[Settings, str | None]:
    """Return the plan's settings with the numbers that were typed in their places, and the tier; told are all faults.

    Examples
    --------
    >>> from crosswave.study import load_registry
    >>> settings, tier = read_settings({"total_error": "0"}, "b1", load_registry().plan)
    >>> settings.total_error, settings.smallest_change, tier
    (0.0, 5.0, 'B1')
    """
    rules, typed = limits(plan), {name: value for name, value in numbers.items() if value is not None}
    faults = list(filter(None, (rules[name].fault(_option(prefix, name), value) for name, value in typed.items())))
    named = tier.upper() if tier else None
    if named and named not in plan.total_error:
        tiers = "; ".join(f"{name} ({error.means})" for name, error in plan.total_error.items())
        faults.append(
            f"{_option(prefix, 'tier')} must be one of {', '.join(plan.total_error)}; {arrived(tier)} arrived; "
            f"choose {tiers}"
        )
    if faults:
        raise ValueError("\n".join(faults))
    return Settings.of(plan, **{name: float(value) for name, value in typed.items()}), named


def _design_effects(typed: Sequence[str | float], plan: Plan, prefix: str) -> tuple[float, float]:
    """The design effect of each figure: one for each, or none."""
    option, rule = _option(prefix, "design_effect"), limits(plan)["design_effect"]
    if len(typed) > len(PARTS):
        raise ValueError(
            f"{option} may be given twice, once for each figure; it was given {len(typed)} times; leave out the rest"
        )
    if faults := list(filter(None, (rule.fault(option, one) for one in typed))):
        raise ValueError("\n".join(faults))
    return (float(typed[0]), float(typed[-1])) if typed else (1.0, 1.0)


def _read_sampling(typed: str | None, vocabulary: Vocabulary, prefix: str) -> str | None:
    words = vocabulary.words("sampling")
    if typed is None or typed in words:
        return typed and vocabulary.word("sampling", typed)
    option = _option(prefix, "sampling")
    raise ValueError(
        f"{option} must be one of {', '.join(words)}; {arrived(typed)} arrived; leave it out if nobody says"
    )


def load_for_typed(folder: Path) -> Registry:
    """Return what figures typed by hand are compared by: plan and phrases; errors as for `load_rules`.

    Notes
    -----
    What plan.yaml has estimated from the evidence is found once for each content of the folder. Where it cannot be, a
    line on standard error says which tier is therefore left out, and why; so it does of files with faults.
    """
    read_results()
    place = Path(os.path.abspath(folder))
    content = digest(*(f"{path} {found}" for path, found in folder_digests(place).items()))
    rules, told = remembered(lambda: _rules_for_typed(place), "rules for typed figures", content)
    for line in told:
        print(f"crosswave: {line}", file=sys.stderr)
    return rules


def _rules_for_typed(folder: Path) -> tuple[Registry, tuple[str, ...]]:
    """The rules without any survey, their total errors estimated where they can be, and what is to be told of that."""
    rules, why = load_rules(folder), "no survey is here"
    loaded = rules
    if (folder / "surveys").is_dir():
        try:
            loaded, why = load_evidence(folder, warn=False), "no two surveys of one year asked the same thing"
        except DataError as error:
            why = with_rest(error.faults[0], len(error.faults) - 1)
    plan = with_estimated_error(loaded).plan
    told = [*warnings(loaded)]
    if absent := [name for name, tier in plan.total_error.items() if tier.points == "estimated"]:
        told.append(f"tiers left out as their total error is estimated from surveys: {', '.join(absent)} ({why})")
    return replace(rules, plan=plan, study=loaded.study, documents={}), tuple(told)

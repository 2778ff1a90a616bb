"""Two printed figures typed by hand, read into the records that a survey file would give and compared as the pages do.

Nothing is computed here that the pages compute: two tiny surveys and one construct go through
`crosswave.trend.change` and `crosswave.robustness.survival`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from crosswave.by_hand.numbers import read_design_effects, read_sampling, read_settings
from crosswave.by_hand.pair import YEARS, pair_registry, reconstructed
from crosswave.by_hand.typed import HandFigure, attempt, read_figures
from crosswave.difference.power import smallest_n
from crosswave.reconstruct import Reconstruction
from crosswave.robustness.survival import Survival, survival
from crosswave.study.models import Construct, Plan
from crosswave.study.registry import Registry
from crosswave.trend.change import Trend, assess
from crosswave.trend.comparison import Comparison
from crosswave.trend.dispersion import with_estimated_error
from crosswave.trend.settings import Settings

GIVEN = "given"
"""The name of a comparison under a total error that was given, beside the tiers."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Two figures compared under one total error.

    Attributes
    ----------
    survival : Survival
        How far each number must move before the verdict gives way.
    people_needed : int or None
        Who must answer each wave so that a true change of the observed size is found with the planned power; None where
        no number is enough, or no change was observed.
    """

    tier: str
    trend: Trend
    survival: Survival
    people_needed: int | None

    @property
    def comparison(self) -> Comparison:
        """The comparison; two figures that can be printed always have one."""
        assert self.trend.comparison is not None
        return self.trend.comparison


@dataclass(frozen=True, slots=True)
class HandComparison:
    """Two typed figures compared under every tier.

    Attributes
    ----------
    chosen : str
        The key of the verdict that counts: a tier, or `GIVEN`.
    verdicts : mapping of str to Verdict
        By tier, after `GIVEN` where a total error was given.
    """

    figures: tuple[HandFigure, HandFigure]
    plan: Plan
    settings: Settings
    chosen: str
    tier_given: bool
    verdicts: Mapping[str, Verdict]

    @property
    def verdict(self) -> Verdict:
        """The verdict that counts."""
        return self.verdicts[self.chosen]


def compare_typed(
    typed: Sequence[str],
    sizes: Sequence[str],
    numbers: Mapping[str, str | None],
    tier: str | None,
    registry: Registry,
    *,
    design_effects: Sequence[str] = (),
    sampling: str | None = None,
) -> HandComparison:
    """Return two figures compared, all from what a person typed.

    Raises
    ------
    ValueError
        Something typed cannot be used: every fault, a line each; or the tier that was chosen has no total error.
    """
    faults: list[str] = []
    if len(design_effects) == 1:
        numbers, design_effects = {**numbers, "design-effect": design_effects[0]}, ()
    chosen = attempt(faults, lambda: read_settings(numbers, tier, registry.plan))
    figures = attempt(faults, lambda: read_figures(typed, sizes, registry))
    own = attempt(faults, lambda: read_design_effects(design_effects, registry.plan))
    how = attempt(faults, lambda: read_sampling(sampling))
    if chosen is None or figures is None or own is None or faults:
        raise ValueError("\n".join(faults))
    first, second = (
        replace(figure, design_effect=effect, sampling=how) for figure, effect in zip(figures, own, strict=True)
    )
    known, (settings, named) = with_estimated_error(registry), chosen
    if settings.total_error is None and (named or "A") not in known.plan.errors:
        raise ValueError(
            f"tier {named or 'A'} has no total error here, for it is estimated from surveys and they do not do; "
            f"choose another tier ({', '.join(known.plan.errors) or 'none has one'}), or give --total-error POINTS"
        )
    return compare_figures((first, second), settings, known, tier=named)


def compare_figures(
    figures: tuple[HandFigure, HandFigure], settings: Settings, registry: Registry, *, tier: str | None = None
) -> HandComparison:
    """Return two typed figures compared under every tier.

    Examples
    --------
    >>> from crosswave.study import load_registry
    >>> from crosswave.trend.settings import planned
    >>> registry = load_registry()
    >>> pair = read_figures(["40% of 1000", "46% of 800"], [], registry)
    >>> found = compare_figures(pair, replace(planned(registry.plan), total_error=0.0), registry)
    >>> found.verdict.trend.verdict, found.verdicts["B1"].trend.verdict
    ('rose', 'inconclusive')
    """
    used = tier or "A"
    wanted: dict[str, tuple[str, float | None]] = {name: (name, None) for name in registry.plan.errors}
    if settings.total_error is not None:
        wanted = {GIVEN: (used, settings.total_error), **wanted}
    found: Mapping[str, Reconstruction] = {}
    verdicts = {}
    for key, (name, error) in wanted.items():
        pair, construct = pair_registry(figures, name, registry)
        found = found or reconstructed(figures, pair)
        verdicts[key] = _verdict(construct, pair, found, _window(replace(settings, total_error=error)))
    chosen = used if settings.total_error is None else GIVEN
    return HandComparison(figures, registry.plan, settings, chosen, tier is not None, verdicts)


def _window(settings: Settings) -> Settings:
    return replace(settings, from_year=YEARS[0], to_year=YEARS[1])


def _verdict(construct: Construct, pair: Registry, found: Mapping[str, Reconstruction], settings: Settings) -> Verdict:
    trend = assess(construct, pair, found, settings)
    assert trend.comparison is not None
    tips = survival(trend.comparison, settings, pair.plan)
    grade = trend.comparison.pair.comparability.grade
    return Verdict(grade, trend, tips, _people_needed(trend.comparison, settings, pair.plan))


def _people_needed(comparison: Comparison, settings: Settings, plan: Plan) -> int | None:
    first, second, change = comparison.pair.first, comparison.pair.second, comparison.difference
    if change == 0:
        return None
    error = comparison.points / 100
    n = smallest_n(
        abs(change), (first.share + second.share) / 2, alpha=settings.alpha, power=plan.power.value,
        total_error=(error, error), df=comparison.df,
    )  # fmt: skip
    effect = settings.design_effect * max(first.design_effect, second.design_effect)
    return None if n is None else math.ceil(n * effect)

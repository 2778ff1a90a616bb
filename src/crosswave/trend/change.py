"""What changed between two waves: the comparison that is reported, and the verdict on it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Generic

from crosswave.difference.compare import Comparison, P
from crosswave.difference.verdict import Evidence, decide
from crosswave.study.models import Construct, Plan
from crosswave.study.registry import Registry
from crosswave.trend.comparison import compare_waves
from crosswave.trend.dispersion import with_estimated_error
from crosswave.trend.multiplicity import holm
from crosswave.trend.settings import Settings
from crosswave.trend.waves import Pair, Wave, pairs_of, waves_of

if TYPE_CHECKING:
    from crosswave.reconstruct import Reconstructions


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged(Generic[P]):
    """Two shares compared under a plan, the verdict of its decision table, and the p-values of its family's others."""

    settings: Settings
    plan: Plan = field(repr=False)
    comparison: Comparison[P] | None
    verdict: str
    others: tuple[float, ...] = ()

    @property
    def p_adjusted(self) -> float | None:
        """The largest p over all counts, allowing for the others of the family; None where nothing was compared."""
        return float(holm([self.comparison.p_high, *self.others])[0]) if self.comparison else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend(Judged[Pair]):
    """A construct in a window of years: its waves, its pairs, and the comparison that is reported.

    The plan has a number for every total error that was needed.
    """

    construct: Construct
    waves: tuple[Wave, ...]
    pairs: tuple[Pair, ...]

    @property
    def pair(self) -> Pair | None:
        """The pair of waves that is reported, tested or not."""
        return self.pairs[0] if self.pairs else None


def assess(construct: Construct, registry: Registry, reconstructions: Reconstructions, settings: Settings) -> Trend:
    """Return what can be said of a construct in a window of years.

    Parameters
    ----------
    construct : Construct, what is measured
    registry : Registry, holds findings, plan and gate
    reconstructions : mapping of str to Reconstruction, by survey id, of the construct's surveys
    settings : Settings, the window and the error rates
    """
    return assess_each([construct], registry, reconstructions, settings)[0]


def assess_each(
    constructs: Iterable[Construct], registry: Registry, reconstructions: Reconstructions, settings: Settings
) -> list[Trend]:
    """Return what can be said of each of many constructs, as `assess` does for one, all compared at once."""
    window, wanted = (settings.from_year, settings.to_year), list(constructs)
    waves = [waves_of(one, registry, reconstructions, window) for one in wanted]
    pairs = [pairs_of(one, own, registry) for one, own in zip(wanted, waves, strict=True)]
    chosen = [next((p for p in each if not (p.refusal or p.comparability.refused)), None) for each in pairs]
    plan = with_estimated_error(registry, reconstructions).plan if any(chosen) else registry.plan
    compared = iter(compare_waves([pair for pair in chosen if pair], settings, plan))
    found = [next(compared) if pair else None for pair in chosen]
    return [
        Trend(
            construct=one, settings=settings, plan=plan, waves=tuple(own), pairs=tuple(each), comparison=comparison,
            verdict=verdict_of(comparison, refused=bool(each) and all(pair.comparability.refused for pair in each)),
        )
        for one, own, each, comparison in zip(wanted, waves, pairs, found, strict=True)
    ]  # fmt: skip


def verdict_of(comparison: Comparison[P] | None, *, refused: bool = False) -> str:
    """Return the verdict of the decision table on a comparison, or on there being none."""
    if comparison is None:
        return decide(Evidence(compared=False, refused=refused))
    sized, verbal, informative = comparison.pair.sized, comparison.pair.verbal, comparison.informative
    return decide(
        Evidence(compared=True, sized=sized, informative=informative, verbal=verbal, outcomes=comparison.outcomes)
    )


def with_others(trend: Trend, others: Sequence[float]) -> Trend:
    """Return a trend whose verdict allows for the p-values of the other comparisons of its family.

    Notes
    -----
    A change that does not survive the adjustment is no change: what is left of the verdict is the equivalence test.
    """
    left = {"rose": "inconclusive", "fell": "inconclusive", "changed, immaterially": "no material change"}
    found = replace(trend, others=tuple(others))
    lost = found.p_adjusted is not None and found.p_adjusted >= trend.settings.alpha
    return replace(found, verdict=left.get(trend.verdict, trend.verdict)) if lost else found

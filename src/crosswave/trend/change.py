"""What changed between two waves: the comparison that is reported, and the verdict on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from crosswave.reconstruct import Reconstruction
from crosswave.study.models import Construct, Plan
from crosswave.study.registry import Registry
from crosswave.trend.comparison import Comparison, compare_pairs
from crosswave.trend.dispersion import with_estimated_error
from crosswave.trend.multiplicity import holm
from crosswave.trend.settings import Settings
from crosswave.trend.verdict import Evidence, decide
from crosswave.trend.waves import Pair, Wave, pairs_of, waves_of


@dataclass(frozen=True, slots=True)
class Trend:
    """A construct in a window of years: its waves, the comparison that is reported, and the verdict.

    The plan has a number for every total error that was needed. The p-values are those of the others that are counted
    in its family (`crosswave.trend.synthesis`).
    """

    construct: Construct
    settings: Settings
    waves: tuple[Wave, ...]
    pairs: tuple[Pair, ...]
    comparison: Comparison | None
    verdict: str
    plan: Plan = field(repr=False)
    others: tuple[float, ...] = ()

    @property
    def p_adjusted(self) -> float | None:
        """The largest p over all counts, allowing for the others of the family; None where nothing was compared."""
        return float(holm([self.comparison.p_high, *self.others])[0]) if self.comparison else None

    @property
    def pair(self) -> Pair | None:
        """The pair of waves that is reported, tested or not."""
        return self.pairs[0] if self.pairs else None


def assess(
    construct: Construct, registry: Registry, reconstructions: Mapping[str, Reconstruction], settings: Settings
) -> Trend:
    """Return what can be said of a construct in a window of years.

    Parameters
    ----------
    construct : Construct
        What is measured.
    registry : Registry
        Holds findings, plan and gate.
    reconstructions : mapping of str to Reconstruction
        By survey id, of the construct's surveys; of every survey in a construct if they are at hand, for then none is
        made anew where plan.yaml has the total error estimated.
    settings : Settings
        The window and the error rates.
    """
    return assess_each([construct], registry, reconstructions, settings)[0]


def assess_each(
    constructs: Iterable[Construct],
    registry: Registry,
    reconstructions: Mapping[str, Reconstruction],
    settings: Settings,
) -> list[Trend]:
    """Return what can be said of each of many constructs, as `assess` does for one, all compared at once."""
    window, wanted = (settings.from_year, settings.to_year), list(constructs)
    waves = [waves_of(one, registry, reconstructions, window) for one in wanted]
    pairs = [pairs_of(one, own, registry) for one, own in zip(wanted, waves, strict=True)]
    chosen = [_comparable(each) for each in pairs]
    plan = with_estimated_error(registry, reconstructions).plan if any(chosen) else registry.plan
    compared = iter(compare_pairs([pair for pair in chosen if pair], settings, plan))
    return [
        _assessed(one, settings, own, each, next(compared) if pair else None, plan)
        for one, own, each, pair in zip(wanted, waves, pairs, chosen, strict=True)
    ]


def _comparable(pairs: Sequence[Pair]) -> Pair | None:
    """The first pair that the gate lets through."""
    return next((pair for pair in pairs if pair.refusal is None and not pair.comparability.refused), None)


def _assessed(
    construct: Construct,
    settings: Settings,
    waves: Sequence[Wave],
    pairs: Sequence[Pair],
    comparison: Comparison | None,
    plan: Plan,
) -> Trend:
    refused = bool(pairs) and all(pair.comparability.refused for pair in pairs)
    verdict = decide(_evidence(comparison, refused=refused))
    return Trend(construct, settings, tuple(waves), tuple(pairs), comparison, verdict, plan)


def _evidence(comparison: Comparison | None, *, refused: bool) -> Evidence:
    if comparison is None:
        return Evidence(compared=False, refused=refused)
    pair = comparison.pair
    return Evidence(
        compared=True,
        sized=pair.sized,
        informative=comparison.informative,
        verbal=pair.verbal,
        outcomes=comparison.outcomes,
    )


def with_others(trend: Trend, others: Sequence[float]) -> Trend:
    """Return a trend whose verdict allows for the other comparisons of its family.

    Parameters
    ----------
    trend : Trend
        As `assess` returns it.
    others : sequence of float
        Their p-values in [0, 1].

    Notes
    -----
    A change that does not survive the adjustment is no change: what is left of the verdict is the equivalence test.
    """
    left = {"rose": "inconclusive", "fell": "inconclusive", "changed, immaterially": "no material change"}
    found = replace(trend, others=tuple(others))
    lost = found.p_adjusted is not None and found.p_adjusted >= trend.settings.alpha
    return replace(found, verdict=left.get(trend.verdict, trend.verdict)) if lost else found

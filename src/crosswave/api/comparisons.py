"""Two printed figures compared: the verdict, the difference with its interval, and how certain the answer is."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from crosswave.api import drawing
from crosswave.api.showing import Answered, records
from crosswave.difference.compare import Comparison
from crosswave.reconstruct import Reconstruction
from crosswave.report.sentences import p_words
from crosswave.study.models import Construct, ConstructAnswer, Grades
from crosswave.study.registry import Registry
from crosswave.trend.certainty import answer_of, certainty_of
from crosswave.trend.change import Judged, Trend, assess
from crosswave.trend.settings import FIRST_YEAR, LAST_YEAR, Settings
from crosswave.trend.waves import Wave
from crosswave.words import arrived

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, repr=False)
class ComparisonResult(Answered):
    """Two figures compared over every count that can have printed them.

    Attributes
    ----------
    trend : Judged
        The two figures, the settings and the numbers.
    names : tuple of str
        What the earlier and the later figure are called.
    tiers : DataFrame
        The same comparison under each tier of total error, a row each, with the columns of `to_frame`.

    Examples
    --------
    >>> import crosswave as cw
    >>> found = cw.compare("40% of 1000", "46% of 800", total_error=0)
    >>> found.verdict, round(found.difference, 1), [round(end, 1) for end in found.interval]
    ('rose', 6.0, [0.4, 11.6])
    """

    trend: Judged[Any]
    names: tuple[str, str]
    tiers: pd.DataFrame

    @property
    def numbers(self) -> Comparison[Any]:
        """The comparison as it was computed: shares and differences in [-1, 1]."""
        assert self.trend.comparison is not None
        return self.trend.comparison

    @property
    def difference(self) -> float:
        """Later minus earlier share, percentage points, of counts that can have printed the figures."""
        return 100 * self.numbers.difference

    @property
    def interval(self) -> tuple[float, float]:
        """The widest interval of the difference over all those counts, percentage points."""
        return 100 * self.numbers.low, 100 * self.numbers.high

    @property
    def p(self) -> float:
        """The p-value of no change at the printed shares, two-sided."""
        return self.numbers.p_value

    def to_frame(self) -> pd.DataFrame:
        """Return one row.

        Returns
        -------
        DataFrame
            ``earlier``, ``later``, ``tier``, ``total_error``, ``difference_pp``, ``low_pp``, ``high_pp``,
            ``detectable_pp`` (percentage points), ``p_value``, ``p_low``, ``p_high``, ``verdict``, ``answer``,
            ``certainty``.
        """
        return comparison_frame({"": self.trend}, self.names)

    def to_dict(self) -> dict[str, object]:
        """Return the comparison as plain values, ready for JSON; what is infinite or missing is None."""
        return {**records(self.to_frame())[0], "sentence": self.sentence, "tiers": records(self.tiers)}

    def chart(self, ax: Axes | None = None) -> Axes:
        """Draw the difference with its interval against zero and the smallest change that matters.

        Parameters
        ----------
        ax : Axes, optional
            Where to draw; new axes, nine inches wide, if absent.
        """
        rows = self.tiers if len(self.tiers) > 1 else self.to_frame()
        margin = self.trend.settings.smallest_change
        reported = str(self.to_frame()["tier"][0])
        return drawing.difference_chart(rows, reported, margin, f"{self._title()}: {self.verdict}", ax)

    def _title(self) -> str:
        return ", then ".join(self.names)

    def _facts(self) -> Mapping[str, str]:
        low, high = self.interval
        level = f"{100 * (1 - self.trend.settings.alpha):g}%"
        return {
            "Answer": self.sentence,
            "Verdict": self.verdict,
            "Difference": f"{self.difference:+.1f} points ({level} interval {low:+.1f} to {high:+.1f})",
            "No change": p_words(self.p),
        }

    def _shown_frame(self) -> pd.DataFrame:
        frame = self.tiers if len(self.tiers) > 1 else self.to_frame()
        return frame[["tier", "total_error", "difference_pp", "low_pp", "high_pp", "p_value", "verdict"]]


def comparison_frame(trends: Mapping[str, Judged[Any]], names: tuple[str, str]) -> pd.DataFrame:
    """Return a row for each of several trends that have a comparison; a tier by its key, else by its grade."""
    rows = [_row(tier, trend, trend.comparison, names) for tier, trend in trends.items() if trend.comparison]
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(dict.fromkeys(COLUMNS[3:11], "float64"))


COLUMNS = (
    "earlier", "later", "tier", "total_error", "difference_pp", "low_pp", "high_pp", "detectable_pp", "p_value",
    "p_low", "p_high", "verdict", "answer", "certainty",
)  # fmt: skip


def _tier_of(trend: Judged[Any]) -> str | None:
    return "given" if trend.settings.total_error is not None else trend.settings.error_of


def _row(tier: str, trend: Judged[Any], found: Comparison[Any], names: tuple[str, str]) -> tuple[object, ...]:
    detectable = min(found.reach.detectable_rise, found.reach.detectable_fall)
    points = [
        100 * value if math.isfinite(value) else math.nan
        for value in (found.difference, found.low, found.high, detectable)
    ]
    return (
        *names, tier or _tier_of(trend) or found.pair.tier, found.points, *points, found.p_value,
        found.p_low, found.p_high, trend.verdict, answer_of(trend), certainty_of(trend).level,
    )  # fmt: skip


def result_of(trend: Trend, tiers: pd.DataFrame | None = None) -> ComparisonResult:
    """Return the comparison of a trend as a result."""
    assert trend.comparison is not None
    names = _name(trend.comparison.pair.first), _name(trend.comparison.pair.second)
    own = comparison_frame({"": trend}, names) if tiers is None else tiers
    return ComparisonResult(trend, names, own)


def _name(wave: Wave) -> str:
    turned = "all but " if wave.answer.reversed else ""
    printed, size = wave.finding.answer.printed, wave.size_words.removesuffix(" of")
    return f"{turned}{printed} of {size} ({wave.survey.id}, {wave.year})"


_SAME = Grades(**dict.fromkeys(("population", "unit", "stem", "wording", "base", "response"), "same"))


def compared(
    registry: Registry,
    reconstructions: Mapping[str, Reconstruction],
    finding_ids: tuple[str, str],
    tier: str | None,
    settings: Settings,
) -> ComparisonResult:
    """Return two figures of a study compared; `Study.compare` says how."""
    for name in finding_ids:
        registry.finding(name)
    wide = replace(settings, from_year=FIRST_YEAR, to_year=LAST_YEAR, error_of=_tier(tier, registry))
    trend = assess(_construct(registry, finding_ids, tier), registry, reconstructions, wide)
    if trend.comparison is None:
        why = [*(trend.pair.comparability.reasons if trend.pair else ("both are of one year",))]
        why += [trend.pair.refusal] if trend.pair and trend.pair.refusal else []
        raise ValueError(f"{' and '.join(finding_ids)} cannot be compared: {'; '.join(why)}")
    return result_of(trend)


def _tier(tier: str | None, registry: Registry) -> str | None:
    tiers = registry.plan.total_error
    if tier is not None and tier not in tiers:
        told = "; ".join(f"{name} ({one.means})" for name, one in tiers.items())
        raise ValueError(f"tier must be one of {', '.join(tiers)}; {arrived(tier)} arrived; choose {told}")
    return tier


def _construct(registry: Registry, finding_ids: tuple[str, str], tier: str | None) -> Construct:
    """The two answers as a construct holds them; under a tier that is named, as the same question."""
    for construct in registry.constructs.values():
        answers = tuple(one for one in construct.answers if one.finding in finding_ids)
        if len(answers) == len(set(finding_ids)) == 2:
            return construct.model_copy(update={"answers": answers})
    if tier is None:
        raise ValueError(
            f"no topic of the study holds both {' and '.join(finding_ids)}, so nothing says how alike they are; "
            f"name the tier: {', '.join(registry.plan.total_error)}"
        )
    same = tuple(ConstructAnswer(finding=name, grades=_SAME) for name in finding_ids)
    return Construct(id="compared", label="the share", family=registry.plan.families[0].id, answers=same)

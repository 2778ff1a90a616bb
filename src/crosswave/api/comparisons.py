"""Two printed figures compared, and what surveys that measured one thing say of a change: verdict, interval, answer."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import pandas as pd

from crosswave.api.results import RENAMED, SHARES
from crosswave.api.showing import Answered, Drawn, records
from crosswave.difference.compare import Comparison
from crosswave.difference.readings import stacked
from crosswave.reconstruct import Reconstructions
from crosswave.report.sentences import p_words, said_of, trend_sentence
from crosswave.report.trend.waves import by_wave
from crosswave.study.models import Construct, ConstructAnswer, Grades
from crosswave.study.registry import Registry
from crosswave.trend.certainty import answer_of, certainty_of
from crosswave.trend.change import Judged, Trend, assess
from crosswave.trend.lines import topic_line
from crosswave.trend.settings import FIRST_YEAR, LAST_YEAR, Settings
from crosswave.trend.waves import Wave
from crosswave.words import arrived, capital

COLUMNS = (
    "earlier", "later", "tier", "total_error", "difference_pp", "low_pp", "high_pp", "detectable_pp", "p_value",
    "p_low", "p_high", "verdict", "answer", "certainty",
)  # fmt: skip
WAVES = (
    "finding_id", "survey_id", "survey", "year", "house", "printed", "reversed", "n", "n_low", "n_high", "count",
    "level", "share_low", "share_high", "estimate", "low", "high", "compared", "tier", "refusal",
)  # fmt: skip
READINGS = ("count_1", "n_1", "count_2", "n_2", "share_1", "share_2", "correlation")


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

        ``earlier``, ``later``, ``tier``, ``total_error``, ``difference_pp``, ``low_pp``, ``high_pp``,
        ``detectable_pp`` (percentage points), ``p_value``, ``p_low``, ``p_high``, ``verdict``, ``answer``,
        ``certainty``.
        """
        return comparison_frame({"": self.trend}, self.names)

    def to_dict(self) -> dict[str, object]:
        """Return the comparison as plain values, ready for JSON; what is infinite or missing is None."""
        return {**records(self.to_frame())[0], "sentence": self.sentence, "tiers": records(self.tiers)}

    def _drawn(self) -> Drawn:
        from crosswave.report.forest import Row, intervals_chart
        from crosswave.report.trend.comparison import points_scale
        from crosswave.report.trend.waves import VERDICT_LOOKS

        rows = [
            Row(f"{row.tier}, extra error {row.total_error:.3g} points: {row.difference_pp:+.1f} points", row.verdict,
                row.difference_pp, row.low_pp, row.high_pp)
            for row in self._rows().itertuples()
        ]  # fmt: skip
        title = f"{self._title()}: {said_of(self.verdict)}"
        words = "Later minus earlier, with the margin of error; shaded: changes too small to matter."
        return intervals_chart(rows, VERDICT_LOOKS, points_scale(rows, self.trend), title, words)

    def _rows(self) -> pd.DataFrame:
        return self.tiers if len(self.tiers) > 1 else self.to_frame()

    def _title(self) -> str:
        return ", then ".join(self.names)

    def _facts(self) -> Mapping[str, str]:
        low, high = self.interval
        level = f"{100 * (1 - self.trend.settings.alpha):g}%"
        return {
            "Answer": self.sentence,
            "Verdict": said_of(self.verdict),
            "Difference": f"{self.difference:+.1f} points ({level} interval {low:+.1f} to {high:+.1f})",
            "No change": p_words(self.p),
        }

    def _shown_frame(self) -> pd.DataFrame:
        return self._rows()[["tier", "total_error", "difference_pp", "low_pp", "high_pp", "p_value", "verdict"]]


def comparison_frame(trends: Mapping[str, Judged[Any]], names: tuple[str, str]) -> pd.DataFrame:
    """Return a row for each of several trends that have a comparison; a tier by its key, else by its grade."""
    rows = []
    for tier, trend in trends.items():
        if found := trend.comparison:
            own = "given" if trend.settings.total_error is not None else trend.settings.error_of
            detectable = min(found.reach.detectable_rise, found.reach.detectable_fall)
            shares = found.difference, found.low, found.high, detectable
            points = [100 * share if math.isfinite(share) else math.nan for share in shares]
            rows.append((
                *names, tier or own or found.pair.tier, found.points, *points, found.p_value,
                found.p_low, found.p_high, trend.verdict, answer_of(trend), certainty_of(trend).level,
            ))  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(dict.fromkeys(COLUMNS[3:11], "float64"))


def result_of(trend: Trend) -> ComparisonResult:
    """Return the comparison of a trend as a result."""
    assert trend.comparison is not None
    first, second = (
        f"{'all but ' * wave.answer.reversed}{wave.finding.shown} of {wave.size_words.removesuffix(' of')} "
        f"({wave.survey.id}, {wave.year})"
        for wave in (trend.comparison.pair.first, trend.comparison.pair.second)
    )
    return ComparisonResult(trend, (first, second), comparison_frame({"": trend}, (first, second)))


@dataclass(frozen=True, repr=False)
class TrendResult(Answered):
    """What may be said of one thing that several surveys measured, in a window of years.

    Attributes
    ----------
    trend : Trend
        Waves, pairs, comparison and verdict as they were computed.
    registry : Registry
        The study that holds it.
    reconstructions : mapping of str to Reconstruction
        By survey id.

    Examples
    --------
    >>> import crosswave as cw
    >>> study = cw.open()
    >>> compared = study.topics().dropna(subset="difference_pp")["construct_id"]
    >>> [name for name in compared[:1] if study.trend(name).comparison is None]
    []
    """

    trend: Trend
    registry: Registry
    reconstructions: Reconstructions

    @property
    def settings(self) -> Settings:
        """The window and the error rates."""
        return self.trend.settings

    @cached_property
    def waves(self) -> pd.DataFrame:
        """A row for each survey of the window, earliest first.

        ``finding_id``, ``survey_id``, ``survey``, ``year``, ``house``, ``printed``, ``reversed``, ``n``, ``n_low``,
        ``n_high``, ``level``, ``share_low``, ``share_high``, ``estimate``, ``low``, ``high`` (shares in [0, 1], turned
        round where ``reversed``), ``count`` (a feasible number of people who gave the answer, missing where n is not
        known), ``compared``, ``tier``, ``refusal``.
        """
        people = [wave.counts.people for wave in self.trend.waves]
        numbers = {
            "n": [low if low == high else None for low, high in people],
            "n_low": [low for low, _ in people],
            "n_high": [high for _, high in people],
            "count": [_middle_count(wave) for wave in self.trend.waves],
        }
        frame = by_wave(self.trend).rename(columns=RENAMED)
        frame = frame.assign(**{name: pd.array(values, dtype="Int64") for name, values in numbers.items()})
        kinds = {"year": "Int64", "reversed": bool, "compared": bool, **dict.fromkeys(SHARES, "float64")}
        return frame[list(WAVES)].astype(kinds)

    @cached_property
    def comparison(self) -> ComparisonResult | None:
        """The comparison that is reported; None where no two surveys may be compared."""
        return result_of(self.trend) if self.trend.comparison else None

    @cached_property
    def readings(self) -> pd.DataFrame:
        """A row for each pair of feasible counts of the two surveys that are compared; none where none are.

        ``count_1``, ``n_1``, ``count_2``, ``n_2`` (earlier and later survey; n is divided by the design effect, and
        counts accordingly), ``share_1``, ``share_2`` in [0, 1], ``correlation`` of the two estimates (0 unless some
        people answered both).
        """
        if self.trend.comparison is None:
            return pd.DataFrame(columns=list(READINGS), dtype="float64")
        found = stacked([self.trend.comparison.pair], [0.0], [math.inf])
        n_1, n_2 = found.n_1 / self.settings.design_effect, found.n_2 / self.settings.design_effect
        one, two = (found.share_1 * n_1, n_1), (found.share_2 * n_2, n_2)
        columns = (*one, *two, found.share_1, found.share_2, found.correlation)
        return pd.DataFrame(dict(zip(READINGS, columns, strict=True)))

    @property
    def interval(self) -> tuple[float, float]:
        """The interval of the difference in percentage points; not a number where nothing was compared."""
        return self.comparison.interval if self.comparison else (math.nan, math.nan)

    def _drawn(self) -> Drawn:
        from crosswave.report.trend.waves import every_wave, waves_alt, waves_chart

        held = topic_line(self.trend.construct, self.registry, self.reconstructions, self.settings)
        waves = every_wave(self.trend, held)
        return waves_chart(self.trend, held, waves), waves_alt(self.trend, waves)

    def to_frame(self) -> pd.DataFrame:
        """Return `waves`."""
        return self.waves.copy()

    def to_dict(self) -> dict[str, object]:
        """Return the answer, the comparison and the waves as plain values, ready for JSON."""
        return {
            "construct_id": self.trend.construct.id,
            "label": self.trend.construct.label,
            "verdict": self.verdict,
            "answer": self.answer,
            "certainty": self.certainty,
            "sentence": self.sentence,
            "comparison": self.comparison.to_dict() if self.comparison else None,
            "waves": records(self.waves),
        }

    def _title(self) -> str:
        return capital(self.trend.construct.label)

    def _facts(self) -> Mapping[str, str]:
        return {
            "Answer": self.sentence,
            "Verdict": said_of(self.verdict),
            "In numbers": trend_sentence(self.trend),
            "Years": self.settings.years,
            "Id": self.trend.construct.id,
        }

    def _shown_frame(self) -> pd.DataFrame:
        return self.waves[["year", "survey_id", "printed", "n_low", "n_high", "estimate", "low", "high", "tier"]]


def _middle_count(wave: Wave) -> int | None:
    """The people who gave the answer on the middle feasible base, turned round where the wave is."""
    bases = wave.counts.bases
    return round(wave.share * bases[len(bases) // 2]) if bases else None


def compared(
    registry: Registry,
    reconstructions: Reconstructions,
    finding_ids: tuple[str, str],
    tier: str | None,
    settings: Settings,
) -> ComparisonResult:
    """Return two figures of a study compared as `Study.compare` says; `ValueError` tells why they cannot be."""
    for name in finding_ids:
        registry.finding(name)
    tiers = registry.plan.total_error
    if tier is not None and tier not in tiers:
        told = "; ".join(f"{name} ({one.means})" for name, one in tiers.items())
        raise ValueError(f"tier must be one of {', '.join(tiers)}; {arrived(tier)} arrived; choose {told}")
    wide = replace(settings, from_year=FIRST_YEAR, to_year=LAST_YEAR, error_of=tier)
    trend = assess(_construct(registry, finding_ids, tier), registry, reconstructions, wide)
    if trend.comparison is None:
        why = [*(trend.pair.comparability.reasons if trend.pair else ("both are of one year",))]
        why += [trend.pair.refusal] if trend.pair and trend.pair.refusal else []
        raise ValueError(f"{' and '.join(finding_ids)} cannot be compared: {'; '.join(why)}")
    return result_of(trend)


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
    grades = Grades(**dict.fromkeys(Grades.model_fields, "same"))
    same = tuple(ConstructAnswer(finding=name, grades=grades) for name in finding_ids)
    return Construct(id="compared", label="the share", family=registry.plan.families[0].id, answers=same)

"""The waves of a construct that may stand on one line, as a table of counts and dates."""

from __future__ import annotations

from calendar import isleap, monthrange
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations

import pandas as pd

from crosswave.study.models import Survey
from crosswave.study.registry import Registry
from crosswave.trend.comparability import grade_pair
from crosswave.trend.waves import Pair, Wave


@dataclass(frozen=True, slots=True)
class ComparableWaves:
    """The largest set of waves of which every pair may be compared.

    Attributes
    ----------
    left_out : mapping of str to str
        Finding id of every other wave: why it is left out.
    """

    waves: tuple[Wave, ...]
    left_out: Mapping[str, str]


def comparable_waves(waves: Sequence[Wave], registry: Registry) -> ComparableWaves:
    """Return the largest set of usable waves of which the gate refuses no pair.

    Parameters
    ----------
    waves : sequence of Wave
        Of one construct, see `crosswave.trend.waves.waves_of`.
    registry : Registry
        Holds the rules of the gate.

    Notes
    -----
    A wave needs a printed n, since a line weighs waves; no two waves may share respondents. Of several largest sets
    the one with the fewest steps between recorded grades, then the earliest waves: no figure's value is looked at.
    """
    usable = [wave for wave in waves if wave.refusal is None and wave.size_known]
    pairs = {
        (i, j): Pair(usable[i], usable[j], grade_pair(usable[i].answer, usable[j].answer, registry))
        for i, j in combinations(range(len(usable)), 2)
    }
    allowed = {ends for ends, pair in pairs.items() if pair.refusal is None and not pair.comparability.refused}
    sets = list(_sets_without_refusal(len(usable), allowed))
    most = max(map(len, sets))
    best = min((chosen for chosen in sets if len(chosen) == most), key=lambda chosen: _preference(chosen, pairs))
    kept = [usable[i] for i in best]
    reasons = {wave.finding.id: _why_not(wave, kept, registry) for wave in waves if wave not in kept}
    return ComparableWaves(tuple(kept), reasons)


def _sets_without_refusal(count: int, allowed: set[tuple[int, int]]) -> Iterator[tuple[int, ...]]:
    """Every set of waves of which each pair is allowed, the empty one too."""

    def grow(chosen: tuple[int, ...], candidates: range | list[int]) -> Iterator[tuple[int, ...]]:
        yield chosen
        for i in candidates:
            yield from grow((*chosen, i), [j for j in candidates if j > i and (i, j) in allowed])

    return grow((), range(count))


def _preference(chosen: tuple[int, ...], pairs: Mapping[tuple[int, int], Pair]) -> tuple[int, tuple[int, ...]]:
    return sum(pairs[ends].comparability.distance for ends in combinations(chosen, 2)), chosen


def _why_not(wave: Wave, kept: Sequence[Wave], registry: Registry) -> str:
    if wave.refusal:
        return wave.refusal
    if not wave.size_known:
        return "its n is not printed, so that it cannot be weighed"
    for other in kept:
        pair = Pair(other, wave, grade_pair(other.answer, wave.answer, registry))
        reasons = pair.refusal or ("; ".join(pair.comparability.reasons) if pair.comparability.refused else None)
        if reasons:
            return f"not comparable with {other.finding.id}: {reasons}"
    return "another set of waves is as large"


def wave_table(waves: Sequence[Wave], *, published_within: float) -> pd.DataFrame:
    """Return waves as the table that `crosswave.models.trajectory.trajectory` takes.

    Parameters
    ----------
    waves : sequence of Wave
        With printed n.
    published_within : float
        Years, see `date_interval`; `lines` in plan.yaml declares them.

    Returns
    -------
    DataFrame
        One row per wave. wave: survey id; count_low of base_low is the lowest share that can have been printed,
        count_high of base_high the highest; date_low, date_high: decimal years; house: who ran it, or else who
        published it; series; wording: grade against the construct's first answer; question_changed: false, because
        the registry records no change of a question within a series.
    """
    return pd.DataFrame([_row(wave, published_within) for wave in waves])


def _row(wave: Wave, published_within: float) -> dict[str, object]:
    ends = sorted(zip(wave.shares.tolist(), wave.sizes.tolist(), strict=True))
    (low, base_low), (high, base_high) = ends[0], ends[-1]
    earliest, latest = date_interval(wave.survey, published_within)
    return {
        "wave": wave.survey.id,
        "count_low": low * base_low,
        "base_low": base_low,
        "count_high": high * base_high,
        "base_high": base_high,
        "date_low": earliest,
        "date_high": latest,
        "house": wave.survey.fieldwork.house or wave.survey.publisher,
        "series": wave.survey.series,
        "wording": wave.answer.grades.wording,
        "question_changed": False,
    }


def date_interval(survey: Survey, published_within: float) -> tuple[float, float]:
    """Return the earliest and latest decimal year at which a survey can have been in the field.

    Parameters
    ----------
    survey : Survey
        With fieldwork as far as it is recorded.
    published_within : float
        Years: a survey without recorded fieldwork was in the field at most so long before it was published.

    Notes
    -----
    From the first day of the recorded start to the last day of the recorded end, each as far as it is known: 2017-04
    stands for the whole month. An end that is missing is the day of publication, a start that is missing
    `published_within` before it; without a day of publication the calendar year takes its place.
    """
    start, end = survey.fieldwork.start, survey.fieldwork.end
    published = _decimal(survey.published)[1] if survey.published else survey.year + 1.0
    latest = _decimal(end)[1] if end else published
    earliest = _decimal(start)[0] if start else latest - published_within
    return earliest, max(earliest, latest)


def _decimal(partial: str) -> tuple[float, float]:
    """First and last moment of a year, month or day as decimal years."""
    year, month, day = ([int(part) for part in partial.split("-")] + [0, 0])[:3]
    first = date(year, month or 1, day or 1)
    last = date(year, month or 12, day or monthrange(year, month or 12)[1])
    length = 366 if isleap(year) else 365
    return year + (first.timetuple().tm_yday - 1) / length, year + last.timetuple().tm_yday / length

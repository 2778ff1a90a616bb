"""Series as frames and sentences: what rose, fell and did not really change between the years that were declared."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import pandas as pd

from crosswave.difference.census import CensusChange, CensusWave, census_change
from crosswave.memo import remembered
from crosswave.reconstruct import Reconstructions
from crosswave.report.sentences import points, points_to
from crosswave.study.models import Construct
from crosswave.study.registry import Registry
from crosswave.trend.certainty import answer_of, certainty_of, verb_of
from crosswave.trend.change import Trend
from crosswave.trend.official import assess_between, official_topics, surveys_behind
from crosswave.trend.settings import FIRST_YEAR, LAST_YEAR, Settings
from crosswave.trend.waves import Wave, waves_of
from crosswave.words import capital, plural

CHANGES = (
    "construct_id", "label", "series", "whom", "group", "unit", "from_year", "to_year", "first", "second", "first_pct",
    "second_pct", "difference_pp", "low_pp", "high_pp", "p_adjusted", "verdict", "answer", "certainty",
    "counted_low_pp", "counted_high_pp", "invited_low_pp", "invited_high_pp", "needed_later_pp", "needed_both_pp",
    "main",
)  # fmt: skip
_NUMBERS = tuple(name for name in CHANGES if name.endswith(("_pp", "_pct")) or name == "p_adjusted")
_OF_TOPIC = ["construct_id", "label", "series", "whom", "unit"]
_OF_PAIR = ["difference_pp", "low_pp", "high_pp", "verdict", "certainty"]
HEADINGS: Mapping[str, str] = {"rose": "Rose", "fell": "Fell", "no real change": "Did not really change"}
"""The answers that a comparison can have, and how those with one are headed."""


def changes_frame(
    constructs: Sequence[Construct], registry: Registry, reconstructions: Reconstructions, settings: Settings
) -> pd.DataFrame:
    """Return a row for each topic of a series and each two declared years in which it was measured, and for its own."""
    *between, own = assess_between(constructs, registry, reconstructions, settings)
    rows = {}
    for trend, main in (*((one, False) for one in chain.from_iterable(between)), *((one, True) for one in own)):
        if pair := trend.pair:
            where = trend.construct.id, pair.first.year, pair.second.year
            rows[where] = _change_row(trend, registry) | {"main": main}
    place = {construct.id: number for number, construct in enumerate(constructs)}
    ordered = [rows[where] for where in sorted(rows, key=lambda where: place[where[0]])]
    kinds: dict[str, Any] = dict.fromkeys(("from_year", "to_year"), "Int64") | dict.fromkeys(_NUMBERS, "float64")
    return pd.DataFrame(ordered, columns=list(CHANGES)).astype(kinds | {"main": bool})


def official_changes(
    registry: Registry, reconstructions: Reconstructions, settings: Settings | None = None
) -> pd.DataFrame:
    """Return the changes of every topic that one official series measured throughout, under the plan unless told."""
    used = settings or Settings.of(registry.plan)

    def make() -> pd.DataFrame:
        return changes_frame(official_topics(registry), registry, reconstructions, used)

    return remembered(make, "official changes", registry.content, repr(used)).copy()


def _change_row(trend: Trend, registry: Registry) -> dict[str, object]:
    assert trend.pair is not None
    first, second, compared = trend.pair.first, trend.pair.second, trend.comparison
    last = max(surveys_behind(registry.constructs[trend.construct.id], registry), key=lambda survey: survey.year)
    row: dict[str, object] = {
        "construct_id": trend.construct.id, "label": trend.construct.label, "series": last.series, "group": last.group,
        "whom": last.group or last.population, "unit": last.unit, "from_year": first.year, "to_year": second.year,
        "first": first.finding.id, "second": second.finding.id, "first_pct": percent_of(first),
        "second_pct": percent_of(second), "verdict": trend.verdict, "answer": answer_of(trend),
        "certainty": certainty_of(trend).level, "p_adjusted": trend.p_adjusted,
    }  # fmt: skip
    if compared:
        row |= {f"{name}_pp": 100 * getattr(compared, name) for name in ("difference", "low", "high")}
    if exact := _exact(first, second):
        row |= {"counted_low_pp": 100 * exact.counted.low, "counted_high_pp": 100 * exact.counted.high}
        if exact.invited and exact.gap:
            needed = {"needed_later_pp": exact.gap.second, "needed_both_pp": exact.gap.opposite}
            row |= {"invited_low_pp": 100 * exact.invited.low, "invited_high_pp": 100 * exact.invited.high}
            row |= {name: None if gap is None else 100 * gap for name, gap in needed.items()}
    return row


def percent_of(wave: Wave) -> float:
    """Return the printed figure of a wave in per cent, turned round where the wave is."""
    share = wave.counts.printed
    return float(100 * (1 - share if wave.reversed else share))


def _exact(*waves: Wave) -> CensusChange | None:
    """The change among those counted in a census, and the bounds for all invited; of whole numbers of people alone."""
    made = []
    for wave, held in ((wave, wave.counts) for wave in waves):
        if wave.sampling != "census" or wave.reversed or held.count_low is None:
            return None
        yes, base = (held.count_low, held.count_high or 0), (held.base_low or 0, held.base_high or 0)
        made.append(CensusWave(yes, base, held.ends, wave.survey.asked))
    return census_change(*made)


def official_frame(registry: Registry, reconstructions: Reconstructions) -> pd.DataFrame:
    """Return a row for each official topic: its figures by year, then each declared difference with its verdict."""
    changes = official_changes(registry, reconstructions)
    years = [year for pair in registry.plan.official_years for year in pair]
    shown = [str(year) for year in range(min(years, default=0), max(years, default=-1) + 1)]
    topics = changes.drop_duplicates("construct_id")[_OF_TOPIC].reset_index(drop=True)
    levels = [
        {str(wave.year): percent_of(wave) for wave in waves_of(one, registry, reconstructions, (FIRST_YEAR, LAST_YEAR))}
        for one in map(registry.construct, topics["construct_id"])
    ]
    found = topics.join(pd.DataFrame(levels).reindex(columns=shown).astype("float64"))
    for first, last in registry.plan.official_years:
        own = changes[(changes["from_year"] == first) & (changes["to_year"] == last)].set_index("construct_id")
        found = found.join(own[_OF_PAIR].add_prefix(f"{first}_{last}_"), on="construct_id")
    return found


@dataclass(frozen=True, slots=True)
class Told:
    """What a topic shows between two years: its label, and what is said of it."""

    construct_id: str
    label: str
    answer: str
    words: str

    def __str__(self) -> str:
        """Return both as a sentence."""
        return f"{self.label}: {self.words}."


def told(changes: pd.DataFrame) -> list[Told]:
    """Return a sentence for each topic of a whole population that has an answer: what rose, fell and did neither."""
    order = {answer: place for place, answer in enumerate(HEADINGS)}
    found = _answered(changes)
    ordered = found.assign(place=found["answer"].map(order), size=-found["difference_pp"].abs())
    return [
        Told(row["construct_id"], capital(row["label"]), row["answer"], change_words(row))
        for row in ordered[found["group"].isna()].sort_values(["place", "size"], kind="stable").to_dict("records")
    ]


def _answered(changes: pd.DataFrame) -> pd.DataFrame:
    """The row of what the page of each topic compares, of those that give an answer."""
    return changes[changes["main"] & changes["answer"].isin(HEADINGS)]


def change_words(row: Mapping[str, Any]) -> str:
    """Return what a row says: ``rose from 63.6% in 2017 to 72.4% in 2020, by 8.9 points (5.2 to 12.5; ...)``."""
    first, second = f"{row['first_pct']:.1f}% in {row['from_year']}", f"{row['second_pct']:.1f}% in {row['to_year']}"
    said, certainty = verb_of(row["answer"], row["certainty"]), f"{row['certainty']} certainty"
    low, change, high = (row[name] / 100 for name in ("low_pp", "difference_pp", "high_pp"))
    if row["answer"] == "no real change":
        return f"{said}, {first} and {second} ({points(change, sign=True)} points, {points_to(low, high)}; {certainty})"
    least, most = sorted((abs(low), abs(high)))
    size = f"{points(abs(change))} points ({points(least)} to {points(most)}; {certainty})"
    return f"{said} from {first} to {second}, by {size}"


def left_words(changes: pd.DataFrame) -> str:
    """Return what becomes of the topics that have no sentence of their own: single groups, and those without answer."""
    topics, answered = changes.drop_duplicates("construct_id"), _answered(changes)
    untold = topics[~topics["construct_id"].isin(answered["construct_id"])]
    groups, silent = (int(frame["group"].notna().sum()) for frame in (topics, untold))
    words = f"Of {plural(groups, 'topic')} of single groups, {tally(answered[answered['group'].notna()]['answer'])}"
    parts = [words + (f", {silent} cannot be told" if silent else "")] if groups else []
    if rest := len(untold) - silent:
        parts.append(f"For {plural(rest, 'other topic' if groups else 'topic')} the series cannot tell")
    return " ".join(f"{part}." for part in parts)


def years_words(changes: pd.DataFrame, years: Sequence[Sequence[int]]) -> str:
    """Return what topics of whole populations did between each two of some years, where any was measured in both."""
    whole, parts = changes[changes["group"].isna()], []
    for first, last in years:
        own = whole[(whole["from_year"] == first) & (whole["to_year"] == last)]
        rest = int((~own["answer"].isin(HEADINGS)).sum())
        told = tally(own["answer"]) + (f", {rest} cannot be told" if rest else "")
        parts += [f"from {first} to {last}, of {plural(len(own), 'topic')} measured in both {told}"] if len(own) else []
    return f"{capital('; '.join(parts))}." if parts else ""


def tally(answers: Iterable[str]) -> str:
    """Return how many answers there are of each kind.

    Examples
    --------
    >>> tally(["rose", "no real change", "rose"])
    '2 rose, 0 fell, 1 did not really change'
    """
    counts = Counter(answers)
    return ", ".join(f"{counts[answer]} {heading.lower()}" for answer, heading in HEADINGS.items())

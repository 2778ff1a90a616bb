"""What no source states of a survey, and what would hold without it, as a table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

import pandas as pd

from crosswave.reconstruct import Reconstruction
from crosswave.reconstruct.arithmetic import Counts
from crosswave.reconstruct.retractions import Retraction
from crosswave.report.holes import feasible_words, listed_whole
from crosswave.words import capital

COLUMNS = "Assumption", "Figures that rest on it", "With it", "Without it"
_TOLD = 2
_Change = tuple[str, Counts | None, Counts | None]


def assumptions_table(retractions: Iterable[Retraction], reconstruction: Reconstruction) -> pd.DataFrame:
    """Return a row for each assumption of a survey: the figures that rest on it, and what they can be without it."""
    order = [name.partition(".")[2] for name in reconstruction.findings]
    return pd.DataFrame([_row(one, order) for one in retractions], columns=list(COLUMNS))


def _row(one: Retraction, order: Sequence[str]) -> tuple[str, int, str, str]:
    words = capital(one.assumption)
    changes = [(name, *one.changed[name]) for name in order if name in one.changed]
    if one.unsolved:
        return words, 0, "", one.unsolved
    resting = {*one.changed, *(name for conflict in one.settled for name in conflict.figures)}
    if not resting:
        return words, 0, "", "no count changes"
    return words, len(resting), *_told(changes, one)


def _told(changes: list[_Change], one: Retraction) -> tuple[str, str]:
    """What holds with an assumption, and what without it."""
    freed = sum(after is None for _, _, after in changes)
    kept = [(name, before, after) for name, before, after in changes if after is not None]
    told = list(_pairs(kept))
    with_it, without = _shown([with_ for with_, _ in told]), _shown([less for _, less in told])
    if freed:
        with_it.append(f"whole counts behind {_plural(freed, 'figure')}")
        without.append("no whole counts, so an interval only")
    if one.settled and all(before is not None for _, before, _ in kept):
        with_it.append(_plural(len(one.settled), "conflict"))
    if one.settled:
        without.append("none of these conflicts" if len(one.settled) > 1 else "no such conflict")
    return "; ".join(with_it), "; ".join(without)


def _shown(told: list[str]) -> list[str]:
    """All that is told of a few figures, the first of many as an example; each once."""
    alike = {words.rpartition(": ")[2] for words in told}
    if len(alike) == 1 and len({words.partition(":")[0].partition(".")[0] for words in told}) == 1:
        return list(alike)
    return list(told) if len(told) <= _TOLD else [f"for example {told[0]}"]


def _plural(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _pairs(changes: list[tuple[str, Counts | None, Counts]]) -> Iterator[tuple[str, str]]:
    """What changes: for each question the base that its figures share, or figure by figure."""
    for question, group in groupby(changes, key=lambda change: change[0].partition(".")[0]):
        pairs = {name: _pair(before, after) for name, before, after in group}
        alike = set(pairs.values())
        if len(alike) == 1 and all(words.startswith("base") for words in alike.copy().pop()):
            pairs = {question: alike.pop()}
        yield from ((f"{name}: {before}", f"{name}: {after}") for name, (before, after) in pairs.items())


def _pair(before: Counts | None, after: Counts) -> tuple[str, str]:
    """A figure's base where that changes, else its count."""
    if before is None or before.bases != after.bases or _ends(before) != _ends(after):
        return _base(before), _base(after)
    return _count(before), _count(after)


def _ends(counts: Counts) -> tuple[int, int]:
    return counts.base_low, counts.base_high


def _base(counts: Counts | None) -> str:
    if counts is None:
        return "in conflict"
    words = feasible_words(counts.bases, counts.base_low, counts.base_high)
    return f"base {words}{'' if listed_whole(counts.bases, words) else ', with gaps'}"


def _count(counts: Counts) -> str:
    return f"count {feasible_words(counts.values, counts.count_low, counts.count_high)}"

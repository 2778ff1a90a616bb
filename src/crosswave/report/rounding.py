"""By which rule each source rounds: told by its percentages of a known number of people, or with a count beside."""

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import pandas as pd

from crosswave.printed.plain import is_withheld
from crosswave.printed.rounding import NEAREST, RULES, chance_to_tell, rules_that_print
from crosswave.study.models import Survey
from crosswave.study.registry import Finding, findings_of, size_of_base
from crosswave.words import listed_words, plural

ROUNDING = ("source", "figures", "could_tell", *(rule.replace(" ", "_") for rule in RULES), "chance", "rule")
_PERCENT = re.compile(r"(\d+(?:\.\d+)?) ?(?:%|per cent)")
_BESIDE = re.compile(r"([\d,]+) of ([\d,]+) (?:is|are) printed beside")


class _Print(NamedTuple):
    digits: str
    base: int
    known: int | None


def rounding_frame(surveys: Iterable[Survey]) -> pd.DataFrame:
    """Return a row for each source that prints a percentage which can tell how it was rounded.

    ``source``; ``figures`` (percentages of a known number of people); ``could_tell`` (those that some rules print and
    others do not); for each rule how many of the figures it prints; ``chance`` (that figures such as these, rounded to
    the nearest, show that they were not cut off); ``rule`` (those that print every figure that any rule prints).
    """
    by_source: dict[str, set[tuple[str, _Print]]] = defaultdict(set)
    for survey in surveys:
        for finding in findings_of(survey):
            for print_ in _prints(finding):
                for source in finding.answer.sources:
                    by_source[source].add((finding.id, print_))
    rows = [_row(source, [print_ for _, print_ in sorted(found)]) for source, found in sorted(by_source.items())]
    return pd.DataFrame(rows, columns=list(ROUNDING))


def _prints(finding: Finding) -> Iterator[_Print]:
    """A percentage with its base, and the count where it is printed beside; nothing where the base can be another."""
    answer, base, digits = finding.answer, finding.base, _PERCENT.fullmatch(finding.text)
    if answer.measure != "share" or is_withheld(answer) or answer.derived or answer.net_of or digits is None:
        return
    if beside := _BESIDE.search(answer.note or ""):
        known, people = (int(one.replace(",", "")) for one in beside.groups())
        yield _Print(digits[1], people, known)
    elif not (finding.survey.weighted or (base and (base.counts or base.at_most or base.answers or base.either))):
        n = finding.survey.n
        size = size_of_base(base, n) if n.kind == "exact" or (base and base.n) else None
        if size:
            yield _Print(digits[1], size, None)


def _row(source: str, prints: list[_Print]) -> tuple[object, ...]:
    found = [rules_that_print(*print_) for print_ in prints]
    printed = [rules for rules in found if rules]
    missed = (1 - chance_to_tell(len(p.digits.partition(".")[2]), p.base, counted=p.known is not None) for p in prints)
    told, left = sum(len(rules) < len(RULES) for rules in printed), frozenset(RULES).intersection(*printed)
    return (source, len(prints), told, *(sum(rule in rules for rules in found) for rule in RULES),
            1 - math.prod(missed), _words(left, told))  # fmt: skip


def _words(left: frozenset[str], told: int) -> str:
    """The rules that print every figure that any rule prints; rounding to the nearest is one where all halves fit."""
    if not told:
        return "the figures cannot tell"
    if not left:
        return "no one rule gives all"
    if left >= set(NEAREST):
        names = ["to the nearest", *(rule for rule in RULES if rule in left - set(NEAREST))]
    else:
        names = [f"to the nearest, {rule}" if rule in NEAREST else rule for rule in RULES if rule in left]
    return listed_words(names).replace(" and ", " or ")


def rounding_table(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the sources that can tell how they round, by the words of a page."""
    told = frame[frame["could_tell"] > 0]
    columns = {"source": "Source", "figures": "Figures", "could_tell": "Could tell", "half_up": "Fit to the nearest",
               "cut_off": "Fit cut off", "rule": "Rule"}  # fmt: skip
    chance = told["chance"].map(lambda one: f"{100 * one:.0f}")
    return told[list(columns)].rename(columns=columns).assign(**{"Chance to tell, %": chance})


def rounding_words(frame: pd.DataFrame) -> list[str]:
    """Return how many sources can tell how they round."""
    if frame.empty:
        return ["No percentage of a known number of people is printed, and no count beside one."]
    told, others = int((frame["could_tell"] > 0).sum()), int((frame["could_tell"] == 0).sum())
    words = [f"{plural(told, 'source')} can tell."] if told else []
    return words + (
        [f"Every rule gives the figures of {plural(others, 'source')}: the figures cannot tell."] if others else []
    )

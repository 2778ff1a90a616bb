"""Which two answers may be compared at all, and how far to trust the comparison."""

from collections.abc import Mapping
from dataclasses import dataclass

from crosswave.study.models import ConstructAnswer, Plan, Survey
from crosswave.study.registry import Registry

GRADES = ("A", "B1", "H", "B2", "B3", "C")
"""From the same instrument repeated to not comparable."""

BETWEEN_HOUSES = frozenset({"B1", "B2"})
"""Grades of figures by different houses in like words: what B2 is estimated from."""

COMPARABLE = frozenset({"B1", "H", "B2", "B3"})
"""Grades of all figures by different instruments that may be compared."""

_DISTANCE = {"same": 0, "similar": 1, "unknown": 2, "different": 3}


@dataclass(frozen=True, slots=True)
class Comparability:
    """The grade of a pair of answers, with the reasons for it."""

    grade: str
    reasons: tuple[str, ...]
    aspects: Mapping[str, str]

    @property
    def refused(self) -> bool:
        """Whether the pair must not be tested."""
        return self.grade == "C"

    @property
    def distance(self) -> int:
        """Steps from "same" over all aspects: 1 similar, 2 unknown, 3 different."""
        return sum(_DISTANCE[grade] for grade in self.aspects.values())


def compare_grades(aspects: Mapping[str, str], plan: Plan) -> Comparability:
    """Return the comparability that the rules of plan.yaml give to recorded grades.

    Parameters
    ----------
    aspects : mapping of str to str
        Aspect (population, unit, stem, wording, base, response, mode, house) to same, similar, different or unknown;
        an aspect that is not there is unknown.
    plan : Plan, holds the rules

    Raises
    ------
    ValueError
        A grade is none of the four words.
    """
    for aspect, grade in aspects.items():
        if grade not in _DISTANCE:
            raise ValueError(f"grade of {aspect} must be one of {', '.join(_DISTANCE)}; {grade!r} arrived")
    applying = [rule for rule in plan.gate if aspects.get(rule.aspect, "unknown") in rule.grades]
    worst = max((rule.gives for rule in applying), key=GRADES.index, default="A")
    reasons = tuple(rule.says for rule in applying if rule.gives == worst)
    if worst == plan.one_house.instead_of and aspects.get("house") == "same":
        worst, reasons = plan.one_house.gives, (plan.one_house.says, *reasons)
    return Comparability(worst, reasons or ("the same instrument, house and population repeated",), dict(aspects))


def grade_pair(first: ConstructAnswer, second: ConstructAnswer, registry: Registry) -> Comparability:
    """Return the comparability of two answers of one construct.

    Parameters
    ----------
    first, second : ConstructAnswer, answers of different surveys
    registry : Registry, holds the surveys and the rules

    Notes
    -----
    Grades are recorded against the first answer of the construct. Two other answers are as far apart as the farther
    of them is from it, unless they are recorded as one instrument repeated, which makes every aspect the same.
    """
    linked = second.finding in first.same_instrument_as or first.finding in second.same_instrument_as
    one, two = first.grades.model_dump(), second.grades.model_dump()
    recorded = {aspect: max(one[aspect], two[aspect], key=_DISTANCE.__getitem__) for aspect in one}
    same = dict.fromkeys(one, "same")
    if linked and same not in (one, two):  # neither is the first answer of the construct
        recorded = same
    surveys = registry.finding(first.finding).survey, registry.finding(second.finding).survey
    wordings = (registry.finding(answer.finding).question.wording for answer in (first, second))
    modes = (survey.mode for survey in surveys)
    found = {"mode": _unless_told(*modes), "house": _house(*surveys), "series": _unless_told(*wordings)}
    return compare_grades(recorded | found, registry.plan)


def _unless_told(first: str | None, second: str | None) -> str:
    """The same, unless both are recorded and differ."""
    return "same" if first == second or None in (first, second) else "different"


def _house(first: Survey, second: Survey) -> str:
    houses = [survey.fieldwork.house for survey in (first, second)]
    if None not in houses:
        return "same" if houses[0] == houses[1] else "different"
    if first.series is not None and first.series == second.series:
        return "same"
    publishers = [survey.fieldwork.house or survey.publisher for survey in (first, second)]
    return "unknown" if None in publishers else "same" if publishers[0] == publishers[1] else "different"

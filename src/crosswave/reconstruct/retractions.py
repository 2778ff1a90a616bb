"""What becomes of a survey when one of its assumptions is taken back: each is tried, one at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from crosswave.reconstruct.arithmetic import Counts
from crosswave.reconstruct.conflicts import Conflict
from crosswave.reconstruct.effort import NotSolvedError, at_most
from crosswave.reconstruct.solve import Solver
from crosswave.reconstruct.survey import assumptions_of
from crosswave.reconstruct.trials import Trials, try_readings
from crosswave.study.models import Survey
from crosswave.study.registry import Registry


@dataclass(frozen=True, slots=True)
class Retraction:
    """A survey with and without one of its assumptions."""

    assumption: str
    changed: Mapping[str, tuple[Counts | None, Counts | None]]
    settled: tuple[Conflict, ...]
    unsolved: str = ""


def retractions(survey: Survey, registry: Registry) -> list[Retraction]:
    """Return each assumption of a survey with what it does to the figures.

    Parameters
    ----------
    survey : Survey
        The wave.
    registry : Registry
        Holds the phrases and the plan.
    """
    solver = Solver()
    try:
        with at_most():
            whole = try_readings(survey, registry, solver)
            assumptions = assumptions_of(survey, registry)
    except NotSolvedError:  # then nothing rests on anything
        return []
    return [
        _retracted(words, whole, partial(try_readings, survey, registry, solver, (words,))) for words in assumptions
    ]


def _retracted(words: str, whole: Trials, tried: Callable[[], Trials]) -> Retraction:
    try:
        with at_most():
            return _compared(words, whole, tried())
    except NotSolvedError as error:
        return Retraction(words, {}, (), str(error))


def _compared(words: str, whole: Trials, less: Trials) -> Retraction:
    with_it, without = whole.counts(), less.counts()
    names = [name for name in {**with_it, **without} if with_it.get(name) != without.get(name)]
    left = {conflict.figures for conflict in less.conflicts()}
    settled = tuple(conflict for conflict in whole.conflicts() if conflict.figures not in left)
    return Retraction(words, {name: (with_it.get(name), without.get(name)) for name in names}, settled)

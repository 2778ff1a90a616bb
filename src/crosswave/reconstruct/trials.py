"""A survey under every reading of what print leaves open, and what is left under those that fit best."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from crosswave.printed.quantities import Lexicon
from crosswave.reconstruct.arithmetic import Arithmetic, retracted
from crosswave.reconstruct.conflicts import Conflict
from crosswave.reconstruct.effort import at_most
from crosswave.reconstruct.figures import readings, rivals
from crosswave.reconstruct.nets import readings_of_nets
from crosswave.reconstruct.parts import Counts
from crosswave.reconstruct.solve import Solution, Solver
from crosswave.study.models import Survey
from crosswave.study.registry import Registry

NOT_WEIGHTED = "the figures are not weighted"
NEAREST = "percentages are rounded to the nearest"
CUT_OFF = "rounding: cut off after the last digit"


@dataclass(frozen=True, slots=True)
class Trial:
    """Every reading with its solution, and those that leave the fewest figures out, by what they read."""

    solved: list[tuple[Arithmetic, Solution]]
    kept: dict[tuple[str, ...], Solution]

    @classmethod
    def of(cls, branches: list[Arithmetic], solver: Solver) -> Trial:
        """Return what becomes of some readings."""
        solved = [(branch, solver.solve(branch)) for branch in branches]
        fewest = min(len(solution.out) for _, solution in solved)
        kept = {branch.reading: solution for branch, solution in solved if len(solution.out) == fewest}
        return cls(solved, kept)

    def counts(self) -> dict[str, Counts]:
        """Return what each figure can be under any reading that is kept."""
        return _union(self.kept.values())

    def conflicts(self) -> list[Conflict]:
        """Return the conflicts of any reading that is kept, each once."""
        found = (conflict for solution in self.kept.values() for conflict in solution.conflicts)
        return list({(conflict.figures, conflict.assumptions): conflict for conflict in found}.values())


@dataclass(frozen=True, slots=True)
class Trials:
    """A survey with its trusted values, and with each rival value in place of the one that it rivals."""

    main: Trial
    rivals: dict[str, Trial]

    def counts(self) -> dict[str, Counts]:
        """Return what each figure can be, rival values included."""
        found = {name: trial.counts() for name, trial in self.rivals.items()}
        return self.main.counts() | {name: counts[name] for name, counts in found.items() if name in counts}

    def conflicts(self) -> list[Conflict]:
        """Return the conflicts of the trusted values, and those of a rival value in which it takes part."""
        told = [(name, conflict) for name, trial in self.rivals.items() for conflict in trial.conflicts()]
        return self.main.conflicts() + [conflict for name, conflict in told if name in conflict.figures]


def try_readings(survey: Survey, registry: Registry, solver: Solver, retract: Collection[str] = ()) -> Trials:
    """Return what becomes of a survey, each rival value in turn standing for the value that it rivals."""
    rival = rivals(survey)

    def trial(left_out: frozenset[str]) -> Trial:
        return Trial.of(branches_of(survey, registry, left_out, retract), solver)

    others = {name: frozenset({*rival, target} - {name}) for name, target in rival.items()}
    return Trials(trial(frozenset(rival)), {name: trial(left_out) for name, left_out in others.items()})


def branches_of(
    survey: Survey, registry: Registry, left_out: frozenset[str], retract: Collection[str] = ()
) -> list[Arithmetic]:
    """Return every reading of a survey under the assumptions that are made."""
    lexicon = Lexicon(registry.quantities)
    survey = survey.model_copy(update={"weighted": True}) if NOT_WEIGHTED in retract else survey
    found = readings(survey, lexicon, registry.plan, left_out)
    if NEAREST in retract:
        cut = readings(survey.model_copy(update={"rounding": "truncated"}), lexicon, registry.plan, left_out)
        found += [replace(branch, reading=(*branch.reading, CUT_OFF)) for branch in cut]
    return [retracted(reading, retract) for branch in found for reading in readings_of_nets(branch)]


def feasible_readings(survey: Survey, registry: Registry) -> list[tuple[Arithmetic, list[int]]]:
    """Return the readings of a survey that survive, without the figures in conflict, each with what n can be.

    Raises
    ------
    NotSolvedError
        That takes more work than is allowed for a survey.
    """
    solver = Solver()
    with at_most():
        kept = try_readings(survey, registry, solver).main.kept
        return [(solution.left, solver.sizes(solution.left)) for solution in kept.values() if solution.left.figures]


def _union(solutions: Iterable[Solution]) -> dict[str, Counts]:
    solutions = list(solutions)
    names = {name for solution in solutions for name in solution.counts}
    found = {name: [s.counts[name] for s in solutions if name in s.counts] for name in names}
    return {name: _merge(many) for name, many in found.items()}


def _merge(many: list[Counts]) -> Counts:
    return Counts(
        min(counts.count_low for counts in many),
        max(counts.count_high for counts in many),
        min(counts.base_low for counts in many),
        max(counts.base_high for counts in many),
        _together([counts.bases for counts in many]),
        _together([counts.values for counts in many]),
    )


def _together(many: list[tuple[int, ...]]) -> tuple[int, ...]:
    """Every value of any list; none if one of them was too long to be listed."""
    return tuple(sorted({value for values in many for value in values})) if all(many) else ()

"""A survey from its printed figures to feasible counts: readings, what each admits, and what survives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from crosswave.quantities import Lexicon, sample_range
from crosswave.reconstruct.conflicts import Conflict, with_repairs
from crosswave.reconstruct.figures import Arithmetic, Figure, readings, rivals
from crosswave.reconstruct.finding import LEVELS, FindingCounts
from crosswave.reconstruct.levels import Context
from crosswave.reconstruct.nets import with_rounded_nets
from crosswave.reconstruct.parts import Counts
from crosswave.reconstruct.power import Possible, alone_power, unlimited
from crosswave.reconstruct.repairs import survey_repairs
from crosswave.reconstruct.rounding import rounding_words
from crosswave.reconstruct.solutions import Solutions
from crosswave.reconstruct.solve import Solution, Solver
from crosswave.registry.loading import Registry, findings_of
from crosswave.registry.models import Survey

__all__ = ["LEVELS", "FindingCounts", "Reconstruction", "alone_power", "reconstruct"]


@dataclass(frozen=True, slots=True)
class Reconstruction:
    """A survey's figures with their feasible counts, conflicts and assumptions.

    Parameters
    ----------
    survey_id : str
        The wave.
    n : tuple of int or None
        Fewest and most who can have answered; None where no n is printed.
    findings : mapping of str to FindingCounts
        By id of the figure.
    conflicts : tuple of Conflict
        Figures that cannot stand together.
    assumptions : tuple of str
        What no source states, in words.
    readings, surviving : tuple of str
        Readings of ambiguous bases, and those among them that admit counts.
    solutions : Solutions or None
        How many tables of counts print all that is in no conflict, over the readings that survive; None where no
        figure can be counted.
    rounding : str
        Whether the figures fit rounded to the nearest, and cut off, in words.
    """

    survey_id: str
    n: tuple[int, int] | None
    findings: Mapping[str, FindingCounts]
    conflicts: tuple[Conflict, ...]
    assumptions: tuple[str, ...]
    readings: tuple[str, ...]
    surviving: tuple[str, ...]
    solutions: Solutions | None
    rounding: str


def reconstruct(survey: Survey, registry: Registry) -> Reconstruction:
    """Return the feasible counts of every printed figure of a survey.

    Parameters
    ----------
    survey : Survey
        The wave.
    registry : Registry
        Where phrases and the plan stand.

    Notes
    -----
    Each reading of an ambiguous base is a branch; counts are the union over the branches that survive. Rival printed
    values are solved one at a time in place of the value that they rival. Where figures cannot stand together, nets
    that print the sum of the printed figures of their parts are read so, if fewer conflicts are left then.
    """
    lexicon = Lexicon(registry.quantities)
    rival = rivals(survey)
    branches, solver = readings(survey, lexicon, registry.plan, frozenset(rival)), Solver()
    main = _Trial.of(branches, solver)
    counts, conflicts, possible = _union(main.kept.values()), _conflicts(main.kept.values()), main.possible()
    for name, target in rival.items():
        others = frozenset({*rival, target} - {name})
        trial = _Trial.of(readings(survey, lexicon, registry.plan, others), solver)
        counts |= {key: value for key, value in _union(trial.kept.values()).items() if key == name}
        possible |= {key: value for key, value in trial.possible().items() if key == name}
        conflicts += [conflict for conflict in _conflicts(trial.kept.values()) if name in conflict.figures]
    conflicts = [_with_guesses(conflict, branches[0], counts) for conflict in conflicts]
    context = Context(survey, lexicon, registry.plan, counts, tuple(conflicts), rival, branches, possible)
    return Reconstruction(
        survey_id=survey.id,
        n=sample_range(survey.n, lexicon, registry.plan),
        findings={finding.id: context.finding_counts(finding) for finding in findings_of(survey)},
        conflicts=tuple(conflicts),
        assumptions=_assumptions(survey, branches),
        readings=tuple("; ".join(branch.reading) for branch, _ in main.solved if branch.reading),
        surviving=tuple("; ".join(reading) for reading in main.kept if reading),
        solutions=_all_tables(main.kept.values()) if counts else None,
        rounding=rounding_words(survey, registry, fits_nearest=any(not s.conflicts for s in main.kept.values())),
    )


@dataclass(frozen=True, slots=True)
class _Trial:
    """Every reading with its solution, and those with the fewest conflicts, by what they read."""

    solver: Solver
    solved: list[tuple[Arithmetic, Solution]]
    kept: dict[tuple[str, ...], Solution]

    @classmethod
    def of(cls, branches: list[Arithmetic], solver: Solver) -> _Trial:
        solved = [(branch, solver.solve(branch)) for branch in branches]
        fewest = min(len(solution.conflicts) for _, solution in solved)
        rounded = [(branch, solver.solve(branch)) for branch in with_rounded_nets(branches)] if fewest else []
        solved += [(branch, solution) for branch, solution in rounded if len(solution.conflicts) < fewest]
        fewest = min(len(solution.conflicts) for _, solution in solved)
        kept = {branch.reading: solution for branch, solution in solved if len(solution.conflicts) == fewest}
        return cls(solver, solved, kept)

    def possible(self) -> dict[str, tuple[Possible, ...]]:
        """What could stand in place of each figure, under every reading that another value could let survive."""
        names = {name for solution in self.kept.values() for name in solution.possible}
        return {name: tuple(self._possible(name)) for name in names}

    def _possible(self, name: str) -> Iterable[Possible]:
        fewest = min(len(solution.conflicts) for solution in self.kept.values())
        known = {branch.reading: f for branch, _ in self.solved for f in branch.figures if f.id == name}
        for branch, solution in self.solved:
            if name not in solution.possible and branch.reading in known:
                solution = self.solver.solve(_set_free(branch, known[branch.reading]))
            if len(solution.conflicts) <= fewest:
                yield solution.possible.get(name) or unlimited(next(iter(known.values())))


def _set_free(branch: Arithmetic, free: Figure) -> Arithmetic:
    """A reading in which one figure can be any share."""
    wide = replace(free, low=Fraction(0), high=Fraction(1))
    return replace(branch, figures=tuple(wide if figure is free else figure for figure in branch.figures))


def _all_tables(solutions: Iterable[Solution]) -> Solutions:
    tables = [solution.tables for solution in solutions]
    return Solutions(sum(one.number for one in tables), any(one.capped for one in tables))


def _with_guesses(conflict: Conflict, branch: Arithmetic, counts: Mapping[str, Counts]) -> Conflict:
    known = {name: (one.count_low, one.count_high) for name, one in counts.items()}
    return with_repairs(conflict, survey_repairs(branch, conflict.figures, known))


def feasible_readings(survey: Survey, registry: Registry) -> list[tuple[Arithmetic, list[int]]]:
    """Return the readings of a survey that survive, without the figures in conflict, each with what n can be.

    Parameters
    ----------
    survey : Survey
        The wave.
    registry : Registry
        Where phrases and the plan stand.
    """
    lexicon, solver = Lexicon(registry.quantities), Solver()
    branches = readings(survey, lexicon, registry.plan, frozenset(rivals(survey)))
    settled = [solver.settled(branch) for branch in branches]
    fewest = min(len(conflicts) for _, conflicts in settled)
    kept = [reading for reading, conflicts in settled if len(conflicts) == fewest and reading.figures]
    return [(reading, solver.sizes(reading)) for reading in kept]


def _conflicts(solutions: Iterable[Solution]) -> list[Conflict]:
    """Conflicts of any reading that survives, each once."""
    return list({conflict.figures: conflict for solution in solutions for conflict in solution.conflicts}.values())


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


def _assumptions(survey: Survey, branches: list[Arithmetic]) -> tuple[str, ...]:
    words = [figure.base.assumption for figure in branches[0].figures]
    words += [] if survey.weighted is not None else ["the figures are not weighted"]
    words += [] if survey.rounding else ["percentages are rounded to the nearest"]
    return tuple(dict.fromkeys(words))

"""A survey under every reading of what print leaves open, and what is left under those that fit best."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from crosswave.printed.intervals import RationalInterval
from crosswave.printed.quantities import Lexicon
from crosswave.reconstruct.arithmetic import Arithmetic, Counts, Figure, retracted
from crosswave.reconstruct.conflicts import Conflict
from crosswave.reconstruct.effort import at_most
from crosswave.reconstruct.figures import interpretations, rivals
from crosswave.reconstruct.solve import Solution, Solver
from crosswave.study.models import Survey
from crosswave.study.registry import Registry

NOT_WEIGHTED = "the figures are not weighted"
NEAREST = "percentages are rounded to the nearest"
CUT_OFF = "rounding: cut off after the last digit"
NETS = "nets"
SUM_OF_COUNTS = f"{NETS}: the share of the counts added up"
SUM_OF_PRINT = f"{NETS}: the printed percentages added up"
_WORDS = {
    (True, True): "rounded to the nearest is assumed; all figures cut off after the last digit would fit as well",
    (True, False): "rounded to the nearest is assumed; no counts print all figures cut off after the last digit",
    (False, True): "no counts print all figures rounded to the nearest; cut off after the last digit they would fit",
    (False, False): "no counts print all figures, rounded to the nearest or cut off after the last digit",
}


@dataclass(frozen=True, slots=True)
class Trial:
    """Every reading with its solution, and those that leave the fewest figures out, by what they read."""

    solved: list[tuple[Arithmetic, Solution]]
    best: dict[tuple[str, ...], Solution]

    @classmethod
    def of(cls, branches: list[Arithmetic], solver: Solver) -> Trial:
        """Return what becomes of some readings."""
        solved = [(branch, solver.solve(branch)) for branch in branches]
        fewest = min(len(solution.out) for _, solution in solved)
        best = {branch.reading: solution for branch, solution in solved if len(solution.out) == fewest}
        return cls(solved, best)

    def counts(self) -> dict[str, Counts]:
        """Return what each figure can be under any reading of the best."""
        found: dict[str, list[Counts]] = {}
        for solution in self.best.values():
            for name, counts in solution.counts.items():
                found.setdefault(name, []).append(counts)
        return {name: _merge(many) for name, many in found.items()}

    def conflicts(self) -> list[Conflict]:
        """Return the conflicts of any reading of the best, each once."""
        found = (conflict for solution in self.best.values() for conflict in solution.conflicts)
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
    found = interpretations(survey, lexicon, registry.plan, left_out)
    if NEAREST in retract:
        cut = interpretations(survey.model_copy(update={"rounding": "truncated"}), lexicon, registry.plan, left_out)
        found += [replace(branch, reading=(*branch.reading, CUT_OFF)) for branch in cut]
    return [retracted(reading, retract) for branch in found for reading in readings_of_nets(branch)]


def feasible_readings(survey: Survey, registry: Registry) -> list[tuple[Arithmetic, list[int]]]:
    """Return the readings of a survey that survive, without the figures in conflict, each with what n can be."""
    solver = Solver()
    with at_most():
        best = try_readings(survey, registry, solver).main.best
        return [(solution.left, solver.sizes(solution.left)) for solution in best.values() if solution.left.figures]


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


def readings_of_nets(branch: Arithmetic) -> list[Arithmetic]:
    """A reading, and where some of its nets print the sum of the printed figures of their parts, a second one."""
    nets = dict(_added_up(branch))
    if not nets:
        return [branch]
    figures = {figure.id: figure for figure in branch.figures}
    wide = tuple(_widened(name, nets, figures) for name in figures)
    by_print = replace(branch, figures=wide, reading=(*branch.reading, SUM_OF_PRINT))
    return [replace(branch, reading=(*branch.reading, SUM_OF_COUNTS)), by_print]


def _added_up(branch: Arithmetic) -> Iterator[tuple[str, tuple[str, ...]]]:
    figures = {figure.id: figure for figure in branch.figures}
    for link in branch.links:
        if link.kind == "net":
            net, *parts = link.members
            printed = [_value(figures[part]) for part in parts]
            if None not in printed and _value(figures[net]) == sum(value for value in printed if value is not None):
                yield net, tuple(parts)


def _value(figure: Figure) -> Fraction | None:
    digits = re.match(r"\d+(\.\d+)?", figure.printed) if figure.decimals is not None else None
    return Fraction(digits[0]) if digits else None


def _widened(name: str, nets: Mapping[str, tuple[str, ...]], figures: Mapping[str, Figure]) -> Figure:
    """A net as all that it can be, its parts being what they print; a part can be such a net itself."""
    if name not in nets:
        return figures[name]
    parts = [_widened(part, nets, figures) for part in nets[name]]
    low, high = (sum((getattr(part.share, end) for part in parts), Fraction(0)) for end in ("low", "high"))
    high_open = high <= 1 and any(part.share.high_open for part in parts)
    return replace(figures[name], share=RationalInterval(low, min(high, Fraction(1)), high_open))


def fits_truncated(survey: Survey, registry: Registry) -> bool:
    """Return whether counts exist that print every figure of a survey cut off after its last digit.

    Parameters
    ----------
    survey : Survey
        The wave; what it says of its rounding is not looked at, and rival values are left out.
    registry : Registry
        Holds the phrases and the plan.

    Notes
    -----
    A percentage p then means anything from p up to, but not including, one unit of its last digit more.
    """
    cut = survey.model_copy(update={"rounding": "truncated"})
    branches = interpretations(cut, Lexicon(registry.quantities), registry.plan, frozenset(rivals(survey)))
    solver = Solver()
    return any(solver.fits(branch) for branch in branches)


def rounding_words(survey: Survey, registry: Registry, *, fits_nearest: bool) -> str:
    """Return what is known of the rounding of a survey, in words."""
    if survey.rounding:
        return {"nearest": "rounded to the nearest, as stated", "truncated": "cut off, as stated"}[survey.rounding]
    return _WORDS[fits_nearest, fits_truncated(survey, registry)]

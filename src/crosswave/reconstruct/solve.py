"""What the counts of a survey can be, its conflicts taken out: under each reading, and under those that fit best."""

from __future__ import annotations

import hashlib
import math
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np

from crosswave.printed.intervals import RationalInterval
from crosswave.reconstruct.arithmetic import (
    Arithmetic,
    Conflict,
    Counts,
    Figure,
    IntArray,
    Mask,
    Names,
    components,
    interpretations,
    retracted,
    rivals,
    sizes,
    without,
)  # fmt: skip
from crosswave.reconstruct.closed_form import ClosedForm, LooseClosedForm, Tables, is_simple
from crosswave.reconstruct.conflicts import find_conflicts
from crosswave.reconstruct.cpsat import Searched
from crosswave.reconstruct.effort import at_most, spend
from crosswave.reconstruct.power import Possible
from crosswave.study.models import Survey
from crosswave.study.registry import Registry

Part = ClosedForm | LooseClosedForm | Searched

NOT_WEIGHTED = "the figures are not weighted"
NEAREST = "percentages are rounded to the nearest"
CUT_OFF = "rounding: cut off after the last digit"
NETS = "nets"
SUM_OF_COUNTS = f"{NETS}: the share of the counts added up"
SUM_OF_PRINT = f"{NETS}: the printed percentages added up"
_WORDS = {
    (True, True): "rounded to the nearest is assumed; all figures cut off after the last digit would fit as well",
    (True, False): "rounded to the nearest is assumed; no counts give all figures cut off after the last digit",
    (False, True): "no counts give all figures rounded to the nearest; cut off after the last digit they would fit",
    (False, False): "no counts give all figures, rounded to the nearest or cut off after the last digit",
}


def known(part: Arithmetic) -> Part:
    """Return a part of a survey with the cheaper exact engine that knows its counts."""
    if not is_simple(part):
        return Searched(part)
    return LooseClosedForm(part) if part.figures[0].base.loose else ClosedForm(part)


@dataclass(frozen=True, slots=True)
class Solutions:
    """How many tables of counts print every figure: exactly, however many, or where capped at least so many.

    A part is capped that has more than `TABLES_LISTED` tables.
    """

    number: int
    capped: bool

    def __str__(self) -> str:
        shown = f"{self.number:,}" if self.number < 10**15 else ""
        if not shown:  # such numbers can have thousands of digits
            power = math.log10(self.number)
            shown = f"about {10 ** (power % 1):.1f} x 10^{int(power)}"
        return f"at least {shown}" if self.capped else shown


@dataclass(frozen=True, slots=True)
class Solution:
    """One reading of a survey, solved."""

    counts: dict[str, Counts]
    conflicts: tuple[Conflict, ...]
    out: frozenset[str]
    left: Arithmetic


@dataclass(slots=True)
class Solver:
    """Solves readings of one survey; what readings have in common is solved once."""

    _seen: dict[tuple[object, ...], Any] = field(default_factory=dict)

    def solve(self, reading: Arithmetic) -> Solution:
        """Return the bounds of every figure that is in no conflict, and the conflicts.

        Notes
        -----
        Parts of a survey share nothing but n. So the sizes of n that each part allows are found first, and each part is
        then bounded over the sizes that all of them allow.
        """
        conflicts: dict[tuple[tuple[str, ...], ...], Conflict] = {}
        left = reading
        while not (fitting := self._fitting(left))[1].size:
            found = self._conflicts(left, fitting[0])
            conflicts = {(conflict.figures, conflict.assumptions): conflict for conflict in found} | conflicts
            # What else a figure that is impossible by itself is at odds with says nothing of the other figures.
            alone = [conflict for conflict in found if len(conflict.figures) == 1]
            left = without(left, {name for conflict in alone or found for name in conflict.figures})
        counts = {name: one for own in self._ask("bounds", *fitting) for name, one in own.items()}
        return Solution(
            counts, tuple(conflicts.values()), frozenset(f.id for f in reading.figures) - counts.keys(), left
        )

    def possible(self, left: Arithmetic, names: frozenset[str] | None = None) -> dict[str, Possible]:
        """Return what could have been printed in place of each figure of a reading that has no conflict.

        Notes
        -----
        A part does not limit the sizes of n at which its own figures are looked at.
        """
        parts = components(left)
        n, refused = sizes(left), [~self._fits(part) for part in parts]
        refusals = np.sum(refused, axis=0)
        found: dict[str, Possible] = {}
        for part, own in zip(parts, refused, strict=True):
            if names is None or any(figure.id in names for figure in part.figures):
                found |= self._ask("possible", [part], np.asarray(n[refusals - own == 0]), names)[0]
        return found

    def tables(self, left: Arithmetic) -> Solutions:
        """Return how many tables print a reading that has no conflict."""
        parts, n = self._fitting(left)
        spend(len(n) * len(parts) / 1e6)
        found = self._ask("tables", parts, n)
        if not found:
            return Solutions(1, capped=False)
        number = sum(map(math.prod, zip(*_multiplied([by_size for by_size, _ in found]), strict=True)))
        return Solutions(number, any(capped for _, capped in found))

    def fits(self, reading: Arithmetic) -> bool:
        """Return whether counts exist that print every figure of a reading."""
        alone = all(self._fits(part).any() for part in components(reading))  # the first that does not fit is enough
        return alone and bool(self._fitting(reading)[1].size)

    def sizes(self, reading: Arithmetic) -> list[int]:
        """Return what n can be under a reading that has no conflict."""
        fitting: list[int] = self._fitting(reading)[1].tolist()
        return fitting

    def _conflicts(self, reading: Arithmetic, parts: list[Arithmetic]) -> list[Conflict]:
        """Conflicts inside parts, or else between parts that need different n."""
        unfit = [part for part in parts if not self._fits(part).any()]
        return [conflict for part in unfit or [reading] for conflict in self._conflicts_in(part)]

    def _conflicts_in(self, part: Arithmetic) -> list[Conflict]:
        found: list[Conflict] = self._once(part, "conflicts", lambda: list(find_conflicts(part)))
        return found

    def _fitting(self, reading: Arithmetic) -> tuple[list[Arithmetic], IntArray]:
        """The parts of a reading, and the sizes of n that every part allows."""
        parts, n = components(reading), sizes(reading)
        return parts, np.asarray(n[np.logical_and.reduce([np.ones(len(n), bool), *map(self._fits, parts)])])

    def _fits(self, part: Arithmetic) -> Mask:
        return np.asarray(self._once(part, "fits", lambda: self._known(part).fits()))

    def _known(self, part: Arithmetic) -> Part:
        engine: Part = self._once(part, "engine", lambda: known(part))
        return engine

    def _ask(self, what: str, parts: list[Arithmetic], n: IntArray, *names: Names) -> list[Any]:
        """What the engines of parts answer for some sizes of n: a digest tells these apart, there can be a million."""
        key = (what, hashlib.sha256(n.tobytes()).digest(), *names)
        return [self._once(part, key, partial(self._answer, part, what, n, *names)) for part in parts]

    def _answer(self, part: Arithmetic, what: str, n: IntArray, *names: Names) -> object:
        return getattr(self._known(part), what)(n, *names)

    def _once(self, part: Arithmetic, what: object, compute: Callable[[], object]) -> Any:
        return self.once((what, part.figures, part.links, part.n, part.rounding), compute)

    def once(self, key: tuple[object, ...], compute: Callable[[], object]) -> Any:
        """Return what is computed for a key, or was before."""
        if key not in self._seen:
            self._seen[key] = compute()
        return self._seen[key]


def _multiplied(columns: Iterable[Tables]) -> Iterator[list[int]]:
    """Fewer columns whose products along a row are the same: as many at once as 64 bits have room for."""
    product: Tables = np.array([1])
    for column in columns:
        if int(product.max()) * int(column.max()) >= 2**63:
            yield product.tolist()
            product = column
        else:
            product = product * column
    yield product.tolist()


# --- a survey under every reading of what print leaves open -----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Trial:
    """Every reading with its solution, and those that leave the fewest figures out, by what they read."""

    solved: list[tuple[Arithmetic, Solution]]
    best: dict[tuple[str, ...], Solution]

    @classmethod
    def of(cls, branches: list[Arithmetic], solver: Solver, *, best_only: bool = False) -> Trial:
        """Return what becomes of some readings; of those alone that fit, where only the best matter and any fits."""
        fitting = [branch for branch in branches if solver.fits(branch)] if best_only and len(branches) > 1 else []
        solved = [(branch, solver.solve(branch)) for branch in fitting or branches]
        fewest = min(len(solution.out) for _, solution in solved)
        best = {branch.reading: solution for branch, solution in solved if len(solution.out) == fewest}
        return cls(solved, best)

    def counts(self) -> dict[str, Counts]:
        """Return what each figure can be under any reading of the best."""
        found = defaultdict(list)
        for solution in self.best.values():
            for name, counts in solution.counts.items():
                found[name].append(counts)
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


def try_readings(
    survey: Survey, registry: Registry, solver: Solver, retract: Collection[str] = (), *, best_only: bool = False
) -> Trials:
    """Return what becomes of a survey, each rival value in turn standing for the value that it rivals."""
    rival = rivals(survey)

    def trial(left_out: frozenset[str]) -> Trial:
        return Trial.of(branches_of(survey, registry, left_out, retract, solver), solver, best_only=best_only)

    others = {name: frozenset({*rival, target} - {name}) for name, target in rival.items()}
    return Trials(trial(frozenset(rival)), {name: trial(left_out) for name, left_out in others.items()})


def branches_of(
    survey: Survey,
    registry: Registry,
    left_out: frozenset[str],
    retract: Collection[str] = (),
    solver: Solver | None = None,
) -> list[Arithmetic]:
    """Return every reading of a survey under the assumptions that are made; its figures are read once for a solver."""
    once = (solver or Solver()).once

    def read(**other: object) -> list[Arithmetic]:
        def made() -> list[Arithmetic]:
            found = survey.model_copy(update=other)
            branches = interpretations(found, registry.lexicon, registry.plan, left_out)
            if "rounding" in other:
                branches = [replace(branch, reading=(*branch.reading, CUT_OFF)) for branch in branches]
            return [reading for branch in branches for reading in readings_of_nets(branch)]

        readings: list[Arithmetic] = once(("read", left_out, *other.items()), made)
        return readings

    weighted = {"weighted": True} if NOT_WEIGHTED in retract else {}
    cut = read(**weighted, rounding="truncated") if NEAREST in retract else []
    return [retracted(reading, retract) for reading in [*read(**weighted), *cut]]


def feasible_readings(survey: Survey, registry: Registry) -> list[tuple[Arithmetic, list[int]]]:
    """Return the readings of a survey that survive, without the figures in conflict, each with what n can be."""
    solver = Solver()
    with at_most():
        best = try_readings(survey, registry, solver).main.best
        return [(solution.left, solver.sizes(solution.left)) for solution in best.values() if solution.left.figures]


def _merge(many: list[Counts]) -> Counts:
    """The hull of several bounds; no values where those of one were too many to be listed."""
    if len(many) == 1:
        return many[0]
    bases, values = ([getattr(counts, name) for counts in many] for name in ("bases", "values"))
    return Counts(
        min(counts.count_low for counts in many),
        max(counts.count_high for counts in many),
        min(counts.base_low for counts in many),
        max(counts.base_high for counts in many),
        *(tuple(sorted(set().union(*listed))) if all(listed) else () for listed in (bases, values)),
    )


def readings_of_nets(branch: Arithmetic) -> list[Arithmetic]:
    """A reading, and where some of its nets print the sum of the printed figures of their parts, a second one."""
    nets, figures = dict(_added_up(branch)), {figure.id: figure for figure in branch.figures}
    if not nets:
        return [branch]
    wide = tuple(_widened(name, nets, figures) for name in figures)
    by_print = replace(branch, figures=wide, reading=(*branch.reading, SUM_OF_PRINT))
    return [replace(branch, reading=(*branch.reading, SUM_OF_COUNTS)), by_print]


def _added_up(branch: Arithmetic) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The nets whose printed figure is the sum of those of their parts, with these."""
    printed = {}
    for figure in branch.figures:
        digits = re.match(r"\d+(\.\d+)?", figure.printed) if figure.decimals is not None else None
        if digits:
            printed[figure.id] = Fraction(digits[0])
    for net, *parts in (link.members for link in branch.links if link.kind == "net"):
        if printed.keys() >= {net, *parts} and printed[net] == sum(printed[part] for part in parts):
            yield net, tuple(parts)


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
    survey, registry
        The wave, whose own word on its rounding is not looked at; rival values are left out.

    Notes
    -----
    A percentage p then means anything from p up to, but not including, one unit of its last digit more.
    """
    cut = survey.model_copy(update={"rounding": "truncated"})
    branches = interpretations(cut, registry.lexicon, registry.plan, frozenset(rivals(survey)))
    solver = Solver()
    return any(solver.fits(branch) for branch in branches)


def rounding_words(survey: Survey, registry: Registry, *, fits_nearest: bool) -> str:
    """Return what is known of the rounding of a survey, in words."""
    if survey.rounding:
        return {"nearest": "rounded to the nearest, as stated", "truncated": "cut off, as stated"}[survey.rounding]
    return _WORDS[fits_nearest, fits_truncated(survey, registry)]

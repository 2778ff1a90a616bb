"""The second engine: an integer model with a variable for every count and base, solved with CP-SAT.

It counts what the closed form cannot (subsets, nets, parts of answers: 18 of 1,369 parts in ``data/``) and finds
conflicts, repairs and joint bounds. Presolve is off: the models are small, and take a third of the time without it.

A figure printed as the share interval ``[low, high]`` on base ``b`` allows the counts ``c`` with
``low b <= c <= high b``. That is linear in ``(c, b)``, so a base that is itself unknown does no harm; an upper end h/d
that does not belong to it makes ``c d <= h b - 1``.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from crosswave.late import Late
from crosswave.printed.intervals import Shares
from crosswave.reconstruct.arithmetic import Arithmetic, Counts, Figure, IntArray, Link, Mask, Names, sizes, wanted
from crosswave.reconstruct.closed_form import BASES_LISTED, COUNTS_LISTED
from crosswave.reconstruct.effort import NotSolvedError, left, spend
from crosswave.reconstruct.power import VALUES_LISTED, Possible, Run, Scale, from_mask

if TYPE_CHECKING:
    from ortools.sat.python import cp_model
else:
    cp_model = Late("ortools.sat.python.cp_model")

_SEED = 20170118
_CALL = 0.001
"""Units of work (`crosswave.reconstruct.effort`) that the smallest question to the solver takes."""

SIZES_LISTED = 200
"""An n whose range is at most this wide is tried value by value; else its two ends are."""

TABLES_LISTED = 100_000
"""Parts that no closed form counts are enumerated up to this many tables; parts with one need no limit."""


@dataclass(frozen=True, slots=True)
class Element:
    """Something that a model holds: a printed figure or a named assumption that can be retracted."""

    kind: str
    name: str
    words: str


def elements(arithmetic: Arithmetic) -> list[Element]:
    """Return everything a model holds, figures first."""
    figures = [Element("figure", f.id, f"{f.printed} for {f.id}") for f in arithmetic.figures]
    held = (figure.base for figure in arithmetic.figures if not figure.base.loose)
    bases = {base.key: Element("base", base.key, base.assumption) for base in held}
    links = [Element("link", link_name(link), link.words) for link in arithmetic.links]
    return [*figures, *bases.values(), *links]


def link_name(link: Link) -> str:
    """Return the name of a link as an `Element`."""
    return "|".join((link.kind, *link.members))


class Model:
    """One part of a survey as an integer model."""

    def __init__(
        self, arithmetic: Arithmetic, held: Iterable[Element] | None = None, *, sizes: Sequence[int] | None = None
    ) -> None:
        self.arithmetic = arithmetic
        self._held = {(e.kind, e.name) for e in (elements(arithmetic) if held is None else held)}
        self._shown: defaultdict[int, set[int]] = defaultdict(set)
        self._window: list[Any] = []
        self._cp = cp_model.CpModel()
        self._solver = cp_model.CpSolver()
        self._solver.parameters.num_workers = 1
        self._solver.parameters.random_seed = _SEED
        self._solver.parameters.cp_model_presolve = False
        low, high = arithmetic.n or (1, 1)
        domain = cp_model.Domain(low, high) if sizes is None else cp_model.Domain.from_values(sizes)
        self.n = self._cp.new_int_var_from_domain(domain, "n")
        by_base = {figure.base.key: figure for figure in arithmetic.figures}
        self._base_of = {figure.id: figure.base.key for figure in arithmetic.figures}
        self.bases = {key: self._cp.new_int_var(0, figure.base.high, key) for key, figure in by_base.items()}
        self.counts = {f.id: self._cp.new_int_var(0, f.base.high, f.id) for f in arithmetic.figures}
        for figure in arithmetic.figures:
            self._hold_figure(figure)
        for figure in by_base.values():
            self._hold_base(figure)
        for link in arithmetic.links:
            if ("link", link_name(link)) in self._held:
                self._hold_link(link)

    def _hold_figure(self, figure: Figure) -> None:
        count, base = self.counts[figure.id], self.bases[figure.base.key]
        self._cp.add(count <= base)
        if ("figure", figure.id) in self._held:  # a share is printed of somebody
            self._cp.add(base >= 1)
            share = figure.share.among(figure.base.high)
            self._cp.add(count * share.low.denominator >= base * share.low.numerator)
            self._cp.add(count * share.high.denominator <= base * share.high.numerator - share.high_open)

    def _hold_base(self, figure: Figure) -> None:
        base, size = self.bases[figure.base.key], figure.base
        stated = size.high if size.low == size.high else self.n
        whole = sum(self.counts[answer] for answer in size.answers) if size.answers else stated
        self._cp.add(base <= whole)
        if size.loose:
            self._cp.add(base >= size.floor)
        if ("base", size.key) in self._held and not size.loose:
            self._cp.add(base == whole)

    def _hold_link(self, link: Link) -> None:
        counts = [self.counts[name] for name in link.members]
        base, behind = (self.bases[self._base_of[name]] for name in link.members[:2])
        rules: dict[str, Callable[[], tuple[cp_model.BoundedLinearExpression | bool, ...]]] = {
            "exclusive": lambda: (sum(counts) <= base,),
            "exhaustive": lambda: (sum(counts) == base,),
            "complement": lambda: (sum(counts) == base,),
            "net": lambda: (counts[0] == sum(counts[1:]),),
            "part": lambda: (counts[0] <= counts[1],),
            "organisations": lambda: (counts[0] <= counts[1], base - counts[0] <= behind - counts[1]),
        }
        for rule in rules[link.kind]():
            self._cp.add(rule)

    def fix(self, variable: cp_model.IntVar, value: int) -> None:
        """Hold a count or base at a value from now on."""
        self._shown.clear()
        self._cp.add(variable == value)

    def feasible(self) -> bool:
        """Return whether any counts can have printed the figures."""
        self._cp.clear_objective()
        return self._has_solution()

    def _has_solution(self) -> bool:
        """Whether the model has a solution, found with no more work than is left."""
        self._solver.parameters.max_deterministic_time = left()
        status = self._solver.solve(self._cp)
        spend(_CALL + self._solver.response_proto.deterministic_time)
        ended = (cp_model.OPTIMAL, cp_model.INFEASIBLE, *(() if self._cp.has_objective() else (cp_model.FEASIBLE,)))
        if status not in ended:
            raise NotSolvedError("not solved: CP-SAT did not come to an end with the work that was left")
        return status != cp_model.INFEASIBLE

    def bounds(self, variable: cp_model.IntVar) -> tuple[int, int]:
        """Return the exact minimum and maximum of a count or base.

        Raises `ValueError` where the model has no solution.
        """
        return self._extreme(variable, 1), self._extreme(variable, -1)

    def _extreme(self, variable: cp_model.IntVar, sign: int) -> int:
        self._cp.minimize(sign * variable)
        if not self._has_solution():
            raise ValueError(
                f"{variable.name} has no bounds: the figures contradict each other; find the conflict first"
            )
        self._note()
        return self._solver.value(variable)

    def _note(self) -> None:
        """Every solution shows a value of each count and base: those need not be searched for again."""
        for other in (*self.counts.values(), *self.bases.values(), self.n):
            self._shown[other.index].add(self._solver.value(other))

    def values(self, variable: cp_model.IntVar, limit: int) -> tuple[int, ...]:
        """Return every value of a count or base, or nothing if its range is wider than the limit."""
        low, high = self.bounds(variable)
        domain = self._cp.proto.variables[variable.index].domain
        before, found = list(domain), []
        for value in range(low, high + 1) if high - low < limit else ():
            if value not in self._shown[variable.index]:
                domain.clear()
                domain.extend((value, value))
                if not self.feasible():
                    continue
                self._note()
            found.append(value)
        domain.clear()
        domain.extend(before)
        return tuple(found)

    def can_print(self, count: cp_model.IntVar, base: cp_model.IntVar, share: Shares) -> bool:
        """Return whether a count can be a share of its base; always asked of the same two, once bounds are known."""
        if not self._window:
            self._cp.add(base >= 1)  # a share is printed of somebody
            self._window = [self._cp.add(count == base).proto.linear for _ in range(2)]
        among = share.among(max(figure.base.high for figure in self.arithmetic.figures))
        rows = (
            (among.low.denominator, -among.low.numerator, 0, cp_model.INT_MAX),
            (among.high.denominator, -among.high.numerator, cp_model.INT_MIN, -int(among.high_open)),
        )
        for linear, (of_count, of_base, *domain) in zip(self._window, rows, strict=True):
            for field, numbers in ((linear.vars, (count.index, base.index)), (linear.coeffs, (of_count, of_base))):
                field.clear()
                field.extend(numbers)
            linear.domain.clear()
            linear.domain.extend(domain)
        return self.feasible()

    def sizes_of_tables(self, limit: int) -> list[int]:
        """Return the n of each solution, up to a limit; `NotSolvedError` where the work that is left does not do."""
        trial, finder = self._cp.clone(), cp_model.CpSolver()
        trial.clear_objective()
        finder.parameters.num_workers = 1
        finder.parameters.random_seed = _SEED
        finder.parameters.linearization_level = 0
        finder.parameters.enumerate_all_solutions = True
        sizes: list[int] = []
        tables = _tables(trial.get_int_var_from_proto_index(self.n.index), limit, sizes)
        finder.parameters.max_deterministic_time = left()
        status = finder.solve(trial, tables)
        spend(_CALL + finder.response_proto.deterministic_time)
        if status == cp_model.UNKNOWN or (status == cp_model.FEASIBLE and len(sizes) < limit):
            raise NotSolvedError("not solved: CP-SAT was given the work that was left, and did not list all tables")
        return sizes

    def both(self, first: str, second: str, whole: cp_model.IntVar | None = None) -> cp_model.IntVar:
        """Return a further count: of those who gave two answers both."""
        counts = self.counts[first], self.counts[second]
        keys = self._base_of[first], self._base_of[second]
        both = self._cp.new_int_var(0, max(f.base.high for f in self.arithmetic.figures), f"{first} and {second}")
        for count in counts:
            self._cp.add(both <= count)
        if keys[0] == keys[1] or self.arithmetic.n:
            everybody = self.bases[keys[0]] if keys[0] == keys[1] else self.n
            self._cp.add(both >= sum(counts) - everybody)
        if whole is not None:
            self._cp.add(both == whole)
        return both

    def ratios(self, weights: Mapping[str, int], over: Collection[str]) -> tuple[Fraction, Fraction] | None:
        """Return the smallest and the largest ratio of a weighted sum of counts to a sum of counts or to their base."""
        sum_ = sum(weight * self.counts[name] for name, weight in weights.items())
        divisor = sum(self.counts[name] for name in over) if over else self.bases[self._base_of[next(iter(weights))]]
        if self._at_most(-divisor, divisor)[0] == 0:
            return None

        def best(sign: int, r: Fraction) -> tuple[Fraction, Fraction]:
            numerator, of = self._at_most(sign * r.denominator * sum_ - r.numerator * divisor, sum_, divisor)
            return Fraction(sign * numerator), Fraction(of)

        return -largest_ratio(lambda r: best(-1, r)), largest_ratio(lambda r: best(1, r))

    def _at_most(self, aim: cp_model.LinearExprT, *told: cp_model.LinearExprT) -> tuple[int, ...]:
        """What some sums are where another is as large as it can be."""
        self._cp.maximize(aim)
        if self._solver.solve(self._cp) != cp_model.OPTIMAL:
            raise ValueError("these counts have no ratio: the figures contradict each other; find the conflict first")
        return tuple(self._solver.value(one) for one in told)


def _tables(n: cp_model.IntVar, limit: int, sizes: list[int]) -> cp_model.CpSolverSolutionCallback:
    """What notes the n of each solution, and stops the search at a number of them."""

    class Tables(cp_model.CpSolverSolutionCallback):  # made here, as its base takes long to import
        def on_solution_callback(self) -> None:
            sizes.append(self.value(n))
            if len(sizes) >= limit:
                self.stop_search()

    return Tables()


def largest_ratio(best: Callable[[Fraction], tuple[Fraction, Fraction]]) -> Fraction:
    """Return the largest value of a ratio whose divisor is above 0.

    Parameters
    ----------
    best : callable
        From a number r to the numerator and the divisor for which numerator minus r times divisor is largest.

    Notes
    -----
    Dinkelbach's iteration: each ratio found is the next r, until no numerator exceeds r times its divisor. It is
    exact, and ends where numerator and divisor take finitely many values.

    References
    ----------
    Dinkelbach 1967, Management Science 13(7), doi:10.1287/mnsc.13.7.492.

    Examples
    --------
    >>> choices = [(Fraction(875), Fraction(875 + 754)), (Fraction(894), Fraction(894 + 735))]
    >>> largest_ratio(lambda r: max(choices, key=lambda choice: choice[0] - r * choice[1]))
    Fraction(298, 543)
    """
    ratio = Fraction(0)
    while True:
        numerator, divisor = best(ratio)
        if numerator / divisor == ratio:
            return ratio
        ratio = numerator / divisor


@dataclass(frozen=True, slots=True)
class Searched:
    """A part whose counts are known by CP-SAT alone: its methods are those of `ClosedForm`."""

    part: Arithmetic

    def fits(self) -> Mask:
        """Return for each size of n that print allows whether any counts exist; of many, between two ends."""
        n, model = sizes(self.part), Model(self.part)
        if len(n) == 1 or not model.feasible():
            return np.full(len(n), model.feasible())
        low, high = model.bounds(model.n)
        listed = model.values(model.n, SIZES_LISTED)
        return np.isin(n, listed) if listed else (low <= n) & (n <= high)

    def bounds(self, n: IntArray) -> dict[str, Counts]:
        """Return what each count and base can be, all sizes being feasible."""
        model = Model(self.part, sizes=n.tolist())
        bases = {key: (model.bounds(base), model.values(base, BASES_LISTED)) for key, base in model.bases.items()}
        counts = {key: (model.bounds(count), model.values(count, COUNTS_LISTED)) for key, count in model.counts.items()}
        rows = ((f.id, counts[f.id], bases[f.base.key]) for f in self.part.figures)
        return {name: Counts(*low_high, *ends, listed, values) for name, (low_high, values), (ends, listed) in rows}

    def possible(self, n: IntArray, names: Names = None) -> dict[str, Possible]:
        """Return what could be in place of each figure: value by value, where bounds of count and base allow it."""
        chosen, found = wanted(self.part, names), {}
        for figure in (figure for figure in self.part.figures if figure.id in chosen):
            scale = Scale.of(figure.decimals or 0, self.part.rounding)
            held = [one for one in elements(self.part) if (one.kind, one.name) != ("figure", figure.id)]
            model = Model(self.part, held, sizes=n.tolist())
            count, base = model.counts[figure.id], model.bases[figure.base.key]
            (low, high), (fewest, most) = model.bounds(count), model.bounds(base)
            fewest = max(fewest, 1)  # a share is printed of somebody
            if scale.steps > VALUES_LISTED:
                found[figure.id] = Possible(scale, None, fewest, most)
                continue
            open_ = scale.mask([Run(size, 0, size) for size in range(fewest, most + 1)])
            for value in np.flatnonzero(open_).tolist():
                share = scale.shares(value)
                within = share.low * fewest <= high and share.high * most >= low
                open_[value] = within and model.can_print(count, base, share)
            found[figure.id] = Possible(scale, from_mask(open_), fewest, most)
        return found

    def tables(self, n: IntArray) -> tuple[IntArray, bool]:
        """Return how many tables there are for each size, and whether there are more than was counted."""
        found = Model(self.part, sizes=n.tolist()).sizes_of_tables(TABLES_LISTED + 1)
        by_size = Counter(found[:TABLES_LISTED])
        return np.array([by_size[size] for size in n.tolist()], dtype=np.int64), len(found) > TABLES_LISTED

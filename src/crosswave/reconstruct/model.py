"""The integer model: a variable for every count and base, solved with CP-SAT.

A figure printed as the share interval ``[low, high]`` on base ``b`` allows the counts ``c`` with
``low b <= c <= high b``. That is linear in ``(c, b)``, so a base that is itself unknown does no harm; an upper end h/d
that does not belong to it makes ``c d <= h b - 1``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from ortools.sat.python import cp_model

from crosswave.printed.ends import Ends
from crosswave.reconstruct.arithmetic import Arithmetic, Figure, Link
from crosswave.reconstruct.effort import NotSolvedError, left, spend
from crosswave.reconstruct.ratio import largest_ratio

_SEED = 20170118
_CALL = 0.003
"""Units of work (`crosswave.reconstruct.effort`) that the smallest question to the solver takes."""


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
        self._cp = cp_model.CpModel()
        self._solver = cp_model.CpSolver()
        self._solver.parameters.num_workers = 1
        self._solver.parameters.random_seed = _SEED
        low, high = arithmetic.n or (1, 1)
        domain = cp_model.Domain(low, high) if sizes is None else cp_model.Domain.from_values(sizes)
        self.n = self._cp.new_int_var_from_domain(domain, "n")
        by_base = {figure.base.key: figure for figure in arithmetic.figures}
        self._base_of = {figure.id: figure.base.key for figure in arithmetic.figures}
        self.bases = {key: self._base(figure) for key, figure in by_base.items()}
        self.counts = {f.id: self._cp.new_int_var(0, f.base.high, f.id) for f in arithmetic.figures}
        for figure in arithmetic.figures:
            self._hold_figure(figure)
        for figure in by_base.values():
            self._hold_base(figure)
        for link in arithmetic.links:
            self._hold_link(link)

    @staticmethod
    def _print(model: cp_model.CpModel, count: cp_model.IntVar, base: cp_model.IntVar, ends: Ends) -> None:
        model.add(count * ends.low.denominator >= base * ends.low.numerator)
        model.add(count * ends.high.denominator <= base * ends.high.numerator - ends.high_open)

    def _base(self, figure: Figure) -> cp_model.IntVar:
        return self._cp.new_int_var(0, figure.base.high, figure.base.key)

    def _hold_figure(self, figure: Figure) -> None:
        count, base = self.counts[figure.id], self.bases[figure.base.key]
        self._cp.add(count <= base)
        if ("figure", figure.id) in self._held:  # a share is printed of somebody
            self._cp.add(base >= 1)
            self._print(self._cp, count, base, figure.ends.among(figure.base.high))

    def _hold_base(self, figure: Figure) -> None:
        base, size = self.bases[figure.base.key], figure.base
        whole = self._whole(figure)
        self._cp.add(base <= whole)
        if ("base", size.key) in self._held and not size.loose:
            self._cp.add(base == whole)

    def _whole(self, figure: Figure) -> cp_model.LinearExprT:
        size = figure.base
        if size.answers:
            return sum(self.counts[answer] for answer in size.answers)
        return size.high if size.low == size.high else self.n

    def _hold_link(self, link: Link) -> None:
        if ("link", link_name(link)) not in self._held:
            return
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

    def feasible(self) -> bool:
        """Return whether any counts can have printed the figures."""
        self._cp.clear_objective()
        return self._has_solution(self._cp)

    def _has_solution(self, model: cp_model.CpModel) -> bool:
        """Whether a model has a solution, found with no more work than is left."""
        self._solver.parameters.max_deterministic_time = left()
        status = self._solver.solve(model)
        spend(_CALL + self._solver.response_proto.deterministic_time)
        ended = (cp_model.OPTIMAL, cp_model.INFEASIBLE, *(() if model.has_objective() else (cp_model.FEASIBLE,)))
        if status not in ended:
            raise NotSolvedError("not solved: CP-SAT did not come to an end with the work that was left")
        return status != cp_model.INFEASIBLE

    def bounds(self, variable: cp_model.IntVar) -> tuple[int, int]:
        """Return the exact minimum and maximum of a count or base.

        Raises
        ------
        ValueError
            The model has no solution.
        """
        return self._extreme(variable, 1), self._extreme(variable, -1)

    def _extreme(self, variable: cp_model.IntVar, sign: int) -> int:
        self._cp.minimize(sign * variable)
        if not self._has_solution(self._cp):
            raise ValueError(
                f"{variable.name} has no bounds: the figures cannot stand together; find the conflict first"
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
        if high - low + 1 > limit:
            return ()
        return tuple(value for value in range(low, high + 1) if self._can_be(variable, value))

    def can_print(self, count: cp_model.IntVar, base: cp_model.IntVar, ends: Ends) -> bool:
        """Return whether a count can be a share of its base between two ends."""
        trial = self._cp.clone()
        trial.clear_objective()
        yes, of = (trial.get_int_var_from_proto_index(variable.index) for variable in (count, base))
        trial.add(of >= 1)  # a share is printed of somebody
        self._print(trial, yes, of, ends.among(max(figure.base.high for figure in self.arithmetic.figures)))
        return self._has_solution(trial)

    def sizes_of_tables(self, limit: int) -> list[int]:
        """Return the n of every solution, each as often as it has solutions, up to a number of solutions.

        Raises
        ------
        NotSolvedError
            The work that is left is not enough.
        """
        trial, finder = self._cp.clone(), cp_model.CpSolver()
        trial.clear_objective()
        finder.parameters.num_workers = 1
        finder.parameters.random_seed = _SEED
        finder.parameters.enumerate_all_solutions = True
        tables = _Tables(trial.get_int_var_from_proto_index(self.n.index), limit)
        finder.parameters.max_deterministic_time = left()
        status = finder.solve(trial, tables)
        spend(_CALL + finder.response_proto.deterministic_time)
        if status == cp_model.UNKNOWN or (status == cp_model.FEASIBLE and len(tables.sizes) < limit):
            raise NotSolvedError("not solved: CP-SAT was given the work that was left, and did not list all tables")
        return tables.sizes

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
            raise ValueError("these counts have no ratio: the figures cannot stand together; find the conflict first")
        return tuple(self._solver.value(one) for one in told)

    def fix(self, variable: cp_model.IntVar, value: int) -> None:
        """Hold a count or base at a value from now on."""
        self._shown.clear()
        self._cp.add(variable == value)

    def _can_be(self, variable: cp_model.IntVar, value: int) -> bool:
        if value in self._shown[variable.index]:
            return True
        trial = self._cp.clone()
        trial.clear_objective()
        trial.add(trial.get_int_var_from_proto_index(variable.index) == value)
        found = self._has_solution(trial)
        if found:
            self._note()
        return found


class _Tables(cp_model.CpSolverSolutionCallback):
    """Notes the n of each solution, and stops the search at a number of them."""

    def __init__(self, n: cp_model.IntVar, limit: int) -> None:
        super().__init__()
        self._n, self._limit = n, limit
        self.sizes: list[int] = []

    def on_solution_callback(self) -> None:
        self.sizes.append(self.value(self._n))
        if len(self.sizes) >= self._limit:
            self.stop_search()

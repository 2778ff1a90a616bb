"""Answers taken together: how many can have given both, ratios of their sums, and made-up respondents that print them.

How answers to different questions go together is not identified by print. A draw makes one such joint distribution up,
at random; nothing may be inferred from it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd

from crosswave.files import write_whole
from crosswave.reconstruct.arithmetic import Arithmetic, Figure, IntArray, Mask, components
from crosswave.reconstruct.closed_form import LooseClosedForm, boxes, is_simple
from crosswave.reconstruct.cpsat import Model
from crosswave.reconstruct.solve import feasible_readings
from crosswave.study.models import Survey
from crosswave.study.registry import Registry

NOT_IDENTIFIED = (
    "Synthetic: made up so that its tabulation prints the published figures again. How answers to different questions "
    "go together is not identified by print; infer nothing from these rows."
)
_SUMS = ("exclusive", "exhaustive", "complement")


def joint_counts(survey: Survey, registry: Registry, first: str, second: str) -> tuple[int, int]:
    """Return the fewest and the most respondents who can have given two answers both.

    Parameters
    ----------
    survey, registry
        The wave, and what holds the phrases and the plan.
    first, second : str, local ids of two figures

    Raises
    ------
    ValueError
        If a figure is not known, or it has no counts: it is in conflict, weighted, or its base unknown.

    Notes
    -----
    Over every reading that survives and every table of counts: ``max(0, a + b - everybody) <= both <= min(a, b)``,
    everybody being the base where both rest on one, and all respondents where they do not. Answers that exclude each
    other share nobody; a part shares all of itself with its whole, and a subset with the answer that defines it.

    References
    ----------
    Frechet (1951), Annales de l'Universite de Lyon A 14, 53-77; Rueschendorf (1981), doi:10.1007/BF01891836.
    """
    ends = []
    for reading, sizes in feasible_readings(survey, registry):
        known = {figure.id: figure for figure in reading.figures}
        if not {first, second} <= known.keys():
            continue
        if any({first, second} <= set(link.members) for link in reading.links if link.kind in _SUMS):
            ends.append((0, 0))
            continue
        model = Model(_about(reading, {first, second}), sizes=sizes)
        both = model.both(first, second, whole=model.counts.get(_inside(reading, known[first], known[second]) or ""))
        ends.append(model.bounds(both))
    if not ends:
        raise ValueError(f"{survey.id} has no counts for both {first} and {second}; see their levels")
    return min(low for low, _ in ends), max(high for _, high in ends)


def joint_ratios(
    readings: Sequence[tuple[Arithmetic, list[int]]], weights: Mapping[str, int], over: Collection[str] = ()
) -> tuple[Fraction, Fraction] | None:
    """Return the smallest and the largest ratio of a weighted sum of counts to a sum of counts or to their base.

    Parameters
    ----------
    readings : sequence of tuple
        Of a survey, each with what n can be: from `feasible_readings`.
    weights : mapping of str to int
        Local ids of figures: the weight of each.
    over : collection of str
        Local ids of the figures whose counts are the divisor; the base of the others where there are none.

    Returns
    -------
    tuple of Fraction or None
        Exact over every reading and every table of counts. None where the figures rest on more than one
        base, or have no counts in some reading.
    """
    names = {*weights, *over}
    ends: list[tuple[Fraction, Fraction]] = []
    for reading, sizes in readings:
        bases = {figure.id: figure.base.key for figure in reading.figures if figure.id in names}
        one = len(bases) == len(names) and len(set(bases.values())) == 1
        found = Model(_about(reading, names), sizes=sizes).ratios(weights, over) if one else None
        if found is None:
            return None
        ends.append(found)
    return (min(low for low, _ in ends), max(high for _, high in ends)) if ends else None


def _about(reading: Arithmetic, names: set[str]) -> Arithmetic:
    """The parts of a reading that hold two figures, as one."""
    parts = [part for part in components(reading) if names & {figure.id for figure in part.figures}]
    figures = tuple(figure for part in parts for figure in part.figures)
    return Arithmetic(figures, tuple(link for part in parts for link in part.links), reading.n, reading.reading)


def _inside(reading: Arithmetic, first: Figure, second: Figure) -> str | None:
    """The one of two figures whose respondents all gave the other."""
    for part, whole in ((first, second), (second, first)):
        of = any(link.kind == "part" and link.members == (part.id, whole.id) for link in reading.links)
        nets = (link.members for link in reading.links if link.kind == "net" and link.members[0] == whole.id)
        if of or part.base.answers == (whole.id,) or any(part.id in members for members in nets):
            return part.id
    return None


# --- made-up respondents: illustrations, never evidence ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Draw:
    """One set of counts that can have printed every figure of a reading."""

    n: int
    counts: Mapping[str, int]
    bases: Mapping[str, int]


def draw_survey(survey: Survey, registry: Registry, draws: int, seed: int) -> pd.DataFrame:
    """Return several draws of a survey's respondents, one under the other.

    Parameters
    ----------
    survey, registry
        The wave, and what holds the phrases and the plan.
    draws, seed : int
        How many, at least 1; the same seed gives the same rows.

    Returns
    -------
    DataFrame
        As `respondents`, with the number of the draw in front; ``attrs`` says what it is and how it was made.

    Raises
    ------
    ValueError
        If draws is below 1, or no figure of the survey can be counted.

    Notes
    -----
    A draw takes one of the readings that survive, each with the same probability; figures in conflict are left out.
    """
    if draws < 1:
        raise ValueError(f"draws must be at least 1; {draws} arrived")
    choices = feasible_readings(survey, registry)
    if not choices:
        raise ValueError(
            f"no figure of {survey.id} can be counted: no n or no share is printed, so there is nothing to draw"
        )
    rng, tables = np.random.default_rng(seed), []
    for number in range(1, draws + 1):
        reading, sizes = choices[rng.integers(len(choices))]
        tables.append(respondents(reading, draw_counts(reading, sizes, rng), rng))
        tables[-1].insert(0, "draw", number)
    table = pd.concat(tables, ignore_index=True)
    table.attrs = {"synthetic": True, "survey": survey.id, "seed": seed, "draws": draws, "statement": NOT_IDENTIFIED}
    return table


def draw_counts(reading: Arithmetic, sizes: list[int], rng: np.random.Generator) -> Draw:
    """Return counts that can have printed every figure of a reading.

    n is uniform over its sizes, and so is a base that not all of them need have answered. Then, part by part and in
    random order, each count is uniform over the values that the counts before it leave. Every feasible table has
    positive probability; they are not equally likely.
    """
    draw = Draw(int(rng.choice(sizes)), {}, {})
    for part in components(reading):
        counts, bases = (_draw_box if is_simple(part) else _draw_tangled)(part, draw.n, rng)
        draw = Draw(draw.n, {**draw.counts, **counts}, {**draw.bases, **bases})
    return draw


def _draw_box(part: Arithmetic, n: int, rng: np.random.Generator) -> tuple[dict[str, int], dict[str, int]]:
    whole = np.array([n], dtype=np.int64)
    if part.figures[0].base.loose:
        part, bases = LooseClosedForm(part).fitting(whole)
        whole = rng.choice(bases, 1)
    box = boxes(part, whole)
    size, low, high = int(box.sizes[0]), box.low[:, 0].copy(), box.high[:, 0].copy()
    exact = any(link.kind != "exclusive" for link in part.links)
    for k in rng.permutation(len(part.figures)):
        rest_low, rest_high = int(low.sum() - low[k]), int(high.sum() - high[k])
        top = min(int(high[k]), size - rest_low) if part.links else int(high[k])
        bottom = max(int(low[k]), size - rest_high) if exact else int(low[k])
        low[k] = high[k] = rng.integers(bottom, top + 1)
    return {f.id: int(low[k]) for k, f in enumerate(part.figures)}, {part.figures[0].base.key: size}


def _draw_tangled(part: Arithmetic, n: int, rng: np.random.Generator) -> tuple[dict[str, int], dict[str, int]]:
    model = Model(part, sizes=[n])
    for k in rng.permutation(len(part.figures)):
        count = model.counts[part.figures[k].id]
        low, high = model.bounds(count)
        model.fix(count, int(rng.choice(model.values(count, high - low + 1))))
    counts = {name: model.bounds(count)[0] for name, count in model.counts.items()}
    return counts, {key: model.bounds(base)[0] for key, base in model.bases.items()}


def respondents(reading: Arithmetic, draw: Draw, rng: np.random.Generator) -> pd.DataFrame:
    """Return a table of made-up respondents that prints every figure of a reading."""
    people = _People(reading, draw, rng)
    columns = {"respondent": np.arange(1, people.rows + 1), "synthetic": np.ones(people.rows, dtype=bool)}
    answers = {}
    for figure in reading.figures:
        asked = pd.Series(people.asked(figure))
        answers[figure.id] = pd.Series(people.gave(figure.id), dtype="boolean").where(asked)
    return pd.DataFrame({**columns, **answers})


def write_table(table: pd.DataFrame, path: Path) -> Path:
    """Write a table of respondents, whole or not at all, and return the path."""
    write_whole(path, table.to_csv(index=False) if path.suffix == ".csv" else table.to_parquet(index=False))
    return path


class _People:
    """Who gave which answer: masks over the rows, made in an order in which each rests on those before it."""

    def __init__(self, reading: Arithmetic, draw: Draw, rng: np.random.Generator) -> None:
        self.rows = max([draw.n, *draw.bases.values()])
        self._figures = {figure.id: figure for figure in reading.figures}
        self._links, self._draw, self._rng = reading.links, draw, rng
        self._subsets: dict[tuple[str, int], Mask] = {}
        self._gave: dict[str, Mask] = {}
        for name in self._figures:
            self.gave(name)

    def asked(self, figure: Figure) -> Mask:
        """Return who is in the base of a figure."""
        size = figure.base
        if size.answers:
            return np.asarray(np.logical_or.reduce([self.gave(answer) for answer in size.answers]))
        if size.who == "everyone":
            return np.arange(self.rows) < self._draw.n
        key = size.who, self._draw.bases[size.key]
        if key not in self._subsets:
            self._subsets[key] = self._some(np.ones(self.rows, dtype=bool), key[1])
        return self._subsets[key]

    def gave(self, name: str) -> Mask:
        """Return who gave an answer; those that it excludes are drawn with it."""
        if name not in self._gave:
            self._gave |= self._made(name)
        return self._gave[name]

    def _made(self, name: str) -> dict[str, Mask]:
        """Masks of a figure and of those that it excludes; nets from their parts, parts out of their whole."""
        together = {name}
        for link in self._links:
            if link.kind == "net" and link.members[0] == name:
                return {name: np.logical_or.reduce([self.gave(part) for part in link.members[1:]])}
            if link.kind == "part" and link.members[0] == name:
                return {name: self._some(self.gave(link.members[1]), self._draw.counts[name])}
        for link in self._links:
            members = set(link.members if link.kind in _SUMS else link.members[1:] if link.kind == "net" else ())
            together |= members if together & members else set()
        order = self._rng.permutation(np.flatnonzero(self.asked(self._figures[name])))
        ends = np.cumsum([self._draw.counts[member] for member in sorted(together)])
        return {member: self._mask(rows) for member, rows in zip(sorted(together), np.split(order, ends), strict=False)}

    def _some(self, among: Mask, how_many: int) -> Mask:
        return self._mask(self._rng.choice(np.flatnonzero(among), size=how_many, replace=False))

    def _mask(self, rows: IntArray) -> Mask:
        return np.isin(np.arange(self.rows), rows)

"""Tables of counts, and of respondents, that print the figures of a survey again: illustrations, never evidence.

How answers to different questions go together is not identified by print. A draw makes one such joint distribution up,
at random; nothing may be inferred from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from crosswave.files import write_whole
from crosswave.reconstruct.arithmetic import Arithmetic, Figure, IntArray, Mask, components
from crosswave.reconstruct.closed_form import boxes, is_simple
from crosswave.reconstruct.cpsat import Model
from crosswave.reconstruct.trials import feasible_readings
from crosswave.study.models import Survey
from crosswave.study.registry import Registry

NOT_IDENTIFIED = (
    "Synthetic: made up so that its tabulation prints the published figures again. How answers to different questions "
    "go together is not identified by print; infer nothing from these rows."
)
_SUMS = ("exclusive", "exhaustive", "complement")


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
    survey : Survey
        The wave.
    registry : Registry
        Holds the phrases and the plan.
    draws : int
        How many, at least 1.
    seed : int
        The same seed gives the same rows.

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
    rng = np.random.default_rng(seed)
    tables = [_one_table(choices[rng.integers(len(choices))], number + 1, rng) for number in range(draws)]
    table = pd.concat(tables, ignore_index=True)
    table.attrs = {"synthetic": True, "survey": survey.id, "seed": seed, "draws": draws, "statement": NOT_IDENTIFIED}
    return table


def _one_table(choice: tuple[Arithmetic, list[int]], number: int, rng: np.random.Generator) -> pd.DataFrame:
    reading, sizes = choice
    table = respondents(reading, draw_counts(reading, sizes, rng), rng)
    table.insert(0, "draw", number)
    return table


def draw_counts(reading: Arithmetic, sizes: list[int], rng: np.random.Generator) -> Draw:
    """Return counts that can have printed every figure of a reading.

    Notes
    -----
    n is uniform over its sizes. Then, part by part and in random order, each count is uniform over the values that the
    counts before it leave. Every feasible table has positive probability; they are not equally likely.
    """
    n = int(rng.choice(sizes))
    counts: dict[str, int] = {}
    bases: dict[str, int] = {}
    for part in components(reading):
        drawn = _draw_box(part, n, rng) if is_simple(part) else _draw_tangled(part, n, rng)
        counts |= drawn[0]
        bases |= drawn[1]
    return Draw(n, counts, bases)


def _draw_box(part: Arithmetic, n: int, rng: np.random.Generator) -> tuple[dict[str, int], dict[str, int]]:
    box = boxes(part, np.array([n], dtype=np.int64))
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
    rows = max([draw.n, *draw.bases.values()])
    people = _People(reading, draw, rng, rows)
    columns: dict[str, object] = {"respondent": np.arange(1, rows + 1), "synthetic": np.ones(rows, dtype=bool)}
    answers = {name: people.column(name) for name in (figure.id for figure in reading.figures)}
    return pd.DataFrame(columns | answers)


def write_table(table: pd.DataFrame, path: Path) -> Path:
    """Write a table of respondents, whole or not at all, and return the path."""
    write_whole(path, table.to_csv(index=False) if path.suffix == ".csv" else table.to_parquet(index=False))
    return path


class _People:
    """Who gave which answer: masks over the rows, made in an order in which each rests on those before it."""

    def __init__(self, reading: Arithmetic, draw: Draw, rng: np.random.Generator, rows: int) -> None:
        self._figures = {figure.id: figure for figure in reading.figures}
        self._links = reading.links
        self._draw, self._rng, self._rows = draw, rng, rows
        self._subsets: dict[tuple[str, int], Mask] = {}
        self._yes: dict[str, Mask] = {}
        for name in self._figures:
            self._answer(name)

    def column(self, name: str) -> pd.Series:
        """Return a figure's column."""
        base = self._base(self._figures[name])
        return pd.Series(self._yes[name], dtype="boolean").where(pd.Series(base))

    def _base(self, figure: Figure) -> Mask:
        size = figure.base
        if size.answers:
            return np.asarray(np.logical_or.reduce([self._answer(answer) for answer in size.answers]))
        if size.who == "everyone":
            return np.arange(self._rows) < self._draw.n
        key = size.who, self._draw.bases[size.key]
        if key not in self._subsets:
            self._subsets[key] = self._some(np.ones(self._rows, dtype=bool), key[1])
        return self._subsets[key]

    def _answer(self, name: str) -> Mask:
        if name not in self._yes:
            self._yes |= self._made(name)
        return self._yes[name]

    def _made(self, name: str) -> dict[str, Mask]:
        """Masks of a figure and of those that it excludes; nets from their parts, parts out of their whole."""
        for link in self._links:
            if link.kind == "net" and link.members[0] == name:
                return {name: np.logical_or.reduce([self._answer(part) for part in link.members[1:]])}
            if link.kind == "part" and link.members[0] == name:
                return {name: self._some(self._answer(link.members[1]), self._draw.counts[name])}
        together = sorted(self._exclude_each_other(name))
        order = self._rng.permutation(np.flatnonzero(self._base(self._figures[name])))
        ends = np.cumsum([self._draw.counts[member] for member in together])
        segments = np.split(order, ends)[: len(together)]
        return {member: self._mask(segment) for member, segment in zip(together, segments, strict=True)}

    def _exclude_each_other(self, name: str) -> set[str]:
        group = {name}
        for link in self._links:
            members = set(link.members if link.kind in _SUMS else link.members[1:] if link.kind == "net" else ())
            group |= members if group & members else set()
        return group

    def _some(self, among: Mask, how_many: int) -> Mask:
        return self._mask(self._rng.choice(np.flatnonzero(among), size=how_many, replace=False))

    def _mask(self, rows: IntArray) -> Mask:
        return np.isin(np.arange(self._rows), rows)

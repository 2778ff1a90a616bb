"""Answers taken together: how many can have given two of them both, and what a ratio of their sums can be."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction

from crosswave.reconstruct.arithmetic import Arithmetic, Figure, components
from crosswave.reconstruct.cpsat import Model
from crosswave.reconstruct.trials import feasible_readings
from crosswave.study.models import Survey
from crosswave.study.registry import Registry


def joint_counts(survey: Survey, registry: Registry, first: str, second: str) -> tuple[int, int]:
    """Return the fewest and the most respondents who can have given two answers both.

    Parameters
    ----------
    survey : Survey
        The wave.
    registry : Registry
        Holds the phrases and the plan.
    first, second : str
        Local ids of two figures.

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
    found = [_between(reading, sizes, first, second) for reading, sizes in feasible_readings(survey, registry)]
    ends = [pair for pair in found if pair]
    if not ends:
        raise ValueError(f"{survey.id} has no counts for both {first} and {second}; see their levels")
    return min(low for low, _ in ends), max(high for _, high in ends)


def _between(reading: Arithmetic, sizes: list[int], first: str, second: str) -> tuple[int, int] | None:
    known = {figure.id: figure for figure in reading.figures}
    if not {first, second} <= known.keys():
        return None
    sums = (set(link.members) for link in reading.links if link.kind in ("exclusive", "exhaustive", "complement"))
    if any({first, second} <= members for members in sums):
        return 0, 0
    model = Model(_about(reading, {first, second}), sizes=sizes)
    both = model.both(first, second, whole=model.counts.get(_inside(reading, known[first], known[second]) or ""))
    return model.bounds(both)


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
        of = [link for link in reading.links if link.kind == "part" and link.members == (part.id, whole.id)]
        within = [link for link in reading.links if link.kind == "net" and whole.id == link.members[0]]
        if of or part.base.answers == (whole.id,) or any(part.id in link.members for link in within):
            return part.id
    return None

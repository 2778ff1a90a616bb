"""How many gave two answers both: print does not say, so only bounds can be given (Frechet)."""

from __future__ import annotations

from crosswave.reconstruct.arithmetic import Arithmetic, Figure, components
from crosswave.reconstruct.model import Model
from crosswave.reconstruct.trials import feasible_readings
from crosswave.registry.loading import Registry
from crosswave.registry.models import Survey


def joint_counts(survey: Survey, registry: Registry, first: str, second: str) -> tuple[int, int]:
    """Return the fewest and the most respondents who can have given two answers both.

    Parameters
    ----------
    survey : Survey
        The wave.
    registry : Registry
        Where phrases and the plan stand.
    first, second : str
        Local ids of two figures.

    Raises
    ------
    ValueError
        If a figure is not known, or no counts stand behind it: it is in conflict, weighted, or its base unknown.

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
    if {first, second} <= _excluded(reading, first):
        return 0, 0
    model = Model(_about(reading, {first, second}), sizes=sizes)
    both = model.both(first, second, whole=model.counts.get(_inside(reading, known[first], known[second]) or ""))
    return model.bounds(both)


def _excluded(reading: Arithmetic, name: str) -> set[str]:
    """The answers that nobody gives together with one."""
    sums = [link for link in reading.links if link.kind in ("exclusive", "exhaustive", "complement")]
    return {member for link in sums if name in link.members for member in link.members}


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

"""A survey from its printed figures to feasible counts, and what becomes of them as an assumption is taken back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from crosswave.memo import remembered
from crosswave.printed.intervals import RationalInterval
from crosswave.reconstruct.arithmetic import Arithmetic, Conflict, Counts, interpretations, people, rivals
from crosswave.reconstruct.conflicts import survey_repairs, with_repairs
from crosswave.reconstruct.effort import NotSolvedError, at_most
from crosswave.reconstruct.finding import LEVELS, Context, FindingCounts
from crosswave.reconstruct.means import means_of
from crosswave.reconstruct.power import Possible, alone_power, unlimited
from crosswave.reconstruct.solve import (
    NEAREST,
    NOT_WEIGHTED,
    SUM_OF_COUNTS,
    Solution,
    Solutions,
    Solver,
    Trial,
    Trials,
    branches_of,
    rounding_words,
    try_readings,
)
from crosswave.study.faults import nearest
from crosswave.study.models import Survey
from crosswave.study.registry import Registry, findings_of

__all__ = [
    "LEVELS", "FindingCounts", "Reconstruction", "Reconstructions", "Retraction", "alone_power", "reconstruct",
    "retractions",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reconstruction:
    """A survey's figures with their feasible counts, conflicts and assumptions.

    n is the fewest and the most who can have answered, None where no n is printed; findings are by id of the figure;
    assumptions are what no source states, in words. Of the readings of ambiguous bases those survive that have counts.
    `solutions` is how many tables of counts print all that is in no conflict, over the readings that survive; None
    where no figure can be counted. `rounding` says whether the figures fit rounded to the nearest, and cut off.
    """

    survey_id: str
    n: tuple[int, int] | None
    findings: Mapping[str, FindingCounts]
    conflicts: tuple[Conflict, ...] = ()
    assumptions: tuple[str, ...] = ()
    readings: tuple[str, ...] = ()
    surviving: tuple[str, ...] = ()
    solutions: Solutions | None = None
    rounding: str = ""


Reconstructions = Mapping[str, Reconstruction]
"""What is known of several surveys, by their ids."""


def reconstruct(survey: Survey, registry: Registry, *, retract: Collection[str] = ()) -> Reconstruction:
    """Return the feasible counts of every printed figure of a survey.

    Parameters
    ----------
    survey, registry
        The wave, and what holds the phrases and the plan.
    retract : collection of str
        Assumptions that are not made, each as `Reconstruction.assumptions` words it.

    Raises
    ------
    ValueError
        If an assumption that is to be retracted is none of this survey; the message names the nearest.

    Notes
    -----
    Each reading of an ambiguous base is a branch; counts are the union over the branches that survive. Rival printed
    values are solved one at a time in place of the value that they rival. Nets that print the sum of the printed
    figures of their parts can have been made so: that is a branch too.
    """

    def made() -> Reconstruction:
        try:
            with at_most():
                return _solved(survey, registry, retract)
        except NotSolvedError as error:
            return _unsolved(survey, registry, str(error))

    return remembered(made, *content_of(survey, registry, retract))


def content_of(survey: Survey, registry: Registry, retract: Collection[str] = ()) -> tuple[str, ...]:
    """Return what a reconstruction is made from, by which it is remembered."""
    return "reconstruct", survey.model_dump_json(), *registry.rules_of_reading, *sorted(retract)


def _solved(survey: Survey, registry: Registry, retract: Collection[str]) -> Reconstruction:
    """A survey with everything that is found about it; power and tables as far as the work that is left goes."""
    solver = Solver()
    assumptions = assumptions_of(survey, registry, solver)
    if unknown := [words for words in retract if words not in assumptions]:
        told = "; ".join(f"{words!r}{nearest(words, assumptions)}" for words in unknown)
        raise ValueError(f"{survey.id} does not assume {told}; its assumptions are those of Reconstruction.assumptions")
    trials = try_readings(survey, registry, solver, retract)
    main, counts = trials.main, trials.counts()
    branches = [branch for branch, _ in main.solved]
    context = _context(survey, registry, retract, branches)
    ranges = {name: (one.count_low, one.count_high) for name, one in counts.items()}
    conflicts = [with_repairs(c, survey_repairs(branches[0], c.figures, ranges)) for c in trials.conflicts()]
    means = {mean.id: mean for mean in means_of(survey, context.n, retract)}
    conflicts += [mean.conflict() for mean in means.values() if not mean.fits]
    try:
        fits = any(not solution.conflicts for solution in main.best.values())
        rounding = rounding_words(survey, registry, fits_nearest=fits)
    except NotSolvedError as error:
        rounding = f"rounded to the nearest is assumed; whether figures cut off would fit was {error}"
    solutions = _all_tables(main.best, solver) if counts else None
    possible = _all_possible(trials, solver)
    context = replace(context, counts=counts, conflicts=tuple(conflicts), means=means, possible=possible)
    return Reconstruction(
        survey.id,
        context.n,
        {finding.id: context.finding_counts(finding) for finding in findings_of(survey)},
        conflicts=tuple(conflicts),
        assumptions=tuple(words for words in assumptions if words not in retract),
        readings=tuple("; ".join(branch.reading) for branch in branches if branch.reading),
        surviving=tuple("; ".join(reading) for reading in main.best if reading),
        solutions=solutions,
        rounding=rounding,
    )


def _unsolved(survey: Survey, registry: Registry, reason: str) -> Reconstruction:
    """A survey of which it was not found out what its counts can be: nothing is read into it, and nothing assumed."""
    branches = interpretations(survey, registry.lexicon, registry.plan, first_only=True)
    context = replace(_context(survey, registry, (), branches), unsolved=reason)
    findings = {finding.id: context.finding_counts(finding) for finding in findings_of(survey)}
    return Reconstruction(survey.id, context.n, findings, rounding=reason)


def _context(survey: Survey, registry: Registry, retract: Collection[str], branches: Sequence[Arithmetic]) -> Context:
    """What is known of a survey before anything is solved."""
    return Context(
        survey.model_copy(update={"weighted": True}) if NOT_WEIGHTED in retract else survey,
        registry.lexicon,
        registry.plan,
        n=people(survey, registry.lexicon, registry.plan),
        rival=rivals(survey),
        bases={figure.id: figure.base for branch in reversed(branches) for figure in branch.figures},
    )


def _all_possible(trials: Trials, solver: Solver) -> dict[str, tuple[Possible, ...]]:
    """What could be in place of each figure; of a rival value, in the survey with it."""

    def names(trial: Trial) -> set[str]:
        return {f.id for solution in trial.best.values() for f in solution.left.figures if f.decimals is not None}

    try:
        found = _possible(trials.main, names(trials.main), solver)
        for name, trial in trials.rivals.items():
            found |= _possible(trial, names(trial) & {name}, solver)
    except NotSolvedError:
        return {}
    return found


def _possible(trial: Trial, names: Iterable[str], solver: Solver) -> dict[str, tuple[Possible, ...]]:
    """What could be in place of some figures, under every reading that another value could let survive."""
    fewest = min(len(solution.out) for solution in trial.best.values())
    known = [
        (branch, {figure.id: figure for figure in branch.figures}, solution, solver.possible(solution.left))
        for branch, solution in trial.solved
    ]

    def one(name: str) -> Iterable[Possible]:
        for branch, figures, solution, possible in known:
            if name in solution.out:
                free = replace(figures[name], share=RationalInterval(Fraction(0), Fraction(1)))
                every = tuple(free if figure is figures[name] else figure for figure in branch.figures)
                solution = solver.solve(replace(branch, figures=every))
                possible = solver.possible(solution.left, frozenset((name,)))
            if len(solution.out) <= fewest:
                anywhere = next(f[name] for _, f, _, _ in known if name in f)
                yield possible.get(name) or unlimited(anywhere, branch.rounding)

    return {name: tuple(one(name)) for name in names}


def _all_tables(best: Mapping[tuple[str, ...], Solution], solver: Solver) -> Solutions:
    """Where nets can be sums of print, that reading holds every table of the one in which they are shares of counts.

    There is at least one, whether or not they can all be counted.
    """
    try:
        tables = [solver.tables(solution.left) for reading, solution in best.items() if SUM_OF_COUNTS not in reading]
    except NotSolvedError:
        return Solutions(1, capped=True)
    return Solutions(sum(one.number for one in tables), any(one.capped for one in tables))


def assumptions_of(survey: Survey, registry: Registry, solver: Solver) -> tuple[str, ...]:
    """Return what no source states of a survey and the arithmetic takes for granted, in words."""
    branches = branches_of(survey, registry, frozenset(rivals(survey)), solver=solver)
    words = [figure.base.assumption for branch in branches for figure in branch.figures]
    words += [link.words for branch in branches for link in branch.links if link.inferred]
    n = people(survey, registry.lexicon, registry.plan)
    words += [assumption for mean in means_of(survey, n) for assumption in mean.assumptions]
    words += [] if survey.weighted is not None else [NOT_WEIGHTED]
    words += [] if survey.rounding else [NEAREST]
    return tuple(dict.fromkeys(words))


# --- assumptions taken back -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Retraction:
    """A survey with and without one of its assumptions."""

    assumption: str
    changed: Mapping[str, tuple[Counts | None, Counts | None]]
    settled: tuple[Conflict, ...]
    unsolved: str = ""


def retractions(survey: Survey, registry: Registry) -> list[Retraction]:
    """Return each assumption of a survey with what it does to the figures, each taken back by itself.

    Parameters
    ----------
    survey, registry
        The wave, and what holds the phrases and the plan.
    """
    solver = Solver()
    try:
        with at_most():
            whole = try_readings(survey, registry, solver, best_only=True)
            assumptions = assumptions_of(survey, registry, solver)
    except NotSolvedError:  # then nothing rests on anything
        return []
    found = []
    for words in assumptions:
        try:
            with at_most():
                less = try_readings(survey, registry, solver, (words,), best_only=True)
                found.append(_compared(words, whole, less))
        except NotSolvedError as error:
            found.append(Retraction(words, {}, (), str(error)))
    return found


def _compared(words: str, whole: Trials, less: Trials) -> Retraction:
    with_it, without = whole.counts(), less.counts()
    names = [name for name in {**with_it, **without} if with_it.get(name) != without.get(name)]
    left = {conflict.figures for conflict in less.conflicts()}
    settled = tuple(conflict for conflict in whole.conflicts() if conflict.figures not in left)
    return Retraction(words, {name: (with_it.get(name), without.get(name)) for name in names}, settled)

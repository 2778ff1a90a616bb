"""One printed figure counted by hand, in words, so that the check of all of them can be followed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import count

from crosswave.display.beside import left_open, taken, ties
from crosswave.display.by_hand import counted, ends, neighbours, percentage, ratio
from crosswave.display.case import Case, label
from crosswave.printed.intervals import Quantity
from crosswave.printed.quantities import Lexicon
from crosswave.reconstruct import FindingCounts, Reconstruction
from crosswave.reconstruct.arithmetic import Figure
from crosswave.reconstruct.conflicts import Conflict
from crosswave.reconstruct.effort import NotSolvedError, at_most
from crosswave.reconstruct.single_figures import counts_of
from crosswave.reconstruct.solve import Solver
from crosswave.reconstruct.trials import try_readings
from crosswave.report.holes import feasible_words, listed_whole
from crosswave.study.loading import Finding, Registry, findings_of
from crosswave.study.models import Survey
from crosswave.words import capital


def worked_example(survey: Survey, registry: Registry, reconstruction: Reconstruction) -> list[str]:
    """Return how one printed figure is counted by hand, and what that can find, in sentences.

    Notes
    -----
    The first of these that the survey has: a figure in conflict; a base that a figure rules out; the figure that could
    most easily have failed, by its base or beside the others; one that could not have failed; one without a base.
    """
    solver = Solver()
    try:
        with at_most():
            trials = try_readings(survey, registry, solver)
            case = Case(survey, reconstruction, Lexicon(registry.quantities), trials, solver)
            return next(told for story in _STORIES if (told := story(case)))
    except NotSolvedError as error:
        return [f"{capital(str(error))}, so there is nothing to count by hand."]


def _conflict(case: Case) -> list[str]:
    """A figure that no count prints, with the counts next to it; or figures that only together are impossible."""
    known = case.figures()
    conflicts = [c for c in case.reconstruction.conflicts if set(c.figures) <= set(known)]
    alone = [c for c in conflicts if len(c.figures) == 1 and _size(known[c.figures[0]])]
    return _impossible(case, known[alone[0].figures[0]]) if alone else _together(case, conflicts, known)


def _size(figure: Figure) -> int | None:
    """How many a figure rests on, where that is one number."""
    base = figure.base
    return base.high if base.low == base.high and not base.answers else None


def _impossible(case: Case, figure: Figure) -> list[str]:
    quantity, size = case.quantity(figure.printed), _size(figure) or 0
    finding = next(f for f in findings_of(case.survey) if f.local_id == figure.id)
    people, rounding = case.people(size, figure.base), case.survey.rounding or "nearest"
    return [
        f"Take {label(finding)}. It stands for a share of {ends(quantity)}, and {people} are taken to have answered. "
        f"The nearest counts are {neighbours(quantity, size, rounding)}. Nothing lies between them.",
        f"So no whole number of {people} prints {figure.printed}: either something that was taken for granted is "
        "wrong, or the print is.",
    ]


def _together(case: Case, conflicts: Sequence[Conflict], known: dict[str, Figure]) -> list[str]:
    if not conflicts:
        return []
    held = [known[name] for name in conflicts[0].figures]
    sized = [(figure, case.quantity(figure.printed), size) for figure in held if (size := _size(figure))]
    told = [f"{f.printed} ({f.id}) of {case.people(n, f.base)} is {counted(q, n)}" for f, q, n in sized]
    given = " and that ".join(conflicts[0].assumptions)
    return [
        f"Take {' with '.join(f'{f.printed} ({f.id})' for f in held)}. {'; '.join(told)}{'.' * bool(told)}",
        f"No choice of counts fits all of them at once{f', given that {given}' if given else ''}.",
    ]


def _hole(case: Case) -> list[str]:
    """A base that a figure rules out, between two that it does not."""
    for finding, counts, figure in case.shares:
        for size in sorted(_missing(counts.bases)):
            if not counts_of(figure, size):
                near = min(counts.bases, key=lambda base: abs(base - size))
                return _ruled_out(case, finding, counts, figure, size, near)
    return []


def _missing(bases: Sequence[int]) -> set[int]:
    return set(range(bases[0], bases[-1])) - set(bases) if bases else set()


def _ruled_out(
    case: Case, finding: Finding, counts: FindingCounts, figure: Quantity, size: int, near: int
) -> list[str]:
    rounding = case.survey.rounding or "nearest"
    bases = feasible_words(counts.bases, counts.bases[0], counts.bases[-1])
    gaps = "" if listed_whole(counts.bases, bases) else ", with gaps"
    return [
        f"Take {label(finding)}. It stands for a share of {ends(figure)}; on exactly how many people it rests is not "
        f"printed. Of {case.people(near)}, {counted(figure, near)} print it. Of {size:,} no number does: the nearest "
        f"are {neighbours(figure, size, rounding)}. Nothing lies between them.",
        f"So it cannot rest on {case.people(size)}. What all figures together leave is {bases}{gaps}.",
    ]


def _strictest(case: Case) -> tuple[Finding, FindingCounts, Quantity] | None:
    sized = [one for one in case.shares if one[1].power is not None and one[2].decimals is not None]
    return max(sized, key=lambda one: one[1].power or 0, default=None)


def _by_its_base(case: Case) -> list[str]:
    """A figure that its own base could have refuted."""
    found = _strictest(case)
    if found is None or not found[1].power_alone:
        return []
    finding, counts, figure = found
    steps = 100 * 10 ** (figure.decimals or 0)
    bases = counts.bases or range(counts.base_low or 1, (counts.base_high or 1) + 1)
    able, alone = round((steps + 1) * (counts.power or 0)), round((steps + 1) * counts.power_alone)
    beside = f" Beside the other figures {able} of them would have failed." if able > alone else ""
    return [
        f"Take {label(finding)}. {_on_bases(case, figure, bases)}",
        f"Not every percentage can be printed of so few: {_refused(case, figure, bases)} Of the {steps + 1:,} values "
        f"from 0 to 100%, {alone} cannot come from any whole number of them: had one of these been printed, the check "
        f"would have failed.{beside}",
    ]


def _on_bases(case: Case, figure: Quantity, bases: Sequence[int]) -> str:
    sizes = dict.fromkeys((bases[0], bases[-1]))
    told = " and ".join(f"of {case.people(base)}, {counted(figure, base)}" for base in sizes)
    return f"{capital(told)} print it."


def _refused(case: Case, figure: Quantity, bases: Sequence[int]) -> str:
    """The nearest value that no count prints, beside the counts next to it on the largest base."""
    decimals = figure.decimals or 0
    at = round(50 * 10**decimals * (figure.low + (figure.high or 1)))
    steps = (at + sign * step for step in count(1) for sign in (1, -1) if 0 <= at + sign * step <= 100 * 10**decimals)
    others = (case.quantity(f"{percentage(Fraction(step, 100 * 10**decimals), decimals)}%") for step in steps)
    other = next(q for q in others if not any(counts_of(q, base) for base in bases))
    near = neighbours(other, bases[-1], case.survey.rounding or "nearest")
    return f"{other.printed} would lie between {near}."


def _beside(case: Case) -> list[str]:
    """A figure that its base alone could not have refuted, but the other figures could."""
    found = _strictest(case)
    if found is None or not found[1].power:
        return []
    finding, counts, figure = found
    bases = counts.bases or (counts.base_low or 1, counts.base_high or 1)
    steps = 100 * 10 ** (figure.decimals or 0)
    bonds = dict.fromkeys(ties(case, finding.local_id))
    return [
        f"Take {label(finding)}. {_on_bases(case, figure, bases)} By itself it could not have failed: every value from "
        "0 to 100% is printed by some number of them.",
        f"But it does not stand alone: {'; '.join(bonds)}. {taken(case, finding, figure)}"
        f"{left_open(case, finding, figure)}"
        f"Of the {steps + 1:,} values from 0 to 100%, {round((steps + 1) * (counts.power or 0))} would have left no "
        "whole counts for it and the other figures together: had one of these been printed, the check would have "
        "failed.",
    ]


def _silent(case: Case) -> list[str]:
    """A figure that could not have failed, with every count that prints it."""
    sized = [one for one in case.shares if one[1].base_low is not None and one[1].level != "conflicting"]
    if not sized:
        return []
    finding, counts, figure = min(sized, key=lambda one: (one[2].verbal, _width(one[1])))
    bases = counts.bases or (counts.base_low or 1, counts.base_high or 1)
    told = f"Take {label(finding)}. It stands for a share of {ends(figure)}. {_on_bases(case, figure, bases)}"
    return [told, _why_silent(case, figure, bases[0])]


def _width(counts: FindingCounts) -> int:
    return (counts.base_high or 0) - (counts.base_low or 0)


def _why_silent(case: Case, figure: Quantity, base: int) -> str:
    if figure.decimals is None:
        return "Words stand for so wide a range that no number of people contradicts them: nothing could have failed."
    step, unit = 100 / base, 1 / 10**figure.decimals
    size = f"One of {case.people(base)} is {step:.2g} {'point' if base == 100 else 'points'}"
    near = f"{size}, no more than the {unit:g} between two printed values. So " if step <= unit else ""
    return capital(
        f"{near}every value from 0 to 100% is printed by some number of them: no figure here could have failed, "
        "whatever had been printed."
    )


def _no_base(case: Case) -> list[str]:
    """A figure on nobody knows how many."""
    found = next(((f, c, q) for f, c, q in case.shares if c.base_low is None and c.level != "unquantified"), None)
    if found is None:
        return []
    finding, counts, figure = found
    if case.survey.weighted:
        return [f"Take {label(finding)}: {counts.reason}. So there is nothing to count by hand."]
    size = figure.smallest_base()
    whole = None if figure.decimals is None else 100 * 10**figure.decimals
    anyway = f" From {whole:,} on, every number of them does." if whole else ""
    return [
        f"Take {label(finding)}. It stands for a share of {ends(figure)}, but print does not say of how many. The "
        f"smallest number that can print it is {case.people(size)}: "
        f"{ratio(counts_of(figure, size)[0], size, figure)}.{anyway}",
        "So no whole number can be checked: any value would have fitted some number of them.",
    ]


def _nothing(case: Case) -> list[str]:
    return ["No share of respondents is printed, so there is nothing to count by hand."]


_STORIES: Sequence[Callable[[Case], list[str]]] = (
    _conflict, _hole, _by_its_base, _beside, _silent, _no_base, _nothing
)  # fmt: skip

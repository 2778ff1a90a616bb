"""One printed figure counted by hand, in words, so that the check of all of them can be followed."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from itertools import count
from operator import or_

from crosswave.printed.intervals import Quantity
from crosswave.printed.plain import is_withheld
from crosswave.printed.quantities import Lexicon
from crosswave.reconstruct import FindingCounts, Reconstruction
from crosswave.reconstruct.arithmetic import BaseSize, Figure
from crosswave.reconstruct.effort import NotSolvedError, at_most
from crosswave.reconstruct.power import members
from crosswave.reconstruct.single_figures import counts_of
from crosswave.reconstruct.solve import Solver, Trials, try_readings
from crosswave.report.holes import feasible_words, listed_whole
from crosswave.study.models import ORGANISATIONS, Survey
from crosswave.study.registry import Finding, Registry, findings_of
from crosswave.words import capital, plural

_SHOWN = 3
_MOST_DECIMALS = 9

Share = tuple[Finding, FindingCounts, Quantity]
"""A printed share of respondents, the counts that print it, and the shares that it can mean."""


@dataclass(frozen=True, slots=True)
class Case:
    """A survey, what was found of it, and every reading that was tried."""

    survey: Survey
    reconstruction: Reconstruction
    lexicon: Lexicon
    trials: Trials
    solver: Solver

    @property
    def shares(self) -> list[Share]:
        """Every printed share of respondents."""
        found = (f for f in findings_of(self.survey) if f.answer.measure == "share" and not is_withheld(f.answer))
        own = (f for f in found if not (f.base and f.base.counts) or f.base.counts == ORGANISATIONS)
        return [(f, self.reconstruction.findings[f.id], self.quantity(f.text)) for f in own]

    @property
    def rounding(self) -> str:
        """How its percentages are taken to be rounded."""
        return self.survey.rounding or "nearest"

    @property
    def strictest(self) -> Share | None:
        """The share that could most easily have failed; None where none could be checked."""
        sized = [one for one in self.shares if one[1].power is not None and one[2].decimals is not None]
        return max(sized, key=lambda one: one[1].power or 0, default=None)

    def quantity(self, printed: str) -> Quantity:
        """Return the shares that a printed text can mean."""
        return self.lexicon.figure(printed, self.rounding)

    def people(self, size: int, base: BaseSize | None = None) -> str:
        """Return a number of respondents in words."""
        persons = self.survey.unit == "person" and (base is None or base.who != ORGANISATIONS)
        return plural(size, *(("person", "people") if persons else ("organisation", ORGANISATIONS)))


def label(finding: Finding) -> str:
    """Return a figure as ``73% for “skills gap” (gap-barriers.skills)``."""
    return f"{finding.shown} for “{finding.answer.says}” ({finding.local_id})"


def ratio(yes: int, base: int, figure: Quantity) -> str:
    """Return a count of a base with its percentage.

    Examples
    --------
    >>> p73 = Quantity(Fraction(725, 1000), Fraction(735, 1000), printed="73%", decimals=0, reason="rounded")
    >>> ratio(44, 60, p73)
    '44/60 = 73.3%'
    """
    exact, decimals = Fraction(yes, base), (figure.decimals or 0) + 1
    while decimals < _MOST_DECIMALS and (
        figure.holds(Fraction(percentage(exact, decimals)) / 100) != figure.holds(exact)
    ):  # rounded so, it would seem to be what it is not
        decimals += 1
    return f"{yes:,}/{base:,} = {percentage(exact, decimals)}%"


def percentage(share: Fraction, decimals: int) -> str:
    """Return a percentage without its sign, rounded half up; exact however many decimals it has."""
    steps = math.floor(share * 100 * 10**decimals + Fraction(1, 2))
    whole, part = divmod(steps, 10**decimals)
    return f"{whole}.{part:0{decimals}d}" if decimals else str(whole)


def counted(figure: Quantity, base: int) -> str:
    """Return which counts of a base print a figure, the first and the last with their percentages."""
    yes = counts_of(figure, base)
    if not yes:
        return "nobody"
    shown = yes if len(yes) <= _SHOWN else (yes[0], yes[-1])
    return f"{feasible_words(yes, yes[0], yes[-1])} ({', '.join(ratio(one, base, figure) for one in shown)})"


def neighbours(figure: Quantity, base: int, rounding: str) -> str:
    """Return the counts next to a figure that no count prints, each with what it would print.

    A half goes either way, as nobody prints the rule.

    Examples
    --------
    >>> p73 = Quantity(Fraction(725, 1000), Fraction(735, 1000), printed="73%", decimals=0, reason="rounded")
    >>> neighbours(p73, 61, "nearest")
    '44/61 = 72.1%, printed as 72%, and 45/61 = 73.8%, printed as 74%'
    """
    below, told = math.floor(figure.low * base), []
    for yes in (below, below + 1):
        if yes <= base:
            told.append(ratio(yes, base, figure))
        if yes <= base and (places := figure.decimals) is not None:
            steps, half = Fraction(yes, base) * 100 * 10**places, Fraction(1, 2)
            near, cut = (math.ceil(steps - half), math.floor(steps + half)), (math.floor(steps),)
            printed = dict.fromkeys({"nearest": near, "truncated": cut}[rounding])
            told[-1] += f", printed as {' or '.join(f'{step / 10**places:.{places}f}%' for step in printed)}"
    return ", and ".join(told)


def ends(figure: Quantity) -> str:
    """Return the shares that a figure means, in percent."""
    low, high = (100 * float(end) for end in (figure.low, figure.high))
    return f"{low:g} to {high:g}%"


def _taken(case: Case, finding: Finding, figure: Quantity) -> str:
    """Return what the answers that exclude a figure take of its base, by hand, where that is one number."""
    counts = case.reconstruction.findings
    links = (link for solution in case.trials.main.best.values() for link in solution.left.links)
    link = next((one for one in links if one.kind == "exclusive" and finding.local_id in one.members), None)
    base = counts[finding.id].base_low
    if link is None or base is None or base != counts[finding.id].base_high:
        return ""
    others = [counts[f"{case.survey.id}.{name}"].count_low or 0 for name in link.members if name != finding.local_id]
    left = base - sum(others)
    return (
        f"The others take at least {' + '.join(f'{low:,}' for low in others)} of the {base:,}, so at most {left:,} are "
        f"left ({ratio(left, base, figure)}). "
    )


def _left_open(case: Case, finding: Finding, figure: Quantity) -> str:
    """Return what could have been printed in place of a figure, where the readings that are kept say so."""
    kept = (case.solver.possible(solution.left) for solution in case.trials.main.best.values())
    values = [found[finding.local_id].values for found in kept if finding.local_id in found]
    bits = [held for held in values if isinstance(held, int)]
    counts = case.reconstruction.findings[finding.id]
    if figure.decimals is None or not bits or len(bits) < len(values):
        return ""
    open_, size = list(members(reduce(or_, bits))), 100 * 10**figure.decimals + 1
    if len(open_) != size - round(size * (counts.power or 0)):
        return ""  # a reading that does not survive could do so with another value
    decimals = figure.decimals
    words = feasible_words(open_, open_[0], open_[-1], lambda step: percentage(Fraction(step, size - 1), decimals))
    return f"Only {words}%{'' if listed_whole(open_, words) else ', with gaps,'} could have stood in its place. "


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
            return next((told for story in _STORIES if (told := story(case))), _NOTHING)
    except NotSolvedError as error:
        return [f"{capital(str(error))}, so there is nothing to count by hand."]


def _conflict(case: Case) -> list[str]:
    """A figure that no count prints, with the counts next to it; or figures that only together are impossible."""
    trials = [*case.trials.rivals.values(), case.trials.main]  # the first reading of each, rival values included
    known = {figure.id: figure for trial in trials for figure in trial.solved[0][0].figures}
    conflicts = [c for c in case.reconstruction.conflicts if set(c.figures) <= set(known)]
    sizes = {name: one.base.high for name, one in known.items()
             if one.base.low == one.base.high and not one.base.answers}  # fmt: skip
    alone = [c.figures[0] for c in conflicts if len(c.figures) == 1 and sizes.get(c.figures[0])]
    if alone:
        return _impossible(case, known[alone[0]], sizes[alone[0]])
    if not conflicts:
        return []
    held, assumed = [known[name] for name in conflicts[0].figures], " and that ".join(conflicts[0].assumptions)
    told = [
        f"{one.printed} ({one.id}) of {case.people(size, one.base)} is {counted(case.quantity(one.printed), size)}"
        for one in held
        if (size := sizes.get(one.id))
    ]
    return [
        f"Take {' with '.join(f'{one.printed} ({one.id})' for one in held)}. {'; '.join(told)}{'.' * bool(told)}",
        f"No choice of counts fits all of them at once{f', given that {assumed}' if assumed else ''}.",
    ]


def _impossible(case: Case, figure: Figure, size: int) -> list[str]:
    quantity, people = case.quantity(figure.printed), case.people(size, figure.base)
    finding = next(f for f in findings_of(case.survey) if f.local_id == figure.id)
    return [
        f"Take {label(finding)}. It can be a share of {ends(quantity)}, and {people} are taken to have answered. "
        f"The nearest counts are {neighbours(quantity, size, case.rounding)}. Nothing lies between them.",
        f"So no whole number of {people} gives {figure.printed}: either something that was taken for granted is "
        "wrong, or the figure is.",
    ]


def _gap(case: Case) -> list[str]:
    """A base that a figure rules out, between two that it does not."""
    for finding, counts, figure in case.shares:
        between = range(counts.bases[0], counts.bases[-1]) if counts.bases else ()
        for size in sorted(set(between) - set(counts.bases)):
            if not counts_of(figure, size):
                near = min(counts.bases, key=lambda base: abs(base - size))
                bases = feasible_words(counts.bases, counts.bases[0], counts.bases[-1])
                return [
                    f"Take {label(finding)}. It can be a share of {ends(figure)}; on exactly how many people it "
                    f"rests is not printed. Of {case.people(near)}, {counted(figure, near)} give it. Of {size:,} no "
                    f"number does: the nearest are {neighbours(figure, size, case.rounding)}. Nothing lies between "
                    "them.",
                    f"So it cannot rest on {case.people(size)}. What all figures together leave is "
                    f"{bases}{'' if listed_whole(counts.bases, bases) else ', with gaps'}.",
                ]
    return []


def _by_its_base(case: Case) -> list[str]:
    """A figure that its own base could have refuted, beside the nearest value that no count prints."""
    found = case.strictest
    if found is None or not found[1].power_alone:
        return []
    finding, counts, figure = found
    decimals = figure.decimals or 0
    bases, last = counts.bases or range(counts.base_low or 1, (counts.base_high or 1) + 1), 100 * 10**decimals
    able, alone = round((last + 1) * (counts.power or 0)), round((last + 1) * counts.power_alone)
    at = round(50 * 10**decimals * (figure.low + (figure.high or 1)))
    steps = (at + sign * step for step in count(1) for sign in (1, -1) if 0 <= at + sign * step <= last)
    values = (case.quantity(f"{percentage(Fraction(step, last), decimals)}%") for step in steps)
    other = next(q for q in values if not any(counts_of(q, base) for base in bases))
    others = f" Beside the other figures {able} of them would have failed." if able > alone else ""
    return [
        f"Take {label(finding)}. {_on_bases(case, figure, bases)}",
        f"Not every percentage can come from so few: {other.printed} would lie between "
        f"{neighbours(other, bases[-1], case.rounding)}. Of the {last + 1:,} values "
        f"from 0 to 100%, {alone} cannot come from any whole number of them: had one of these been printed, the check "
        f"would have failed.{others}",
    ]


def _on_bases(case: Case, figure: Quantity, bases: Sequence[int]) -> str:
    sizes = dict.fromkeys((bases[0], bases[-1]))
    told = " and ".join(f"of {case.people(base)}, {counted(figure, base)}" for base in sizes)
    return f"{capital(told)} give it."


def _by_others(case: Case) -> list[str]:
    """A figure that its base alone could not have refuted, but the other figures could."""
    found = case.strictest
    if found is None or not found[1].power:
        return []
    finding, counts, figure = found
    bases = counts.bases or (counts.base_low or 1, counts.base_high or 1)
    values, ties = 100 * 10 ** (figure.decimals or 0) + 1, []
    for solution in case.trials.main.best.values():
        ties += [link.words for link in solution.left.links if finding.local_id in link.members]
        bound = (one.id for one in solution.left.figures if finding.local_id in one.base.answers)
        ties += [f"it is part of the base of {name.partition('.')[0]}" for name in bound]
    return [
        f"Take {label(finding)}. {_on_bases(case, figure, bases)} By itself it could not have failed: every value from "
        "0 to 100% is printed by some number of them.",
        f"But there are other figures beside it: {'; '.join(dict.fromkeys(ties))}. "
        f"{_taken(case, finding, figure)}{_left_open(case, finding, figure)}"
        f"Of the {values:,} values from 0 to 100%, {round(values * (counts.power or 0))} would have left no "
        "whole numbers of people for it and the other figures together: had one of these been printed, the check "
        "would have failed.",
    ]


def _silent(case: Case) -> list[str]:
    """A figure that could not have failed, with every count that prints it."""
    sized = [one for one in case.shares if one[1].base_low is not None and one[1].level != "conflicting"]
    if not sized:
        return []
    finding, counts, figure = min(
        sized, key=lambda one: (one[2].verbal, (one[1].base_high or 0) - (one[1].base_low or 0))
    )
    bases = counts.bases or (counts.base_low or 1, counts.base_high or 1)
    told = f"Take {label(finding)}. It can be a share of {ends(figure)}. {_on_bases(case, figure, bases)}"
    if figure.decimals is None:
        wide = "Words have so wide a range that no number of people contradicts them: nothing could have failed."
        return [told, wide]
    step, unit = 100 / bases[0], 1 / 10**figure.decimals
    size = f"One of {case.people(bases[0])} is {step:.2g} {'point' if bases[0] == 100 else 'points'}"
    near = f"{size}, no more than the {unit:g} between two printed values. So " if step <= unit else ""
    every = (
        f"{near}every value from 0 to 100% is printed by some number of them: no figure here could have failed, "
        "whatever had been printed."
    )
    return [told, capital(every)]


def _no_base(case: Case) -> list[str]:
    """A figure on nobody knows how many."""
    found = next((one for one in case.shares if one[1].base_low is None and one[1].level != "unquantified"), None)
    if found is None:
        return []
    finding, counts, figure = found
    if case.survey.weighted:
        return [f"Take {label(finding)}: {counts.reason}. So there is nothing to count by hand."]
    size, places = figure.smallest_base(), figure.decimals
    anyway = "" if places is None else f" From {100 * 10**places:,} on, every number of them does."
    return [
        f"Take {label(finding)}. It can be a share of {ends(figure)}, but no source says of how many. The "
        f"smallest number that can give it is {case.people(size)}: "
        f"{ratio(counts_of(figure, size)[0], size, figure)}.{anyway}",
        "So no whole number can be checked: any value would have fitted some number of them.",
    ]


_NOTHING = ["No share of respondents is printed, so there is nothing to count by hand."]
_STORIES: Sequence[Callable[[Case], list[str]]] = (_conflict, _gap, _by_its_base, _by_others, _silent, _no_base)

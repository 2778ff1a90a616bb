"""What the other figures of a survey leave to one of them, in words."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import reduce
from operator import or_

from crosswave.display.by_hand import percentage, ratio
from crosswave.display.case import Case
from crosswave.printed.intervals import Quantity
from crosswave.reconstruct.scale import members
from crosswave.report.holes import feasible_words, listed_whole
from crosswave.study.loading import Finding


def ties(case: Case, name: str) -> Iterator[str]:
    """Yield what binds a figure to others, in words."""
    for solution in case.trials.main.best.values():
        yield from (link.words for link in solution.left.links if name in link.members)
        for figure in solution.left.figures:
            if name in figure.base.answers:
                yield f"it is part of the base of {figure.id.partition('.')[0]}"


def taken(case: Case, finding: Finding, figure: Quantity) -> str:
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


def left_open(case: Case, finding: Finding, figure: Quantity) -> str:
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

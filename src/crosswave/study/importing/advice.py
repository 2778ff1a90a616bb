"""What to do about a cell that shows no share: what it shows says what was perhaps meant."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from crosswave.printed.plain import is_mark
from crosswave.study.mending import Path_
from crosswave.study.models import Answer, Survey

_BARE = re.compile(r"\d+(\.\d+)?")
_NUMBER = re.compile(r"\(?(n ?= ?)?\d[\d,. ]*\)?", re.IGNORECASE)
_BASE = re.compile(
    r"((un-?)?weighted |effective |all |number of |total )*(base|total|sample|n|count|respondents|interviews)"
    r"( (base|size|sample|total|count|n|respondents))*( ?\((?P<weight>(un-?)?weighted).*| ?[(:,].*)?",
    re.IGNORECASE,
)
_WEIGHTED = re.compile(r"\bweighted", re.IGNORECASE)


def plainer(answer: Answer, message: str) -> str:
    """Return what to do about an answer whose printed text nobody can read."""
    return next((words(answer) for fits, words in _ADVICE if fits(answer)), message)


def sums_of_all(survey: Survey) -> Iterator[tuple[Path_, str]]:
    """Yield the place of each row that only says that the answers of a table are 100 % together, and what to do."""
    for k, question in enumerate(survey.questions):
        for j, answer in enumerate(question.answers):
            if _BASE.fullmatch(answer.says) and re.fullmatch(r"100(\.0+)? ?%", answer.printed):
                yield ("questions", k, "answers", j, "printed"), "this row is the sum of the others; delete the row"


def _is_base(answer: Answer) -> bool:
    return bool(_BASE.fullmatch(answer.says) and _NUMBER.fullmatch(answer.printed))


def _base(answer: Answer) -> str:
    if _WEIGHTED.search(answer.says):
        return (
            "this row gives a weighted base, which counts nobody: write the unweighted one as n or base_n, "
            "give the fact weighted as yes, and delete the row"
        )
    return "this row gives a base: write it as n (of the survey) or base_n (of a question), and delete the row"


def _mark(answer: Answer) -> str:
    return (
        f"{answer.printed} stands for a figure that is suppressed or missing: leave the row out, or give the reason in "
        "the column unusable; where the table says what it means, such as less than 0.5%, write that"
    )


def _bare(answer: Answer) -> str:
    """A bare number is the fault that sheets make most: percentages typed into cells of another format."""
    printed = answer.printed
    percent = f"{float(printed) * 100:g}% or {printed}%" if float(printed) <= 1 else f"{printed}%"
    return (
        f"{printed} has no percent sign; type the figure as it is printed, such as {percent}, "
        "or say in a column measure that it is a mean or a size"
    )


_ADVICE: tuple[tuple[Callable[[Answer], bool], Callable[[Answer], str]], ...] = (
    (_is_base, _base),
    (lambda answer: is_mark(answer.printed), _mark),
    (lambda answer: _BARE.fullmatch(answer.printed) is not None, _bare),
)

"""Tables of a file of respondents: shares of answers, in all and by group, with what did not answer."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from crosswave.microdata.design import REPLICATES, Design, mean, share
from crosswave.microdata.reading import Respondents
from crosswave.microdata.suppression import Line, suppressed
from crosswave.study.faults import nearest

MOST_ANSWERS = 12
"""A variable without labels is a question up to so many different values; texts only where each is of many people."""

_MANY = 10
"""How many people must have given each text of a variable, that all of them are answers and none is a name."""

_UNSURE = re.compile(r"(?:don.?t know|do not know|not sure|unsure|no opinion|dk|refused|prefer not.*).*", re.IGNORECASE)
_TICKED = ("1", "1.0", "yes", "true", "selected", "ticked", "checked", "mentioned", "quoted")
_NOT_TICKED = ("0", "0.0", "no", "false", "not selected", "not ticked", "unchecked", "not mentioned", "not quoted", "")


@dataclass(frozen=True, slots=True)
class Plan:
    """Which columns say what: weight, strata, units drawn first, groups, sets of boxes, scales with their top."""

    weight: str | None = None
    strata: str | None = None
    psu: str | None = None
    population: str | None = None
    replicates: str | None = None
    kind: str = "brr"
    rho: float = 0.0
    by: tuple[str, ...] = ()
    multi: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    top: int = 0
    method: str = "logit"
    least: int = 0

    @property
    def named(self) -> tuple[str, ...]:
        """The columns that are no questions."""
        return (*filter(None, (self.weight, self.strata, self.psu, self.population)), *self.by)


def design_of(data: Respondents, plan: Plan) -> Design:
    """Return the design that a plan names.

    Raises
    ------
    ValueError
        A column is not there, a weight is no number of at least 0, or a stratum has one unit alone.
    """
    frame, n = data.frame, len(data.frame)
    for name in plan.named:
        if name not in frame:
            raise ValueError(f"the file has no column {name!r}{nearest(name, map(str, frame.columns))}")
    weights = pd.to_numeric(frame[plan.weight], errors="coerce") if plan.weight else pd.Series(np.ones(n))
    if bad := int((~(weights >= 0)).sum()):
        advice = "mend them or leave those rows out"
        raise ValueError(f"weight {plan.weight}: {bad} of {n} are missing or below 0; {advice}")
    strata = _codes(frame[[plan.strata]]) if plan.strata else np.zeros(n, dtype=np.int64)
    units = _codes(frame[[*filter(None, (plan.strata, plan.psu))]]) if plan.psu else np.arange(n)
    first = np.unique(units, return_index=True)[1]
    sizes = np.bincount(strata[first])
    if (sizes == 1).any():
        place = first[strata[first] == int(np.argmax(sizes == 1))][0]
        words = f"stratum {frame[plan.strata].iloc[place]}" if plan.strata else "the sample"
        raise ValueError(f"{words} has one unit alone, which has no variance; join it to another")
    if plan.kind not in REPLICATES:
        meant = nearest(plan.kind, REPLICATES)
        raise ValueError(f"kind is one of {', '.join(REPLICATES)}; {plan.kind!r} arrived{meant}")
    if not 0 <= plan.rho < 1:
        raise ValueError(f"rho, Fay's factor, lies from 0 to below 1; {plan.rho:g} arrived")
    replicates = _matching(frame, plan.replicates)
    return Design(
        weights.to_numpy(float), strata, units,
        frame[plan.population].to_numpy(float) if plan.population else None,
        frame[replicates].to_numpy(float) if replicates else None, plan.kind, plan.rho,
    )  # fmt: skip


def tabulate_all(data: Respondents, plan: Plan) -> list[Line]:
    """Return a line for each answer, in all and in each group.

    Raises
    ------
    ValueError
        Nothing in the file is a question, or the design is refused: see `design_of`.
    """
    design = design_of(data, plan)
    lines = [line for group, domain in _groups(data, plan) for line in _tables(data, plan, design, group, domain)]
    if not lines:
        others = [str(name) for name in data.frame.columns if name not in plan.named]
        raise ValueError(
            "no column is a question by itself: a text may be a name, and a number with more than "
            f"{MOST_ANSWERS} values a measurement; name a question, such as --question {others[0] if others else 'q1'}"
        )
    return suppressed(lines, plan.least)


def _codes(frame: pd.DataFrame) -> Any:
    return frame.groupby(list(frame.columns), dropna=False, sort=True).ngroup().to_numpy()


def _matching(frame: pd.DataFrame, pattern: str | None) -> list[str]:
    found = fnmatch.filter(map(str, frame.columns), pattern) if pattern else []
    if pattern and not found:
        raise ValueError(f"no column is called {pattern!r}; the file has {', '.join(map(str, frame.columns[:12]))} ...")
    return found


def _groups(data: Respondents, plan: Plan) -> Iterator[tuple[str, Any]]:
    yield "", np.ones(len(data.frame), bool)
    for name in plan.by:
        for code, label in _answers(data, name).items():
            yield f"{data.labels.get(name, name)}: {label}", (data.frame[name] == code).to_numpy()


def _tables(data: Respondents, plan: Plan, design: Design, group: str, domain: Any) -> Iterator[Line]:
    for pattern in plan.multi:
        yield from _boxes(data, plan, design, group, domain, pattern, _matching(data.frame, pattern))
    for name in _questions(data, plan):
        yield from _single(data, plan, design, group, domain, name)


def _taken(data: Respondents, plan: Plan) -> set[str]:
    patterns = (*plan.multi, *filter(None, [plan.replicates]))
    return {*plan.named, *(name for pattern in patterns for name in _matching(data.frame, pattern))}


def others_of(data: Respondents, plan: Plan) -> tuple[str, ...]:
    """Return the columns that are neither questions nor named by the plan."""
    known = {*_taken(data, plan), *_questions(data, plan)}
    return tuple(str(name) for name in data.frame.columns if str(name) not in known)


def _questions(data: Respondents, plan: Plan) -> list[str]:
    """The variables that are questions: those named, else those with labels or few different numbers."""
    if plan.questions:
        return [name for pattern in plan.questions for name in _matching(data.frame, pattern)]
    taken = _taken(data, plan)
    names = [str(name) for name in data.frame.columns if name not in taken]
    return [name for name in names if data.codes.get(name) or _is_short(data.frame[name])]


def _is_short(column: pd.Series[Any]) -> bool:
    few = 1 < column.nunique() <= MOST_ANSWERS
    number = pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column)
    return few and (number or bool((column.value_counts().loc[lambda counts: counts > 0] >= _MANY).all()))


def _is_measured(data: Respondents, name: str, answers: Mapping[Any, str]) -> bool:
    """Whether a variable is a measurement: of its many numbers hardly one has a label."""
    labelled = sum(code in data.codes.get(name, {}) for code in answers)
    numeric = pd.api.types.is_numeric_dtype(data.frame[name])
    return numeric and len(answers) > MOST_ANSWERS and labelled * 2 < len(answers)


def _answers(data: Respondents, name: str) -> dict[Any, str]:
    labels, missing = data.codes.get(name, {}), data.missing.get(name, {})
    found = [code for code in data.frame[name].dropna().unique() if code not in missing]
    kind = data.frame[name].dtype
    try:
        in_order = isinstance(kind, pd.CategoricalDtype) and kind.ordered
        found = [code for code in kind.categories if code in found] if in_order else sorted(found)
    except TypeError:
        found = sorted(found, key=str)
    return {code: labels.get(code, f"{code:g}" if isinstance(code, float) else str(code)) for code in found}


def _single(data: Respondents, plan: Plan, design: Design, group: str, domain: Any, name: str) -> Iterator[Line]:
    column, answers = data.frame[name], _answers(data, name)
    valid = domain & column.isin(list(answers)).to_numpy()
    asked, label = int(domain.sum()), data.labels.get(name, name)
    if _is_measured(data, name, answers):
        found = mean(design, column.to_numpy(float), valid) if valid.sum() > 1 else None
        yield Line(name, label, "Mean", group, found, int(valid.sum()), int(valid.sum()), asked, "mean")
        return
    ticks = {text: (column == code).to_numpy() for code, text in answers.items()}
    sure = valid & ~np.logical_or.reduce([tick for text, tick in ticks.items() if _UNSURE.fullmatch(text)] or [~valid])
    for text, tick in ticks.items():
        yield _line(design, plan, (name, label, text, group), tick, (domain, valid, sure))
    for text, parts in _nets(list(answers.values()), plan.top).items():
        tick = np.logical_or.reduce([ticks[part] for part in parts])
        yield _line(design, plan, (name, label, text, group), tick, (domain, valid, sure), parts)


def _nets(answers: Sequence[str], top: int) -> Mapping[str, tuple[str, ...]]:
    if not top or len(answers) < 2 * top:
        return {}
    return {f"Net: first {top}": tuple(answers[:top]), f"Net: last {top}": tuple(answers[-top:])}


def _boxes(
    data: Respondents, plan: Plan, design: Design, group: str, domain: Any, pattern: str, boxes: list[str]
) -> Iterator[Line]:
    """A set of boxes: asked is who has a value in any of them, and a box without one is not ticked."""
    if len(boxes) == 1:
        data, boxes = _split(data, boxes[0])
    valid = domain & np.logical_or.reduce([~_no_answer(data, box) for box in boxes])
    for box in boxes:
        tick = _ticked(data, box)
        words = (pattern.strip("*_"), pattern.strip("*_"), data.labels.get(box) or _own(data, box) or box, group)
        yield _line(design, plan, words, tick, (domain, valid, valid))


def _split(data: Respondents, name: str) -> tuple[Respondents, list[str]]:
    """One column that holds all that was ticked, with ; or | between, as a box for each."""
    texts = data.frame[name].dropna().astype(str)
    separator = next((sign for sign in ";|" if texts.str.contains(sign, regex=False).any()), None)
    if separator is None:
        raise ValueError(
            f"{name} is one column, and no ; or | parts what was ticked in it; name the boxes with a pattern, such as "
            f"--multi '{name}_*', or leave --multi out"
        )
    boxes = texts.str.replace(rf"\s*\{separator}\s*", "|", regex=True).str.strip("| ").str.get_dummies("|")
    return Respondents(boxes.reindex(data.frame.index)), [str(box) for box in boxes.columns]


def _own(data: Respondents, box: str) -> str | None:
    """The text that a box holds where it is ticked, and nothing else: the answer itself."""
    held = data.frame[box][~_no_answer(data, box)].unique()
    text = str(data.codes.get(box, {}).get(held[0], held[0])).strip() if len(held) == 1 else ""
    return text if text.lower() not in (*_TICKED, *_NOT_TICKED) and not re.fullmatch(r"[\d.]+", text) else None


def _ticked(data: Respondents, box: str) -> Any:
    """Who ticked a box: some programs write its own label there, others a label or number for yes."""
    labels, own = data.codes.get(box, {}), {data.labels.get(box, box).lower(), str(_own(data, box)).lower()}
    held = data.frame[box][~_no_answer(data, box)].unique()
    words = {code: str(labels.get(code, code)).strip().lower() for code in held}
    ticked = {code for code, text in words.items() if text in _TICKED or text in own}
    if unknown := [text for code, text in words.items() if code not in ticked and text not in _NOT_TICKED]:
        advice = "code it as 1 and 0, or label its values yes and no"
        raise ValueError(f"{box} holds {unknown[0]}, which is neither ticked nor not; {advice}")
    return data.frame[box].isin(list(ticked)).to_numpy()


def _no_answer(data: Respondents, name: str) -> Any:
    return (data.frame[name].isna() | data.frame[name].isin(list(data.missing.get(name, {})))).to_numpy()


def _line(
    design: Design, plan: Plan, words: tuple[str, str, str, str], tick: Any, bases: tuple[Any, Any, Any],
    parts: tuple[str, ...] = (),
) -> Line:  # fmt: skip
    domain, valid, _ = bases
    count, answered = int((tick & valid).sum()), int(valid.sum())
    found = share(design, tick & valid, valid, method=plan.method) if answered > 1 else None
    readings = _readings(design.weights, tick, bases) if found else {}
    return Line(*words, found, count, answered, int(domain.sum()), "share", parts, readings)


def _readings(weights: Any, tick: Any, bases: tuple[Any, Any, Any]) -> dict[str, float]:
    """The share as others may have computed it."""
    said = zip(("", ", of everyone asked", ", don't knows left out"), (bases[1], bases[0], bases[2]), strict=True)
    found: dict[str, float] = {}
    for words, base in said:
        for how, weight in (("weighted", weights), ("unweighted", np.ones(len(weights)))):
            if (total := weight[base].sum()) > 0:
                found[how + words] = float(weight[base & tick].sum() / total)
    return found

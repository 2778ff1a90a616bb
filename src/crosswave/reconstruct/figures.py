"""From a survey to arithmetic: each reading of its ambiguous bases as figures, bases and what ties them together."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from functools import partial
from itertools import product

from crosswave.printed.intervals import RationalInterval
from crosswave.printed.plain import is_withheld
from crosswave.printed.quantities import Lexicon
from crosswave.printed.sizes import sample_range
from crosswave.reconstruct.arithmetic import Arithmetic, BaseSize, Figure, Link
from crosswave.reconstruct.effort import NotSolvedError
from crosswave.study.models import ORGANISATIONS, Base, Plan, Survey
from crosswave.study.registry import Finding, findings_of

READINGS_TRIED = 256
"""A survey whose ambiguous bases can be read in more ways is not solved."""


def interpretations(
    survey: Survey, lexicon: Lexicon, plan: Plan, without: frozenset[str] = frozenset()
) -> list[Arithmetic]:
    """Return a survey as arithmetic, once for each reading of its ambiguous bases.

    Rival values are left out by their local ids. Raises `NotSolvedError` for more than `READINGS_TRIED`.
    """
    n = people(survey, lexicon, plan)
    shares = [finding for finding in findings_of(survey) if _is_share(finding) and finding.local_id not in without]
    ambiguous = {_base_place(finding): finding.base for finding in shares if finding.base and finding.base.either}
    number = math.prod(len(base.either) for base in ambiguous.values())
    if number > READINGS_TRIED:
        raise NotSolvedError(f"not solved: its bases can be read in {number:,} ways, more than {READINGS_TRIED}")
    choices = product(*(range(len(base.either)) for base in ambiguous.values()))
    read = partial(_one_reading, survey, shares, lexicon, n, plan.items_skipped.value)
    return [read(dict(zip(ambiguous, choice, strict=True))) for choice in choices]


def first_reading(survey: Survey, lexicon: Lexicon, plan: Plan) -> Arithmetic:
    """Return a survey as arithmetic, each ambiguous base being the first of its alternatives, rival values included."""
    shares = [finding for finding in findings_of(survey) if _is_share(finding)]
    choice = {_base_place(finding): 0 for finding in shares if finding.base and finding.base.either}
    n, skipped = people(survey, lexicon, plan), plan.items_skipped.value
    return _one_reading(survey, shares, lexicon, n, skipped, choice)


def people(survey: Survey, lexicon: Lexicon, plan: Plan) -> tuple[int, int] | None:
    """Return the fewest and the most who can have answered, each organisation sending somebody; None if not printed."""
    n = sample_range(survey.n, lexicon, plan)
    return n and (min(max(n[0], survey.organisations or 1), n[1]), n[1])


def rivals(survey: Survey) -> dict[str, str]:
    """Return the local id of each rival printed value with that of the value it rivals."""
    return {
        finding.local_id: f"{finding.question.id}.{finding.answer.rival_of}"
        for finding in findings_of(survey)
        if finding.answer.rival_of
    }


def _is_share(finding: Finding) -> bool:
    """Whether a figure is a number of respondents on their base; a weighted one is not, nor one that is withheld."""
    if finding.answer.measure != "share" or is_withheld(finding.answer):
        return False
    counted = not (finding.base and finding.base.counts and finding.base.counts != ORGANISATIONS)
    return counted and not finding.survey.weighted


def _base_place(finding: Finding) -> str:
    return finding.local_id if finding.answer.base else finding.question.id


def _one_reading(
    survey: Survey,
    shares: list[Finding],
    lexicon: Lexicon,
    n: tuple[int, int] | None,
    skipped: float,
    choice: dict[str, int],
) -> Arithmetic:
    figures = [figure for finding in shares if (figure := _figure(finding, lexicon, n, skipped, choice))]
    known = {figure.id for figure in figures}
    while missing := [f for f in figures if not set(f.base.answers) <= known]:
        figures = [figure for figure in figures if figure not in missing]
        known = {figure.id for figure in figures}
    words = tuple(f"{place}: {_chosen(survey, place, pick)}" for place, pick in choice.items())
    return Arithmetic(tuple(figures), tuple(_links(shares, figures)), n, words, survey.rounding or "nearest")


def _chosen(survey: Survey, place: str, pick: int) -> str:
    base = next(finding.base for finding in findings_of(survey) if _base_place(finding) == place and finding.base)
    return describe(base.either[pick])


def describe(base: Base | None) -> str:
    """Return a base in words."""
    if base is None:
        return "everyone (assumed)"
    if base.either:
        return " or ".join(describe(alternative) for alternative in base.either)
    if base.at_most and not base.who:
        return "everyone who answered the item"
    return base.who or base.counts or ("everyone" if base.everyone else " or ".join(base.answers) or f"{base.n} people")


def _figure(
    finding: Finding, lexicon: Lexicon, n: tuple[int, int] | None, skipped: float, choice: dict[str, int]
) -> Figure | None:
    base = finding.base
    if base and base.either:
        base = base.either[choice[_base_place(finding)]]
    size = size_of(finding, n, base, skipped)
    if size is None:
        return None
    share = lexicon.figure(finding.text, finding.survey.rounding or "nearest")
    interval = RationalInterval(share.low, share.high, share.high_open)
    return Figure(finding.local_id, finding.text, interval, share.decimals, size)


def size_of(
    finding: Finding, n: tuple[int, int] | None, base: Base | None = None, skipped: float = 0.0
) -> BaseSize | None:
    """Return how many a figure can rest on, None where print does not say; at most a share of them skipped the item."""
    base, place = base or finding.base, finding.question.id
    if base and base.counts:
        return _organisations(finding) if base.counts == ORGANISATIONS else None
    if base is None or base.everyone:
        words = f"everyone answered {place}" if base else f"the base of {place} is everyone, and nobody skipped it"
        return BaseSize(f"{place}|all", "everyone", *n, (), words) if n else None
    who = describe(base)
    if base.at_most:
        low, high = (n or (0, 0)) if base.at_most == "n" else (base.at_most, base.at_most)
        floor, words = math.ceil((1 - skipped) * low), f"at most {skipped:.0%} of them ({who}) left {place} out"
        key = f"{place}|{who}|at most {high}"
        return BaseSize(key, who, low, high, (), words, loose=True, floor=max(floor, 1)) if high else None
    key = "|".join((place, who, str(base.n or ""), *base.answers))
    if base.answers and not base.n:
        return BaseSize(key, who, 1, n[1], base.answers, f"all of them ({who}) answered {place}") if n else None
    if base.n:
        return BaseSize(key, who, base.n, base.n, (), f"all {base.n} of them ({who}) answered {place}")
    return None


def _organisations(finding: Finding) -> BaseSize | None:
    size, place = finding.survey.organisations, finding.question.id
    words = f"{place} counts all {size} organisations, once each"
    return BaseSize(f"{place}|{ORGANISATIONS}", ORGANISATIONS, size, size, (), words) if size else None


def _links(shares: list[Finding], figures: list[Figure]) -> Iterator[Link]:
    """What ties the figures of a survey together: sums, nets, parts, the rest, organisations behind people."""
    known = {figure.id: figure for figure in figures}
    modelled = [finding for finding in shares if finding.local_id in known]
    yield from _exclusive(shares, known)
    for finding in modelled:
        answer, question = finding.answer, finding.question
        parts = tuple(f"{question.id}.{part}" for part in answer.net_of)
        if parts and set(parts) <= set(known):
            yield Link("net", (finding.local_id, *parts), f"{finding.local_id} is the sum of {', '.join(parts)}")
        for kind, (key, one_base, words) in _PAIRS.items():
            other = f"{question.id}.{getattr(answer, key)}"
            if other in known and (known[other].base.key == known[finding.local_id].base.key) == one_base:
                yield Link(kind, (finding.local_id, other), words.format(finding.local_id, other))


_PAIRS = {
    "part": ("part_of", True, "{0} is part of {1}"),
    "complement": ("complement_of", True, "{0} is the rest of {1}"),
    "organisations": ("organisations_of", False, "{0} counts the organisations where somebody gave {1}, and no others"),
}
"""Relations of two figures: the field that names the other, whether both rest on one base, and the words."""


def _exclusive(shares: list[Finding], known: dict[str, Figure]) -> Iterator[Link]:
    plain = [finding for finding in shares if _excludes(finding)]
    offered = Counter((finding.question.id, finding.answer.item) for finding in plain)
    groups: dict[tuple[str, str | None, str], list[Finding]] = {}
    for finding in plain:
        if finding.local_id in known:
            key = (finding.question.id, finding.answer.item, known[finding.local_id].base.key)
            groups.setdefault(key, []).append(finding)
    for (question, item, _), group in groups.items():
        members = tuple(finding.local_id for finding in group)
        if len(members) > 1:
            whole = _all_offered(group[0], len(members) == offered[question, item])
            kind = "exhaustive" if whole else "exclusive"
            words = f"answers to {question} exclude each other" + (", and are all" if kind == "exhaustive" else "")
            yield Link(kind, members, words, group[0].question.response_inferred)


def _all_offered(finding: Finding, all_known: bool) -> bool:
    """Whether the answers that are known are all there were: one that is withheld took its part of the base."""
    others = (other for other in finding.question.answers if other.item == finding.answer.item)
    return finding.question.exhaustive and all_known and not any(map(is_withheld, others))


def _excludes(finding: Finding) -> bool:
    return finding.question.response in ("single", "scale", "fact") and not (
        finding.answer.net_of or finding.answer.part_of
    )

"""A survey as arithmetic: figures with exact intervals, the bases they rest on, and what ties them together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product

from crosswave.quantities import Lexicon, sample_range
from crosswave.registry.loading import Finding, findings_of
from crosswave.registry.models import Base, Plan, Survey


@dataclass(frozen=True, slots=True)
class BaseSize:
    """The number of respondents that a figure was counted on.

    Parameters
    ----------
    key : str
        Figures with the same key share the base.
    who : str
        The respondents, in words.
    low, high : int
        Sizes that print allows.
    answers : tuple of str
        Local ids of the answers whose respondents make it up, if any.
    assumption : str
        What is taken for granted when the base is set to this size.
    """

    key: str
    who: str
    low: int
    high: int
    answers: tuple[str, ...]
    assumption: str


@dataclass(frozen=True, slots=True)
class Figure:
    """One printed share that can be modelled."""

    id: str
    printed: str
    low: Fraction
    high: Fraction
    decimals: int | None
    base: BaseSize


@dataclass(frozen=True, slots=True)
class Link:
    """A relation between counts on one base.

    ``exclusive``: the members sum to at most the base (``exhaustive``: to the base). ``net``: the first member is the
    sum of the others. ``part``: the first is at most the second. ``complement``: the two sum to the base.
    """

    kind: str
    members: tuple[str, ...]
    words: str


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """What can be modelled of a survey, under one reading of its ambiguous bases."""

    figures: tuple[Figure, ...]
    links: tuple[Link, ...]
    n: tuple[int, int] | None
    reading: tuple[str, ...] = ()
    rounding: str = "nearest"


def readings(survey: Survey, lexicon: Lexicon, plan: Plan, without: frozenset[str] = frozenset()) -> list[Arithmetic]:
    """Return a survey as arithmetic, once for each reading of its ambiguous bases.

    Parameters
    ----------
    survey : Survey
        The wave.
    lexicon : Lexicon
        Reads printed text.
    plan : Plan
        Says where "over 300" ends.
    without : frozenset of str
        Local ids to leave out, such as rival values.
    """
    n = sample_range(survey.n, lexicon, plan)
    shares = [finding for finding in findings_of(survey) if _is_share(finding) and finding.local_id not in without]
    ambiguous = {_base_place(finding): finding.base for finding in shares if finding.base and finding.base.either}
    choices = product(*(range(len(base.either)) for base in ambiguous.values()))
    return [_one_reading(survey, shares, lexicon, n, dict(zip(ambiguous, choice, strict=True))) for choice in choices]


def rivals(survey: Survey) -> dict[str, str]:
    """Return the local id of each rival printed value with that of the value it rivals."""
    return {
        finding.local_id: f"{finding.question.id}.{finding.answer.rival_of}"
        for finding in findings_of(survey)
        if finding.answer.rival_of
    }


def _is_share(finding: Finding) -> bool:
    """Whether a figure is a number of respondents on their base; a weighted one is not."""
    counted = not (finding.base and finding.base.counts)
    return finding.answer.measure == "share" and counted and not finding.survey.weighted


def _base_place(finding: Finding) -> str:
    return finding.local_id if finding.answer.base else finding.question.id


def _one_reading(
    survey: Survey, shares: list[Finding], lexicon: Lexicon, n: tuple[int, int] | None, choice: dict[str, int]
) -> Arithmetic:
    figures = [figure for finding in shares if (figure := _figure(finding, lexicon, n, choice))]
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
    return base.who or base.counts or ("everyone" if base.everyone else " or ".join(base.answers) or f"{base.n} people")


def _figure(finding: Finding, lexicon: Lexicon, n: tuple[int, int] | None, choice: dict[str, int]) -> Figure | None:
    base = finding.base
    if base and base.either:
        base = base.either[choice[_base_place(finding)]]
    size = _size(finding, base, n)
    if size is None:
        return None
    quantity = lexicon.share(finding.answer.printed, finding.survey.rounding or "nearest")
    high = Fraction(1) if quantity.high is None else quantity.high
    return Figure(finding.local_id, finding.answer.printed, quantity.low, high, quantity.decimals, size)


def _size(finding: Finding, base: Base | None, n: tuple[int, int] | None) -> BaseSize | None:
    place = finding.question.id
    if base is None or base.everyone:
        words = f"everyone answered {place}" if base else f"the base of {place} is everyone, and nobody skipped it"
        return BaseSize(f"{place}|all", "everyone", *n, (), words) if n else None
    who = describe(base)
    key = "|".join((place, who, str(base.n or ""), *base.answers))
    if base.answers and not base.n:
        return BaseSize(key, who, 1, n[1], base.answers, f"all of them ({who}) answered {place}") if n else None
    if base.n:
        return BaseSize(key, who, base.n, base.n, (), f"all {base.n} of them ({who}) answered {place}")
    return None


def _links(shares: list[Finding], figures: list[Figure]) -> Iterator[Link]:
    known = {figure.id: figure for figure in figures}
    modelled = [finding for finding in shares if finding.local_id in known]
    yield from _exclusive(shares, known)
    for finding in modelled:
        answer, question = finding.answer, finding.question
        parts = tuple(f"{question.id}.{part}" for part in answer.net_of)
        if parts and set(parts) <= set(known):
            yield Link("net", (finding.local_id, *parts), f"{finding.local_id} is the sum of {', '.join(parts)}")
        for key, kind in (("part_of", "part"), ("complement_of", "complement")):
            other = f"{question.id}.{getattr(answer, key)}"
            if other in known and known[other].base.key == known[finding.local_id].base.key:
                words = f"{finding.local_id} is {'part' if kind == 'part' else 'the rest'} of {other}"
                yield Link(kind, (finding.local_id, other), words)


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
            whole = group[0].question.exhaustive and len(members) == offered[question, item]
            kind = "exhaustive" if whole else "exclusive"
            words = f"answers to {question} exclude each other" + (", and are all" if kind == "exhaustive" else "")
            yield Link(kind, members, words)


def _excludes(finding: Finding) -> bool:
    return finding.question.response in ("single", "scale", "fact") and not (
        finding.answer.net_of or finding.answer.part_of
    )


def components(arithmetic: Arithmetic) -> list[Arithmetic]:
    """Return the parts of a survey that share no unknown number but n, each to be solved by itself."""
    groups: list[set[str]] = []
    for tie in _ties(arithmetic):
        touching = [group for group in groups if group & tie]
        groups = [group for group in groups if not group & tie] + [tie.union(*touching)]
    order = {figure.id: place for place, figure in enumerate(arithmetic.figures)}
    return [_part(arithmetic, group) for group in sorted(groups, key=lambda group: min(order[name] for name in group))]


def _ties(arithmetic: Arithmetic) -> Iterator[set[str]]:
    by_base: dict[str, set[str]] = {}
    for figure in arithmetic.figures:
        yield {figure.id, *figure.base.answers}
        if figure.base.answers:
            by_base.setdefault(figure.base.key, set()).add(figure.id)
    yield from by_base.values()
    yield from (set(link.members) for link in arithmetic.links)


def _part(arithmetic: Arithmetic, names: Iterable[str]) -> Arithmetic:
    keep = set(names)
    return replace(
        arithmetic,
        figures=tuple(figure for figure in arithmetic.figures if figure.id in keep),
        links=tuple(link for link in arithmetic.links if set(link.members) <= keep),
    )

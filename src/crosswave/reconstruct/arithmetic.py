"""A survey as arithmetic: exact intervals, the bases they rest on and what ties them, for each reading of its bases."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice, product

import numpy as np
import numpy.typing as npt

from crosswave.printed.intervals import RationalInterval, Shares
from crosswave.printed.plain import is_withheld
from crosswave.printed.quantities import Lexicon, sample_range
from crosswave.reconstruct.effort import LARGEST, NotSolvedError, check_room
from crosswave.study.models import ORGANISATIONS, Base, Plan, Survey
from crosswave.study.registry import Finding, findings_of

IntArray = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Names = Collection[str] | None

READINGS_TRIED = 256
"""A survey whose ambiguous bases can be read in more ways is not solved."""


@dataclass(frozen=True, slots=True)
class BaseSize:
    """The number of respondents that a figure was counted on; a loose one can be any part of them from a floor on."""

    key: str
    who: str
    low: int
    high: int
    answers: tuple[str, ...]
    assumption: str
    loose: bool = False
    floor: int = 1


MENDED = "; it would fit"
"""Before this a conflict says what cannot be, after it what would mend it."""

N_FACTOR = 2
"""An n is looked for up to this many times larger, and down to this part, of the one that is stated."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """A minimal set of figures and assumptions that no counts satisfy: without any one of them, counts exist."""

    figures: tuple[str, ...]
    assumptions: tuple[str, ...]
    repairs: tuple[str, ...]
    words: str

    @property
    def why(self) -> str:
        """What cannot be, without what would mend it."""
        return self.words.partition(MENDED)[0]


@dataclass(frozen=True, slots=True)
class Figure:
    """One printed share that can be modelled."""

    id: str
    printed: str
    share: Shares
    decimals: int | None
    base: BaseSize

    def __hash__(self) -> int:  # of what is quick and tells nearly all apart: parts are looked up by their figures
        return hash((self.id, self.printed, self.base.loose, self.decimals))


@dataclass(frozen=True, slots=True)
class Counts:
    """Exact bounds of one figure's count and base, and every value of them where they are few."""

    count_low: int
    count_high: int
    base_low: int
    base_high: int
    bases: tuple[int, ...]
    values: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """A relation between counts on one base.

    ``exclusive``: the members sum to at most the base (``exhaustive``: to the base). ``net``: the first member is the
    sum of the others. ``part``: the first is at most the second. ``complement``: the two sum to the base.
    ``organisations``: the first counts organisations where somebody gave the second, the others of its base being
    those where somebody did not.
    """

    kind: str
    members: tuple[str, ...]
    words: str
    inferred: bool = True


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """What can be modelled of a survey, under one reading of its ambiguous bases."""

    figures: tuple[Figure, ...]
    links: tuple[Link, ...]
    n: tuple[int, int] | None
    reading: tuple[str, ...] = ()
    rounding: str = "nearest"


def components(arithmetic: Arithmetic) -> list[Arithmetic]:
    """Return the parts of a survey that share no unknown number but n, each to be solved by itself."""
    by_base, part = defaultdict(list), {figure.id: [figure.id] for figure in arithmetic.figures}
    for figure in arithmetic.figures:
        if figure.base.answers or figure.base.loose:
            by_base[figure.base.key].append(figure.id)
    ties = [(figure.id, *figure.base.answers) for figure in arithmetic.figures]
    for first, *others in [*ties, *by_base.values(), *(link.members for link in arithmetic.links)]:
        for other in others:
            few, many = sorted((part[first], part[other]), key=len)
            if few is not many:
                many += few
                part |= dict.fromkeys(few, many)
    figures, links = defaultdict(list), defaultdict(list)
    for figure in arithmetic.figures:
        figures[id(part[figure.id])].append(figure)
    for link in arithmetic.links:
        links[id(part[link.members[0]])].append(link)
    return [replace(arithmetic, figures=tuple(figures[k]), links=tuple(links[k])) for k in figures]


def sizes(part: Arithmetic) -> IntArray:
    """Return every n that print allows."""
    low, high = part.n or (1, 1)
    check_people(high)
    check_room(high - low + 1)
    return np.arange(low, high + 1, dtype=np.int64)


def check_people(n: int) -> None:
    """Raise `NotSolvedError` for more people than answer a survey."""
    if n > LARGEST:
        raise NotSolvedError(f"not solved: n can be {n:,}, and no more than {LARGEST:,} people answer a survey")


def wanted(part: Arithmetic, names: Names) -> set[str]:
    """Return the figures of a part that are printed as numbers, all or those that are named."""
    return {f.id for f in part.figures if f.decimals is not None and (names is None or f.id in names)}


def retracted(arithmetic: Arithmetic, words: Collection[str]) -> Arithmetic:
    """Return a survey without some of its assumptions: their bases can be smaller, their links do not hold."""
    figures = (
        replace(figure, base=replace(figure.base, loose=True, floor=1)) if figure.base.assumption in words else figure
        for figure in arithmetic.figures
    )
    links = tuple(link for link in arithmetic.links if link.words not in words)
    return replace(arithmetic, figures=tuple(figures), links=links)


def without(part: Arithmetic, names: set[str]) -> Arithmetic:
    """Return a part without some figures, and without those whose base they make up.

    What is left of answers that exclude each other still sums to at most the base.
    """
    while resting := {f.id for f in part.figures if f.id not in names and names & set(f.base.answers)}:
        names = names | resting
    links = []
    for link in part.links:
        members = tuple(member for member in link.members if member not in names)
        if members == link.members:
            links.append(link)
        elif link.kind in ("exclusive", "exhaustive") and len(members) > 1:
            words = link.words.removesuffix(", and are all")
            links.append(replace(link, kind="exclusive", members=members, words=words))
    return replace(part, figures=tuple(f for f in part.figures if f.id not in names), links=tuple(links))


# --- from a survey to its readings ------------------------------------------------------------------------------------


def interpretations(
    survey: Survey,
    lexicon: Lexicon,
    plan: Plan,
    without: frozenset[str] = frozenset(),
    *,
    first_only: bool = False,
) -> list[Arithmetic]:
    """Return a survey as arithmetic, once for each reading of its ambiguous bases, or in the first of them alone.

    Rival values are left out by their local ids. Raises `NotSolvedError` for more than `READINGS_TRIED`.
    """
    n = people(survey, lexicon, plan)
    shares = [finding for finding in findings_of(survey) if _is_share(finding) and finding.local_id not in without]
    ambiguous = {_base_place(finding): finding.base for finding in shares if finding.base and finding.base.either}
    number = math.prod(len(base.either) for base in ambiguous.values())
    if number > READINGS_TRIED and not first_only:
        raise NotSolvedError(f"not solved: its bases can be read in {number:,} ways, more than {READINGS_TRIED}")
    choices = islice(product(*(base.either for base in ambiguous.values())), 1 if first_only else None)
    read = partial(_reading, survey, shares, lexicon, n, plan.items_skipped.value)
    return [read(dict(zip(ambiguous, choice, strict=True))) for choice in choices]


def people(survey: Survey, lexicon: Lexicon, plan: Plan) -> tuple[int, int] | None:
    """Return the fewest and the most who can have answered, each organisation sending somebody; None if not printed."""
    n = sample_range(survey.n, lexicon, plan)
    return n and (min(max(n[0], survey.organisations or 1), n[1]), n[1])


def rivals(survey: Survey) -> dict[str, str]:
    """Return the local id of each rival printed value with that of the value it rivals."""
    found = (finding for finding in findings_of(survey) if finding.answer.rival_of)
    return {finding.local_id: f"{finding.question.id}.{finding.answer.rival_of}" for finding in found}


def _is_share(finding: Finding) -> bool:
    """Whether a figure is a number of respondents on their base; a weighted one is not, nor one that is withheld."""
    if finding.answer.measure != "share" or is_withheld(finding.answer):
        return False
    counted = not (finding.base and finding.base.counts and finding.base.counts != ORGANISATIONS)
    return counted and not finding.survey.weighted


def _base_place(finding: Finding) -> str:
    return finding.local_id if finding.answer.base else finding.question.id


def _reading(
    survey: Survey,
    shares: list[Finding],
    lexicon: Lexicon,
    n: tuple[int, int] | None,
    skipped: float,
    chosen: dict[str, Base],
) -> Arithmetic:
    figures = []
    for finding in shares:
        if size := size_of(finding, n, chosen.get(_base_place(finding)), skipped):
            share = lexicon.figure(finding.text, survey.rounding or "nearest")
            interval = RationalInterval(share.low, share.high, share.high_open)
            figures.append(Figure(finding.local_id, finding.text, interval, share.decimals, size))
    known = {figure.id for figure in figures}
    while missing := {figure.id for figure in figures if not set(figure.base.answers) <= known}:
        figures = [figure for figure in figures if figure.id not in missing]
        known -= missing
    words = tuple(f"{place}: {describe(base)}" for place, base in chosen.items())
    return Arithmetic(tuple(figures), tuple(_links(shares, figures)), n, words, survey.rounding or "nearest")


def describe(base: Base | None) -> str:
    """Return a base in words."""
    if base is None:
        return "everyone (assumed)"
    if base.either:
        return " or ".join(describe(alternative) for alternative in base.either)
    if base.at_most and not base.who:
        return "everyone who answered the item"
    return base.who or base.counts or ("everyone" if base.everyone else " or ".join(base.answers) or f"{base.n} people")


def size_of(
    finding: Finding, n: tuple[int, int] | None, base: Base | None = None, skipped: float = 0.0
) -> BaseSize | None:
    """Return how many a figure can rest on, None where print does not say; at most a share of them skipped the item."""
    base, place = base or finding.base, finding.question.id
    if base and base.counts:
        size = finding.survey.organisations
        if not size or base.counts != ORGANISATIONS:
            return None
        words = f"{place} counts all {size} organisations, once each"
        return BaseSize(f"{place}|{ORGANISATIONS}", ORGANISATIONS, size, size, (), words)
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
    if base.n:
        return BaseSize(key, who, base.n, base.n, (), f"all {base.n} of them ({who}) answered {place}")
    if not (base.answers and n):
        return None
    return BaseSize(key, who, 1, n[1], base.answers, f"all of them ({who}) answered {place}")


_PAIRS = {
    "part": ("part_of", True, "{0} is part of {1}"),
    "complement": ("complement_of", True, "{0} is the rest of {1}"),
    "organisations": ("organisations_of", False, "{0} counts the organisations where somebody gave {1}, and no others"),
}
"""Relations of two figures: the field that names the other, whether both rest on one base, and the words."""


def _links(shares: list[Finding], figures: list[Figure]) -> Iterator[Link]:
    """What ties the figures of a survey together: sums, nets, parts, the rest, organisations behind people."""
    known = {figure.id: figure for figure in figures}
    yield from _exclusive(shares, known)
    for finding in (finding for finding in shares if finding.local_id in known):
        answer, question = finding.answer, finding.question
        parts = tuple(f"{question.id}.{part}" for part in answer.net_of)
        if parts and set(parts) <= set(known):
            yield Link("net", (finding.local_id, *parts), f"{finding.local_id} is the sum of {', '.join(parts)}")
        for kind, (key, one_base, words) in _PAIRS.items():
            other = f"{question.id}.{getattr(answer, key)}"
            if other in known and (known[other].base.key == known[finding.local_id].base.key) == one_base:
                yield Link(kind, (finding.local_id, other), words.format(finding.local_id, other))


def excludes(finding: Finding) -> bool:
    """Return whether an answer excludes the others to its question: one of several, and no net or part of them."""
    answer, several = finding.answer, ("single", "scale", "fact")
    return finding.question.response in several and not (answer.net_of or answer.part_of)


def _exclusive(shares: list[Finding], known: dict[str, Figure]) -> Iterator[Link]:
    """Answers that exclude each other; they are all there were if none is withheld, as that took its part."""
    plain = [finding for finding in shares if excludes(finding)]
    offered = Counter((finding.question.id, finding.answer.item) for finding in plain)
    groups = defaultdict(list)
    for finding in plain:
        if finding.local_id in known:
            groups[finding.question.id, finding.answer.item, known[finding.local_id].base.key].append(finding)
    for (name, item, _), group in groups.items():
        if len(group) > 1:
            question = group[0].question
            withheld = any(is_withheld(answer) for answer in question.answers if answer.item == item)
            whole = question.exhaustive and len(group) == offered[name, item] and not withheld
            words = f"answers to {name} exclude each other" + (", and are all" if whole else "")
            members = tuple(finding.local_id for finding in group)
            yield Link("exhaustive" if whole else "exclusive", members, words, question.response_inferred)

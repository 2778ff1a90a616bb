"""Printed figures in running text, each with its place: a list to be checked, and a draft of a survey file."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from crosswave.files import write_whole
from crosswave.printed.intervals import QuantityError
from crosswave.printed.percents import NUMBERS, PARTS, is_count_of
from crosswave.printed.plain import plain
from crosswave.printed.quantities import Lexicon
from crosswave.study import template
from crosswave.study.faults import refuse_existing
from crosswave.study.importing.rows import fault
from crosswave.study.loading import read_study
from crosswave.study.models.quantities import BARE
from crosswave.words import without_steering

BYTES = 300_000
"""A text is read up to this size; an article has twenty thousand characters, and more takes long."""

_AROUND, _HEDGED = 40, 30
"""Characters shown on either side of a figure, and those in which words may lead it."""

_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sep(?:t(?:ember)?)?"
    r"|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\b(?:\.(?=\s+\d))?"
)
_DAY, _TO = r"[0-3]?\d(?:st|nd|rd|th)?", r"\s*(?:[-–—]|\bto\b|\band\b)\s*"
_DATE = re.compile(
    rf"\b{_DAY}(?:\s+{_MONTH})?(?:{_TO}{_DAY})?\s+{_MONTH}(?:,?\s+\d{{4}}\b)?|\b{_MONTH}\s+{_DAY}(?:{_TO}{_DAY})?,"
    rf"\s+\d{{4}}\b|\b{_MONTH}(?:{_TO}{_MONTH})?\s+\d{{4}}\b|\b\d{{4}}-\d\d-\d\d\b|\b\d\d?[./]\d\d?[./]\d\d(?:\d\d)?\b"
    r"|(?<![\d.,£$€-])(?:19|20)\d\d(?:[-–/]\d\d)?\b(?![.,]\d|\s?%|\s+per\s)"
)

_DIGITS = r"(?<![\d.,])\d{1,12}(?:,\d{1,3}){0,4}(?:\.\d{1,9})?(?!\d)"
_UNITS, _TENS = (
    "|".join(
        word for word, number in NUMBERS.items() if number in range(*ends) and " " not in word and number % step == 0
    )
    for ends, step in (((1, 20), 1), ((20, 100), 10))
)
_SPELT = rf"(?:{_TENS})(?:[\s-](?:{_UNITS}))?|{_UNITS}|(?:an?\s+|one\s+)?hundred"
_ANY = rf"(?:{_DIGITS}|\b(?:{_SPELT})\b)"
_PERCENT = (
    rf"(?:{_ANY}(?:\s+and\s+a\s+half|\s?½)?|\bhalf\s+an?\b|½)(?:\s*%|[\s-]*per[\s-]?cent\b|\s?(?:pct|p\.?c)\b\.?)"
)
_RATIO = rf"{_ANY}[\s-]+(?:in|out[\s-]of)[\s-]+(?:every[\s-]+)?{_ANY}|(?<!/)\b\d\d?/\d\d?\b(?!/)"
_PART = "|".join(rf"{part}s?" for part in PARTS if part not in ("half", "halve"))
_FRACTION = rf"\b(?:an?|\d|{_SPELT})[\s-]+(?:{_PART})\b|\b(?:one[\s-])?half\b|\d?[½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞]"
_ONE = rf"(?:{_PERCENT}|{_RATIO}|{_FRACTION})"
_RANGE = rf"\bbetween\s+(?:{_ONE}|{_ANY})\s+and\s+{_ONE}|(?:{_ONE}|{_ANY})(?:\s+to\s+|\s?[-–]\s?){_ONE}"
_START = rf"(?<!\w)(?=\d|[½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞]|[a-z]+\s+majority|(?:between|half|an?|the|most|nearly|almost|{_SPELT})\b)"
"""Where a figure may begin: found fast, so that the rest is tried at few places."""

_NO_SHARE = re.compile(  # "the first half", "£1/2", and after it "a third party", "half a million", "half an hour"
    r"(?:\b(?:first|second|last|other|next|better|and a)[\s-]+|[£$€])\x1a|\x1a[\s-]*(?:an?\s+)?(?:part(?:y|ies)|times?"
    r"|waves?|years?|terms?|way|person|hours?|days?|dozen|price|century|largest|[mb]illion|thousand|points?)\b|\x1a\s*°",
    re.I,
)
_CHANGE = re.compile(
    r"(?:\b(?:by|up|down|rise|rose|fall|fell|increase|decrease|drop|growth|error|inflation)"
    r"(?:\s+(?:an?|of|at|is|was|about|plus or minus))*|±|\+/-)\s*$",
    re.I,
)
_FROM_TO = re.compile(r"(.*?)\s+to\s+(.*)", re.I | re.DOTALL)
"""Two figures, and no range: it rose from 9% to 27%."""

_NOT_READ, _PER_CENT = "not read: ", re.compile(r"%|cent|p\.?c", re.I)
_COUNT = rf"{_DIGITS}(?:\s+(?:hundred|thousand|million))?|\b(?:{_SPELT})\s+(?:hundred|thousand|million)"
_ASKED = (
    r"(?:\bn\s?[=:]|\b(?:base|sample|sample\s+size|polled|surveyed|interviewed|questioned|asked)(?:\s+of|:|\s+is)?)"
)


@dataclass(frozen=True, slots=True)
class Found:
    """A figure, people or a date of a text: its place, the words around it, and what it can stand for."""

    kind: str
    text: str
    line: int
    column: int
    paragraph: int
    around: str
    reading: str


def read_press(path: Path, lexicon: Lexicon) -> list[Found]:
    """Return what a text prints: figures, numbers of people and dates, in their order.

    Raises
    ------
    DataError
        The file is too large, no text, or prints no figure.
    """
    if path.exists() and not path.is_file():
        raise fault(path, "not a file; name a text such as article.txt")
    if (size := path.stat().st_size) > BYTES:
        raise fault(path, f"the text has {size / 1e6:,.1f} MB, and {BYTES / 1e6:,.1f} MB are read at most; cut it")
    content = path.read_bytes()
    if b"\0" in content and content[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        raise fault(path, "not a text; save the article as plain text")
    found = figures_of(_decoded(content), lexicon)
    if not any(one.kind != "date" for one in found):
        raise fault(path, "no printed figure was found; crosswave counts FIGURE tells how one is read")
    return found


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def figures_of(text: str, lexicon: Lexicon) -> list[Found]:
    """Return the figures, numbers of people and dates of a text; dates first, and nothing is found twice."""
    text = without_steering(text.replace("\r\n", " \n").replace("\r", "\n"))
    held: dict[int, tuple[str, int, str]] = {}
    hedges, figures, people = _patterns(lexicon)

    def take(kind: str, start: int, end: int, reading: str, match: re.Match[str]) -> str:
        held[start] = kind, end, reading
        return "\x1a" * len(match[0])

    def date(match: re.Match[str]) -> str:
        return take("date", match.start(), match.end(), "", match)

    def figure(match: re.Match[str]) -> str:
        start, end = match.span()
        around = f"{text[max(start - 12, 0) : start]}\x1a{text[end : end + 16]}"
        if (other := _NO_SHARE.search(around)) and not (_PER_CENT.search(match[0]) and "year" in other[0]):
            return match[0]
        if re.search(r"\bfrom\s+$", text[:start], re.I) and (both := _FROM_TO.fullmatch(match[0])):
            if both[1].isdecimal():
                return take("figure", start, end, f"{_NOT_READ}two figures, from one to the other; write each", match)
            for group in (1, 2):
                kind, reading = _read(both[group], lexicon)
                held[start + both.start(group)] = kind, start + both.end(group), reading
            return "\x1a" * len(match[0])
        if hedge := hedges.search(text, max(start - _HEDGED, 0), start):
            start = hedge.start(1)
        kind, reading = _read(text[start:end], lexicon)
        if reading.startswith(_NOT_READ) and not _PER_CENT.search(match[0]):
            return match[0]
        changed = kind == "figure" and _CHANGE.search(text[max(start - _HEDGED, 0) : start])
        return take("change?" if changed else kind, start, end, reading, match)

    def counted(match: re.Match[str]) -> str:
        group = match.lastgroup or ""
        return take("count" if group == "of" else "people", *match.span(group), _people(match[group], lexicon), match)

    rest = _DATE.sub(date, text)
    people.sub(counted, figures.sub(figure, rest))
    return list(_placed(text, held))


def _patterns(lexicon: Lexicon) -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """What leads a figure, figures with what ends them, and numbers of people."""

    def words(found: Iterable[str]) -> str:
        return "|".join(re.escape(one).replace(r"\ ", r"\s+") for one in sorted(set(found), key=len, reverse=True))

    rules = [rule for rule in lexicon.quantities.rules if rule.kind in ("proportion", "any")]
    before = words(word for rule in rules for word in rule.words if word != BARE)
    after = words(word for rule in rules for word in rule.after)
    phrases = (phrase.text for phrase in lexicon.quantities.phrases if phrase.kind == "proportion")
    most = re.compile("majority|(nearly|almost|virtually) all")
    named = words(text.removeprefix("the ") for text in phrases if most.search(text))
    hedge = words(w for r in lexicon.quantities.rules if r.kind in ("count", "any") for w in r.words if w != BARE)
    counted = words(lexicon.quantities.counted)
    count = rf"(?:(?:{hedge})\s+)?(?:{_COUNT})"
    who = r"\s+(?:of\s+(?:them|those)\s+)?(?:who|that)\s+(?:replied|answered|responded|took\s+part|voted)\b"
    whom = rf"(?:\s+(?:{counted})){{0,4}}\s+(?:people|staff|(?:{counted})(?<=s))\b"
    return (
        re.compile(rf"(?<![\w.-])((?:{before}|[~≈≤≥]|c\.|ca\.)\s*)\Z", re.I),
        re.compile(
            rf"{_START}(?:(?:{_RANGE}|{_ONE})(?:\s*(?:{after})(?!\w))?|\b(?:(?:the|an?)\s+)?(?:{named})\b"
            rf"|\bmost(?=\s+(?:of|{counted})\b))",
            re.I,
        ),
        re.compile(
            rf"\b(?P<n>{count})(?:{whom}|{who})|{_ASKED}\s*?(?P<asked>(?<![\w.]){count})|(?P<of>{_DIGITS}\s+of\s+{_DIGITS})",
            re.I,
        ),
    )


def _read(text: str, lexicon: Lexicon) -> tuple[str, str]:
    """The kind of a figure, and the shares that it can stand for."""
    words = " ".join(text.split())
    if is_count_of(plain(words)):
        return "count", _people(words, lexicon)
    try:
        share = lexicon.share(words)
    except QuantityError as error:
        return "figure", f"{_NOT_READ}{error}"
    return "figure", f"{100 * float(share.low):.4g} to {100 * float(share.high):.4g} %"


def _people(text: str, lexicon: Lexicon) -> str:
    if counted := re.fullmatch(r"(\S+)\s+(?:out\s+)?of\s+(\S+)", text):
        return f"{counted[1]} of the {counted[2]} who answered"
    try:
        number = lexicon.count(" ".join(text.split()))
    except QuantityError as error:
        return f"{_NOT_READ}{error}"
    low, high = (f"{int(end):,}" if end is not None else "" for end in (number.low, number.high))
    return low if low == high else f"{low} to {high}" if high else f"{low} or more"


def _placed(text: str, held: dict[int, tuple[str, int, str]]) -> Iterator[Found]:
    lines = [0, *(end.end() for end in re.finditer("\n", text))]
    gaps = [gap.start() for gap in re.finditer(r"\n[^\S\n]*\n", text)]
    for start, (kind, end, reading) in sorted(held.items()):
        line, paragraph = bisect_right(lines, start), bisect_right(gaps, start)
        first = max(start - _AROUND, gaps[paragraph - 1] if paragraph else 0)
        last = min(end + _AROUND, gaps[paragraph] if paragraph < len(gaps) else len(text))
        words = " ".join(re.sub(r"^\S+(?=\s)|(?<=\s)\S+$", "…", text[first:last].strip()).split())
        yield Found(kind, " ".join(text[start:end].split()), line, start - lines[line - 1] + 1, paragraph + 1, words,
                    reading)  # fmt: skip


# --- a draft of a survey file -----------------------------------------------------------------------------------------


def write_draft(found: list[Found], name: str, survey_id: str, folder: Path, output: Path | None, force: bool) -> Path:
    """Write figures as a survey file that no check passes: each has to be compared, described and placed by hand.

    Raises
    ------
    FileExistsError
        The file is there, and is not to be overwritten.
    """
    path = output or template.survey_path(survey_id, folder)
    if not force:
        refuse_existing(path, "choose another name, or overwrite it with --force")
    words = template.words_of(read_study(folder), survey_id)
    source = f"{survey_id}-release"
    shares = (one for one in found if one.kind in ("figure", "change?"))
    questions = [
        template.question_text(f"paragraph-{number}", {}, [_answer(one, source) for one in figures])
        for number, figures in groupby(shares, key=lambda one: one.paragraph)
    ]
    text = template.survey_text(survey_id, {}, [template.source_text(source, {}, words)], questions, words)
    others = [f"# {one.kind} at {_place(one)}: {one.text}" for one in found if one.kind not in ("figure", "change?")]
    head = [f"# A draft: figures that a program found in {name}, none of them checked. It is no evidence yet.", *others]
    write_whole(path, text.replace("\nid: ", "\n".join(["", *head, "", "id: "]), 1))
    return path


def _answer(one: Found, source: str) -> str:
    told = template.quoted(f"{_place(one)}{', perhaps a change' if one.kind == 'change?' else ''}: {one.around}")
    known = {"printed": template.quoted(one.text), "unchecked": told}
    return template.answer_text(f"line-{one.line}-column-{one.column}", known, [source])


def _place(one: Found) -> str:
    return f"line {one.line}, column {one.column}"

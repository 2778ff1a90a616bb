"""Counts that can have printed a survey, found by trying every whole number: nothing here computes with the package."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from random import Random

from crosswave.study.models import Survey

_PERCENT = re.compile(r"([0-9]+)(?:\.([0-9]+))?\s*(?:%|per ?cent)")
_MOST = 5_000
Counts = set[int] | None
"""Whole numbers; None where it is not for these few lines to decide."""


def misjudged(survey: Survey, levels: dict[str, str]) -> Iterator[str]:
    """Yield the figures that are called consistent, by their levels, although no count of a base prints them."""
    for question in survey.questions:
        known = {answer.id: _counts(survey, f"{question.id}.{answer.id}") for answer in question.answers}
        good = {one for one in known if levels.get(f"{survey.id}.{question.id}.{one}") == "consistent"}
        yield from (f"{question.id}.{one}: no count prints it" for one in sorted(good) if known[one] == set())
        for answer in question.answers:
            here, other = known[answer.id], known.get(answer.complement_of or "")
            bases = (_bases(survey, f"{question.id}.{answer.id}") if here and other else None) or ()
            left = bases and {answer.id, answer.complement_of} <= good
            if left and not any(n - one in other for n in bases for one in here):
                yield f"{question.id}.{answer.id}: its complement leaves it no count"


def _counts(survey: Survey, name: str) -> Counts:
    """Every count that can print an answer on its base."""
    _, answer = _of(survey, name)
    bases, match = _bases(survey, name), _PERCENT.fullmatch(answer.printed.strip())
    odd = answer.measure != "share" or answer.printed_in or answer.net_of or answer.derived or answer.organisations_of
    if bases is None or match is None or odd or survey.weighted:
        return None
    value, unit = Decimal(f"{match[1]}.{match[2] or 0}"), Decimal(1).scaleb(-len(match[2] or ""))
    found = set()
    for base in bases:
        first, last = int((value - unit) * base / 100), int((value + unit) * base / 100) + 1
        if last - first > _MOST:
            return None
        tried = range(max(first, 0), min(last, base) + 1)
        found |= {count for count in tried if _prints(Decimal(100 * count), value * base, unit * base, survey.rounding)}
    return found if len(found) <= _MOST else None


def _prints(exact: Decimal, value: Decimal, unit: Decimal, rounding: str | None) -> bool:
    """Whether a share prints as a value, all three times the base; an exact half may go either way."""
    return value <= exact < value + unit if rounding == "truncated" else abs(exact - value) * 2 <= unit


def _bases(survey: Survey, name: str, seen: tuple[str, ...] = ()) -> Counts:
    """Every size that the base of an answer can have; of an ambiguous one those of all its readings."""
    question, answer = _of(survey, name)
    base = answer.base or question.base
    forms = base.either if base and base.either else (base,)
    found: set[int] = set()
    for form in forms:
        if form is None or form.everyone:
            n = survey.n
            sizes = {"exact": (n.value, n.value), "derived": (n.low, n.high)}.get(n.kind)
            some = set(range(sizes[0], sizes[1] + 1)) if sizes and sizes[1] - sizes[0] < _MOST else None
        elif form.counts or name in seen:
            some = None
        elif form.n:
            some = {form.n}
        elif len(form.answers) == 1:
            some = _counts(survey, form.answers[0]) if _plain(survey, form.answers[0], (*seen, name)) else None
        else:
            some = None
        if not some:
            return None
        found |= some - {0}
    return found


def _plain(survey: Survey, name: str, seen: tuple[str, ...]) -> bool:
    """Whether the base of an answer does not go in rings."""
    return name not in seen and _bases(survey, name, seen) is not None


def _of(survey: Survey, name: str) -> tuple:
    own = {
        f"{question.id}.{answer.id}": (question, answer) for question in survey.questions for answer in question.answers
    }
    return own[name]


def true_survey(random: Random) -> tuple[str, dict[str, tuple[int, int]]]:
    """Return a survey printed from known counts, as YAML, and the count and base behind each of its figures."""
    n = random.choice((random.randint(1, 30), random.randint(1, 400), random.randint(1, 3_000)))
    decimals, truncated = random.choice((0, 0, 1, 1, 2, 3, 6)), random.random() < 0.2
    truth: dict[str, tuple[int, int]] = {}
    kind = random.choice(("exact", "derived"))
    low, high = (n, n) if kind == "exact" else (max(1, n - random.randint(0, 3)), n + random.randint(0, 3))
    size = f"{{printed: x, value: {n}, kind: exact}}" if kind == "exact" else (
        f"{{kind: derived, low: {low}, high: {high}, how: x}}")  # fmt: skip
    lines = [
        "id: true-2019", "title: t", "year: 2019", "year_basis: publication", "population: p", "sector: local",
        "unit: person", f"n: {size}", f"rounding: {'truncated' if truncated else 'nearest'}", "weighted: false",
        "sources: [{id: page, title: t, url: 'https://example.org/p', kind: trade-press}]", "questions:",
    ]  # fmt: skip
    asked: list[tuple[str, int, int]] = []
    for place in range(random.randint(1, 3)):
        filtered = [one for one in asked if one[1] > 0]
        parent = random.choice(filtered) if filtered and random.random() < 0.4 else None
        base = parent[1] if parent else n
        response = random.choice(("single", "multi"))
        lines += [f"  - id: q{place}", "    asks: q", "    about: q", f"    response: {response}"]
        lines += [f"    base: {{who: x, answers: [{parent[0]}]}}" if parent else "    base: all", "    answers:"]
        left, own = base, list[tuple[str, int]]()
        for number in range(random.randint(1, 3)):
            count = random.randint(0, left if response == "single" else base)
            left -= count if response == "single" else 0
            own.append((f"a{number}", count))
        extras: dict[str, str] = {}
        if response == "single" and len(own) > 1 and random.random() < 0.4:
            some = own[: random.randint(2, len(own))]
            own.append(("net", sum(count for _, count in some)))
            extras["net"] = f"net_of: [{', '.join(name for name, _ in some)}]"
        for name, count in own:
            text = _printed(count, base, decimals, truncated, random)
            more = f", {extras[name]}" if name in extras else ""
            lines.append(f'      - {{id: {name}, says: x, printed: "{text}%", topic: other, sources: [page]{more}}}')
            truth[f"true-2019.q{place}.{name}"] = count, base
            asked.append((f"q{place}.{name}", count, base))
    return "\n".join(lines) + "\n", truth


def _printed(count: int, base: int, decimals: int, truncated: bool, random: Random) -> str:
    units, rest = divmod(100 * 10**decimals * count, base)
    up = 2 * rest > base or (2 * rest == base and random.random() < 0.5)
    whole = units + (1 if up and not truncated else 0)
    return f"{whole // 10**decimals}.{whole % 10**decimals:0{decimals}d}" if decimals else str(whole)

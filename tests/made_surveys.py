"""Surveys made by hand or from known respondents, and plain enumeration of the counts that print them.

Nothing here knows how the engine works: figures are rounded with Python's decimals, and all numbers are tried.
"""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_DOWN, ROUND_HALF_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import Any

from crosswave.study.models import Survey

Json = dict[str, Any]
Bounds = dict[str, tuple[int, int, tuple[int, ...]]]

EXCLUSIVE = ("single", "scale", "fact")


# --- surveys made by hand ---------------------------------------------------------------------------------------------


def answer(name: str, printed: str, **more: Any) -> Json:
    return {"id": name, "says": name, "printed": printed, "topic": "other", "sources": ["page"], **more}


def question(name: str, *answers: Json, **more: Any) -> Json:
    return {"id": name, "asks": name, "about": name, "answers": list(answers), **more}


def survey(n: int | Json, *questions: Json, **more: Any) -> Survey:
    size = {"printed": str(n), "value": n, "kind": "exact"} if isinstance(n, int) else n
    page = {"id": "page", "title": "p", "url": "https://example.org/p", "kind": "mirror"}
    record = {
        "id": "demo", "title": "d", "year": 2019, "year_basis": "fieldwork", "population": "p", "sector": "local",
        "unit": "person", "sources": [page], "n": size, "questions": list(questions), **more,
    }  # fmt: skip
    return Survey.model_validate(record)


def between(low: int, high: int) -> Json:
    return {"kind": "derived", "low": low, "high": high, "how": "by hand"}


def reprinted(of: Survey, name: str, printed: str) -> Survey:
    """The survey with another text printed for one figure."""
    place, _, local = name.partition(".")
    questions = (
        q.model_copy(update={"answers": tuple(_with_print(a, printed) if a.id == local else a for a in q.answers)})
        if q.id == place
        else q
        for q in of.questions
    )
    return of.model_copy(update={"questions": tuple(questions)})


def _with_print(one: Any, printed: str) -> Any:
    return one.model_copy(update={"printed": printed})


# --- what prints so ---------------------------------------------------------------------------------------------------


def prints(count: int, base: int, printed: str, rounding: str | None = None) -> bool:
    """Whether a share prints so under some rule for ties: Python's decimal rounding, no interval anywhere."""
    low, high = _numbers(printed)[0], _numbers(printed)[-1]
    unit = Decimal(1).scaleb(int(low.as_tuple().exponent))
    percent = Decimal(100 * count) / Decimal(base)
    rules = [ROUND_DOWN] if rounding == "truncated" else [ROUND_HALF_UP, ROUND_HALF_DOWN]
    return any(low <= percent.quantize(unit, rule) <= high for rule in rules)


def prints_a_sum(count: int, base: int, parts: Iterable[str], rounding: str | None = None) -> bool:
    """Whether a share can be the sum of shares that print so, each rounded before they were added."""
    low = high = Decimal(0)
    for part in parts:
        [value] = _numbers(part)
        unit = Decimal(1).scaleb(int(value.as_tuple().exponent))
        low += value if rounding == "truncated" else value - unit / 2
        high += value + (unit if rounding == "truncated" else unit / 2)
    below = 100 * count < high * base if rounding == "truncated" else 100 * count <= high * base
    return low * base <= 100 * count and below


def _numbers(printed: str) -> list[Decimal]:
    return [Decimal(text) for text in re.findall(r"\d+(?:\.\d+)?", printed)]


# --- every solution, by enumeration -----------------------------------------------------------------------------------


def sizes_of(of: Survey) -> range:
    """Every n that is stated."""
    low, high = (of.n.value, of.n.value) if of.n.kind == "exact" else (of.n.low, of.n.high)
    return range(low or 0, (high or 0) + 1)


def picks_of(of: Survey) -> Iterator[dict[str, Any]]:
    """Every way to read the ambiguous bases."""
    ambiguous: dict[str, tuple[Any, ...]] = {q.id: q.base.either for q in of.questions if q.base and q.base.either}
    for pick in itertools.product(*ambiguous.values()):
        yield dict(zip(ambiguous, pick, strict=True))


def enumerate_solutions(
    of: Survey, chosen: Mapping[str, Any], without: set[str]
) -> Iterator[dict[str, tuple[int, int]]]:
    """Every way to give each answer a count and a base, by going through the questions and trying all numbers."""
    for n in sizes_of(of):
        yield from _extend(of, list(of.questions), n, {}, chosen, without)


def _extend(
    of: Survey,
    left: list[Any],
    n: int,
    so_far: dict[str, tuple[int, int]],
    chosen: Mapping[str, Any],
    without: set[str],
) -> Iterator[dict[str, tuple[int, int]]]:
    if not left:
        yield so_far
        return
    now, *later = left
    answers = [a for a in now.answers if f"{now.id}.{a.id}" not in without]
    sizes = [_brute_base(a.base or chosen.get(now.id) or now.base, n, so_far) for a in answers]
    if any(size < 1 for size in sizes):
        return
    options = [
        [c for c in range(size + 1) if prints(c, size, a.printed, of.rounding) or _may_add_up(of, now, a, c, size)]
        for a, size in zip(answers, sizes, strict=True)
    ]
    for counts in itertools.product(*options):
        by_id = {a.id: (c, size) for a, c, size in zip(answers, counts, sizes, strict=True)}
        if _brute_fits(now, answers, by_id):
            more = {f"{now.id}.{name}": value for name, value in by_id.items()}
            yield from _extend(of, later, n, {**so_far, **more}, chosen, without)


def _may_add_up(of: Survey, now: Any, a: Any, count: int, size: int) -> bool:
    """Whether a net that prints the sum of its printed parts can have this count."""
    parts = _added(now, a)
    return len(parts) > 1 and prints_a_sum(count, size, parts, of.rounding)


def _brute_base(base: Any, n: int, so_far: Mapping[str, tuple[int, int]]) -> int:
    if base is None or base.everyone:
        return n
    return base.n or sum(so_far[name][0] for name in base.answers)


def _brute_fits(now: Any, answers: list[Any], by_id: Mapping[str, tuple[int, int]]) -> bool:
    plain = [a for a in answers if not (a.net_of or a.part_of)]
    if now.response in EXCLUSIVE and not _sums_fit(now, plain, by_id):
        return False
    for a in answers:
        count, base = by_id[a.id]
        if a.net_of and all(p in by_id for p in a.net_of) and count != sum(by_id[p][0] for p in a.net_of):
            return False
        if a.part_of in by_id and count > by_id[a.part_of][0]:
            return False
        if a.complement_of in by_id and count + by_id[a.complement_of][0] != base:
            return False
    return True


def _sums_fit(now: Any, plain: list[Any], by_id: Mapping[str, tuple[int, int]]) -> bool:
    """Whether answers to one statement on one base sum to at most that base; to the base where they are all."""
    groups: dict[tuple[str, str], list[Any]] = {}
    for a in plain:
        groups.setdefault((str(a.item), str(a.base)), []).append(a)
    for (item, _), group in groups.items():
        total, base = sum(by_id[a.id][0] for a in group), by_id[group[0].id][1]
        whole = now.exhaustive and len(group) == sum(str(a.item) == item for a in now.answers if a in plain)
        if len(group) > 1 and (total > base or (whole and total != base)):
            return False
    return True


def brute(of: Survey, without: set[str] = frozenset()) -> Bounds | None:  # type: ignore[assignment]
    """Bounds by enumeration over every reading, or None if no reading has a solution."""
    seen: dict[str, list[tuple[int, int]]] = {}
    for pick in picks_of(of):
        for solution in enumerate_solutions(of, pick, set(without)):
            for name, value in solution.items():
                seen.setdefault(name, []).append(value)
    if not seen:
        return None
    return {
        name: (min(c for c, _ in values), max(c for c, _ in values), tuple(sorted({b for _, b in values})))
        for name, values in seen.items()
    }


# --- whether there is any solution, by enumeration that keeps only what later questions need --------------------------


@dataclass(frozen=True)
class Rules:
    """How enumeration reads print.

    ``held``: local ids of the figures whose print counts, all of them if absent; the others can be any number.
    ``summed``: whether a net that prints the sum of its printed parts may be just that.
    """

    held: Collection[str] | None = None
    summed: bool = False


def counts_exist(of: Survey, rules: Rules = Rules()) -> bool:
    """Whether any counts print a survey under any reading of its bases."""
    return any(_reach_the_end(of, n, pick, rules) for pick in picks_of(of) for n in sizes_of(of))


def _reach_the_end(of: Survey, n: int, pick: Mapping[str, Any], rules: Rules) -> bool:
    steps = [step for now in of.questions for step in _statements(now)]
    bases = [[pick.get(step.id) or step.base, *(a.base for a in step.answers)] for step in steps]
    states: set[frozenset[tuple[str, int]]] = {frozenset()}
    for k, now in enumerate(steps):
        needed = {name for later in bases[k + 1 :] for base in later if base for name in base.answers}
        ways = (
            {**dict(state), **found}
            for state in states
            for found in _ways(of, now, _sizes(now, pick, n, dict(state)), needed, rules)
        )
        states = {frozenset((name, count) for name, count in way.items() if name in needed) for way in ways}
    return bool(states)


def _statements(now: Any) -> list[Any]:
    """A battery as one question for each of its statements; nothing but their base ties them."""
    items = dict.fromkeys(a.item for a in now.answers)
    return [now.model_copy(update={"answers": tuple(a for a in now.answers if a.item == item)}) for item in items]


def _sizes(now: Any, pick: Mapping[str, Any], n: int, so_far: Mapping[str, int]) -> dict[str, int]:
    known = {name: (count, 0) for name, count in so_far.items()}
    return {a.id: _brute_base(a.base or pick.get(now.id) or now.base, n, known) for a in now.answers}


def _ways(of: Survey, now: Any, sizes: Mapping[str, int], needed: set[str], rules: Rules) -> list[dict[str, int]]:
    """The counts of one question, grown answer by answer; what is neither printed nor needed is left out."""
    if min(sizes.values()) < 1:
        return []
    answers = [a for a in now.answers if _matters(now, a, needed, rules)]
    rows: list[dict[str, tuple[int, int]]] = [{}]
    for place, a in enumerate(answers):
        size, seen = sizes[a.id], answers[: place + 1]
        options = [c for c in range(size + 1) if _prints_by(of, now, a, c, size, rules)]
        grown = ({**row, a.id: (c, size)} for row in rows for c in options)
        whole = len(seen) == len(now.answers)
        rows = [row for row in grown if _brute_fits(now if whole else _open(now), seen, row)]
    return [{f"{now.id}.{name}": count for name, (count, _) in row.items()} for row in rows]


def _open(now: Any) -> Any:
    """The question while some of its answers have no count yet: these may fill the base."""
    return now.model_copy(update={"exhaustive": False})


def _matters(now: Any, a: Any, needed: set[str], rules: Rules) -> bool:
    tied = {name for b in now.answers for name in (*b.net_of, b.part_of, b.complement_of)}
    own = bool(a.net_of or a.part_of or a.complement_of)
    name = f"{now.id}.{a.id}"
    return rules.held is None or name in rules.held or name in needed or a.id in tied or own


def _prints_by(of: Survey, now: Any, a: Any, count: int, size: int, rules: Rules) -> bool:
    if rules.held is not None and f"{now.id}.{a.id}" not in rules.held:
        return True
    if rules.summed and len(parts := _added(now, a)) > 1:
        return prints_a_sum(count, size, parts, of.rounding)
    return prints(count, size, a.printed, of.rounding)


def _added(now: Any, a: Any) -> list[str]:
    """The figures that were added up if a net prints their sum, down to those that are no such sum; else its own."""
    parts = [b for name in a.net_of for b in now.answers if b.id == name]
    numbers = [_numbers(b.printed) for b in (a, *parts)]
    if not parts or any(len(one) > 1 for one in numbers) or numbers[0][0] != sum(one[0] for one in numbers[1:]):
        return [a.printed]
    return [text for part in parts for text in _added(now, part)]


# --- small surveys with all that a survey file can say ----------------------------------------------------------------


def random_survey(dice: random.Random, *, false_share: float = 0.4, ranged: float = 0.3) -> Survey:
    """One to four questions from known respondents: single, multi, exhaustive, nets, parts, subsets, readings."""
    n = dice.randint(4, 13)
    truth: dict[str, set[int]] = {}
    questions = [_random_question(dice, k, n, truth, false_share) for k in range(dice.randint(1, 4))]
    size: int | Json = between(max(1, n - dice.randint(0, 2)), n + dice.randint(1, 2)) if dice.random() < ranged else n
    more = {"rounding": "nearest"} if dice.random() < 0.5 else {}
    return survey(size, *questions, **more)


def _random_question(dice: random.Random, k: int, n: int, truth: dict[str, set[int]], false_share: float) -> Json:
    name, parents = f"q{k}", [key for key, people in truth.items() if people]
    base: Json | None = None
    people = set(range(n))
    if parents and dice.random() < 0.5:
        several = {key.split(".")[0] for key in parents}
        of = dice.choice(sorted(several))
        chosen = [key for key in parents if key.split(".")[0] == of]
        exclusive = all(not truth[a] & truth[b] for a, b in itertools.combinations(chosen, 2))
        picked = chosen if exclusive and dice.random() < 0.5 else [dice.choice(chosen)]
        subset = set().union(*(truth[key] for key in picked))
        base = {"who": f"subset {k}", "answers": picked}
        if dice.random() < 0.25:
            base = {"who": f"subset {k}", "n": len(subset)}
        elif dice.random() < 0.3:
            base = {"either": ["all", base]}
        people = subset if "either" not in base or dice.random() < 0.5 else people
    kind = dice.choice(["single", "single", "multi", None])
    options = dice.randint(1, 3)
    given = {person: dice.randrange(options + 1) for person in people}
    exhaustive = kind == "single" and dice.random() < 0.3
    if exhaustive:
        given = {person: min(choice, options - 1) for person, choice in given.items()}
    sets = [{p for p, choice in given.items() if choice == a} for a in range(options)]
    if kind != "single":
        sets = [{p for p in people if dice.random() < 0.5} for _ in range(options)]
    answers = []
    for a, members in enumerate(sets):
        answers.append(answer(f"a{a}", printed_share(dice, len(members), len(people), false_share)))
        truth[f"{name}.a{a}"] = members
    if kind == "single" and options > 1 and dice.random() < 0.4:
        both = len(sets[0] | sets[1])
        answers.append(answer("net", printed_share(dice, both, len(people), false_share), net_of=["a0", "a1"]))
    if options > 1 and kind == "multi" and dice.random() < 0.4 and sets[1] <= sets[0]:
        answers[1]["part_of"] = "a0"
    if options == 1 and dice.random() < 0.4:
        answers.append(
            answer(
                "rest", printed_share(dice, len(people) - len(sets[0]), len(people), false_share), complement_of="a0"
            )
        )
    return question(
        name,
        *answers,
        **({"response": kind} if kind else {}),
        exhaustive=exhaustive,
        **({"base": base} if base else {}),
    )


def printed_share(dice: random.Random, count: int, base: int, false_share: float) -> str:
    percent = Decimal(100 * count) / Decimal(max(base, 1))
    rounded = int(percent.quantize(Decimal(1), dice.choice([ROUND_HALF_UP, ROUND_HALF_DOWN, ROUND_HALF_EVEN])))
    if dice.random() < false_share / 3:
        rounded = min(100, max(0, rounded + dice.choice([-3, -2, -1, 1, 2, 3])))
    return f"{rounded}%"


# --- larger surveys, which always fit ---------------------------------------------------------------------------------


def respondents_survey(dice: random.Random) -> tuple[Survey, dict[str, tuple[int, int]]]:
    """A survey of 30 to 400 known people with two levels of subsets, and the true count and base of each figure."""
    n = dice.randint(30, 400)
    truth: dict[str, tuple[int, int]] = {}
    questions: list[Json] = []
    groups: dict[str, set[int]] = {}
    decimals, rounding = dice.choice([0, 0, 1]), dice.choice([None, "nearest", "truncated"])
    for k in range(dice.randint(2, 4)):
        big = [key for key, members in groups.items() if len(members) > 5]
        parent = dice.choice(big) if big and dice.random() < 0.6 else None
        people = sorted(groups[parent]) if parent else list(range(n))
        kind = dice.choice(["single", "multi"])
        weights = [dice.random() + 0.05 for _ in range(4)]
        given = {person: dice.choices(range(4), weights)[0] for person in people}
        sets = [
            {p for p in people if (given[p] == a if kind == "single" else dice.random() < weights[a])} for a in range(3)
        ]
        rows = [
            answer(f"a{a}", _shown(dice, len(members), len(people), decimals, rounding))
            for a, members in enumerate(sets)
        ]
        if kind == "single" and dice.random() < 0.5:
            rows.append(
                answer(
                    "net", _shown(dice, len(sets[0] | sets[1]), len(people), decimals, rounding), net_of=["a0", "a1"]
                )
            )
            truth[f"q{k}.net"] = (len(sets[0] | sets[1]), len(people))
        truth |= {f"q{k}.a{a}": (len(members), len(people)) for a, members in enumerate(sets)}
        groups |= {f"q{k}.a{a}": members for a, members in enumerate(sets)}
        base = {"base": {"who": f"those of {parent}", "answers": [parent]}} if parent else {}
        questions.append(question(f"q{k}", *rows, response=kind, **base))
    ranged = between(n - dice.randint(0, 4), n + dice.randint(0, 4))
    size: int | Json = ranged if dice.random() < 1 / 3 else n
    more = {"rounding": rounding} if rounding else {}
    return survey(size, *questions, **more), truth


def _shown(dice: random.Random, count: int, base: int, decimals: int, rounding: str | None) -> str:
    rule = ROUND_DOWN if rounding == "truncated" else dice.choice([ROUND_HALF_UP, ROUND_HALF_EVEN, ROUND_HALF_DOWN])
    return f"{(Decimal(100 * count) / Decimal(base)).quantize(Decimal(1).scaleb(-decimals), rule)}%"


# --- surveys of known respondents -------------------------------------------------------------------------------------

Given = dict[int, frozenset[str]]
"""For each respondent who answered a question the answers that they gave."""


@dataclass(frozen=True)
class Known:
    """A survey with what its respondents truly said.

    Parameters
    ----------
    survey : Survey
        As printed.
    n : int
        How many answered.
    truth : dict of str to (int, int)
        By local id of the figure its count and its base.
    skipped : frozenset of str
        Questions that some skipped although the survey file takes for granted that nobody did.
    summed : frozenset of str
        Nets that print the sum of their printed parts, and not their own count.
    """

    survey: Survey
    n: int
    truth: Mapping[str, tuple[int, int]]
    skipped: frozenset[str]
    summed: frozenset[str]


@dataclass
class _Press:
    """A house that asks known people and prints shares."""

    dice: random.Random
    people: int
    missing: Collection[str]
    decimals: int
    rounding: str | None
    tables: dict[str, Given] = field(default_factory=dict)
    kinds: dict[str, str | None] = field(default_factory=dict)
    truth: dict[str, tuple[int, int]] = field(default_factory=dict)
    skipped: set[str] = field(default_factory=set)
    summed: set[str] = field(default_factory=set)

    def ask(self, name: str) -> Json:
        """One question, put to everybody or to those who gave an earlier answer; some may skip it."""
        dice = self.dice
        asked, base = self._asked(name)
        kind = dice.choice(["single", "single", "scale", "multi", None])
        options = dice.randint(2, 4) if kind else dice.randint(1, 3)
        skips = dice.choice(sorted(self.missing)) if self.missing and len(asked) > 1 and dice.random() < 0.3 else None
        answering = dice.sample(asked, dice.randint(max(1, 3 * len(asked) // 4), len(asked) - 1)) if skips else asked
        exhaustive = kind in EXCLUSIVE and dice.random() < 0.4
        statements = ("s0-", "s1-") if kind == "scale" and dice.random() < 0.3 else ("",)
        self.tables[name] = self._answers(answering, kind, options, statements, exhaustive=exhaustive)
        self.kinds[name] = kind if statements == ("",) else "battery"
        if skips == "sized" or (base is None and skips and dice.random() < 0.5):
            base = {"who": f"those who answered {name}", "n": len(answering)}
        elif skips:
            self.skipped.add(name)
        rows = [
            self._row(name, f"{s}a{k}", **({"item": s[:-1]} if s else {})) for s in statements for k in range(options)
        ]
        rows += self._derived(name, kind, rows)
        return question(
            name,
            *rows,
            exhaustive=exhaustive,
            **({"response": kind} if kind else {}),
            **({"base": base} if base else {}),
        )

    def _asked(self, name: str) -> tuple[list[int], Any]:
        """Whom, and how the survey file says it. The last question is the likeliest parent, so that subsets nest."""
        parents = [(q, a) for q in self.tables for a in self.given(q) if f"{q}.{a}" in self.truth]
        if not parents or self.dice.random() < 0.35:
            return list(range(self.people)), self.dice.choice([None, "all"])
        place, first = self.dice.choice(parents[-4:] if self.dice.random() < 0.6 else parents)
        chosen = [first]
        if self.kinds[place] in EXCLUSIVE and first.startswith("a") and self.dice.random() < 0.4:
            chosen = sorted({first, self.dice.choice([a for q, a in parents if q == place and a.startswith("a")])})
        asked = sorted(set().union(*(self.given(place)[a] for a in chosen)))
        subset = {"who": f"subset {name}", "answers": [f"{place}.{a}" for a in chosen]}
        forms = [subset] * 7 + [{"who": f"subset {name}", "n": len(asked)}, {"either": ["all", subset]}]
        return asked, self.dice.choice(forms)

    def given(self, name: str) -> dict[str, set[int]]:
        """Who gave each answer that anybody gave, nets included."""
        found: dict[str, set[int]] = {}
        for person, answers in self.tables[name].items():
            for one in answers:
                found.setdefault(one, set()).add(person)
        return dict(sorted(found.items()))

    def _answers(
        self, answering: list[int], kind: str | None, options: int, statements: tuple[str, ...], *, exhaustive: bool
    ) -> Given:
        weights = [self.dice.random() + 0.05 for _ in range(options + (not exhaustive))]
        if kind in EXCLUSIVE:
            choices = range(len(weights))
            return {
                p: frozenset(f"{s}a{self.dice.choices(choices, weights)[0]}" for s in statements) for p in answering
            }
        return {p: frozenset(f"a{k}" for k in range(options) if self.dice.random() < weights[k]) for p in answering}

    def _row(self, name: str, local: str, **more: Any) -> Json:
        count, base = len(self.given(name).get(local, ())), len(self.tables[name])
        self.truth[f"{name}.{local}"] = (count, base)
        return answer(local, self._shown(count, base), **more)

    def _shown(self, count: int, base: int) -> str:
        """A share as this house prints it: each tie its own way, now and then as a range of five points."""
        percent = Decimal(100 * count) / Decimal(base)
        if not self.decimals and self.dice.random() < 0.08:
            five = min(int(percent) // 5, 19)
            return f"{5 * five}-{5 * five + 5}%"
        ties = [ROUND_HALF_UP, ROUND_HALF_EVEN, ROUND_HALF_DOWN]
        rule = ROUND_DOWN if self.rounding == "truncated" else self.dice.choice(ties)
        return f"{percent.quantize(Decimal(1).scaleb(-self.decimals), rule)}%"

    def _derived(self, name: str, kind: str | None, rows: list[Json]) -> list[Json]:
        """Nets of answers that exclude each other, a net of a net, the rest of a single answer, a part of an answer."""
        if kind in EXCLUSIVE and self.kinds[name] != "battery":
            nets = []
            for net, parts in (("net", ["a0", "a1"]), ("top", ["net", "a2"])):
                if all(p in {row["id"] for row in (*rows, *nets)} for p in parts) and self.dice.random() < 0.5:
                    nets.append(self._net(name, net, parts, [*rows, *nets]))
            return nets
        if len(rows) == 1 and self.dice.random() < 0.5:
            self._add(name, "rest", lambda given: "a0" not in given)
            return [self._row(name, "rest", complement_of="a0")]
        if len(rows) > 1 and self.dice.random() < 0.4:
            self._add(name, "both", lambda given: {"a0", "a1"} <= given)
            return [self._row(name, "both", part_of="a0")]
        return []

    def _add(self, name: str, local: str, holds: Any) -> None:
        self.tables[name] = {p: g | {local} if holds(g) else g for p, g in self.tables[name].items()}

    def _net(self, name: str, net: str, parts: list[str], rows: list[Json]) -> Json:
        self._add(name, net, lambda given: given & set(parts))
        row = self._row(name, net, net_of=parts)
        numbers = [_numbers(one["printed"]) for one in rows if one["id"] in parts]
        total = sum((one[0] for one in numbers), Decimal(0))
        if all(len(one) == 1 for one in numbers) and total <= 100 and self.dice.random() < 0.5:
            row["printed"] = f"{total}%"
            self.summed.add(f"{name}.{net}")
        return row


def known_survey(
    dice: random.Random, sizes: tuple[int, int] = (4, 400), *, missing: Collection[str] = ("sized", "assumed")
) -> Known:
    """A survey of known people as some house would print it.

    Parameters
    ----------
    dice : Random
        Where chance comes from.
    sizes : (int, int)
        Fewest and most people; tenfold sizes are equally likely.
    missing : collection of {"sized", "assumed"}
        How the survey file puts it where people skipped a question: with the number who answered, or not at all.
    """
    people = round(sizes[0] * (sizes[1] / sizes[0]) ** dice.random())
    rounding = dice.choice([None, None, "nearest", "truncated"])
    press = _Press(dice, people, missing, dice.choice([0, 0, 0, 1, 2]), rounding)
    questions = [press.ask(f"q{k}") for k in range(dice.randint(1, 4))]
    # People who returned nothing make n a range.
    ranged = between(max(1, people - dice.randint(0, 3)), people + dice.randint(0, 3))
    size: int | Json = ranged if dice.random() < 0.3 else people
    of = survey(size, *questions, **({"rounding": rounding} if rounding else {}))
    return Known(of, people, press.truth, frozenset(press.skipped), frozenset(press.summed))


def falsified(dice: random.Random, known: Known) -> Survey:
    """The survey with one figure replaced by a value that its true count and base print under no rule for ties."""
    name = dice.choice(sorted(known.truth))
    count, base = known.truth[name]
    decimals = max(-int(number.as_tuple().exponent) for number in _all_numbers(known.survey))
    unit, percent = Decimal(1).scaleb(-decimals), Decimal(100 * count) / Decimal(base)
    while True:
        far = dice.choice([1, 1, 1, 2, 3, 10]) * (1 if dice.random() < 0.5 else 10**decimals)
        value = percent.quantize(unit) + dice.choice([-1, 1]) * dice.randint(1, far) * unit
        if 0 <= value <= 100 and not prints(count, base, f"{value}%", known.survey.rounding):
            return reprinted(known.survey, name, f"{value}%")


def _all_numbers(of: Survey) -> list[Decimal]:
    return [number for q in of.questions for a in q.answers for number in _numbers(a.printed)]

"""What quantities.yaml knows, arranged so that a text finds its phrase by its value and not by its spelling."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache

from crosswave.printed.percents import percentage
from crosswave.printed.plain import plain
from crosswave.printed.words import named_share, small_number
from crosswave.study.models import Phrase, Quantities, Rule

_HEADS = re.compile(r"(?P<number>[0-9]{1,12}|[1-9][0-9]{0,2}(?:,[0-9]{3}){1,4})(?P<decimals>\.[0-9]{1,9})?")
_SCALES = {"hundred": 10**2, "thousand": 10**3, "million": 10**6, "billion": 10**9}
_ARTICLE = re.compile(r"^(?:an?|the) ")
BARE = "bare"
"""The word of the rule for quantities that no other word leads or follows."""


@dataclass(frozen=True, slots=True)
class Hedged:
    """A quantity with the rule of the words around it."""

    rule: Rule
    text: str


class Index:
    """The phrases and rules of one file, of one kind of quantity."""

    def __init__(self, quantities: Quantities, kind: str) -> None:
        self._rules = [rule for rule in quantities.rules if rule.kind in (kind, "any")]
        self._before = _longest_first((word, rule) for rule in self._rules for word in rule.words if word != BARE)
        self._after = _longest_first((word, rule) for rule in self._rules for word in rule.after)
        self._bare = next(rule for rule in self._rules if BARE in rule.words)
        self._counted = frozenset(quantities.counted)
        self._value: Callable[[str], Fraction | None] = {"proportion": share_value, "count": head_count}[kind]
        phrases = [phrase for phrase in reversed(quantities.phrases) if phrase.kind == kind]
        self._texts = {_nameless(plain(phrase.text)): phrase for phrase in phrases}
        # A head count is hedged for its own survey, as "more than 5,000" was for 4,899: it is found by its words alone.
        self._by_value = phrases if kind == "proportion" else []

    @cached_property
    def _values(self) -> Mapping[tuple[int, Fraction], Phrase]:
        """The first phrase of each hedge and value."""
        return {key: phrase for phrase in self._by_value if (key := self.key(plain(phrase.text)))}

    def phrase(self, text: str) -> Phrase | None:
        """Return the phrase of a text in plain form: the same words, or the same hedge of the same value."""
        if found := self._texts.get(_nameless(text)):
            return found
        key = self.key(text)
        return self._values.get(key) if key else None

    def key(self, text: str) -> tuple[int, Fraction] | None:
        """Return the rule, as its place in the file, and the value of a text in plain form; None if it has none."""
        hedged = self.hedged(text)
        value = self._value(hedged.text) if hedged else None
        return None if hedged is None or value is None else (self._rules.index(hedged.rule), value)

    def is_bare(self, rule: Rule) -> bool:
        """Return whether a rule is that of quantities without a hedge."""
        return rule is self._bare

    def hedged(self, text: str) -> Hedged | None:
        """Return a text in plain form without its hedge, and the rule of that; None if words of two hedge it."""
        text = self._unnamed(text)
        before, rest = next(((rule, text[len(word) :].strip()) for word, rule in self._before if _leads(word, text)),
                            (self._bare, text))  # fmt: skip
        if before is self._bare and rest != text:  # "only about a third": only judges and does not shift
            return self.hedged(rest)
        after, inner = next(((rule, rest[: -len(word)].strip()) for word, rule in self._after if _ends(word, rest)),
                            (self._bare, rest))  # fmt: skip
        if self._bare not in (before, after):
            return None
        return Hedged(before if after is self._bare else after, self._unnamed(inner))

    def _unnamed(self, text: str) -> str:
        """Without the words for who was counted, which end it."""
        words = text.split()
        while len(words) > 1 and words[-1] in self._counted:
            words.pop()
        return " ".join(words)


def _longest_first(pairs: Iterator[tuple[str, Rule]]) -> list[tuple[str, Rule]]:
    return sorted(pairs, key=lambda pair: -len(pair[0]))


def _leads(word: str, text: str) -> bool:
    return text.startswith(word + " ")


def _ends(word: str, text: str) -> bool:
    return text.endswith(" " + word)


def _nameless(text: str) -> str:
    return _ARTICLE.sub("", text)


def share_value(text: str) -> Fraction | None:
    """Return the share that a text in plain form names, in digits or in words; None if it names none."""
    share = percentage(text, "nearest")
    return named_share(text) if share is None else share.value


def head_count(text: str) -> Fraction | None:
    """Return the number that a text in plain form gives, in digits or in words; None if it gives none.

    Examples
    --------
    >>> head_count("1,026"), head_count("two hundred"), head_count("12,35"), head_count("100k")
    (Fraction(1026, 1), Fraction(200, 1), None, None)
    """
    number, scale = text, 1
    for word, size in _SCALES.items():
        if text.endswith(" " + word):
            number, scale = text.removesuffix(word).strip(), size
    match = _HEADS.fullmatch(number)
    if match and (scale > 1 or not match["decimals"]):
        return Fraction(number.replace(",", "")) * scale
    spelt = 1 if number == "a" and scale > 1 else small_number(number)
    return None if match or spelt is None else Fraction(spelt * scale)


@dataclass(frozen=True, slots=True, eq=False)
class _Same:
    """Quantities as a key, by identity: a record that holds lists cannot be one."""

    quantities: Quantities

    def __hash__(self) -> int:
        return id(self.quantities)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.quantities is other.quantities


def indexed(quantities: Quantities, kind: str) -> Index:
    """Return the index of a file and a kind, made once."""
    return _indexed(_Same(quantities), kind)


@lru_cache(maxsize=8)
def _indexed(same: _Same, kind: str) -> Index:
    return Index(same.quantities, kind)

"""Faults of quantities.yaml: ends that are no number, phrases at odds with each other or with a known use."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from crosswave.printed.intervals import QuantityError, number
from crosswave.printed.plain import plain
from crosswave.printed.quantities import Lexicon
from crosswave.study.models import Phrase, Quantities

Place = tuple[str | int, ...]


def quantity_faults(quantities: Quantities) -> Iterator[tuple[Place, str]]:
    """Yield the place of each fault and what is wrong."""
    wrong = [*_ends_of_phrases(quantities), *_ends_of_rules(quantities)]
    lexicon = Lexicon(quantities)
    yield from wrong or [*_outside_phrases(quantities), *_outside_rules(lexicon), *_unlike(lexicon)]


def no_number(text: str) -> str | None:
    """Return why a text is no number, or None if it is one."""
    try:
        number(text)
    except QuantityError as error:
        return str(error)
    return None


def _ends_of_phrases(quantities: Quantities) -> Iterator[tuple[Place, str]]:
    for k, phrase in enumerate(quantities.phrases):
        faults = {key: words for key in ("low", "high") if (words := no_number(getattr(phrase, key)))}
        yield from ((("phrases", k, key), words) for key, words in faults.items())
        if not faults and number(phrase.low) > number(phrase.high):
            yield ("phrases", k, "low"), f"low {phrase.low} is above high {phrase.high}; swap them"


def _ends_of_rules(quantities: Quantities) -> Iterator[tuple[Place, str]]:
    for k, rule in enumerate(quantities.rules):
        places: list[tuple[Place, str]] = [(("rules", k, key), getattr(rule, key)) for key in ("below", "above")]
        for j, small in enumerate(rule.small):
            places += [(("rules", k, "small", j, key), getattr(small, key)) for key in ("below", "above", "up_to")]
        yield from ((place, words) for place, end in places if end != "rest" and (words := no_number(end)))


def _outside_phrases(quantities: Quantities) -> Iterator[tuple[Place, str]]:
    for k, phrase in enumerate(quantities.phrases):
        low, high = _ends(phrase)
        for use in phrase.seen:
            exact = use.get("exact", "")
            known = exact and use.get("misreport") != "yes" and not no_number(exact)
            if known and not low <= number(exact) <= high:
                words = f"the interval of {phrase.text!r} does not hold {exact}, for which it was printed"
                yield ("phrases", k), f"{words} ({use.get('figure', '?')}); widen it"


def _outside_rules(lexicon: Lexicon) -> Iterator[tuple[Place, str]]:
    for k, rule in enumerate(lexicon.quantities.rules):
        for use in (use for reach in (rule, *rule.small) for use in reach.seen):
            if missing := [key for key in ("phrase", "exact") if key not in use]:
                yield ("rules", k), f"a use that was seen needs {' and '.join(missing)}; add it"
                continue
            try:
                held = lexicon.share(use["phrase"]).holds(number(use["exact"]))
            except QuantityError as error:
                yield ("rules", k), str(error)
                continue
            if not held:
                words = f"{use['phrase']!r} was printed for {use['exact']}, which lies outside its interval"
                yield ("rules", k), f"{words}; widen the rule"


def _unlike(lexicon: Lexicon) -> Iterator[tuple[Place, str]]:
    """Phrases that say the same in other words must have the same interval, as a text finds either of them."""
    first: dict[tuple[int, Fraction], Phrase] = {}
    for k, phrase in enumerate(lexicon.quantities.phrases):
        key = lexicon.shares.key(plain(phrase.text)) if phrase.kind == "proportion" else None
        if key and _ends(first.setdefault(key, phrase)) != _ends(phrase):
            words = f"{phrase.text!r} says the same as {first[key].text!r} and has another interval"
            yield ("phrases", k), f"{words}; give both the same"


def _ends(phrase: Phrase) -> tuple[Fraction, Fraction]:
    return number(phrase.low), number(phrase.high)

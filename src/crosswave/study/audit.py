"""Faults that only arithmetic shows: figures that nobody can read, answers that exceed everybody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

from crosswave.printed.faults import no_number, quantity_faults
from crosswave.printed.intervals import QuantityError
from crosswave.printed.plain import is_withheld
from crosswave.printed.quantities import Lexicon
from crosswave.study.faults import Fault, shown
from crosswave.study.mending import Path_
from crosswave.study.models import Answer, Condition, Question, Survey
from crosswave.study.registry import Registry

_EXCLUSIVE = ("single", "scale", "fact")


def arithmetic_faults(registry: Registry) -> Iterator[Fault]:
    """Yield the faults of arithmetic in a registry."""
    yield from _survey_faults(registry)
    yield from _quantity_faults(registry)
    yield from _claim_faults(registry)


def _survey_faults(registry: Registry) -> Iterator[Fault]:
    lexicon = Lexicon(registry.quantities)
    for name, survey in registry.surveys.items():
        document = registry.documents[f"surveys/{name}.yaml"]
        for where, message in unreadable(survey, lexicon):
            yield document.fault(where, message)
        if words := _other_n(survey):
            yield document.fault(("n",), words)
        for k, question in enumerate(survey.questions):
            yield from (document.fault(("questions", k), words) for words in _over_full(survey, question, lexicon))


def _other_n(survey: Survey) -> str | None:
    """An exact n must stand in its own printed form."""
    n = survey.n
    numbers = re.findall(r"\d+", (n.printed or "").replace(",", ""))
    if n.kind != "exact" or not numbers or str(n.value) in numbers:
        return None
    return f"n is {n.value}, and {shown(n.printed)!r} is printed; make them agree, or say how n is derived"


def unreadable(survey: Survey, lexicon: Lexicon) -> Iterator[tuple[Path_, str]]:
    """Yield the place of each share that nobody can read, and why."""
    for k, question in enumerate(survey.questions):
        for j, answer in enumerate(question.answers):
            held = answer.measure in ("share", "range") and not is_withheld(answer)
            if held and (words := unread(answer.printed, lexicon)):
                yield ("questions", k, "answers", j, "printed"), words


def unread(printed: str, lexicon: Lexicon) -> str | None:
    """Return why nobody can read a text as a share, or None."""
    try:
        lexicon.share(printed)
    except QuantityError as error:
        return str(error)
    return None


def _over_full(survey: Survey, question: Question, lexicon: Lexicon) -> Iterator[str]:
    """Answers that exclude each other on one base must not exceed it, even at the low end of their rounding."""
    if question.response not in _EXCLUSIVE:
        return
    groups: dict[tuple[str, str], list[Answer]] = {}
    for answer in question.answers:
        if not (answer.net_of or answer.part_of or answer.rival_of or answer.measure != "share"):
            groups.setdefault((answer.item or "", str(answer.base)), []).append(answer)
    for group in groups.values():
        least = sum((_least(answer, lexicon) for answer in group), Fraction(0))
        if least > 1:
            names = ", ".join(f"{answer.id} {answer.printed}" for answer in group)
            yield (
                f"answers to {question.id} exclude each other on one base and exceed 100 %: {names}; mark nets "
                "(net_of), parts (part_of), statements (item) or subgroups (base), or make the response multi"
            )


def _least(answer: Answer, lexicon: Lexicon) -> Fraction:
    try:
        return lexicon.share(answer.printed).low
    except QuantityError:
        return Fraction(0)


def _quantity_faults(registry: Registry) -> Iterator[Fault]:
    document = registry.documents["quantities.yaml"]
    yield from (document.fault(where, words) for where, words in quantity_faults(registry.quantities))


def _claim_faults(registry: Registry) -> Iterator[Fault]:
    document, lexicon = registry.documents["claims.yaml"], Lexicon(registry.quantities)
    for k, claim in enumerate(registry.claims.values()):
        for j, condition in enumerate(claim.all_of):
            for words in (*_condition_faults(condition, lexicon), *_fact_faults(condition, registry)):
                yield document.fault(("claims", k, "all_of", j), words)


def _condition_faults(condition: Condition, lexicon: Lexicon) -> Iterator[str]:
    needed = {"phrase": ("phrase",), "between": ("value", "and_value"), "most": ()}.get(condition.is_, ("value",))
    missing = [key for key in needed if getattr(condition, key) is None]
    if missing:
        yield f"is: {condition.is_} needs {' and '.join(missing)}; add it"
        return
    numbers = [getattr(condition, key) for key in needed if key != "phrase"]
    yield from (words for text in numbers if (words := no_number(text)))
    if condition.phrase and (words := unread(condition.phrase, lexicon)):
        yield words


def _fact_faults(condition: Condition, registry: Registry) -> Iterator[str]:
    """A fact that takes part in a sum must be a number: no date, no range."""
    for name in condition.names:
        fact = registry.facts.get(name)
        if fact and (words := no_number(fact.value)):
            yield f"fact {name} cannot be added up: {words}"

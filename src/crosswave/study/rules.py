"""Rules that no single field can break: ids that repeat, references that dangle, dates and sums that cannot be."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Set
from contextlib import suppress
from fractions import Fraction
from pathlib import PurePath

from crosswave.printed.intervals import QuantityError, number
from crosswave.printed.plain import is_withheld, plain
from crosswave.printed.quantities import Lexicon
from crosswave.study.documents import Document
from crosswave.study.faults import Fault, Path_, listed, nearest, shown
from crosswave.study.models import ORGANISATIONS, Answer, Base, Condition, Phrase, Quantities, Question, Survey
from crosswave.study.registry import Registry, size_of_base, text_of
from crosswave.study.validation import Validated

_PLAIN = re.compile(r"([0-9]{1,2}(\.[0-9]{1,17})?|100(\.0{1,17})?)%")
_MEAN = re.compile(r"-?[0-9]+(\.[0-9]+)?")

Located = tuple[Path_, str]
"""Where a fault is, and what to do about it."""


def survey_faults(validated: Validated[Survey], document: Document) -> list[Fault]:
    """Return the faults that one survey file shows by itself, beside those of form."""
    survey, stem, faults = validated.record, PurePath(document.path).stem, inner_faults(validated, document)
    if survey is not None and survey.id != stem and validated.speaks_of(("id",)):
        words = f"id is {shown(survey.id)}, the file is called {stem}.yaml; make them the same"
        return [document.fault(("id",), words), *faults]
    return faults


def inner_faults(validated: Validated[Survey], document: Document) -> list[Fault]:
    """Return the faults of `survey_faults` that do not ask for the name of the file."""
    survey = validated.record
    if survey is None:
        return []
    located = (fault for check in (_dates, _heads, _repeats, _references) for fault in check(survey))
    return listed(document.fault(where, message) for where, message in located if validated.speaks_of(where))


def _dates(survey: Survey) -> Iterator[Located]:
    start, end = survey.fieldwork.start, survey.fieldwork.end
    if start and end and end[: len(start)] < start[: len(end)]:
        yield ("fieldwork", "end"), f"fieldwork ends {end}, before it starts {start}; swap or mend them"
    first = start or end
    if first and survey.published and survey.published[: len(first)] < first[: len(survey.published)]:
        yield ("published",), f"published {survey.published}, before the fieldwork of {first}; mend one of them"


def _heads(survey: Survey) -> Iterator[Located]:
    """Each organisation sends somebody; where organisations are counted, how many there are is known."""
    most = max((size for size in (survey.n.value, survey.n.high) if size), default=None)
    if survey.n.kind in ("exact", "derived") and survey.organisations and most and survey.organisations > most:
        yield ("organisations",), f"{survey.organisations} organisations cannot send {most} replies; mend one of them"
    for k, question in enumerate(survey.questions):
        for where, base in _bases(question, ("questions", k)):
            if base.counts == ORGANISATIONS and not survey.organisations:
                yield where, "organisations are counted here, and the survey does not say how many; add organisations"


def _bases(question: Question, where: Path_) -> Iterator[tuple[Path_, Base]]:
    if question.base:
        yield (*where, "base"), question.base
    for j, answer in enumerate(question.answers):
        if answer.base:
            yield (*where, "answers", j, "base"), answer.base


def _repeats(survey: Survey) -> Iterator[Located]:
    for part in ("sources", "questions", "changes"):
        yield from repeated(((part, k, "id"), one.id) for k, one in enumerate(getattr(survey, part)))
    for k, question in enumerate(survey.questions):
        where: Path_ = ("questions", k, "answers")
        yield from repeated(((*where, j, "id"), answer.id) for j, answer in enumerate(question.answers))


def repeated(ids: Iterable[Located]) -> Iterator[Located]:
    """Yield a fault for each id that occurs a second time."""
    seen: set[str] = set()
    for where, name in ids:
        if name in seen:
            yield where, f"id {shown(name)} occurs twice; ids are unique, so rename one"
        seen.add(name)


def _references(survey: Survey) -> Iterator[Located]:
    sources, asked = {source.id for source in survey.sources}, Counter(question.id for question in survey.questions)
    answers = {f"{question.id}.{answer.id}" for question in survey.questions for answer in question.answers}
    for k, question in enumerate(survey.questions):
        for where, base in _bases(question, ("questions", k)):
            yield from _base(base, where, answers)
            own = [name for one in (base, *base.either) for name in one.answers if name.split(".")[0] == question.id]
            for name in own if asked[question.id] == 1 else ():  # nobody is asked because of that answer
                yield where, f"{name} is an answer to this question itself; name one of an earlier question"
        siblings = Counter(answer.id for answer in question.answers)
        for j, answer in enumerate(question.answers):
            place: Path_ = ("questions", k, "answers", j)
            yield from dangling((*place, "sources"), "source", answer.sources, sources)
            yield from _siblings(answer, question, place, siblings)
    for k, change in enumerate(survey.changes):
        yield from dangling(("changes", k, "sources"), "source", change.sources, sources)


def _base(base: Base, where: Path_, answers: set[str]) -> Iterator[Located]:
    yield from dangling((*where, "answers"), "answer of this survey", base.answers, answers)
    if len(asked := sorted({name.split(".")[0] for name in base.answers})) > 1:
        rule = "the size of a base is the sum of its answers' counts, so all are answers to one question"
        yield (*where, "answers"), f"{rule}; those of {' and '.join(asked)} arrived; name those of one"
    for k, alternative in enumerate(base.either):
        yield from _base(alternative, (*where, "either", k), answers)


def _siblings(answer: Answer, question: Question, where: Path_, known: Mapping[str, int]) -> Iterator[Located]:
    """Other answers that an answer names; a rival is another value of an answer that is itself no rival."""
    for key in ("net_of", "part_of", "rival_of", "complement_of", "organisations_of"):
        named = getattr(answer, key) or ()
        if named:  # of many answers, those that name none cost nothing
            others = [name for name in known if name != answer.id]
            named = (named,) if isinstance(named, str) else named
            yield from dangling((*where, key), f"other answer of question {question.id}", named, others)
    for other in question.answers if answer.complement_of else ():
        if other.id == answer.complement_of and (other.base or question.base) != (answer.base or question.base):
            rule = f"{other.id} is counted on another base, and a complement is of the same people"
            yield (*where, "complement_of"), f"{rule}; give both one base, or leave this out"
    for other in question.answers if answer.rival_of else ():
        if other.id == answer.rival_of and other.rival_of:
            yield (*where, "rival_of"), f"{other.id} is itself a rival, of {other.rival_of}; name that one"
        elif other.id == answer.rival_of and other.printed == answer.printed:
            yield (*where, "rival_of"), f"{other.id} is printed {shown(answer.printed)} too; a rival is another value"


def dangling(where: Path_, what: str, named: Iterable[str], known: Iterable[str]) -> Iterator[Located]:
    """Yield a fault for each name that refers to nothing."""
    known = known if isinstance(known, Mapping | Set) else set(known)
    for name in named:
        if name not in known:
            yield where, f"{shown(name)} is no {what}{nearest(name, known) or '; add it or mend the name'}"


# --- arithmetic: figures that nobody can read, answers that exceed everybody ------------------------------------------


def arithmetic_faults(registry: Registry) -> Iterator[Fault]:
    """Yield the faults of arithmetic in a registry."""
    lexicon = registry.lexicon
    for name, survey in registry.surveys.items():
        document = registry.documents[f"surveys/{name}.yaml"]
        for where, message in (*_unreadable(survey, lexicon), *_other_n(survey), *_over_full(survey, lexicon)):
            yield document.fault(where, message)
    document = registry.documents["quantities.yaml"]
    yield from (document.fault(where, words) for where, words in quantity_faults(registry.quantities))
    document = registry.documents["claims.yaml"]
    for k, claim in enumerate(registry.claims.values()):
        for j, condition in enumerate(claim.all_of):
            for words in (*_condition_faults(condition, lexicon), *_fact_faults(condition, registry)):
                yield document.fault(("claims", k, "all_of", j), words)


def _unreadable(survey: Survey, lexicon: Lexicon) -> Iterator[Located]:
    for k, question in enumerate(survey.questions):
        for j, answer in enumerate(question.answers):
            base = answer.base or question.base
            words = unreadable(answer, lexicon, text_of(answer, base, survey.n))
            if question.response == "scale" and answer.measure == "mean" and not _MEAN.fullmatch(answer.printed):
                printed = shown(answer.printed)
                words = f"the mean of a scale is a number such as 5.19; {printed!r} arrived; print it alone"
            if words := _miscounted(answer, size_of_base(base, survey.n)) if answer.printed_in == "count" else words:
                yield ("questions", k, "answers", j, "printed"), words


def _miscounted(answer: Answer, size: int | None) -> str | None:
    """Why a count cannot be one of its base, or None."""
    count = answer.printed.replace(",", "")
    if not count.isdecimal():
        return f"{shown(answer.printed)} is no count; write a whole number, or leave printed_in out"
    if size is None:
        return "a count needs the size of its base; give the base an n"
    return f"{answer.printed} is more than its base of {size}; mend one of them" if int(count) > size else None


def unreadable(answer: Answer, lexicon: Lexicon, text: str) -> str | None:
    """Return why nobody can read an answer as a share, or None where one can or it is none."""
    held = answer.measure in ("share", "range") and not is_withheld(answer)
    return unread(text, lexicon) if held else None


def unread(printed: str, lexicon: Lexicon) -> str | None:
    """Return why nobody can read a text as a share, or None."""
    if _PLAIN.fullmatch(printed):  # as nearly all are: what they mean exactly is not asked here
        return None
    try:
        lexicon.share(printed)
    except QuantityError as error:
        return str(error)
    return None


def _other_n(survey: Survey) -> Iterator[Located]:
    """An exact n must be in its own printed form."""
    n = survey.n
    numbers = re.findall(r"\d+", (n.printed or "").replace(",", ""))
    if n.kind == "exact" and numbers and str(n.value) not in numbers:
        told = f"n is {n.value}, and {shown(n.printed)!r} is printed; make them agree, or say how n is derived"
        yield ("n",), told


def _over_full(survey: Survey, lexicon: Lexicon) -> Iterator[Located]:
    """Answers that exclude each other on one base must not exceed it, even at the low end of their rounding."""
    for k, question in enumerate(survey.questions):
        groups: dict[tuple[str, str], list[Answer]] = {}
        for answer in question.answers if question.response in ("single", "scale", "fact") else ():
            if not (answer.net_of or answer.part_of or answer.rival_of or answer.measure != "share"):
                groups.setdefault((answer.item or "", str(answer.base)), []).append(answer)
        for group in groups.values():
            if len(group) == 1 and group[0].printed_in != "count":
                continue
            least = Fraction(0)
            for answer in group:
                with suppress(QuantityError):
                    least += lexicon.figure(text_of(answer, answer.base or question.base, survey.n)).low
            if least > 1:
                names = ", ".join(f"{answer.id} {answer.printed}" for answer in group)
                words = f"answers to {question.id} exclude each other on one base and exceed 100 %: {names}"
                parts = "mark nets (net_of), parts (part_of), statements (item) or subgroups (base)"
                yield ("questions", k), f"{words}; {parts}, or make the response multi"


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


# --- quantities.yaml: ends that are no number, phrases at odds with each other or with a known use --------------------


def quantity_faults(quantities: Quantities) -> Iterator[Located]:
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


def _ends_of_phrases(quantities: Quantities) -> Iterator[Located]:
    for k, phrase in enumerate(quantities.phrases):
        faults = {key: words for key in ("low", "high") if (words := no_number(getattr(phrase, key)))}
        yield from ((("phrases", k, key), words) for key, words in faults.items())
        if not faults and number(phrase.low) > number(phrase.high):
            yield ("phrases", k, "low"), f"low {phrase.low} is above high {phrase.high}; swap them"


def _ends_of_rules(quantities: Quantities) -> Iterator[Located]:
    for k, rule in enumerate(quantities.rules):
        places: list[Located] = [(("rules", k, key), getattr(rule, key)) for key in ("below", "above")]
        for j, small in enumerate(rule.small):
            places += [(("rules", k, "small", j, key), getattr(small, key)) for key in ("below", "above", "up_to")]
        yield from ((place, words) for place, end in places if end != "rest" and (words := no_number(end)))


def _outside_phrases(quantities: Quantities) -> Iterator[Located]:
    for k, phrase in enumerate(quantities.phrases):
        low, high = _ends(phrase)
        for use in phrase.seen:
            exact = use.get("exact", "")
            known = exact and use.get("misreport") != "yes" and not no_number(exact)
            if known and not low <= number(exact) <= high:
                words = f"the interval of {phrase.text!r} does not hold {exact}, for which it was printed"
                yield ("phrases", k), f"{words} ({use.get('figure', '?')}); widen it"


def _outside_rules(lexicon: Lexicon) -> Iterator[Located]:
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


def _unlike(lexicon: Lexicon) -> Iterator[Located]:
    """Phrases that say the same in other words must have the same interval, as a text finds either of them."""
    first: dict[tuple[int, Fraction], Phrase] = {}
    for k, phrase in enumerate(lexicon.quantities.phrases):
        key = lexicon.shares.key(plain(phrase.text)) if phrase.kind == "proportion" else None
        if key and _ends(first.setdefault(key, phrase)) != _ends(phrase):
            words = f"{phrase.text!r} says the same as {first[key].text!r} and has another interval"
            yield ("phrases", k), f"{words}; give both the same"


def _ends(phrase: Phrase) -> tuple[Fraction, Fraction]:
    return number(phrase.low), number(phrase.high)

"""Rules between files: what one names, another must hold, and one page under two addresses is one source."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations, product
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from crosswave.study.faults import Fault, Path_, listed
from crosswave.study.models import Claims, Construct, Constructs, Source
from crosswave.study.registry import Registry
from crosswave.study.rules import Located, dangling, repeated

_LEAST_LETTERS = 20
"""A shorter last part of an address, such as news or digital-survey, may name two pages of one site."""
_EXTRA = re.compile(r"(/amp|/index\.html?)?/*$")
_TRACKING = re.compile(r"^(utm_|fbclid$|gclid$|mc_)")


def registry_faults(registry: Registry, constructs: Constructs, claims: Claims) -> list[Fault]:
    """Return the faults that only show when the files are side by side."""
    by_file = {"constructs.yaml": _constructs(registry, constructs), "claims.yaml": _claims(registry, claims)}
    by_file["batteries.yaml"] = _batteries(registry)
    by_file |= {f"surveys/{name}.yaml": _survey(registry, name) for name in registry.surveys}
    faults = [*disagreements(registry), *_pages(registry), *listed(_facts(registry))]
    for file, rows in by_file.items():
        if file in registry.documents:
            faults += listed(registry.documents[file].fault(*row) for row in rows)
    return faults


def _constructs(registry: Registry, constructs: Constructs) -> Iterator[Located]:
    rows, changes = constructs.constructs, _change_ids(registry)
    families = {family.id for family in registry.plan.families}
    yield from repeated((("constructs", k, "id"), construct.id) for k, construct in enumerate(rows))
    for k, construct in enumerate(rows):
        where: Path_ = ("constructs", k)
        yield from dangling((*where, "family"), "family of plan.yaml", [construct.family], families)
        yield from dangling((*where, "changes"), "printed change", _told(construct.changes, registry), changes)
        yield from _answers(registry, construct, where)
        yield from _grades(registry, construct, where)


def _answers(registry: Registry, construct: Construct, where: Path_) -> Iterator[Located]:
    named = {answer.finding: answer.same_instrument_as for answer in construct.answers}
    members = [answer.finding for answer in construct.answers]
    surveys = Counter(finding.split(".")[0] for finding in members)
    for j, answer in enumerate(construct.answers):
        place = (*where, "answers", j)
        yield from dangling((*place, "finding"), "finding", _told([answer.finding], registry), registry.findings)
        yield from dangling((*place, "same_instrument_as"), "answer here", answer.same_instrument_as, members)
        survey = answer.finding.split(".")[0]
        if surveys[survey] > 1:
            yield (*place, "finding"), f"{survey} has {surveys[survey]} answers in {construct.id}; keep one per survey"
        for other in answer.same_instrument_as:
            if answer.finding not in named.get(other, (answer.finding,)):
                told = f"{other} does not name {answer.finding} in return; add same_instrument_as there"
                yield (*place, "same_instrument_as"), told


def _grades(registry: Registry, construct: Construct, where: Path_) -> Iterator[Located]:
    """Grades say how alike an answer is to the first one: that is like itself, and no two units are one."""
    units = [found.survey.unit if (found := registry.findings.get(a.finding)) else None for a in construct.answers]
    for j, answer in enumerate(construct.answers):
        grades, place = answer.grades.model_dump(), (*where, "answers", j, "grades")
        if j == 0 and (other := [aspect for aspect, grade in grades.items() if grade != "same"]):
            yield place, f"the first answer is what the others are graded by; write {other[0]}: same, or put it below"
        elif units[0] and units[j] and (answer.grades.unit == "same") > (units[0] == units[j]):
            told = f"the survey counts by {units[j]}, the first answer's by {units[0]}; grade it different"
            yield (*place, "unit"), told
        elif units[0] and units[0] == units[j] and answer.grades.unit in ("similar", "different"):
            told = f"both surveys count by {units[j]}; grade it same, or unknown where replies may differ"
            yield (*place, "unit"), told


def _claims(registry: Registry, claims: Claims) -> Iterator[Located]:
    yield from repeated((("sources", k, "id"), source.id) for k, source in enumerate(claims.sources))
    yield from repeated((("claims", k, "id"), claim.id) for k, claim in enumerate(claims.claims))
    sources = {source.id for source in claims.sources}
    shares = set(registry.findings)
    divisors = shares | set(registry.facts)
    terms = divisors | _change_ids(registry)
    for k, claim in enumerate(claims.claims):
        yield from dangling(("claims", k, "source"), "source of this file", [claim.source], sources)
        yield from dangling(("claims", k, "surveys"), "survey", _told(claim.surveys, registry), registry.surveys)
        for j, condition in enumerate(claim.all_of):
            place: Path_ = ("claims", k, "all_of", j)
            what, known = ("finding", shares) if condition.is_ == "most" else ("finding, printed change or fact", terms)
            yield from dangling((*place, "terms"), what, _told(condition.terms, registry), known)
            yield from dangling((*place, "over"), "finding or fact", _told(condition.over, registry), divisors)


def _batteries(registry: Registry) -> Iterator[Located]:
    """Items that a battery names are listed, and so are its question and answers in its survey."""
    items, rows = {item.id for item in registry.batteries.items}, registry.batteries.batteries
    yield from repeated((("items", k, "id"), item.id) for k, item in enumerate(registry.batteries.items))
    yield from repeated((("batteries", k, "question"), battery.question) for k, battery in enumerate(rows))
    for k, battery in enumerate(rows):
        where: Path_ = ("batteries", k)
        named = [f"{battery.question}.{answer}" for answer in battery.answers]
        yield from dangling((*where, "answers"), "finding", _told(named, registry), registry.findings)
        for answer, found in battery.answers.items():
            things = [one for one in (found.item, found.second) if one]
            yield from dangling((*where, "answers", answer), "item of this file", things, items)


def _survey(registry: Registry, name: str) -> Iterator[Located]:
    survey = registry.surveys[name]
    for k, overlap in enumerate(survey.overlaps):
        yield from dangling(("overlaps", k, "survey"), "survey", _told([overlap.survey], registry), registry.surveys)
        other = registry.surveys.get(overlap.survey)
        if other and other.id not in registry.unread and name not in {one.survey for one in other.overlaps}:
            yield ("overlaps", k), f"{other.id} does not name {name} in return; add the overlap there"
    for k, change in enumerate(survey.changes):
        yield from dangling(("changes", k, "since"), "survey", _told([change.since], registry), registry.surveys)
        known = {f"{question.id}.{answer.id}" for question in survey.questions for answer in question.answers}
        yield from dangling(("changes", k, "answer"), "answer of this survey", [change.answer], known)


def _told(names: Iterable[str], registry: Registry) -> list[str]:
    """Names that can be looked up: those of a survey file whose form is wrong are passed over."""
    return [name for name in names if name.split(".")[0] not in registry.unread]


def _change_ids(registry: Registry) -> set[str]:
    return {f"{survey.id}.{change.id}" for survey in registry.surveys.values() for change in survey.changes}


def disagreements(registry: Registry) -> Iterator[Fault]:
    """Yield a fault where two files describe one source differently: nobody can say which of them is wrong."""
    first: dict[str, tuple[Source, str]] = {}
    for file, k, source in _listed(registry):
        other, where = first.setdefault(source.id, (source, file))
        if other != source:
            words = differences(source.model_dump(), other.model_dump())
            message = f"source {source.id} differs from the record in {where} ({words}); make them the same"
            yield registry.documents[file].fault(("sources", k), message)


def _pages(registry: Registry) -> Iterator[Fault]:
    first = {source.id: (file, k, source) for file, k, source in reversed(list(_listed(registry)))}
    for one, other in same_pages(source for _, _, source in reversed(first.values())):
        file, k, _ = first[other.id]
        rule = "give both one id and record, and list a second address in also_at"
        yield registry.documents[file].fault(("sources", k), f"{other.id} and {one.id} are one page; {rule}")


def _listed(registry: Registry) -> Iterator[tuple[str, int, Source]]:
    """Each record of a source: its file, its place there, and what it says."""
    for name, survey in registry.surveys.items():
        if name not in registry.unread:
            yield from ((f"surveys/{name}.yaml", k, source) for k, source in enumerate(survey.sources))
    yield from (("claims.yaml", k, source) for k, source in enumerate(registry.claim_sources.values()))


def differences(here: Mapping[str, object], there: Mapping[str, object]) -> str:
    """Return in which fields one record of a source differs from another, and what is there."""
    unlike = {key: (here[key], there.get(key)) for key in here if here[key] != there.get(key)}
    said = {key: ["absent" if value is None else repr(value) for value in pair] for key, pair in unlike.items()}
    return "; ".join(f"{key} {first} here, {second} there" for key, (first, second) in said.items())


def _facts(registry: Registry) -> Iterator[Fault]:
    if any(f"surveys/{name}.yaml" in registry.documents for name in registry.unread):
        return  # it may describe the source
    for name, fact in registry.facts.items():
        if fact.source not in registry.sources:
            message = f"source {fact.source} is described in no survey and not in claims.yaml; add it there"
            yield registry.documents["context.csv"].fault((name,), message)


# --- pages that are recorded twice ------------------------------------------------------------------------------------


def same_pages(sources: Iterable[Source]) -> Iterator[tuple[Source, Source]]:
    """Yield each pair of sources that are one page, in the order given.

    Two records are one page where an address of one is an address of the other, but for what changes no page (http or
    https, www, a slash at the end, utm parameters); where it is inside the other, as in the address of a copy; or
    where one site gives both pages the same long last part of the address, and not two dates.
    """
    known = [(source, [_plain(address) for address in (source.url, *source.also_at)]) for source in sources]
    alike: dict[str, set[int]] = defaultdict(set)  # only two with an address that ends alike can be one page
    for place, (_, addresses) in enumerate(known):
        for address in addresses:
            alike[_last_part(address)].add(place)
    pairs = {pair for places in alike.values() for pair in combinations(sorted(places), 2)}
    for (first, ours), (second, theirs) in ((known[one], known[other]) for one, other in sorted(pairs)):
        dates = sorted((source.published or "" for source in (first, second)), key=len)
        one_date = dates[1].startswith(dates[0])  # also where one of them is not known
        if any(_one_page(one, other, one_date) for one, other in product(ours, theirs)):
            yield first, second


def _last_part(address: str) -> str:
    return re.sub(r"[\W_]", "", address.split("/")[-1].lower())


def _plain(address: str) -> str:
    """An address without what can differ between two addresses of one page."""
    parts = urlsplit(address)
    host = re.sub(r"^(www|m)\.", "", parts.netloc.lower())
    asked = urlencode([(key, value) for key, value in parse_qsl(parts.query) if not _TRACKING.match(key)])
    return f"{host}{_EXTRA.sub('', unquote(parts.path))}{'?' * bool(asked)}{asked}"


def _one_page(one: str, other: str, one_date: bool) -> bool:
    shorter, longer = sorted((one, other), key=len)
    if one == other or ("/" in shorter and longer.endswith((f"/{shorter}", f".{shorter}"))):
        return True
    names = {_last_part(one), _last_part(other)}
    one_name = one.split("/")[0] == other.split("/")[0] and len(names) == 1
    return one_date and one_name and len(names.pop()) >= _LEAST_LETTERS

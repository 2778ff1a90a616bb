"""The key facts of a survey, a construct or a source of claims, as they stand at the head of its page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from crosswave import __version__
from crosswave.claims.sampling import surveys_of
from crosswave.reconstruct import Reconstruction
from crosswave.report.ledger import Ledger
from crosswave.report.render import NOT_PRINTED, span
from crosswave.report.sentences import points
from crosswave.report.site.finders import house_of
from crosswave.report.site.material import Card, CardFact, Item
from crosswave.study.models import Source, Study, Survey, unit_words
from crosswave.study.registry import Registry, findings_of
from crosswave.trend.change import Trend
from crosswave.words import capital, plural

_WEIGHTED = {True: "Weighted", False: "Not weighted", None: "Not printed; taken as unweighted"}


def make_cards(registry: Registry, ledger: Ledger) -> dict[str, Card]:
    """Return the card of each page that has one, by the id of the page."""
    uses = _uses(registry)
    surveys = {
        f"survey/{name}": survey_card(survey, ledger.reconstructions[name], registry.study, uses.get(name, ()))
        for name, survey in registry.surveys.items()
    }
    trends = {f"trend/{name}": trend_card(trend, registry.study) for name, trend in ledger.assessed.items()}
    sources = dict.fromkeys(claim.source for claim in registry.claims.values())
    verdicts = {name: ledger.claims[ledger.claims["source_id"] == name]["answered_verdict"] for name in sources}
    return surveys | trends | {
        f"claims/{name}": _source_card(registry.claim_sources[name], list(verdicts[name]), registry)
        for name in sources
    }  # fmt: skip


def _uses(registry: Registry) -> dict[str, tuple[Item, ...]]:
    """The trends in which a survey's figures stand, by survey."""
    found: dict[str, list[Item]] = {}
    for construct in registry.constructs.values():
        for name in dict.fromkeys(answer.finding.split(".")[0] for answer in construct.answers):
            found.setdefault(name, []).append(Item(capital(construct.label), page=f"trend/{construct.id}"))
    return {name: tuple(items) for name, items in found.items()}


def survey_card(survey: Survey, found: Reconstruction, study: Study, uses: tuple[Item, ...] = ()) -> Card:
    """Return a survey as a person would want it cited."""
    levels = Counter(found.findings[figure.id].level for figure in findings_of(survey))
    facts = {
        "Who asked": _who_asked(survey),
        "Whom": f"{capital(survey.population)}{f' ({survey.nation})' if survey.nation else ''}{survey.mark('nation')}",
        "When": _when(survey),
        "How": _how(survey),
        "How many answered": _how_many(survey, found),
        "Weighting": _WEIGHTED[survey.weighted],
        "Printed figures": ", ".join(f"{number} {level}" for level, number in levels.items()) or "None",
        "Conflicts": _conflicts(found),
    }
    given = tuple(CardFact(name, (Item(text),)) for name, text in facts.items())
    more = (
        CardFact("Printed in", tuple(_source(source) for source in survey.sources), wide=True),
        CardFact("Stands in these trends", uses, wide=True),
        CardFact("Cite the survey", (Item(_survey_citation(survey)),), wide=True),
        CardFact("Cite this page", (Item(page_citation(survey.title, f"survey/{survey.id}", study)),), wide=True),
    )
    return Card("Who asked whom, and how to cite it", (*given, *(fact for fact in more if fact.items)))


def _who_asked(survey: Survey) -> str:
    house, publisher = survey.fieldwork.house, survey.publisher
    asked = house or publisher or capital(NOT_PRINTED)
    paid = f", for {survey.sponsor}" if survey.sponsor and survey.sponsor != asked else ""
    shown = f"; published by {publisher}" if publisher and publisher != asked else ""
    return f"{asked}{survey.mark('house')}{paid}{shown}"


def _when(survey: Survey) -> str:
    field = survey.fieldwork
    period = " to ".join(dict.fromkeys(date for date in (field.start, field.end) if date)) + survey.mark("fieldwork")
    published = f"published {survey.published}" if survey.published else ""
    return "; ".join(part for part in (period, published) if part) or f"{survey.year} ({survey.year_basis})"


def _how(survey: Survey) -> str:
    chosen = (survey.sampling or "").replace("-", " ")
    way = capital(survey.mode or "way of asking not printed")
    asked = f"{chosen or 'how those asked were chosen is not printed'}{survey.mark('sampling')}"
    return f"{way}{survey.mark('mode')}; {asked}"


def _how_many(survey: Survey, found: Reconstruction) -> str:
    if not found.n:
        return f"{capital(NOT_PRINTED)}{f' ({survey.n.printed})' if survey.n.printed else ''}{survey.mark('n')}"
    many = survey.organisations if survey.unit == "person" else None
    behind = f", at {many:,} organisations{survey.mark('organisations')}" if many else ""
    return f"{span(*found.n)} {unit_words(survey.unit).many}{survey.mark('unit')}{survey.mark('n')}{behind}"


def _conflicts(found: Reconstruction) -> str:
    many = len(found.conflicts)
    return f"{plural(many, 'group')} of figures that no counts can print together" if many else "None found"


def _source(source: Source) -> Item:
    told = ", ".join(part for part in (source.publisher, source.published, source.kind.replace("-", " ")) if part)
    return Item(source.title, source.url, after=f"({told})")


def _survey_citation(survey: Survey) -> str:
    """Publisher, year, title, where it is printed."""
    first = survey.sources[0]
    where = "" if first.publisher == survey.publisher else f" As reported by {first.publisher or first.title}."
    return f"{house_of(survey) or 'Unknown publisher'} ({survey.year}). {survey.title}.{where} {first.url}"


def page_citation(title: str, page: str, study: Study) -> str:
    """Return how a page of this site is cited: by its id and the version, for the site has no address of its own."""
    return f"{', '.join(study.authors)}. “{title}”, page {page} of crosswave {__version__}."


def trend_card(trend: Trend, study: Study) -> Card:
    """Return what is known of a change: verdict, interval, grade."""
    compared = trend.comparison
    facts = {
        "Verdict": trend.verdict,
        "Years": f"{trend.settings.from_year} to {trend.settings.to_year}",
        "Waves": str(len(trend.waves)),
    }
    if compared:
        facts |= {
            "Difference": f"{points(compared.difference, sign=True)} points",
            "Interval": span(points(compared.low, sign=True), points(compared.high, sign=True)) + " points",
            "Total error": f"{compared.points:.3g} points a wave",
            "Grade": compared.pair.comparability.grade,
        }
    given = [CardFact(name, (Item(capital(text)),)) for name, text in facts.items()]
    waves = dict.fromkeys((wave.survey.id, wave.survey.title) for wave in trend.waves)
    items = tuple(Item(title, page=f"survey/{name}") for name, title in waves)
    more = [CardFact("Surveys", items, wide=True)] if items else []
    title, page = capital(trend.construct.label), f"trend/{trend.construct.id}"
    cite = CardFact("Cite this page", (Item(page_citation(title, page, study)),), wide=True)
    return Card("The verdict under the plan", (*given, *more, cite), planned=True)


def _source_card(source: Source, verdicts: Iterable[str], registry: Registry) -> Card:
    counts: Mapping[str, int] = Counter(verdicts)
    names = dict.fromkeys(
        name for claim in registry.claims.values() if claim.source == source.id for name in surveys_of(claim, registry)
    )
    told = ", ".join(f"{number} {verdict}" for verdict, number in counts.items())
    items = tuple(Item(registry.surveys[name].title, page=f"survey/{name}") for name in names)
    cited = page_citation(source.title, f"claims/{source.id}", registry.study)
    facts = (
        CardFact("Where", (_source(source),), wide=True),
        CardFact("Claims, for those who answered", (Item(capital(told)),)),
        CardFact("Surveys it speaks of", items, wide=True),
        CardFact("Cite this page", (Item(cited),), wide=True),
    )
    return Card("Who claims this, and of what", tuple(fact for fact in facts if fact.items))

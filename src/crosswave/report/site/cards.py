"""The key facts of a survey, a construct or a source of claims, as they are at the head of its page."""

from collections import Counter
from collections.abc import Iterable, Sequence
from importlib.metadata import version

from crosswave.claims.figures import surveys_of
from crosswave.reconstruct import Reconstruction
from crosswave.report.ledger import Ledger
from crosswave.report.notebook_cards import conflicts_words, organisations
from crosswave.report.render import NOT_PRINTED, period, span, year_of
from crosswave.report.sentences import points, said_of, verdict_word
from crosswave.report.site.finders import house_of
from crosswave.report.site.material import Card, Facts, Link
from crosswave.study.loading import read_series
from crosswave.study.models import Source, Study, Survey, unit_words
from crosswave.study.registry import Registry, findings_of
from crosswave.trend.change import Trend
from crosswave.words import capital

_WEIGHTED = {True: "Weighted", False: "Not weighted", None: "Not printed; taken as unweighted"}


def make_cards(registry: Registry, ledger: Ledger) -> dict[str, Card]:
    """Return the card of each page that has one, by the id of the page."""
    uses: dict[str, list[Link]] = {}  # the trends that use a survey's figures
    for construct in registry.constructs.values():
        for name in dict.fromkeys(answer.finding.split(".")[0] for answer in construct.answers):
            uses.setdefault(name, []).append(Link(capital(construct.label), page=f"trend/{construct.id}"))
    cards = {
        f"survey/{name}": survey_card(survey, ledger.reconstructions[name], registry.study, tuple(uses.get(name, ())))
        for name, survey in registry.surveys.items()
        if name not in registry.series_of
    }
    for name, waves in registry.series.items():
        topics = {link.text: link for wave in waves for link in uses.get(wave, ())}
        cards[f"series/{name}"] = _series_card(name, registry, ledger, tuple(topics.values()))
    cards |= {f"trend/{name}": _trend_card(trend, registry.study) for name, trend in ledger.assessed.items()}
    for name in dict.fromkeys(claim.source for claim in registry.claims.values()):
        verdicts = ledger.claims[ledger.claims["source_id"] == name]["answered_verdict"]
        cards[f"claims/{name}"] = _source_card(registry.claim_sources[name], list(verdicts), registry)
    return cards


def survey_card(survey: Survey, found: Reconstruction, study: Study, uses: tuple[Link, ...] = ()) -> Card:
    """Return a survey as a person would want it cited."""
    mark, publisher = survey.mark, survey.publisher
    levels = Counter(found.findings[figure.id].level for figure in findings_of(survey))
    asked = survey.fieldwork.house or publisher or capital(NOT_PRINTED)
    paid = f", for {survey.sponsor}" if survey.sponsor and survey.sponsor != asked else ""
    shown = f"; published by {publisher}" if publisher and publisher != asked else ""
    published = f"published {survey.published}" if survey.published else ""
    dates = filter(None, (f"{period(survey)}{mark('fieldwork')}", published))
    chosen = survey.sampling or "how those asked were chosen is not printed"
    way, first = capital(survey.mode or "way of asking not printed"), survey.sources[0]
    where = "" if first.publisher == publisher else f" As reported by {first.publisher or first.title}."
    citation = f"{house_of(survey) or 'Unknown publisher'} ({survey.year}). {survey.title}.{where} {first.url}"
    facts: Facts = {
        "Who asked": f"{asked}{mark('house')}{paid}{shown}",
        "Whom": f"{capital(survey.population)}{f' ({survey.nation})' if survey.nation else ''}{mark('nation')}",
        "When": "; ".join(dates) or f"{survey.year} ({survey.year_basis})",
        "How": f"{way}{mark('mode')}; {chosen.replace('-', ' ')}{mark('sampling')}",
        "How many answered": _how_many(survey, found),
        "Weighting": _WEIGHTED[survey.weighted],
        "Published figures": ", ".join(f"{number} {level}" for level, number in levels.items()) or "None",
        "Do the figures add up?": conflicts_words(len(found.conflicts)) if found.conflicts else "None fails",
        "Published in": tuple(_source(source) for source in survey.sources),
        "Used in these trends": uses,
        "Cite the survey": (Link(citation),),
        "Cite this page": _cite(survey.title, f"survey/{survey.id}", study),
    }
    return Card("Who asked whom, and how to cite it", facts)


def _series_card(name: str, registry: Registry, ledger: Ledger, uses: tuple[Link, ...]) -> Card:
    """Who asks whom again and again; numbers of single groups are on the page."""
    every = [registry.surveys[wave] for wave in registry.series[name]]
    whole = [survey for survey in every if not survey.group] or every
    groups = dict.fromkeys(survey.group for survey in every if survey.group)
    levels = Counter(figure.level for survey in every for figure in ledger.reconstructions[survey.id].findings.values())
    chosen = _listed(survey.sampling or "how those asked were chosen is not printed" for survey in whole)
    facts: Facts = {
        "Who asked": _listed(survey.fieldwork.house or survey.publisher for survey in whole),
        "Whom": capital(_listed(survey.population for survey in whole)),
        "When": ", ".join(dict.fromkeys(year_of(survey) for survey in every)),
        "How": capital(f"{_listed(s.mode or 'way of asking not printed' for s in whole)}; {chosen}"),
        "Weighting": _listed(_WEIGHTED[survey.weighted] for survey in whole),
        "Groups": f"{len(groups)}: {'; '.join(map(str, groups))}" if groups else "",
        "Published figures": ", ".join(f"{number} {level}" for level, number in levels.items()),
        "Published in": tuple({source.id: _source(source) for survey in every for source in survey.sources}.values()),
        "Used in these trends": uses,
        "Cite this page": _cite(read_series(registry, name).title, f"series/{name}", registry.study),
    }
    return Card("Who asks whom again and again, and how to cite it", facts)


def _listed(words: Iterable[str | None]) -> str:
    return "; ".join(dict.fromkeys(word for word in words if word))


def _how_many(survey: Survey, found: Reconstruction) -> str:
    mark = survey.mark
    if not found.n:
        return f"{capital(NOT_PRINTED)}{f' ({survey.n.printed})' if survey.n.printed else ''}{mark('n')}"
    return f"{span(*found.n)} {unit_words(survey.unit).many}{mark('unit')}{mark('n')}{organisations(survey)}"


def _source(source: Source) -> Link:
    told = ", ".join(part for part in (source.publisher, source.published, source.kind.replace("-", " ")) if part)
    return Link(source.title, source.url, after=f"({told})")


def _cite(title: str, page: str, study: Study) -> tuple[Link]:
    """How a page of this site is cited: by its id and the version, for the site has no address of its own."""
    return (Link(f"{', '.join(study.authors)}. “{title}”, page {page} of crosswave {version('crosswave')}."),)


def _trend_card(trend: Trend, study: Study) -> Card:
    compared, construct = trend.comparison, trend.construct
    facts: Facts = {
        "Answer": capital(said_of(trend.verdict)),
        "Years": trend.settings.years,
        "Surveys asked": str(len(trend.waves)),
    }
    if compared:
        facts |= {
            "Difference": f"{points(compared.difference, sign=True)} points",
            "Interval": span(points(compared.low, sign=True), points(compared.high, sign=True)) + " points",
            "Extra error": f"{compared.points:.3g} points a survey",
            "Grade": capital(compared.pair.comparability.grade),
        }
    waves = dict.fromkeys((wave.survey.id, wave.survey.title) for wave in trend.waves)
    facts["Surveys"] = tuple(Link(title, page=f"survey/{name}") for name, title in waves)
    facts["Cite this page"] = _cite(capital(construct.label), f"trend/{construct.id}", study)
    return Card("In numbers under the plan, and how to cite it", facts, planned=True)


def _source_card(source: Source, verdicts: Sequence[str], registry: Registry) -> Card:
    own = [claim for claim in registry.claims.values() if claim.source == source.id]
    names = dict.fromkeys(name for claim in own for name in surveys_of(claim, registry))
    told = ", ".join(f"{number} {verdict_word(verdict)}" for verdict, number in Counter(verdicts).items())
    facts: Facts = {
        "Where": (_source(source),),
        "Claims, for those who answered": capital(told),
        "Surveys it speaks of": tuple(Link(registry.surveys[name].title, page=f"survey/{name}") for name in names),
        "Cite this page": _cite(source.title, f"claims/{source.id}", registry.study),
    }
    return Card("Who claims this, and of what", facts)

"""A survey or a construct as a card: what a person needs to cite it and to decide whether to read on."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from crosswave.reconstruct import Reconstruction
from crosswave.report.render import NOT_PRINTED, Link, period, publish, span, survey_name
from crosswave.report.sentences import said_of, trend_sentence
from crosswave.study.models import Source, Survey, sampling_words, unit_words
from crosswave.trend.change import Trend
from crosswave.words import capital, plural

_WEIGHTED = {True: "weighted", False: "not weighted", None: "not printed; taken as unweighted"}
_LEVELS = {
    "recomputed": "computed again from microdata",
    "consistent": "that whole numbers of people can give",
    "bounded": "known as intervals only",
    "sources-disagree": "printed in two ways",
    "conflicting": "that do not add up",
    "not-solved": "not solved",
    "unquantified": "without a share",
}

Facts = Mapping[str, str | tuple[Link, ...]]
"""What is known, by what it is; what is empty is not shown."""


@dataclass(frozen=True, slots=True)
class Card:
    """Facts under a title."""

    title: str
    facts: Facts

    @property
    def html(self) -> str:
        """The card as a list of terms: no table, for it reads well on a narrow screen."""
        shown = {
            name: escape(fact) if isinstance(fact, str) else "<br>".join(link.html for link in fact)
            for name, fact in self.facts.items()
            if fact
        }
        items = "\n".join(f"<div><dt>{escape(name)}</dt><dd>{fact}</dd></div>" for name, fact in shown.items())
        return f'<section class="card">\n<h3>{escape(self.title)}</h3>\n<dl>\n{items}\n</dl>\n</section>'

    @property
    def text(self) -> str:
        """The card as plain text, a fact a line."""
        told = {name: fact if isinstance(fact, str) else "; ".join(map(str, fact)) for name, fact in self.facts.items()}
        return "\n".join([self.title, *(f"{name}: {fact}" for name, fact in told.items() if fact)])

    def show(self) -> None:
        """Display the card in a notebook."""
        publish({"text/plain": self.text, "text/html": self.html})


def survey_card(survey: Survey, reconstruction: Reconstruction) -> Card:
    """Return a survey as a person would want it cited: who asked whom, when, how; how many; where it is printed."""
    mark, house, publisher = survey.mark, survey.fieldwork.house, survey.publisher
    asked = house or publisher or NOT_PRINTED
    paid = f", for {survey.sponsor}" if survey.sponsor and survey.sponsor != asked else ""
    published = f"; published by {publisher}" if publisher and publisher not in (asked, survey.sponsor) else ""
    dates = [f"asked {period(survey)}{mark('fieldwork')}" if period(survey) else "",
             f"published {survey.published}" if survey.published else ""]  # fmt: skip
    levels = Counter(figure.level for figure in reconstruction.findings.values())
    facts: Facts = {
        "Who asked": f"{asked}{mark('house')}{paid}{published}",
        "Whom": f"{survey.population}{f' ({survey.nation})' if survey.nation else ''}{mark('nation')}",
        "When": "; ".join(filter(None, dates)) or f"{survey.year} (year {survey.year_basis})",
        "How": _how(survey),
        "How many answered": _how_many(survey, reconstruction),
        "Weighting": _WEIGHTED[survey.weighted],
        "Figures": ", ".join(f"{number} {_LEVELS[level]}" for level, number in levels.items()) or "none",
        "In conflict": conflicts_words(len(reconstruction.conflicts)) if reconstruction.conflicts else "nothing",
        "Printed in": tuple(_source(source) for source in survey.sources),
        "Id": survey.id,
    }
    return Card(survey.title, facts)


def conflicts_words(many: int) -> str:
    """Return how many conflicts there are."""
    return f"{plural(many, 'group')} of figures that do not add up"


def _how(survey: Survey) -> str:
    sampling = survey.sampling or ""
    chosen = sampling_words(sampling).chosen or sampling.replace("-", " ")
    if sampling and survey.mode == sampling:
        return f"{chosen}{survey.mark('sampling')}"
    way = f"{survey.mode or f'way of asking {NOT_PRINTED}'}{survey.mark('mode')}"
    return f"{way}; {chosen or f'how those asked were chosen {NOT_PRINTED}'}{survey.mark('sampling')}"


def _how_many(survey: Survey, reconstruction: Reconstruction) -> str:
    number = span(*reconstruction.n) if reconstruction.n else survey.n.printed or NOT_PRINTED
    if number == NOT_PRINTED:
        return number
    printed = f" (printed: {survey.n.printed})" if survey.n.printed and survey.n.kind != "exact" else ""
    who = f"{unit_words(survey.unit).many}{survey.mark('unit')}"
    return f"{number} {who}{printed}{survey.mark('n')}{organisations(survey)}"


def organisations(survey: Survey) -> str:
    """Return how many organisations are behind the people who answered, where that is known."""
    many = survey.organisations if survey.unit == "person" else None
    return f", at {many:,} organisations{survey.mark('organisations')}" if many else ""


def _source(source: Source) -> Link:
    told = [source.publisher, source.published, source.kind.replace("-", " ")]
    return Link(f"{source.title} ({', '.join(filter(None, told))})", source.url)


def trend_card(trend: Trend) -> Card:
    """Return a construct in its window of years: the verdict, what it rests on, and what may be said."""
    waves = "; ".join(f"{survey_name(wave.survey)}, {wave.finding.shown}" for wave in trend.waves)
    facts = {
        "Years": trend.settings.years,
        "Answer": capital(said_of(trend.verdict)),
        "What may be said": trend_sentence(trend),
        "How comparable": f"grade {trend.comparison.pair.comparability.grade}" if trend.comparison else "",
        "Surveys": waves or "none in these years",
        "Id": trend.construct.id,
    }
    return Card(capital(trend.construct.label), facts)

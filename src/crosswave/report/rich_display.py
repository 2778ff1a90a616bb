"""How results show themselves in Jupyter: a card, small tables, a chart where one is apt; and as plain text.

Statistics know nothing of this. `attach` gives their classes IPython's own protocol (``_repr_mimebundle_``), which
every notebook program and the terminal ask for. A formatter registered with the running shell would not do: warm
kernels import the package before there is a shell.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import singledispatch

import pandas as pd

from crosswave.claims import ClaimVerdict
from crosswave.difference import compare
from crosswave.models.wave_series import WaveSeries
from crosswave.reconstruct import FindingCounts, Reconstruction
from crosswave.report.calibration import rates_table
from crosswave.report.canvas import image
from crosswave.report.claims import CLAIM_VERDICTS
from crosswave.report.holes import feasible
from crosswave.report.notebook_cards import Card, Facts, survey_card, trend_card
from crosswave.report.render import NOT_PRINTED, STYLE, Link, figure_name, span, survey_name, to_html, to_text
from crosswave.report.sentences import claim_sentence, points
from crosswave.report.start import counts_table
from crosswave.report.trend.comparison import difference_alt, difference_chart, pair_name, reach_table
from crosswave.report.trend.lines import dates_table, trajectory_alt, trajectory_chart, trajectory_words
from crosswave.report.trend.robustness import bias_words, outcomes_table, specification_alt
from crosswave.report.trend.waves import by_wave, waves_alt, waves_chart, waves_table
from crosswave.robustness.calibration import Calibration
from crosswave.robustness.multiverse import Multiverse
from crosswave.robustness.verdict import Robustness
from crosswave.study.models import Claim, Construct, Fact, Source, Survey
from crosswave.study.registry import Finding, Registry, findings_of
from crosswave.trend.change import Trend
from crosswave.trend.comparison import Comparison
from crosswave.trend.waves import Pair, Wave
from crosswave.words import capital, plural

_PROTOCOL = "_repr_mimebundle_"


@dataclass(frozen=True, slots=True)
class Form:
    """What is shown of an object."""

    card: Card
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    chart: str = ""

    @property
    def bundle(self) -> dict[str, str]:
        """The form as HTML and as plain text."""
        shown = {caption: table for caption, table in self.tables.items() if not table.empty}
        html = [self.card.html, self.chart, STYLE if shown else "", *(to_html(t, c) for c, t in shown.items())]
        text = [self.card.text, *(to_text(table, caption) for caption, table in shown.items())]
        return {"text/html": "\n".join(filter(None, html)), "text/plain": "\n\n".join(text)}


@singledispatch
def form_of(shown: object) -> Form:
    """Return how an object shows itself.

    Raises
    ------
    TypeError
        There is no form for its class.
    """
    raise TypeError(f"there is no form for {type(shown).__name__}; register one with form_of.register")


def kinds() -> tuple[type, ...]:
    """Return every class that shows itself."""
    return tuple(kind for kind in form_of.registry if kind is not object)


def attach() -> None:
    """Give every class of `kinds` the protocol by which IPython asks an object for its forms."""

    def mimebundle(self: object, include: object = None, exclude: object = None) -> dict[str, str]:
        return form_of(self).bundle

    for kind in kinds():
        setattr(kind, _PROTOCOL, mimebundle)


def _rows(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(columns))


@form_of.register
def _(shown: Registry) -> Form:
    return Form(Card("Registry", {"Folder": shown.folder.name}), {"What stands in it": counts_table(shown)})


@form_of.register
def _(shown: Survey) -> Form:
    rows = [(one.question.asks, one.answer.says, one.answer.printed, one.local_id) for one in findings_of(shown)]
    table = _rows(["Question", "Answer", "Printed", "Id of the figure"], rows)
    return Form(survey_card(shown), {f"Printed figures of {survey_name(shown)}": table})


@form_of.register
def _(shown: Finding) -> Form:
    answer, base = shown.answer, shown.base
    facts: Facts = {
        "Printed": answer.printed,
        "Asked": shown.question.asks,
        "Whom": (base.who if base else None) or shown.survey.population,
        "Printed in": tuple(Link(one.title, one.url) for one in shown.survey.sources if one.id in answer.sources),
        "Ambiguous": answer.ambiguity or "",
        "Not to be compared": answer.unusable or "",
        "Note": answer.note or "",
        "Id": shown.id,
    }
    return Form(Card(figure_name(shown), facts))


@form_of.register
def _(shown: Construct) -> Form:
    rows = [(one.finding, *one.grades.model_dump().values(), one.note or "") for one in shown.answers]
    table = _rows(["Figure", "Population", "Unit", "Stem", "Wording", "Base", "Response", "Note"], rows)
    facts = {"Answers": plural(len(shown.answers), "survey"), "Family": shown.family, "Id": shown.id}
    return Form(Card(capital(shown.label), facts), {"Its answers, graded beside the first": table})


@form_of.register
def _(shown: Claim) -> Form:
    facts = {
        "Surveys": ", ".join(shown.surveys),
        "About": shown.subject,
        "Conditions": str(len(shown.all_of)) if shown.all_of else "",
        "Not checkable": shown.not_checkable or "",
        "Note": shown.note or "",
        "Id": shown.id,
    }
    return Form(Card(shown.says, facts))


@form_of.register
def _(shown: Source) -> Form:
    facts = {"Publisher": shown.publisher or "", "Published": shown.published or "", "Kind": shown.kind, "Id": shown.id}
    return Form(Card(shown.title, {"Where": (Link(shown.url, shown.url),), **facts}))


@form_of.register
def _(shown: Fact) -> Form:
    facts = {"Year": str(shown.year), shown.quantity: f"{shown.value} {shown.unit}", "Kind": shown.kind}
    return Form(Card(shown.subject, {**facts, "Note": shown.notes or "", "Id": shown.fact_id}))


@form_of.register
def _(shown: FindingCounts) -> Form:
    counts, bases = _counts(shown)
    facts = {
        "Level": shown.level,
        "Counts": f"{counts} of {bases}" if counts and bases else "not known",
        "Why": shown.reason,
        "Could have failed": "" if shown.power is None else f"{shown.power:.1%} of the values in its place",
    }
    return Form(Card(shown.finding_id, facts))


def _counts(one: FindingCounts) -> tuple[str, str]:
    return feasible(one.values, one.count_low, one.count_high), feasible(one.bases, one.base_low, one.base_high)


@form_of.register
def _(shown: Reconstruction) -> Form:
    facts = {
        "How many answered": span(*shown.n) if shown.n else NOT_PRINTED,
        "In conflict": plural(len(shown.conflicts), "group") + " of figures" if shown.conflicts else "nothing",
        "Assumptions": plural(len(shown.assumptions), "assumption"),
        "Tables of counts that fit": str(shown.solutions) if shown.solutions else "",
    }
    rows = [(name.partition(".")[2], one.level, *_counts(one)) for name, one in shown.findings.items()]
    table = _rows(["Figure", "Level", "Count", "Base"], rows)
    return Form(Card(f"What can have printed {shown.survey_id}", facts), {"Counts that print admits": table})


@form_of.register
def _(shown: Wave) -> Form:
    facts = {
        "Share": f"{shown.finding.answer.printed} of {shown.size_words.removesuffix(' of')}",
        "Turned round": "yes: the rest of the printed share is meant" if shown.answer.reversed else "",
        "Cannot be used": shown.refusal or "",
        "Id": shown.finding.id,
    }
    return Form(Card(figure_name(shown.finding), facts))


@form_of.register
def _(shown: Pair) -> Form:
    facts = {
        "Gate": "refused" if shown.comparability.refused else shown.refusal or "open",
        "Grade": shown.comparability.grade,
        "Why": "; ".join(shown.comparability.reasons),
        "Respondents in both": shown.overlap_words or "",
    }
    aspects = _rows(["Aspect", "How alike"], list(shown.comparability.aspects.items()))
    return Form(Card(pair_name(shown), facts), {"Aspects": aspects})


@form_of.register(compare.Comparison)
def _(shown: Comparison) -> Form:
    ends = points(shown.low, sign=True), points(shown.high, sign=True)
    facts = {
        "Difference": f"{points(shown.difference, sign=True)} points ({' to '.join(ends)})",
        "Outcome": " or ".join(shown.outcomes),
        "Grade": shown.pair.comparability.grade,
    }
    return Form(Card(pair_name(shown.pair), facts), {"What it could have shown": reach_table(shown)})


@form_of.register
def _(shown: Trend) -> Form:
    waves, variants = by_wave(shown), {"reported": shown}
    figure = waves_chart(shown, waves) if len(waves) else None
    charts = [image(figure, waves_alt(shown, waves)) if figure else ""]
    if compared := difference_chart(variants):
        charts.append(image(compared, difference_alt(variants)))
    table = waves_table(waves) if len(waves) else pd.DataFrame()
    return Form(trend_card(shown), {"Its waves": table}, "\n".join(charts))


@form_of.register
def _(shown: ClaimVerdict) -> Form:
    verdicts = shown.answered, shown.random_sample, shown.population_licence
    facts = {**dict(zip(CLAIM_VERDICTS, verdicts, strict=True)), "In a sentence": claim_sentence(shown)}
    return Form(Card(shown.claim.says, {**facts, "Id": shown.claim.id}))


@form_of.register
def _(shown: Robustness) -> Form:
    moved = {
        "Design effect, upwards": shown.design_effect.words(),
        "Total error of a wave, upwards": shown.total_error.words("points"),
        "Total error of a wave, down": shown.less_total_error.words("points"),
        "Bias of the difference, either way": bias_words(shown.bias),
    }
    table = _rows(["What is moved", "Where the verdict gives way"], list(moved.items()))
    card = Card("Would the verdict survive?", {"Verdict, before other comparisons are counted": shown.verdict})
    return Form(card, {"Each number moved alone": table})


@form_of.register
def _(shown: Multiverse) -> Form:
    every = len(shown.by_analysis)
    says = specification_alt(shown.by_analysis.assign(pair=""), "") if every else f"No chart: {shown.reason}."
    card = Card("What other analysts would have found", {"Analyses": f"{every:,}", "In a sentence": says})
    return Form(card, {"What the analyses come to": outcomes_table(shown)})


@form_of.register
def _(shown: WaveSeries) -> Form:
    figure = trajectory_chart(shown)
    card = Card(f"{capital(shown.construct.label)}, all years", {"In words": " ".join(trajectory_words(shown))})
    return Form(card, {"Its waves": dates_table(shown)}, image(figure, trajectory_alt(shown)) if figure else "")


@form_of.register
def _(shown: Calibration) -> Form:
    facts = {"Worlds": f"{shown.world.worlds:,}", "True change": f"{points(shown.world.change, sign=True)} points"}
    return Form(Card("How often the engine is right", facts), {"What was said": rates_table(shown)})

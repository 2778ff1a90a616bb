"""How what stands in the data folder shows itself: surveys, figures, constructs, claims, sources, facts."""

from __future__ import annotations

import pandas as pd

from crosswave.display.cards import Card, Facts, survey_card
from crosswave.display.forms import Form, form_of
from crosswave.study.models import Claim, Construct, Fact, Source, Survey
from crosswave.study.registry import Finding, Registry, findings_of
from crosswave.tables.names import figure_name, survey_name
from crosswave.tables.overview import counts_table
from crosswave.tables.render import Link
from crosswave.words import capital, plural


@form_of.register
def _(shown: Registry) -> Form:
    return Form(Card("Registry", {"Folder": shown.folder.name}), {"What stands in it": counts_table(shown)})


@form_of.register
def _(shown: Survey) -> Form:
    rows = [(one.question.asks, one.answer.says, one.answer.printed, one.local_id) for one in findings_of(shown)]
    columns = ["Question", "Answer", "Printed", "Id of the figure"]
    return Form(survey_card(shown), {f"Printed figures of {survey_name(shown)}": pd.DataFrame(rows, columns=columns)})


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
    return Form(Card(figure_name(shown), facts), {})


@form_of.register
def _(shown: Construct) -> Form:
    rows = [(one.finding, *one.grades.model_dump().values(), one.note or "") for one in shown.answers]
    columns = ["Figure", "Population", "Unit", "Stem", "Wording", "Base", "Response", "Note"]
    facts = {"Answers": plural(len(shown.answers), "survey"), "Family": shown.family, "Id": shown.id}
    table = pd.DataFrame(rows, columns=columns)
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
    return Form(Card(shown.says, facts), {})


@form_of.register
def _(shown: Source) -> Form:
    facts = {"Publisher": shown.publisher or "", "Published": shown.published or "", "Kind": shown.kind, "Id": shown.id}
    return Form(Card(shown.title, {"Where": (Link(shown.url, shown.url),), **facts}), {})


@form_of.register
def _(shown: Fact) -> Form:
    facts = {"Year": str(shown.year), shown.quantity: f"{shown.value} {shown.unit}", "Kind": shown.kind}
    return Form(Card(shown.subject, {**facts, "Note": shown.notes or "", "Id": shown.fact_id}), {})

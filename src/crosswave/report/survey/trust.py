"""Whether a survey can be trusted, in six answers, and its figures as a pollster would print them."""

from html import escape
from typing import NamedTuple

import pandas as pd

from crosswave.reconstruct import Reconstruction
from crosswave.report.holes import people_behind
from crosswave.report.render import publish, span, spans, survey_name
from crosswave.study.models import Survey, sampling_words, unit_words
from crosswave.study.registry import Registry
from crosswave.words import capital, plural

_MARKS = {True: ("✓", "yes"), False: ("✗", "no"), None: ("?", "not known")}


class Check(NamedTuple):
    """A question on a survey: yes, no, or None where no source says; a sentence."""

    name: str
    good: bool | None
    says: str


def checks(survey: Survey, reconstruction: Reconstruction, findings: pd.DataFrame) -> list[Check]:
    """Return who paid, who asked whom, how they were chosen, how many, in which words, and whether figures add up."""
    house, who = survey.fieldwork.house or survey.publisher, unit_words(survey.unit).many
    sampling = survey.sampling or ""
    asked = f"{house or 'Nobody known'} asked {survey.population}."
    paid = f"{survey.sponsor} paid for it." if survey.sponsor else "No source says who paid."
    chosen = sampling_words(sampling).chosen if sampling else "No source says how people were chosen"
    return [
        Check("Who paid?", True if survey.sponsor else None, paid),
        Check("Who asked whom?", True if house else None, asked),
        Check("How were they chosen?", sampling in ("probability", "census") if sampling else None,
              f"{capital(chosen or sampling.replace('-', ' '))}."),
        _how_many(survey, reconstruction, who),
        _worded(survey),
        _adds_up(reconstruction, findings),
    ]  # fmt: skip


def _how_many(survey: Survey, reconstruction: Reconstruction, who: str) -> Check:
    n, name = reconstruction.n, "How many answered?"
    if n is None:
        return Check(name, False, "No source says how many answered.")
    if n[0] == n[1]:
        return Check(name, True, f"{span(*n)} {who} answered.")
    return Check(name, None, f"Only roughly known: “{survey.n.printed}”, so {span(*n)} {who}.")


def _worded(survey: Survey) -> Check:
    known, many = sum(question.response is not None for question in survey.questions), len(survey.questions)
    says = f"How answers were given is known for {known} of {plural(many, 'question')}; wordings are in our own words."
    return Check("Are the questions known?", True if known == many and many else None, says)


def _adds_up(reconstruction: Reconstruction, findings: pd.DataFrame) -> Check:
    name, figures = "Do the figures add up?", plural(len(findings), "figure")
    able = int((findings["power"].astype(float) > 0).sum())
    if reconstruction.conflicts:
        several = plural(len(reconstruction.conflicts), "group")
        return Check(name, False, f"No: {several} of figures cannot all be right under what is assumed.")
    if not able:
        return Check(name, None, f"Nothing to check: any other values would have fitted as well ({figures}).")
    return Check(name, True, f"Yes: {able} of {figures} could have failed the check, and none did.")


def show_trust(survey: Survey, reconstruction: Reconstruction, findings: pd.DataFrame) -> None:
    """Display the six answers, a tick, a cross or a question mark with a sentence each."""
    told = [(*_MARKS[one.good], one.name, one.says) for one in checks(survey, reconstruction, findings)]
    items = "\n".join(
        f'<li><b aria-label="{word}" role="img">{sign}</b> <strong>{escape(name)}</strong> {escape(says)}</li>'
        for sign, word, name, says in told
    )
    text = "\n".join(f"{sign} {name} {says}" for sign, _, name, says in told)
    publish({"text/plain": text, "text/html": f'<ul class="trust">\n{items}\n</ul>'})


def topline(survey: Survey, reconstruction: Reconstruction, findings: pd.DataFrame, registry: Registry) -> pd.DataFrame:
    """Return a row for each figure: question, answer, per cent, people behind it, margin of error, earlier surveys."""
    asks = {question.id: question.asks for question in survey.questions}
    table = pd.DataFrame(
        {
            "Answer": findings["answer"],
            "Question": findings["question_id"].map(asks),
            "Published": findings["published"],
            "People behind it": [people_behind(reconstruction.findings[name]) for name in findings["finding_id"]],
            "Margin of error, %": spans(findings, "low", "high"),
            "Earlier surveys": [_earlier(str(name), survey, registry) for name in findings["finding_id"]],
            "Id of the figure": findings["finding_id"],
        }
    )
    return table.loc[:, (table != "").any()]


def _earlier(name: str, survey: Survey, registry: Registry) -> str:
    """The figures of earlier surveys on the topic of a figure, as printed."""
    topics = [one.answers for one in registry.constructs.values() if name in {answer.finding for answer in one.answers}]
    others = {answer.finding: answer.reversed for answers in topics for answer in answers if answer.finding != name}
    found = [(registry.finding(other), turned) for other, turned in others.items()]
    before = sorted((one.survey.year, survey_name(one.survey), f"{'all but ' * turned}{one.shown}")
                    for one, turned in found if one.survey.year < survey.year)  # fmt: skip
    return "; ".join(f"{who}: {printed}" for _, who, printed in before)

"""A survey: who answered, its figures as table and chart, what was checked, what to know before use."""

from collections.abc import Mapping

import pandas as pd
from matplotlib.figure import Figure

from crosswave.reconstruct import Reconstruction
from crosswave.reconstruct.arithmetic import Conflict
from crosswave.report.canvas import GREY, NAVY, ORANGE, PLUM, TEAL, Look, styled
from crosswave.report.forest import PERCENT, Row, forest, share_row
from crosswave.report.holes import feasible
from crosswave.report.render import NOT_PRINTED, confidence, percent, period, span, spans
from crosswave.report.sentences import population_note
from crosswave.study.models import Survey, unit_words
from crosswave.words import capital, plural

_SILENT = "any other value would have fitted as well, so their agreement is no evidence"
_REST = {
    "bounded": "known roughly",
    "conflicting": "that do not add up",
    "sources-disagree": "printed in two ways",
    "not-solved": "not solved",
}
LEVEL_LOOKS: Mapping[str, Look] = {
    "recomputed": Look("*", NAVY, "recomputed from microdata"),
    "consistent": Look("D", NAVY, "whole numbers of people give it"),
    "bounded": Look("o", TEAL, "known roughly", filled=False),
    "sources-disagree": Look("s", ORANGE, "sources disagree"),
    "conflicting": Look("X", PLUM, "does not add up with the others"),
    "not-solved": Look("v", GREY, "not solved: too much work", filled=False),
    "unquantified": Look("P", GREY, "no share is printed"),
}


def survey_answer(survey: Survey, reconstruction: Reconstruction, findings: pd.DataFrame) -> list[str]:
    """Return who answered, and what became of the printed figures."""
    sized = span(*reconstruction.n) if reconstruction.n else "An unknown number of"
    house, sponsor = survey.fieldwork.house or survey.publisher, survey.sponsor
    by = f"{f', asked by {house}' if house else ''}{f' for {sponsor}' if sponsor and sponsor != house else ''}"
    when = f"{period(survey) or survey.year}{survey.mark('fieldwork')}"
    who = f"{sized} {unit_words(survey.unit).answered} ({survey.population}; {when}){by}."
    if findings["value_low"].isna().all():
        missing = f" What is missing: {survey.missing}" if survey.missing else ""
        return [who, f"No percentage is published.{missing}"]
    note = population_note(survey)
    return [who, f"{findings_message(findings)}.{f' {capital(note)}.' if note else ''}"]


def survey_checks(survey: Survey, reconstruction: Reconstruction, findings: pd.DataFrame) -> list[str]:
    """Return what was checked, what the check could have found at all, and how many tables of counts there are."""
    rivals = findings[findings["level"] == "sources-disagree"]
    told = [_checked(reconstruction), *_power(findings)]
    if solutions := reconstruction.solutions:
        known = solutions.number == 1 and not solutions.capped
        sure = "Under the assumptions named, each of these counts is known."
        meaning = sure if known else "No source says which of them is true."
        told += [
            f"Different tables of counts that give all figures not in conflict: {solutions}. {meaning}",
            f"{capital(reconstruction.rounding)}.",
        ]
    since = [f"{change.points:+d} points since {change.since}" for change in survey.changes]
    return [
        *told,
        *(f"{capital(row.published)} for “{row.answer}”: {row.reason}." for row in rivals.itertuples()),
        *(f"Printed change, without a level of its own: {words}." for words in since),
    ]


def _checked(reconstruction: Reconstruction) -> str:
    figures = reconstruction.findings.values()
    fitting = sum(figure.count_low is not None for figure in figures)
    failing = sum(figure.level == "conflicting" for figure in figures)
    tried, many = fitting + failing, plural(len(figures), "printed figure")
    if not tried:
        return f"Of {many} none could be checked: none is a share of a known number of respondents."
    which = f"{tried} of {len(figures):,} printed figures" if tried < len(figures) else many
    fate = f"{fitting} can be printed so, {failing} cannot" if failing else "Such numbers exist"
    return (
        f"{which} {'was' if tried == 1 else 'were'} checked: whole numbers of respondents were looked for that give "
        f"all that was checked at once. {fate}."
    )


def _power(findings: pd.DataFrame) -> list[str]:
    """What it means that a figure could have failed, and which came nearest to failing."""
    by_id = findings.set_index("finding_id")
    power = by_id["power"].astype(float).dropna()
    able = int((power > 0).sum())
    head = f"Figures printed as numbers that could have failed: {able or 'none'} of {len(power)}"
    if not able:
        return [] if power.empty else [f"{head}; {_SILENT}."]
    best, rest = by_id.loc[power.idxmax()], "" if able == len(power) else f" For the others {_SILENT}."
    return [
        f"{head}; had certain other values been printed in their place, no whole numbers would have fitted.{rest}",
        f"The strictest test was that of {best['published']} for “{best['answer']}”: {percent(power.max())}% of all "
        "values with as many decimals would have failed it.",
    ]


def survey_caveats(survey: Survey) -> list[str]:
    """Return what a reader must know before using a figure of this survey."""
    answers = [answer for question in survey.questions for answer in question.answers]
    sampling = population_note(survey)
    return [
        *([f"{capital(sampling)}."] if sampling else []),
        *([survey.note] if survey.note else []),
        *(f"Some respondents are also in {overlap.survey}: {overlap.how}" for overlap in survey.overlaps),
        *(f"{answer.says}: {answer.ambiguity}" for answer in answers if answer.ambiguity),
        *(f"{answer.says}, not to be compared: {answer.unusable}" for answer in answers if answer.unusable),
    ]


def survey_table(survey: Survey, reconstruction: Reconstruction) -> pd.DataFrame:
    """Return what is known of how a survey was made, a row for each fact; what no source says is said to be so."""
    field, n = survey.fieldwork, reconstruction.n

    def marked(fact: object, name: str) -> str:
        return f"{fact}{survey.mark(name)}" if fact else ""

    facts = {
        "Published by": survey.publisher,
        "Paid for by": survey.sponsor,
        "Answers collected by": marked(field.house, "house"),
        "Answers collected": marked(period(survey), "fieldwork"),
        "Published": survey.published,
        "Placed in": f"{survey.year} ({survey.year_basis})",
        "Who was asked": survey.population,
        "Nation": marked(survey.nation, "nation"),
        "One reply is from": marked(unit_words(survey.unit).one, "unit"),
        "How answers were collected": marked(survey.mode, "mode"),
        "How those asked were chosen": marked(survey.sampling, "sampling"),
        "How many replied, as printed": survey.n.printed,
        "How many replied, as taken here": marked(n and span(*n), "n"),
        "Organisations behind the replies": marked(survey.organisations and f"{survey.organisations:,}",
                                                   "organisations"),
        "Weighted": {True: "yes", False: "no", None: None}[survey.weighted],
        "Percentages rounded": survey.rounding,
    }  # fmt: skip
    rows = [(name, value or NOT_PRINTED) for name, value in facts.items()]
    return pd.DataFrame(rows, columns=["Fact", "As far as it is known"])


def findings_table(findings: pd.DataFrame, reconstruction: Reconstruction) -> pd.DataFrame:
    """Return a row for each printed figure, ready to be read."""
    held = [feasible(reconstruction.findings[name]) for name in findings["finding_id"]]
    return pd.DataFrame(
        {
            "Figure": findings["finding_id"].str.partition(".")[2],
            "Answer": findings["answer"],
            "Printed": findings["published"],
            "Level": findings["level"],
            "Count": [count for count, _ in held],
            "Base": [base for _, base in held],
            "Share, %": spans(findings, "value_low", "value_high"),
            "Interval, %": spans(findings, "low", "high"),
            "Could have failed, %": findings["power"].map(percent),
        }
    )


def conflict_names(reconstruction: Reconstruction) -> dict[Conflict, str]:
    """Return a short name for each conflict of a survey, by which tables and sentences refer to it."""
    return {conflict: f"Conflict {place}" for place, conflict in enumerate(reconstruction.conflicts, start=1)}


def reasons_table(findings: pd.DataFrame, reconstruction: Reconstruction) -> pd.DataFrame:
    """Return why figures have their level: a row for each reason, with the figures that it holds for."""
    names = conflict_names(reconstruction)
    by_reason: dict[tuple[str, str], list[str]] = {}
    for row in findings.itertuples():
        figure = str(row.finding_id).partition(".")[2]
        own = [name for conflict, name in names.items() if figure in conflict.figures]
        why = capital(f"in {' and '.join(own)}" if own else str(row.reason))
        by_reason.setdefault((str(row.level), why), []).append(figure)
    rows = [(level, why, ", ".join(figures)) for (level, why), figures in by_reason.items()]
    return pd.DataFrame(rows, columns=["Level", "Why", "Figures"])


def finding_rows(survey: Survey, findings: pd.DataFrame) -> list[Row]:
    """Return the rows of the chart, in percent, in the order of the survey's file."""
    asks = {question.id: question.asks for question in survey.questions}
    rows = findings.itertuples()
    return [share_row(f"{row.answer}: {row.published}", row.level, row, asks[row.question_id]) for row in rows]


@styled
def findings_chart(survey: Survey, findings: pd.DataFrame, *, alpha: float) -> Figure | None:
    """Return printed value against interval for every figure of a survey; None where no share is printed."""
    if findings["value_low"].isna().all():
        return None
    subtitle = (
        f"{survey.title}. Marker: published figure; line: {confidence(alpha)} margin of error, if those "
        "who answered were a random sample; no line where the number of people is not known."
    )
    rows = finding_rows(survey, findings)
    return forest(rows, LEVEL_LOOKS, PERCENT, title=findings_message(findings), subtitle=subtitle)


def findings_message(findings: pd.DataFrame) -> str:
    """Return what the chart says, in one sentence."""
    counts = findings["level"].value_counts()
    behind = int(counts.get("consistent", 0) + counts.get("recomputed", 0))
    rest = [f"{counts[level]} {words}" for level, words in _REST.items() if level in counts]
    many = plural(len(findings), "published figure")
    return "; ".join([f"Whole numbers of people can give {behind} of {many}", *rest])


def findings_alt(survey: Survey, findings: pd.DataFrame) -> str:
    """Return the chart in words: its message, then each figure with its interval."""
    if findings["value_low"].isna().all():
        return f"No chart: {survey.id} gives no share."
    rows = findings.itertuples()
    told = (f"{row.answer}: printed {row.published}{interval_words(row.low, row.high)}" for row in rows)
    return f"{findings_message(findings)}. {'; '.join(told)}."


def interval_words(low: float, high: float) -> str:
    """Return what alternative text says of an interval whose ends are shares, missing or not."""
    return f", interval {words}%" if (words := span(percent(low), percent(high))) else ", no interval"

"""A survey: who answered, its figures as table and chart, what was checked, what to know before use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.figure import Figure

from crosswave.reconstruct import Reconstruction
from crosswave.reconstruct.conflicts import Conflict
from crosswave.report.canvas import GREY, NAVY, ORANGE, PLUM, TEAL, styled
from crosswave.report.forest import PERCENT, Look, Row, forest
from crosswave.report.holes import feasible_words
from crosswave.report.render import NOT_PRINTED, confidence, percent, span
from crosswave.report.sentences import population_note
from crosswave.study.models import Survey, unit_words
from crosswave.words import capital, plural


def survey_answer(survey: Survey, reconstruction: Reconstruction, findings: pd.DataFrame) -> list[str]:
    """Return who answered, and what became of the printed figures."""
    return [_who(survey, reconstruction), _became(survey, findings)]


def _who(survey: Survey, reconstruction: Reconstruction) -> str:
    sized = span(*reconstruction.n) if reconstruction.n else "An unknown number of"
    field = survey.fieldwork
    house = field.house or survey.publisher
    by = f", asked by {house}" if house else ""
    paid = f" for {survey.sponsor}" if survey.sponsor and survey.sponsor != house else ""
    when = " to ".join(dict.fromkeys(date for date in (field.start, field.end) if date)) or str(survey.year)
    when += survey.mark("fieldwork")
    return f"{sized} {unit_words(survey.unit).answered} ({survey.population}; {when}){by}{paid}."


def _became(survey: Survey, findings: pd.DataFrame) -> str:
    if findings["value_low"].isna().all():
        missing = f" What would have to be obtained: {survey.missing}" if survey.missing else ""
        return f"No share is printed, so there is nothing to reproduce.{missing}"
    note = population_note(survey)
    return f"{findings_message(findings)}.{f' {capital(note)}.' if note else ''}"


def survey_checks(survey: Survey, reconstruction: Reconstruction, findings: pd.DataFrame) -> list[str]:
    """Return what was checked, and what the check could have found at all."""
    return [
        _checked(reconstruction),
        *_power(findings),
        *_tables(reconstruction),
        *_rivals(findings),
        *(f"Printed change, without a level of its own: {change.points:+d} points since {change.since}."
          for change in survey.changes),
    ]  # fmt: skip


def _checked(reconstruction: Reconstruction) -> str:
    figures = reconstruction.findings.values()
    fitting = sum(figure.count_low is not None for figure in figures)
    failing = sum(figure.level == "conflicting" for figure in figures)
    if not fitting + failing:
        return (
            f"Of {plural(len(figures), 'printed figure')} none could be checked: none is a share of a known number of "
            "respondents."
        )
    tried, total = fitting + failing, len(figures)
    which = f"{tried} of {total:,} printed figures" if tried < total else plural(total, "printed figure")
    fate = "Such numbers exist" if not failing else f"{fitting} can be printed so, {failing} cannot"
    return (
        f"{which} {'was' if tried == 1 else 'were'} checked: whole numbers of respondents were looked for that print "
        f"all that was checked at once. {fate}."
    )


def _power(findings: pd.DataFrame) -> list[str]:
    """What it means that a figure could have failed, and which came nearest to failing."""
    power = findings.set_index("finding_id")["power"].astype(float).dropna()
    if power.empty:
        return []
    able = int((power > 0).sum())
    head = f"Figures printed as numbers that could have failed: {able or 'none'} of {len(power)}"
    if not able:
        return [f"{head}; {_SILENT}."]
    best = findings.set_index("finding_id").loc[power.idxmax()]
    strictest = (
        f"The strictest test was that of {best['published']} for “{best['answer']}”: {percent(power.max())}% of all "
        "values with as many decimals would have failed it"
    )
    rest = "" if able == len(power) else f" For the others {_SILENT}."
    return [f"{head}; {_ABLE}.{rest}", f"{strictest}."]


_ABLE = "had certain other values been printed in their place, no whole numbers would have fitted"
_SILENT = "any other value would have fitted as well, so their agreement is no evidence"


def _tables(reconstruction: Reconstruction) -> list[str]:
    """How many tables of counts there are, and what is known of the rounding."""
    if reconstruction.solutions is None:
        return []
    tables = f"Different tables of counts that print all figures not in conflict: {reconstruction.solutions}."
    single = reconstruction.solutions.number == 1 and not reconstruction.solutions.capped
    meaning = (
        " Under the assumptions named, each of these counts is known."
        if single
        else " Print does not say which of them is true."
    )
    return [tables + meaning, f"{capital(reconstruction.rounding)}."]


def _rivals(findings: pd.DataFrame) -> list[str]:
    rows = findings[findings["level"] == "sources-disagree"]
    return [f"{capital(row.published)} for “{row.answer}”: {row.reason}." for row in rows.itertuples()]


def survey_caveats(survey: Survey) -> list[str]:
    """Return what a reader must know before using a figure of this survey."""
    answers = [answer for question in survey.questions for answer in question.answers]
    open_points = [f"{answer.says}: {answer.ambiguity}" for answer in answers if answer.ambiguity]
    unusable = [f"{answer.says}, not to be compared: {answer.unusable}" for answer in answers if answer.unusable]
    shared = [f"Some respondents are also in {overlap.survey}: {overlap.how}" for overlap in survey.overlaps]
    sampling = population_note(survey)
    return [*([f"{capital(sampling)}."] if sampling else []), *_note(survey), *shared, *open_points,
            *unusable]  # fmt: skip


def _note(survey: Survey) -> list[str]:
    return [survey.note] if survey.note else []


def survey_table(survey: Survey, reconstruction: Reconstruction) -> pd.DataFrame:
    """Return what is known of how a survey was made, a row for each fact; what no source says is said to be so."""
    field, n, mark = survey.fieldwork, reconstruction.n, survey.mark
    facts = {
        "Published by": survey.publisher,
        "Paid for by": survey.sponsor,
        "Answers collected by": _marked(field.house, mark("house")),
        "Answers collected": _marked(_period(field.start, field.end), mark("fieldwork")),
        "Published": survey.published,
        "Placed in": f"{survey.year} ({survey.year_basis})",
        "Who was asked": survey.population,
        "Nation": _marked(survey.nation, mark("nation")),
        "One reply stands for": _marked(unit_words(survey.unit).one, mark("unit")),
        "How answers were collected": _marked(survey.mode, mark("mode")),
        "How those asked were chosen": _marked(survey.sampling, mark("sampling")),
        "How many replied, as printed": survey.n.printed,
        "How many replied, as taken here": _marked(span(*n) if n else None, mark("n")),
        "Organisations behind the replies": _marked(_count(survey.organisations), mark("organisations")),
        "Weighted": {True: "yes", False: "no"}.get(survey.weighted) if survey.weighted is not None else None,
        "Percentages rounded": survey.rounding,
    }
    rows = [(name, value or NOT_PRINTED) for name, value in facts.items()]
    return pd.DataFrame(rows, columns=["Fact", "As far as it is known"])


def _marked(fact: str | None, mark: str) -> str | None:
    return f"{fact}{mark}" if fact else None


def _count(number: int | None) -> str | None:
    return None if number is None else f"{number:,}"


def _period(start: str | None, end: str | None) -> str | None:
    return " to ".join(dict.fromkeys(date for date in (start, end) if date)) or None


def findings_table(findings: pd.DataFrame, reconstruction: Reconstruction) -> pd.DataFrame:
    """Return a row for each printed figure, ready to be read."""
    counts = [reconstruction.findings[name] for name in findings["finding_id"]]
    return pd.DataFrame(
        {
            "Figure": findings["finding_id"].str.partition(".")[2],
            "Answer": findings["answer"],
            "Printed": findings["published"],
            "Level": findings["level"],
            "Count": [feasible(c.values, c.count_low, c.count_high) for c in counts],
            "Base": [feasible(c.bases, c.base_low, c.base_high) for c in counts],
            "Share, %": _spans(findings, "value_low", "value_high"),
            "Interval, %": _spans(findings, "low", "high"),
            "Could have failed, %": findings["power"].map(percent),
        }
    )


def conflict_names(reconstruction: Reconstruction) -> dict[Conflict, str]:
    """Return a short name for each conflict of a survey, by which tables and sentences refer to it."""
    return {conflict: f"Conflict {place}" for place, conflict in enumerate(reconstruction.conflicts, start=1)}


def reasons_table(findings: pd.DataFrame, reconstruction: Reconstruction) -> pd.DataFrame:
    """Return why figures have their level: a row for each reason, with the figures that it holds for."""
    local = findings.assign(figure=findings["finding_id"].str.partition(".")[2])
    told = [
        _why(figure, reason, reconstruction) for figure, reason in zip(local["figure"], local["reason"], strict=True)
    ]
    local = local.assign(reason=told)
    groups = local.groupby(["level", "reason"], sort=False)["figure"]
    rows = [(level, capital(reason), ", ".join(figures)) for (level, reason), figures in groups]
    return pd.DataFrame(rows, columns=["Level", "Why", "Figures"])


def _why(figure: str, reason: str, reconstruction: Reconstruction) -> str:
    own = [name for conflict, name in conflict_names(reconstruction).items() if figure in conflict.figures]
    return f"in {' and '.join(own)}" if own else reason


def feasible(values: Sequence[int], low: int | None, high: int | None) -> str:
    """Return what a count or a base can be, by `feasible_words`; nothing where it is not known."""
    return "" if low is None or high is None else feasible_words(values, low, high)


def _spans(frame: pd.DataFrame, low: str, high: str) -> list[str]:
    return [span(percent(one) or None, percent(two) or None) for one, two in zip(frame[low], frame[high], strict=True)]


LEVEL_LOOKS: Mapping[str, Look] = {
    "recomputed": Look("*", NAVY, "recomputed from microdata"),
    "consistent": Look("D", NAVY, "consistent: whole counts print it"),
    "bounded": Look("o", TEAL, "bounded: an interval only", filled=False),
    "sources-disagree": Look("s", ORANGE, "sources disagree"),
    "conflicting": Look("X", PLUM, "conflicting: no counts print it with the others"),
    "not-solved": Look("v", GREY, "not solved: too much work", filled=False),
    "unquantified": Look("P", GREY, "no share is printed"),
}


def finding_rows(survey: Survey, findings: pd.DataFrame) -> list[Row]:
    """Return the rows of the chart, in percent, in the order of the survey's file."""
    asks = {question.id: question.asks for question in survey.questions}
    return [
        Row(
            label=f"{row.answer}: {row.published}",
            kind=row.level,
            value=in_percent(row.estimate),
            low=in_percent(row.low),
            high=in_percent(row.high),
            admits_low=in_percent(row.value_low),
            admits_high=in_percent(row.value_high),
            heading=asks[row.question_id],
        )
        for row in findings.itertuples()
    ]


def in_percent(share: float | None) -> float:
    """Return a share in [0, 1] as a percentage, NaN where it is missing."""
    return float("nan") if share is None or pd.isna(share) else 100 * float(share)


@styled
def findings_chart(survey: Survey, findings: pd.DataFrame, *, alpha: float) -> Figure | None:
    """Return printed value against interval for every figure of a survey; None where no share is printed."""
    if findings["value_low"].isna().all():
        return None
    subtitle = (
        f"{survey.title}. Marker: printed value; wide bar: what print admits; line: {confidence(alpha)} interval, "
        "if those who answered were a random sample; no line where the base is not known."
    )
    rows = finding_rows(survey, findings)
    return forest(rows, LEVEL_LOOKS, PERCENT, title=findings_message(findings), subtitle=subtitle)


def findings_message(findings: pd.DataFrame) -> str:
    """Return what the chart says, in one sentence."""
    counts, total = findings["level"].value_counts(), len(findings)
    behind = int(counts.get("consistent", 0) + counts.get("recomputed", 0))
    head = f"Whole counts stand behind {behind} of {total} printed figure{'' if total == 1 else 's'}"
    rest = [f"{counts[level]} {words}" for level, words in _REST.items() if level in counts]
    return "; ".join([head, *rest])


_REST = {
    "bounded": "known as intervals only",
    "conflicting": "in conflict",
    "sources-disagree": "printed in two ways",
    "not-solved": "not solved",
}


def findings_alt(survey: Survey, findings: pd.DataFrame) -> str:
    """Return the chart in words: its message, then each figure with its interval."""
    if findings["value_low"].isna().all():
        return f"No chart: {survey.id} prints no share."
    rows = [
        f"{row.answer}: printed {row.published}{interval_words(row.low, row.high)}" for row in findings.itertuples()
    ]
    return f"{findings_message(findings)}. {'; '.join(rows)}."


def interval_words(low: float, high: float) -> str:
    """Return what alternative text says of an interval whose ends are shares, missing or not."""
    return f", interval {words}%" if (words := span(percent(low) or None, percent(high) or None)) else ", no interval"

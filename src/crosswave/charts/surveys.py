"""A survey's printed figures against what they can mean."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from matplotlib.figure import Figure

from crosswave.charts.canvas import GREY, NAVY, ORANGE, PLUM, TEAL, styled
from crosswave.charts.forest import PERCENT, Look, Row, forest
from crosswave.study.models import Survey
from crosswave.tables.render import confidence, percent, span

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

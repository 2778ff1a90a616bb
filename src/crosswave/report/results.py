"""The ledger: findings, claims and trends as frames with fixed columns, and the files that hold them."""

import csv
import io
import math
from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from crosswave.claims import Checker
from crosswave.memo import remembered
from crosswave.models.joint import Posterior
from crosswave.reconstruct import Reconstruction, Reconstructions
from crosswave.report.batteries import largest_moves
from crosswave.report.fields import FIELDS
from crosswave.report.rows import finding_row, share
from crosswave.report.sentences import answer_sentence, claim_sentence, trend_sentence
from crosswave.study.models import Claim, Plan, Survey
from crosswave.study.registry import Registry, findings_of
from crosswave.trend.batteries import moves_of, posteriors
from crosswave.trend.beside import topics_beside, verdicts_beside
from crosswave.trend.break_even import break_even_of
from crosswave.trend.certainty import answer_of, certainty_of
from crosswave.trend.change import Trend
from crosswave.trend.settings import Settings

FINDING_COLUMNS, CLAIM_COLUMNS, TREND_COLUMNS, SURVEY_COLUMNS, BATTERY_COLUMNS = (
    tuple(field.name for field in FIELDS[name]) for name in ("findings", "claims", "trends", "surveys", "batteries")
)
_DECIMALS: Mapping[str, int] = {
    field.name: field.decimals for fields in FIELDS.values() for field in fields if field.decimals is not None
}


def by_finding(survey: Survey, reconstruction: Reconstruction, *, alpha: float, design_effect: float) -> pd.DataFrame:
    """Return a row for each printed figure of a survey."""
    return findings_frame([(survey, reconstruction)], alpha, design_effect)


def all_findings(registry: Registry, reconstructions: Reconstructions) -> pd.DataFrame:
    """Return a row for each printed figure of a registry, under the settings of its plan."""
    settings = registry.plan.alpha.value, registry.plan.design_effect.value

    def make() -> pd.DataFrame:
        return findings_frame([(one, reconstructions[name]) for name, one in registry.surveys.items()], *settings)

    return remembered(make, "all findings", registry.content).copy()


def findings_frame(every: Iterable[tuple[Survey, Reconstruction]], alpha: float, design_effect: float) -> pd.DataFrame:
    """Return a row for each printed figure of some surveys."""
    rows = [
        finding_row(finding, reconstruction.findings[finding.id], alpha, design_effect)
        for survey, reconstruction in every
        for finding in findings_of(survey)
    ]
    whole = ["base_low", "base_high", "count_low", "count_high"]
    return pd.DataFrame(rows, columns=list(FINDING_COLUMNS)).astype(dict.fromkeys(whole, "Int64"))


def all_trends(registry: Registry, trends: Mapping[str, Trend], settings: Settings) -> pd.DataFrame:
    """Return a row for each construct of a registry, from what `assess_all` says of them under some settings."""
    return remembered(lambda: by_trend(trends.values()), "all trends", registry.content, repr(settings)).copy()


def by_trend(trends: Iterable[Trend]) -> pd.DataFrame:
    """Return a row for each construct."""
    frame = pd.DataFrame([_trend_row(trend) for trend in trends], columns=list(TREND_COLUMNS))
    return frame.astype(dict.fromkeys(("from_year", "to_year", "break_even_n"), "Int64"))


def _trend_row(trend: Trend) -> dict[str, object]:
    comparison, certainty, enough = trend.comparison, certainty_of(trend), break_even_of(trend)
    row: dict[str, object] = {
        "construct_id": trend.construct.id,
        "waves": len(trend.waves),
        "verdict": trend.verdict,
        "answer": answer_of(trend),
        "certainty": certainty.level,
        "marked_down": "; ".join(f"{domain}: {reason}" for domain, reason in certainty.reasons.items()),
        "break_even_n": enough.n if enough else None,
        "answer_sentence": answer_sentence(trend),
        "sentence": trend_sentence(trend),
    }
    if shown := comparison.pair if comparison else trend.pair:
        row |= {"from_year": shown.first.year, "to_year": shown.second.year, "grade": shown.comparability.grade}
        row |= {"first": shown.first.finding.id, "second": shown.second.finding.id}
    if comparison:
        reach = min(comparison.reach.detectable_rise, comparison.reach.detectable_fall)
        row |= {"total_error": comparison.points, "detectable_pp": _points(reach)}
        row |= {f"{name}_pp": _points(getattr(comparison, name)) for name in ("difference", "low", "high")}
        row |= {name: share(getattr(comparison, name)) for name in ("p_value", "p_low", "p_high")}
        row |= {"p_adjusted": share(trend.p_adjusted)}
    return row


def _points(value: float) -> float | None:
    return round(100 * value, 1) + 0.0 if math.isfinite(value) else None


def by_claim(claims: Iterable[Claim], checker: Checker) -> pd.DataFrame:
    """Return a row for each claim."""
    rows = [
        {
            "claim_id": found.claim.id,
            "source_id": found.claim.source,
            "survey_id": ";".join(found.surveys),
            "answered_verdict": found.answered,
            "random_sample_verdict": found.random_sample,
            "population_licence": found.population_licence,
            **{name: share(getattr(found, name)) for name in ("estimate", "low", "high")},
            "sentence": claim_sentence(found),
        }
        for found in map(checker.check, claims)
    ]
    return pd.DataFrame(rows, columns=list(CLAIM_COLUMNS))


def by_survey(surveys: Mapping[str, Survey], reconstructions: Reconstructions) -> pd.DataFrame:
    """Return a row for each survey wave."""
    rows = []
    for name, survey in surveys.items():
        reconstruction, held = reconstructions[name], survey.model_dump(include=set(SURVEY_COLUMNS) - {"sources"})
        n_low, n_high = reconstruction.n or (None, None)
        held |= {"survey_id": survey.id, "house": survey.fieldwork.house, "n_printed": survey.n.printed}
        held |= {"fieldwork_start": survey.fieldwork.start, "fieldwork_end": survey.fieldwork.end}
        held |= {"n_low": n_low, "n_high": n_high, "inferred": ";".join(survey.inferred.named) or None}
        held |= {"figures": len(findings_of(survey)), "conflicts": len(reconstruction.conflicts)}
        rows.append(held | {"sources": " ".join(source.url for source in survey.sources)})
    frame = pd.DataFrame(rows, columns=list(SURVEY_COLUMNS))
    return frame.astype({"n_low": "Int64", "n_high": "Int64", "weighted": "boolean"})


def by_battery(
    registry: Registry, reconstructions: Reconstructions, settings: Settings, assessed: Mapping[str, Trend]
) -> pd.DataFrame:
    """Return what the joint model says of a registry, a row for each quantity of each item; none without batteries.

    The verdicts beside it are those of every construct, by its id.
    """
    frames = []
    for kind, comparable, found, figures in posteriors(registry, reconstructions, settings):
        trends = {item: assessed[topic.id] for item, topic in topics_beside(figures, registry).items()}
        rows = [_long(found, verdicts_beside(found, figures, trends, registry), registry.plan)]
        if comparable and len(moves := moves_of(found, figures, registry.plan)):
            rows += [_rounded(largest_moves(moves))]
        frames += [one.assign(battery=kind, figures="comparable" if comparable else "all") for one in rows]
    return pd.concat(frames, ignore_index=True)[list(BATTERY_COLUMNS)] if frames else pd.DataFrame()


def _long(found: Posterior, verdicts: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    first, last = found.years[0], found.years[-1]
    changes = found.changes(first, last, margin=plan.smallest_change.value, limit=plan.detectable_limit.value)
    ends = ["item", "value", "low", "high"]
    levels = found.levels().rename(columns={"level": "value"}).assign(quantity="level")
    levels[["value", "low", "high"]] *= 100
    moved = changes.rename(columns={"change": "value", "beyond": "probability"})
    moved = moved.merge(verdicts[["item", "certainty", "pair_verdict"]], on="item", how="left")
    apart = changes[["item", "relative", "relative_low", "relative_high"]].iloc[:-1].set_axis(ends, axis=1)
    rank = found.ranking(last).rename(columns={"rank": "value", "first": "probability"})
    told = [*ends, "probability", "verdict", "certainty", "pair_verdict"]
    parts = [
        levels, moved[told].assign(quantity="change", year=last),
        apart.assign(quantity="relative change", year=last), rank.assign(quantity="rank", year=last),
    ]  # fmt: skip
    return _rounded(pd.concat(parts, ignore_index=True))


def _rounded(rows: pd.DataFrame) -> pd.DataFrame:
    frame = rows.rename(columns={"low": "lower", "high": "upper"}).reindex(columns=list(BATTERY_COLUMNS))
    digits = {field.name: field.decimals for field in FIELDS["batteries"] if field.decimals is not None}
    numbers = {name: frame[name].astype(float).round(most) + 0.0 for name, most in digits.items()}  # no -0.0
    return frame.assign(year=frame["year"].astype(int), **numbers)


def ledger_text(frame: pd.DataFrame) -> str:
    """Return a ledger as CSV text: fixed decimals, Unix line ends, nothing where a value is missing."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(frame.columns)
    for row in frame.itertuples(index=False):
        writer.writerow([_cell(name, value) for name, value in zip(frame.columns, row, strict=True)])
    return stream.getvalue()


def _cell(name: str, value: object) -> str:
    if value is None or pd.isna(value):
        return ""
    if isinstance(value, bool | np.bool_):
        return str(value).lower()
    return f"{value:.{_DECIMALS[name]}f}" if name in _DECIMALS else str(value)

"""Batteries as figures of the joint model: one figure of each survey and item, with what makes it uncertain."""

from collections.abc import Iterator
from itertools import product

import pandas as pd

from crosswave.memo import digest, remembered
from crosswave.models.joint import Posterior, posterior
from crosswave.models.joint_checks import left_out
from crosswave.models.mixed import NAMES, Spreads
from crosswave.reconstruct import Reconstructions
from crosswave.study.models import Battery, ConstructAnswer, Grades, Plan
from crosswave.study.registry import Finding, Registry
from crosswave.trend.figures import figure_of
from crosswave.trend.settings import Settings
from crosswave.trend.waves import wave_of

FIGURES = (
    "item", "survey", "house", "date", "logit", "variance", "finding_id", "share", "n", "n_known", "stem", "comparable",
    "verbal",
)  # fmt: skip

_SAME = Grades(**dict.fromkeys(Grades.model_fields, "same"))


def battery_figures(
    registry: Registry, reconstructions: Reconstructions, *, comparable: bool = True, kind: str = "barriers"
) -> pd.DataFrame:
    """Return the figures of batteries, a row for each survey and item that two surveys have.

    Parameters
    ----------
    registry, reconstructions : as everywhere
    comparable : bool, default True
        Only batteries that can be compared as they are; else every question with several answers but those that
        batteries.yaml keeps apart. The ways of asking then go into the effect of the survey.
    kind : str, of the batteries

    Returns
    -------
    DataFrame
        Columns `FIGURES`: item, survey (id), house, date (middle of what is known, decimal years), logit, variance (of
        sampling and rounding, logits), finding_id, share, n (geometric middle of what print allows), n_known, stem,
        comparable, verbal (printed in words).

    Notes
    -----
    Of several answers of one survey to one item the first that is listed counts, whatever its value. Rival values,
    figures that no counts can print and those marked unusable are left out. A figure in words has the middle of what
    its words can mean, and a twelfth of the square of their width as variance, like a rounded one.
    """
    rows = {}
    for battery in (one for one in registry.batteries.batteries if one.kind == kind):
        for item, finding in _answers(battery, registry, comparable):
            key = (finding.survey.id, item)
            if key not in rows and (row := _row(finding, item, battery, registry, reconstructions)):
                rows[key] = row
    frame = pd.DataFrame(list(rows.values()), columns=list(FIGURES))
    kept = frame[frame.groupby("item")["survey"].transform("nunique") > 1]
    return kept.sort_values(["date", "survey", "item"], kind="stable", ignore_index=True)


def battery_posterior(
    figures: pd.DataFrame,
    plan: Plan,
    settings: Settings,
    *,
    priors: float = 1.0,
    rho: float | None = None,
    wander: bool = False,
) -> tuple[Posterior, pd.DataFrame]:
    """Return the joint model of figures under the plan, and the figures of items that two surveys still have.

    Parameters
    ----------
    figures : DataFrame, from `battery_figures`, or some of its rows
    plan, settings : the priors and their correlation; the years and the error rate
    priors, rho : what the scales of the plan's priors are multiplied by; a correlation in place of the plan's
    wander : bool, default False, whether items take a step of their own from year to year in place of straight lines

    Raises
    ------
    ValueError
        No item has figures of two surveys, or a number is outside its range.
    """
    kept = figures[figures.groupby("item")["survey"].transform("nunique") > 1].reset_index(drop=True)
    if kept.empty:
        raise ValueError(
            f"the joint model needs an item that two surveys print; {len(figures)} figures of "
            f"{figures['survey'].nunique()} surveys arrived, and none has. Add answers to batteries.yaml, or leave out "
            "fewer surveys."
        )
    declared = plan.joint
    scales = Spreads(*(priors * getattr(declared, field) for field in NAMES))
    years = tuple(range(settings.from_year, settings.to_year + 1))
    correlation = declared.rho if rho is None else rho

    def make() -> Posterior:
        return posterior(kept, years=years, priors=scales, rho=correlation, alpha=settings.alpha, wander=wander)

    asked = repr((years, scales, correlation, settings.alpha, wander))
    return remembered(make, "battery", kept.to_csv(index=False), asked), kept


def posteriors(
    registry: Registry, reconstructions: Reconstructions, settings: Settings
) -> Iterator[tuple[str, bool, Posterior, pd.DataFrame]]:
    """Yield for each kind, of the batteries that can be compared and of all, its joint model and figures, if enough."""
    for kind, comparable in product(registry.batteries.kinds, (True, False)):
        figures = battery_figures(registry, reconstructions, comparable=comparable, kind=kind)
        if len(figures) > figures["item"].nunique() + 1:
            yield kind, comparable, *battery_posterior(figures, registry.plan, settings)


def moves_of(found: Posterior, figures: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """Return every answer again without each survey and each house (column by): see `left_out`."""
    margin = plan.smallest_change.value

    def make() -> pd.DataFrame:
        frames = [left_out(found, figures, by, margin=margin).assign(by=by) for by in ("survey", "house")]
        return pd.concat(frames, ignore_index=True).assign(year=found.years[-1])

    numbers = (found.points, found.weights, found.draws)
    asked = repr((found.years, found.alpha, margin)), digest(*(one.tobytes() for one in numbers))
    return remembered(make, "moves", figures.to_csv(index=False), *asked)


def _answers(battery: Battery, registry: Registry, comparable: bool) -> Iterator[tuple[str, Finding]]:
    findings = [
        (answer, registry.findings.get(f"{battery.question}.{name}")) for name, answer in battery.answers.items()
    ]
    held = [(answer.item, finding) for answer, finding in findings if finding and not finding.answer.rival_of]
    several = {finding.question.response for _, finding in held} <= {"multi", None} and battery.choices != "top one"
    if battery.comparable or (not comparable and several and battery.stem not in registry.batteries.apart):
        yield from held


def _row(
    finding: Finding, item: str, battery: Battery, registry: Registry, reconstructions: Reconstructions
) -> dict[str, object] | None:
    answer = ConstructAnswer(finding=finding.id, grades=_SAME)
    row = figure_of(wave_of(answer, finding, registry, reconstructions), item, registry.plan)
    return row and row | {"stem": battery.stem, "comparable": battery.comparable}

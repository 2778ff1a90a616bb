"""All constructs side by side: what changed, with the chance of false alarms controlled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from crosswave.reconstruct import Reconstruction, reconstruct
from crosswave.registry.loading import Registry
from crosswave.registry.models import Construct
from crosswave.trend.change import Trend, assess, assess_each, with_adjusted
from crosswave.trend.dispersion import with_estimated_error
from crosswave.trend.multiplicity import adjust
from crosswave.trend.settings import Settings


def reconstruct_all(registry: Registry, survey_ids: Iterable[str] | None = None) -> dict[str, Reconstruction]:
    """Return the reconstruction of each survey by its id.

    Parameters
    ----------
    registry : Registry
        Holds the surveys.
    survey_ids : iterable of str, optional
        Which, each once, taken one by one; all if absent.
    """
    wanted = registry.surveys if survey_ids is None else survey_ids
    return {survey_id: reconstruct(registry.survey(survey_id), registry) for survey_id in wanted}


def assess_all(
    registry: Registry, reconstructions: Mapping[str, Reconstruction], settings: Settings
) -> dict[str, Trend]:
    """Return every construct of a registry, assessed, with p-values adjusted for multiplicity.

    Parameters
    ----------
    registry : Registry
        Holds the constructs.
    reconstructions : mapping of str to Reconstruction
        Of every survey in a construct.
    settings : Settings
        Window and error rates.

    Notes
    -----
    Holm inside each family, Benjamini and Hochberg across families. A test enters with its largest p-value over all
    feasible counts. One construct stands for a partition: its first, or in turn each of the others where that one's
    own adjusted value is asked for. See `crosswave.trend.multiplicity.adjust`.
    """
    registry = with_estimated_error(registry, reconstructions)
    trends = assess_each(registry.constructs.values(), registry, reconstructions, settings)
    adjusted = _adjusted(trends)
    return {
        name: with_adjusted(trend, adjusted.get(name)) for name, trend in zip(registry.constructs, trends, strict=True)
    }


def assess_one(construct: Construct, registry: Registry, settings: Settings) -> tuple[Trend, dict[str, Reconstruction]]:
    """Return one construct assessed as `assess_all` would, and the reconstructions that took.

    Parameters
    ----------
    construct : Construct
        What is measured.
    registry : Registry
        Holds the findings.
    settings : Settings
        Window and error rates.

    Notes
    -----
    Other constructs are looked at only if this one was compared, for then the adjustment can alter the verdict.
    """
    own = reconstruct_all(registry, _surveys([construct]))
    registry = with_estimated_error(registry, own)
    trend = assess(construct, registry, own, settings)
    if trend.comparison is None:
        return trend, own
    every = own | reconstruct_all(registry, _surveys(registry.constructs.values()) - set(own))
    return assess_all(registry, every, settings)[construct.id], every


def _surveys(constructs: Iterable[Construct]) -> set[str]:
    return {answer.finding.split(".")[0] for construct in constructs for answer in construct.answers}


def _adjusted(trends: Iterable[Trend]) -> dict[str, float]:
    """Every pair that the gate lets through counts, also where a missing n leaves its verdict open."""
    tests = [trend for trend in trends if trend.comparison]
    chosen = _one_per_partition(tests)
    adjusted = _adjust(chosen) if chosen else {}
    for test in tests:
        if test.construct.id not in adjusted:
            in_its_place = [test, *(one for one in chosen if _partition(one) != _partition(test))]
            adjusted[test.construct.id] = _adjust(in_its_place)[test.construct.id]
    return adjusted


def _adjust(tests: list[Trend]) -> dict[str, float]:
    by_test = pd.DataFrame(
        {
            "family": [t.construct.family for t in tests],
            "p_value": [t.comparison.p_high for t in tests if t.comparison],
        },
        index=[t.construct.id for t in tests],
    )
    return {str(name): float(p) for name, p in adjust(by_test).items()}


def _one_per_partition(trends: Iterable[Trend]) -> list[Trend]:
    """The first construct of each partition; a construct without one stands for itself."""
    first: dict[str, Trend] = {}
    for trend in trends:
        first.setdefault(_partition(trend), trend)
    return list(first.values())


def _partition(trend: Trend) -> str:
    return trend.construct.partition or trend.construct.id

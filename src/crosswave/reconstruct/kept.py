"""Reconstructions that are computed once for each content of a survey, whoever wants them."""

from __future__ import annotations

from collections.abc import Collection

from crosswave.reconstruct import survey as engine
from crosswave.reconstruct.survey import Reconstruction
from crosswave.report.kept import kept
from crosswave.study.models import Survey
from crosswave.study.registry import Registry


def reconstruct(survey: Survey, registry: Registry, *, retract: Collection[str] = ()) -> Reconstruction:
    """Return the feasible counts of every printed figure of a survey: `crosswave.reconstruct.survey.reconstruct`.

    Parameters
    ----------
    survey : Survey
        The wave.
    registry : Registry
        Where phrases and the plan stand.
    retract : collection of str
        Assumptions that are not made, each as `Reconstruction.assumptions` words it.

    Raises
    ------
    ValueError
        If an assumption that is to be retracted is none of this survey; the message names the nearest.

    Notes
    -----
    Kept, where results are kept (`crosswave.report.kept.kept`), under `survey_content` and the assumptions retracted.
    """

    def make() -> Reconstruction:
        return engine.reconstruct(survey, registry, retract=retract)

    return kept("reconstructions", make, *survey_content(survey, registry), *sorted(retract))


def survey_content(survey: Survey, registry: Registry) -> tuple[str, ...]:
    """Return all that a reconstruction comes from: the survey, the phrases, and what the engine reads of the plan."""
    return survey.model_dump_json(), *registry.rules_of_reading

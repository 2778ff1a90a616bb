"""Whether figures whose rounding no source states could also have been cut off after their last digit."""

from __future__ import annotations

from crosswave.printed.quantities import Lexicon
from crosswave.reconstruct.figures import readings, rivals
from crosswave.reconstruct.solve import Solver
from crosswave.study.models import Survey
from crosswave.study.registry import Registry

_WORDS = {
    (True, True): "rounded to the nearest is assumed; all figures cut off after the last digit would fit as well",
    (True, False): "rounded to the nearest is assumed; no counts print all figures cut off after the last digit",
    (False, True): "no counts print all figures rounded to the nearest; cut off after the last digit they would fit",
    (False, False): "no counts print all figures, rounded to the nearest or cut off after the last digit",
}


def fits_truncated(survey: Survey, registry: Registry) -> bool:
    """Return whether counts exist that print every figure of a survey cut off after its last digit.

    Parameters
    ----------
    survey : Survey
        The wave; what it says of its rounding is not looked at, and rival values are left out.
    registry : Registry
        Where phrases and the plan stand.

    Notes
    -----
    A percentage p then stands for anything from p up to, but not including, one unit of its last digit more.
    """
    cut = survey.model_copy(update={"rounding": "truncated"})
    branches = readings(cut, Lexicon(registry.quantities), registry.plan, frozenset(rivals(survey)))
    solver = Solver()
    return any(solver.fits(branch) for branch in branches)


def rounding_words(survey: Survey, registry: Registry, *, fits_nearest: bool) -> str:
    """Return what is known of the rounding of a survey, in words."""
    if survey.rounding:
        return {"nearest": "rounded to the nearest, as stated", "truncated": "cut off, as stated"}[survey.rounding]
    return _WORDS[fits_nearest, fits_truncated(survey, registry)]

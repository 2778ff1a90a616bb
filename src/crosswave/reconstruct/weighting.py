"""What a weighted figure rests on: people, of whom fewer are worth a simple random sample, and no counts."""

from __future__ import annotations

from dataclasses import dataclass

from scipy.special import ndtri

from crosswave.study.models import Plan
from crosswave.study.registry import Finding

_Z = float(-ndtri(0.025))


@dataclass(frozen=True, slots=True)
class Weighted:
    """The people behind a weighted figure, with its variance over that of a simple random sample of as many."""

    low: int
    high: int
    design_effect: float
    how: str

    @property
    def effective(self) -> tuple[float, float]:
        """The sizes of simple random samples worth as much, for the fewest and the most people."""
        return self.low / self.design_effect, self.high / self.design_effect

    @property
    def words(self) -> str:
        """What the interval of the figure rests on."""
        people = f"{self.low:,}" if self.low == self.high else f"{self.low:,} to {self.high:,}"
        return f"the interval takes {people} people to be worth {self.effective[0]:,.0f} ({self.how})"


def weighting_of(finding: Finding, n: tuple[int, int] | None, plan: Plan) -> Weighted | None:
    """Return what a weighted figure rests on; None where it is not weighted or nobody says how many answered.

    Parameters
    ----------
    finding : Finding
        A printed figure.
    n : pair of int or None
        How many can have answered the survey.
    plan : Plan
        Its design effects are tried where the survey prints none: the widest is taken.

    Notes
    -----
    A margin of error e at a share of one half gives the effective size (z / 2e)^2 (Kish 1965).
    """
    base = finding.base
    people = n if base is None or base.everyone else (base.n, base.n) if base.n else None
    if not finding.survey.weighted or finding.answer.measure != "share" or people is None:
        return None
    return Weighted(*people, *_design_effect(finding, people[0], plan))


def _design_effect(finding: Finding, people: int, plan: Plan) -> tuple[float, str]:
    survey = finding.survey
    if survey.design_effect:
        return survey.design_effect, f"a design effect of {survey.design_effect:g}, as printed"
    if survey.margin_of_error:
        effect = max(people / (_Z / (2 * survey.margin_of_error / 100)) ** 2, 1.0)
        return effect, f"the printed margin of error of {survey.margin_of_error:g} points"
    widest, least = max(plan.design_effects), min(plan.design_effects)
    return widest, f"a design effect of {widest:g}, the widest of the {least:g} to {widest:g} that the plan tries"

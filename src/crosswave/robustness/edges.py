"""Where the tests of a comparison change when one number is moved: places with a closed form, or one root each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from crosswave.arguments import FloatArray
from crosswave.difference.arms import Arms
from crosswave.difference.readings import Readings
from crosswave.difference.student import student
from crosswave.study.models import Plan
from crosswave.trend.settings import Settings


@dataclass(frozen=True, slots=True)
class Rules:
    """What a verdict is judged by: the numbers of plan.yaml and of the settings, as proportions."""

    alpha: float
    margin: float
    design_effect: float
    design_effect_limit: float
    total_error_limit: float
    population_multiples: tuple[float, ...]
    populations: tuple[int, ...]

    @classmethod
    def of(cls, settings: Settings, plan: Plan) -> Rules:
        """Return the rules of an analysis."""
        moved = plan.robustness
        return cls(
            alpha=settings.alpha,
            margin=settings.smallest_change / 100,
            design_effect=settings.design_effect,
            design_effect_limit=moved.design_effect_limit.value,
            total_error_limit=moved.total_error_limit.value,
            population_multiples=moved.population_multiples,
            populations=moved.populations,
        )


@dataclass(frozen=True, slots=True)
class Edges:
    """The open intervals of one number in which each test passes.

    Attributes
    ----------
    rises, falls, small : pair of array of float, shape (rows,)
        Where a rise is shown, a fall, and the absence of a change as large as the smallest that matters.
    """

    rises: tuple[FloatArray, FloatArray]
    falls: tuple[FloatArray, FloatArray]
    small: tuple[FloatArray, FloatArray]


Below = Callable[[Arms, FloatArray, float], FloatArray]


def design_effect_edges(readings: Readings, rules: Rules) -> Edges:
    """Return the design effects at which tests change.

    Parameters
    ----------
    readings : Readings
        Feasible readings.
    rules : Rules
        What they are judged by.

    Notes
    -----
    A Wilson arm depends on ``z^2 deff / n`` alone, so the arm at z under a design effect is that at ``z sqrt(deff)``
    under none: one root per reading and limit.
    """
    extra, df = readings.error(readings.points), readings.df[readings.owner]

    def below(arms: Arms, gap: FloatArray, z: float) -> FloatArray:
        left = np.where(gap > 0, gap**2 - (student(z, df) * extra) ** 2, 0.0)
        return np.where(left > 0, (arms.reaching(np.sqrt(np.maximum(left, 0))) / z) ** 2, -np.inf)

    return _edges(readings, readings.arms(1.0), rules, below)


def total_error_edges(readings: Readings, rules: Rules) -> Edges:
    """Return the total errors, in points at 50 %, at which tests change.

    Parameters
    ----------
    readings : Readings
        Feasible readings.
    rules : Rules
        What they are judged by.

    Notes
    -----
    Squared arms add, so the error that brings a limit to a place is the root of what sampling leaves.
    """
    per_point, df = readings.error(np.ones_like(readings.points)), readings.df[readings.owner]

    def below(arms: Arms, gap: FloatArray, z: float) -> FloatArray:
        left, rate = np.where(gap > 0, gap**2 - arms.length(z) ** 2, 0.0), student(z, df) * per_point
        error = np.divide(np.sqrt(np.maximum(left, 0)), rate, out=np.full_like(gap, np.inf), where=rate > 0)
        return np.where(left > 0, error, -np.inf)

    return _edges(readings, readings.arms(rules.design_effect), rules, below)


def _edges(readings: Readings, arms: Arms, rules: Rules, below: Below) -> Edges:
    """Edges of a number that only ever lengthens arms: each test passes below some value of it."""
    difference, m, other = readings.share_2 - readings.share_1, rules.margin, arms.reversed()
    z, z_one = _z(rules.alpha / 2), _z(rules.alpha)
    small = np.minimum(below(arms, difference + m, z_one), below(other, m - difference, z_one))
    always = np.full_like(difference, -np.inf)
    return Edges((always, below(arms, difference, z)), (always, below(other, -difference, z)), (always, small))


def bias_edges(readings: Readings, rules: Rules) -> Edges:
    """Return the biases of the difference, in points, at which tests change.

    Parameters
    ----------
    readings : Readings
        Feasible readings.
    rules : Rules
        What they are judged by.

    Notes
    -----
    The arms stay those of the shares as given, so a change is lost where the bias is the limit on the side of 0.
    """
    difference, m = readings.share_2 - readings.share_1, rules.margin
    arms = readings.arms(rules.design_effect, readings.error(readings.points))
    z, z_one = _z(rules.alpha / 2), _z(rules.alpha)
    low, low_one = (difference - arms.length(at) for at in (z, z_one))
    high, high_one = (difference + arms.reversed().length(at) for at in (z, z_one))
    never = np.full_like(difference, np.inf)
    return Edges(
        rises=(-never, 100 * low),
        falls=(100 * high, never),
        small=(100 * (high_one - m), 100 * (low_one + m)),
    )


def _z(upper: float) -> float:
    return -float(ndtri(upper))

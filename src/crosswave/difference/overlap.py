"""Waves with respondents in common: every dependence that their answers can have, and what all of them agree on."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from crosswave.difference.arms import NO_ERROR
from crosswave.difference.compare import Contrast, compare_shares
from crosswave.difference.correlation import shared_correlation
from crosswave.difference.estimate import Interval
from crosswave.difference.verdict import outcomes


@dataclass(frozen=True, slots=True)
class Overlap:
    """A comparison of two shares that are not independent, over every way in which they may depend on each other.

    Attributes
    ----------
    difference : float
        Later minus earlier share (subset minus whole).
    correlation, standard_error : Interval
        Of the two estimates; of the difference.
    p_value, equivalence_p : Interval
        From the best to the worst case; a verdict must hold in the worst.
    interval : Interval
        The widest of the intervals at 1 - alpha.
    outcomes : tuple of str
        Outcomes of both ends, without repeats: the verdict stands if there is one.
    """

    difference: float
    correlation: Interval
    standard_error: Interval
    p_value: Interval
    equivalence_p: Interval
    interval: Interval
    outcomes: tuple[str, ...]

    @property
    def unanimous(self) -> bool:
        """Whether every dependence gives one outcome."""
        return len(self.outcomes) == 1


def compare_overlapping(
    first: tuple[float, float],
    second: tuple[float, float],
    *,
    shared: float | None = None,
    alpha: float,
    margin: float,
    total_error: tuple[float, float] = NO_ERROR,
) -> Overlap:
    """Return the comparison of two waves that have respondents in common, whatever ties their answers.

    Parameters
    ----------
    first, second : tuple of float
        (share in [0, 1], number of respondents) of the earlier and the later wave.
    shared : float, optional
        How many answered in both. Absent: any number from 0 to the smaller wave.
    alpha, margin, total_error
        As for `compare.compare_shares`.

    Raises
    ------
    ValueError
        If an argument is outside its range.

    Notes
    -----
    The interval of `newcombe` at both ends of `shared_correlation`. Arms and p-values change
    monotonically in between, so what both ends agree on holds throughout. Where all are shared and both waves have
    one size, as with two answers of the same people, it is Newcombe's interval for paired data, and the squared
    standard error times n runs from ``|d| - d^2`` to ``min(a + b, 2 - a - b) - d^2``: the fewest and the most who can
    have given different answers.

    References
    ----------
    Newcombe (1998), doi:10.1002/(SICI)1097-0258(19981130)17:22<2635::AID-SIM954>3.0.CO;2-C.

    Examples
    --------
    The same 100 councils, or nobody in common:

    >>> same = compare_overlapping((0.40, 100), (0.55, 100), shared=100, alpha=0.05, margin=0.05)
    >>> f"{same.p_value.low:.5f} {same.p_value.high:.3f}", same.unanimous
    ('0.00002 0.124', False)
    >>> none = compare_overlapping((0.40, 100), (0.55, 100), shared=0, alpha=0.05, margin=0.05)
    >>> f"{none.p_value.low:.3f} {none.p_value.high:.3f}"
    '0.033 0.033'
    """
    ends = [float(end) for end in shared_correlation(*first, *second, shared=shared)]
    worst, best = (
        compare_shares(first, second, alpha=alpha, margin=margin, total_error=total_error, correlation=end)
        for end in ends
    )
    errors = [_standard_error(worst, end, total_error) for end in ends]
    return _overlap(worst, best, Interval(*ends), Interval(errors[1], errors[0]))


def _standard_error(contrast: Contrast, correlation: float, total_error: tuple[float, float]) -> float:
    one = math.sqrt(contrast.share_1 * (1 - contrast.share_1) / contrast.n_1)
    two = math.sqrt(contrast.share_2 * (1 - contrast.share_2) / contrast.n_2)
    sampling = one**2 + two**2 - 2 * correlation * one * two
    return math.sqrt(max(sampling, 0.0) + total_error[0] ** 2 + total_error[1] ** 2)


def _overlap(worst: Contrast, best: Contrast, correlation: Interval, standard_error: Interval) -> Overlap:
    cases = (worst, best)
    difference, p, tost = (
        np.array([getattr(case, name) for case in cases]) for name in ("difference", "p_value", "equivalence_p")
    )
    return Overlap(
        worst.difference,
        correlation,
        standard_error,
        Interval(float(p.min()), float(p.max())),
        Interval(float(tost.min()), float(tost.max())),
        worst.interval.hull(best.interval),
        outcomes(difference, p, tost, worst.alpha),
    )


def compare_subset(subset: tuple[float, float], whole: tuple[float, float], *, alpha: float, margin: float) -> Overlap:
    """Return the comparison of a subset with the whole that it is part of.

    Parameters
    ----------
    subset, whole : tuple of float
        (share in [0, 1], number of respondents); the whole counts the subset too.
    alpha, margin
        As for `compare.compare_shares`.

    Raises
    ------
    ValueError
        If the subset cannot be part of the whole, or an argument is outside its range.

    Notes
    -----
    With m of n in the subset and r the share of the rest, ``s - w = (1 - m / n) (s - r)``, and subset and rest are
    independent: the p-value is theirs, and the interval is theirs times ``1 - m / n``. Nothing is left open, so both
    ends of every range are equal. The estimates of subset and whole have correlation ``(m / n) se(s) / se(w)``.

    Examples
    --------
    60 of 100 in the subset, 90 of 200 in the whole: 30 of 100 in the rest, 30 points apart.

    >>> o = compare_subset((0.60, 100), (0.45, 200), alpha=0.05, margin=0.05)
    >>> f"{o.difference:.2f} {o.interval.low:.4f} {o.interval.high:.4f}"
    '0.15 0.0815 0.2108'
    """
    (share, m), (of_all, n) = subset, whole
    count = of_all * n - share * m
    # Counts that print as the two shares may leave the rest a hair below nobody or above everybody.
    if not 0 < m < n or not -1e-9 * n <= count <= n - m + 1e-9 * n:
        raise ValueError(
            f"a subset must be part of its whole and smaller; got {share:g} of {m:g} in {of_all:g} of {n:g}. "
            "Check the order of the arguments, and that both shares count one answer."
        )
    part, rest = 1 - m / n, min(max(count / (n - m), 0.0), 1.0)
    # No difference of subset and whole can reach a margin of 1 - m / n: the largest number below 1 says so.
    found = compare_shares((rest, n - m), subset, alpha=alpha, margin=min(margin / part, math.nextafter(1, 0)))
    scaled = Contrast(
        of_all, n, *subset, part * found.difference, part * found.low, part * found.high, found.p_value,
        found.equivalence_p, alpha, margin, NO_ERROR,
    )  # fmt: skip
    of_subset, of_rest = share * (1 - share) / m, rest * (1 - rest) / (n - m)
    variance = (m / n) ** 2 * of_subset + part**2 * of_rest
    r = m / n * math.sqrt(of_subset / variance) if variance else 0.0
    error = part * math.sqrt(of_subset + of_rest)
    return _overlap(scaled, scaled, Interval(r, r), Interval(error, error))

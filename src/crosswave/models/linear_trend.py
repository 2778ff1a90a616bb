"""A linear trend in shares over waves of one instrument, and what a line leaves unexplained."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc, ndtr

from crosswave.arguments import checked
from crosswave.models.heterogeneity import checked_counts


@dataclass(frozen=True, slots=True)
class LinearTrend:
    """Cochran-Armitage test for a linear trend in shares, with what a line leaves unexplained.

    z is the signed root of the trend chi-square (1 degree of freedom), positive where shares rise with the scores;
    departure and homogeneity are chi-square, df and p of "the shares lie on a line" and of "all shares are equal".
    """

    z: float
    p_value: float
    departure: float
    departure_df: int
    departure_p: float
    homogeneity: float
    homogeneity_df: int
    homogeneity_p: float


def cochran_armitage(
    counts: Sequence[float], totals: Sequence[float], scores: Sequence[float] | None = None
) -> LinearTrend:
    """Return the Cochran-Armitage trend test of three or more shares (with two: the pooled z test).

    Parameters
    ----------
    counts, totals : sequence of float, shape (k,), k at least 2
        "Yes" answers and effective bases, ``0 <= counts <= totals``, totals positive.
    scores : sequence of float, shape (k,), optional
        Times of the waves; 0, 1, ... when absent.

    Raises
    ------
    ValueError
        If lengths differ, a count is outside its base, everyone or nobody said yes, or all scores are equal.

    Notes
    -----
    The variant of R's prop.trend.test, with ``N p (1 - p)`` as variance: the linear-by-linear statistic of
    statsmodels, whose variance has N - 1, times N / (N - 1). Departure is homogeneity minus trend.

    References
    ----------
    Cochran (1954), doi:10.2307/3001616; Armitage (1955), doi:10.2307/3001775.

    Examples
    --------
    Smokers among patients of four studies (Fleiss 1981; R's help page of prop.trend.test):

    >>> t = cochran_armitage([83, 90, 129, 70], [86, 93, 136, 82])
    >>> f"{t.z**2:.4f} {t.p_value:.6f} {t.homogeneity:.4f}"
    '8.2249 0.004132 12.6004'
    """
    from statsmodels.stats.contingency_tables import Table  # takes a second to import
    from statsmodels.stats.proportion import proportions_chisquare

    x, n = checked_counts(counts, totals)
    s = checked("scores", range(len(n)) if scores is None else scores, "finite", np.isfinite, "Drop undated waves.")
    if not len(x) == len(s) >= 2:
        raise ValueError(
            f"counts, totals and scores must have one length of at least 2; got {len(x)}, {len(n)} and {len(s)}. "
            "Pass one of each for every wave."
        )
    if not 0 < x.sum() < n.sum() or np.ptp(s) == 0:
        raise ValueError(
            "a trend needs counts within their totals, some yes and some no, and scores that differ; "
            f"got counts {x.tolist()} of {n.tolist()} at {s.tolist()}. Leave out waves that cannot show a trend."
        )
    # Without shift_zeros=False statsmodels adds one half to every cell as soon as one is empty.
    table, size, k = Table(np.column_stack([n - x, x]), shift_zeros=False), float(n.sum()), len(x)
    # Centred, because squares of years leave few digits for their differences.
    centred = s - np.average(s, weights=n)
    z = float(table.test_ordinal_association(row_scores=centred).zscore * np.sqrt(size / (size - 1)))
    homogeneity = float(proportions_chisquare(x, n)[0])
    departure = max(homogeneity - z**2, 0.0)
    departure_p = float(chdtrc(k - 2, departure)) if k > 2 else 1.0
    homogeneity_p = float(chdtrc(k - 1, homogeneity))
    return LinearTrend(z, float(2 * ndtr(-abs(z))), departure, k - 2, departure_p, homogeneity, k - 1, homogeneity_p)

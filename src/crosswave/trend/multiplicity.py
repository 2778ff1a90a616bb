"""p-values adjusted for how many questions a family asks, by Holm's procedure."""

import numpy as np
import numpy.typing as npt

from crosswave.arguments import FloatArray, checked


def holm(p: npt.ArrayLike) -> FloatArray:
    """Return Holm's adjusted p-values: rejecting those below alpha keeps the chance of any false one below alpha.

    Parameters
    ----------
    p : array_like, shape (k,)
        p-values in [0, 1]. NaN stands for a test that was not made: it stays NaN and is not counted.

    Raises
    ------
    ValueError
        If a value is outside [0, 1] or `p` is not one-dimensional.

    Notes
    -----
    ``max over j <= i of min(1, (k - j + 1) p_(j))``; any dependence between tests.

    References
    ----------
    Holm (1979), Scandinavian Journal of Statistics 6, 65-70 (no DOI), https://www.jstor.org/stable/4615733.

    Examples
    --------
    >>> [round(float(x), 4) for x in holm([0.01, float("nan"), 0.04, 0.03])]
    [0.03, nan, 0.06, 0.06]
    """
    rule = "in [0, 1], or NaN where no test was made"
    values = checked("p", p, rule, lambda a: np.isnan(a) | ((a >= 0) & (a <= 1)), "Check what was passed as p.")
    if values.ndim != 1:
        raise ValueError(f"p must have one dimension; got {values.ndim}. Flatten it: all its tests are one family.")
    # statsmodels' own collects garbage at each call, which took most of the time of a synthesis.
    adjusted, order = np.full(values.shape, np.nan), np.argsort(values)[: np.count_nonzero(~np.isnan(values))]
    adjusted[order] = np.minimum(np.maximum.accumulate(values[order] * np.arange(len(order), 0, -1)), 1)
    return adjusted

"""p-values adjusted for how many questions were asked: Holm inside a family, Benjamini-Hochberg across families."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pandas as pd

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
    return _adjusted(p, _step_down)


def benjamini_hochberg(p: npt.ArrayLike) -> FloatArray:
    """Return Benjamini and Hochberg's adjusted p-values: the expected share of false ones among those rejected.

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
    ``min over j >= i of k p_(j) / j``; independent or positively dependent tests.

    References
    ----------
    Benjamini and Hochberg (1995), doi:10.1111/j.2517-6161.1995.tb02031.x.

    Examples
    --------
    The 15 p-values of their example; four stay below .05:

    >>> p = [.0001, .0004, .0019, .0095, .0201, .0278, .0298, .0344, .0459, .3240, .4262, .5719, .6528, .7590, 1]
    >>> int((benjamini_hochberg(p) < 0.05).sum()), int((holm(p) < 0.05).sum())
    (4, 3)
    """
    return _adjusted(p, _step_up)


# Names for the plan file, where a method is chosen by what it is called in print.
METHODS: dict[str, Callable[[npt.ArrayLike], FloatArray]] = {"holm": holm, "benjamini-hochberg": benjamini_hochberg}


def adjust(by_test: pd.DataFrame, *, p: str = "p_value", family: str = "family") -> pd.Series:
    """Return p-values adjusted inside and across families, as a Series on the index of `by_test`.

    Parameters
    ----------
    by_test : pandas.DataFrame
        One row for each test; not changed.
    p : str, default "p_value"
        Column of p-values in [0, 1]; NaN for a test that was not made.
    family : str, default "family"
        Column that names the family of each test; never missing.

    Raises
    ------
    ValueError
        If a column or a family is missing, or a p-value is outside [0, 1].

    Notes
    -----
    Three steps. Holm adjusts inside each family. The smallest result of a family is the p-value of "something in this
    family changed"; Benjamini-Hochberg adjusts those across the families. A test gets the larger of its own Holm
    value and its family's: nothing counts in a family that does not count itself. At level alpha this bounds the
    expected share of false families among those picked, and, in any one family, the chance of a false member. It does
    not bound the average of that chance over the families picked, for which members would be tested at alpha times
    the share of families picked (Benjamini and Bogomolov).

    References
    ----------
    Benjamini and Bogomolov (2014), doi:10.1111/rssb.12028.

    Examples
    --------
    >>> tests = pd.DataFrame({"family": ["a", "a", "b"], "p_value": [0.01, 0.04, 0.5]})
    >>> adjust(tests).tolist()
    [0.04, 0.04, 0.5]
    """
    _check_columns(by_test, p, family)
    within = by_test.groupby(family, sort=False)[p].transform(lambda values: holm(values.to_numpy()))
    families = within.groupby(by_test[family], sort=False).min()
    across = pd.Series(benjamini_hochberg(families.to_numpy()), index=families.index)
    larger = np.maximum(within.to_numpy(), by_test[family].map(across).to_numpy(dtype=float))
    return pd.Series(larger, index=by_test.index, name=f"{p}_adjusted")


def _step_down(p: FloatArray) -> FloatArray:
    """Holm's procedure: statsmodels' own collects garbage at each call, which took most of the time of a synthesis."""
    order = np.argsort(p)
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1)), 1)
    return adjusted


def _step_up(p: FloatArray) -> FloatArray:
    """The procedure of Benjamini and Hochberg: scipy's own takes a second to import."""
    order = np.argsort(p)[::-1]
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(np.minimum.accumulate(p[order] * len(p) / np.arange(len(p), 0, -1)), 1)
    return adjusted


def _adjusted(p: npt.ArrayLike, method: Callable[[FloatArray], FloatArray]) -> FloatArray:
    rule = "in [0, 1], or NaN where no test was made"
    values = checked("p", p, rule, lambda a: np.isnan(a) | ((a >= 0) & (a <= 1)), "Check what was passed as p.")
    if values.ndim != 1:
        raise ValueError(f"p must have one dimension; got {values.ndim}. Flatten it: all its tests are one family.")
    made = ~np.isnan(values)
    adjusted = np.full(values.shape, np.nan)
    adjusted[made] = method(values[made]) if made.any() else values[made]
    return adjusted


def _check_columns(by_test: pd.DataFrame, p: str, family: str) -> None:
    absent = [name for name in (p, family) if name not in by_test]
    if absent:
        raise ValueError(
            f"by_test must have the columns {p!r} and {family!r}; got {list(by_test)}. Rename or pass them."
        )
    unnamed = by_test.index[by_test[family].isna()]
    if len(unnamed):
        raise ValueError(f"{family} must be named for every test; got none in row {unnamed[0]!r}. Name each family.")

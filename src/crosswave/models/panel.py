"""The same organisations in two waves or more: who left an answer, who came to it, and the paired change."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from crosswave.arguments import checked, checked_alpha
from crosswave.difference.arms import arms_of
from crosswave.difference.newcombe import limits_of
from crosswave.trend.multiplicity import holm


@dataclass(frozen=True, slots=True)
class PairedChange:
    """The change of one answer among the same organisations.

    Attributes
    ----------
    n : int
        Organisations in both waves.
    before, after : int
        How many gave the answer in the earlier and in the later wave.
    left, came : tuple of int, length k
        Those who gave up the answer by the one they went to, those who took it up by the one they came from; those
        who stayed are in neither, so that its own place is 0.
    difference, low, high : float
        Later minus earlier share with its interval, in [-1, 1].
    p_value : float
        McNemar's exact test of "as many came as left".
    """

    n: int
    before: int
    after: int
    left: tuple[int, ...]
    came: tuple[int, ...]
    difference: float
    low: float
    high: float
    p_value: float


def paired_change(table: npt.ArrayLike, answer: int, *, alpha: float = 0.05) -> PairedChange:
    """Return the change of one answer in a table of transitions.

    Parameters
    ----------
    table : array_like of int, shape (k, k)
        Organisations by their earlier answer (rows) and their later one (columns); at least one.
    answer : int
        Place of the answer, from 0 to k - 1. For several answers as one add up their rows and columns first.
    alpha : float
        Error rate of the interval, in (0, 1).

    Raises
    ------
    ValueError
        If the table is not square, a cell is no whole number from 0, nobody is in it, or the place is not in it.

    Notes
    -----
    The answer against all others makes a table a (both waves), b (left), c (came), d (neither). The difference is
    ``(c - b) / n``, whatever a and d. The interval is Newcombe's method 10 for pairs: `limits_of` with the phi
    coefficient of the table, whose numerator ``a d - b c`` is lessened by n / 2, to 0 at least, if it is positive.
    McNemar's test asks whether b of b + c moves can be tosses of a fair coin; the two may differ at the border. Of
    returns that everybody makes it tells chance moves to and fro from a drift; it is no statement about a larger
    population.

    References
    ----------
    McNemar (1947), doi:10.1007/BF02295996; Newcombe (1998),
    doi:10.1002/(SICI)1097-0258(19981130)17:22<2635::AID-SIM954>3.0.CO;2-C.

    Examples
    --------
    Complete response before and after therapy (Cavo and others 2012); R's contingencytables prints 0.0046 to 0.1186:

    >>> found = paired_change([[59, 6], [16, 80]], 0)
    >>> found.left, found.came, f"{found.difference:.4f} {found.low:.4f} {found.high:.4f} {found.p_value:.4f}"
    ((0, 6), (0, 16), '0.0621 0.0046 0.1186 0.0525')
    """
    from statsmodels.stats.contingency_tables import mcnemar  # takes a second to import

    cells = _checked_table(table, answer)
    moves = cells.copy()
    moves[answer, answer] = 0
    n, left, came = int(cells.sum()), moves[answer], moves[:, answer]
    stayed, gone, new = int(cells[answer, answer]), int(left.sum()), int(came.sum())
    two_by_two = np.array([[stayed, gone], [new, n - stayed - gone - new]])
    before, after = stayed + gone, stayed + new
    arms = arms_of(before / n, n, after / n, n, correlation=_phi(two_by_two))
    low, high = (float(end) for end in limits_of(arms, checked_alpha(alpha)))
    p, difference = float(mcnemar(two_by_two, exact=True).pvalue), (new - gone) / n
    return PairedChange(n, before, after, tuple(left.tolist()), tuple(came.tolist()), difference, low, high, p)


def _phi(table: npt.NDArray[np.int64]) -> float:
    """The phi coefficient with the continuity correction of Newcombe's method 10; 0 where an answer does not vary."""
    (a, b), (c, d) = table.tolist()
    excess, scale = a * d - b * c, math.sqrt((a + b) * (c + d) * (a + c) * (b + d))
    corrected = max(excess - (a + b + c + d) / 2, 0) if excess > 0 else excess
    return max(corrected / scale, -1.0) if scale else 0.0


def _checked_table(table: npt.ArrayLike, answer: int) -> npt.NDArray[np.int64]:
    rule, advice = "whole numbers from 0", "Pass counts of organisations."
    cells = checked("table", table, rule, lambda a: (a >= 0) & (a == np.round(a)) & np.isfinite(a), advice)
    if cells.ndim != 2 or len(cells) != cells.shape[1] or len(cells) < 2 or not cells.any():
        raise ValueError(
            "table must have a row and a column for each of two answers or more, and somebody in it; "
            f"got shape {cells.shape} with {cells.sum():g} organisations. Pass earlier answers as rows."
        )
    if answer not in range(len(cells)):
        raise ValueError(f"answer must be a place from 0 to {len(cells) - 1}; got {answer}. Count rows from 0.")
    return cells.astype(np.int64)


@dataclass(frozen=True, slots=True)
class PanelChain:
    """The change of one answer over a chain of panels, each of the organisations in two waves that follow one another.

    Attributes
    ----------
    links : tuple of PairedChange
        One for each panel, in order.
    p_adjusted : tuple of float
        Their p-values by Holm's procedure.
    difference, low, high : float
        The sum of their differences, with its interval; not cut to [-1, 1].
    """

    links: tuple[PairedChange, ...]
    p_adjusted: tuple[float, ...]
    difference: float
    low: float
    high: float


def panel_chain(tables: Sequence[npt.ArrayLike], answer: int, *, alpha: float = 0.05) -> PanelChain:
    """Return the changes of one answer over panels that follow one another, and their sum.

    Parameters
    ----------
    tables : sequence of array_like of int, each of shape (k, k)
        From each wave to the next, as for `paired_change`.
    answer : int
        Place of the answer in every table.
    alpha : float
        Error rate of each interval, in (0, 1).

    Raises
    ------
    ValueError
        If there is no table, or one is at fault.

    Notes
    -----
    A chain uses everybody who is in two waves that follow one another; where all are in all waves the sum is the change
    from the first wave to the last. Links share organisations, which cannot leave an answer twice without coming back,
    so that moves of several links are no independent tosses: no test of the sum is made, and the arms of the links are
    added, which holds however they go together. The paired change from the first wave to the last has a test.

    References
    ----------
    Sums of intervals: Zou and Donner (2008), doi:10.1002/sim.3095.

    Examples
    --------
    Of ten one leaves, then another:

    >>> chain = panel_chain([[[4, 1], [0, 5]], [[3, 1], [0, 6]]], 0)
    >>> f"{chain.difference:.1f}", [link.left for link in chain.links]
    ('-0.2', [(0, 1), (0, 1)])
    """
    if not tables:
        raise ValueError("tables must hold one table or more; got none. Pass one for each wave and the next.")
    links = tuple(paired_change(table, answer, alpha=alpha) for table in tables)
    adjusted = holm([link.p_value for link in links]).tolist()
    sums = (sum(getattr(link, name) for link in links) for name in ("difference", "low", "high"))
    return PanelChain(links, tuple(adjusted), *sums)

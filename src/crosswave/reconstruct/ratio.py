"""The largest and the smallest value of a ratio of two sums."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction


def largest_ratio(best: Callable[[Fraction], tuple[Fraction, Fraction]]) -> Fraction:
    """Return the largest value of a ratio whose divisor is above 0.

    Parameters
    ----------
    best : callable
        From a number r to the numerator and the divisor for which numerator minus r times divisor is largest.

    Notes
    -----
    Dinkelbach's iteration: each ratio found is the next r, until no numerator exceeds r times its divisor. It is
    exact, and ends where numerator and divisor take finitely many values.

    References
    ----------
    Dinkelbach 1967, Management Science 13(7), doi:10.1287/mnsc.13.7.492.

    Examples
    --------
    >>> choices = [(Fraction(875), Fraction(875 + 754)), (Fraction(894), Fraction(894 + 735))]
    >>> largest_ratio(lambda r: max(choices, key=lambda choice: choice[0] - r * choice[1]))
    Fraction(298, 543)
    """
    ratio = Fraction(0)
    while True:
        numerator, divisor = best(ratio)
        if numerator / divisor == ratio:
            return ratio
        ratio = numerator / divisor

"""Whether a printed mean of whole scores can come from so many answers."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice

from crosswave.reconstruct.arithmetic import N_FACTOR, Conflict, size_of
from crosswave.reconstruct.effort import spend
from crosswave.reconstruct.power import Run, Scale
from crosswave.study.models import Survey
from crosswave.study.registry import findings_of

SIZES_TRIED = 100_000
"""A number of scores that has the mean is looked for no further than this from the one that is stated."""


@dataclass(frozen=True, slots=True)
class Mean:
    """A printed mean of a scale whose number of scores is known."""

    id: str
    printed: str
    sizes: range
    assumptions: tuple[str, ...]

    @property
    def fits(self) -> bool:
        """Whether so many whole scores can have the mean."""
        spend(len(self.sizes) / 1e6)
        return any(mean_counts(self.printed, n) for n in self.sizes)

    @property
    def power(self) -> float | None:
        """Share of the values with as many decimals that no so many whole scores have; None where it was not counted.

        The whole part of a mean says nothing of whether so many whole scores have it.
        """
        scale = Scale(10 ** _decimals(self.printed), "nearest")
        if self.sizes[-1] >= scale.steps:
            return 0.0
        found = scale.count([Run(n, 0, n - 1) for n in self.sizes])
        return None if found is None else 1 - found / scale.steps

    def conflict(self) -> Conflict:
        """Return why no whole scores have the mean, and which numbers of them would."""
        largest = self.sizes[-1]
        near = (n for away in range(1, SIZES_TRIED) for n in (largest - away, largest + away))
        fitting = (n for n in near if 0 < n <= N_FACTOR * largest and mean_counts(self.printed, n))
        repairs = tuple(f"with {n} scores in place of {largest}" for n in islice(fitting, 2))
        given, mended = " and ".join(self.assumptions), f"; it would fit {', or '.join(repairs)}" if repairs else ""
        words = f"no {largest} whole scores have the mean {self.printed} ({self.id}) if {given}{mended}"
        return Conflict((self.id,), self.assumptions, repairs, words)


def means_of(survey: Survey, n: tuple[int, int] | None, retract: Collection[str] = ()) -> Iterator[Mean]:
    """Yield the printed means of scales whose number of scores is known.

    Parameters
    ----------
    survey, n
        The wave, with the fewest and the most who can have answered.
    retract : collection of str
        Assumptions that are not made: a mean that rests on one of them is passed over.
    """
    for finding in findings_of(survey):
        base = size_of(finding, n) if finding.answer.measure == "mean" else None
        if base is None or base.answers or finding.question.response != "scale":
            continue
        assumptions = (base.assumption, f"the scores behind {finding.local_id} are whole numbers")
        if not set(assumptions) & set(retract):
            yield Mean(finding.local_id, finding.answer.printed, range(base.low, base.high + 1), assumptions)


def _decimals(printed: str) -> int:
    return len(printed.partition(".")[2].strip())


def mean_totals(printed: str, n: int, items: int = 1) -> range:
    """Return the sums of whole scores whose mean prints so; an empty range if there are none.

    Parameters
    ----------
    printed : str
        The mean with all its decimals, such as ``5.19`` or ``3.0``.
    n : int, how many answered, at least 1
    items : int
        How many scores each of them gave, if the mean is one over several; at least 1.

    Raises
    ------
    ValueError
        If n or items is below 1, or the text is no number.

    Notes
    -----
    Means of n times items whole numbers are multiples of one over that product. Rounding is to the nearest with both
    ends, as the rule for ties is unknown.

    Examples
    --------
    >>> mean_totals("5.19", 28), mean_totals("5.18", 28)
    (range(146, 146), range(145, 146))

    References
    ----------
    Brown and Heathers 2017, Social Psychological and Personality Science 8(4), doi:10.1177/1948550616673876.
    """
    if n < 1 or items < 1:
        raise ValueError(f"a mean needs n and items of at least 1; n {n} and items {items} arrived")
    half = Fraction(1, 2 * 10 ** _decimals(printed))
    try:
        mean = Fraction(printed.strip())
    except ValueError:
        raise ValueError(f"{printed!r} is no mean; write it as printed, such as 5.19") from None
    scores = n * items
    return range(math.ceil((mean - half) * scores), math.floor((mean + half) * scores) + 1)


def mean_counts(printed: str, n: int, items: int = 1) -> bool:
    """Return whether a mean of whole scores can have been printed so.

    Parameters
    ----------
    printed, n, items
        As for `mean_totals`, which raises.

    Examples
    --------
    Two means that no 28 and no 43 whole scores have; with two items each, the first can be:

    >>> mean_counts("5.19", 28), mean_counts("5.27", 43), mean_counts("5.20", 28, items=2)
    (False, False, True)
    """
    return len(mean_totals(printed, n, items)) > 0

"""Figures that a person types, read: "58% of 235", "nearly half of 948", "137 of 235"; every fault at once."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from typing import TypeVar

from crosswave.printed.intervals import Quantity
from crosswave.printed.percents import is_spoken
from crosswave.printed.plain import plain
from crosswave.printed.quantities import Lexicon, sample_range
from crosswave.reconstruct.single_figures import N_LARGEST, fitting_sizes, nearest_sizes
from crosswave.study.models import Plan, SampleSize
from crosswave.study.registry import Registry
from crosswave.words import arrived, cut

Value = TypeVar("Value")

PARTS = ("the earlier figure", "the later figure")

# The last "of" that is not that of "four out of five".
_OF = re.compile(r"(.*\S)(?<!\bout)\s+of\s+(?:the\s+)?(\S.*)", re.IGNORECASE | re.DOTALL)
_COUNT = re.compile(r"[0-9]{1,3}(?:,[0-9]{3}){1,4}|[0-9]{1,12}")
_OUT_OF = re.compile(
    rf"({_COUNT.pattern})\s*(?:out\s+of|/)\s*(?:the\s+)?({_COUNT.pattern})(?![0-9,.%])(.*)", re.IGNORECASE
)
_RANGE = re.compile(r"(?:(?:from )?(?P<a>.+) to (?P<b>.+)|between (?P<c>.+) and (?P<d>.+))")
# Each n of a range is looked at, and each value that could be printed with so many decimals.
_WIDEST = 100_000
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class TypedFigure:
    """A figure as typed, read: the shares that it can mean, and the fewest and the most who can have answered.

    Of a count and its n there is one share. No sizes where nobody says.
    """

    typed: str
    share: Quantity
    sizes: tuple[int, int] | None
    count: int | None = None


def read_figures(typed: Sequence[str], sizes: Sequence[str], rules: Registry) -> tuple[TypedFigure, TypedFigure]:
    """Return two figures from what a person typed.

    Parameters
    ----------
    typed : sequence of str
        The earlier and the later figure, such as "58% of 235".
    sizes : sequence of str
        Who answered, for figures that do not say it: none, one or two.
    rules : Registry
        Holds the phrases that are known, and the plan.

    Raises
    ------
    ValueError
        A part cannot be read, or nobody can have printed it: every fault, a line each.

    Examples
    --------
    >>> from crosswave.study import load_registry
    >>> pair = read_figures(["58% of 235", "four out of five"], ["900-999"], load_registry())
    >>> [(figure.share.printed, figure.sizes) for figure in pair]
    [('58%', (235, 235)), ('four out of five', (900, 999))]
    """
    if len(typed) != len(PARTS):
        listed = ", ".join(arrived(text) for text in typed) or "nothing"
        raise ValueError(
            f"two figures are compared, the earlier first and each in quotes; {listed} arrived; "
            'write crosswave compare "58% of 235" "53% of 232"'
        )
    faults: list[str] = []
    found = read_all(PARTS, typed, sizes, rules, faults)
    for part, figure in zip(PARTS, found, strict=True):
        low, high = (figure and figure.sizes) or (1, 0)
        if figure and low <= high and not fitting_sizes([figure.share], range(low, high + 1)):
            faults.append(
                f"{part}: no count of {number_range(low, high)} prints as {arrived(figure.share.printed)}; "
                f"{nearest_words([figure.share], low, high)}; check both numbers"
            )
    first, second = found
    if faults or first is None or second is None:
        raise ValueError("\n".join(dict.fromkeys(faults)))
    return first, second


def read_all(
    parts: Sequence[str],
    typed: Sequence[str],
    sizes: Sequence[str],
    rules: Registry,
    faults: list[str],
    rounding: str = "nearest",
) -> list[TypedFigure | None]:
    """Return what was read of each figure, None where it cannot be: nothing is raised, its faults go to the others."""
    split, lexicon = [_split(text) for text in typed], rules.lexicon
    given = attempt(faults, lambda: _sizes(parts, split, sizes)) or tuple(size for _, size in split)
    found: list[TypedFigure | None] = []
    for part, text, (share, own), size in zip(parts, typed, split, given, strict=True):
        n = attempt(faults, partial(_size, part if own else "--n", size, lexicon, rules.plan))
        if own and _COUNT.fullmatch(share):
            found.append(attempt(faults, partial(_counted, part, text, share, n)) if n else None)
            continue
        try:  # a fault of the share does not hide one of the size
            if len(share) > _LONGEST:
                raise ValueError(f"a figure has {_LONGEST} characters at most; {arrived(share)} arrived; shorten it")
            quantity = replace(lexicon.share(share, rounding), printed=share)
        except ValueError as error:
            faults.append(f"{part}: {error}")
            found.append(None)
        else:
            found.append(TypedFigure(text, quantity, sample_range(n, lexicon, rules.plan)) if n else None)
    return found


def attempt(faults: list[str], read: Callable[[], Value]) -> Value | None:
    """Return what a reader returns, or None; its fault goes to the others, so that all are told together."""
    try:
        return read()
    except ValueError as error:
        faults += str(error).split("\n")
        return None


def _split(text: str) -> tuple[str, str | None]:
    """The share, or count, and who answered."""
    text = text.strip()
    if len(text) > _LONGEST:
        return text, None
    if match := _OF.fullmatch(text):
        return match[1], match[2]
    counts = _OUT_OF.fullmatch(text)
    if counts and not is_spoken(_whole(counts[1]), _whole(counts[2]), "out of"):
        return counts[1], counts[2] + counts[3]
    return text, None


def _whole(digits: str) -> int:
    return int(digits.replace(",", ""))


def _sizes(
    parts: Sequence[str], split: Sequence[tuple[str, str | None]], sizes: Sequence[str]
) -> tuple[str | None, ...]:
    """The size of each figure, from its own words or from --n."""
    own = [size for _, size in split]
    if len(sizes) > len(own):
        raise ValueError(
            f"--n may be given twice, once for each figure; it was given {len(sizes)} times; leave out the rest"
        )
    if len(sizes) == 1 and all(own):
        who = {1: "the figure says its", 2: "both figures say their"}.get(len(own), "all figures say their")
        raise ValueError(f"--n is for a figure without “of”; {who} own n; leave out --n {cut(sizes[0])}")
    each: list[str | None] = [*sizes] or [None] * len(own)
    if len(sizes) == 1:
        each = [None if size else sizes[0] for size in own]
    twice = [
        f"{part} says its n, {cut(one)}, and --n gives {cut(two)}; leave one out"
        for part, one, two in zip(parts, own, each, strict=True)
        if one and two
    ]
    if twice:
        raise ValueError("\n".join(twice))
    return tuple(one or two for one, two in zip(own, each, strict=True))


def _size(part: str, text: str | None, lexicon: Lexicon, plan: Plan) -> SampleSize:
    """The people who can have answered, as a survey file holds them."""
    if text is None:
        return SampleSize(kind="unknown")
    wrong = ValueError(
        f"{part}: n must be a whole number from 1 to {N_LARGEST:,}, a range or words for one; {arrived(text)} "
        "arrived; write 235, 1,000, 900-999, nearly 1,000, over 300 or 235 people"
    )
    if len(text) > _LONGEST:
        raise wrong
    low, high, reason = _range_ends(text, lexicon) or _worded_ends(text, lexicon, wrong)
    if low.denominator > 1 or not 1 <= low <= (low if high is None else high) <= N_LARGEST:
        raise wrong
    fewest, most = int(low), None if high is None else math.floor(high)
    if most is None:
        n = SampleSize(kind="at-least", printed=text, value=fewest)
    elif fewest == most:
        n = SampleSize(kind="exact", printed=text, value=fewest)
    else:
        n = SampleSize(kind="derived", printed=text, low=fewest, high=most, how=reason)
    ends = sample_range(n, lexicon, plan)
    if ends and ends[1] - ends[0] > _WIDEST:
        raise ValueError(f"{part}: n may range over {_WIDEST:,} at most; {arrived(text)} arrived; narrow it")
    return n


Ends = tuple[Fraction, Fraction | None, str]


def _range_ends(text: str, lexicon: Lexicon) -> Ends | None:
    match = _RANGE.fullmatch(plain(text))
    if match is None:
        return None
    try:
        low, high = (lexicon.count(end) for end in (match["a"] or match["c"], match["b"] or match["d"]))
    except ValueError:
        return None
    return None if low.verbal or high.verbal else (low.low or Fraction(0), high.low, "typed as a range")


def _worded_ends(text: str, lexicon: Lexicon, wrong: ValueError) -> Ends:
    try:
        count = lexicon.count(text)
    except ValueError:
        raise wrong from None
    low = count.low or Fraction(0)
    return (max(low, Fraction(1)) if count.verbal else low), count.high, count.reason


def _counted(part: str, typed: str, share: str, size: SampleSize) -> TypedFigure:
    count, n = _whole(share), size.value or 0
    if size.kind != "exact":
        raise ValueError(
            f"{part}: a count needs its n as a whole number; {arrived(typed)} arrived; "
            "write 137 of 235, or a percentage: 58%"
        )
    if count > n:
        raise ValueError(
            f"{part}: a count is at most its n; {arrived(typed)} arrived; write the count first, then its n"
        )
    exactly = Fraction(count, n)
    quantity = Quantity(exactly, exactly, printed=f"{count} of {n}", decimals=0, reason="counted")
    return TypedFigure(typed, quantity, (n, n), count)


def number_range(low: int, high: int) -> str:
    """Return ``61`` or ``900 to 999``."""
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"


def nearest_words(shares: Sequence[Quantity], low: int, high: int) -> str:
    """Return the sizes beside a range on which every share can have been printed, in words."""
    near = [n for n in nearest_sizes(shares, low) if n < low] + [n for n in nearest_sizes(shares, high) if n > high]
    if not near:
        return f"no n up to {N_LARGEST:,} fits"
    return f"nearest n that fit: {' and '.join(f'{n:,}' for n in near)}"

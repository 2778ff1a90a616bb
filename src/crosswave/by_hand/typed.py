"""Figures that a person types, read: "58% of 235", "nearly half of 948", "137 of 235"; every fault at once."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeVar

from crosswave.printed.quantities import Lexicon
from crosswave.printed.quantity import Quantity
from crosswave.printed.sizes import sample_range
from crosswave.reconstruct.by_hand import counts_on, nearest_sizes
from crosswave.registry.loading import Registry
from crosswave.registry.models import Plan, SampleSize

Value = TypeVar("Value")

PARTS = ("the earlier figure", "the later figure")

# The last "of" that is not that of "four out of five".
_OF = re.compile(r"(.*\S)(?<!\bout)\s+of\s+(?:the\s+)?(\S.*)", re.IGNORECASE | re.DOTALL)
_COUNT = re.compile(r"\d{1,3}(?:,\d{3})+|\d+")
_RANGE = re.compile(rf"({_COUNT.pattern})\s*(?:-|–|\bto\b)\s*({_COUNT.pattern})")
_N_LARGEST = 10_000_000
# Each n of a range is looked at, and each value that could be printed with so many decimals.
_WIDEST = 100_000
_DECIMALS = 4


@dataclass(frozen=True, slots=True)
class HandFigure:
    """A figure as typed, read into what a survey file would hold.

    Attributes
    ----------
    typed : str
        As it arrived.
    printed : str
        The share as a survey file would print it; of counts, both.
    n : SampleSize
        Who answered.
    count : int or None
        How many said yes, where that was typed.
    design_effect : float or None
        Of its survey alone, at least 1.
    sampling : str or None
        How those who answered were chosen, as a survey file would say it.
    """

    typed: str
    printed: str
    n: SampleSize
    count: int | None = None
    design_effect: float | None = None
    sampling: str | None = None


def read_figures(typed: Sequence[str], sizes: Sequence[str], registry: Registry) -> tuple[HandFigure, HandFigure]:
    """Return two figures from what a person typed.

    Parameters
    ----------
    typed : sequence of str
        The earlier and the later figure: a share of a size (``58% of 235``, ``nearly half of over 300``), a share
        alone, or counts (``137 of 235``).
    sizes : sequence of str
        For figures without "of": one size for all of them, or one for each figure.
    registry : Registry
        Its quantities and its plan say what words stand for.

    Raises
    ------
    ValueError
        A part cannot be read, or nobody can have printed it: every fault, a line each.

    Examples
    --------
    >>> from crosswave.registry import load_registry
    >>> pair = read_figures(["58% of 235", "four out of five"], ["900-999"], load_registry())
    >>> [(figure.printed, figure.n.value, figure.n.low, figure.n.high) for figure in pair]
    [('58%', 235, None, None), ('four out of five', None, 900, 999)]
    """
    if len(typed) != len(PARTS):
        raise ValueError(
            f"two figures are compared, the earlier first and each in quotes; {_listed(typed)} arrived; "
            'write crosswave compare "58% of 235" "53% of 232"'
        )
    split = [_split(text) for text in typed]
    faults: list[str] = []
    given = attempt(faults, lambda: _sizes(split, sizes)) or tuple(size for _, size in split)
    rows = zip(PARTS, typed, split, given, strict=True)
    found = [_figure(faults, part, text, share, size, registry) for part, text, (share, _), size in rows]
    if faults:
        raise ValueError("\n".join(dict.fromkeys(faults)))
    first, second = (figure for figure in found if figure)
    return first, second


def _listed(typed: Sequence[str]) -> str:
    return ", ".join(repr(text) for text in typed) or "nothing"


def attempt(faults: list[str], read: Callable[[], Value]) -> Value | None:
    """Return what a reader returns, or None; its fault goes to the others, so that all are told together.

    Parameters
    ----------
    faults : list of str
        Faults so far; a line of its own for each further one is added.
    read : callable
        Takes nothing; raises ValueError where it cannot read.
    """
    try:
        return read()
    except ValueError as error:
        faults += str(error).split("\n")
        return None


def _split(text: str) -> tuple[str, str | None]:
    match = _OF.fullmatch(text.strip())
    return (match[1], match[2]) if match else (text.strip(), None)


def _sizes(split: Sequence[tuple[str, str | None]], sizes: Sequence[str]) -> tuple[str | None, ...]:
    """The size of each figure, from its own words or from --n."""
    own = [size for _, size in split]
    if len(sizes) > len(own):
        raise ValueError(
            f"--n may be given twice, once for each figure; it was given {len(sizes)} times; leave out the rest"
        )
    if len(sizes) == 1 and all(own):
        raise ValueError(f"--n is for a figure without “of”; both figures say their own n; leave out --n {sizes[0]}")
    each: list[str | None] = [*sizes] or [None] * len(own)
    if len(sizes) == 1:
        each = [None if size else sizes[0] for size in own]
    told = zip(PARTS, own, each, strict=True)
    twice = [f"{part} says its n, {one}, and --n gives {two}; leave one out" for part, one, two in told if one and two]
    if twice:
        raise ValueError("\n".join(twice))
    return tuple(one or two for one, two in zip(own, each, strict=True))


def _figure(
    faults: list[str], part: str, typed: str, share: str, size: str | None, registry: Registry
) -> HandFigure | None:
    """One figure; a fault of its share does not hide one of its size."""
    lexicon, before = Lexicon(registry.quantities), len(faults)
    n = attempt(faults, lambda: _size(part, size, lexicon, registry.plan))
    if _COUNT.fullmatch(share) and share == typed.strip():
        faults.append(f"{part}: {share!r} is a bare number; write {share}% for a percentage, or a count as 137 of 235")
        return None
    if _COUNT.fullmatch(share):
        return attempt(faults, lambda: _counted(part, typed, share, n)) if n else None
    quantity = attempt(faults, lambda: _share(part, share, lexicon))
    if n is None or quantity is None or len(faults) > before:
        return None
    attempt(faults, lambda: _printable(part, quantity, n, sample_range(n, lexicon, registry.plan)))
    return HandFigure(typed, share, n)


def _share(part: str, text: str, lexicon: Lexicon) -> Quantity:
    try:
        share = lexicon.share(text)
    except ValueError as error:
        raise ValueError(f"{part}: {error}") from None
    if (share.decimals or 0) > _DECIMALS:
        raise ValueError(
            f"{part}: a percentage has {_DECIMALS} decimals at most; {text!r} arrived; give counts, such as 137 of 235"
        )
    return share


def _size(part: str, text: str | None, lexicon: Lexicon, plan: Plan) -> SampleSize:
    """The people who can have answered, as a survey file holds them."""
    if text is None:
        return SampleSize(kind="unknown")
    wrong = ValueError(
        f"{part}: n must be a whole number from 1 to {_N_LARGEST:,}, a range or words for one; {text!r} arrived; "
        "write 235, 900-999, nearly 1,000 or over 300"
    )
    low, high, reason = _range_ends(text) or _worded_ends(text, lexicon, wrong)
    if low.denominator > 1 or not 1 <= low <= (low if high is None else high) <= _N_LARGEST:
        raise wrong
    n = _sample_size(text, int(low), None if high is None else math.floor(high), reason)
    ends = sample_range(n, lexicon, plan)
    if ends and ends[1] - ends[0] > _WIDEST:
        raise ValueError(f"{part}: n may range over {_WIDEST:,} at most; {text!r} arrived; narrow it, or leave n out")
    return n


Ends = tuple[Fraction, Fraction | None, str]


def _range_ends(text: str) -> Ends | None:
    match = _RANGE.fullmatch(text)
    low, high = (Fraction(end.replace(",", "")) for end in match.groups()) if match else (None, None)
    return None if low is None or high is None else (low, high, "typed as a range")


def _worded_ends(text: str, lexicon: Lexicon, wrong: ValueError) -> Ends:
    if "%" in text or "cent" in text.lower():
        raise wrong
    try:
        count = lexicon.count(text)
    except ValueError:
        raise wrong from None
    return (max(count.low, Fraction(1)) if count.verbal else count.low), count.high, count.reason


def _sample_size(text: str, low: int, high: int | None, reason: str) -> SampleSize:
    if high is None:
        return SampleSize(kind="at-least", printed=text, value=low)
    if low == high:
        return SampleSize(kind="exact", printed=text, value=low)
    return SampleSize(kind="derived", printed=text, low=low, high=high, how=reason)


def _counted(part: str, typed: str, share: str, n: SampleSize) -> HandFigure:
    count = int(share.replace(",", ""))
    if n.kind != "exact":
        raise ValueError(
            f"{part}: a count needs its n as a whole number; {typed!r} arrived; write 137 of 235, or a percentage: 58%"
        )
    if count > (n.value or 0):
        raise ValueError(f"{part}: a count is at most its n; {typed!r} arrived; write the count first, then its n")
    return HandFigure(typed, f"{count} of {n.value}", n, count)


def _printable(part: str, share: Quantity, n: SampleSize, sizes: tuple[int, int] | None) -> None:
    """Refuse what nobody can have printed."""
    if sizes is None or any(counts_on(share, size) for size in range(sizes[0], sizes[1] + 1)):
        return
    low, high = sizes
    answered = f"{low:,}" if low == high else f"{low:,} to {high:,}"
    near = sorted({*nearest_sizes([share], low), *nearest_sizes([share], high)})
    fits = [size for size in near if counts_on(share, size)]
    raise ValueError(
        f"{part}: no count of {answered} prints as {share.printed!r}; nearest n that fit: "
        f"{' and '.join(f'{size:,}' for size in fits)}; check both numbers"
    )

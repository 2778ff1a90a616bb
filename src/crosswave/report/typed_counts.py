"""Which counts can have printed the percentages that a person types, and which n fit several of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from crosswave.printed.intervals import Quantity
from crosswave.reconstruct.single_figures import counts_of, fitting_sizes
from crosswave.reconstruct.typed import TypedFigure, attempt, nearest_words, number_range, read_all
from crosswave.report.holes import pieces_of
from crosswave.study.registry import Registry
from crosswave.words import arrived

_PIECES = 40
"""So many numbers and unbroken ranges are listed; how many more there are is said."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What can be said of figures of one base.

    Attributes
    ----------
    fits : bool, whether some n can have printed all of them
    sizes : tuple of int, the smallest and the largest n that was tried
    fitting : tuple of int, every n between them that can have printed all figures
    """

    lines: tuple[str, ...]
    fits: bool
    shares: tuple[Quantity, ...]
    sizes: tuple[int, int]
    fitting: tuple[int, ...]


def count_typed(printed: Sequence[str], n: str | None, rounding: str, registry: Registry) -> Counted:
    """Return which counts can have printed what was typed.

    Raises
    ------
    ValueError
        Something typed cannot be used: every fault, a line each.
    """
    faults: list[str] = []
    if rounding not in ("nearest", "truncated"):
        faults.append(f"--rounding is nearest or truncated; {arrived(rounding)} arrived")
        rounding = "nearest"
    parts = ["the figure"] if len(printed) == 1 else [f"figure {place}" for place in range(1, len(printed) + 1)]
    found = read_all(parts, printed, [] if n is None else [n], registry, faults, rounding)
    figures = [figure for figure in found if figure]
    sizes = None if faults else attempt(faults, lambda: _one_base(figures))
    if faults or sizes is None:
        raise ValueError("\n".join(dict.fromkeys(faults)))
    shares = [replace(figure.share, printed=" ".join(figure.share.printed.split())) for figure in figures]
    fitting = fitting_sizes(shares, range(sizes[0], sizes[1] + 1))
    return Counted(tuple(_lines(shares, sizes, fitting)), bool(fitting), tuple(shares), sizes, tuple(fitting))


def _one_base(figures: Sequence[TypedFigure]) -> tuple[int, int]:
    ranges = {figure.sizes for figure in figures}
    known = sorted(ends for ends in ranges if ends)
    if len(known) < len(ranges):
        raise ValueError("counts needs to know who answered; write --n 235, or the figure as 58% of 235")
    if len(known) > 1:
        told = " and ".join(number_range(*ends) for ends in known)
        raise ValueError(f"the figures of one command share one base; {told} arrived; give one n")
    return known[0]


def _lines(shares: Sequence[Quantity], sizes: tuple[int, int], fitting: Sequence[int]) -> Iterator[str]:
    if sizes[0] == sizes[1]:
        yield from (line for share in shares for line in _one_size(share, sizes[0]))
    else:
        pieces = list(pieces_of(fitting))
        listed = ", ".join(pieces[:_PIECES]) or "none"
        if rest := pieces[_PIECES:]:
            listed += f" and more, up to {fitting[-1]:,}; narrow --n to see the other {len(rest):,} ranges"
        names = " ".join(share.printed for share in shares)
        yield f"{names}: {len(fitting):,} of {sizes[1] - sizes[0] + 1:,} sizes fit: {listed}"
    if not fitting:
        yield nearest_words(shares, *sizes)


def _one_size(share: Quantity, n: int) -> Iterator[str]:
    counts = counts_of(share, n)
    of = "" if share.reason == "counted" else f" of {n:,}"
    yield f"{share.printed}{of}: {number_range(counts[0], counts[-1]) if counts else 'no count gives it'}"
    if not counts and share.verbal:
        beside = (counts.start - 1, counts.start)
        near = " and ".join(f"{count:,} are {100 * count / n:.1f} %" for count in beside if 0 <= count <= n)
        low, high = (f"{float(100 * end):.4g}" for end in (share.low, share.high))
        yield f"{share.printed} can be {low} to {high} %: of {n:,}, {near}"

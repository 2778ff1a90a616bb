"""Figures typed by hand: which counts can have printed them, and what two of them say of a change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from crosswave.api.comparisons import ComparisonResult, comparison_frame
from crosswave.api.showing import Drawn, Shown, records
from crosswave.reconstruct.single_figures import counts_of
from crosswave.report.typed_counts import Counted, count_typed
from crosswave.study.loading import load_rules
from crosswave.study.places import find_rules
from crosswave.trend.typed import compare_typed, load_for_typed

if TYPE_CHECKING:
    from crosswave.api.study import Study


def counts(
    *printed: str, n: int | range | str | None = None, rounding: str = "nearest", study: Study | None = None
) -> CountsResult:
    """Return which counts of n can have printed some figures, or which n fit all of them.

    Parameters
    ----------
    *printed : str
        Figures of one base as printed: ``"73%"``, ``"73% of 61"``, ``"nearly half"``, ``"1 in 3"``.
    n : int, range or str, optional
        How many people answered: one number, a range such as ``range(50, 81)`` or ``"50-80"``, or words such as
        ``"nearly 1,000"``. It may be left out where a figure says it.
    rounding : {"nearest", "truncated"}
        How the percentages were rounded.
    study : Study, optional
        Whose phrases count; if absent, those of the study here or above, else those of the package.

    Raises
    ------
    ValueError
        Something cannot be read: every fault, a line each.

    Examples
    --------
    >>> import crosswave as cw
    >>> cw.counts("73%", n=60)
    73% of 60: 44
    >>> cw.counts("73%", n=61).fits
    False
    >>> cw.counts("73%", "65%", n=range(50, 61)).sizes
    [51, 52, 55, 60]
    """
    if isinstance(n, range):
        if len(n) == 0 or n.step != 1:
            rule = "n must be a range of one number or more, with a step of 1"
            raise ValueError(f"{rule}; {n!r} arrived; write range(50, 81)")
        n = f"{n.start}-{n.stop - 1}"
    registry = study.loaded if study else load_rules(find_rules())
    return CountsResult(count_typed(printed, None if n is None else str(n), rounding, registry))


@dataclass(frozen=True, repr=False)
class CountsResult(Shown):
    """The counts that can have printed some figures of one base.

    Attributes
    ----------
    found : Counted
        Figures, sizes tried and sizes that fit.
    """

    found: Counted

    @property
    def fits(self) -> bool:
        """Whether some n can have printed all figures."""
        return self.found.fits

    @property
    def sizes(self) -> list[int]:
        """Every n tried that can have printed all figures."""
        return list(self.found.fitting)

    @property
    def sentence(self) -> str:
        """What was found, a line for each figure."""
        return "\n".join(self.found.lines)

    def to_frame(self) -> pd.DataFrame:
        """Return a row for each n tried and each figure.

        ``printed``, ``n``, ``count_low``, ``count_high`` (missing where no count prints the figure), ``share_low``,
        ``share_high`` (which the figure means), ``fits`` (whether this n fits all figures).
        """
        n = np.arange(self.found.sizes[0], self.found.sizes[1] + 1)
        frames = []
        for share in self.found.shares:
            found = [counts_of(share, int(size)) for size in n]
            ends = [(one[0], one[-1]) if one else (None, None) for one in found]
            frame = pd.DataFrame(ends, columns=["count_low", "count_high"]).astype("Int64")
            frame.insert(0, "printed", share.printed)
            frame.insert(1, "n", n)
            frames.append(frame.assign(share_low=float(share.low), share_high=float(share.high)))
        every = pd.concat(frames, ignore_index=True)
        return every.assign(fits=every["n"].isin(self.found.fitting))

    def to_dict(self) -> dict[str, object]:
        """Return figures, sizes and whether they fit as plain values, ready for JSON."""
        printed = [share.printed for share in self.found.shares]
        return {"printed": printed, "fits": self.fits, "sizes": self.sizes, "rows": records(self.to_frame())}

    def _drawn(self) -> Drawn:
        from crosswave.report.canvas import GREY, NAVY, numbered, ruled, sheet, upright

        frame, words = self.to_frame().dropna(subset="count_low"), "How many answered; blue: it fits every figure."
        figure, axes = sheet(self.found.lines[0], words, 0.45 * len(self.found.shares), foot=0.3)
        low, high = self.found.sizes
        axes.set(xlim=(low - 0.5, high + 0.5), ylim=(len(self.found.shares), 0))
        ruled(axes, numbered({low, high}, low, high))
        for place, share in enumerate(dict.fromkeys(one.printed for one in self.found.shares)):
            axes.text(low - 0.5, place + 0.3, share, va="center")
            for fits, colour in ((False, GREY), (True, NAVY)):
                n = frame.loc[(frame["printed"] == share) & (frame["fits"] == fits), "n"]
                upright(axes, n, place + 0.55, place + 0.95, colour, max(1.0, 300 / (high - low + 1)) / 2)
        return figure, self.sentence

    def __repr__(self) -> str:
        """Return what was found, a line for each figure."""
        return self.sentence

    def _title(self) -> str:
        return "Which counts can have printed it" if self.found.fits else "No counts can have printed it"

    def _facts(self) -> Mapping[str, str]:
        return {"Found": "; ".join(self.found.lines)}

    def _shown_frame(self) -> pd.DataFrame:
        frame = self.to_frame()
        return frame[frame["fits"]].drop(columns="fits")


def compare(
    earlier: str,
    later: str,
    *,
    n: int | str | Sequence[int | str] = (),
    tier: str | None = None,
    total_error: float | None = None,
    design_effect: float | Sequence[float] = (),
    sampling: str | None = None,
    smallest_change: float | None = None,
    alpha: float | None = None,
    study: Study | None = None,
) -> ComparisonResult:
    """Return two printed figures compared, by the rules by which trends are.

    Parameters
    ----------
    earlier, later : str
        Figures as printed: ``"58% of 235"``, ``"137 of 235"``, ``"nearly half of 948"``, ``"1 in 3"``.
    n : int, str or sequence, optional
        How many answered, for figures that do not say it: one for both, or one for each.
    tier : str, optional
        How the surveys are related, a tier of the plan: A (one instrument repeated; the default), B1, H, B2, B3.
    total_error : float, optional
        Standard deviation of a survey beyond sampling, percentage points at a share of one half, in place of the
        tier's; 0 for sampling alone.
    design_effect : float or sequence of float, optional
        The n of both figures is divided by it; two numbers, one for each.
    sampling : str, optional
        How people were chosen: probability, census, panel, self-selected, poll-at-event.
    smallest_change : float, optional
        The smallest change that matters, percentage points.
    alpha : float, optional
        Error rate, above 0 and below 0.5.
    study : Study, optional
        Whose plan counts; if absent, that of the study here or above, else that of the package.

    Raises
    ------
    ValueError
        Something cannot be used: every fault, a line each.

    Examples
    --------
    >>> import crosswave as cw
    >>> found = cw.compare("58% of 235", "53% of 232", tier="B1")
    >>> found.answer, round(found.difference, 1)
    ('cannot tell', -4.9)
    >>> found.to_frame()[["tier", "verdict"]].to_dict("records")
    [{'tier': 'B1', 'verdict': 'uninformative by design'}]
    """
    registry = study.registry if study else load_for_typed(find_rules())
    found = compare_typed(
        (earlier, later), _each(n), rules=registry, tier=tier, design_effect=_each(design_effect), sampling=sampling,
        total_error=total_error, smallest_change=smallest_change, alpha=alpha,
    )  # fmt: skip
    names = found.figures[0].typed, found.figures[1].typed
    return ComparisonResult(found.judged, names, comparison_frame(found.under, names))


def _each(value: object) -> list[str]:
    several = list(value) if isinstance(value, Sequence) and not isinstance(value, str) else [value]
    return [str(one) for one in several]

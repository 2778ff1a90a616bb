"""Lines of several constructs as one family of tests, adjusted for how many there are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from crosswave.models.trajectory import Trajectory
from crosswave.trend.multiplicity import holm


def adjusted_over_lines(found: Mapping[str, Trajectory]) -> dict[str, dict[str, float]]:
    """Return Holm's adjusted p-values of the tests that are reported, by construct and model.

    Parameters
    ----------
    found : mapping of str to Trajectory
        By construct id; those without a test are passed over.

    Notes
    -----
    One family, apart from those of comparisons: the slope of each meta-regression and each Cochran-Armitage test. A
    test enters with its largest p over all dates and feasible counts. Lines of the other models are second opinions and
    no tests of their own.

    References
    ----------
    Holm (1979), https://www.jstor.org/stable/4615733.
    """
    tests = [(name, model, p) for name, one in found.items() for model, p in _reported(one)]
    adjusted = holm(np.array([p for *_, p in tests]))
    by_construct: dict[str, dict[str, float]] = {}
    for (name, model, _), p in zip(tests, adjusted.tolist(), strict=True):
        by_construct.setdefault(name, {})[model] = p
    return by_construct


def _reported(found: Trajectory) -> Iterator[tuple[str, float]]:
    if found.over_both is not None:
        yield "meta-regression", found.over_both.p_high
    if found.trend_p is not None:
        yield "cochran-armitage", found.trend_p[1]

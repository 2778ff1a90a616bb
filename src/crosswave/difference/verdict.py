"""The ordered decision table: what a comparison comes to, and in which words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the decision table looks at."""

    compared: bool
    refused: bool = False
    sized: bool = True
    informative: bool = True
    verbal: bool = False
    outcomes: tuple[str, ...] = ()

    @property
    def agreed(self) -> bool:
        """Whether all feasible counts say one thing: one outcome, or two of which one only adds how small it is."""
        return len(self.outcomes) == 1 or any(holds(self) for holds in SHOWN.values())


def _shows(*names: str) -> Callable[[Evidence], bool]:
    """Every reading has one of these outcomes, and at least one has the first."""
    return lambda evidence: names[0] in evidence.outcomes and set(evidence.outcomes) <= set(names)


SHOWN: Mapping[str, Callable[[Evidence], bool]] = {
    "rose": _shows("rose", "changed, immaterially"),
    "fell": _shows("fell", "changed, immaterially"),
    "changed, immaterially": _shows("changed, immaterially"),
    "no material change": _shows("no material change", "changed, immaterially"),
}
"""Verdicts that say something of the change, each with the outcomes that all feasible counts may have."""

DECISIONS: Mapping[str, Callable[[Evidence], bool]] = {
    "not comparable": lambda e: e.refused,
    "not testable": lambda e: not e.compared or not (e.sized or e.agreed),
    **SHOWN,
    "undecided by wording": lambda e: e.verbal and not e.agreed,
    "undecided by rounding": lambda e: not e.agreed,
    "uninformative by design": lambda e: not e.informative,
    "inconclusive": lambda e: True,
}
"""The rows of plan.yaml's decision table, in its order."""


def decide(evidence: Evidence) -> str:
    """Return the verdict: the first row of the decision table whose condition holds.

    Parameters
    ----------
    evidence : Evidence
        What is known of a comparison.
    """
    return next(verdict for verdict, holds in DECISIONS.items() if holds(evidence))


def outcomes(rises: Bools, falls: Bools, small: Bools) -> tuple[str, ...]:
    """Return the outcomes of many readings, from `crosswave.difference.newcombe.tests_passed`, without repeats."""
    return tuple(name for name, holds in outcome_masks(rises, falls, small).items() if holds.any())


def outcome_masks(rises: Bools, falls: Bools, small: Bools) -> dict[str, Bools]:
    """Return for each outcome which readings have it, as an array of the shape of the arguments of `outcomes`."""
    differs = rises | falls
    return {
        "changed, immaterially": differs & small,
        "rose": rises & ~small,
        "fell": falls & ~small,
        "no material change": ~differs & small,
        "inconclusive": ~differs & ~small,
    }

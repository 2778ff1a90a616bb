"""How long it takes to compare printed figures and to ask whether each verdict would survive. Prints a table.

Each comparison is of two printed whole percentages of known bases, over all counts that can have printed them:
interval, p-values, what could have been shown and outcomes (`compare_waves`); the values of the design effect, the
total error and the bias at which the verdict gives way, and the response-answer correlation (`robustness_of_all`); a
multiverse, once of 216 analyses and once of all that plan.yaml declares. The last column but one is one `compare_waves`
by itself.
"""

from __future__ import annotations

import math
import os
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np

from crosswave.reconstruct import FindingCounts
from crosswave.robustness.multiverse import Choices, analyse, readings_of
from crosswave.robustness.verdict import robustness_of_all
from crosswave.study import Registry, load_registry
from crosswave.trend.comparability import Comparability
from crosswave.trend.comparison import compare_waves
from crosswave.trend.dispersion import with_estimated_error
from crosswave.trend.settings import planned
from crosswave.trend.waves import Pair, Wave

os.environ["CROSSWAVE_KEEP"] = "0"  # what is measured is computed

SEED = 7
SIZES = (100, 1_000, 10_000)
BLOCK = 250
ALONE = 100
FIGURE = "igov-2017.barriers.culture"


def wave(dice: np.random.Generator, registry: Registry) -> Wave:
    """Return a printed percentage of a known base, with every count that can have printed it."""
    finding = registry.finding(FIGURE)
    answer = next(a for c in registry.constructs.values() for a in c.answers if a.finding == FIGURE)
    while True:
        percent, n = int(dice.integers(1, 100)), int(dice.integers(80, 1200))
        low, high = math.ceil((percent - 0.5) * n / 100), math.floor((percent + 0.5) * n / 100)
        if low <= high:
            break
    ends = sorted({low, high})
    print_low, print_high = Fraction(2 * percent - 1, 200), Fraction(2 * percent + 1, 200)
    counts = FindingCounts(
        FIGURE, "consistent", print_low, print_high, low, high, n, n, (n,), tuple(range(low, high + 1)), False, None,
        None, "",
    )  # fmt: skip
    return Wave(counts, np.array(ends) / n, np.full(len(ends), float(n)), finding=finding, answer=answer)


def pairs(k: int, registry: Registry) -> list[Pair]:
    """Return k pairs of waves of every grade that the gate lets through."""
    dice = np.random.default_rng(SEED)
    grades = list(registry.plan.total_error)
    return [
        Pair(wave(dice, registry), wave(dice, registry), grade, comparability=Comparability(grade, (), {}))
        for grade in dice.choice(grades, k).tolist()
    ]


def every_analysis(some: list[Pair], choices: Choices) -> int:
    """Analyse some pairs at a time and return how many analyses that was."""
    done = 0
    for start in range(0, len(some), BLOCK):
        readings = [one for pair in some[start : start + BLOCK] for one in readings_of(pair, choices)]
        done += analyse(readings, choices).outcome.size
    return done


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Return the seconds that some work takes, and what it gives."""
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def measured(k: int, registry: Registry) -> list[float]:
    """Return the seconds and sizes of a row of the table."""
    plan, settings, some = registry.plan, planned(registry.plan), pairs(k, registry)
    criteria, declared = settings.criteria(plan), Choices.of(plan)
    fewer = replace(declared, methods=("newcombe", "agresti-caffo", "wald"), smallest_changes=(5.0,))
    comparing, comparisons = timed(partial(compare_waves, some, settings, plan))
    tipping, _ = timed(lambda: robustness_of_all(comparisons, criteria, plan.robustness))
    of_216, _ = timed(partial(every_analysis, some, fewer))
    of_all, analyses = timed(partial(every_analysis, some, declared))
    one_by_one, _ = timed(lambda: [compare_waves([pair], settings, plan) for pair in some[:ALONE]])
    alone = 1000 * one_by_one / min(k, ALONE)
    return [k, comparing, tipping, of_216, comparing + tipping + of_216, analyses, of_all, alone, _megabytes()]


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


def main() -> None:
    """Print a row for each number of comparisons: seconds, and what they were spent on."""
    registry = with_estimated_error(load_registry())
    heads = (
        "comparisons",
        "compare, s",
        "tipping, s",
        "216 each, s",
        "sum, s",
        "analyses",
        "declared, s",
        "one, ms",
        "MB",
    )
    print("".join(f"{head:>13}" for head in heads))
    for k in SIZES:
        row = measured(k, registry)
        print("".join(f"{x:>13,.0f}" if place in (0, 5, 8) else f"{x:>13.2f}" for place, x in enumerate(row)))


if __name__ == "__main__":
    main()

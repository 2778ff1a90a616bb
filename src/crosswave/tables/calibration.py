"""The error rates of the engine as tables."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from crosswave.robustness.simulation import Calibration
from crosswave.robustness.worlds import World
from crosswave.tables.render import percent


def world_table(world: World) -> pd.DataFrame:
    """Return the truth of a simulated world and what the engine is told of it."""
    before, after = world.share, world.share + world.change
    rows: Mapping[str, str] = {
        "True share before, %": percent(before),
        "True share after, %": percent(after),
        "Who answered each survey": f"{world.n:,}",
        "True total error of each survey, points at one half": f"{world.true_error:g}",
        "Total error that the engine is told": f"{world.declared:g}",
        "What else the engine sees": "two whole percentages, and n",
        "Worlds": f"{world.worlds:,}",
    }
    return pd.DataFrame(list(rows.items()), columns=["What", "Value"])


def rates_table(found: Calibration) -> pd.DataFrame:
    """Return how often each thing was said of one world, with Monte Carlo standard errors."""
    rates = {
        "the interval holds the true change": found.coverage,
        "the interval excludes no change": found.excludes_zero,
        **{f"verdict: {verdict}": rate for verdict, rate in found.verdicts.items() if rate},
    }
    rows = [(words, percent(rate), _error(found.standard_error(rate))) for words, rate in rates.items()]
    return pd.DataFrame(rows, columns=["What was said", "Worlds, %", "Standard error, points"])


def alarms_table(by_case: pd.DataFrame) -> pd.DataFrame:
    """Return how often a change is seen where nothing changed, a row for each tier, true error and n."""
    cases = by_case[by_case["change"] == 0]
    return _truth(cases).assign(
        **{
            "Interval excludes no change, %": cases["excludes_zero"].map(percent),
            "Standard error, points": standard_errors(cases).map(_error),
            "Verdict rose or fell, %": cases["wrong"].map(percent),
            "Interval holds the change, %": cases["coverage"].map(percent),
            "Uninformative by design, %": cases["uninformative by design"].map(percent),
        }
    )


def power_table(by_case: pd.DataFrame) -> pd.DataFrame:
    """Return how often a change is seen where there is one, a row for each tier, true error and n."""
    cases = by_case[by_case["change"] != 0]
    return _truth(cases).assign(
        **{
            "Interval excludes no change, %": cases["excludes_zero"].map(percent),
            "Standard error, points": standard_errors(cases).map(_error),
            "Verdict right, %": cases["right"].map(percent),
            "Verdict the wrong way, %": cases["wrong"].map(percent),
            "Interval holds the change, %": cases["coverage"].map(percent),
            "Uninformative by design, %": cases["uninformative by design"].map(percent),
        }
    )


def standard_errors(by_case: pd.DataFrame) -> pd.Series:
    """Return the Monte Carlo standard error of the share of intervals that exclude no change."""
    rate = by_case["excludes_zero"]
    return np.sqrt(rate * (1 - rate) / by_case["worlds"])


def _truth(cases: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Tier": cases["tier"],
            "Error declared, points": cases["declared"].map("{:g}".format),
            "Error true, points": cases["true_error"].map("{:g}".format),
            "n of each": cases["n"].map("{:,}".format),
        }
    )


def _error(rate: float) -> str:
    return f"{100 * rate:.2f}"

"""What figures typed by hand are compared by: plan and phrases, and the evidence where there is any."""

from __future__ import annotations

import sys
from pathlib import Path

from crosswave.study.faults import DataError
from crosswave.study.loading import load_evidence, load_rules, with_rest
from crosswave.study.registry import Registry
from crosswave.trend.dispersion import with_estimated_error


def load_for_typed(folder: Path) -> Registry:
    """Return what figures typed by hand are compared by: plan and phrases, and the evidence where it can be used.

    Raises
    ------
    DataError
        One of these two has a fault: all faults of both.

    Notes
    -----
    Without the evidence, or with too little of it, no total error can be estimated. Where plan.yaml has one estimated,
    a line on standard error says which tier is therefore left out, and why.
    """
    rules, why = load_rules(folder), "no survey is here"
    if (folder / "surveys").is_dir():
        try:
            rules, why = load_evidence(folder), "no two surveys of one year asked the same thing"
        except DataError as error:
            why = with_rest(error.faults[0], len(error.faults) - 1)
    registry = with_estimated_error(rules)
    if absent := [name for name, tier in registry.plan.total_error.items() if tier.points == "estimated"]:
        told = f"left out as their total error is estimated from surveys: {', '.join(absent)}"
        print(f"crosswave: tiers {told} ({why})", file=sys.stderr)
    return registry

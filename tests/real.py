"""Everything in data/ and what comes of it: made once in each process, and but once for all where it takes long.

Processes share results by the cache, which is that of these tests alone (conftest.py above).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import crosswave as cw
from crosswave.reconstruct import Reconstruction
from crosswave.report.ledger import Ledger
from crosswave.report.ledger import make_ledger as make_ledger_of
from crosswave.study import Registry, load_registry
from crosswave.study.cache import keeping
from crosswave.trend.change import Trend
from crosswave.trend.dispersion import with_estimated_error
from crosswave.trend.settings import planned
from crosswave.trend.synthesis import assess_all, reconstruct_all

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "data"
IN_REVERSE = os.environ.get("PYTEST_XDIST_WORKER") == "gw1"


@cache
def registry() -> Registry:
    """Everything in data/."""
    return load_registry(DATA)


@cache
def reconstructions() -> Mapping[str, Reconstruction]:
    """Every wave, reconstructed; two processes that begin together meet in the middle."""
    names = list(registry().surveys)
    with keeping():
        made = reconstruct_all(registry(), reversed(names) if IN_REVERSE else names)
    return {name: made[name] for name in names}


@cache
def resolved() -> Registry:
    """Everything, with a number for every total error that the plan has estimated."""
    with keeping():
        return with_estimated_error(registry(), reconstructions())


@cache
def trends() -> Mapping[str, Trend]:
    """Every construct, assessed as planned."""
    with keeping():
        return assess_all(resolved(), reconstructions(), planned(resolved().plan))


@cache
def ledger() -> Ledger:
    """All results under the plan."""
    reconstructions()
    with keeping():
        return make_ledger_of(registry())


@cache
def study() -> cw.Study:
    """The study as an analyst opens it, with what it finds when it is first asked."""
    reconstructions()
    with keeping():
        opened = cw.open(DATA)
        dict(opened.reconstructions)
        opened.trends(opened.settings())
    return opened

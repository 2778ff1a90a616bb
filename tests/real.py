"""Everything in data/ and what comes of it: made once in each process, and but once for all where it takes long.

Processes share results by the cache, which is that of these tests alone (conftest.py above).
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import TypeVar

import crosswave as cw
from crosswave.memo import remembered
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

Made = TypeVar("Made")


def shared(name: str, make: Callable[[], Made]) -> Made:
    """What comes of data/, made by the process that wants it first."""
    with keeping():
        return remembered(make, f"tests, {name}", registry().content)


@cache
def registry() -> Registry:
    """Everything in data/."""
    return load_registry(DATA)


@cache
def examples() -> tuple[str, ...]:
    """Every survey that stands alone, and of each series, whose waves are alike, the first and the last."""
    of_series = {wave for waves in registry().series.values() for wave in waves}
    ends = {wave for waves in registry().series.values() for wave in (waves[0], waves[-1])}
    return tuple(name for name in registry().surveys if name not in of_series or name in ends)


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
    return shared("trends", lambda: assess_all(resolved(), reconstructions(), planned(resolved().plan)))


@cache
def ledger() -> Ledger:
    """All results under the plan."""
    reconstructions()
    return shared("ledger", lambda: make_ledger_of(registry()))


@cache
def study() -> cw.Study:
    """The study as an analyst opens it, with what it finds when it is first asked."""
    reconstructions()
    with keeping():
        opened = cw.open(DATA)
        dict(opened.reconstructions)
        opened.trends(opened.settings())
    return opened


# --- a part of data/ --------------------------------------------------------------------------------------------------


def behind(construct: str) -> list[str]:
    """The surveys of all figures that a construct names."""
    found = registry().construct(construct)
    figures = [*(one.finding for one in found.answers), *(one.figure for one in found.left_out)]
    return [figure.split(".")[0] for figure in figures]


def part(folder: Path, *names: str) -> Path:
    """A data folder with some surveys or series of data/, those they refer to, and all that needs no other survey."""
    of_series = {wave: name for name, waves in registry().series.items() for wave in waves}
    files: dict[Path, str] = {}
    left = list(names)
    while left:
        [path] = DATA.glob(f"s*s/{of_series.get(name := left.pop(), name)}.yaml")
        if path not in files:
            files[path] = path.read_text(encoding="utf-8")
            named = re.findall(r"\b(?:since|survey): ([\w-]+)", files[path])
            left += [one for one in named if one in registry().surveys]
    whole_files = ("study.yaml", "plan.yaml", "quantities.yaml", "tutorial.txt")
    files |= {DATA / name: (DATA / name).read_text(encoding="utf-8") for name in whole_files}
    stems = {path.stem for path in files}
    kept = {name: survey for name, survey in registry().surveys.items() if of_series.get(name, name) in stems}
    sources = {source.id for survey in kept.values() for source in survey.sources} | set(registry().claim_sources)
    gone = registry().surveys.keys() - kept.keys()
    gone |= {fact.fact_id for fact in registry().facts.values() if fact.source not in sources}
    for name in ("constructs.yaml", "claims.yaml", "batteries.yaml", "context.csv"):
        blocks = re.split(r"^(?=  - |\w)", (DATA / name).read_text(encoding="utf-8"), flags=re.MULTILINE)
        whole = (one for one in blocks if not gone & set(re.findall(r"[a-z0-9][a-z0-9-]*", one)))
        files[DATA / name] = re.sub(r"^(\w+):\n(?=\w|\Z)", r"\1: []\n", "".join(whole), flags=re.MULTILINE)
    for path, text in files.items():
        place = folder / path.relative_to(DATA)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
    return folder

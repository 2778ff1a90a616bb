"""Measures a report side by side with papermill, and everything else that is promised to be quick.

``make bench`` runs all parts and writes reports/benchmark.md. ``python tests/benchmarks/bench.py PART ...`` runs some
and prints what they found. Asserts no time.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shlex
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import psutil
from bench_dask import one_and_two
from bench_registry import SIZES, growth, measure, per_wave, table
from workshop import AFTER, BEFORE, CHANGED, EVERY, ROOT, Times, Workshop, sample, together

from crosswave.report.run.plan import Task

REPORT = ROOT / "reports" / "benchmark.md"
CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
PACKAGES = ("papermill", "pandas", "statsmodels", "seaborn", "jupyter_client", "ipykernel", "distributed")


@dataclass(slots=True)
class Found:
    """What a part found: lines of the first table (measure, value, target), seconds, and further lines."""

    measures: list[tuple[str, str, str]] = field(default_factory=list)
    times: list[Times] = field(default_factory=list)
    more: list[str] = field(default_factory=list)
    headline: str = ""


def ratio(slow: Times, fast: Times) -> str:
    """Return how many times faster the fast way is: median, least and most over the rounds."""
    each = [a / b for a, b in zip(slow.each, fast.each, strict=True)]
    middle = slow.middle / fast.middle
    return f"{middle:.1f} times" + (f" ({min(each):.1f} to {max(each):.1f})" if len(each) > 1 else "")


API = """
import sys, json
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
import papermill

def make(task):
    papermill.execute_notebook(*task[:2], parameters=task[2], progress_bar=False)

if __name__ == "__main__":
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        list(pool.map(make, json.load(open(sys.argv[1]))))
"""
PLOOMBER = """
import sys, json
from ploomber_engine import execute_notebook

for notebook, out, parameters in json.load(open(sys.argv[1])):
    execute_notebook(notebook, out, parameters=parameters, progress_bar=False)
"""


def ways(shop: Workshop, tasks: Sequence[Task]) -> dict[str, str]:
    """Every other way to execute some pages that is installed here, the strongest first, each as a command."""
    made, commands = shop.folder / "papermill", shop.papermill(tasks)
    rows = [[str(one.notebook), str(made / f"{k}.ipynb"), dict(one.parameters)] for k, one in enumerate(tasks)]
    plan = shop.folder / "tasks.json"
    plan.write_text(json.dumps(rows), encoding="utf-8")
    scripts = {"ploomber": PLOOMBER, "api": API}
    for name, text in scripts.items():
        (shop.folder / f"{name}.py").write_text(text, encoding="utf-8")
    python = {name: shlex.join([sys.executable, str(shop.folder / f"{name}.py"), str(plan)]) for name in scripts}
    prepared = shop.folder / "prepared"
    nbmake = shlex.join([sys.executable, "-m", "pytest", "--nbmake", "-n2", "-q", str(prepared)])
    if find_spec("nbmake"):
        prepared.mkdir(exist_ok=True)
        shop.timed("\n".join(f"{one} --prepare-only" for one in shop.papermill(tasks, prepared)))
    found = {
        "ploomber-engine in one interpreter": python["ploomber"] if find_spec("ploomber_engine") else "",
        "papermill's API in two processes": python["api"],
        "nbmake -n2": nbmake if find_spec("nbmake") else "",
        "papermill under xargs -P2": together(commands, shop.folder),
        "papermill in a shell loop": "\n".join(commands),
    }
    return {way: command for way, command in found.items() if command}


def pages(shop: Workshop, rounds: int) -> Found:
    """Every so many-th page by every way that is installed, and all pages by crosswave."""
    plan = shop.plan()
    some, seconds = sample(plan), dict[str, list[float]]()
    own, full = f"crosswave run --force, {len(some)} pages", f"crosswave run --force, all {len(plan)} pages"
    others = ways(shop, some)
    with shop.memory() as most:
        for _ in range(rounds):
            shop.empty()
            seconds.setdefault(full, []).append(shop.timed(shop.run("--force")))
            only = [word for task in some for word in ("--only", task.page)]
            seconds.setdefault(own, []).append(shop.timed(shop.run("--force", *only)))
    for _ in range(rounds):
        for way, command in others.items():
            seconds.setdefault(f"{way}, the same {len(some)} pages", []).append(shop.timed(command))
    found = [Times(way, tuple(each)) for way, each in seconds.items()]
    measures = [(f"{len(some)} pages, against {one.way.split(', the same')[0]}", ratio(one, found[1]), "")
                for one in found[2:]]  # fmt: skip
    measures += [
        ("the whole report, from an empty cache", f"{found[0].middle:.1f} s", "under 40 s"),
        ("memory of a full run", f"{most[0]:.0f} MB", "under 700 MB"),
    ]
    note = (
        f"The pages of the comparison are every {EVERY}th of the plan. The other ways only execute; crosswave also "
        "makes the ledger, the pages and the index, and all find kept what the first full run computed. Memory is "
        "the sum of the proportional set sizes of all processes of the run, looked at twice a second."
    )
    each = [f"{one.middle / found[1].middle:.1f} by {one.way.split(', the same')[0]}" for one in found[2:]]
    headline = (
        f"The whole report of {len(plan)} pages takes {found[0].middle:.0f} s on {CORES} cores from an empty cache. "
        f"Other ways need so many times as long for the same {len(some)} pages: {', '.join(each)}."
    )
    return Found(measures, found, [note], headline)


def rerun(shop: Workshop, rounds: int) -> Found:
    """An unchanged run, and one after a printed figure was altered, when all pages are there."""
    shop.timed(shop.run())
    idle = Times("crosswave run, unchanged", tuple(shop.timed(shop.run()) for _ in range(max(rounds, 3))))
    each, made = [], ""
    for _ in range(rounds):
        for old, new in ((BEFORE, AFTER), (AFTER, BEFORE)):
            shop.alter(old, new)
            log = shop.folder / "log"
            each.append(shop.timed(f"{shop.run()} > {shlex.quote(str(log))}"))
            made = next(line for line in log.read_text(encoding="utf-8").splitlines() if " made" in line)
    one = Times("crosswave run, one figure changed", tuple(each))
    measures = [
        ("unchanged crosswave run", f"{idle.middle:.2f} s", "under 0.5 s"),
        ("one survey's figure changed", f"{one.middle:.1f} s", "under 10 s"),
    ]
    return Found(measures, [idle, one], [f"One figure of {CHANGED} changed: {made}."])


def waves(shop: Workshop, rounds: int) -> Found:
    """Registries of up to 10,000 waves."""
    cases = [case for size in SIZES for case in measure(size)]
    whole, added = per_wave(cases), growth(cases)
    measures = [
        ("10,000 waves against 100: time a wave, whole command", f"{whole:.2f} times", "at most 1.2"),
        ("10,000 waves against 1,000: each further wave", f"{added:.2f} times", ""),
    ]
    return Found(measures, [], ["", *table(cases)])


def dask(shop: Workshop, rounds: int) -> Found:
    """Pages of surveys on one Dask worker and on two."""
    one, two = one_and_two(shop, rounds)
    return Found([("two Dask workers against one", ratio(one, two), "at least 1.7")], [one, two])


def commands(shop: Workshop, rounds: int) -> Found:
    """Commands that a person waits for."""
    words: dict[str, tuple[str, ...]] = {
        "crosswave --help": ("--help",),
        "crosswave counts": ("counts", "58% of 235"),
        "crosswave compare": ("compare", "58% of 235", "53% of 232"),
    }
    found = [
        Times(name, tuple(shop.timed(shop.crosswave(*given)) for _ in range(max(rounds, 3) + 1))[1:])
        for name, given in words.items()
    ]
    return Found([(one.way, f"{one.middle:.2f} s", "under 0.5 s") for one in found], found)


PARTS: Mapping[str, Callable[[Workshop, int], Found]] = {
    "commands": commands, "dask": dask, "waves": waves, "pages": pages,
    "rerun": rerun,
}  # fmt: skip


def machine() -> str:
    """Return what it was measured on, in a sentence."""
    memory = psutil.virtual_memory().total / 2**30
    names = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    system = f"{platform.system()} {platform.machine()}, {CORES} cores, {memory:.0f} GB"
    return f"{system}, Python {platform.python_version()}; {names}."


def _rounds(count: int) -> str:
    return "One round" if count == 1 else f"{count} rounds"


def report(found: Sequence[Found], rounds: int) -> str:
    """Return what all parts found as Markdown, ratios first."""
    measures = [f"| {what} | {value} | {to} |" for one in found for what, value, to in one.measures]
    times = [row.row() for one in found for row in one.times]
    lines = [
        "# Benchmark", "", *(line for one in found if one.headline for line in (one.headline, "")),
        f"{_rounds(rounds)}, the ways in turn. {machine()}", "",
        "| measure | found | wanted |", "|---|---:|---:|", *measures, "",
        "| seconds | median | least to most |", "|---|---:|---:|", *times, "",
        *(line for one in found for line in one.more), "",
    ]  # fmt: skip
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help=f"of {', '.join(PARTS)}; all if absent")
    parser.add_argument("--rounds", type=int, default=1)
    given = parser.parse_args(arguments)
    found = []
    with tempfile.TemporaryDirectory(prefix="cw-") as folder:
        shop = Workshop(Path(folder))
        for name in given.parts or PARTS:
            print(f"{name} ...", file=sys.stderr, flush=True)
            found.append(PARTS[name](shop, given.rounds))
        shop.empty()
    text = report(found, given.rounds)
    if not given.parts:
        REPORT.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()

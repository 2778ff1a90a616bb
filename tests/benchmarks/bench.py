"""Measures a report side by side with papermill, and everything else that is promised to be quick.

``make bench`` runs all parts and writes reports/benchmark.md. ``python tests/benchmarks/bench.py PART ...`` runs some
and prints what they found. Asserts no time.
"""

from __future__ import annotations

import argparse
import os
import platform
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

import psutil
from bench_dask import one_and_two
from bench_registry import SIZES, growth, measure, per_wave, table
from workshop import AFTER, BEFORE, CHANGED, EVERY, ROOT, Times, Workshop, sample, together

REPORT = ROOT / "reports" / "benchmark.md"
PACKAGES = ("papermill", "pandas", "statsmodels", "seaborn", "jupyter_client", "ipykernel", "distributed")
NBVAL = (
    "-m pytest notebooks -q --dist loadfile --nbval --nbval-current-env --nbval-cell-timeout 300 "
    "--nbval-sanitize-with tests/nbval_sanitize.cfg"
)


@dataclass(slots=True)
class Found:
    """What a part found: lines of the first table (measure, value, target), seconds, and further lines."""

    measures: list[tuple[str, str, str]] = field(default_factory=list)
    times: list[Times] = field(default_factory=list)
    more: list[str] = field(default_factory=list)


def ratio(slow: Times, fast: Times) -> str:
    """Return how many times faster the fast way is: median, least and most over the rounds."""
    each = [a / b for a, b in zip(slow.each, fast.each, strict=True)]
    middle = slow.middle / fast.middle
    return f"{middle:.1f} times" + (f" ({min(each):.1f} to {max(each):.1f})" if len(each) > 1 else "")


def pages(shop: Workshop, rounds: int) -> Found:
    """Every so many-th page by papermill in a loop, by two at a time, and by crosswave; all pages by crosswave."""
    plan = shop.plan()
    some, seconds = sample(plan), dict[str, list[float]]()
    loop, pairs, own, full = (f"papermill, a shell loop, {len(some)} pages", f"papermill, xargs -P2, {len(some)} pages",
                              f"crosswave run --force, the same {len(some)} pages",
                              f"crosswave run --force, all {len(plan)} pages")  # fmt: skip
    commands = shop.papermill(some)
    with shop.memory() as most:
        for _ in range(rounds):
            shop.empty()
            only = [word for task in some for word in ("--only", task.page)]
            seconds.setdefault(own, []).append(shop.timed(shop.run("--force", *only)))
            seconds.setdefault(loop, []).append(shop.timed("\n".join(commands)))
            seconds.setdefault(pairs, []).append(shop.timed(together(commands, shop.folder)))
    del most
    with shop.memory() as most:
        for _ in range(rounds):
            shop.empty()
            seconds.setdefault(full, []).append(shop.timed(shop.run("--force")))
    found = {way: Times(way, tuple(each)) for way, each in seconds.items()}
    scale = len(plan) / len(some)
    all_loop, all_pairs = (Times(way, tuple(scale * one for one in found[way].each)) for way in (loop, pairs))
    measures = [
        ("full report, against a shell loop of papermill", ratio(all_loop, found[full]), "at least 8"),
        ("full report, against papermill under xargs -P2", ratio(all_pairs, found[full]), "at least 4"),
        (f"{len(some)} pages alone, against a shell loop", ratio(found[loop], found[own]), ""),
        (f"{len(some)} pages alone, against xargs -P2", ratio(found[pairs], found[own]), ""),
        ("memory of a full run", f"{most[0]:.0f} MB", "at most 2,500"),
    ]
    note = (
        f"Papermill made every {EVERY}th page of the plan; for the full report its time is taken times "
        f"{scale:.1f}. It only executes, and finds kept what crosswave computed before it from an empty cache; "
        "crosswave also makes the ledger, the pages and the index. Memory is the sum "
        "of the proportional set sizes of all processes of the run, looked at twice a second."
    )
    return Found(measures, list(found.values()), [note])


def page(shop: Workshop, rounds: int) -> Found:
    """One page by the papermill command, and on a warm kernel."""
    task = next(one for one in shop.plan() if one.page == f"survey/{CHANGED}")
    cold = Times("one page, the papermill command", tuple(shop.timed(shop.papermill([task])[0]) for _ in range(rounds)))
    code = (
        "import sys, time; from pathlib import Path; from crosswave.report.run.tasks import Task; "
        "from crosswave.report.run.cluster import make_page, warm_up; warm_up()\n"
        f"task = Task({task.page!r}, Path({str(task.notebook)!r}), {dict(task.parameters)!r}, 'survey')\n"
        f"for _ in range({rounds}):\n"
        "    begun = time.perf_counter(); made = make_page(task); assert not made.error, made.error\n"
        "    print(time.perf_counter() - begun)\n"
    )
    said = subprocess.run(
        [sys.executable, "-c", code], env=shop.environment, capture_output=True, text=True, check=True
    )
    warm = Times("one page, warm kernel, HTML made too", tuple(map(float, said.stdout.split())))
    measure_ = "one page, warm kernel, against the papermill command"
    return Found([(measure_, ratio(cold, warm), "at least 4")], [cold, warm])


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
        ("unchanged crosswave run", f"{idle.middle:.2f} s", "under 2 s"),
        ("one survey's figure changed", f"{one.middle:.1f} s", "under 10 s"),
    ]
    return Found(measures, [idle, one], [f"One figure of {CHANGED} changed: {made}."])


def notebooks(shop: Workshop, rounds: int) -> Found:
    """The notebook tests on ordinary kernels, on warm ones, and on warm ones whose server has yet to be started.

    In turn, by one process and by two; what is kept was kept before.
    """
    command = f"{shlex.quote(sys.executable)} {NBVAL}"
    shop.timed(f"{command} -n 2")
    measures, times = [], list[Times]()
    for workers, words in (("0", "one worker"), ("2", "two workers")):
        seconds: dict[str, list[float]] = {"cold": [], "warm": [], "starting": []}
        for _ in range(rounds):
            shop.stop_servers()
            for kernels, kernel in (("starting", "warm"), ("warm", "warm"), ("cold", "cold")):
                seconds[kernels].append(shop.timed(f"{command} -n {workers}", CROSSWAVE_KERNEL=kernel))
        cold, warm, starting = (
            Times(f"nbval, {name}, {words}", tuple(seconds[kernels])) for kernels, name in _KERNELS.items()
        )
        measures.append((f"nbval over all notebooks, warm against cold, {words}", ratio(cold, warm), "at least 3"))
        measures.append((f"the same, the server yet to be started, {words}", ratio(cold, starting), ""))
        times += [cold, warm, starting]
    return Found(measures, times)


_KERNELS = {"cold": "cold kernels", "warm": "warm kernels", "starting": "warm kernels, server yet to be started"}


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
    words = {"crosswave --help": ("--help",), "crosswave compare": ("compare", "58% of 235", "53% of 232")}
    found = [
        Times(name, tuple(shop.timed(shop.crosswave(*given)) for _ in range(max(rounds, 3) + 1))[1:])
        for name, given in words.items()
    ]
    targets = ("under 0.5 s", "under 2 s")
    return Found([(one.way, f"{one.middle:.2f} s", to) for one, to in zip(found, targets, strict=True)], found)


PARTS: Mapping[str, Callable[[Workshop, int], Found]] = {
    "commands": commands, "page": page, "notebooks": notebooks, "dask": dask, "waves": waves, "pages": pages,
    "rerun": rerun,
}  # fmt: skip


def machine() -> str:
    """Return what it was measured on, in a sentence."""
    memory = psutil.virtual_memory().total / 2**30
    names = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    system = f"{platform.system()} {platform.machine()}, {cores} cores, {memory:.0f} GB"
    return f"{system}, Python {platform.python_version()}; {names}."


def _rounds(count: int) -> str:
    return "One round" if count == 1 else f"{count} rounds"


def report(found: Sequence[Found], rounds: int) -> str:
    """Return what all parts found as Markdown, ratios first."""
    measures = [f"| {what} | {value} | {to} |" for one in found for what, value, to in one.measures]
    times = [row.row() for one in found for row in one.times]
    lines = [
        "# Benchmark", "", f"{_rounds(rounds)}, the ways in turn. {machine()}", "",
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

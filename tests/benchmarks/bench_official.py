"""How long official series take at their size: one wave with retractions, a survey by organisation, many surveys.

Run by ``make bench``. Asserts no time: what is compared stands in one table, with ratios of the same run.
"""

from __future__ import annotations

import itertools
import os
import random
import resource
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench_registry import _crosswave, _run, write_registry

os.environ["CROSSWAVE_KEEP"] = "0"  # what is measured is computed

from crosswave.reconstruct import reconstruct, retractions
from crosswave.study import load_registry
from crosswave.study.models import Survey
from crosswave.trend.synthesis import reconstruct_all

SEED, QUESTIONS, ANSWERS, YEARS = 11, 60, 5, 10
ORGANISATIONS, SURVEYS = 300, 10_000
PAGE = {"id": "page", "title": "p", "url": "https://example.org/p", "kind": "mirror"}
WAVES = {
    "at most 294,905": (294_905, {"printed": "294,905", "value": 294_905, "kind": "exact"}),
    "at most nearly 300,000": (294_905, {"printed": "nearly 300,000", "value": 300_000, "kind": "approximate"}),
    "at most 3,135": (3_135, {"printed": "3,135", "value": 3_135, "kind": "exact"}),
}
"""How many answered the items at most, and n as printed; three decimals, five exhaustive answers."""


def wave(people: int, n: dict[str, object]) -> Survey:
    """Return a wave of a census: each question is left out by up to a fiftieth, and how many did is not printed."""
    dice, rows = random.Random(SEED), []
    for k in range(QUESTIONS):
        base = people - dice.randrange(people // 50)
        cuts = [0, *sorted(dice.sample(range(base), ANSWERS - 1)), base]
        printed = [f"{100 * (high - low) / base:.3f}%" for low, high in itertools.pairwise(cuts)]
        answers = [
            {"id": f"a{a}", "says": "s", "printed": text, "topic": "other", "sources": ["page"]}
            for a, text in enumerate(printed)
        ]
        rows.append({"id": f"q{k}", "asks": "q", "about": "q", "response": "scale", "exhaustive": True,
                     "base": {"at_most": "n"}, "answers": answers})  # fmt: skip
    return Survey.model_validate({
        "id": "census", "title": "s", "year": 2019, "year_basis": "fieldwork", "population": "p", "sector": "central",
        "unit": "person", "sources": [PAGE], "n": n, "questions": rows,
    })  # fmt: skip


def waves() -> Iterator[tuple[str, float, float]]:
    """Yield each wave with the processor seconds of its counts, and of its retractions."""
    registry = load_registry()
    for name, (people, n) in WAVES.items():
        made, times = wave(people, n), [time.process_time()]
        for work in (reconstruct, retractions):
            work(made, registry)
            times.append(time.process_time())
        yield name, times[1] - times[0], times[2] - times[1]


def write_series(data: Path, organisations: int) -> int:
    """Write a data folder with a series for each organisation, and return how many figures that is."""
    write_registry(data, 10)
    (data / "series").mkdir()
    dice = random.Random(SEED)
    for name in (f"office-{k}" for k in range(organisations)):
        years = {f"{name}-{2010 + k}": dice.randrange(200, 20_000) for k in range(YEARS)}
        rows = [
            f"id: {name}\ntitle: Staff survey of {name}\npopulation: staff\nsector: central\nunit: person",
            f"sampling: census\nsources:\n  - {{id: {name}-tables, title: Tables, kind: publisher-report,",
            f'     url: "https://example.org/{name}"}}\nwaves:',
        ]
        rows += [
            f"  - {{id: {wave}, group: {name}, year: {wave[-4:]}, year_basis: fieldwork, "
            f'n: {{printed: "{n}", value: {n}, kind: exact}}}}'
            for wave, n in years.items()
        ]
        rows.append("questions:")
        for q in range(QUESTIONS):
            rows += [f"  - id: q{q}\n    asks: What?\n    about: what\n    response: scale\n    base: {{at_most: n}}",
                     "    answers:\n      - id: agree\n        says: agrees\n        topic: other",
                     f"        printed_in: percent\n        sources: [{name}-tables]\n        figures:"]  # fmt: skip
            rows += [f'          {wave}: "{100 * dice.randrange(n) / n:.3f}"' for wave, n in years.items()]
        (data / "series" / f"{name}.yaml").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return organisations * YEARS * QUESTIONS


def commands(sizes: Sequence[int] = (1, ORGANISATIONS)) -> Iterator[tuple[str, int, float, float]]:
    """Yield what is done on how many organisations, with processor seconds and peak MB of the whole command."""
    for size in sizes:
        with tempfile.TemporaryDirectory() as place:
            data, environment = Path(place) / "data", {**os.environ, "CROSSWAVE_CACHE": f"{place}/cache"}
            environment.pop("CROSSWAVE_KEEP")
            write_series(data, size)
            words = {"first check": ["check", str(data)], "check again": ["check", str(data)],
                     "show one survey": ["show", "office-0-2013", "--data", str(data)]}  # fmt: skip
            for what, command in words.items():
                yield what, size, *_run([*_crosswave(), *command], environment)


def many() -> Iterator[tuple[int, float]]:
    """Yield how many processes reconstruct the surveys, and the seconds that they take."""
    with tempfile.TemporaryDirectory() as place:
        write_registry(Path(place) / "data", SURVEYS)
        registry = load_registry(Path(place) / "data")
        held = list(registry.surveys)
        for jobs in (2, 1):
            begun = time.perf_counter()
            reconstruct_all(registry, held, jobs=jobs)
            yield jobs, time.perf_counter() - begun


def main() -> None:
    """Print three tables."""
    print(f"{'one wave, ' + str(QUESTIONS * ANSWERS) + ' figures':<28}{'counts':>8}{'retractions':>13}  CPU s")
    for name, counts, taken_back in waves():
        print(f"{name:<28}{counts:>8.2f}{taken_back:>13.2f}")
    print(f"\n{'command':<20}{'organisations':>14}{'CPU s':>8}{'MB':>7}{'ratio':>8}")
    alone: dict[str, float] = {}
    for what, size, seconds, megabytes in commands():
        ratio = seconds / alone.setdefault(what, seconds)
        print(f"{what:<20}{size:>14,}{seconds:>8.2f}{megabytes:>7.0f}{ratio:>8.2f}")
    print(f"\n{SURVEYS:,} surveys of ten figures")
    for jobs, seconds in many():
        print(f"{jobs} processes: {seconds:.1f} s")
    print(f"peak of this process {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()

"""How long a registry of up to 10,000 waves takes to check, to list and to open, and how that grows.

Run by ``make bench``. Asserts no time. Every case is a process of its own, so that its peak memory is its own.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[2]
FIGURES = 10
SIZES = (10, 100, 1_000, 10_000)
TIMES = {10: 9, 100: 9, 1_000: 3}
"""How often a command is run on a registry of a size, where more than once."""

SURVEY = """id: made-{k}
title: Made {k}
year: {year}
year_basis: fieldwork
population: made people
sector: local
unit: person
publisher: House {house}
sources:
  - {{id: page-{k}, title: Page {k}, url: "https://example.org/{k}", kind: mirror}}
n: {{printed: "500", value: 500, kind: exact}}
questions:
  - id: q
    asks: What?
    about: what
    response: multi
    answers:
{answers}
"""
ANSWER = '      - {{id: a{j}, says: answer {j}, printed: "{share}%", topic: other, sources: [page-{k}]}}'
GRADES = "{population: same, unit: same, stem: same, wording: same, base: same, response: same}"
OPEN_ONE = """from pathlib import Path
from crosswave.study import load_registry
load_registry(Path({data!r})).survey('made-7')
"""


@dataclass(frozen=True, slots=True)
class Case:
    """One measurement: what was done on how many waves, whether it had been done before, seconds and MB.

    Seconds are those of the processor, which other work on the machine disturbs least; where a command is quick, the
    median of several times.
    """

    what: str
    waves: int
    again: bool
    seconds: float
    megabytes: float


def write_registry(data: Path, waves: int) -> None:
    """Write a data folder with so many waves of ten figures each, and a construct for every ten waves.

    Parameters
    ----------
    data : Path
        The folder; made if it is not there.
    waves : int
        At least 10.
    """
    (data / "surveys").mkdir(parents=True)
    for name in ("study.yaml", "quantities.yaml", "plan.yaml"):
        (data / name).write_bytes((ROOT / "data" / name).read_bytes())
    columns = (ROOT / "data" / "context.csv").read_text(encoding="utf-8").splitlines()[0]
    (data / "context.csv").write_text(columns + "\n", encoding="utf-8")
    (data / "claims.yaml").write_text("sources: []\nclaims: []\n", encoding="utf-8")
    for k in range(waves):
        answers = "\n".join(ANSWER.format(j=j, k=k, share=20 + (7 * j + k) % 60) for j in range(FIGURES))
        text = SURVEY.format(k=k, year=2015 + k % 10, house=k % 50, answers=answers)
        (data / "surveys" / f"made-{k}.yaml").write_text(text, encoding="utf-8")
    constructs = [_construct(number, range(10 * number, 10 * number + 10)) for number in range(waves // 10)]
    (data / "constructs.yaml").write_text("constructs:\n" + "".join(constructs), encoding="utf-8")


def _construct(number: int, waves: Sequence[int]) -> str:
    rows = "".join(f"      - {{finding: made-{k}.q.a1, grades: {GRADES}}}\n" for k in waves)
    return f"  - id: made-{number}\n    label: made {number}\n    family: barriers\n    answers:\n{rows}"


def measure(waves: int) -> list[Case]:
    """Return the cases of one size: each command twice, from an empty cache and after itself.

    Parameters
    ----------
    waves : int
        How many.
    """
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        write_registry(data, waves)
        commands = {
            "crosswave check": [*_crosswave(), "check", str(data)],
            "crosswave list surveys": [*_crosswave(), "list", "surveys", "--data", str(data)],
            "open one survey": [sys.executable, "-c", OPEN_ONE.format(data=str(data))],
        }
        return [case for what, command in commands.items() for case in _cases(what, waves, command, Path(folder))]


def _cases(what: str, waves: int, command: Sequence[str], folder: Path) -> Iterator[Case]:
    times = TIMES.get(waves, 1)
    caches = [{**os.environ, "CROSSWAVE_CACHE": str(folder / f"{what}-{k}")} for k in range(times)]
    for again in (False, True):
        seconds, megabytes = zip(*(_run(command, cache) for cache in caches), strict=True)
        yield Case(what, waves, again, median(seconds), max(megabytes))


def _crosswave() -> list[str]:
    return [sys.executable, "-c", "from crosswave.cli import app; app()"]


def _run(command: Sequence[str], environment: dict[str, str]) -> tuple[float, float]:
    """Processor seconds and peak MB of a whole process, which must succeed."""
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def table(cases: Sequence[Case]) -> list[str]:
    """Return the cases as the lines of a Markdown table."""
    lines = ["| what | waves | cache | processor seconds | ms a wave | peak MB |", "|---|---:|---|---:|---:|---:|"]
    return lines + [
        f"| {one.what} | {one.waves:,} | {'filled' if one.again else 'empty'} | {one.seconds:.2f} | "
        f"{1000 * one.seconds / one.waves:.2f} | {one.megabytes:.0f} |"
        for one in cases
    ]


def per_wave(cases: Sequence[Case], small: int = 100, large: int = 10_000) -> float:
    """Return the seconds a wave of a check of a large registry over those of a small one, both read from files."""
    took = _checked(cases)
    return (took[large] / large) / (took[small] / small)


def growth(cases: Sequence[Case], small: int = 1000, large: int = 10_000) -> float:
    """Return the same for the waves alone: what the command takes on the smallest registry is taken off.

    A hundred waves are not enough for that: a check of them takes hardly longer than one of ten.
    """
    took = _checked(cases)
    least = min(took)
    return ((took[large] - took[least]) / (large - least)) / ((took[small] - took[least]) / (small - least))


def _checked(cases: Sequence[Case]) -> dict[int, float]:
    return {one.waves: one.seconds for one in cases if one.what == "crosswave check" and not one.again}


def main() -> None:
    cases = [case for waves in SIZES for case in measure(waves)]
    print(*table(cases), sep="\n")
    print(
        f"time a wave, {SIZES[-1]:,} waves over {SIZES[1]:,}: {per_wave(cases):.2f}; further waves, "
        f"over {SIZES[2]:,}: {growth(cases):.2f}"
    )


if __name__ == "__main__":
    main()

"""How long a reconstruction takes, how much memory it needs, and how both grow. Prints a table; asserts no time.

Run by ``make bench``. Every case is a process of its own, so that its peak memory is its own.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import resource
import sys
import time
from collections.abc import Callable

from crosswave.reconstruct import reconstruct
from crosswave.study import Registry, load_registry
from crosswave.study.models import Survey

os.environ["CROSSWAVE_KEEP"] = "0"  # what is measured is computed

SEED = 11


def synthetic(questions: int, answers: int, n: int, *, subsets: int = 20, chained: bool = False) -> Survey:
    """Single-choice questions of known respondents; the last ones are asked of those who gave one answer before.

    Parameters
    ----------
    questions, answers, n : int
        How many questions, answers to each, and respondents.
    subsets : int
        How many of the questions are asked of a subset.
    chained : bool
        Whether each subset lies inside the one before; else each has a question of its own.
    """
    dice = random.Random(SEED)
    rows, sizes = [], {}
    for k in range(questions):
        nested = k - (questions - subsets)
        parent = None if nested < 0 else f"q{k - 1 if chained and nested else nested}.a0"
        people = sizes.get(parent or "", n)
        counts = _split(dice, people, answers, heavy=chained)
        sizes |= {f"q{k}.a{a}": count for a, count in enumerate(counts)}
        rows.append(_question(k, counts, people, parent))
    page = {"id": "page", "title": "p", "url": "https://example.org/p", "kind": "mirror"}
    record = {
        "id": "synthetic", "title": "s", "year": 2019, "year_basis": "fieldwork", "population": "p", "sector": "local",
        "unit": "person", "sources": [page], "n": {"printed": str(n), "value": n, "kind": "exact"}, "questions": rows,
    }  # fmt: skip
    return Survey.model_validate(record)


def _split(dice: random.Random, people: int, answers: int, *, heavy: bool) -> list[int]:
    """Where subsets lie inside each other the first answer is common, so that there is still somebody to ask."""
    weights = [dice.random() + 0.2 for _ in range(answers)]
    weights[0] = 5 * answers if heavy else weights[0]
    given = dice.choices(range(answers), weights, k=people)
    return [given.count(answer) for answer in range(answers)]


def _question(k: int, counts: list[int], people: int, parent: str | None) -> dict[str, object]:
    answers = [
        {"id": f"a{a}", "says": "s", "printed": f"{100 * count / people:.0f}%", "topic": "other", "sources": ["page"]}
        for a, count in enumerate(counts)
    ]
    base = {"base": {"who": f"those of {parent}", "answers": [parent]}} if parent else {}
    return {"id": f"q{k}", "asks": "q", "about": "q", "response": "single", "answers": answers, **base}


def whole_registry(registry: Registry) -> int:
    """Reconstruct every wave and return how many figures they print."""
    return sum(len(reconstruct(survey, registry).findings) for survey in registry.surveys.values())


def one(questions: int, answers: int, n: int, *, chained: bool = False) -> Callable[[Registry], int]:
    """A case: one synthetic survey."""
    of = synthetic(questions, answers, n, chained=chained)
    return lambda registry: len(reconstruct(of, registry).findings)


CASES: dict[str, Callable[[], Callable[[Registry], int]]] = {
    "whole registry": lambda: whole_registry,
    "300 questions, 10 answers, n 5,000": lambda: one(300, 10, 5000),
    "  its subsets inside each other": lambda: one(300, 10, 5000, chained=True),
    "  150 questions": lambda: one(150, 10, 5000),
    "  600 questions": lambda: one(600, 10, 5000),
    "  5 answers": lambda: one(300, 5, 5000),
    "  20 answers": lambda: one(300, 20, 5000),
    "  n 500": lambda: one(300, 10, 500),
    "  n 50,000": lambda: one(300, 10, 50_000),
}


def measure(name: str) -> tuple[int, float, float]:
    """Return the figures of a case, its seconds and the peak memory of its process in megabytes."""
    case, registry = CASES[name](), load_registry()
    start = time.perf_counter()
    figures = case(registry)
    seconds = time.perf_counter() - start
    return figures, seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if _BYTES else 2**10)


_BYTES = sys.platform == "darwin"


def main() -> None:
    """Print a row for each case, with its time relative to the survey of 300 questions."""
    spawn = multiprocessing.get_context("spawn")
    found = {}
    for name in CASES:
        with spawn.Pool(1) as pool:
            found[name] = pool.apply(measure, (name,))
    usual = found["300 questions, 10 answers, n 5,000"][1]
    print(f"{'case':<36}{'figures':>9}{'seconds':>9}{'ratio':>8}{'MB':>8}")
    for name, (figures, seconds, megabytes) in found.items():
        print(f"{name:<36}{figures:>9,}{seconds:>9.2f}{seconds / usual:>8.2f}{megabytes:>8.0f}")


if __name__ == "__main__":
    main()

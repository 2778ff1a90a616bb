"""The whole campaign, in rounds that a seed determines: `cd tests && python -m campaign --minutes 20`.

It goes on where it stopped: what was done and found is in .campaign/ beside tests/. Without that folder all begins
anew.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from pathlib import Path

from campaign.commands import argument_cases, sheet_cases
from campaign.data import Failure, cases, true_cases

FOLDER = Path(__file__).resolve().parents[2] / ".campaign"
Round = tuple[Counter[str], list[Failure]]
KINDS: dict[str, tuple[Callable[[int, int], Round], int, int]] = {
    "data files": (cases, 1_000, 100),
    "surveys of known counts": (true_cases, 50, 40),
    "argument lists": (argument_cases, 250, 20),
    "sheets": (sheet_cases, 25, 20),
}
"""What makes a round of each kind, its cases, and how many rounds there are."""


def _rounds() -> Iterator[tuple[str, int]]:
    """All rounds, those of each kind spread over the whole."""
    places = [((k + 0.5) / rounds, name, k) for name, (_, _, rounds) in KINDS.items() for k in range(rounds)]
    yield from ((name, seed) for _, name, seed in sorted(places))


def main() -> int:
    """Run what is left of the campaign, or as much as the time allows; return how many cases ended wrong."""
    parser = argparse.ArgumentParser(prog="campaign")
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)))
    given, begun = parser.parse_args(), time.monotonic()
    sys.dont_write_bytecode = True  # else a module that is new is a file outside
    FOLDER.mkdir(exist_ok=True)
    record = FOLDER / "done.json"
    done: dict[str, dict[str, int]] = json.loads(record.read_text()) if record.exists() else {}
    left = [one for one in _rounds() if f"{one[0]}, seed {one[1]}" not in done]
    with ProcessPoolExecutor(given.jobs) as pool:
        running = {}
        while left or running:
            while left and len(running) < given.jobs and time.monotonic() - begun < 60 * given.minutes:
                name, seed = left.pop(0)
                make, number, _ = KINDS[name]
                running[pool.submit(make, seed, number)] = f"{name}, seed {seed}"
            if not running:
                break
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                title, (counted, failures) = running.pop(future), future.result()
                done[title] = dict(sorted(counted.items()))
                for k, one in enumerate(failures):
                    name = f"{title.replace(', ', '-').replace(' ', '-')}-{k}"
                    (FOLDER / f"{name}-{one.name.replace('/', '-')}").write_bytes(one.content)
                    (FOLDER / f"{name}.txt").write_text(one.words, encoding="utf-8", errors="backslashreplace")
                record.write_text(json.dumps(done, indent=1))
                print(f"{title}: {_words(counted)}", flush=True)
    wrong = 0
    for name in KINDS:
        total = sum((Counter(counted) for title, counted in done.items() if title.startswith(name)), Counter[str]())
        wrong += total["wrong"]
        print(f"{total.total():,} {name}: {_words(total)}")
    told = f"{wrong:,} ended wrong and are in {FOLDER}" if wrong else "nothing ended wrong"
    print(f"{len(left)} rounds are left, {time.monotonic() - begun:.0f} s; {told}")
    return wrong


def _words(counted: Counter[str]) -> str:
    return ", ".join(f"{number:,} {how}" for how, number in sorted(counted.items()))


if __name__ == "__main__":
    sys.exit(min(main(), 1))

"""Faults put into the package's own code, one at a time: `cd tests && python -m campaign.mutants trends`.

The faults are those of cosmic-ray's operators: another sign, comparison, number or keyword. Each is tried in a fork
that has the libraries loaded and the package not, by the tests that run the statement it is in, quickest first. A fault
that no such test sees survives; those of `survivors.yaml` change no result, and why is said there. What was found is
kept in .campaign/, so that a trial that was stopped goes on, and one after a new test asks the survivors alone.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import importlib
import importlib.util
import json
import os
import resource
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from functools import cache, partial
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.metadata import entry_points
from pathlib import Path
from random import Random
from types import CodeType
from typing import Any, NamedTuple

import pytest
import yaml
from coverage import Coverage
from hypothesis import Phase, settings
from scipy.stats import binomtest

ROOT = Path(__file__).resolve().parents[2]
FOLDER, SOURCE, KNOWN = ROOT / ".campaign", ROOT / "src", Path(__file__).with_name("survivors.yaml")
ROOMS = {
    "counts": ("reconstruct printed", "reconstruct exact rounding quantities solutions means organisations forms "
               "inferred findings single_figures power_of_print typed by_hand draws repairs joint tables unfit "
               "published_uses claims context"),
    "compare": ("difference", "compare bounds decision_rule estimate verdict student power certainty weighting grid "
                "multiverse official layers"),
    "trends": ("trend", "trend waves synthesis comparability dispersion multiplicity typed break_even certainty "
               "official tables verdict lines battery_model by_hand layers"),
    "models": ("models", "pooling lines battery_model joint_worlds official compare layers"),
    "claims": ("claims", "claims context layers"),
}  # fmt: skip
"""The packages of each room, and the files of tests that try them."""
LIBRARIES = ("matplotlib.figure", "numpy", "ortools.sat.python.cp_model", "pandas", "pydantic",
             "rich.table", "scipy.optimize", "scipy.stats", "statsmodels.api", "typer")  # fmt: skip
_LEFT_OUT = ("Decorator", "Variable", "NoOp", "Eq_Is", "Eq_IsNot")
"""Operators that change nothing as a rule: equal short texts and small numbers are one and the same to Python."""
_SECONDS = 30.0
"""What the tests of a fault may take together where nothing is wrong: the quickest of them are chosen."""


class Mutant(NamedTuple):
    """A fault in a file: its operator and place, the line that it changes, before and after, and the whole text."""

    path: Path
    name: str
    line: int
    was: str
    now: str
    text: str

    def __str__(self) -> str:
        return f"{self.path.relative_to(SOURCE)}:{self.line}: {self.was} -> {self.now}"


def mutants(path: Path) -> Iterator[Callable[[], Mutant | None]]:
    """Every fault of a file, made when it is called; then None where it changes no code."""
    import parso
    from cosmic_ray.operators.provider import OperatorProvider

    text = path.read_text(encoding="utf-8")
    provider, plain, nodes = OperatorProvider(), _plain(text), list(_nodes(parso.parse(text)))
    for name in provider:
        if not any(one in name for one in _LEFT_OUT):
            operator = provider[name]()
            places = [(k, n) for k, node in enumerate(nodes) for n, _ in enumerate(operator.mutation_positions(node))]
            for k, n in places:
                yield partial(_made, path, text, plain, name, operator, k, n)


def _nodes(tree: Any) -> Iterator[Any]:
    yield tree
    for one in getattr(tree, "children", ()):
        yield from _nodes(one)


def _made(path: Path, text: str, plain: str, name: str, operator: Any, k: int, n: int) -> Mutant | None:
    import parso

    tree = parso.parse(text)
    node = list(_nodes(tree))[k]
    changed = operator.mutate(node, n)
    if changed is None:
        return None
    if changed is not node:
        siblings = node.parent.children
        siblings[siblings.index(node)] = changed
    now = tree.get_code()
    try:
        if _plain(now) == plain:
            return None
    except SyntaxError:
        return None
    pairs = zip(text.splitlines(), now.splitlines(), strict=False)
    line, was, new = next((line, was, new) for line, (was, new) in enumerate(pairs, 1) if was != new)
    return Mutant(path, name, line, was.strip(), new.strip(), now)


def _plain(text: str) -> str:
    """What a text does: its tree without annotations, which nothing reads, and texts that stand alone."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.arg | ast.AnnAssign):
            node.annotation = ast.Constant(None)
        elif isinstance(node, ast.FunctionDef):
            node.returns = None
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            node.value = ast.Constant(None)
    return ast.dump(tree)


@cache
def _statements(path: Path) -> list[tuple[int, int, int]]:
    """The first line, the last of its head and the last of every statement of a file, the shortest first."""
    ends = list[tuple[int, int, int]]()
    for one in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(one, ast.stmt | ast.excepthandler):
            first = min([one.lineno, *(mark.lineno for mark in getattr(one, "decorator_list", ()))])
            last = one.end_lineno or one.lineno
            ends.append((first, max(one.body[0].lineno - 1, first) if hasattr(one, "body") else last, last))
    return sorted(ends, key=lambda row: row[2] - row[0])


class Called:
    """A plugin of pytest: which tests run which lines of the packages, how long each takes, and which fail."""

    def __init__(self, coverage: Coverage) -> None:
        self.coverage, self.seconds, self.failed = coverage, dict[str, float](), list[str]()

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self.coverage.switch_context(nodeid)

    def pytest_runtest_logreport(self, report: Any) -> None:
        self.seconds[report.nodeid] = self.seconds.get(report.nodeid, 0.0) + report.duration
        if report.failed:
            self.failed.append(report.nodeid)

    def found(self) -> dict[str, list[str]]:
        """The tests that run each line; "" stands for all of them, where a module is imported."""
        data = self.coverage.get_data()
        return {f"{path}:{line}": names for path in data.measured_files()
                for line, names in data.contexts_by_lineno(path).items()}  # fmt: skip


class Settings:
    """A plugin of pytest, after conftest.py: examples are not made smaller, and what is right was read once."""

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self) -> None:
        import real

        settings.register_profile("once", deadline=None, database=None, phases=(Phase.explicit, Phase.generate))
        settings.load_profile("once")
        for name, made in _RIGHT.items():
            setattr(real, name, partial(lambda made: made, made))


_RIGHT: dict[str, object] = {}


def read_once() -> None:
    """Read data/ and reconstruct it, for the faults of packages that have no part in that."""
    os.environ["CROSSWAVE_CACHE"] = str(FOLDER / "cache")
    from crosswave.memo import forget
    from crosswave.reconstruct import reconstruct
    from crosswave.study import load_registry
    from crosswave.study.cache import keeping

    registry = load_registry(ROOT / "data")
    with keeping():
        made = {name: reconstruct(survey, registry) for name, survey in registry.surveys.items()}
    forget()
    _RIGHT.update(registry=registry, reconstructions=made)


def _pytest(arguments: list[str], *plugins: object) -> int:
    """Run tests in this fork, without a word."""
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 1)
    os.dup2(silent, 2)
    own = [
        "-q",
        "-n",
        "0",
        "--doctest-modules",
        "-p",
        "no:cacheprovider",
        "-W",
        "ignore",
        "--hypothesis-seed=0",
        "--rootdir",
        str(ROOT),
    ]
    return int(pytest.main([*own, *arguments], plugins=[Settings(), *plugins]))


def in_a_fork(work: Callable[[], int]) -> int:
    """Return how a fork ended that did some work."""
    pid = os.fork()
    if not pid:
        try:
            signal.alarm(3600)
            os._exit(work())
        except BaseException:
            (FOLDER / "fork.txt").write_text(traceback.format_exc())
            os._exit(70)
    return os.waitpid(pid, 0)[1]


def scope(room: str) -> tuple[list[str], list[str]]:
    """The packages or the module of a room, and what tries it: files of tests, or those that name it; its examples."""
    if room in ROOMS:
        packages, tests = (part.split() for part in ROOMS[room])
        return packages, [f"tests/test_{name}.py" for name in tests] + [f"src/crosswave/{name}" for name in packages]
    name = f"crosswave.{room.replace('/', '.')}"
    found = [path for path in sorted((ROOT / "tests").glob("test_*.py")) if f"{name} import" in path.read_text("utf-8")]
    return [f"{room}.py"], [path.relative_to(ROOT).as_posix() for path in found] + [f"src/crosswave/{room}.py"]


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _kept(name: str) -> dict[str, Any]:
    """What stands in a file of .campaign/, beside tests/."""
    held: dict[str, Any] = json.loads((FOLDER / name).read_text("utf-8")) if (FOLDER / name).exists() else {}
    return held


def _keep(name: str, held: dict[str, Any]) -> None:
    (FOLDER / "part").write_text(json.dumps(held), "utf-8")
    (FOLDER / "part").replace(FOLDER / name)


def _lines(test: str) -> str:
    return f"lines-{test.replace('/', '-')}.json"


def baseline(room: str, files: list[Path]) -> dict[str, Any]:
    """Which tests run which lines of a room; found anew of a file where it or a module that it runs is changed."""
    code = {str(path): _digest(path.read_text("utf-8")) for path in (SOURCE / "crosswave").rglob("*.py")}
    own = {*map(str, files)}

    def run(test: str, key: str) -> int:
        coverage = Coverage(data_file=None, config_file=False, include=[str(SOURCE / "*")])
        called = Called(coverage)
        coverage.start()
        _pytest([test], called)
        coverage.stop()
        found = called.found()
        used = {place.rpartition(":")[0] for place, names in found.items() if names != [""]}
        row = {
            "key": key,
            "code": {path: code[path] for path in used},
            "found": found,
            "failed": called.failed,
            "seconds": called.seconds,
        }
        _keep(_lines(test), row)
        return 0

    tests = scope(room)[1]
    for test in tests:
        key, row = _digest((ROOT / test).read_text("utf-8") if (ROOT / test).is_file() else ""), _kept(_lines(test))
        changed = {path for path, found in row.get("code", {}).items() if code.get(path) != found}
        if row.get("key") != key or changed & own:
            assert in_a_fork(partial(run, test, key)) == 0, f"{test} did not come to its end"
    rows = [_kept(_lines(test)) for test in tests]
    found: dict[str, list[str]] = {}
    for row in rows:
        for place, names in row["found"].items():
            found.setdefault(place, []).extend(names)
    return {
        "failed": [one for row in rows for one in row["failed"]],
        "seconds": {one: took for row in rows for one, took in row["seconds"].items()},
        "found": found,
    }


def tests_of(mutant: Mutant, called: dict[str, Any]) -> list[str]:
    """The tests that run the statement of a fault, quickest first, as many as may be run.

    What runs when a module is imported is tried by the tests of the function that it heads, else by all: first by those
    that run any of the module.
    """
    first, head, last = next(row for row in _statements(mutant.path) if row[0] <= mutant.line <= row[2])
    lines = range(first, head + 1) if mutant.line <= head else [mutant.line]
    seconds: dict[str, float] = {one: took for one, took in called["seconds"].items() if one not in called["failed"]}

    def running(lines: Iterable[int]) -> set[str]:
        return {one for line in lines for one in called["found"].get(f"{mutant.path}:{line}", ())}

    found = running(lines)
    if "" in found:
        found |= running(range(head + 1, last + 1))
        found |= {*seconds} if found == {""} else set()
    near = running(range(len(mutant.path.read_text("utf-8").splitlines()) + 1))
    chosen, took = list[str](), 0.0
    for one in sorted(found & seconds.keys(), key=lambda one: (one not in near, seconds[one])):
        took += seconds[one]
        if took > _SECONDS and chosen:
            break
        chosen.append(one)
    return chosen


def survives(mutant: Mutant, tests: list[str]) -> bool:
    """Whether tests pass that meet a fault."""
    name = ".".join(mutant.path.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__")

    class Broken(SourceFileLoader):
        def get_code(self, _: str) -> CodeType:
            return compile(mutant.text, str(mutant.path), "exec")

    class Finder:
        @staticmethod
        def find_spec(wanted: str, *_: object) -> ModuleSpec | None:
            loader = Broken(name, str(mutant.path))
            return importlib.util.spec_from_file_location(name, mutant.path, loader=loader) if wanted == name else None

    def run() -> int:
        resource.setrlimit(resource.RLIMIT_CPU, (int(6 * _SECONDS),) * 2)
        sys.meta_path.insert(0, Finder)
        importlib.import_module(name)  # here: to find examples pytest reads a module by its path, as it is
        return _pytest(["-x", *tests])

    return bool(tests) and in_a_fork(run) == 0


def is_seen(mutant: Mutant, tests: list[str]) -> bool:
    """Whether a test sees a fault: found once, or not found by tests that are as they were."""
    key = _digest(str(mutant.path.relative_to(ROOT)), mutant.text)
    state = _digest(*tests, *((ROOT / one).read_text("utf-8") for one in sorted({one.split("::")[0] for one in tests})))
    held = _kept("tried.json").get(key)
    if held not in ("seen", state):
        held = state if not tests or survives(mutant, tests) else "seen"
        _keep("tried.json", _kept("tried.json") | {key: held})
    return held == "seen"


def main() -> int:
    """Try a sample of the faults of a room, and print those that survive and how many that is."""
    parser = argparse.ArgumentParser(prog="campaign.mutants")
    parser.add_argument("room", help=f"{', '.join(ROOMS)}, or a module such as trend/multiplicity")
    parser.add_argument("--number", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    given, begun = parser.parse_args(), time.monotonic()
    os.chdir(ROOT)
    os.environ.update(PYTHONHASHSEED="0", OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
    for one in LIBRARIES:
        importlib.import_module(one)
    for plugin in entry_points(group="pytest11"):
        plugin.load()
    FOLDER.mkdir(exist_ok=True)
    if given.room in ROOMS.keys() - {"counts"}:
        read_once()
    places = [SOURCE / "crosswave" / one for one in scope(given.room)[0]]
    files = [path for place in places for path in (sorted(place.rglob("*.py")) if place.is_dir() else [place])]
    called = baseline(given.room, files)
    every = [one for path in files for one in mutants(path)]
    Random(given.seed).shuffle(every)
    known = {(one["in"], one["was"], one["now"]) for one in yaml.safe_load(KNOWN.read_text(encoding="utf-8"))}
    tried = seen = alike = 0
    for make in every:
        if tried == given.number:
            break
        if (mutant := make()) is None:
            continue
        if (mutant.path.relative_to(SOURCE / "crosswave").as_posix(), mutant.was, mutant.now) in known:
            alike += 1
            continue
        tests = tests_of(mutant, called)
        tried += 1
        if is_seen(mutant, tests):
            seen += 1
        else:
            print(f"{tried}: {mutant}  ({len(tests)} tests run it)", flush=True)
    low, high = binomtest(seen, tried).proportion_ci()
    print(
        f"\n{given.room}: seed {given.seed}, {len(every)} places, {time.monotonic() - begun:.0f} s; exact 95 % interval"
    )
    print("| room | tried | seen | left | change nothing | share seen | interval |\n|" + "---|" * 7)
    row = (given.room, tried, seen, tried - seen, alike, f"{seen / tried:.1%}", f"{low:.1%} to {high:.1%}")
    print("|", " | ".join(map(str, row)), "|")
    return int(seen < 0.9 * tried)


if __name__ == "__main__":
    sys.exit(main())

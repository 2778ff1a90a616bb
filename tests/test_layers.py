"""The rooms of the package lie in layers: what lies above uses what lies below, and no two rooms use each other."""

import ast
from collections.abc import Iterator
from dataclasses import is_dataclass
from importlib import import_module
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[1] / "src" / "crosswave"

LAYERS = (
    ("arguments", "failures", "files", "late", "memo", "surroundings", "words"),
    ("study.models",),  # what data files hold
    ("printed",),
    ("study",),
    ("reconstruct", "microdata"),
    ("difference",),
    ("trend", "models", "robustness", "claims"),
    ("report",),
    ("api",),
    ("cli",),
    ("crosswave", "__main__"),  # the public names, each imported when it is asked for
)
"""The rooms, lowest first; a room may use those below it, and in the row of the statistics those to its right or left
that do not use it."""

KNOWN = frozenset[tuple[str, str]](
    {
        ("report", "cli"),  # the tutorial runs commands
        ("report", "crosswave"),  # a process that makes pages imports the whole package ahead
        ("models", "trend"),  # series of waves
    }
)
"""Arrows that point up today. The list may only become shorter."""

LEVEL = {room: level for level, rooms in enumerate(LAYERS) for room in rooms}


def arrows() -> Iterator[tuple[str, str, str]]:
    """Each import of one room by another: from, to, and where it stands."""
    for path in sorted(SOURCE.rglob("*.py")):
        inside = path.relative_to(SOURCE).with_suffix("").parts
        here = room_of(".".join(("crosswave", *inside)))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            for name in imported(node):
                if name.startswith("crosswave") and (there := room_of(name)) != here:
                    yield here, there, f"{path.relative_to(SOURCE)}:{getattr(node, 'lineno', 0)}"


def imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.ImportFrom) and node.module == "crosswave":
        return [f"crosswave.{alias.name}" for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [node.module or ""]
    return [alias.name for alias in node.names] if isinstance(node, ast.Import) else []


def room_of(module: str) -> str:
    parts = module.split(".")[1:]
    if parts[:2] == ["study", "models"]:
        return "study.models"
    return parts[0] if parts and parts[0] in LEVEL else "crosswave"


def test_every_room_has_its_layer() -> None:
    rooms = {path.stem if path.is_file() else path.name for path in SOURCE.iterdir()
             if path.suffix == ".py" or any(path.glob("*.py"))}  # fmt: skip
    assert rooms - {"__init__"} == LEVEL.keys() - {"crosswave", "study.models"}


def test_no_arrow_points_up_but_those_that_are_known() -> None:
    up = {}
    for here, there, where in arrows():
        if LEVEL[there] > LEVEL[here]:
            up.setdefault((here, there), where)
    assert {pair: where for pair, where in up.items() if pair not in KNOWN} == {}


def test_known_arrows_that_are_gone_are_struck_off() -> None:
    there = {(here, there) for here, there, _ in arrows()}
    assert KNOWN - there == set()


def test_no_two_rooms_use_each_other() -> None:
    pairs = {(here, there) for here, there, _ in arrows()}
    both = {(here, there) for here, there in pairs if (there, here) in pairs and here < there}
    circles = {pair for pair in both if not {pair, pair[::-1]} & KNOWN}
    assert circles == set()


@pytest.mark.parametrize("package", ["claims", "difference", "models", "printed", "trend"])
def test_what_statistics_return_cannot_be_changed(package: str) -> None:
    names = [f"crosswave.{package}.{path.stem}" for path in (SOURCE / package).glob("*.py") if path.stem != "__init__"]
    held = [
        one for name in names for one in vars(import_module(name)).values() if getattr(one, "__module__", "") == name
    ]
    made = [one for one in held if is_dataclass(one)]
    assert made and all(one.__dataclass_params__.frozen for one in made)

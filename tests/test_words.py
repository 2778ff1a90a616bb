"""Words that a reader sees: the field's terms in plain English, one name for one thing."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[1]
PRIVATE = (
    "print admits", "whole counts", "gives way", "the gate", "lets through", "error that n does not show",
    "tier of error", "tier of total error", "nothing above holds", "nothing to show", "things measured",
    "thing measured", "survey wave", "counts print", "print also gives", "pairwise contrasts", "verdicts survive",
)  # fmt: skip
"""Words that only we would understand."""

LISTED = re.compile(
    r"\b(admits?|stands?(?! in the way)|lets? through|gives? way|constructs?|tiers?|gates?|waves?|uninformative|"
    r"verdicts?)\b",
    re.IGNORECASE,
)
"""Words of the trade that notebooks say in plain English."""

_SOURCES = sorted((ROOT / "src/crosswave/report").rglob("*.py"))
_LAYOUTS = sorted((ROOT / "src/crosswave/report/site").rglob("*.j2"))
_NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def texts(path: Path) -> Iterator[str]:
    """The strings of a module that can be shown: all but those that stand alone, which are comments."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    silent = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in silent:
            yield node.value


@pytest.mark.parametrize("path", [*_SOURCES, *_LAYOUTS, *_NOTEBOOKS], ids=lambda path: path.stem)
def test_no_private_word_reaches_a_reader(path: Path) -> None:
    if path.suffix == ".py":
        shown = " ".join(texts(path))
    elif path.suffix == ".ipynb":
        shown = " ".join(str(cell.source) for cell in nbformat.read(path, as_version=4).cells)
    else:
        shown = path.read_text(encoding="utf-8")
    plain = re.sub(r"\s+", " ", shown).lower()
    assert not [word for word in PRIVATE if word in plain]


@pytest.mark.parametrize("path", _NOTEBOOKS, ids=lambda path: path.stem)
def test_the_prose_of_notebooks_has_none_of_the_listed_words(path: Path) -> None:
    prose = [cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "markdown"]
    assert not LISTED.findall(re.sub(r"`[^`]*`", "", "\n".join(prose)))

"""A new study in a folder of its own: it runs at once, and every line of it can be changed."""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from pathlib import Path

from crosswave.study.faults import shown_path
from crosswave.study.loading import read_study
from crosswave.study.places import shipped
from crosswave.study.schemas import write_schemas

_STARTER = Path(__file__).with_name("starter")
_FAMILIES = """families:
  - id: libraries
    label: town libraries

"""
_SMALLEST = "declared here; change it to the smallest change that matters to your question"


def start_study(folder: Path) -> Path:
    """Write a study that runs at once, and return its folder: all of it, or nothing.

    Raises
    ------
    FileExistsError
        Something is in the folder already; it is left as it is.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        first = next(iter(sorted(folder.iterdir())), folder) if folder.is_dir() else folder
        raise FileExistsError(f"{shown_path(first)} is in the way; name a folder that is new or empty")
    folder.absolute().parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(dir=folder.absolute().parent, prefix=f".{folder.name}.", suffix=".part"))
    try:
        _fill(aside)
        aside.chmod(0o755)
        if folder.exists():
            folder.rmdir()
        os.replace(aside, folder)
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise
    return folder


def _fill(folder: Path) -> None:
    data = folder / "data"
    shutil.copytree(_STARTER, data)
    (data / "README.md").rename(folder / "README.md")
    study = read_study(data)
    shutil.copy(shipped("quantities.yaml"), data)
    (data / "plan.yaml").write_text(_plan(study.population), encoding="utf-8")
    write_schemas(data / "schema", study.vocabulary)
    shutil.copy(shipped("METHODS.md"), folder)
    (folder / "notebooks").mkdir()
    for path in sorted(shipped("notebooks").glob("*.ipynb")):
        text = _emptied(path.read_text(encoding="utf-8"), "Start here" if path.name.startswith("00") else "")
        (folder / "notebooks" / path.name).write_text(text, encoding="utf-8")


def _plan(population: str) -> str:
    """The plan that comes with the package, for another population and with other families."""
    path = shipped("plan.yaml")
    text = path.read_text(encoding="utf-8").replace(read_study(path.parent).population, population)
    text = re.sub(r"(smallest_change:\n  value: \S+\n  source: ).*", rf"\g<1>{_SMALLEST}", text)
    return re.sub(r"^families:\n(?:  .*\n)+\n", _FAMILIES, text, flags=re.MULTILINE)


def _emptied(text: str, title: str) -> str:
    """A notebook without outputs, and with another title where one is given."""
    notebook = json.loads(text)
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell |= {"outputs": [], "execution_count": None}
    if title:
        first = "".join(notebook["cells"][0]["source"])
        notebook["cells"][0]["source"] = re.sub(r"^# .*", f"# {title}", first).splitlines(keepends=True)
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"

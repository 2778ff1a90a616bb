"""Where the data folder is: here or above for whoever writes, also beside the package for whoever only reads."""

from __future__ import annotations

import sys
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]
SHIPPED = PACKAGE / "defaults"
"""Plan, phrases and METHODS.md as they come with an installed package; a checkout has them in their own places."""

RULES = ("plan.yaml", "quantities.yaml")
"""What is needed to read and compare figures, with surveys or without."""

_CHECKOUT = PACKAGE.parents[1]
_OWN = _CHECKOUT / "data"


def nearest_data(*, rules: bool = False) -> Path:
    """Return the data folder here or above; `FileNotFoundError` where there is none."""
    here = Path.cwd().resolve()
    for folder in (parent / "data" for parent in (here, *here.parents)):
        if has_surveys(folder) or (rules and has_rules(folder)):
            return folder
    raise FileNotFoundError("no folder data/surveys is here or above; name the data folder with --data FOLDER")


def find_data() -> Path:
    """Return the data folder to read: that here or above, else the one beside the package, which is then named."""
    try:
        return nearest_data()
    except FileNotFoundError:
        if not has_surveys(_OWN):
            raise
        return _named(_OWN)


def find_rules() -> Path:
    """Return the folder whose plan and phrases count: that here or above, else that of the package, which is named."""
    try:
        return nearest_data(rules=True)
    except FileNotFoundError:
        return _named(next(folder for folder in (_OWN, SHIPPED) if has_rules(folder)))


def has_surveys(folder: Path) -> bool:
    """Return whether a folder holds surveys, or series of them."""
    return any((folder / name).is_dir() for name in ("surveys", "series"))


def has_rules(folder: Path) -> bool:
    """Return whether a folder holds plan and phrases."""
    return all((folder / name).is_file() for name in RULES)


def shipped(name: str) -> Path:
    """Return a file or folder that comes with the package: plan, phrases, METHODS.md or notebooks."""
    places = (SHIPPED / name, _OWN / name, _CHECKOUT / name)
    return next((path for path in places if path.exists()), places[0])


def _named(folder: Path) -> Path:
    print(f"crosswave: no data folder is here or above; reading {folder}", file=sys.stderr)
    return folder

"""Where the data folder is: here or above for whoever writes, also beside the package for whoever only reads."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]
SHIPPED = PACKAGE / "defaults"
"""Plan, phrases and METHODS.md as they come with an installed package; a checkout has them in their own places."""

RULES = ("plan.yaml", "quantities.yaml")
"""What is needed to read and compare figures, with surveys or without."""

_NONE = "no folder data/surveys is here or above; name the data folder with --data FOLDER"


def nearest_data(start: Path | None = None, *, rules: bool = False) -> Path:
    """Return the data folder here or above.

    Raises
    ------
    FileNotFoundError
        There is none.
    """
    for folder in _candidates((start or Path.cwd()).resolve()):
        if (folder / "surveys").is_dir() or (rules and has_rules(folder)):
            return folder
    raise FileNotFoundError(_NONE)


def find_data(start: Path | None = None) -> Path:
    """Return the data folder to read: that here or above, else the one beside the package, which is then named.

    Parameters
    ----------
    start : Path, optional
        Where to look from; the working folder if absent.

    Raises
    ------
    FileNotFoundError
        There is none.
    """
    try:
        return nearest_data(start)
    except FileNotFoundError:
        own = _own()
        if not (own / "surveys").is_dir():
            raise
        return _named(own)


def find_rules(start: Path | None = None) -> Path:
    """The folder whose plan and phrases count: that here or above, else those of the package, which are named."""
    try:
        return nearest_data(start, rules=True)
    except FileNotFoundError:
        return _named(next(folder for folder in (_own(), SHIPPED) if has_rules(folder)))


def has_rules(folder: Path) -> bool:
    """Return whether a folder holds plan and phrases."""
    return all((folder / name).is_file() for name in RULES)


def _candidates(start: Path) -> Iterator[Path]:
    yield from (folder / "data" for folder in (start, *start.parents))


def shipped(name: str) -> Path:
    """Return a file or folder that comes with the package: plan, phrases, METHODS.md or notebooks."""
    checkout = PACKAGE.parents[1]
    places = (SHIPPED / name, checkout / "data" / name, checkout / name)
    return next((path for path in places if path.exists()), places[0])


def _own() -> Path:
    """The data folder of the checkout that the package stands in; nothing may be written there unasked."""
    return PACKAGE.parents[1] / "data"


def _named(folder: Path) -> Path:
    print(f"crosswave: no data folder is here or above; reading {folder}", file=sys.stderr)
    return folder

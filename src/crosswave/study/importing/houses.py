"""How a house lays out its tables, as data: what the sheet itself does not say."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import Field, ValidationError

from crosswave.files import write_whole
from crosswave.study.faults import nearest
from crosswave.study.importing.draft import FACTS, SOURCE_FACTS
from crosswave.study.models.record import Record, Text

_LISTS = ("columns", "skip")


class House(Record):
    """What is to be known of the tables of one house beyond what they say."""

    bare: Literal["percent", "share", "count"] | None = None
    groups: Literal["columns", "rows", "questions"] | None = None
    columns: tuple[Text, ...] = ()
    skip: tuple[Text, ...] = ("Skipped",)
    asks: Text | None = None
    marks: dict[Text, Text] = Field({}, description="What a sign means.")
    topic: Text | None = None
    facts: dict[Text, Text] = Field({}, description="Facts of the survey.")


def house_of(name: str, settings: Iterable[str] = ()) -> House:
    """Return a house by its name or from a file, with settings such as ``topic=cloud`` and ``mark:*=less than 0.5%``.

    Raises
    ------
    ValueError
        There is no such house or key, or a value is not allowed.
    """
    known = yaml.safe_load(files("crosswave.study.importing").joinpath("houses.yaml").read_text(encoding="utf-8"))
    if name.endswith((".yaml", ".yml")):
        held = yaml.safe_load(Path(name).read_text(encoding="utf-8"))
        entry = next(iter(held.values()), None) if isinstance(held, dict) else None
    else:
        if name not in known:
            raise ValueError(f"{name!r} is no house; choose one of {', '.join(known)}{nearest(name, known)}, or a file")
        entry = known[name]
    if not isinstance(entry, dict):
        raise ValueError(f"{name} holds no house; it is one entry: its name, and below it bare, marks, facts ...")
    for setting in settings:
        _put(entry, setting)
    try:
        return House.model_validate(entry)
    except ValidationError as error:
        first = error.errors()[0]
        raise ValueError(f"house {name}, {'.'.join(map(str, first['loc']))}: {first['msg']}") from None


def _put(entry: dict[str, Any], setting: str) -> None:
    key, equals, value = setting.partition("=")
    if not equals or not value:
        raise ValueError(f"a setting is KEY=VALUE, such as topic=cloud; {setting!r} arrived")
    if key.startswith("mark:"):
        entry.setdefault("marks", {})[key.removeprefix("mark:")] = value
    elif key in FACTS or key in SOURCE_FACTS:
        entry.setdefault("facts", {})[key] = value
    elif key in _LISTS:
        entry[key] = [text.strip() for text in value.split(";")]
    elif key in House.model_fields:
        entry[key] = value
    else:
        known = [*House.model_fields, *FACTS, *SOURCE_FACTS]
        meant = nearest(key, known)
        raise ValueError(f"{key!r} cannot be set{meant}; the facts of a survey and {', '.join(known[:6])}")


def write_house(path: Path, name: str, house: House) -> None:
    """Write a house as a file that `house_of` reads."""
    entry = house.model_dump(exclude_defaults=True, mode="json")
    write_whole(path, yaml.safe_dump({name: entry}, allow_unicode=True, sort_keys=False))

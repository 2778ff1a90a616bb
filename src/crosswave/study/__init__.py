"""The only door to ``data/``: files in, checked records out. What reads files is imported when it is asked for."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crosswave.study.faults import DataError, Fault
    from crosswave.study.loading import load_evidence, load_registry, load_rules, read_series, read_study
    from crosswave.study.places import find_data
    from crosswave.study.registry import Finding, Registry

_HOMES = {
    "faults": ("DataError", "Fault"),
    "loading": ("load_evidence", "load_registry", "load_rules", "read_series", "read_study"),
    "places": ("find_data",),
    "registry": ("Finding", "Registry"),
}
__all__ = [
    "DataError", "Fault", "Finding", "Registry", "find_data", "load_evidence", "load_registry", "load_rules",
    "read_series", "read_study",
]  # fmt: skip


def __getattr__(name: str) -> object:
    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{home}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

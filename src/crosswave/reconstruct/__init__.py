"""From the printed figures of a survey to the integer counts that can have printed them.

The solver is imported when a name that needs it is asked for: a single figure needs none.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crosswave.reconstruct.means import mean_counts, mean_totals
    from crosswave.reconstruct.solve import Solutions, fits_truncated
    from crosswave.reconstruct.survey import FindingCounts, Reconstruction, reconstruct, retractions

_HOMES = {
    "means": ("mean_counts", "mean_totals"),
    "solve": ("Solutions", "fits_truncated"),
    "survey": ("FindingCounts", "Reconstruction", "reconstruct", "retractions"),
}
__all__ = [
    "FindingCounts",
    "Reconstruction",
    "Solutions",
    "fits_truncated",
    "mean_counts",
    "mean_totals",
    "reconstruct",
    "retractions",
]


def __getattr__(name: str) -> object:
    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{home}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

"""From the printed figures of a survey to the integer counts that can have printed them.

The solver is imported when a name that needs it is asked for: a single figure needs none.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crosswave.reconstruct.means import mean_counts, mean_totals
    from crosswave.reconstruct.solve import Solutions
    from crosswave.reconstruct.survey import FindingCounts, Reconstruction, reconstruct
    from crosswave.reconstruct.trials import fits_truncated

_HOMES = {
    "means": ("mean_counts", "mean_totals"),
    "solve": ("Solutions",),
    "survey": ("FindingCounts", "Reconstruction", "reconstruct"),
    "trials": ("fits_truncated",),
}
__all__ = [
    "FindingCounts",
    "Reconstruction",
    "Solutions",
    "fits_truncated",
    "mean_counts",
    "mean_totals",
    "reconstruct",
]


def __getattr__(name: str) -> object:
    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{home}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

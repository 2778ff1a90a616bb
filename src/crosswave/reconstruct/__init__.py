"""From the printed figures of a survey to the integer counts that can have printed them.

The solver is imported when a name that needs it is asked for: a single figure needs none.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crosswave.reconstruct.survey import FindingCounts, Reconstruction, Reconstructions, reconstruct, retractions

__all__ = ["FindingCounts", "Reconstruction", "Reconstructions", "reconstruct", "retractions"]


def __getattr__(name: str) -> object:
    if name in __all__:
        return getattr(import_module(f"{__name__}.survey"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

"""From the printed figures of a survey to the integer counts that can have printed them."""

from crosswave.reconstruct.means import mean_counts, mean_totals
from crosswave.reconstruct.solve import Solutions
from crosswave.reconstruct.survey import FindingCounts, Reconstruction, reconstruct
from crosswave.reconstruct.trials import fits_truncated

__all__ = [
    "FindingCounts",
    "Reconstruction",
    "Solutions",
    "fits_truncated",
    "mean_counts",
    "mean_totals",
    "reconstruct",
]

"""From the printed figures of a survey to the integer counts that can have printed them."""

from crosswave.reconstruct.means import mean_counts, mean_totals
from crosswave.reconstruct.rounding import fits_truncated
from crosswave.reconstruct.solutions import Solutions, tables_from_rows
from crosswave.reconstruct.survey import FindingCounts, Reconstruction, reconstruct

__all__ = [
    "FindingCounts",
    "Reconstruction",
    "Solutions",
    "fits_truncated",
    "mean_counts",
    "mean_totals",
    "reconstruct",
    "tables_from_rows",
]

"""The page of a trend: `waves`, their `comparison`, its `robustness`, the `total_error`, the `lines` of all years."""

from crosswave.report.trend import comparison, lines, robustness, total_error, waves

__all__ = ["comparison", "lines", "robustness", "total_error", "waves"]

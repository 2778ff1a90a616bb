"""The page of a trend: `waves`, their `comparison`, its `robustness`, the `total_error`, the `series` of all years."""

from crosswave.report.trend import comparison, robustness, series, total_error, waves

__all__ = ["comparison", "robustness", "series", "total_error", "waves"]

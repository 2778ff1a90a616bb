"""The page of a trend: its `answer`, `waves`, `comparison`, `robustness`, `total_error` and `lines` of all years."""

from crosswave.report.trend import answer, comparison, lines, robustness, total_error, waves

__all__ = ["answer", "comparison", "lines", "robustness", "total_error", "waves"]

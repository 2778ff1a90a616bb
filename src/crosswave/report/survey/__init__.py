"""The page of a survey: whether to `trust` it, `figures`, one of them counted `by_hand`, `conflicts`."""

from crosswave.report.survey import by_hand, conflicts, figures, trust

__all__ = ["by_hand", "conflicts", "figures", "trust"]

"""The page of a survey: `figures`, one of them counted `by_hand`, `conflicts` and assumptions."""

from crosswave.report.survey import by_hand, conflicts, figures

__all__ = ["by_hand", "conflicts", "figures"]

"""From the printed figures of a survey to the integer counts that can have printed them."""

from crosswave.reconstruct.survey import FindingCounts, Reconstruction, reconstruct

__all__ = ["FindingCounts", "Reconstruction", "reconstruct"]

"""The page of a survey."""

from crosswave.report.survey.by_hand import worked_example
from crosswave.report.survey.conflicts import (
    assumptions_table,
    survey_conflicts,
    survey_readings,
    survey_together,
    tell_conflicts,
)
from crosswave.report.survey.figures import (
    findings_alt,
    findings_chart,
    findings_table,
    reasons_table,
    survey_answer,
    survey_caveats,
    survey_checks,
    survey_table,
)

__all__ = [
    "assumptions_table",
    "findings_alt",
    "findings_chart",
    "findings_table",
    "reasons_table",
    "survey_answer",
    "survey_caveats",
    "survey_checks",
    "survey_conflicts",
    "survey_readings",
    "survey_table",
    "survey_together",
    "tell_conflicts",
    "worked_example",
]

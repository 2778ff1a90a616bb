"""Frames that a person reads, and the HTML that shows them."""

from crosswave.tables.assumptions import assumptions_table
from crosswave.tables.calibration import alarms_table, power_table, rates_table, world_table
from crosswave.tables.claims import claim_counts_table, claims_table, conditions_table
from crosswave.tables.course import course_of, courses_of, with_line
from crosswave.tables.facts import checks_table, facts_table
from crosswave.tables.overview import counts_table, levels_table, years_table
from crosswave.tables.render import Link, confidence, download, folded, percent, show, span, to_html, to_text
from crosswave.tables.specifications import analyses, choices_table, outcomes_table
from crosswave.tables.surveys import findings_table, reasons_table, sources_table, survey_table
from crosswave.tables.synthesis import (
    decision_table,
    differences_table,
    fates_table,
    multiplicity_table,
    refusals_table,
    synthesis_table,
    verdicts_table,
)
from crosswave.tables.tipping import tipping_all, tipping_table
from crosswave.tables.total_error import left_one_out_table, measured_error, needs_table, same_year_table
from crosswave.tables.trajectory import (
    course_table,
    courses_table,
    dates_table,
    lines_table,
    not_on_line_table,
    terms_table,
)
from crosswave.tables.trends import gate_table, left_out_table, reach_table, settings_table, tests_table
from crosswave.tables.waves import asked_table, by_wave, waves_table

__all__ = [
    "Link",
    "alarms_table",
    "analyses",
    "asked_table",
    "assumptions_table",
    "by_wave",
    "checks_table",
    "choices_table",
    "claim_counts_table",
    "claims_table",
    "conditions_table",
    "confidence",
    "counts_table",
    "course_of",
    "course_table",
    "courses_of",
    "courses_table",
    "dates_table",
    "decision_table",
    "differences_table",
    "download",
    "facts_table",
    "fates_table",
    "findings_table",
    "folded",
    "gate_table",
    "left_one_out_table",
    "left_out_table",
    "levels_table",
    "lines_table",
    "measured_error",
    "multiplicity_table",
    "needs_table",
    "not_on_line_table",
    "outcomes_table",
    "percent",
    "power_table",
    "rates_table",
    "reach_table",
    "reasons_table",
    "refusals_table",
    "same_year_table",
    "settings_table",
    "show",
    "sources_table",
    "span",
    "survey_table",
    "synthesis_table",
    "terms_table",
    "tests_table",
    "tipping_all",
    "tipping_table",
    "to_html",
    "to_text",
    "verdicts_table",
    "waves_table",
    "with_line",
    "world_table",
    "years_table",
]

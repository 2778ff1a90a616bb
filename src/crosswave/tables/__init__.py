"""Frames that a person reads, and the HTML that shows them."""

from crosswave.tables.claims import claims_table, conditions_table
from crosswave.tables.facts import checks_table, facts_table
from crosswave.tables.overview import counts_table, levels_table, years_table
from crosswave.tables.render import Link, confidence, percent, show, span, to_html, to_text
from crosswave.tables.surveys import findings_table, reasons_table, sources_table, survey_table
from crosswave.tables.synthesis import decision_table, synthesis_table, verdicts_table
from crosswave.tables.trends import (
    by_wave,
    gate_table,
    left_out_table,
    reach_table,
    settings_table,
    tests_table,
    waves_table,
)

__all__ = [
    "Link",
    "by_wave",
    "checks_table",
    "claims_table",
    "conditions_table",
    "confidence",
    "counts_table",
    "decision_table",
    "facts_table",
    "findings_table",
    "gate_table",
    "left_out_table",
    "levels_table",
    "percent",
    "reach_table",
    "reasons_table",
    "settings_table",
    "show",
    "sources_table",
    "span",
    "survey_table",
    "synthesis_table",
    "tests_table",
    "to_html",
    "to_text",
    "verdicts_table",
    "waves_table",
    "years_table",
]

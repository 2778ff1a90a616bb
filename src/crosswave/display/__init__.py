"""What the notebooks say: answers, checks and caveats as sentences, every number computed."""

from crosswave.display import forms_of_records, forms_of_results  # noqa: F401  (they register their forms)
from crosswave.display.calibration import calibration_answer, calibration_caveats, calibration_checks
from crosswave.display.cards import survey_card, trend_card
from crosswave.display.claims import claims_answer, claims_caveats, claims_of, surveys_behind
from crosswave.display.conflicts import survey_conflicts, survey_readings, tell_conflicts
from crosswave.display.forms import attach, form_of
from crosswave.display.menu import chooser
from crosswave.display.overview import facts_answer, facts_between, facts_notes, overview_answer
from crosswave.display.progress import progress
from crosswave.display.prose import bullets, markdown, say
from crosswave.display.surveys import survey_answer, survey_caveats, survey_checks
from crosswave.display.survival import (
    error_of,
    error_words,
    multiverse_words,
    survival_of,
    survival_words,
    survivals_of,
)
from crosswave.display.synthesis import (
    synthesis_answer,
    synthesis_caveats,
    synthesis_families,
    synthesis_headline,
    synthesis_needs,
    synthesis_window,
    wider,
)
from crosswave.display.together import survey_together
from crosswave.display.trajectory import courses_words, trajectory_words
from crosswave.display.trends import trend_answer, trend_caveats, trend_checks, trend_reach, verdict_meaning
from crosswave.display.tutorial import Tutorial
from crosswave.display.variants import tiers, variants
from crosswave.display.worked import worked_example
from crosswave.report.sentences import made_with

__all__ = [
    "Tutorial",
    "bullets",
    "calibration_answer",
    "calibration_caveats",
    "calibration_checks",
    "chooser",
    "claims_answer",
    "claims_caveats",
    "claims_of",
    "courses_words",
    "error_of",
    "error_words",
    "facts_answer",
    "facts_between",
    "facts_notes",
    "form_of",
    "made_with",
    "markdown",
    "multiverse_words",
    "overview_answer",
    "progress",
    "say",
    "survey_answer",
    "survey_card",
    "survey_caveats",
    "survey_checks",
    "survey_conflicts",
    "survey_readings",
    "survey_together",
    "surveys_behind",
    "survival_of",
    "survival_words",
    "survivals_of",
    "synthesis_answer",
    "synthesis_caveats",
    "synthesis_families",
    "synthesis_headline",
    "synthesis_needs",
    "synthesis_window",
    "tell_conflicts",
    "tiers",
    "trajectory_words",
    "trend_answer",
    "trend_card",
    "trend_caveats",
    "trend_checks",
    "trend_reach",
    "variants",
    "verdict_meaning",
    "wider",
    "worked_example",
]

attach()

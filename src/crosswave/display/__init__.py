"""What the notebooks say: answers, checks and caveats as sentences, every number computed."""

from crosswave.display.claims import claims_answer, claims_caveats, claims_of, surveys_behind
from crosswave.display.overview import facts_answer, facts_between, facts_notes, overview_answer
from crosswave.display.prose import bullets, markdown, say
from crosswave.display.surveys import survey_answer, survey_assumptions, survey_caveats, survey_checks
from crosswave.display.synthesis import synthesis_answer, synthesis_caveats, synthesis_families
from crosswave.display.trends import trend_answer, trend_caveats, trend_checks, trend_reach, variants

__all__ = [
    "bullets",
    "claims_answer",
    "claims_caveats",
    "claims_of",
    "facts_answer",
    "facts_between",
    "facts_notes",
    "markdown",
    "overview_answer",
    "say",
    "survey_answer",
    "survey_assumptions",
    "survey_caveats",
    "survey_checks",
    "surveys_behind",
    "synthesis_answer",
    "synthesis_caveats",
    "synthesis_families",
    "trend_answer",
    "trend_caveats",
    "trend_checks",
    "trend_reach",
    "variants",
]

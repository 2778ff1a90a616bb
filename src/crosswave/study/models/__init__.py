"""The data model: what may be in ``data/``, as pydantic models.

Absent means unknown. A field that is not there is never read as a fact; where the arithmetic needs one, the
reconstruction takes it as a named assumption.
"""

from crosswave.study.models.plan import ALL_YEARS, ALPHA_TOP, ErrorTier, MultiversePlan, Plan, RobustnessPlan
from crosswave.study.models.quantities import Phrase, Quantities, Rule
from crosswave.study.models.record import Record, Vocabulary, sampling_words, unit_words
from crosswave.study.models.study import (
    Batteries,
    Battery,
    Claim,
    Claims,
    Condition,
    Construct,
    ConstructAnswer,
    Constructs,
    Fact,
    Grades,
    Licence,
    Study,
)
from crosswave.study.models.survey import (
    ORGANISATIONS,
    Answer,
    Base,
    Overlap,
    PrintedChange,
    Question,
    SampleSize,
    Source,
    Survey,
)

__all__ = [
    "ALL_YEARS", "ALPHA_TOP", "ORGANISATIONS", "Answer", "Base", "Batteries", "Battery", "Claim", "Claims",
    "Condition", "Construct", "ConstructAnswer", "Constructs", "ErrorTier", "Fact", "Grades", "Licence",
    "MultiversePlan", "Overlap", "Phrase", "Plan", "PrintedChange", "Quantities", "Question", "Record",
    "RobustnessPlan", "Rule", "SampleSize", "Source", "Study", "Survey", "Vocabulary", "sampling_words", "unit_words",
]  # fmt: skip

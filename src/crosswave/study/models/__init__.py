"""The data model: what may stand in ``data/``, as pydantic models, a module for each kind of file.

Absent means unknown. A field that is not there is never read as a fact; where the arithmetic needs one, the
reconstruction takes it as a named assumption.
"""

from crosswave.study.models.claim import Claim, Claims, Condition, Fact
from crosswave.study.models.construct import Construct, ConstructAnswer, Constructs, Grade, Grades, LeftOut
from crosswave.study.models.plan import (
    ALL_YEARS,
    ALPHA_RULE,
    ALPHA_TOP,
    Declared,
    ErrorTier,
    Family,
    GateRule,
    LinesPlan,
    MultiversePlan,
    Plan,
    RobustnessPlan,
    VerdictRow,
)
from crosswave.study.models.quantities import Phrase, Quantities, Rule
from crosswave.study.models.record import Record
from crosswave.study.models.study import (
    SAMPLING,
    UNITS,
    Headline,
    Licence,
    Study,
    Vocabulary,
    Window,
    sampling_words,
    unit_words,
)
from crosswave.study.models.survey import (
    ORGANISATIONS,
    Answer,
    Base,
    Fieldwork,
    Overlap,
    PrintedChange,
    Question,
    SampleSize,
    Source,
    Survey,
)

__all__ = [
    "ALL_YEARS",
    "ALPHA_RULE",
    "ALPHA_TOP",
    "ORGANISATIONS",
    "SAMPLING",
    "UNITS",
    "Answer",
    "Base",
    "Claim",
    "Claims",
    "Condition",
    "Construct",
    "ConstructAnswer",
    "Constructs",
    "Declared",
    "ErrorTier",
    "Fact",
    "Family",
    "Fieldwork",
    "GateRule",
    "Grade",
    "Grades",
    "Headline",
    "LeftOut",
    "Licence",
    "LinesPlan",
    "MultiversePlan",
    "Overlap",
    "Phrase",
    "Plan",
    "PrintedChange",
    "Quantities",
    "Question",
    "Record",
    "RobustnessPlan",
    "Rule",
    "SampleSize",
    "Source",
    "Study",
    "Survey",
    "VerdictRow",
    "Vocabulary",
    "Window",
    "sampling_words",
    "unit_words",
]

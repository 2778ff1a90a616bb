"""The data model: what may stand in ``data/``, as pydantic models, a module for each kind of file.

Absent means unknown. A field that is not there is never read as a fact; where the arithmetic needs one, the
reconstruction takes it as a named assumption.
"""

from crosswave.study.models.claim import Claim, Claims, Condition, Fact
from crosswave.study.models.construct import Construct, ConstructAnswer, Constructs, Grade, Grades, LeftOut
from crosswave.study.models.plan import (
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
    Window,
)
from crosswave.study.models.quantities import Phrase, Quantities, Rule
from crosswave.study.models.record import Record
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
    Topic,
)

__all__ = [
    "ALPHA_RULE",
    "ALPHA_TOP",
    "ORGANISATIONS",
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
    "LeftOut",
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
    "Survey",
    "Topic",
    "VerdictRow",
    "Window",
]

"""The data model: what may stand in ``data/``, as pydantic models.

Absent means unknown. A field that is not there is never read as a fact; where the arithmetic needs one, the
reconstruction takes it as a named assumption.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
LocalId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+\.[a-z0-9-]+$")]
FindingId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+\.[a-z0-9-]+\.[a-z0-9-]+$")]


def _in_the_calendar(text: str) -> str:
    if len(text) == len("2017-04-18"):
        try:
            date.fromisoformat(text)
        except ValueError:
            raise ValueError(f"{text} is no day of the calendar; mend the date") from None
    if not 1990 <= int(text[:4]) <= 2100:
        raise ValueError(f"{text} is not between 1990 and 2100; mend the date")
    return text


PartialDate = Annotated[
    str,
    StringConstraints(pattern=r"^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$"),
    AfterValidator(_in_the_calendar),
]
Address = Annotated[str, StringConstraints(pattern=r"^https?://[^\s/]+\.[^\s]+$")]
Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Year = Annotated[int, Field(ge=1990, le=2100)]
HeadCount = Annotated[int, Field(ge=1, le=10_000_000)]

Topic = Literal[
    "automation", "budget-cost", "citizen-demand", "cloud", "confidence", "culture", "data-sharing",
    "digital-progress", "leadership", "legacy", "other", "procurement-sme", "remote-working", "security-privacy",
    "skills", "strategy", "technology-value", "training",
]  # fmt: skip
Grade = Literal["same", "similar", "different", "unknown"]


class Record(BaseModel):
    """A part of a data file: unknown keys are faults, and nothing changes after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Source(Record):
    """A page or document that prints figures."""

    id: Slug
    title: Text
    publisher: Text | None = None
    url: Address
    kind: Literal["founding-document", "mirror", "press-release", "publisher-report", "trade-press", "vendor-blog"]
    published: PartialDate | None = Field(None, description="YYYY, YYYY-MM or YYYY-MM-DD, as far as it is known.")


class Fieldwork(Record):
    """When a survey was in the field, and who ran it."""

    start: PartialDate | None = None
    end: PartialDate | None = None
    house: Text | None = Field(None, description="The organisation that collected the answers.")


class SampleSize(Record):
    """How many answered, as printed, and the integers that this admits."""

    printed: Text | None = Field(None, description="The printed form, untouched.")
    value: HeadCount | None = Field(None, description="The number in the printed form.")
    kind: Literal["exact", "approximate", "at-least", "derived", "unknown"]
    low: HeadCount | None = Field(None, description="Smallest n; needed where kind is derived.")
    high: HeadCount | None = Field(None, description="Largest n; needed where kind is derived.")
    how: Text | None = Field(None, description="The arithmetic behind a derived n.")

    @model_validator(mode="after")
    def _complete(self) -> SampleSize:
        if self.kind in ("exact", "approximate", "at-least") and self.value is None:
            raise ValueError(f"n of kind {self.kind} needs a value")
        if self.kind == "derived" and not (self.low and self.high and self.how):
            raise ValueError("n of kind derived needs low, high and how")
        if self.low and self.high and self.low > self.high:
            raise ValueError(f"n has low {self.low} above high {self.high}")
        return self


ORGANISATIONS = "organisations"
"""What a base counts where it is the organisations behind the people who answered."""


class Base(Record):
    """Whom a question or an answer was counted on. Exactly one of the forms below."""

    everyone: bool = Field(False, description="A source states that it is everybody. (Short form: base: all)")
    who: Text | None = Field(None, description="The subset, in own words.")
    n: HeadCount | None = Field(None, description="Size of the subset, where it is printed.")
    answers: tuple[LocalId, ...] = Field((), description="question.answer whose respondents make up the subset.")
    counts: Text | None = Field(None, description="What is counted, where it is not respondents (projects, breaches).")
    either: tuple[Base, ...] = Field((), description="Alternatives, where print is ambiguous: each is tried.")

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: object) -> object:
        return {"everyone": True} if value == "all" else value

    @model_validator(mode="after")
    def _one_form(self) -> Base:
        forms = (self.everyone, bool(self.who or self.n or self.answers), bool(self.either), bool(self.counts))
        if not any(forms):
            raise ValueError("a base needs one of: all, who, n, answers, counts, either")
        if self.either and (len(self.either) < 2 or any(forms[:2]) or forms[3]):
            raise ValueError("either lists two or more alternatives and stands alone")
        return self


class Answer(Record):
    """One printed figure."""

    id: Slug
    says: Text = Field(description="The answer, in own words.")
    printed: Text = Field(description="The figure exactly as printed, in quotes: 58%, 58.0 per cent, nearly half.")
    measure: Literal["share", "mean", "change", "range", "size"] = Field(
        "share", description="What the figure is: a share of the base, a mean score, a change, a range, a head count."
    )
    topic: Topic
    barrier: bool = Field(False, description="true where the answer names something that stands in the way.")
    sources: Annotated[tuple[Slug, ...], Field(min_length=1)]
    item: Slug | None = Field(None, description="The statement of a battery that this answers, one per statement.")
    base: Base | None = Field(None, description="Where it differs from the base of the question.")
    net_of: tuple[Slug, ...] = Field((), description="Answers of this question whose sum this is.")
    part_of: Slug | None = Field(None, description="The answer of this question that includes this one.")
    rival_of: Slug | None = Field(None, description="The answer of which this is another printed value.")
    complement_of: Slug | None = Field(None, description="The answer that everybody else gave.")
    organisations_of: Slug | None = Field(None, description="The answer of people that this counts by organisation.")
    ambiguity: Text | None = Field(None, description="What print leaves open.")
    unusable: Text | None = Field(None, description="Why the figure must not be used in a comparison.")
    note: Text | None = None


class Question(Record):
    """A question, with the answers that are printed for it."""

    id: Slug
    asks: Text = Field(description="What it asks, in own words.")
    about: Text = Field(description="The stem: the thing measured, in own words.")
    response: Literal["single", "multi", "scale", "fact"] | None = Field(
        None, description="single and scale: answers exclude each other. Absent: unknown, nothing is summed."
    )
    response_inferred: bool = Field(False, description="true where no source states how it was answered.")
    exhaustive: bool = Field(False, description="true where the listed answers are all that was offered.")
    base: Base | None = Field(None, description="Absent: not stated; everyone is then an assumption.")
    answers: Annotated[tuple[Answer, ...], Field(min_length=1)]
    note: Text | None = None


class PrintedChange(Record):
    """A change printed without the earlier level: claims may use it, levels never."""

    id: Slug
    answer: LocalId = Field(description="The answer, in this survey or in the earlier one, that changed.")
    since: Slug = Field(description="The earlier survey.")
    points: int = Field(description="Later minus earlier, percentage points.")
    level: Text | None = Field(None, description="The later level as printed.")
    sources: Annotated[tuple[Slug, ...], Field(min_length=1)]
    note: Text | None = None


class Overlap(Record):
    """Another wave with some of the same respondents."""

    survey: Slug
    how: Text
    shared: HeadCount | None = Field(
        None, description="How many answered in both, where that is printed or follows from what is printed."
    )


class Survey(Record):
    """One survey wave: everything that is known of it."""

    id: Slug
    title: Text
    series: Slug | None = Field(None, description="Same publisher and instrument repeated.")
    publisher: Text | None = None
    sponsor: Text | None = None
    fieldwork: Fieldwork = Fieldwork()
    published: PartialDate | None = None
    year: Year = Field(description="The year that places the wave.")
    year_basis: Literal["fieldwork", "publication", "inferred"]
    population: Text
    sector: Literal["central", "local", "nhs", "mixed"]
    nation: Literal["UK", "England", "Scotland", "Wales", "Northern Ireland"] | None = None
    unit: Literal["person", "organisation", "foi-return"]
    mode: Literal["online", "telephone", "paper", "face-to-face", "foi", "mixed"] | None = None
    sampling: Literal["probability", "census", "foi", "panel", "self-selected", "poll-at-event"] | None = None
    n: SampleSize = SampleSize(kind="unknown")
    organisations: HeadCount | None = None
    asked: HeadCount | None = Field(None, description="How many were asked, where a source prints the number.")
    weighted: bool | None = Field(None, description="Absent: unknown; unweighted is then an assumption.")
    rounding: Literal["nearest", "truncated"] | None = Field(None, description="Absent: unknown; nearest assumed.")
    overlaps: tuple[Overlap, ...] = ()
    missing: Text | None = Field(None, description="What would have to be obtained, where no share is printed.")
    note: Text | None = None
    sources: Annotated[tuple[Source, ...], Field(min_length=1)]
    questions: tuple[Question, ...] = ()
    changes: tuple[PrintedChange, ...] = ()

    @model_validator(mode="after")
    def _asked_enough(self) -> Survey:
        answered = self.n.value if self.n.kind == "exact" else self.n.low
        if self.asked and answered and self.asked < answered:
            raise ValueError(f"asked is {self.asked}, fewer than the {answered} who answered; mend one of them")
        return self


class Grades(Record):
    """How alike an answer is to the first of its construct."""

    population: Grade
    unit: Grade
    stem: Grade
    wording: Grade
    base: Grade
    response: Grade


class ConstructAnswer(Record):
    """One survey's answer in a construct."""

    finding: FindingId
    grades: Grades
    same_instrument_as: tuple[FindingId, ...] = ()
    reversed: bool = Field(False, description="true where the complement of the printed share is meant.")
    note: Text | None = None


class LeftOut(Record):
    """A figure that speaks to a construct and is not used in it."""

    figure: FindingId
    reason: Text


class Construct(Record):
    """Answers of different surveys that measure the same thing, one per survey."""

    id: Slug
    label: Text
    family: Slug = Field(description="The family of plan.yaml in which multiplicity is controlled.")
    partition: Slug | None = Field(None, description="Constructs of one partition are answers of one question.")
    answers: tuple[ConstructAnswer, ...] = ()
    changes: tuple[LocalId, ...] = Field((), description="survey.change: printed changes that stand for a level.")
    left_out: tuple[LeftOut, ...] = ()


class Constructs(Record):
    """The file constructs.yaml."""

    constructs: tuple[Construct, ...]


class Condition(Record):
    """A linear statement: the weighted sum of shares or facts stands in a relation to a value."""

    terms: dict[str, int] = Field(description="Finding id, change id (survey.change) or fact id: its weight.")
    over: tuple[str, ...] = Field((), description="Fact ids whose sum divides the terms.")
    is_: Literal["above", "at-least", "below", "between", "about", "phrase"] = Field(alias="is")
    value: Text | None = Field(None, description="A number, fraction or percentage: 1/3, 50%, 0.")
    and_value: Text | None = Field(None, description="The upper end, for between.")
    phrase: Text | None = Field(None, description="A phrase of quantities.yaml, for phrase.")


class Claim(Record):
    """A sentence that a writer built on figures, as a predicate."""

    id: Slug
    source: Slug
    surveys: tuple[Slug, ...] = ()
    says: Text = Field(description="The claim, in own words.")
    subject: Literal["respondents", "population", "organisations", "arithmetic"]
    all_of: tuple[Condition, ...] = Field((), description="Every one must hold.")
    not_checkable: Text | None = Field(None, description="Why no published figure can check it.")
    note: Text | None = None

    @model_validator(mode="after")
    def _checkable_or_not(self) -> Claim:
        if bool(self.all_of) == bool(self.not_checkable):
            raise ValueError("a claim has either all_of or not_checkable")
        return self


class Claims(Record):
    """The file claims.yaml."""

    sources: tuple[Source, ...]
    claims: tuple[Claim, ...]


class Phrase(Record):
    """What a verbal quantity stands for."""

    text: Text
    kind: Literal["proportion", "count"]
    low: Text
    high: Text
    reason: Text
    seen: tuple[dict[str, str], ...] = Field((), description="Uses with a known exact value.")


class Rule(Record):
    """What a leading word does to the quantity that follows it."""

    kind: Literal["proportion", "count", "any"] = "any"
    words: Annotated[tuple[Text, ...], Field(min_length=1)]
    below: Text = Field(description="How far below the quantity the truth may lie, relative to the quantity.")
    above: Text = Field(description="How far above; rest: up to the most that is possible.")
    reason: Text


class Quantities(Record):
    """The file quantities.yaml."""

    phrases: tuple[Phrase, ...]
    rules: tuple[Rule, ...]


class Declared(Record):
    """A number of the pre-declared analysis, with where it comes from."""

    value: float
    source: Text


class ErrorTier(Record):
    """The survey error that n does not show, for one grade of comparison."""

    points: Annotated[float, Field(ge=0)] | Literal["estimated"] = Field(
        description="SD of one wave in points at 50 %, on the logit scale; estimated: from same-year figures in data/."
    )
    means: Text
    source: Text

    @property
    def number(self) -> float:
        """The points as a number.

        Raises
        ------
        ValueError
            They are to be estimated and were not.
        """
        if self.points == "estimated":
            raise ValueError(
                "points of a tier of total_error must be a number here; plan.yaml says estimated. "
                "Pass the registry through crosswave.trend.dispersion.with_estimated_error first, or declare a number."
            )
        return float(self.points)


class GateRule(Record):
    """What a recorded grade does to the comparability of two answers."""

    aspect: Literal["population", "unit", "stem", "wording", "base", "response", "mode", "house"]
    grades: Annotated[tuple[Grade, ...], Field(min_length=1)]
    gives: Literal["B1", "B2", "C"]
    says: Text


class Family(Record):
    """Comparisons among which the chance of a false alarm is controlled together."""

    id: Slug
    label: Text


class VerdictRow(Record):
    """A row of the ordered decision table: the first whose condition holds gives the verdict."""

    verdict: Text
    when: Text


class Window(Record):
    """The years in question."""

    from_year: Year
    to_year: Year
    source: Text


class RobustnessPlan(Record):
    """How far numbers are moved in search of the value at which a verdict gives way."""

    design_effect_limit: Declared
    total_error_limit: Declared = Field(description="Points at 50 %.")
    population_multiples: tuple[float, ...] = Field(description="People, in times those who answered a wave.")
    populations: tuple[int, ...] = Field(description="People, where no source says how many there are.")
    source: Text = Field(description="Where the two lists come from.")

    @model_validator(mode="after")
    def _in_range(self) -> RobustnessPlan:
        rules = {
            f"design_effect_limit must be above 1; {self.design_effect_limit.value:g} arrived": (
                self.design_effect_limit.value > 1
            ),
            f"total_error_limit must be above 0; {self.total_error_limit.value:g} arrived": (
                self.total_error_limit.value > 0
            ),
            "population_multiples must be above 1": min(self.population_multiples, default=2) > 1,
            "populations must be at least 1": min(self.populations, default=1) >= 1,
        }
        return _held(self, rules)


ALPHA_TOP = 0.5
"""Every error rate lies below it: the two tests of equivalence use the interval at 1 - 2 alpha, which is empty here."""

ALPHA_RULE = f"must lie above 0 and below {ALPHA_TOP:g}, such as 0.05 for 95 % intervals"


class LinesPlan(Record):
    """What was fixed for lines through three waves and more."""

    published_within: Declared = Field(description="Years from fieldwork to publication, where the former is unknown.")
    family: Family = Field(description="All slopes and trends are one family, adjusted by Holm.")

    @model_validator(mode="after")
    def _in_range(self) -> LinesPlan:
        years = self.published_within.value
        return _held(self, {f"published_within must be years above 0; {years:g} arrived": years > 0})


_LEAST_ANALYSES = 200


class MultiversePlan(Record):
    """The named choices whose combinations are the analyses of a pair of waves."""

    methods: tuple[Literal["newcombe", "miettinen-nurminen", "agresti-caffo", "wald"], ...]
    tiers: tuple[Literal["A", "B1", "B2"], ...] = Field(description="Whose total error is added.")
    design_effects: tuple[float, ...]
    counts: tuple[Literal["lowest", "printed", "highest"], ...] = Field(
        description="The feasible counts with the lowest or the highest difference, or the printed shares."
    )
    sizes: tuple[Literal["smallest", "largest"], ...] = Field(description="The n tried where print leaves it open.")
    smallest_changes: tuple[float, ...] = Field(description="Percentage points.")
    alphas: tuple[float, ...]
    source: Text

    @model_validator(mode="after")
    def _in_range(self) -> MultiversePlan:
        lists = {name: getattr(self, name) for name in type(self).model_fields if name != "source"}
        rules = {
            f"{name} must list at least one choice, and none twice": 0 < len(set(x)) == len(x)
            for name, x in lists.items()
        }
        analyses = math.prod(len(x) for name, x in lists.items() if name != "sizes")
        rules |= {
            f"the choices must make at least {_LEAST_ANALYSES} analyses of a pair; they make {analyses}": (
                analyses >= _LEAST_ANALYSES
            ),
            "design_effects must be at least 1": min(self.design_effects, default=1) >= 1,
            "smallest_changes must be points between 0 and 100": all(0 < x < 100 for x in self.smallest_changes),
            f"alphas {ALPHA_RULE}": all(0 < x < ALPHA_TOP for x in self.alphas),
        }
        return _held(self, rules)


_Held = TypeVar("_Held", bound=Record)


def _held(record: _Held, rules: Mapping[str, bool]) -> _Held:
    """The record, or all rules that it breaks."""
    broken = [words for words, holds in rules.items() if not holds]
    if broken:
        raise ValueError("; ".join(broken))
    return record


class Plan(Record):
    """The file plan.yaml: what was fixed before any comparison was made."""

    window: Window
    alpha: Declared
    design_effect: Declared
    smallest_change: Declared = Field(description="Percentage points.")
    power: Declared
    detectable_limit: Declared = Field(description="Percentage points: beyond it a comparison is uninformative.")
    n_largest: Declared = Field(description="The largest n tried where no n is printed.")
    at_least_span: Declared = Field(description="How far above 'over N' n may lie, in units of N's leading digit.")
    total_error: dict[Literal["A", "B1", "B2"], ErrorTier]
    design_effects: tuple[float, ...] = Field(description="Design effects at which each verdict is tried.")
    robustness: RobustnessPlan
    multiverse: MultiversePlan
    gate: tuple[GateRule, ...]
    families: tuple[Family, ...]
    lines: LinesPlan
    decision_table: tuple[VerdictRow, ...]

    @model_validator(mode="after")
    def _in_range(self) -> Plan:
        rules = {
            f"alpha {ALPHA_RULE}; {self.alpha.value:g} arrived": 0 < self.alpha.value < ALPHA_TOP,
            f"power must lie between 0 and 1; {self.power.value:g} arrived": 0 < self.power.value < 1,
            f"design_effect must be at least 1; {self.design_effect.value:g} arrived": self.design_effect.value >= 1,
            f"smallest_change must be points between 0 and 100; {self.smallest_change.value:g} arrived": 0
            < self.smallest_change.value
            < 100,
            f"window ends {self.window.to_year}, before it starts {self.window.from_year}": self.window.from_year
            <= self.window.to_year,
            "design_effects must list numbers of at least 1": bool(self.design_effects)
            and min(self.design_effects) >= 1,
        }
        return _held(self, rules)


class Fact(Record):
    """A row of context.csv: a dated fact that is no survey figure."""

    fact_id: Slug
    year: Year
    subject: Text
    quantity: Text
    value: Text
    unit: Text
    source: Slug
    kind: Literal["exact", "lower-bound", "upper-bound", "approximate", "date", "rhetorical"]
    notes: str = ""

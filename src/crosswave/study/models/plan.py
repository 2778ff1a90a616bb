"""The model of plan.yaml: what was fixed before any comparison was made."""

from __future__ import annotations

import math
from typing import Annotated, Literal

from pydantic import Field, model_validator
from pydantic.json_schema import SkipJsonSchema

from crosswave.study.models.record import HeadCount, Record, Slug, Text, held
from crosswave.study.models.study import Grade, Window


class Declared(Record):
    """A number of the pre-declared analysis, with where it comes from."""

    value: float
    source: Text


Tier = Literal["census", "A", "B1", "H", "B2", "B3"]


class ErrorTier(Record):
    """The error of a survey beyond sampling, for one grade of comparison."""

    points: Annotated[float, Field(ge=0)] | Literal["estimated"] = Field(
        description="SD of one wave in points at 50 %, on the logit scale; estimated: from same-year figures in data/."
    )
    df: Annotated[float, Field(gt=0)] | None = Field(
        None, description="Degrees of freedom behind an estimate: its quantiles are Student's. Absent: a declared SD."
    )
    means: Text
    source: Text

    @property
    def freedom(self) -> float:
        """The degrees of freedom; infinite where the points are declared."""
        return math.inf if self.df is None else self.df

    @property
    def number(self) -> float:
        """The points as a number; `ValueError` where they are to be estimated and were not."""
        if self.points == "estimated":
            raise ValueError(
                f"points of total_error ({self.means}) must be a number here; plan.yaml says estimated, and no two "
                "surveys of one year measure the same, from which it could be; write a number of points there"
            )
        return float(self.points)

    @property
    def error(self) -> tuple[float, float]:
        """The points with their degrees of freedom."""
        return self.number, self.freedom


class LowestN(Record):
    """The least number of people that every wave of a series is taken to have, where a wave prints none."""

    series: Slug
    n: HeadCount
    reason: Text


class GateRule(Record):
    """What a recorded grade does to the comparability of two answers."""

    aspect: Literal["population", "unit", "stem", "wording", "base", "response", "mode", "house", "series"]
    grades: Annotated[tuple[Grade, ...], Field(min_length=1)]
    gives: Literal["B1", "B2", "B3", "C"]
    says: Text


class OneHouse(Record):
    """What it changes that one house ran both surveys: its own shift is in both."""

    gives: Literal["H"]
    instead_of: Literal["B2"]
    says: Text


class Family(Record):
    """Comparisons among which the chance of a false alarm is controlled together."""

    id: Slug
    label: Text


class VerdictRow(Record):
    """A row of the ordered decision table: the first whose condition holds gives the verdict."""

    verdict: Text
    when: Text


class CertaintyRule(Record):
    """A case of one domain, and what it takes off the certainty of an answer."""

    domain: Text
    case: Literal[
        "told", "untold", "random", "panel", "same instrument", "one difference", "narrow", "wide", "holds",
        "half holds", "exact", "bounded", "otherwise",
    ]  # fmt: skip
    down: Annotated[int, Field(ge=0, le=3)]
    says: Text


class CertaintyPlan(Record):
    """How certain an answer is: in each domain the first case that holds takes so many steps off."""

    source: Text
    levels: tuple[Text, Text, Text, Text]
    narrow: Declared = Field(description="Half the width of an interval that takes nothing off, points.")
    more_error: Declared = Field(description="What the total error is multiplied by to see whether an answer holds.")
    rules: Annotated[tuple[CertaintyRule, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _complete(self) -> CertaintyPlan:
        last = {rule.domain: rule.case for rule in self.rules}
        rules = {f"{domain} must end with the case otherwise": case == "otherwise" for domain, case in last.items()}
        return held(self, rules)


class RobustnessPlan(Record):
    """How far numbers are moved in search of the value at which a verdict changes."""

    design_effect_limit: Declared
    total_error_limit: Declared = Field(description="Points at 50 %.")
    population_multiples: tuple[float, ...] = Field(description="People, in times those who answered a wave.")
    populations: tuple[Annotated[int, Field(le=10_000_000_000)], ...] = Field(
        description="People, where no source says how many there are."
    )
    source: Text = Field(description="Where the two lists come from.")

    @model_validator(mode="after")
    def _in_range(self) -> RobustnessPlan:
        effect, error = self.design_effect_limit.value, self.total_error_limit.value
        rules = {
            f"design_effect_limit must be above 1; {effect:g} arrived": effect > 1,
            f"total_error_limit must be above 0; {error:g} arrived": error > 0,
            "population_multiples must be above 1": min(self.population_multiples, default=2) > 1,
            "populations must be at least 1": min(self.populations, default=1) >= 1,
        }
        return held(self, rules)


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
        return held(self, {f"published_within must be years above 0; {years:g} arrived": years > 0})


class JointPlan(Record):
    """What the joint model of batteries takes for granted: standard deviations on the logit scale."""

    survey: float = Field(0.5, gt=0, description="Scale of the half-normal prior: what a survey adds to all answers.")
    house: float = Field(0.5, gt=0, description="What a house adds to all its surveys.")
    figure: float = Field(0.5, gt=0, description="What sets one answer of a survey apart.")
    slope: float = Field(0.15, gt=0, description="How far slopes of items differ, per year.")
    year: float = Field(0.25, gt=0, description="What a year adds to all surveys.")
    rho: float = Field(0.2, ge=0, lt=1, description="Correlation of the sampling errors of two answers of one survey.")
    source: Text = "declared with the package"


_LEAST_ANALYSES = 200


class MultiversePlan(Record):
    """The named choices whose combinations are the analyses of a pair of waves."""

    methods: tuple[Literal["newcombe", "miettinen-nurminen", "agresti-caffo", "wald"], ...]
    tiers: tuple[Tier, ...] = Field(description="Whose total error is added.")
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
        once = "must list at least one choice, and none twice"
        rules = {f"{name} {once}": 0 < len(set(x)) == len(x) for name, x in lists.items()}
        analyses = math.prod(len(x) for name, x in lists.items() if name != "sizes")
        enough = f"the choices must make at least {_LEAST_ANALYSES} analyses of a pair; they make {analyses}"
        rules |= {
            enough: analyses >= _LEAST_ANALYSES,
            "design_effects must be at least 1": min(self.design_effects, default=1) >= 1,
            "smallest_changes must be points between 0 and 100": all(0 < x < 100 for x in self.smallest_changes),
            f"alphas {ALPHA_RULE}": all(0 < x < ALPHA_TOP for x in self.alphas),
        }
        return held(self, rules)


_MOST_PEOPLE = 10_000_000

ALL_YEARS = Window(from_year=1990, to_year=2100, source="no study names its years")


class Plan(Record):
    """The file plan.yaml: what was fixed before any comparison was made."""

    window: SkipJsonSchema[Window] = ALL_YEARS
    """That of study.yaml: it is not in plan.yaml."""

    alpha: Declared
    design_effect: Declared
    smallest_change: Declared = Field(description="Percentage points.")
    power: Declared
    detectable_limit: Declared = Field(description="Percentage points: beyond it a comparison is uninformative.")
    n_largest: Declared = Field(description="The largest n tried where no n is printed.")
    lowest_n: tuple[LowestN, ...] = Field((), description="The smallest n tried, by series, where no n is printed.")
    at_least_span: Declared = Field(description="How far above 'over N' n may lie, in units of N's leading digit.")
    items_skipped: Declared = Field(
        Declared(value=0.05, source="declared here"),
        description="The largest share of those who answered that left an item out, where its base is at most n.",
    )
    official_years: tuple[tuple[int, int], ...] = Field(
        (), description="The pairs of years between which official series are compared."
    )
    total_error: dict[Tier, ErrorTier]
    design_effects: tuple[float, ...] = Field(description="Design effects at which each verdict is tried.")
    robustness: RobustnessPlan
    multiverse: MultiversePlan
    gate: tuple[GateRule, ...]
    one_house: OneHouse
    families: tuple[Family, ...]
    lines: LinesPlan
    joint: JointPlan = JointPlan()
    decision_table: tuple[VerdictRow, ...]
    certainty: CertaintyPlan

    @property
    def errors(self) -> dict[str, ErrorTier]:
        """The tiers whose total error is a number: all, once those that are estimated have been."""
        return {str(name): tier for name, tier in self.total_error.items() if tier.points != "estimated"}

    @model_validator(mode="after")
    def _in_range(self) -> Plan:
        alpha, power, effect = self.alpha.value, self.power.value, self.design_effect.value
        skipped = self.items_skipped.value
        n, span, change = self.n_largest.value, self.at_least_span.value, self.smallest_change.value
        rules = {
            f"alpha {ALPHA_RULE}; {alpha:g} arrived": 0 < alpha < ALPHA_TOP,
            f"power must lie between 0 and 1; {power:g} arrived": 0 < power < 1,
            f"design_effect must be at least 1; {effect:g} arrived": effect >= 1,
            f"n_largest must lie between 1 and {_MOST_PEOPLE:,}; {n:g} arrived": 1 <= n <= _MOST_PEOPLE,
            f"at_least_span must lie above 0 and at most at 100; {span:g} arrived": 0 < span <= 100,
            f"items_skipped must be a share of at least 0 and below 1; {skipped:g} arrived": 0 <= skipped < 1,
            f"smallest_change must be points between 0 and 100; {change:g} arrived": 0 < change < 100,
            "design_effects must list numbers of at least 1": min(self.design_effects, default=0) >= 1,
        }
        return held(self, rules)

"""The columns of the results: name, type, unit, decimals and meaning, once, for ledger, data package and pages."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

from crosswave.claims.meaning import ANSWERED, NOT_FOLLOWING, SAMPLED, every_verdict
from crosswave.study.models import Study

Type = Literal["string", "integer", "number", "boolean", "year"]

SHARE = "share, 0 to 1"
POINTS = "percentage points"


@dataclass(frozen=True, slots=True)
class Field:
    """A column of a file of results: its type is one of a Frictionless table schema, its options are all its values.

    Where these are the words of a study, `vocabulary` says which kind of words of study.yaml.
    """

    name: str
    description: str
    type: Type = "string"
    unit: str = ""
    decimals: int | None = None
    required: bool = False
    options: tuple[str, ...] = ()
    vocabulary: str = ""


_id = partial(Field, required=True)
_share = partial(Field, type="number", unit=SHARE, decimals=4)
_points = partial(Field, type="number", unit=POINTS, decimals=1)
_p = partial(Field, type="number", unit="probability", decimals=4)
_whole = partial(Field, type="integer", unit="answers")

FINDING_FIELDS = (
    _id("finding_id", "The printed figure: survey.question.answer."),
    _id("survey_id", "The survey that published it."),
    _id("question_id", "The question, within its survey."),
    _id("answer", "The answer, in this project's own words."),
    _id("published", "The figure exactly as printed."),
    Field(
        "level",
        "How far the figure can be reproduced.",
        required=True,
        options=(
            "recomputed", "consistent", "bounded", "sources-disagree", "conflicting", "not-solved", "unquantified",
        ),
    ),
    _share("value_low", "Least share that the published text can mean."),
    _share("value_high", "Greatest share that the published text can mean."),
    _whole("base_low", "Fewest respondents that the figure can rest on."),
    _whole("base_high", "Most respondents that the figure can rest on."),
    _whole("count_low", "Fewest respondents who can have given the answer."),
    _whole("count_high", "Most respondents who can have given the answer."),
    Field("count_values", "Every possible count, joined by spaces, where not every number between the ends is."),
    Field("base_values", "Every possible base, joined by spaces, where not every number between the ends is."),
    _share("estimate", "Middle of the feasible shares, or of the printed interval where there are no counts."),
    _share("low", "Lower end of the interval if those who answered were a random sample."),
    _share("high", "Upper end of the interval if those who answered were a random sample."),
    Field("n_effective", "Smallest base over the design effect; of a weighted figure, the people behind it.", "number",
          "answers", 1),
    Field("power", "Share of values with as many decimals that could not have been printed here.", "number", SHARE, 3),
    Field("reason", "Why the figure has its level."),
)  # fmt: skip

TREND_FIELDS = (
    _id("construct_id", "The topic."),
    Field("from_year", "Year of the earlier wave that is reported.", "year"),
    Field("to_year", "Year of the later wave that is reported.", "year"),
    Field("waves", "Waves in the window of study.yaml.", "integer", "waves", required=True),
    Field("first", "The earlier figure."),
    Field("second", "The later figure."),
    Field("grade", "Comparability of the two: A, B1, H, B2, B3, or C where the comparison is refused.",
          options=("A", "B1", "H", "B2", "B3", "C")),
    _points("total_error", "Error beyond sampling, of each wave, at a share of 50 %."),
    _points("difference_pp", "Later minus earlier share, both of counts that can have printed them."),
    _points("low_pp", "Lower end of the widest interval of the difference over all feasible counts."),
    _points("high_pp", "Upper end of the widest interval of the difference over all feasible counts."),
    _p("p_value", "At the printed shares."),
    _p("p_low", "Smallest over all feasible counts."),
    _p("p_high", "Largest over all feasible counts."),
    _p("p_adjusted", "Largest, allowing for the other comparisons."),
    _points("detectable_pp", "Smallest true change with the planned power to show; empty where no change has it."),
    _id("verdict", "What it comes to, by the decision table of plan.yaml."),
    Field("answer", "The same for everybody.", required=True,
          options=("rose", "fell", "no real change", "cannot tell")),
    Field("certainty", "How certain the answer is, by the rules of plan.yaml.", required=True,
          options=("high", "moderate", "low", "very low")),
    Field("marked_down", "Why the certainty is not high: each domain with its reason, joined by semicolons."),
    Field("break_even_n", "People that each survey without an n must have asked for the figures to show something.",
          "integer", "people"),
    _id("answer_sentence", "The answer, with its certainty and the reason."),
    _id("sentence", "All of that in words."),
)  # fmt: skip

CLAIM_FIELDS = (
    _id("claim_id", "The claim."),
    _id("source_id", "Who makes it."),
    Field("survey_id", "The surveys it speaks of, joined by semicolons."),
    Field("answered_verdict", "Whether it holds for those who answered.", required=True,
          options=(*every_verdict(ANSWERED), NOT_FOLLOWING)),
    Field("random_sample_verdict", "What would follow if those who answered were a random sample.", required=True,
          options=every_verdict(SAMPLED)),
    _id("population_licence", "Whether anything may be said of the population, and why not."),
    Field("estimate", "Quantity of the claim's first condition.", "number", "share, or difference of shares", 4),
    Field("low", "Lower end of its interval if those who answered were a random sample.", "number",
          "share, or difference of shares", 4),
    Field("high", "Upper end of its interval if those who answered were a random sample.", "number",
          "share, or difference of shares", 4),
    _id("sentence", "All of that in words."),
)  # fmt: skip

SURVEY_FIELDS = (
    _id("survey_id", "The survey."),
    _id("title", "Title of the survey or of its report."),
    Field("series", "Waves of one series repeat the same publisher and instrument."),
    Field("publisher", "Who published it; several are joined by semicolons."),
    Field("sponsor", "Who paid for it."),
    Field("house", "The organisation that collected the answers."),
    Field("fieldwork_start", "When answers began to be collected: a date as far as it is known."),
    Field("fieldwork_end", "When answers ceased to be collected: a date as far as it is known."),
    Field("published", "When the results came out: a date as far as it is known."),
    Field("year", "The year that places the wave.", "year", required=True),
    Field("year_basis", "How the year was found.", required=True,
          options=("fieldwork", "publication", "inferred", "financial-year")),
    _id("population", "Who was asked, in this project's own words."),
    Field("sector", "Part of {population}.", required=True, vocabulary="sectors"),
    Field("nation", "Where; empty where no source says."),
    Field("unit", "What one reply is from.", required=True, vocabulary="units"),
    Field("mode", "How answers were collected; empty where no source says."),
    Field("sampling", "How those asked were chosen; empty where no source says."),
    Field("n_printed", "How many replied, as printed."),
    _whole("n_low", "Fewest who can have replied."),
    _whole("n_high", "Most who can have replied."),
    Field("weighted", "Whether the figures are weighted; empty where no source says.", "boolean"),
    Field("inferred", "Which of these no source states as they are given here, joined by semicolons."),
    Field("figures", "Printed figures in this registry.", "integer", "figures", required=True),
    Field("conflicts", "Groups of figures and assumptions that no numbers of people can give together.", "integer",
          "groups", required=True),
    _id("sources", "Addresses of the pages that published it, joined by spaces."),
)  # fmt: skip

BATTERY_FIELDS = (
    _id("battery", "The kind of batteries."),
    Field("figures", "Which of them went in: those that can be compared as they are, or all that are not kept apart.",
          required=True, options=("comparable", "all")),
    _id("item", "The item; all items for their common change."),
    _id("quantity", "What is given: level, change or relative change from the first year of the window, rank, and the "
        "largest move of each without one survey or house."),
    Field("year", "The year of the level or rank; of a change the last.", "year", required=True),
    Field("value", "A level in per cent, a change in percentage points, a rank.", "number", decimals=1),
    Field("lower", "Lower end of its interval.", "number", decimals=1),
    Field("upper", "Upper end of its interval.", "number", decimals=1),
    Field("probability", "Of a change: that it is larger than the smallest that matters. Of a rank: of being first.",
          "number", "probability", 2),
    Field("verdict", "Of a change: what it comes to, by the decision table of plan.yaml."),
    Field("certainty", "How certain that is, by the rules of plan.yaml."),
    Field("pair_verdict", "What two surveys alone come to."),
    Field("without", "The survey or house that is left out."),
)  # fmt: skip

FIELDS: Mapping[str, tuple[Field, ...]] = {
    "findings": FINDING_FIELDS,
    "claims": CLAIM_FIELDS,
    "trends": TREND_FIELDS,
    "surveys": SURVEY_FIELDS,
    "batteries": BATTERY_FIELDS,
}
"""The columns of each file of results, in their order."""


def fields_of(name: str, study: Study) -> tuple[Field, ...]:
    """Return the columns of a file of results in the words of a study."""
    return tuple(
        replace(
            field,
            description=field.description.replace("{population}", study.population),
            options=field.options or (study.vocabulary.words(field.vocabulary) if field.vocabulary else ()),
        )
        for field in FIELDS[name]
    )

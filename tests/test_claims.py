"""Sentences as predicates: each relation by hand, the named claims of the evidence, and what nobody can check."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from crosswave.claims import Checker, ClaimVerdict
from crosswave.linear import LinearTerm, combine_linear
from crosswave.quantities import QuantityError
from crosswave.reconstruct import Reconstruction
from crosswave.registry import Registry
from crosswave.registry.models import Claim, Fact, Survey
from crosswave.spans import Span, fact_span
from crosswave.synthesis import reconstruct_all

ENDS = st.fractions(-10, 10, max_denominator=20)


def fact(name: str, value: str, kind: str = "exact") -> Fact:
    record = {
        "fact_id": name,
        "year": "2020",
        "subject": "s",
        "quantity": "q",
        "value": value,
        "unit": "u",
        "source": "page",
    }
    return Fact.model_validate(record | {"kind": kind})


def condition(relation: str, value: str | None = None, **terms: int) -> dict[str, Any]:
    named = {name.replace("__", ".").replace("_", "-"): weight for name, weight in terms.items()}
    return {"terms": named, "is": relation, "value": value}


def claim(*conditions: dict[str, Any], subject: str = "respondents", **more: Any) -> Claim:
    record = {"id": "c", "source": "page", "says": "s", "subject": subject, "all_of": list(conditions), **more}
    return Claim.model_validate(record)


@pytest.fixture(scope="module")
def check(make_survey: Callable[..., Survey], small_registry: Callable[..., Registry]) -> Callable[..., ClaimVerdict]:
    """The verdict on a claim about two waves: w-2017 (yes, no, maybe) and w-2018 (yes), with the facts given."""

    def make(
        of: Claim, *facts: Fact, first: dict[str, Any] | None = None, second: dict[str, Any] | None = None
    ) -> ClaimVerdict:
        printed = {"yes": "38%", "no": "17%", "half": "50%", "words": "nearly half"}
        one = {"n": 235, "asks": {"response": "multi"}, **printed, **(first or {})}
        other = {"n": 400, "yes": "60%", **(second or {})}
        surveys = [
            make_survey("w-2017", 2017, one.pop("n"), **one),
            make_survey("w-2018", 2018, other.pop("n"), **other),
        ]
        small = small_registry(surveys, facts=facts)
        return Checker(small, reconstruct_all(small), 0.05).check(of)

    return make


RELATIONS = [
    (condition("above", "1/3", w_2017__q__yes=1), "true"),
    (condition("above", "38.5%", w_2017__q__yes=1), "false"),
    (condition("above", "38%", w_2017__q__yes=1), "undecided by rounding"),
    (condition("above", "37.5%", w_2017__q__yes=1), "undecided by rounding"),  # 37.5 % itself prints as 38 %
    (condition("at-least", "37.5%", w_2017__q__yes=1), "true"),
    (condition("at-least", "38.5%", w_2017__q__yes=1), "undecided by rounding"),
    (condition("below", "38.5%", w_2017__q__yes=1), "undecided by rounding"),
    (condition("below", "39%", w_2017__q__yes=1), "true"),
    (condition("below", "37.5%", w_2017__q__yes=1), "false"),
    (condition("between", "1/3", w_2017__q__yes=1) | {"and_value": "1/2"}, "true"),
    (condition("between", "1/3", w_2017__q__yes=1) | {"and_value": "38%"}, "undecided by rounding"),
    (condition("between", "40%", w_2017__q__yes=1) | {"and_value": "50%"}, "false"),
    (condition("about", "40%", w_2017__q__yes=1), "true"),  # a tenth either way: 36 to 44 %
    (condition("about", "35%", w_2017__q__yes=1), "true"),  # 31.5 to 38.5 %
    (condition("about", "34%", w_2017__q__yes=1), "false"),  # 30.6 to 37.4 %
    (condition("phrase", None, w_2017__q__yes=1) | {"phrase": "more than a third"}, "true"),
    (condition("phrase", None, w_2017__q__yes=1) | {"phrase": "nearly half"}, "false"),
    (condition("phrase", None, w_2017__q__words=1) | {"phrase": "nearly half"}, "true"),
    (condition("above", "45%", w_2017__q__words=1), "undecided by rounding"),
    (condition("above", "0", w_2017__q__yes=1, w_2017__q__no=-1), "true"),
    (condition("above", "20%", w_2017__q__yes=1, w_2017__q__no=-1), "undecided by rounding"),  # 20 to 22 points
    (condition("above", "22%", w_2017__q__yes=1, w_2017__q__no=-1), "false"),
    (condition("about", "0", w_2018__q__yes=1, w_2017__q__yes=-1), "false"),
    (condition("above", "1", w_2017__q__yes=3), "true"),  # three times 37.5 % is 112.5 %
]


@pytest.mark.parametrize(("of", "verdict"), RELATIONS, ids=[f"{k}" for k in range(len(RELATIONS))])
def test_each_relation_of_those_who_answered_by_hand(
    check: Callable[..., ClaimVerdict], of: dict[str, Any], verdict: str
) -> None:
    assert check(claim(of)).answered == verdict


def test_one_share_has_the_wilson_interval_of_its_print(check: Callable[..., ClaimVerdict]) -> None:
    """38 % of 235: from 37.5 % down and from 38.5 % up, by statsmodels."""
    found = check(claim(condition("above", "1/3", w_2017__q__yes=1)))
    low, _ = proportion_confint(0.375 * 235, 235, method="wilson")
    _, high = proportion_confint(0.385 * 235, 235, method="wilson")
    assert (found.low, found.high) == pytest.approx((low, high))
    assert found.estimate == pytest.approx(0.38)
    assert found.random_sample == "undetermined"


def test_a_large_majority_of_a_sample_is_supported_and_a_small_one_contradicted(
    check: Callable[..., ClaimVerdict],
) -> None:
    assert check(claim(condition("above", "50%", w_2018__q__yes=1))).random_sample == "supported"
    assert check(claim(condition("below", "50%", w_2018__q__yes=1))).random_sample == "contradicted"
    assert check(claim(condition("above", "58%", w_2018__q__yes=1))).random_sample == "undetermined"


def test_no_n_no_interval(check: Callable[..., ClaimVerdict]) -> None:
    found = check(claim(condition("above", "1/3", w_2017__q__yes=1)), first={"n": None})
    assert (found.answered, found.random_sample, found.low, found.high) == ("true", "undetermined", None, None)


def test_an_n_that_is_a_range_counts_as_its_smallest(check: Callable[..., ClaimVerdict]) -> None:
    sizes = {"kind": "derived", "low": 100, "high": 120, "how": "h"}
    of = claim(condition("above", "1/3", w_2017__q__half=1))
    widest, ranged = check(of, first={"n": 100}), check(of, first={"n": sizes})
    assert (ranged.low, ranged.high) == (widest.low, widest.high)


def test_a_claim_is_as_good_as_its_worst_condition(check: Callable[..., ClaimVerdict]) -> None:
    true, unsure, false = (condition("above", v, w_2017__q__yes=1) for v in ("20%", "38%", "80%"))
    assert check(claim(true, true)).answered == "true"
    assert check(claim(true, unsure)).answered == "undecided by rounding"
    assert check(claim(unsure, false, true)).answered == "false"
    assert check(claim(true, unsure)).random_sample == "undetermined"
    assert check(claim(true, false)).random_sample == "contradicted"
    assert check(claim(true)).random_sample == "supported"


def test_unchanged_needs_an_interval_inside_the_smallest_change(check: Callable[..., ClaimVerdict]) -> None:
    of = claim(condition("about", "0", w_2018__q__yes=1, w_2017__q__half=-1))
    many = {"n": 100_000, "asks": {"response": "multi"}}
    same = check(of, first={**many, "half": "50.0%"}, second={"n": 100_000, "yes": "50.0%"})
    far = check(of, first={**many, "half": "50.0%"}, second={"n": 100_000, "yes": "57.0%"})
    few = check(of, first={"n": 100, "half": "50%"}, second={"n": 100, "yes": "50%"})
    assert [found.random_sample for found in (same, far, few)] == ["supported", "contradicted", "undetermined"]
    assert same.answered == "undecided by rounding"  # print cannot say that two shares are equal


def test_exclusive_answers_independent_waves_and_other_answers_have_each_their_own_interval(
    check: Callable[..., ClaimVerdict],
) -> None:
    """Multinomial within a question, quadrature between waves, arms added within a wave: by the estimator itself."""

    def width(of: Claim, **more: Any) -> float:
        found = check(of, **more)
        assert found.low is not None and found.high is not None
        return found.high - found.low

    within = claim(condition("above", "0", w_2017__q__yes=1, w_2017__q__no=-1))
    exclusive = width(within, first={"asks": {"response": "single"}, "half": "20%", "words": "1%"})
    other = width(within)
    terms = [LinearTerm("w", g, w, s, 235) for g, w, s in (("a", 1, 0.375), ("b", -1, 0.175))]
    assert other > exclusive
    assert other == pytest.approx(
        combine_linear([LinearTerm("w", "a", 1, 0.385, 235), LinearTerm("w", "b", -1, 0.165, 235)]).high
        - combine_linear(terms).low
    )
    between = claim(condition("above", "0", w_2018__q__yes=1, w_2017__q__yes=-1))
    alone = width(between)
    shared = {"more": {"overlaps": [{"survey": "w-2018", "how": "the same people"}]}}
    assert width(between, first=shared) > alone
    back = {"more": {"overlaps": [{"survey": "w-2017", "how": "the same people"}]}}
    assert width(between, second=back) == width(between, first=shared)  # whichever of the two files says so


def test_words_that_together_exceed_everybody_give_an_interval_and_no_traceback(
    check: Callable[..., ClaimVerdict],
) -> None:
    rows: dict[str, Any] = {
        "asks": {"response": "single"},
        "yes": "more than half",
        "words": "nearly half",
        "no": "1%",
        "half": "1%",
    }
    found = check(claim(condition("above", "1/2", w_2017__q__yes=1, w_2017__q__words=1)), first=rows)
    assert found.answered == "true"
    assert found.low is not None and found.high is not None and found.low < 0.93 < found.high


def test_a_claim_on_an_impossible_figure_is_not_checkable_and_says_why(check: Callable[..., ClaimVerdict]) -> None:
    found = check(claim(condition("above", "1/3", w_2017__q__yes=1)), first={"n": 28, "yes": "41%"})
    assert (found.answered, found.random_sample, found.estimate) == ("not checkable", "not checkable", None)
    assert found.reason.startswith("w-2017.q.yes is in conflict: no whole number of answers prints 41% (q.yes)")


LICENCES = [
    ({"sampling": "probability"}, "licensed by the sampling design"),
    ({"sampling": "census"}, "licensed by the sampling design"),
    ({"sampling": "self-selected"}, "not licensed: sampling is self-selected"),
    ({}, "not licensed: sampling is unstated"),
]


@pytest.mark.parametrize(("more", "licence"), LICENCES)
def test_a_population_is_licensed_by_design_only(check: Callable[..., ClaimVerdict], more: Any, licence: str) -> None:
    of = claim(condition("above", "1/3", w_2017__q__yes=1), subject="population", surveys=["w-2017"])
    assert check(of, first={"more": more}).population_licence == licence


def test_arithmetic_speaks_of_no_population_and_no_sample(check: Callable[..., ClaimVerdict]) -> None:
    of = claim(condition("above", "3", inmates=1) | {"over": ["officers"]}, subject="arithmetic")
    found = check(of, fact("inmates", "84000"), fact("officers", "20000"))
    assert (found.answered, found.random_sample, found.population_licence) == (
        "true",
        "not checkable",
        "no population is spoken of",
    )
    assert found.estimate == pytest.approx(4.2)


FACTS = [
    ("exact", "40", (40, 40)),
    ("lower-bound", "40", (40, None)),
    ("upper-bound", "40", (None, 40)),
    ("approximate", "40", (36, 44)),
    ("date", "2012", (2012, 2012)),
    ("rhetorical", "2", (None, None)),
]


@pytest.mark.parametrize(("kind", "value", "ends"), FACTS)
def test_a_fact_reaches_as_far_as_its_kind_lets_it(kind: str, value: str, ends: tuple[int | None, int | None]) -> None:
    assert fact_span(fact("f", value, kind)) == Span(*(None if end is None else Fraction(end) for end in ends))


def test_a_fact_that_is_no_number_says_so() -> None:
    with pytest.raises(QuantityError, match="'0-10' is no number"):
        fact_span(fact("f", "0-10"))


def test_an_open_end_decides_only_what_it_can(check: Callable[..., ClaimVerdict]) -> None:
    """More than 800 thousand of exactly 4.5 million: above a sixth, and nobody knows how far."""
    jobs, staff = fact("jobs", "800000", "lower-bound"), fact("staff", "4500000")
    verdicts = [
        check(
            claim(condition(relation, value, jobs=1) | {"over": ["staff"]}, subject="arithmetic"), jobs, staff
        ).answered
        for relation, value in (("above", "1/6"), ("below", "1/7"), ("below", "1/5"), ("above", "1/5"))
    ]
    assert verdicts == ["true", "false", "undecided by rounding", "undecided by rounding"]


def test_nothing_follows_from_a_divisor_that_may_be_nothing() -> None:
    assert Span(Fraction(1), Fraction(2)).over(Span(None, Fraction(5))) == Span(None, None)
    assert Span(Fraction(1), Fraction(2)).over(Span(Fraction(0), Fraction(5))) == Span(None, None)
    assert Span(Fraction(1), Fraction(2)).over(Span(Fraction(4), None)) == Span(Fraction(0), Fraction(1, 2))


@settings(derandomize=True, deadline=None, max_examples=200)
@given(ENDS, ENDS, ENDS, ENDS, st.integers(-3, 3), st.fractions(0, 1), st.fractions(0, 1))
def test_interval_arithmetic_holds_every_combination(
    a: Fraction, b: Fraction, c: Fraction, d: Fraction, weight: int, s: Fraction, t: Fraction
) -> None:
    one, other = Span(min(a, b), max(a, b)), Span(abs(min(c, d)) + 1, abs(min(c, d)) + 1 + max(c, d) - min(c, d))
    x, y = (span.low + part * (span.high - span.low) for span, part in ((one, s), (other, t)))  # type: ignore[operator]
    for span, value in ((one.scaled(weight), weight * x), (one.plus(other), x + y), (one.over(other), x / y)):
        assert span.low is not None and span.high is not None
        assert span.low <= value <= span.high


# --- the claims of the evidence ---------------------------------------------------------------------------------------

NAMED = {
    # claim: answered, if it were a random sample
    "igov-2017-more-than-a-third-miss-opportunities": ("true", "undetermined"),  # 37.5 to 38.5 %, but 235 people
    "igov-2017-most-have-only-just-started": ("true", "undetermined"),  # above 50.5 % on any base
    "igov-2017-more-confident-in-strategy-than-in-closing-the-gap": ("true", "undetermined"),  # 21 against 10 points
    "techuk-2017-nearly-half-name-culture": ("true", "undetermined"),
    "techuk-2017-nearly-four-out-of-five-call-it-crucial-to-services": ("true", "undetermined"),
    "techuk-2017-three-areas-rated-high-by-a-third-to-a-half": ("true", "undetermined"),
    "techuk-2017-enabler-share-rose-each-year": ("not checkable", "not checkable"),  # no level is printed for 2017
    "techuk-2016-enabler-share-rose-since-2015": ("true", "supported"),
    "techuk-2017-skills-larger-barrier-than-year-before": ("true", "undetermined"),  # a printed change, no level
    "techuk-2017-culture-barrier-unchanged": ("undecided by rounding", "undetermined"),
    "blog-2021-automation-of-800-thousand-jobs": ("not checkable", "not checkable"),
    "bt-2020-sector-presses-ahead": ("not checkable", "not checkable"),
    "bt-2020-two-years-of-change-in-two-months": ("not checkable", "not checkable"),
    "sopra-2015-over-two-thirds-call-training-inadequate": ("false", "contradicted"),
    "exponentiale-2016-most-are-neutral-on-cloud": ("false", "contradicted"),
}


@pytest.fixture(scope="module")
def verdicts(registry: Registry, reconstructions: Mapping[str, Reconstruction]) -> Mapping[str, ClaimVerdict]:
    checker = Checker(registry, reconstructions, 0.05)
    return {name: checker.check(of) for name, of in registry.claims.items()}


@pytest.mark.parametrize("name", NAMED)
def test_a_named_claim_comes_out_as_reasoned(verdicts: Mapping[str, ClaimVerdict], name: str) -> None:
    assert (verdicts[name].answered, verdicts[name].random_sample) == NAMED[name]


def test_confidence_in_the_strategy_against_the_gap_is_two_questions_to_the_same_people(
    verdicts: Mapping[str, ClaimVerdict],
) -> None:
    """38 - 17 = 21 against 36 - 26 = 10 points: 11 points, with arms added, as the joint answers are not known."""
    found = verdicts["igov-2017-more-confident-in-strategy-than-in-closing-the-gap"]
    assert found.estimate == pytest.approx(0.11)
    assert found.low is not None and found.high is not None
    assert found.low < 0 < 0.11 < found.high


def test_bt_and_yougov_2020_is_not_checkable_because_nothing_was_printed(verdicts: Mapping[str, ClaimVerdict]) -> None:
    assert "percentage" in verdicts["bt-2020-sector-presses-ahead"].reason


def test_no_claim_about_the_population_is_licensed_by_this_evidence(verdicts: Mapping[str, ClaimVerdict]) -> None:
    spoken = [v for v in verdicts.values() if v.claim.subject != "arithmetic"]
    assert len(spoken) > 60
    assert all(v.population_licence.startswith("not licensed: ") for v in spoken)


def test_every_verdict_is_one_of_those_documented_and_gives_its_reason(verdicts: Mapping[str, ClaimVerdict]) -> None:
    for found in verdicts.values():
        assert found.answered in ("true", "false", "undecided by rounding", "not checkable")
        assert found.random_sample in ("supported", "contradicted", "undetermined", "not checkable")
        assert found.reason
        assert (found.low is None) == (found.high is None)
        if found.random_sample in ("supported", "contradicted"):
            assert found.low is not None or len(found.claim.all_of) > 1
            assert (found.answered, found.random_sample) not in (("false", "supported"), ("true", "contradicted"))

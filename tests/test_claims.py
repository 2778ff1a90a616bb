"""Sentences as predicates: each relation by hand, the named claims of the evidence, and what nobody can check."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from scipy.optimize import brentq
from statsmodels.stats.proportion import proportion_confint

from crosswave.claims import Checker, ClaimVerdict
from crosswave.claims.figures import Figures, _fieldwork, fact_span
from crosswave.difference.linear import LinearTerm, combine_linear
from crosswave.printed.intervals import QuantityError, Span
from crosswave.reconstruct import Reconstruction
from crosswave.reconstruct.cpsat import largest_ratio
from crosswave.report import claims as claims_page
from crosswave.report.fields import CLAIM_FIELDS
from crosswave.report.sentences import claim_sentence
from crosswave.study import Registry
from crosswave.study.models import Claim, Condition, Fact, Survey
from crosswave.trend.synthesis import reconstruct_all

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


# 38 % of 235 is 89 or 90 people (37.87 or 38.30 %), 17 % is 39 to 41 (16.60 to 17.45 %).
RELATIONS = [
    (condition("above", "1/3", w_2017__q__yes=1), "true"),
    (condition("above", "38.5%", w_2017__q__yes=1), "false"),
    (condition("above", "38%", w_2017__q__yes=1), "undecided by rounding"),
    (condition("above", "37.5%", w_2017__q__yes=1), "true"),  # 37.5 % prints as 38 %, but nobody can be half a person
    (condition("at-least", "37.5%", w_2017__q__yes=1), "true"),
    (condition("at-least", "38.5%", w_2017__q__yes=1), "false"),
    (condition("below", "38.5%", w_2017__q__yes=1), "true"),
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
    (condition("phrase", None, w_2017__q__words=1) | {"phrase": "nearly half"}, "not checkable"),  # words by words
    (condition("above", "45%", w_2017__q__words=1), "not checkable"),
    (condition("above", "0", w_2017__q__yes=1, w_2017__q__no=-1), "true"),
    (condition("above", "20%", w_2017__q__yes=1, w_2017__q__no=-1), "true"),  # 89 - 41 = 48 people, 20.4 points
    (condition("above", "22%", w_2017__q__yes=1, w_2017__q__no=-1), "false"),
    (condition("about", "0", w_2018__q__yes=1, w_2017__q__yes=-1), "false"),
    (condition("above", "1", w_2017__q__yes=3), "true"),  # three times 37.9 % is 113.6 %
    # the ends are whole counts, and belong to what print admits
    (condition("above", "89/235", w_2017__q__yes=1), "undecided by rounding"),
    (condition("at-least", "89/235", w_2017__q__yes=1), "true"),
    (condition("above", "90/235", w_2017__q__yes=1), "false"),
    (condition("at-least", "90/235", w_2017__q__yes=1), "undecided by rounding"),
    (condition("below", "90/235", w_2017__q__yes=1), "undecided by rounding"),
    (condition("below", "89/235", w_2017__q__yes=1), "false"),
    (condition("above", "48/235", w_2017__q__yes=1, w_2017__q__no=-1), "undecided by rounding"),
    (condition("above", "51/235", w_2017__q__yes=1, w_2017__q__no=-1), "false"),  # 90 - 39
    (condition("above", "45%", w_2017__q__words=1, w_2018__q__yes=1), "true"),  # words beside a number: checked
]


@pytest.mark.parametrize(("of", "verdict"), RELATIONS, ids=[f"{k}" for k in range(len(RELATIONS))])
def test_each_relation_of_those_who_answered_by_hand(
    check: Callable[..., ClaimVerdict], of: dict[str, Any], verdict: str
) -> None:
    assert check(claim(of)).answered == verdict


@pytest.mark.parametrize(("relation", "verdict"), [("at-least", "true"), ("above", "false"), ("below", "false")])
def test_a_share_over_itself_is_one_whatever_rounding_leaves_open(
    check: Callable[..., ClaimVerdict], relation: str, verdict: str
) -> None:
    of = condition(relation, "1", w_2017__q__yes=1) | {"over": ["w-2017.q.yes"]}
    assert check(claim(of)).answered == verdict


def test_what_a_phrase_demands_is_said_in_its_words(check: Callable[..., ClaimVerdict]) -> None:
    of = condition("phrase", None, w_2017__q__yes=1) | {"phrase": "more than a third"}
    assert 'must be "more than a third"' in check(claim(of)).reason


def test_surveys_that_share_people_have_one_name_and_others_another(
    make_survey: Callable[..., Survey], small_registry: Callable[..., Registry]
) -> None:
    def of(year: int, *others: int) -> Survey:
        overlaps = [{"survey": f"w-{other}", "how": "the same people"} for other in others]
        return make_survey(f"w-{year}", year, 100, yes="40%", more={"overlaps": overlaps} if overlaps else {})

    surveys = [of(2015, 2016), of(2016), of(2017, 2018), of(2018), of(2019)]
    small = small_registry(surveys)
    assert [_fieldwork(one, small) for one in surveys] == ["w-2015", "w-2015", "w-2017", "w-2017", "w-2019"]


@pytest.mark.parametrize(
    ("relation", "value", "verdict"),
    [
        ("above", "37.5%", "undecided by rounding"),  # 37.5 % itself prints as 38 %
        ("at-least", "37.5%", "true"),
        ("at-least", "38.5%", "undecided by rounding"),
        ("below", "38.5%", "undecided by rounding"),
        ("below", "37.5%", "false"),
    ],
)
def test_without_n_a_share_spans_its_printed_interval(
    check: Callable[..., ClaimVerdict], relation: str, value: str, verdict: str
) -> None:
    assert check(claim(condition(relation, value, w_2017__q__yes=1)), first={"n": None}).answered == verdict


def test_words_are_checked_beside_numbers_only(check: Callable[..., ClaimVerdict]) -> None:
    """The words "nearly half" hold themselves, and can be below or above 45 %."""
    same = condition("phrase", None, w_2017__q__words=1) | {"phrase": "nearly half"}
    unsure, number = (condition("above", v, **{f"w_2017__q__{k}": 1}) for v, k in (("45%", "words"), ("1/3", "yes")))
    alone = check(claim(same, unsure))
    assert (alone.answered, alone.random_sample, alone.low) == ("not checkable", "not checkable", None)
    assert alone.reason == "the figures are printed only in such words, so nothing else can check them"
    assert check(claim(same, number)).answered == "true"
    assert check(claim(number, unsure)).answered == "undecided by rounding"


def test_a_claim_of_organisations_is_not_checked_on_people(check: Callable[..., ClaimVerdict]) -> None:
    of = claim(condition("above", "1/3", w_2017__q__yes=1), subject="organisations", surveys=["w-2017"])
    found = check(of)
    assert (found.answered, found.random_sample, found.estimate) == ("not checkable", "not checkable", None)
    assert found.reason == "the figure counts people, and the claim speaks of organisations"
    for unit in ("organisation", "foi-return"):
        assert check(of, first={"more": {"unit": unit}}).answered == "true"
    sampled = {"respondents": "undetermined", "population": "undetermined", "arithmetic": "not checkable"}
    for subject, verdict in sampled.items():
        other = check(of.model_copy(update={"subject": subject}))
        assert (other.answered, other.random_sample) == ("true", verdict), subject


@pytest.mark.parametrize("named", ["yes", "other"])
def test_rival_values_are_united_whichever_is_named(check: Callable[..., ClaimVerdict], named: str) -> None:
    """38 % or 45 % of 235: from 89 to 106 people (44.5 % is 104.6, 45.5 % is 106.9)."""
    page = {"says": "yes", "topic": "other", "sources": ["page"]}
    rows = [{**page, "id": "yes", "printed": "38%"}, {**page, "id": "other", "printed": "45%", "rival_of": "yes"}]
    first = {"asks": {"response": "multi", "answers": rows}}
    unsure = "undecided by rounding"
    edges = [("at-least", 89, "true"), ("above", 89, unsure), ("at-least", 106, unsure), ("above", 106, "false")]
    for relation, count, verdict in edges:
        found = check(claim(condition(relation, f"{count}/235", **{f"w_2017__q__{named}": 1})), first=first)
        assert found.answered == verdict
        assert "(print gives more than one value)" in found.reason
        assert found.estimate == pytest.approx((89 + 106) / 2 / 235)
        low, _ = proportion_confint(89, 235, method="wilson")
        _, high = proportion_confint(106, 235, method="wilson")
        assert (found.low, found.high) == pytest.approx((low, high))


def test_the_words_of_a_condition_name_its_answers_as_printed(check: Callable[..., ClaimVerdict]) -> None:
    one = condition("above", "1/3", w_2017__q__yes=1)
    two = condition("above", "0", w_2017__q__no=-1, w_2017__q__yes=2)  # 2 * 89 - 41 to 2 * 90 - 39 people
    single, several = check(claim(one)), check(claim(one, two))
    words = '"yes" (38%, w-2017) is 37.9 to 38.3%, must be above 1/3: true'
    assert single.reason == words
    assert several.reason == (
        f'{words}; minus "no" (17%, w-2017) plus 2 times "yes" (38%, w-2017) is 58.3 to 60.0 points, '
        "must be above 0: true"
    )
    assert "undetermined (31.9 to 44.7 %); only of those who replied" in claim_sentence(single)
    assert several.low is not None
    assert "undetermined; only of those who replied" in claim_sentence(several)  # no interval says it of both
    ratio = claim(condition("above", "3", inmates=1) | {"over": ["officers", "more"]}, subject="arithmetic")
    facts = fact("inmates", "84000"), fact("officers", "20000"), fact("more", "1000")
    assert check(ratio, *facts).reason == "s (84000 u), over s (20000 u) plus s (1000 u) is 4, must be above 3: true"
    unbounded = check(claim(condition("above", "3", years=1), subject="arithmetic"), fact("years", "2", "rhetorical"))
    assert unbounded.reason == "s (2 u) is not bounded by print, must be above 3: undecided by rounding"


def test_the_words_of_a_sum_give_every_weight_with_its_sign(check: Callable[..., ClaimVerdict]) -> None:
    of = claim(condition("above", "0", w_2017__q__yes=-1, w_2017__q__no=2, w_2018__q__yes=0))
    words = 'minus "yes" (38%, w-2017) plus 2 times "no" (17%, w-2017) plus 0 times "yes" (60%, w-2018) is '
    assert check(of).reason.startswith(words)


@pytest.mark.parametrize(("times", "verdict"), [(0.999, "supported"), (1.001, "undetermined")])
def test_the_same_in_a_random_sample_is_within_the_smallest_change_that_counts(
    make_survey: Callable[..., Survey], small_registry: Callable[..., Registry], times: float, verdict: str
) -> None:
    """At the error rate for which the interval ends just inside that change, and just outside."""
    small = small_registry([make_survey(f"w-{year}", year, 400, yes="60%") for year in (2017, 2018)])
    made, limit = reconstruct_all(small), small.plan.smallest_change.value / 100
    of = claim(condition("about", "0", w_2018__q__yes=1, w_2017__q__yes=-1))

    def found(alpha: float) -> ClaimVerdict:
        return Checker(small, made, alpha).check(of)

    alpha = brentq(lambda alpha: max(-found(alpha).low, found(alpha).high) - times * limit, 1e-6, 0.999)
    assert found(alpha).random_sample == verdict


@pytest.mark.parametrize("over", [["officers"], ["officers", "inmates"], ["guests"]])
def test_a_ratio_with_a_number_that_nobody_knows_is_not_bounded(
    check: Callable[..., ClaimVerdict], over: list[str]
) -> None:
    """Nor is it where another number stands above and below, for which one value is taken."""
    facts = fact("inmates", "84000"), fact("officers", "20000"), fact("guests", "900", "rhetorical")
    of = claim(condition("above", "1000", inmates=1, guests=1) | {"over": over}, subject="arithmetic")
    assert check(of, *facts).answered == "undecided by rounding"


def test_a_ratio_with_a_number_that_is_nothing_is_not_bounded(check: Callable[..., ClaimVerdict]) -> None:
    of = claim(condition("above", "1000", inmates=1, nobody=1) | {"over": ["nobody"]}, subject="arithmetic")
    assert check(of, fact("inmates", "84000"), fact("nobody", "0")).answered == "undecided by rounding"


def test_one_share_has_the_wilson_interval_of_its_print(check: Callable[..., ClaimVerdict]) -> None:
    """38 % of 235: from 89 people down and from 90 up, by statsmodels."""
    found = check(claim(condition("above", "1/3", w_2017__q__yes=1)))
    low, _ = proportion_confint(89, 235, method="wilson")
    _, high = proportion_confint(90, 235, method="wilson")
    assert (found.low, found.high) == pytest.approx((low, high))
    assert found.estimate == pytest.approx(89.5 / 235)
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
    """50 % of 100 to 120 people: the extremes are 50 and 51 of 101, each taken as of 100 people."""
    sizes = {"kind": "derived", "low": 100, "high": 120, "how": "h"}
    ranged = check(claim(condition("above", "1/3", w_2017__q__half=1)), first={"n": sizes})
    every = [Fraction(count, n) for n in range(100, 121) for count in range(n + 1)]
    shares = [share for share in every if Fraction("0.495") <= share <= Fraction("0.505")]
    assert (min(shares), max(shares)) == (Fraction(50, 101), Fraction(51, 101))
    low, _ = proportion_confint(100 * float(min(shares)), 100, method="wilson")
    _, high = proportion_confint(100 * float(max(shares)), 100, method="wilson")
    assert (ranged.low, ranged.high) == pytest.approx((low, high))


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
    assert [found.answered for found in (same, far, few)] == ["true", "false", "true"]


SAME = [
    # earlier and later as n and print, whether they are the same; 84 of 101 is 83.2 %, 87 of 105 is 82.9 %
    ((101, "83%"), (105, "83%"), "true"),  # -0.3 points behind it
    ((None, "83%"), (None, "83%"), "true"),
    ((None, "83%"), (105, "83%"), "true"),
    ((101, "83%"), (105, "84%"), "undecided by rounding"),  # 84 of 101 and 88 of 105: 0.6 points, less than rounding
    ((None, "83%"), (None, "84%"), "undecided by rounding"),  # 0 to 2 points
    ((101, "83%"), (105, "85%"), "false"),  # 84 of 101 and 89 of 105: 1.6 points, more than 0.5 and 0.5
    ((None, "83%"), (None, "86%"), "false"),  # 2 points or more
    ((None, "83%"), (None, "83.3%"), "true"),  # 83.3 % prints as 83 % too
    ((None, "83%"), (None, "83.8%"), "undecided by rounding"),  # it would print as 84 %
    ((None, "83.0%"), (None, "83.3%"), "false"),  # 0.2 points or more, where rounding moves 0.05 and 0.05
    ((None, "nearly half"), (None, "nearly half"), "not checkable"),
    ((None, "48%"), (None, "nearly half"), "undecided by rounding"),  # words are not rounded
]


@pytest.mark.parametrize(("earlier", "later", "verdict"), SAME)
def test_the_same_is_judged_by_print_and_false_only_beyond_its_rounding(
    check: Callable[..., ClaimVerdict], earlier: Any, later: Any, verdict: str
) -> None:
    for one, other in ((earlier, later), (later, earlier)):
        waves = {"first": {"n": one[0], "yes": one[1]}, "second": {"n": other[0], "yes": other[1]}}
        of = claim(condition("about", "0", w_2018__q__yes=1, w_2017__q__yes=-1))
        assert check(of, **waves).answered == verdict


def test_the_same_among_several_figures_is_a_sum_that_cancels_out_in_print(check: Callable[..., ClaimVerdict]) -> None:
    """38 + 17 - 55 %: nothing in print, though 89 + 39 - 220 of 400 people are not."""
    of = claim(condition("about", "0", w_2017__q__yes=1, w_2017__q__no=1, w_2018__q__yes=-1))
    found = [check(of, second={"yes": printed}).answered for printed in ("55%", "56%", "58%")]
    assert found == ["true", "undecided by rounding", "false"]  # rounding moves the sum by 1.5 points at most


def test_print_comes_first_where_figures_are_the_same(check: Callable[..., ClaimVerdict]) -> None:
    of = claim(condition("about", "0", w_2018__q__yes=1, w_2017__q__yes=-1))
    found = check(of, first={"n": 101, "yes": "83%"}, second={"n": 105, "yes": "83%"})
    assert found.reason == (
        '"yes" (83%, w-2018) minus "yes" (83%, w-2017) is 0.0 points in print (behind it may be -0.3 points), '
        "must be about 0: true"
    )


def test_the_same_among_dated_facts_is_equal(check: Callable[..., ClaimVerdict]) -> None:
    for other, verdict in (("2012", "true"), ("2013", "false")):
        of = claim(condition("about", "0", one=1, other=-1), subject="arithmetic")
        assert check(of, fact("one", "2012"), fact("other", other)).answered == verdict


MOST = [
    # printed shares of yes and no, the reading that is forced, the verdict
    ("58%", "17%", None, "true"),
    ("38%", "17%", None, "true as the largest group printed, not as more than half"),
    ("38%", "40%", None, "false"),
    ("38%", "38%", None, "undecided by rounding as the largest group printed, false as more than half"),
    ("50%", "17%", None, "true as the largest group printed, undecided by rounding as more than half"),
    ("38%", "17%", "largest-group", "true"),
    ("38%", "17%", "more-than-half", "false"),
    ("38%", "40%", "largest-group", "false"),
]


@pytest.mark.parametrize(("yes", "no", "reading", "verdict"), MOST)
def test_most_is_more_than_half_or_the_largest_group(
    check: Callable[..., ClaimVerdict], yes: str, no: str, reading: str | None, verdict: str
) -> None:
    of = claim(condition("most", None, w_2017__q__yes=1) | {"reading": reading})
    assert check(of, first={"n": None, "yes": yes, "no": no, "half": "2%", "words": "2%"}).answered == verdict


def test_most_in_one_reading_is_worse_than_true_and_better_than_undecided(check: Callable[..., ClaimVerdict]) -> None:
    most = condition("most", None, w_2017__q__yes=1)
    true, unsure, false = (condition("above", v, w_2017__q__no=1) for v in ("1%", "17%", "50%"))
    first = {"half": "2%", "words": "2%"}
    verdicts = [check(claim(most, other), first=first).answered for other in (true, unsure, false)]
    words = "true as the largest group printed, not as more than half"
    assert verdicts == [words, "undecided by rounding", "false"]


def test_nobody_is_the_largest_of_one_group(check: Callable[..., ClaimVerdict]) -> None:
    forced = check(claim(condition("most", None, w_2018__q__yes=1) | {"reading": "largest-group"}))
    assert (forced.answered, forced.reason) == (
        "not checkable",
        "no other answer to the question is printed, so nothing says which group is largest",
    )
    assert check(claim(condition("most", None, w_2018__q__yes=1))).answered == "true"  # 60 % are more than half
    assert check(claim(condition("most", None, w_2018__q__yes=1)), second={"yes": "40%"}).answered == "false"


def test_a_larger_group_may_hide_where_not_all_answers_are_printed(check: Callable[..., ClaimVerdict]) -> None:
    of, hides = claim(condition("most", None, w_2017__q__yes=1)), "one that is not printed may be larger"
    rest = {"n": None, "no": "17%", "half": "2%", "words": "2%", "asks": {"response": "single"}}
    assert hides in check(of, first={**rest, "yes": "38%"}).reason  # 41 % are not printed
    assert hides not in check(of, first={**rest, "yes": "45%"}).reason  # 34 %
    assert hides in check(of, first={**rest, "yes": "45%", "asks": {"response": "multi"}}).reason
    told = check(of, first={**rest, "yes": "38%", "asks": {"response": "single", "exhaustive": True}}).reason
    assert hides not in told
    assert 'other groups in print: "no" (17%, w-2017)' in told


@pytest.mark.parametrize("of", [condition("above", "1/3"), condition("phrase") | {"phrase": "more than a third"}])
def test_other_groups_are_named_only_of_what_is_called_the_largest(
    check: Callable[..., ClaimVerdict], of: dict[str, Any]
) -> None:
    assert "other groups in print" not in check(claim(of | {"terms": {"w-2017.q.yes": 1}})).reason


@pytest.mark.parametrize("step", [1, -1])
def test_a_printed_change_is_the_one_that_is_named(registry: Registry, step: int) -> None:
    survey = next(one for one in registry.surveys.values() if len(one.changes) > 1)
    turned = survey.model_copy(update={"changes": survey.changes[::step]})
    figures = Figures(replace(registry, surveys={survey.id: turned}), {})
    assert [figures.change(f"{survey.id}.{one.id}") for one in survey.changes] == list(survey.changes)


@pytest.mark.parametrize(
    "wrong",
    [
        {"terms": {"a": 1, "b": 1}, "is": "most"},
        {"terms": {"a": 2}, "is": "most"},
        {"terms": {"a": 1}, "is": "above", "value": "0", "reading": "largest-group"},
    ],
)
def test_most_speaks_of_one_group_and_only_most_has_readings(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match=r"speaks of one group|has none"):
        Condition.model_validate(wrong)


def opinions(printed: tuple[str, ...], n: int | None, **asks: Any) -> dict[str, Any]:
    """One question to n people: yes, no and the rest."""
    names = ("yes", "no", "half")
    page = {"topic": "other", "sources": ["page"]}
    rows = [{**page, "id": name, "says": name, "printed": text} for name, text in zip(names, printed, strict=False)]
    return {"n": n, "asks": {"response": "single", "answers": rows, **asks}}


def brute_ratios(printed: tuple[str, ...], n: int, *, whole: bool) -> tuple[Fraction, Fraction]:
    """Yes over yes and no, over every table of counts that prints so."""
    percent = [Fraction(text.rstrip("%")) for text in printed]
    half = [Fraction(1, 2 * 10 ** len(text.rstrip("%").partition(".")[2])) for text in printed]
    known = [
        [c for c in range(n + 1) if abs(Fraction(100 * c, n) - p) <= h] for p, h in zip(percent, half, strict=True)
    ]
    fits = [counts for counts in product(*known) if (sum(counts) == n if whole else sum(counts) <= n)]
    ratios = [Fraction(yes, yes + no) for yes, no, *_ in fits]
    return min(ratios), max(ratios)


OPINIONS = [(("44%", "37%", "19%"), 2011, True), (("45%", "38.8%"), 1026, False), (("40%", "33%", "27%"), 400, True)]


@pytest.mark.parametrize(("printed", "n", "whole"), OPINIONS)
def test_a_share_of_those_with_an_opinion_is_exact_over_all_tables(
    check: Callable[..., ClaimVerdict], printed: tuple[str, ...], n: int, whole: bool
) -> None:
    """Don't knows left out: 44 of 81 and 45 of 83.8 are 54 %, a majority that neither poll found among all."""
    low, high = brute_ratios(printed, n, whole=whole)
    first = opinions(printed, n, exhaustive=whole)
    shared = {"over": ["w-2017.q.yes", "w-2017.q.no"]}
    edges = [("at-least", low, "true"), ("above", low, "undecided by rounding")]
    edges += [("above", high, "false"), ("at-least", high, "undecided by rounding")]
    for relation, value, verdict in edges:
        of = claim(condition(relation, f"{value.numerator}/{value.denominator}", w_2017__q__yes=1) | shared)
        assert check(of, first=first).answered == verdict
    if n > 1000:
        about = claim(condition("about", "54%", w_2017__q__yes=1) | shared)
        most = claim(condition("most", None, w_2017__q__yes=1) | shared)
        among_all = claim(condition("most", None, w_2017__q__yes=1) | {"reading": "more-than-half"})
        found = [check(of, first=first).answered for of in (about, most, among_all)]
        assert found == ["true", "true", "false"]


def test_a_share_of_a_share_has_the_wilson_interval_of_those_who_gave_the_answers(
    check: Callable[..., ClaimVerdict],
) -> None:
    of = claim(condition("above", "50%", w_2017__q__yes=1) | {"over": ["w-2017.q.yes", "w-2017.q.no"]})
    found = check(of, first=opinions(("44%", "37%", "19%"), 2011, exhaustive=True))
    low, high = brute_ratios(("44%", "37%", "19%"), 2011, whole=True)
    base = 875 + 735  # the fewest who print 44 % and 37 % of 2,011
    expected = (proportion_confint(float(end) * base, base, method="wilson") for end in (low, high))
    assert (found.low, found.high) == pytest.approx(tuple(pair[k] for k, pair in enumerate(expected)))
    assert found.random_sample == "supported"
    assert "54.3" not in found.reason and f"is {100 * float(low):.1f} to {100 * float(high):.1f}%" in found.reason
    assert f"supported ({100 * found.low:.1f} to {100 * found.high:.1f} %)" in claim_sentence(found)


@pytest.mark.parametrize(
    ("terms", "over"),
    [
        ({"w_2017__q__yes": 2}, ["w-2017.q.yes", "w-2017.q.no"]),
        ({"w_2017__q__half": 1}, ["w-2017.q.yes", "w-2017.q.no"]),
        ({"w_2017__q__yes": 1}, ["w-2017.q.yes", "w-2018.q.yes"]),
    ],
)
def test_a_ratio_that_is_no_share_of_one_group_has_no_interval_of_a_sample(
    check: Callable[..., ClaimVerdict], terms: dict[str, int], over: list[str]
) -> None:
    """A multiple, an answer that is not of the group, and answers to two questions."""
    of = claim(condition("above", "10%", **terms) | {"over": over})
    found = check(of, first=opinions(("44%", "37%", "19%"), 2011, exhaustive=True))
    assert (found.answered, found.random_sample, found.low) == ("true", "undetermined", None)


def test_without_counts_a_share_of_a_share_has_bounds_and_says_so(check: Callable[..., ClaimVerdict]) -> None:
    """43.5 to 44.5 over itself and 36.5 to 37.5: each figure within its own bounds, the same above and below."""
    over = {"over": ["w-2017.q.yes", "w-2017.q.no"]}
    first = opinions(("44%", "37%", "19%"), None)
    low, high = Fraction(435, 435 + 375), Fraction(445, 445 + 365)
    for relation, value, verdict in (("at-least", low, "true"), ("at-least", high, "undecided by rounding")):
        of = claim(condition(relation, f"{value.numerator}/{value.denominator}", w_2017__q__yes=1) | over)
        found = check(of, first=first)
        assert found.answered == verdict
        assert "each figure within its own bounds, as they have no counts together" in found.reason
        assert (found.random_sample, found.low) == ("undetermined", None)
    for weight, told in ((1, True), (-1, False)):  # a sum is of people who answered alike; a gap has no such table
        of = claim(condition("above", "0", w_2017__q__yes=1, w_2017__q__no=weight))
        assert ("each figure within its own bounds" in check(of, first=first).reason) is told


def test_a_sum_of_answers_is_exact_over_all_tables(check: Callable[..., ClaimVerdict]) -> None:
    """21 and 49 %: 70 % want a ban, of some kind."""
    first = opinions(("21%", "49%"), 2000)
    sums = {"w_2017__q__yes": 1, "w_2017__q__no": 1}
    assert check(claim(condition("about", "70%", **sums)), first=first).answered == "true"
    assert check(claim(condition("between", "69%", **sums) | {"and_value": "71%"}), first=first).answered == "true"
    alone = claim(condition("above", "50%", w_2017__q__yes=1))
    assert check(alone, first=first).answered == "false"
    tight = opinions(("50%", "51%"), 100, exhaustive=True)  # 101 % in print: no 100 people do so
    assert check(claim(condition("at-least", "1", **sums)), first=tight).answered == "not checkable"
    whole = opinions(("33.3%", "66.7%"), 3000, exhaustive=True)  # each has several counts, their sum is everybody
    exact = check(claim(condition("at-least", "1", **sums)), first=whole)
    assert exact.answered == "true" and "is 100.0 points" in exact.reason


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.lists(st.tuples(st.integers(-20, 20), st.integers(1, 20)), min_size=1, max_size=8))
def test_the_largest_ratio_is_the_largest(choices: list[tuple[int, int]]) -> None:
    pairs = [(Fraction(top), Fraction(bottom)) for top, bottom in choices]
    found = largest_ratio(lambda r: max(pairs, key=lambda pair: pair[0] - r * pair[1]))
    assert found == max(top / bottom for top, bottom in pairs)


@pytest.mark.parametrize("place", ["terms", "over"])
def test_the_surveys_of_the_figures_count_whether_they_are_named_or_not(
    check: Callable[..., ClaimVerdict], place: str
) -> None:
    one = condition("above", "1/3", w_2017__q__yes=1)
    two = condition("above", "1/3", jobs=1) | {"over": ["w-2017.q.yes"]}
    of = {"terms": one, "over": two}[place]
    more = {"more": {"sampling": "self-selected"}}
    licences = [
        check(claim(of, subject=subject, surveys=named), fact("jobs", "1"), first=more).population_licence
        for subject in ("population", "respondents")
        for named in ([], ["w-2017"])
    ]
    assert set(licences) == {"not licensed: people who chose to answer"}
    organisations = check(claim(of, subject="organisations"), fact("jobs", "1"), first=more)
    assert organisations.reason == "the figure counts people, and the claim speaks of organisations"
    assert organisations.surveys == ("w-2017",)


def test_what_no_source_says_is_false_of_nobody(check: Callable[..., ClaimVerdict]) -> None:
    years = fact("one", "2013"), fact("other", "2012")
    of = condition("about", "0", one=1, other=-1)
    said, ours = (check(claim(of, subject="arithmetic", made_by=who), *years) for who in ("source", "project"))
    assert (said.answered, ours.answered) == ("false", "does not follow")
    assert claim_sentence(said).startswith("By the printed figures: false (")
    assert claim_sentence(ours).startswith(
        "This project's own comparison, which no source published: by the printed figures: does not follow ("
    )
    unsure = check(claim(condition("above", "38%", w_2017__q__yes=1), made_by="project"))
    assert unsure.answered == "undecided by rounding"
    assert claim_sentence(unsure).startswith("This project's own comparison, which no source published: for those who")


def test_whose_sentence_a_claim_is_stands_in_the_table_and_in_the_answer(
    registry: Registry, verdicts: Mapping[str, ClaimVerdict]
) -> None:
    source = "technology-in-the-public-sector-2021-08-23"
    found = [verdict for verdict in verdicts.values() if verdict.claim.source == source]
    own = [verdict.claim.made_by == "project" for verdict in found]
    whose = claims_page.claims_table(found)["Whose sentence"]
    assert list(whose) == ["this project's" if here else "the source's" for here in own]
    assert sum(own) == 8
    assert claims_page.claims_answer(registry, source, found)[2] == (
        "8 of them are no sentences of a source: they are put together here from what sources publish, "
        "and no source is wrong where one fails."
    )
    others = [verdict for verdict, here in zip(found, own, strict=True) if not here]
    assert not any("no source is wrong" in words for words in claims_page.claims_answer(registry, source, others))


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
    terms = [LinearTerm("w", g, w, c / 235, 235) for g, w, c in (("a", 1, 89), ("b", -1, 41))]
    highest = [LinearTerm("w", g, w, c / 235, 235) for g, w, c in (("a", 1, 90), ("b", -1, 39))]
    assert other > exclusive
    assert other == pytest.approx(combine_linear(highest, alpha=0.05).high - combine_linear(terms, alpha=0.05).low)
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
    terms = {"w_2017__q__yes": 1, "w_2017__q__words": 1, "w_2017__q__no": 1}  # one number, or nothing checks the words
    found = check(claim(condition("above", "1/2", **terms)), first=rows)
    assert found.answered == "true"
    assert found.low is not None and found.high is not None and found.low < 0.93 < found.high


def test_a_claim_on_an_impossible_figure_is_not_checkable_and_says_why(check: Callable[..., ClaimVerdict]) -> None:
    found = check(claim(condition("above", "1/3", w_2017__q__yes=1)), first={"n": 28, "yes": "41%"})
    assert (found.answered, found.random_sample, found.estimate) == ("not checkable", "not checkable", None)
    assert found.reason.startswith("w-2017.q.yes is in conflict: no whole number of answers gives 41% (q.yes)")


LICENCES = [
    ({"sampling": "probability"}, "licensed by the design"),
    ({"sampling": "census"}, "licensed by the design"),
    ({"sampling": "self-selected"}, "not licensed: people who chose to answer"),
    ({"sampling": "panel"}, "not licensed: a panel, not a probability sample"),
    ({"sampling": "poll-at-event"}, "not licensed: people who attended an event"),
    (
        {"sampling": "foi"},
        "not licensed: replies to a freedom-of-information request, not all of which are known",
    ),
    ({}, "not licensed: nobody says how those who answered were chosen"),
]


LICENCES += [
    (
        {"sampling": "panel", "inferred": {"sampling": "from the pollster"}},
        "not licensed: probably a panel, not a probability sample (inferred)",
    ),
    (
        {"sampling": "probability", "inferred": {"sampling": "from the house"}},
        "not licensed: probably a probability sample (inferred)",
    ),
    (
        {"sampling": "census", "inferred": {"sampling": "from the number of replies"}},
        "not licensed: probably a census (inferred)",
    ),
    ({"sampling": "census", "mode": "online", "inferred": {"mode": "from the house"}}, "licensed by the design"),
]


@pytest.mark.parametrize(("more", "licence"), LICENCES)
def test_a_population_is_licensed_by_design_only(check: Callable[..., ClaimVerdict], more: Any, licence: str) -> None:
    of = claim(condition("above", "1/3", w_2017__q__yes=1), subject="population", surveys=["w-2017"])
    assert check(of, first={"more": more}).population_licence == licence


def test_a_design_that_is_inferred_of_one_survey_is_told_once(check: Callable[..., ClaimVerdict]) -> None:
    inferred = {"sampling": "panel", "inferred": {"sampling": "from the pollster"}}
    of = claim(condition("above", "0", w_2018__q__yes=1, w_2017__q__yes=-1))
    found = check(of, first={"more": inferred}, second={"more": {"sampling": "panel"}})
    assert found.population_licence == "not licensed: probably a panel, not a probability sample (inferred)"
    other = check(of, first={"more": inferred}, second={"more": {"sampling": "self-selected"}})
    assert other.population_licence == (
        "not licensed: probably a panel, not a probability sample (inferred) and people who chose to answer"
    )


def test_arithmetic_speaks_of_no_population_and_no_sample(check: Callable[..., ClaimVerdict]) -> None:
    of = claim(condition("above", "3", inmates=1) | {"over": ["officers"]}, subject="arithmetic")
    found = check(of, fact("inmates", "84000"), fact("officers", "20000"))
    assert (found.answered, found.random_sample, found.population_licence) == (
        "true",
        "not checkable",
        "of no population",
    )
    assert found.estimate == pytest.approx(4.2)


FACTS = [
    ("exact", "40", (40, 40)),
    ("lower-bound", "40", (40, 50)),  # one unit of the leading digit
    ("lower-bound", "19", (19, 29)),
    ("lower-bound", "1.8", (Fraction(18, 10), Fraction(28, 10))),
    ("lower-bound", "420000", (420_000, 520_000)),
    ("upper-bound", "40", (38, 40)),  # a twentieth
    ("upper-bound", "38", (Fraction(361, 10), 38)),
    ("approximate", "40", (36, 44)),
    ("date", "2012", (2012, 2012)),
    ("rhetorical", "2", (None, None)),
]


@pytest.mark.parametrize(("kind", "value", "ends"), FACTS)
def test_a_fact_reaches_as_far_as_its_kind_lets_it(kind: str, value: str, ends: tuple[Any, Any]) -> None:
    assert fact_span(fact("f", value, kind)) == Span(*(None if end is None else Fraction(end) for end in ends))


def test_a_fact_that_is_no_number_says_so() -> None:
    with pytest.raises(QuantityError, match="'0-10' is no number"):
        fact_span(fact("f", "0-10"))


def test_a_lower_bound_decides_only_what_it_can(check: Callable[..., ClaimVerdict]) -> None:
    """More than 800 thousand, up to 900, of exactly 4.5 million: from 8/45 (17.8 %) to a fifth."""
    jobs, staff = fact("jobs", "800000", "lower-bound"), fact("staff", "4500000")
    verdicts = [
        check(
            claim(condition(relation, value, jobs=1) | {"over": ["staff"]}, subject="arithmetic"), jobs, staff
        ).answered
        for relation, value in (
            ("above", "1/6"),
            ("at-least", "8/45"),
            ("below", "1/7"),
            ("above", "1/5"),
            ("above", "8/45"),
            ("below", "1/5"),
            ("at-least", "1/5"),
        )
    ]
    assert verdicts == ["true"] * 2 + ["false"] * 2 + ["undecided by rounding"] * 3


def test_an_open_end_decides_nothing(check: Callable[..., ClaimVerdict]) -> None:
    years = fact("years", "2", "rhetorical")
    for relation in ("above", "below", "at-least"):
        found = check(claim(condition(relation, "1", years=1), subject="arithmetic"), years)
        assert (found.answered, found.estimate) == ("undecided by rounding", None)


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
    "techuk-2017-three-areas-rated-high-by-a-third-to-a-half": ("not checkable", "not checkable"),  # words only
    "techuk-2017-enabler-share-rose-each-year": ("not checkable", "not checkable"),  # no level is printed for 2017
    "techuk-2016-enabler-share-rose-since-2015": ("true", "supported"),
    "techuk-2017-skills-larger-barrier-than-year-before": ("true", "undetermined"),  # a printed change, no level
    "techuk-2017-culture-barrier-unchanged": ("true", "undetermined"),  # 48 % and 48 % of some 950 to 1,000
    "techuk-2017-crucial-to-demand-steady": ("true", "undetermined"),
    "techuk-2017-four-largest-barriers-all-rose": ("undecided by rounding", "undetermined"),  # one is 48 % twice
    "blog-2021-one-date-for-the-strategy": ("does not follow", "not checkable"),  # no source says it
    "blog-2021-automation-of-800-thousand-jobs": ("not checkable", "not checkable"),
    "bt-2020-sector-presses-ahead": ("not checkable", "not checkable"),
    "bt-2020-two-years-of-change-in-two-months": ("not checkable", "not checkable"),
    "sopra-2015-over-two-thirds-call-training-inadequate": ("undecided by rounding", "undetermined"),  # a rival
    "igov-2017-61-percent-of-organisations-have-a-strategy": ("not checkable", "not checkable"),  # it counts people
    "pure-2020-trust-identical-to-2019": ("true", "undetermined"),  # both print 83 %, of 101 and of 105 people
    "exponentiale-2016-most-are-neutral-on-cloud": (
        "true as the largest group printed, not as more than half",
        "undetermined as the largest group printed, contradicted as more than half",
    ),
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
    """38 - 17 = 21 against 36 - 26 = 10 points: 11 points, with arms added, as the joint answers are not known.

    Of 235 people: 89 or 90, 39 to 41, 84 or 85, 56 or 57, 4 or 5.
    """
    found = verdicts["igov-2017-more-confident-in-strategy-than-in-closing-the-gap"]
    low, high = 89 - 41 - 85 + 56 + 4, 90 - 39 - 84 + 57 + 5
    assert found.estimate == pytest.approx((low + high) / 2 / 235)
    assert f"is {100 * low / 235:.1f} to {100 * high / 235:.1f} points" in found.reason
    assert found.low is not None and found.high is not None
    assert found.low < 0 < 0.11 < found.high


def test_a_printed_change_is_given_in_points(verdicts: Mapping[str, ClaimVerdict]) -> None:
    assert verdicts["techuk-2017-crucial-to-services-slipped"].reason == (
        "the printed change of -2 points (techuk-2017) is -2.5 to -1.5 points, must be below 0: true"
    )


def test_bt_and_yougov_2020_is_not_checkable_because_nothing_was_printed(verdicts: Mapping[str, ClaimVerdict]) -> None:
    assert "percentage" in verdicts["bt-2020-sector-presses-ahead"].reason


def test_no_claim_about_the_population_is_licensed_by_this_evidence(verdicts: Mapping[str, ClaimVerdict]) -> None:
    spoken = [v for v in verdicts.values() if v.claim.subject != "arithmetic"]
    assert len(spoken) > 60
    assert all(v.population_licence.startswith("not licensed: ") for v in spoken)


def test_every_verdict_is_one_of_those_documented_and_gives_its_reason(verdicts: Mapping[str, ClaimVerdict]) -> None:
    documented = {field.name: field.options for field in CLAIM_FIELDS}
    for found in verdicts.values():
        assert found.answered in documented["answered_verdict"]
        assert found.random_sample in documented["random_sample_verdict"]
        assert found.reason
        assert (found.low is None) == (found.high is None)
        if found.random_sample in ("supported", "contradicted"):
            assert found.low is not None or len(found.claim.all_of) > 1
            assert (found.answered, found.random_sample) not in (("false", "supported"), ("true", "contradicted"))

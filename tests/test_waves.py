"""A construct as waves: what may be used, at which sizes, and which pair is reported before any value is looked at."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from itertools import permutations
from typing import Any

import pytest

from crosswave.printed.intervals import percent_interval
from crosswave.printed.quantities import Lexicon
from crosswave.reconstruct import Reconstruction, reconstruct
from crosswave.study import Registry
from crosswave.study.models import Construct, Survey
from crosswave.trend.settings import planned
from crosswave.trend.synthesis import reconstruct_all
from crosswave.trend.waves import Pair, Wave, pair_of, pairs_of, waves_of
from two_shares import compare_pair

N_LARGEST = 5000
OVERLAP = {"overlaps": [{"survey": "w-2019", "how": "the same councils"}]}


@pytest.fixture
def waves(
    make_survey: Callable[..., Survey],
    make_construct: Callable[..., Construct],
    small_registry: Callable[..., Registry],
) -> Callable[..., tuple[list[Wave], list[Pair]]]:
    """The waves and pairs of a construct of these (year, n, printed, more) in order, the first its reference."""

    def make(*rows: tuple[int, Any, str, dict[str, Any]], window: tuple[int, int] = (1990, 2100), **grades: str) -> Any:
        surveys = [make_survey(f"w-{year}", year, n, yes=printed, **more) for year, n, printed, more in rows]
        construct = make_construct("c", *(f"{survey.id}.q.yes" for survey in surveys), **grades)
        small = small_registry(surveys, [construct])
        found = waves_of(construct, small, reconstruct_all(small), window)
        return found, pairs_of(construct, found, small)

    return make


def test_waves_come_earliest_first_and_only_from_the_window(waves: Callable[..., Any]) -> None:
    found, _ = waves((2019, 100, "40%", {}), (2016, 100, "40%", {}), (2017, 100, "40%", {}), window=(2017, 2019))
    assert [wave.year for wave in found] == [2017, 2019]


@pytest.mark.parametrize("order", list(permutations((2016, 2017, 2020))))
def test_alike_in_all_else_the_longest_span_is_reported_first(
    waves: Callable[..., Any], order: tuple[int, ...]
) -> None:
    """Whichever answers the construct lists first: 2016 to 2020, then 2017 to 2020, then 2016 to 2017."""
    _, pairs = waves(*((year, 100, "40%", {}) for year in order))
    assert len({(pair.comparability.grade, pair.comparability.distance, pair.sized) for pair in pairs}) == 1
    assert [pair.span for pair in pairs] == [4, 3, 1]


def test_a_known_base_gives_every_feasible_extreme_with_its_own_base(waves: Callable[..., Any]) -> None:
    """73 % of 60 to 62 people: 44 of 60 or 45 of 62, nothing on 61."""
    sizes = {"kind": "derived", "low": 60, "high": 62, "how": "h"}
    [wave], _ = waves((2017, sizes, "73%", {}))
    assert list(zip(wave.shares.tolist(), wave.sizes.tolist(), strict=True)) == [(44 / 60, 60), (45 / 62, 62)]
    assert wave.share == 45 / 62  # on the later one of two bases: 73 % itself is no count of either
    assert (wave.size_known, wave.size_words, wave.verbal, wave.refusal) == (True, "60 to 62", False, None)


@pytest.mark.parametrize("printed", ["40%", "33.3%", "1%", "0%", "100%", "99.9%", "nearly half"])
def test_an_unknown_n_is_tried_from_the_smallest_that_can_print_it_to_the_largest(
    waves: Callable[..., Any], registry: Registry, printed: str
) -> None:
    assert registry.plan.n_largest.value == N_LARGEST
    [wave], _ = waves((2017, None, printed, {}))
    low, high = wave.counts.share_low, wave.counts.share_high
    first = next(n for n in range(1, 2000) if any(low * n <= c <= high * n for c in range(n + 1)))
    assert (wave.sizes.min(), wave.sizes.max()) == (first, N_LARGEST)
    assert not wave.size_known
    assert wave.size_words == "an unknown number of"


@pytest.mark.parametrize("percent", [0, 1, 33, 50, 73, 100])
def test_what_is_tried_encloses_every_count_on_every_size_in_between(waves: Callable[..., Any], percent: int) -> None:
    """No size between two tried ones can print a share beyond the shares that are tried with both."""
    [wave], _ = waves((2017, None, f"{percent}%", {}))
    shares = percent_interval(str(percent), 0)
    for n in range(1, 400):
        for count in range(math.ceil(shares.low * n), math.floor(shares.high * n) + 1):
            tried = wave.shares[(wave.sizes == wave.sizes.min()) | (wave.sizes == wave.sizes.max())]
            assert tried.min() <= count / n <= tried.max()
            assert wave.sizes.min() <= n <= wave.sizes.max()


def test_sizes_too_many_to_list_are_enclosed_and_not_only_their_ends(waves: Callable[..., Any]) -> None:
    sizes = {"kind": "derived", "low": 300, "high": 399, "how": "h"}
    [wave], _ = waves((2017, sizes, "58%", {}))
    every = [
        Fraction(c, n)
        for n in range(300, 400)
        for c in range(n + 1)
        if abs(Fraction(c, n) - Fraction(58, 100)) <= Fraction(1, 200)
    ]
    assert wave.shares.min() <= float(min(every)) <= float(max(every)) <= wave.shares.max()
    assert (wave.sizes.min(), wave.sizes.max()) == (300, 399)


ALONE = {"id": "yes", "says": "s", "printed": "40%", "topic": "other", "sources": ["page"]}
REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("40%", {"asks": {"answers": [{**ALONE, "unusable": "the sentence is cut off"}]}}, "the sentence is cut off"),
    ("40%", {"asks": {"base": {"counts": "projects"}}}, "counted on projects, not on respondents"),
    (
        "4.2",
        {"asks": {"answers": [{**ALONE, "printed": "4.2", "measure": "mean"}]}},
        "a mean is printed, not a share of respondents",
    ),
]


@pytest.mark.parametrize(("printed", "more", "refusal"), REFUSED)
def test_what_cannot_be_used_says_why_and_has_no_numbers(
    waves: Callable[..., Any], printed: str, more: Any, refusal: str
) -> None:
    found, pairs = waves((2017, 100, printed, more), (2019, 100, "50%", {}))
    assert found[0].refusal == refusal
    assert found[0].shares.size == found[0].sizes.size == 0
    assert pairs[0].refusal == f"w-2017.q.yes cannot be used: {refusal}"


def test_a_figure_in_conflict_is_never_used(waves: Callable[..., Any]) -> None:
    found, [pair] = waves((2017, 28, "41%", {}), (2019, 100, "50%", {}))
    assert found[0].counts.level == "conflicting"
    assert pair.refusal is not None
    assert pair.refusal.startswith(
        "w-2017.q.yes cannot be used: its figures are in conflict: no whole number of answers"
    )


@pytest.mark.parametrize("which", [0, 1])
def test_waves_that_share_respondents_say_so_whichever_file_does(waves: Callable[..., Any], which: int) -> None:
    other = {"overlaps": [{"survey": "w-2017", "how": "the same councils"}]}
    more: list[dict[str, Any]] = [{}, {}]
    more[which] = {"more": (OVERLAP, other)[which]}
    _, [pair] = waves((2017, 100, "40%", more[0]), (2019, 100, "50%", more[1]))
    assert pair.refusal is None and pair.overlap is not None and pair.overlap.how == "the same councils"
    assert pair.overlap_words == "some respondents are in both waves (nobody says how many)"
    assert not pair.sized and pair.first.size_known and pair.second.size_known


def test_the_file_that_says_how_many_are_shared_is_believed(waves: Callable[..., Any]) -> None:
    counted = {"overlaps": [{"survey": "w-2017", "how": "80 of them", "shared": 80}]}
    _, [pair] = waves((2017, 100, "40%", {"more": OVERLAP}), (2019, 100, "50%", {"more": counted}))
    assert pair.overlap_words == "some respondents are in both waves (80 of them)"


def test_waves_without_a_common_respondent_have_no_reservation(waves: Callable[..., Any]) -> None:
    _, [pair] = waves((2017, 100, "40%", {}), (2019, 100, "50%", {}))
    assert pair.overlap is None and pair.overlap_words is None and pair.sized


def test_a_subset_of_the_same_year_is_never_a_pair_and_refused_as_one(
    registry: Registry, reconstructions: Mapping[str, Reconstruction], make_construct: Callable[..., Construct]
) -> None:
    """The 100 largest councils are 100 of the 418: each of their answers stands in both."""
    part, whole = "eduserv-2016-top100.data-centres.two-or-more", "eduserv-2016.data-centres.two-or-more"
    construct = make_construct("c", part, whole)
    found = waves_of(construct, registry, reconstructions, (1990, 2100))
    assert pairs_of(construct, found, registry) == []
    pair = pair_of(*found, registry)
    assert pair.overlap is not None and pair.overlap.shared == 100
    assert pair.refusal is not None
    assert pair.refusal.startswith("one answer may be in both waves, which are of one year: ")
    plan = registry.plan
    with pytest.raises(ValueError, match="cannot be tested: one answer may be in both waves"):
        compare_pair(pair, replace(planned(plan), total_error=0.0), plan)


def test_a_reversed_answer_stands_for_its_complement(
    make_survey: Callable[..., Survey],
    make_construct: Callable[..., Construct],
    small_registry: Callable[..., Registry],
) -> None:
    survey, plain = make_survey("w-2017", 2017, 100, yes="40%"), make_construct("c", "w-2017.q.yes")
    turned = plain.model_copy(update={"answers": (plain.answers[0].model_copy(update={"reversed": True}),)})
    small = small_registry([survey], [turned])
    [wave] = waves_of(turned, small, {"w-2017": reconstruct(survey, small)}, (2017, 2017))
    assert wave.shares.tolist() == [0.6]
    assert wave.share == pytest.approx(0.6)


def test_the_share_of_words_is_the_middle_of_what_they_can_stand_for(
    waves: Callable[..., Any], lexicon: Lexicon
) -> None:
    [wave], _ = waves((2017, 235, "nearly half", {}))
    words = lexicon.share("nearly half")
    assert words.low is not None and words.high is not None
    assert wave.share == round(235 * (words.low + words.high) / 2) / 235
    assert wave.verbal


def test_two_waves_of_one_year_are_no_pair(
    make_survey: Callable[..., Survey],
    make_construct: Callable[..., Construct],
    small_registry: Callable[..., Registry],
) -> None:
    surveys = [make_survey(f"w-{k}", 2017, 100, yes="40%") for k in range(2)]
    construct = make_construct("c", "w-0.q.yes", "w-1.q.yes")
    small = small_registry(surveys, [construct])
    assert pairs_of(construct, waves_of(construct, small, reconstruct_all(small), (2017, 2017)), small) == []


def test_the_pair_to_report_is_usable_then_graded_best_then_sized_then_long(waves: Callable[..., Any]) -> None:
    """Each wave adds one preference; 2016 is unusable, so its long span does not help it."""
    _, pairs = waves((2016, 28, "41%", {}), (2017, 100, "40%", {}), (2018, None, "40%", {}), (2019, 100, "40%", {}))
    years = [(pair.first.year, pair.second.year) for pair in pairs]
    assert years[:3] == [(2017, 2019), (2017, 2018), (2018, 2019)]
    assert {first for first, _ in years[3:]} == {2016}


def test_a_better_grade_beats_a_longer_span(waves: Callable[..., Any]) -> None:
    more = {"more": {"mode": "online"}}
    other = {"more": {"mode": "telephone"}}
    _, pairs = waves((2016, 100, "40%", other), (2018, 100, "40%", more), (2019, 100, "40%", more))
    assert (pairs[0].first.year, pairs[0].second.year) == (2018, 2019)
    assert [pair.comparability.grade for pair in pairs] == ["A", "B3", "B3"]


def test_a_better_grade_beats_a_known_size(waves: Callable[..., Any]) -> None:
    online, phone = {"more": {"mode": "online"}}, {"more": {"mode": "telephone"}}
    _, pairs = waves((2016, 100, "40%", phone), (2018, None, "40%", online), (2019, 100, "40%", online))
    assert (pairs[0].first.year, pairs[0].second.year) == (2018, 2019)


def test_one_known_size_beats_a_longer_span_with_none(waves: Callable[..., Any]) -> None:
    _, pairs = waves((2017, None, "40%", {}), (2018, 100, "40%", {}), (2020, None, "40%", {}))
    assert [(pair.first.year, pair.second.year) for pair in pairs] == [(2018, 2020), (2017, 2018), (2017, 2020)]


LIVELY = (
    "barrier-culture",
    "barrier-skills",
    "barrier-budget",
    "barrier-legacy",
    "has-strategy",
    "nhs-no-cloud",
    "pwc-engage",
    "goss-half-online",
)


@pytest.mark.parametrize("name", LIVELY)
def test_the_order_of_pairs_looks_at_no_printed_value(
    registry: Registry, small_registry: Callable[..., Registry], name: str
) -> None:
    """Print anything else: as long as the same figures can be used, the same pair is reported."""
    construct, dice = registry.construct(name), random.Random(name)
    own = {answer.finding.split(".")[0]: answer.finding for answer in construct.answers}
    first = list(own.items())[:8]  # of more, hardly any other print leaves the same ones usable
    kept = [_only(registry.survey(survey_id), finding) for survey_id, finding in first]
    answers = tuple(answer for answer in construct.answers if answer.finding in dict(first).values())
    construct = construct.model_copy(update={"answers": answers})
    expected, compared = None, 0
    for trial in range(6):
        surveys = kept if trial == 0 else [_reprinted(survey, f"{dice.randint(0, 100)}%") for survey in kept]
        small = small_registry(surveys, [construct])
        found = waves_of(construct, small, reconstruct_all(small), (1990, 2100))
        usable = [(wave.finding.id, wave.refusal is None, wave.size_known) for wave in found]
        order = [(pair.first.finding.id, pair.second.finding.id) for pair in pairs_of(construct, found, small)]
        expected = expected or (usable, order)
        if usable == expected[0]:
            assert order == expected[1]
            compared += trial > 0
    assert compared >= 1


def _only(survey: Survey, finding: str) -> Survey:
    """A wave cut down to one figure on everyone, so that any whole percentage can be printed for it."""
    _, question_id, answer_id = finding.split(".")
    question = next(q for q in survey.questions if q.id == question_id)
    answer = next(a for a in question.answers if a.id == answer_id)
    free = {"rival_of": None, "net_of": (), "part_of": None, "complement_of": None, "base": None}
    alone = question.model_copy(update={"answers": (answer.model_copy(update=free),), "base": None})
    return survey.model_copy(update={"questions": (alone,)})


def _reprinted(survey: Survey, printed: str) -> Survey:
    question = survey.questions[0]
    answer = question.answers[0].model_copy(update={"printed": printed})
    return survey.model_copy(update={"questions": (question.model_copy(update={"answers": (answer,)}),)})

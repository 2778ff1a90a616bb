"""A survey page in words: for every wave, and sentence by sentence for those that can be counted by hand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

import pytest

import real
from crosswave.printed.quantities import Lexicon
from crosswave.reconstruct import Reconstruction, reconstruct, retractions
from crosswave.report.holes import feasible_words, has_holes, listed_whole
from crosswave.report.results import by_finding
from crosswave.report.survey import by_hand as by_hand_page
from crosswave.report.survey import conflicts as conflicts_page
from crosswave.report.survey import figures as figures_page
from crosswave.report.survey.by_hand import counted, ends, neighbours, ratio
from crosswave.report.survey.conflicts import what_became
from crosswave.study import Registry
from crosswave.study.models import Survey
from made_surveys import answer, question, survey

NAMES = real.examples()
PYTHON = re.compile(r"\bNone\b|\bnan\b|<NA>|Fraction|\{|\}|\bfor “”|  ")


def sentences(wave: Survey, registry: Registry, counts: Reconstruction) -> Iterator[str]:
    """All that the page says, conflicts with their repairs included."""
    findings = by_finding(wave, counts, alpha=0.05, design_effect=1)
    yield from figures_page.survey_answer(wave, counts, findings)
    yield from by_hand_page.worked_example(wave, registry, counts)
    yield from figures_page.survey_checks(wave, counts, findings)
    yield from conflicts_page.survey_readings(wave, registry)
    yield from conflicts_page.survey_conflicts(wave, counts.conflicts)
    if counts.conflicts:
        yield what_became(counts)
    yield from conflicts_page.survey_together(wave, registry, counts)


@pytest.mark.parametrize("name", NAMES)
def test_every_survey_is_told_in_sentences_without_a_python_value(
    name: str, registry: Registry, reconstructions: Mapping[str, Reconstruction]
) -> None:
    wave, counts = registry.survey(name), reconstructions[name]
    for sentence in sentences(wave, registry, counts):
        assert sentence.endswith((".", "?")) and not PYTHON.search(sentence), sentence
        assert sentence[0].isupper() or not sentence[0].isalpha()
    repairs = conflicts_page.survey_conflicts(wave, counts.conflicts).values()
    assert len(repairs) == len(counts.conflicts)
    assert all(": " in repair and not PYTHON.search(repair) for repair in chain.from_iterable(repairs))


@pytest.mark.parametrize("name", NAMES)
def test_every_survey_shows_each_assumption_in_a_row_of_short_cells(
    name: str, registry: Registry, reconstructions: Mapping[str, Reconstruction]
) -> None:
    counts = reconstructions[name]
    table = conflicts_page.assumptions_table(retractions(registry.survey(name), registry), counts)
    assert [words.lower() for words in table["Assumption"]] == [words.lower() for words in counts.assumptions]
    assert not any(PYTHON.search(words) for words in table.drop(columns="Figures that rest on it").to_numpy().ravel())
    assert table[["With it", "Without it"]].map(len).to_numpy().max() <= 160
    assert ((table["Figures that rest on it"] == 0) == (table["Without it"] == "no count changes")).all()


def worked(name: str, registry: Registry, reconstructions: Mapping[str, Reconstruction]) -> list[str]:
    return by_hand_page.worked_example(registry.survey(name), registry, reconstructions[name])


def test_igov_2017_is_counted_by_hand_on_the_base_that_61_is_not(
    registry: Registry, reconstructions: Mapping[str, Reconstruction]
) -> None:
    assert worked("igov-2017", registry, reconstructions) == [
        "Take 73% for “skills gap” (gap-barriers.skills). It can be a share of 72.5 to 73.5%; on exactly how many "
        "people it rests is not printed. Of 60 people, 44 (44/60 = 73.3%) give it. Of 61 no number does: the "
        "nearest are "
        "44/61 = 72.1%, printed as 72%, and 45/61 = 73.8%, printed as 74%. Nothing lies between them.",
        "So it cannot rest on 61 people. What all figures together leave is 60 or 62.",
    ]


def test_capita_2019_is_counted_by_hand_between_18_and_19_of_23(
    registry: Registry, reconstructions: Mapping[str, Reconstruction]
) -> None:
    assert worked("capita-2019", registry, reconstructions) == [
        "Take 81% for “funding” (challenges.funding). It can be a share of 80.5 to 81.5%, and 23 people are "
        "taken to "
        "have answered. The nearest counts are 18/23 = 78.3%, printed as 78%, and 19/23 = 82.6%, printed as "
        "83%. Nothing "
        "lies between them.",
        "So no whole number of 23 people gives 81%: either something that was taken for granted is wrong, or "
        "the figure "
        "is.",
    ]


def test_a_survey_without_any_power_says_why_with_its_numbers(
    registry: Registry, reconstructions: Mapping[str, Reconstruction]
) -> None:
    assert worked("pure-2018", registry, reconstructions) == [
        "Take 74% for “recognises it” (citizen-engagement.recognise). It can be a share of 73.5 to 74.5%. Of 101 "
        "people, 75 (75/101 = 74.3%) give it.",
        "One of 101 people is 0.99 points, no more than the 1 between two printed values. So every value from 0 "
        "to 100% "
        "is printed by some number of them: no figure here could have failed, whatever had been printed.",
    ]


def test_a_figure_that_others_limit_is_counted_by_what_they_take(
    registry: Registry, reconstructions: Mapping[str, Reconstruction]
) -> None:
    """Of 113, 51 gave the other answer: 62 are left, 54.9 %, so 0 to 55 and not the 45 values above."""
    told = worked("crn-2015", registry, reconstructions)[1]
    assert "The others take at least 51 of the 113, so at most 62 are left (62/113 = 54.9%)." in told
    assert "Only 0 to 55% could have stood in its place. Of the 101 values from 0 to 100%, 45 would have left" in told


def test_a_base_that_leaves_values_out_shows_the_nearest_of_them(registry: Registry) -> None:
    """Of 4 people 25 % is one; 26 % lies between one and two of them."""
    of = survey(4, question("q", answer("a", "25%")))
    told = by_hand_page.worked_example(of, registry, reconstruct(of, registry))
    assert "26% would lie between 1/4 = 25.0%, printed as 25%, and 2/4 = 50.0%, printed as 50%." in told[1]
    assert "Of the 101 values from 0 to 100%, 96 cannot come from any whole number of them" in told[1]


def test_figures_that_only_together_are_impossible_are_counted_one_by_one(registry: Registry) -> None:
    of = survey(100, question("q", answer("a", "60%"), answer("b", "57%"), response="single", response_inferred=True))
    told = by_hand_page.worked_example(of, registry, reconstruct(of, registry))
    assert told[0] == (
        "Take 60% (q.a) with 57% (q.b). 60% (q.a) of 100 people is 60 (60/100 = 60.0%); 57% (q.b) of 100 people is 57 "
        "(57/100 = 57.0%)."
    )
    assert told[1].startswith("No choice of counts fits all of them at once, given that ")
    assert "answers to q exclude each other" in told[1]


def test_every_repair_of_a_conflict_is_an_item_that_says_what_it_would_mean(
    registry: Registry, reconstructions: Mapping[str, Reconstruction]
) -> None:
    told = conflicts_page.survey_conflicts(registry.survey("capita-2019"), reconstructions["capita-2019"].conflicts)
    sentence = (
        "No whole number of respondents gives 81% for “funding” (challenges.funding), if the base of challenges is "
        "everyone, and nobody skipped it."
    )
    assert told[sentence][:2] == [
        "with a base of 21 in place of 23: 2 of the 23 did not answer this question",
        "with 26 asked in place of 23: more answered than is printed",
    ]


def test_what_became_of_the_rest_is_told(reconstructions: Mapping[str, Reconstruction]) -> None:
    assert what_became(reconstructions["cif-2017"]).endswith(
        "The counts of the 6 figures in no conflict were found without the figures in conflict."
    )
    assert what_became(reconstructions["capita-2019"]).endswith("No other figure is left that could be counted.")


def test_conflicts_are_displayed_with_their_repairs_as_a_list(
    registry: Registry, reconstructions: Mapping[str, Reconstruction], capsys: pytest.CaptureFixture[str]
) -> None:
    conflicts_page.tell_conflicts(registry.survey("capita-2019"), reconstructions["capita-2019"])
    shown = capsys.readouterr().out
    assert shown.count("It would fit:") == 2 * len(("Markdown", "plain text"))
    assert "with a base of 21 in place of 23: 2 of the 23" in shown
    assert "none is applied" in shown


def test_a_reading_that_does_not_survive_says_why(registry: Registry) -> None:
    head, why = conflicts_page.survey_readings(registry.survey("cif-2017"), registry)
    assert head == (
        "The sources leave open on whom services-count was counted (everyone or adopters of cloud): only this fits: "
        "everyone."
    )
    assert why == (
        "Counted on adopters of cloud, services-count does not fit. No whole numbers of respondents give 82% "
        "for “yes” "
        "(adopted-cloud.yes) and 72% for “one or two” (services-count.one-two) together, if all of this holds: "
        "the base "
        "of adopted-cloud is everyone, and nobody skipped it; all of them (adopters of cloud) answered services-count."
    )


def test_readings_that_survive_are_told_without_a_reason(registry: Registry) -> None:
    assert conflicts_page.survey_readings(registry.survey("igov-2017"), registry) == [
        "The sources leave open on whom strategy-stage was counted (everyone or those with a strategy): all fit.",
        "The sources leave open on whom automation-use was counted (everyone or those engaged with automation): "
        "all fit.",
    ]


def test_what_could_have_failed_is_counted(registry: Registry, reconstructions: Mapping[str, Reconstruction]) -> None:
    wave, counts = registry.survey("igov-2017"), reconstructions["igov-2017"]
    checks = figures_page.survey_checks(wave, counts, by_finding(wave, counts, alpha=0.05, design_effect=1))
    able = sum((figure.power or 0) > 0 for figure in counts.findings.values())
    assert checks[1].startswith(f"Figures printed as numbers that could have failed: {able} of 26;")
    assert checks[2].startswith("The strictest test was that of 2% for “not at all confident”: 97.0%")


def test_bounds_of_two_answers_are_those_of_frechet(
    registry: Registry, reconstructions: Mapping[str, Reconstruction]
) -> None:
    """136 or 137 and 131 or 132 of 235: at least 136 + 131 - 235 = 32 and at most 132 gave both."""
    [told] = conflicts_page.survey_together(registry.survey("igov-2017"), registry, reconstructions["igov-2017"])
    assert "Of the 235 who answered, between 32 and 132 gave both “culture" in told


def test_without_a_pair_there_are_no_bounds(registry: Registry, reconstructions: Mapping[str, Reconstruction]) -> None:
    [told] = conflicts_page.survey_together(registry.survey("capita-2019"), registry, reconstructions["capita-2019"])
    assert told.endswith("there are no bounds either.")


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ((60, 62), "60 or 62"),
        ((40, 48, 52, 60, 62), "40, 48, 52, 60 or 62"),
        ((143, 144, 235), "143, 144 or 235"),
        ((146, 147, 148, 1235), "146 to 148 or 1,235"),
        ((44, 45), "44 to 45"),
        ((7,), "7"),
        ((1, 3, 5, 7, 9, 11), "1 to 11"),
    ],
)
def test_numbers_with_holes_are_listed_while_they_are_few(values: tuple[int, ...], words: str) -> None:
    assert feasible_words(values, values[0], values[-1]) == words
    assert listed_whole(values, words) == (len(values) < 6)
    assert has_holes(values) == (set(range(values[0], values[-1])) - set(values) != set())


def lexicon_words(lexicon: Lexicon, printed: str, sizes: Iterable[int], rounding: str) -> list[str]:
    return [neighbours(lexicon.share(printed, rounding), size, rounding) for size in sizes]


def test_a_share_has_as_many_decimals_as_show_whether_it_fits(lexicon: Lexicon) -> None:
    """53 of 65 is 81.538 %: with one decimal it would look as if it could be printed 81 %."""
    assert ratio(53, 65, lexicon.share("81%")) == "53/65 = 81.54%"
    assert counted(lexicon.share("58%"), 1095).startswith("630 to 640 (630/1,095 = 57.5%, 640/1,095 = 58.4%)")
    assert counted(lexicon.share("73%"), 61) == "nobody"
    assert ends(lexicon.share("100%")) == "99.5 to 100%"


def test_a_half_is_printed_either_way_and_cut_off_one_way(lexicon: Lexicon) -> None:
    assert lexicon_words(lexicon, "86%", [40], "nearest") == [
        "34/40 = 85.0%, printed as 85%, and 35/40 = 87.5%, printed as 87% or 88%"
    ]
    assert lexicon_words(lexicon, "86%", [40], "truncated") == [
        "34/40 = 85.0%, printed as 85%, and 35/40 = 87.5%, printed as 87%"
    ]

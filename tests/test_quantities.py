"""Printed text stands for exactly the numbers that can have been printed so: fractions by hand, and a rounding rule."""

from __future__ import annotations

import csv
import re
from decimal import ROUND_DOWN, ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosswave.printed.intervals import Printed, QuantityError, number, percent_interval
from crosswave.printed.quantities import Lexicon, sample_range
from crosswave.study import Registry
from crosswave.study.models import Quantities, SampleSize

SEEDED = settings(derandomize=True, deadline=None, max_examples=200)
VERBAL = Path(__file__).parent / "reference" / "verbal_phrases.csv"

PERCENTAGES = {
    "58%": ("57.5", "58.5", 0),
    "58.0%": ("57.95", "58.05", 1),
    "58.0 per cent": ("57.95", "58.05", 1),
    "58 percent": ("57.5", "58.5", 0),
    "2.35%": ("2.345", "2.355", 2),
    "58.00%": ("57.995", "58.005", 2),
    " 58 % ": ("57.5", "58.5", 0),
    "six per cent": ("5.5", "6.5", 0),
    "Twenty percent": ("19.5", "20.5", 0),
    "zero per cent": ("0", "0.5", 0),
    "0%": ("0", "0.5", 0),
    "0.0%": ("0", "0.05", 1),
    "100%": ("99.5", "100", 0),
    "100.0%": ("99.95", "100", 1),
    "99.9%": ("99.85", "99.95", 1),
}
TRUNCATED = {
    "58%": ("58", "59"),
    "58.0%": ("58", "58.1"),
    "0%": ("0", "1"),
    "100%": ("100", "100"),
    "25-30%": ("25", "31"),
}
RANGES = {
    "25-30%": ("24.5", "30.5"),
    "25-30 per cent": ("24.5", "30.5"),
    "25–30%": ("24.5", "30.5"),
    "25 to 30 percent": ("24.5", "30.5"),
    "0-5%": ("0", "5.5"),
    "95-100%": ("94.5", "100"),
}  # fmt: skip


def phrases_seen(quantities: Quantities) -> list[tuple[str, str, str]]:
    """Phrase, figure and exact value of every use that may calibrate a phrase or a rule."""
    of_rules = (use for rule in quantities.rules for reach in (rule, *rule.small) for use in reach.seen)
    told = [(phrase.text, use) for phrase in quantities.phrases for use in phrase.seen]
    told += [(use["phrase"], use) for use in of_rules]
    known = ((text, use) for text, use in told if "exact" in use and use.get("misreport") != "yes")
    return [(text, use.get("figure", ""), use["exact"]) for text, use in known]


def share(text: str) -> Fraction:
    return Fraction(text) / 100


@pytest.mark.parametrize("printed", PERCENTAGES)
def test_a_percentage_stands_for_half_a_unit_either_way_and_its_zeros_count(lexicon: Lexicon, printed: str) -> None:
    low, high, decimals = PERCENTAGES[printed]
    quantity = lexicon.share(printed)
    assert (quantity.low, quantity.high, quantity.decimals) == (share(low), share(high), decimals)
    assert not quantity.verbal
    assert quantity.printed == printed


@pytest.mark.parametrize("printed", TRUNCATED)
def test_a_truncated_percentage_stands_for_up_to_a_unit_more(lexicon: Lexicon, printed: str) -> None:
    low, high = TRUNCATED[printed]
    quantity = lexicon.share(printed, "truncated")
    assert (quantity.low, quantity.high) == (share(low), share(high))
    assert quantity.holds(share(low))
    # The next unit is never cut off to this one; all are all.
    assert quantity.holds(share(high)) == (low == high)


@pytest.mark.parametrize("printed", RANGES)
def test_a_printed_range_has_rounded_ends_and_is_verbal(lexicon: Lexicon, printed: str) -> None:
    low, high = RANGES[printed]
    quantity = lexicon.share(printed)
    assert (quantity.low, quantity.high, quantity.verbal) == (share(low), share(high), True)


@pytest.mark.parametrize(
    "printed",
    [
        "",
        "lots",
        "105%",
        "30-25%",
        "three in two",
        "nearly 120%",
        "58",
        "5 8%",
        "1e2%",
        "-3%",
        "58%%",
        "one in zero",
        "a",
    ],
)
def test_what_stands_for_no_share_is_refused_and_never_guessed(lexicon: Lexicon, printed: str) -> None:
    with pytest.raises(QuantityError):
        lexicon.share(printed)


def test_the_refusal_says_what_to_print_or_add(lexicon: Lexicon) -> None:
    with pytest.raises(QuantityError) as caught:
        lexicon.share("lots")
    assert str(caught.value) == (
        "cannot read 'lots' as a share; print a percentage, a fraction in words or a phrase of quantities.yaml, "
        "or add the phrase there with an interval and a reason"
    )
    with pytest.raises(QuantityError) as caught:
        lexicon.share("105%")
    assert str(caught.value) == (
        "'105%' is above 100 %, or its ends are the wrong way round; mend it or call it a mean"
    )


@SEEDED
@given(hundredths=st.integers(0, 10_000), decimals=st.integers(0, 2), thousandths=st.integers(0, 100_000))
def test_an_interval_holds_exactly_the_shares_that_round_to_it_under_some_tie_rule(
    hundredths: int, decimals: int, thousandths: int
) -> None:
    """Any share with three decimals of a per cent, against the rounding of Python's decimal module."""
    unit = Decimal(1).scaleb(-decimals)
    digits = (Decimal(hundredths) / 100).quantize(unit, ROUND_DOWN)
    value = Decimal(thousandths) / 1000
    shares = percent_interval(str(digits), decimals)
    prints = digits in {value.quantize(unit, ROUND_HALF_UP), value.quantize(unit, ROUND_HALF_DOWN)}
    assert (shares.low <= Fraction(value) / 100 <= shares.high) == prints


@SEEDED
@given(hundredths=st.integers(0, 10_000), decimals=st.integers(0, 2), base=st.integers(1, 300))
def test_digits_that_are_cut_off_hold_exactly_the_counts_that_are_cut_off_to_them(
    hundredths: int, decimals: int, base: int
) -> None:
    unit = Decimal(1).scaleb(-decimals)
    digits = (Decimal(hundredths) / 100).quantize(unit, ROUND_DOWN)
    ends = percent_interval(str(digits), decimals, "truncated")
    # In whole numbers, so that nothing else is rounded.
    cut = [count for count in range(base + 1) if 100 * count * 10**decimals // base == int(digits.scaleb(decimals))]
    assert list(range(ends.fewest(base), ends.most(base) + 1)) == cut
    assert [count for count in range(base + 1) if ends.holds(Fraction(count, base))] == cut


@SEEDED
@given(percent=st.integers(0, 99), decimals=st.integers(0, 2))
def test_the_ends_themselves_belong_to_both_neighbours(percent: int, decimals: int) -> None:
    unit = Decimal(1).scaleb(-decimals)
    below = percent_interval(str(Decimal(percent).quantize(unit)), decimals)
    assert below.high == percent_interval(str(Decimal(percent).quantize(unit) + unit), decimals).low


@SEEDED
@given(st.integers(0, 100), st.integers(0, 9))
def test_another_decimal_narrows_the_interval(whole: int, tenth: int) -> None:
    tenth = 0 if whole == 100 else tenth
    wide, narrow = percent_interval(f"{whole}", 0), percent_interval(f"{whole}.0", 1)
    assert narrow.inside(wide)
    tenths = percent_interval(f"{whole}.{tenth}", 1)
    assert tenths.high - tenths.low <= Fraction(1, 1000)


def verbal_rows() -> list[dict[str, str]]:
    with VERBAL.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _calibrates(row: dict[str, str]) -> bool:
    return bool(row["exact_value"]) and not any(
        word in row["notes"] for word in ("misreport", "conflict", "contradict")
    )


def test_the_reference_phrases_are_those_of_the_evidence() -> None:
    rows = verbal_rows()
    assert len(rows) == 197
    assert sum(bool(row["exact_value"]) for row in rows) >= 60


@pytest.mark.parametrize("row", verbal_rows(), ids=lambda row: f"{row['phrase']} {row['figure_ids']}")
def test_every_phrase_of_the_evidence_reads_and_holds_its_exact_value(lexicon: Lexicon, row: dict[str, str]) -> None:
    quantity = _read(lexicon, row)
    assert quantity.high is None or quantity.low <= quantity.high
    for exact in _exact_values(row) if _calibrates(row) else []:
        assert quantity.holds(exact), f"{row['phrase']} is {quantity.low} to {quantity.high}, {exact} was printed"


def _read(lexicon: Lexicon, row: dict[str, str]) -> Printed[Fraction | None]:
    return lexicon.share(row["phrase"]) if row["kind"] == "proportion" else lexicon.count(row["phrase"])


def _exact_values(row: dict[str, str]) -> list[Fraction]:
    words = [part.strip().replace("five", "5") for part in row["exact_value"].split(";")]
    return [number(re.sub(" per ?cent", "%", part)) for part in words]


def test_every_calibrating_use_in_quantities_lies_inside_its_phrase(registry: Registry, lexicon: Lexicon) -> None:
    kinds = {phrase.text: phrase.kind for phrase in registry.quantities.phrases}
    seen = phrases_seen(registry.quantities)
    assert len(seen) > 60
    for text, figure, exact in seen:
        read = {"proportion": lexicon.share, "count": lexicon.count}[kinds.get(text, "proportion")]
        quantity = read(text)
        assert quantity.holds(number(exact)), (text, figure, exact)


def test_a_use_noted_as_misreport_calibrates_nothing(registry: Registry) -> None:
    phrases = registry.quantities.phrases
    noted = {(p.text, u.get("figure"), u["exact"]) for p in phrases for u in p.seen if u.get("misreport") == "yes"}
    assert noted
    assert not noted & set(phrases_seen(registry.quantities))


@pytest.mark.parametrize(
    ("printed", "low", "high"),
    [
        ("nearly half", "43%", "1/2"),
        ("nearly four out of five", "3/4", "4/5"),
        ("more than a third", "1/3", "2/5"),
        ("between a third and a half", "1/3", "1/2"),
        ("over 85%", "85%", "90%"),
        ("over 60%", "60%", "72%"),
        ("almost 60%", "54%", "60%"),
        ("just over 50%", "50%", "55%"),
        ("at least 30%", "30%", "100%"),
        ("up to 57%", "0", "57%"),
        ("around 70%", "63%", "77%"),
        ("nearly 100%", "88%", "100%"),  # as nearly all
    ],
)
def test_hand_countable_phrases(lexicon: Lexicon, printed: str, low: str, high: str) -> None:
    quantity = lexicon.share(printed)
    assert (quantity.low, quantity.high, quantity.verbal) == (number(low), number(high), True)


@pytest.mark.parametrize("words", ["nearly", "over", "about", "just over", "less than", "at least", "up to", "almost"])
@pytest.mark.parametrize(
    "rest", ["half", "a third", "two thirds", "40%", "three in four", "nine out of ten", "1%", "99%"]
)
def test_a_hedged_share_stays_a_share_and_holds_what_it_hedges(lexicon: Lexicon, words: str, rest: str) -> None:
    quantity = lexicon.share(f"{words} {rest}")
    assert 0 <= quantity.low <= quantity.high <= 1  # type: ignore[operator]
    assert quantity.verbal
    assert quantity.reason


COUNTS: dict[str, tuple[int, int | None]] = {
    "235": (235, 235),
    "1,095": (1095, 1095),
    "nearly 1,000": (950, 1000),
    "almost 200": (190, 200),
    "over 350": (350, None),
    "over 100": (100, 199),
    "800+": (800, None),
    "900+": (900, 999),
    "more than 4,000 people": (4000, None),
    "more than 5,000": (4899, 5999),
    "half of 80": (37, 43),
    "4.5 million": (4_500_000, 4_500_000),
    "over 700 thousand": (700_000, None),
    "up to 50": (0, 50),
}


@pytest.mark.parametrize("printed", COUNTS)
def test_counts_by_hand(lexicon: Lexicon, printed: str) -> None:
    quantity = lexicon.count(printed)
    low, high = COUNTS[printed]
    assert quantity.low == low
    assert quantity.high == high


@pytest.mark.parametrize("printed", ["", "some people", "100-150", "between 3 and 5", "160 trusts and 28 departments"])
def test_a_text_with_no_number_or_two_is_no_count(lexicon: Lexicon, printed: str) -> None:
    with pytest.raises(QuantityError) as caught:
        lexicon.count(printed)
    assert str(caught.value) == f"cannot read {printed!r} as a count; print a whole number, such as 235 or over 300"


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (SampleSize(kind="exact", value=235), (235, 235)),
        (SampleSize(kind="derived", low=186, high=188, how="a sum"), (186, 188)),
        (SampleSize(kind="approximate", value=1000), (950, 1000)),
        (SampleSize(kind="approximate", value=1500), (1425, 1500)),
        (SampleSize(kind="at-least", value=300), (300, 399)),
        (SampleSize(kind="at-least", value=5000), (5000, 5999)),
        (SampleSize(kind="at-least", value=5000, printed="more than 5,000"), (4899, 5999)),
        (SampleSize(kind="at-least", value=200, printed="over 200 (each year)"), (200, 299)),
        (SampleSize(kind="approximate", value=1000, printed="nearly 1,000; almost 1,000"), (950, 1000)),
        (SampleSize(kind="at-least", value=2500), (2500, 3499)),
        (SampleSize(kind="at-least", value=7), (7, 7)),
        (SampleSize(kind="unknown"), None),
        (SampleSize(kind="unknown", printed="600 (six countries)"), None),
    ],
    ids=lambda value: str(value),
)
def test_every_kind_of_n_by_hand(
    registry: Registry, lexicon: Lexicon, size: SampleSize, expected: tuple[int, int] | None
) -> None:
    assert sample_range(size, lexicon, registry.plan) == expected


def test_n_printed_as_nearly_lies_a_little_below_and_as_over_never_below(registry: Registry, lexicon: Lexicon) -> None:
    for survey in registry.surveys.values():
        sizes = sample_range(survey.n, lexicon, registry.plan)
        assert (sizes is None) == (survey.n.kind == "unknown")
        if sizes and survey.n.value:
            below = survey.n.kind == "approximate" or survey.id == "huddle-2015"  # its subgroups add to 4,899
            above = survey.n.kind == "at-least"
            assert (sizes[0] < survey.n.value, sizes[1] > survey.n.value) == (below, above), survey.id


def test_every_printed_share_of_the_registry_reads(registry: Registry, lexicon: Lexicon) -> None:
    for finding in registry.findings.values():
        if finding.answer.measure in ("share", "range"):
            quantity = lexicon.figure(finding.text, finding.survey.rounding or "nearest")
            assert 0 <= quantity.low <= quantity.high <= 1, finding.id  # type: ignore[operator]


@pytest.mark.parametrize(
    ("text", "value"),
    [("50%", (1, 2)), ("1/3", (1, 3)), ("0.5", (1, 2)), ("1,000", (1000, 1)), ("-1", (-1, 1)), ("33.5%", (67, 200))],
)
def test_numbers_are_exact(text: str, value: tuple[int, int]) -> None:
    assert number(text) == Fraction(*value)


@pytest.mark.parametrize("text", ["", "half", "1/0", "2021-08-23", "0-10", "%"])
def test_what_is_no_number_says_so(text: str) -> None:
    with pytest.raises(QuantityError) as caught:
        number(text)
    assert str(caught.value) == f"{text!r} is no number; write 50%, 1/3 or 12"

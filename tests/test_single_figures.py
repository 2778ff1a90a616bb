"""The counts behind one percentage, against plain enumeration."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosswave.printed.intervals import QuantityError, percent_interval
from crosswave.printed.quantities import Lexicon
from crosswave.reconstruct.single_figures import counts_of, fitting_sizes, nearest_sizes
from made_surveys import prints


@given(st.integers(0, 100), st.integers(1, 400), st.sampled_from(["nearest", "truncated"]))
def test_counts_of_a_text_are_those_that_print_it(percent: int, n: int, rounding: str) -> None:
    expected = [count for count in range(n + 1) if prints(count, n, f"{percent}%", rounding)]
    assert list(counts_of(f"{percent}%", n, rounding)) == expected


def test_a_text_and_its_interval_have_the_same_counts(lexicon: Lexicon) -> None:
    for text in ("58%", "58.0%", "58.0 per cent", "0%", "100%"):
        assert counts_of(text, 235) == counts_of(lexicon.share(text), 235)
    assert counts_of(lexicon.share("nearly half"), 948).stop == 475  # at most 474 of 948 are a half


def test_words_need_their_interval(lexicon: Lexicon) -> None:
    with pytest.raises(QuantityError) as caught:
        counts_of("nearly half", 948)
    assert str(caught.value) == "'nearly half' is no percentage; write 58%, or the interval of the words"


@pytest.mark.parametrize("n", [0, -3])
def test_nobody_prints_a_share_of_nobody(n: int) -> None:
    message = f"n must be at least 1, as nobody prints a share of nobody; {n} arrived"
    with pytest.raises(ValueError) as caught:
        counts_of("58%", n)
    assert str(caught.value) == message
    with pytest.raises(ValueError) as caught:
        fitting_sizes([percent_interval("58", 0)], [n, 100])
    assert str(caught.value) == message


def test_an_interval_knows_what_lies_inside_and_outside_it() -> None:
    whole, tenth = percent_interval("58", 0), percent_interval("58.2", 1)
    assert tenth.inside(whole)
    assert not whole.inside(tenth)
    assert percent_interval("60", 0).outside(whole)
    cut = percent_interval("58", 0, "truncated")
    assert cut.holds(Fraction(58, 100))
    assert not cut.holds(Fraction(59, 100))


def test_the_sizes_on_either_side_are_the_nearest_that_fit() -> None:
    figures = [percent_interval(text, 0) for text in ("73", "65", "63", "60", "40")]
    assert nearest_sizes(figures, 61) == (60, 62)

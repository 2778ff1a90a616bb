"""What people type into counts, compare, show and run is read rightly, or refused with the way out: never misread."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from crosswave.cli import app
from crosswave.printed.intervals import QuantityError, number
from crosswave.printed.quantities import Lexicon
from crosswave.reconstruct.typed import read_figures
from crosswave.report.typed_counts import count_typed
from crosswave.study import Registry
from crosswave.study.models import Phrase
from crosswave.study.parameters import check_given
from crosswave.study.rules import quantity_faults
from crosswave.surroundings import show_everywhere
from crosswave.trend.settings import check_settings

ROOT = Path(__file__).resolve().parents[1]
DATA = str(ROOT / "data")
runner = CliRunner()
pytestmark = pytest.mark.usefixtures("kept")


def run(*words: str) -> Result:
    return runner.invoke(app, [*words, "--data", DATA])


# --- shares -----------------------------------------------------------------------------------------------------------

SHARES = {
    # percentages in other clothes
    "45pc": ("44.5%", "45.5%"),
    "45 p.c.": ("44.5%", "45.5%"),
    "45 pct": ("44.5%", "45.5%"),
    "forty-five per cent": ("44.5%", "45.5%"),
    "Ninety nine percent": ("98.5%", "99.5%"),
    "one hundred per cent": ("99.5%", "100%"),
    "half a per cent": ("0.25%", "0.75%"),
    "½%": ("0.25%", "0.75%"),
    "5½%": ("5.25%", "5.75%"),
    "two and a half per cent": ("2.25%", "2.75%"),
    "only 58%": ("57.5%", "58.5%"),
    "exactly 58.0%": ("57.95%", "58.05%"),
    "58\u00a0%": ("57.5%", "58.5%"),
    # ranges
    "58%-60%": ("57.5%", "60.5%"),
    "58% – 60 %": ("57.5%", "60.5%"),
    "58% to 60%": ("57.5%", "60.5%"),
    "between 58% and 60%": ("57.5%", "60.5%"),
    "from 58 to 60 per cent": ("57.5%", "60.5%"),
    "0.5-1%": ("0.45%", "1.5%"),
    "twenty-five to thirty per cent": ("24.5%", "30.5%"),
    "between a quarter and a third": ("1/4", "1/3"),
    # bounds
    "<1%": ("0%", "1%"),
    ">99%": ("99%", "100%"),
    ">58%": ("58%", "100%"),
    "≥ 58%": ("58%", "100%"),
    "<= 58%": ("0%", "58%"),
    "58%+": ("58%", "100%"),
    "58% or more": ("58%", "100%"),
    "58% and over": ("58%", "100%"),
    "58% or less": ("0%", "58%"),
    # fractions in words, however they are written
    "½": ("46%", "54%"),
    "2/3": ("62%", "71%"),
    "⅔": ("62%", "71%"),
    "¾": ("71%", "79%"),
    "6/10": ("55%", "65%"),
    "4 out of 5": ("76%", "84%"),
    "1 in 3": ("30%", "37%"),
    "one in every three": ("30%", "37%"),
    "1 in 50": ("11/600", "13/600"),
    # hedges
    "~58%": ("52.2%", "63.8%"),
    "c. 58%": ("52.2%", "63.8%"),
    "c.58%": ("52.2%", "63.8%"),
    "well over half": ("50%", "70%"),
    "well under half": ("1/6", "50%"),
    "slightly under half": ("43%", "50%"),
    "a little over half": ("50%", "55%"),
    "a little under half": ("43%", "50%"),
    "only about a third": ("17/60", "23/60"),
    "almost all": ("88%", "100%"),
    "nearly everyone": ("88%", "100%"),
    "all": ("100%", "100%"),
    "none": ("0%", "0%"),
    "no one": ("0%", "0%"),
    "a majority": ("50%", "90%"),
    "majority": ("50%", "90%"),
}


@pytest.mark.parametrize("typed", SHARES)
def test_a_share_is_read_as_what_it_says(lexicon: Lexicon, typed: str) -> None:
    quantity = lexicon.share(typed)
    assert (quantity.low, quantity.high) == tuple(map(number, SHARES[typed]))


SAME = {
    "nine in ten": (
        "9 in 10",
        "9 out of 10",
        "nine out of ten",
        "9/10",
        "nine tenths",
        "nine-in-ten",
        "nine in every 10",
    ),
    "nearly nine in ten": ("almost 9 out of 10", "just under 9/10", "almost 90%"),
    "more than a third": ("over 1/3", "above one in three", "over ⅓", "more than one-third"),
    "less than a half": ("under ½", "fewer than one in two", "below 50%", "less than half"),
    "under 1%": ("below 1%", "fewer than 1%", "less than 1%", "under one per cent"),
    "about half": ("around 1/2", "roughly one half", "approximately 50%", "circa ½"),
    "the vast majority": ("a vast majority", "vast majority"),
}


@pytest.mark.parametrize(("typed", "other"), [(one, other) for one, others in SAME.items() for other in others])
def test_phrases_of_one_hedge_and_one_value_are_the_same(lexicon: Lexicon, typed: str, other: str) -> None:
    ends = [(quantity.low, quantity.high) for quantity in (lexicon.share(typed), lexicon.share(other))]
    assert ends[0] == ends[1]


@pytest.mark.parametrize("words", ["less than", "under", "below", "fewer than", "<"])
@pytest.mark.parametrize("percent", ["1%", "0.5%", "0.1%"])
def test_below_one_per_cent_no_plainer_number_is_left(lexicon: Lexicon, words: str, percent: str) -> None:
    assert (lexicon.share(f"{words} {percent}").low, lexicon.share(f"{words} {percent}").high) == (0, number(percent))


BARE = "is a bare number; write {}% for a percentage, or a count as 137 of 235"
COMMA = "has a comma in a percentage; write a decimal with a point: {}"
NOTE = "has the mark of a note; write the share alone once the note is read: 58%"
GENERIC = (
    "print a percentage, a fraction in words or a phrase of quantities.yaml, or add the phrase there with an interval "
    "and a reason"
)
REFUSED_SHARES = {
    "58": BARE.format("58"),
    "58.5": BARE.format("58.5"),
    "1,026": BARE.format("58"),
    "58,5%": COMMA.format("58.5%"),
    "nearly 58,5%": COMMA.format("nearly 58.5%"),
    "58%*": NOTE,
    "58%†": NOTE,
    "58%²": NOTE,
    "58% [1]": NOTE,
    "58% (137)": "says more in brackets, which may be a count or who answered; write 58% of 235 if 235 answered, or "
    "137 of 235 if 137 gave this answer",
    "137 in 235": "is a count and who answered, and no share; write 137 of 235",
    "99/100": "is a count and who answered, and no share; write 99 of 100",
    "1e9%": "has an exponent; write the number in full: 58%",
    "1e999999999%": "has an exponent; write the number in full: 58%",
    "over 100%": "hedges all or nothing, which leaves one share alone; write 0% or 100%",
    "almost none": "hedges all or nothing, which leaves one share alone; write 0% or 100%",
    "60%-58%": "is above 100 %, or its ends are the wrong way round; mend it or call it a mean",
    **dict.fromkeys(
        (
            "58²%", "58%-ish", "half-ish", "about nearly half", "over 58% or more", "-3%", "−3%", "5 8%", "58%%", "%",
            "١٢%", "forty", "25 to 30", "58 percentage points", "nan%", "inf%", "bare half", "some", "58 % of",
        ),
        GENERIC,
    ),
}  # fmt: skip


@pytest.mark.parametrize("typed", REFUSED_SHARES)
def test_a_share_that_could_be_misread_is_refused_with_what_to_write(lexicon: Lexicon, typed: str) -> None:
    with pytest.raises(QuantityError) as refused:
        lexicon.share(typed)
    assert repr(typed) in str(refused.value)
    assert str(refused.value).endswith(REFUSED_SHARES[typed])


# 58 of 100,000 and 99/100 are counts.
@pytest.mark.parametrize("typed", sorted({*SHARES, *REFUSED_SHARES} - {"58", "1,026", "99/100", "58 % of"}))
def test_counts_and_compare_read_the_same_language(registry: Registry, lexicon: Lexicon, typed: str) -> None:
    """The same share, or the same words of refusal after the name of the figure."""
    told = []
    for command in (
        lambda: count_typed([typed], "100000", "nearest", registry).lines[0],
        lambda: read_figures([f"{typed} of 100000", "half"], [], registry)[0].share.printed,
    ):
        try:
            told.append(str(command()).split(" of ")[0])
        except ValueError as error:
            told.append(str(error).split("\n")[0].split(": ", 1)[1])
    counted, compared = told
    assert " ".join(compared.split()) == counted


# --- who answered -----------------------------------------------------------------------------------------------------

SIZES: dict[str, tuple[int, int]] = {
    "235": (235, 235),
    "1,026": (1026, 1026),
    "235 people": (235, 235),
    "235 respondents": (235, 235),
    "948 organisations": (948, 948),
    "235 senior civil servants": (235, 235),
    "two hundred": (200, 200),
    "a thousand adults": (1000, 1000),
    "forty-five councils": (45, 45),
    "1.5 thousand": (1500, 1500),
    "over 300 people": (300, 399),
    "900+ people": (900, 999),
    "900 or more": (900, 999),
    "nearly 1,000": (950, 1000),
    "900-999": (900, 999),
    "900–999": (900, 999),
    "between 900 and 999": (900, 999),
    "900 to 1,100 people": (900, 1100),
}


@pytest.mark.parametrize("n", SIZES)
def test_who_answered_is_read(registry: Registry, n: str) -> None:
    low, high = SIZES[n]
    lines = [count_typed(["50%"], text, "nearest", registry).lines for text in (n, f"{low}-{high}")]
    assert lines[0] == lines[1]
    assert count_typed([f"50% of {n}"], None, "nearest", registry).lines == lines[0]


@pytest.mark.parametrize(
    "n",
    [
        "100k", "100K", "2m", "2bn", "1.5k", "235-ish", "235ish", "235 or so", "12,35", "1,0", "1,,026", "10,26",
        "1.000", "1.235", "1 000", "1'232", "235people", "235 k people", "235 parrots", "2 dozen", "235 2", "1e9",
        "1e999999999", "0x10", "1_000", "nan", "inf", "-4", "0", "4.5", "58%", "n=235", "999-900", "20 million", "١٢",
        "", ",026", "235*", "235 (approx)", "half", "9" * 500,
    ],
)  # fmt: skip
def test_a_size_that_could_be_misread_is_refused(registry: Registry, n: str) -> None:
    rule = "n must be a whole number from 1 to 10,000,000, a range or words for one; "
    advice = " arrived; write 235, 1,000, 900-999, nearly 1,000, over 300 or 235 people"
    for read in (
        lambda: count_typed(["50%"], n, "nearest", registry),
        lambda: read_figures(["50%", "50% of 2"], [n], registry),
    ):
        with pytest.raises(ValueError) as refused:
            read()
        assert str(refused.value).startswith(f"--n: {rule}")
        assert str(refused.value).endswith(advice)
        assert len(str(refused.value)) < 300


@pytest.mark.parametrize(
    "typed", ["137 of 235", "137 out of 235", "137/235", "137 out of the 235", "137 of 235 people"]
)
def test_counts_out_of_who_answered_are_counts(registry: Registry, typed: str) -> None:
    figure = read_figures([typed, "half"], [], registry)[0]
    assert (figure.count, figure.sizes) == (137, (235, 235))
    assert count_typed([typed], None, "nearest", registry).lines == ("137 of 235: 137",)


@pytest.mark.parametrize(
    ("typed", "count", "n"), [("58 out of 100", 58, 100), ("1,370 out of 2,350", 1370, 2350), ("4 of 5", 4, 5)]
)
def test_a_bottom_to_which_nobody_rounds_makes_a_count(registry: Registry, typed: str, count: int, n: int) -> None:
    figure = read_figures([typed, "half"], [], registry)[0]
    assert (figure.count, figure.sizes) == (count, (n, n))


@pytest.mark.parametrize("typed", ["4 out of 5", "9 out of 10", "19 out of 20", "1 in 3", "9 in 10", "1 in 200", "3/4"])
def test_a_bottom_to_which_people_round_makes_a_fraction(registry: Registry, typed: str) -> None:
    figure = read_figures([typed, "half"], [], registry)[0]
    assert (figure.count, figure.sizes, figure.share.printed) == (None, None, typed)


def test_a_fraction_may_say_who_answered(registry: Registry) -> None:
    figure = read_figures(["1 in 3 of 60", "half"], [], registry)[0]
    assert (figure.share.printed, figure.sizes) == ("1 in 3", (60, 60))


# --- counts -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "status", "lines"),
    [
        (["58% of 235"], 0, ["58% of 235: 136 to 137"]),
        (["58%", "--n", "1,000"], 0, ["58% of 1,000: 575 to 585"]),
        (["1 in 3", "--n", "10"], 0, ["1 in 3 of 10: 3"]),
        (["0%", "--n", "50"], 0, ["0% of 50: 0"]),
        (["100%", "--n", "60"], 0, ["100% of 60: 60"]),
        (["fewer than 1%", "--n", "50"], 0, ["fewer than 1% of 50: 0"]),
        (["under 1%", "--n", "1000"], 0, ["under 1% of 1,000: 0 to 10"]),
        (
            ["half", "--n", "7"],
            1,
            [
                "half of 7: no count gives it",
                "half can be 46 to 54 %: of 7, 3 are 42.9 % and 4 are 57.1 %",
                "nearest n that fit: 6 and 8",
            ],
        ),
        (["33%", "--n", "1000-2000"], 0, ["33%: 1,001 of 1,001 sizes fit: 1,000 to 2,000"]),
        (["57%", "--n", "1-4"], 1, ["57%: 0 of 4 sizes fit: none", "nearest n that fit: 7"]),
        (["58% of 235", "40%", "--n", "235"], 0, ["58% of 235: 136 to 137", "40% of 235: 93 to 95"]),
        (
            ["0.0001%", "--n", "50000"],
            1,
            ["0.0001% of 50,000: no count gives it", "nearest n that fit: 666,667"],
        ),
        (
            ["58%", "--n", "10-1000000"],
            1,
            ["crosswave: --n: n may range over 100,000 at most; '10-1000000' arrived; narrow it"],
        ),
        (
            ["58"],
            1,
            ["crosswave: the figure: '58' is a bare number; write 58% for a percentage, or a count as 137 of 235"],
        ),
        (
            ["58%"],
            1,
            ["crosswave: counts needs to know who answered; write --n 235, or the figure as 58% of 235"],
        ),
        (
            ["58% of 235", "40% of 240"],
            1,
            ["crosswave: the figures of one command share one base; 235 and 240 arrived; give one n"],
        ),
        (
            ["58%", "40%", "--n", "1e9"],
            1,
            [
                "crosswave: --n: n must be a whole number from 1 to 10,000,000, a range or words for one; '1e9' "
                "arrived; write 235, 1,000, 900-999, nearly 1,000, over 300 or 235 people"
            ],
        ),
    ],
)
def test_counts_answers_in_a_line_or_two_with_the_status_of_what_it_found(
    arguments: list[str], status: int, lines: list[str]
) -> None:
    result = run("counts", *arguments)
    assert (result.exit_code, result.output.splitlines()) == (status, lines)


def test_a_list_of_sizes_ends_before_it_floods(registry: Registry) -> None:
    # Every third n up to 2,000 prints 33.3 %; a decimal more fits few others.
    [line] = count_typed(["33.33%"], "3-2000", "nearest", registry).lines
    assert line.startswith("33.33%: ")
    assert line.endswith(" ranges")
    assert len(line) < 600


def test_what_no_n_fits_is_said_and_not_searched_for_ever(registry: Registry) -> None:
    assert count_typed(["1 in 999999999"], "100", "nearest", registry).lines[-1] == "no n up to 10,000,000 fits"


# --- quantities.yaml --------------------------------------------------------------------------------------------------


def test_two_phrases_that_say_the_same_must_have_one_interval(registry: Registry) -> None:
    extra = Phrase(text="9 out of 10", kind="proportion", low="80%", high="95%", reason="made up")
    changed = registry.quantities.model_copy(update={"phrases": (*registry.quantities.phrases, extra)})
    [(place, words)] = quantity_faults(changed)
    assert place == ("phrases", len(registry.quantities.phrases))
    assert words == "'9 out of 10' says the same as 'nine in ten' and has another interval; give both the same"


def test_a_rule_must_hold_the_uses_that_set_it(registry: Registry) -> None:
    rules = [
        rule.model_copy(update={"small": tuple(one.model_copy(update={"above": "1/50"}) for one in rule.small)})
        if "just over" in rule.words
        else rule
        for rule in registry.quantities.rules
    ]
    found = [words for _, words in quantity_faults(registry.quantities.model_copy(update={"rules": tuple(rules)}))]
    assert found == [
        f"'{phrase}' was printed for {exact}, which lies outside its interval; widen the rule"
        for phrase, exact in (("just over one third", "38%"), ("just over 1 in 5", "22.9%"))
    ]


@pytest.mark.parametrize("text", ["1e9", "1e999999999", "1_000", "12,35", "nan", "inf", "1.5/2", "٣"])
def test_a_number_is_digits_and_nothing_else(text: str) -> None:
    with pytest.raises(QuantityError, match="is no number; write 50%, 1/3 or 12"):
        number(text)
    assert number("1,000") == Fraction(1000)


# --- numbers that a person chooses ------------------------------------------------------------------------------------

OUT_OF_RANGE = {
    "alpha": (float("nan"), float("inf"), 0, -1, 1e-400, 0.5, "1e-3", "5%", "0,05", True, [0.05], "-" * 20_001),
    "design_effect": (float("nan"), float("inf"), 0, 0.99, 1e308, "1e308", 101, "two"),
    "total_error": (float("nan"), float("inf"), -1, 1e9, "x"),
    "smallest_change": (float("nan"), 0, 100, 1e9, "10**9"),
    "from_year": (10**9, 2017.5, "10**9", 1989, 2101, True, 10**400),
    "to_year": (float("inf"), -2017, "2017.0"),
    "worlds": (0, 10**12, 1.5),
    "n": (0, -1, 10**8, float("nan")),
    "seed": (-1, 2**32, 0.5),
    "share": (0, 1, float("nan")),
    "change": (100, float("-inf")),
    "true_error": (-0.1, float("nan"), 51),
}


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in OUT_OF_RANGE.items() for value in values]
)
def test_a_number_out_of_range_is_refused_with_its_rule(registry: Registry, name: str, value: object) -> None:
    with pytest.raises(ValueError) as refused:
        check_settings(registry, {name: value})
    assert str(refused.value).startswith(f"{name} must be ")
    assert " arrived; write " in str(refused.value)
    assert len(str(refused.value)) < 250


def test_all_numbers_out_of_range_are_named_at_once(registry: Registry) -> None:
    with pytest.raises(ValueError) as refused:
        check_settings(registry, {"alpha": 0, "total_error": -1, "construct": "barrier-culture"})
    assert str(refused.value).split("\n") == [
        "alpha must be an error rate above 0 and below 0.5; 0 arrived; write 0.05 for 95 % intervals",
        "total_error must be points from 0 to 50; -1 arrived; write 0 for sampling error alone",
    ]


def test_numbers_in_their_range_and_none_pass(registry: Registry) -> None:
    check_settings(registry, {"alpha": 0.01, "design_effect": 100, "total_error": None, "from_year": 2016})


@pytest.mark.parametrize(
    ("pair", "start"),
    [
        ("alpha=nan", "alpha must be an error rate"),
        ("design_effect=1e308", "design_effect must be a number from 1 to 100; 1e+308 arrived"),
        ("from_year=10**9", "from_year must be a year from 1990 to 2100; '10**9' arrived"),
        ("smallest_change={[]:1}", "smallest_change must be points"),
        ("alpha=" + "-" * 20_001, "alpha must be an error rate above 0 and below 0.5; '-----"),
        ("alpha=" + "(" * 900, "alpha must be an error rate above 0 and below 0.5; '((((("),
        ("-" * 20_001, "--parameter takes NAME=VALUE, such as alpha=0.01; '-----"),
    ],
)
def test_run_refuses_absurd_parameters_in_a_line_before_anything_starts(pair: str, start: str, tmp_path: Path) -> None:
    result = run("run", "--out", str(tmp_path / "out"), f"--parameter={pair}")
    assert result.exit_code == 1
    assert result.output.startswith(f"crosswave: {start}")
    assert len(result.output) < 250
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("text", ["nan", "inf", "1e-3", "1e-400", "0_0.1", "-1", "9" * 20_001])
def test_compare_refuses_the_same_numbers(text: str) -> None:
    result = run("compare", "58% of 235", "53% of 232", f"--alpha={text}")
    assert result.exit_code == 1
    assert result.output.startswith("crosswave: --alpha must be an error rate above 0 and below 0.5; ")
    assert len(result.output) < 250


DECLARED = (
    'construct: str = "barrier-culture"\nfrom_year: int = 2017\nalpha: float = 0.05\n'
    "total_error: Optional[float] = None\nsmallest_change: float | None = None"
)
GIVEN = {
    "construct = 2017": "construct must be text; 2017 arrived; papermill leaves text as it is after -r: "
    "-r construct ...",
    "alpha = float('nan')": "alpha must be an error rate above 0 and below 0.5; nan arrived; "
    "write 0.05 for 95 % intervals",
    "alpha = None": "alpha must be a number; None arrived",
    'alpha = "0.05"': "alpha must be a number; '0.05' arrived",
    "from_year = 2017.5": "from_year must be a whole number; 2017.5 arrived",
    "from_year = 1000000000": "from_year must be a year from 1990 to 2100; 1000000000 arrived; write 2017",
    "total_error = float('inf')": "total_error must be points from 0 to 50; inf arrived; "
    "write 0 for sampling error alone",
    "smallest_change = True": "smallest_change must be a number; True arrived",
    "constrict = 'x'": "this notebook has no parameter 'constrict'; did you mean construct?; it takes: construct, "
    "from_year, alpha, total_error, smallest_change",
}


@pytest.mark.parametrize("cell", GIVEN)
def test_what_papermill_gives_a_notebook_is_checked_as_the_command_line_does(registry: Registry, cell: str) -> None:
    with pytest.raises(ValueError) as refused:
        check_given(registry.plan, [DECLARED, f"# Parameters\n{cell}\n"])
    assert str(refused.value) == GIVEN[cell]


@pytest.mark.parametrize("cell", ["total_error = 3", "total_error = None", "smallest_change = 2.5", "alpha = 0.01"])
def test_what_fits_a_notebook_passes(registry: Registry, cell: str) -> None:
    check_given(registry.plan, [DECLARED, f"# Parameters\n{cell}\n"])


def test_a_notebook_in_papermill_s_hands_stops_before_it_computes(tmp_path: Path) -> None:
    import nbformat
    import papermill

    notebook = nbformat.v4.new_notebook()
    source = 'from crosswave.study import load_registry\nregistry = load_registry()\nprint("computed")'
    notebook.cells = [
        nbformat.v4.new_code_cell("from typing import Optional\n\n" + DECLARED, metadata={"tags": ["parameters"]}),
        nbformat.v4.new_code_cell(source, metadata={"tags": []}),
    ]
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    path, out = tmp_path / "one.ipynb", tmp_path / "out.ipynb"
    nbformat.write(notebook, path)
    assert [one.name for one in papermill.inspection._infer_parameters(notebook)] == [
        "construct", "from_year", "alpha", "total_error",
    ]  # papermill infers no annotation with a bar  # fmt: skip
    with pytest.raises(papermill.PapermillExecutionError) as caught:
        papermill.execute_notebook(path, out, {"construct": 2017}, progress_bar=False, cwd=ROOT)
    assert (caught.value.ename, caught.value.evalue) == ("ValueError", GIVEN["construct = 2017"])
    outputs = [one for cell in nbformat.read(out, 4).cells for one in cell.get("outputs", [])]
    assert not [one for one in outputs if "computed" in one.get("text", "")]


# --- names and terminals ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["igov-2017", "igov-2017.barriers.culture", "barrier-culture"])
def test_show_takes_an_id_in_any_case(name: str) -> None:
    small, large = run("show", name), run("show", f" {name.upper()} ")
    assert (small.exit_code, large.exit_code) == (0, 0)
    assert small.output == large.output


def test_a_name_in_capitals_finds_the_nearest_id() -> None:
    assert "did you mean igov-2017" in run("show", "IGOV2017").output
    assert "did you mean igov-2017" in run("run", "--survey", "IGOV-2017").output
    assert len(run("show", "X" * 20_001).output) < 250


COMMANDS = {
    "show": ["show", "igov-2017"],
    "counts": ["counts", "half", "--n", "7"],
    "refusal": ["counts", "“58%”", "--n", "7"],
    "compare": ["compare", "½ of 235", "53% of 232"],
    "json": ["compare", "½ of 235", "53% of 232", "--json"],
    "explain": ["explain", "words"],
    "list": ["list", "sources"],
    "help": ["compare", "--help"],
}


EVERY_COMMAND = """
import sys
from crosswave.__main__ import main

for words in {commands!r}:
    sys.argv = ["crosswave", *words]
    try:
        main()
    except SystemExit:
        print("{end}", flush=True)
"""


@pytest.mark.thorough
@pytest.mark.parametrize("encoding", ["latin-1", "ascii", "cp1252"])
def test_a_terminal_that_lacks_characters_gets_text_that_it_can_show(encoding: str) -> None:
    code = EVERY_COMMAND.format(commands=list(COMMANDS.values()), end="-- end --")
    environment = os.environ | {"PYTHONIOENCODING": encoding, "COLUMNS": "100"}
    told = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    done = subprocess.run([sys.executable, "-c", code], **told, check=True, env=environment, cwd=ROOT)  # type: ignore[call-overload]
    texts = done.stdout.decode(encoding).split("-- end --")
    said = dict(zip(COMMANDS, texts, strict=False))
    assert len(texts) == len(COMMANDS) + 1 and all(map(str.strip, said.values()))
    assert "codec can't encode" not in done.stdout.decode(encoding) and "Traceback" not in "".join(texts)
    assert json.loads(said["json"])["figures"][0]["typed"] == "½ of 235"


def test_what_a_terminal_lacks_is_written_as_something_like_it() -> None:
    show_everywhere()
    assert "“half” – 5 ≤ é…\udcc2".encode("ascii", "crosswave-like") == b'"half" - 5 <= e...?'

"""One row for each printed figure: its level, its row in the committed ledger, and that its counts print it again."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from decimal import ROUND_DOWN, ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest

import real
from crosswave.printed.quantities import Lexicon
from crosswave.reconstruct import FindingCounts, Reconstruction, reconstruct
from crosswave.report.results import FINDING_COLUMNS, all_findings, by_finding, ledger_text
from crosswave.study import Registry, load_registry
from crosswave.study.registry import Finding
from made_surveys import prints_a_sum

ROOT = Path(__file__).resolve().parents[1]
LEDGER = ROOT / "reports" / "results" / "findings.csv"
NAMES = list(load_registry(ROOT / "data").findings)
WORDS = {
    "two": "2",
    "three": "3",
    "five": "5",
    "six": "6",
    "nine": "9",
    "thirty": "30",
    "forty-six": "46",
    "eighty-four": "84",
    "ninety-one": "91",
}

Rows = Mapping[str, Mapping[str, str]]


def rows_of(text: str) -> dict[str, dict[str, str]]:
    return {row["finding_id"]: row for row in csv.DictReader(io.StringIO(text))}


@pytest.fixture(scope="module")
def computed(registry: Registry, reconstructions: Mapping[str, Reconstruction]) -> Rows:
    return rows_of(ledger_text(all_findings(registry, reconstructions)))


@pytest.fixture(scope="module")
def committed() -> Rows:
    """What stands in the repository: without it every row below is red."""
    return rows_of(LEDGER.read_text(encoding="utf-8")) if LEDGER.is_file() else {}


def digits_of(printed: str) -> str | None:
    """The number of a printed percentage, or None for words and ranges."""
    told = re.sub(r"^[^\d(]+ \(([\d.]+%)\)$", r"\1", printed.strip().lower())  # one fifth (19%)
    match = re.fullmatch(rf"([\d.]+|{'|'.join(WORDS)}) ?(%|per ?cent)", told)
    return WORDS.get(match[1], match[1]) if match else None


COUNT = re.compile(r"[\d,]+ of \d+")
MOST = 500
"""So many pairs of a count and a base are printed again of a figure whose base may be any of thousands."""


def prints(count: int, base: int, digits: str, truncated: bool) -> bool:
    unit = Decimal(1).scaleb(-len(digits.partition(".")[2]))
    percent = Decimal(100 * count) / Decimal(base)
    rules = [ROUND_DOWN] if truncated else [ROUND_HALF_UP, ROUND_HALF_DOWN]
    return Decimal(digits) in {percent.quantize(unit, rule) for rule in rules}


@pytest.mark.parametrize("name", NAMES)
def test_a_printed_figure_stands_in_the_ledger_and_is_printed_again_by_its_counts(
    name: str,
    registry: Registry,
    reconstructions: Mapping[str, Reconstruction],
    lexicon: Lexicon,
    computed: Rows,
    committed: Rows,
) -> None:
    finding = registry.finding(name)
    counts = reconstructions[finding.survey.id].findings[name]
    _check_level(counts, finding.answer.measure, finding.text)
    _check_round_trip(counts, finding, lexicon)
    assert committed.get(name) == computed[name]


def _check_level(counts: FindingCounts, measure: str, printed: str) -> None:
    assert (counts.level == "unquantified") == (measure in ("size", "change", "median"))
    assert (counts.level in ("conflicting", "unquantified")) <= (counts.count_low is None)
    if counts.level == "consistent":
        assert digits_of(printed) is not None or COUNT.fullmatch(printed)
        assert counts.count_low is not None
        assert counts.base_low is not None


def _check_round_trip(counts: FindingCounts, finding: Finding, lexicon: Lexicon) -> None:
    if counts.share_low is None or counts.share_high is None:
        assert counts.level in ("bounded", "unquantified")
        return
    printed, rounding = finding.text, finding.survey.rounding
    digits = digits_of(printed)
    parts = [answer.printed for answer in finding.question.answers if answer.id in finding.answer.net_of]
    assert counts.verbal == (digits is None and COUNT.fullmatch(printed) is None)
    yes, bases = counts.pairs()
    assert bool(yes) == (counts.count_low is not None)
    step = max(1, len(yes) // MOST)
    for count, base in [*zip(yes, bases, strict=True)][::step]:
        if digits:
            sums = bool(parts) and prints_a_sum(count, base, parts, rounding)
            assert sums or prints(count, base, digits, rounding == "truncated")
        else:
            assert counts.share_low * base <= count <= counts.share_high * base
    if not yes and digits:
        middle = (counts.share_low + counts.share_high) / 2
        assert lexicon.figure(printed).holds(middle)


def test_the_ledger_has_a_row_for_each_figure_in_the_order_of_the_data(committed: Rows) -> None:
    assert list(committed) == NAMES
    assert tuple(committed[NAMES[0]]) == FINDING_COLUMNS


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("igov-2017.barriers.culture", "58%", "57%"),
        ("igov-2017.gap-barriers.guidance", "40%", "42%"),
        ("techuk-2017.barriers.culture", None, "47%"),
        ("pure-2019.trust.agree", None, "78%"),
    ],
)
def test_a_changed_figure_turns_exactly_its_own_row_red(
    tmp_path: Path, computed: Rows, name: str, old: str | None, new: str
) -> None:
    survey_id, question, answer = name.split(".")
    data = real.part(tmp_path / "data", "igov-2017", "techuk-2015", "techuk-2016", "techuk-2017", "pure-2019")
    path = data / "surveys" / f"{survey_id}.yaml"
    path.write_text(_with_figure(path.read_text(encoding="utf-8"), question, answer, new), encoding="utf-8")
    changed = load_registry(data)
    assert old is None or computed[name]["published"] == old
    survey = changed.survey(survey_id)
    frame = by_finding(survey, reconstruct(survey, changed), alpha=0.05, design_effect=1)
    red = {key for key, row in rows_of(ledger_text(frame)).items() if row != computed[key]}
    assert red == {name}


def _with_figure(text: str, question: str, answer: str, printed: str) -> str:
    start = re.search(rf"^  - id: \"?{question}\"?$", text, re.MULTILINE)
    assert start
    place = re.compile(rf"(^      - id: \"?{answer}\"?\n(?:        .*\n)*?        printed: )\"[^\"]+\"", re.MULTILINE)
    return text[: start.start()] + place.sub(rf'\1"{printed}"', text[start.start() :], count=1)

"""The glue between registry and runner, and the committed ledger."""

from pathlib import Path

import pytest

from crosswave.registry import load_registry
from crosswave.report import make_ledger, run_request, write_ledger

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "reports" / "results"
REGISTRY = load_registry(ROOT / "data")
LEDGER = make_ledger(REGISTRY)
REQUEST = run_request(REGISTRY, LEDGER, Path("out"))


@pytest.mark.parametrize("name", ["findings.csv", "claims.csv", "trends.csv"])
def test_the_committed_ledger_is_what_is_computed_now(name):
    assert (RESULTS / name).read_bytes() == LEDGER.texts()[name].encode()


def test_the_ledger_is_the_same_when_made_again():
    assert make_ledger(REGISTRY).texts() == LEDGER.texts()


def test_the_ledger_has_a_row_for_everything():
    assert (len(LEDGER.findings), len(LEDGER.claims), len(LEDGER.trends)) == (657, len(REGISTRY.claims), 80)


def test_the_ledger_is_written_whole(tmp_path):
    write_ledger(LEDGER, tmp_path / "results")
    written = {path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "results").iterdir()}
    assert written == LEDGER.texts()


def test_every_survey_source_and_construct_has_a_page():
    assert set(REQUEST.surveys) == set(REGISTRY.surveys)
    assert set(REQUEST.constructs) == set(REGISTRY.constructs)
    assert set(REQUEST.sources) == {claim.source for claim in REGISTRY.claims.values()}


def test_a_survey_page_is_made_from_its_own_file_and_the_shared_ones():
    names = [path.name for path in REQUEST.data["survey/igov-2017"]]
    assert names == ["quantities.yaml", "plan.yaml", "igov-2017.yaml"]


def test_every_page_has_a_text_for_the_index():
    pages = {*(f"survey/{s}" for s in REQUEST.surveys), *(f"trend/{c}" for c in REQUEST.constructs)}
    pages |= {f"claims/{s}" for s in REQUEST.sources} | {"start", "synthesis", "context", "calibration"}
    assert pages == set(REQUEST.texts)
    assert all(text.summary for text in REQUEST.texts.values())


def test_the_words_of_the_motivating_comparison_call_no_change():
    by_id = LEDGER.trends.set_index("construct_id")
    row = by_id.loc["barrier-culture"]
    assert (row["first"], row["second"]) == ("igov-2017.barriers.culture", "igov-parkplace-2019.barriers.culture")
    assert row["verdict"] == "uninformative by design"
    assert row["sentence"].endswith(
        "so the printed difference of -5.0 points is evidence neither of a change nor of its absence."
    )


@pytest.mark.parametrize("name", ["culture", "legacy", "skills", "budget", "security"])
def test_the_main_barriers_have_an_answer(name):
    row = LEDGER.trends.set_index("construct_id").loc[f"barrier-{name}"]
    assert row["verdict"] and row["grade"] in ("A", "B1", "B2")


def test_strategy_says_that_it_has_no_second_wave():
    assert "no second wave can be compared" in LEDGER.trends.set_index("construct_id").loc["has-strategy", "sentence"]


def test_bt_yougov_stands_there_as_unquantified():
    rows = LEDGER.findings[LEDGER.findings["survey_id"] == "bt-yougov-2020"]
    assert rows["level"].tolist() == ["unquantified"]

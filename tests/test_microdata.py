"""A file of respondents becomes a survey of recomputed figures, and nothing of any respondent is kept."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import crosswave as cw
import real
from crosswave.cli import app
from crosswave.study import load_registry

DATA = Path(__file__).resolve().parents[1] / "data"
FACTS = ["title=Poll", "year=2021", "year_basis=fieldwork", "population=adults", "sector=mixed", "unit=person",
         "topic=other", "source_title=tables", "source_url=https://example.org/t",
         "source_kind=publisher-report"]  # fmt: skip


@pytest.fixture
def poll(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Eight respondents with names, of whom one refused; weights of 1 and 3."""
    real.part(tmp_path / "data", "igov-2017")
    monkeypatch.chdir(tmp_path)
    frame = pd.DataFrame({
        "name": [f"Zebedee Quill {k}" for k in range(8)], "email": [f"z{k}@quill.example" for k in range(8)],
        "w": [1.0, 1, 1, 1, 3, 3, 3, 3], "sex": [1.0, 2, 1, 2, 1, 2, 1, 2],
        "trust": [1.0, 1, 2, 2, 1, 2, 3, 9], "q3_a": [1.0, 0, 0, 1, 0, 1, 0, 0], "q3_b": [0.0, 0, 1, 1, 0, 0, 0, 1],
    })  # fmt: skip
    pyreadstat = pytest.importorskip("pyreadstat")
    labels = {"trust": {1: "A lot", 2: "A little", 3: "Don't know", 9: "Refused"}, "sex": {1: "Men", 2: "Women"}}
    pyreadstat.write_sav(
        frame, "poll.sav", variable_value_labels=labels, missing_ranges={"trust": [9]},
        column_labels={"trust": "Do you trust it?", "q3_a": "Maps", "q3_b": "Mail"},
    )  # fmt: skip
    return tmp_path / "poll.sav"


def lines(result):
    return result.to_frame().set_index(["question", "answer", "group"])


def test_shares_are_weighted_of_those_who_answered(poll: Path) -> None:
    """A lot: 1 + 1 + 3 of the weight 1 * 4 + 3 * 3 of the seven who answered."""
    found = lines(cw.tabulate(poll, weight="w", by=["sex"], multi=["q3_*"], top=1))
    assert found.loc[("trust", "A lot", ""), "value"] == pytest.approx(5 / 13)
    assert tuple(found.loc[("trust", "A lot", ""), ["n", "count", "missing"]]) == (7, 3, 1)
    assert found.loc[("q3", "Maps", ""), "value"] == pytest.approx(5 / 16)
    assert found.loc[("trust", "A lot", "sex: Men"), "value"] == pytest.approx(4 / 8)
    assert found.loc[("trust", "Net: first 1", ""), "value"] == found.loc[("trust", "A lot", ""), "value"]


def test_names_are_no_questions_and_reach_no_file(poll: Path) -> None:
    arguments = ["tabulate", "poll.sav", "--weight", "w", "--by", "sex", "--multi", "q3_*", "--as", "poll-2021"]
    result = CliRunner().invoke(app, [*arguments, *(part for fact in FACTS for part in ("--set", fact))])
    assert result.exit_code == 0, result.output
    texts = [path.read_text(encoding="utf-8") for path in (poll.parent / "data").rglob("*.yaml")]
    assert len(texts) == 6 + 2 and not any("Zebedee" in text or "quill" in text for text in texts)
    registry = load_registry(poll.parent / "data")
    survey = registry.survey("poll-2021")
    assert (survey.n.value, survey.weighted, survey.questions[1].answers[0].printed) == (8, True, "38.5%")
    from crosswave.reconstruct import reconstruct

    levels = {one.level for one in reconstruct(survey, registry).findings.values()}
    assert levels == {"recomputed"}


def test_a_printed_figure_is_told_with_the_reading_that_prints_it(poll: Path) -> None:
    facts = "".join(f"{key},{value}\n" for key, value in (fact.split("=") for fact in FACTS if "topic" not in fact))
    head = f"id,print-2021\n{facts}n,8\n\nquestion,answer,printed,topic,about\n"
    body = "Do you trust it?,A lot,43%,other,trust\n,A little,50%,other,\n,Don't know,99%,other,\n"
    Path("print.csv").write_text(head + body, encoding="utf-8")
    assert CliRunner().invoke(app, ["import", "print.csv"]).exit_code == 0
    study = cw.open()
    told = cw.tabulate(poll, weight="w").beside("print-2021", study)
    assert list(told["reading"]) == ["unweighted", "weighted, don't knows left out", "no reading prints it"]
    assert told["off_points"][2] == pytest.approx(100 * 3 / 13 - 98.5)


def test_a_box_of_unknown_values_is_told(poll: Path) -> None:
    pd.DataFrame({"q_a": [1, 2, 2], "q_b": [1, 1, 2]}).to_csv("boxes.csv")
    with pytest.raises(ValueError, match=r"q_a holds 2, which is neither ticked nor not"):
        cw.tabulate("boxes.csv", multi=["q_*"])


def test_small_cells_are_hidden_on_request_and_what_gives_them_away_too(poll: Path) -> None:
    """One of seven does not know; three of A lot are hidden too, so that 7 - 3 - 3 tells nothing."""
    found = lines(cw.tabulate(poll, weight="w", questions=["trust"], least=2))
    for answer in ("Don't know", "A lot"):
        hidden = found.loc[("trust", answer, "")]
        assert np.isnan(hidden["value"]) and hidden["count"] == 0
    assert found.loc[("trust", "A little", ""), "count"] == 3


@pytest.mark.parametrize(("options", "words"), [
    ({"weight": "v"}, "no column 'v'"),
    ({"weight": "name"}, "weight name: 8 of 8"), ({"multi": ["z*"]}, "no column is"),
    ({"strata": "trust"}, "one unit alone"), ({"tip": 2}, "takes no tip"),
    ({"kind": "fey"}, "kind is one of brr, fay, jk1, bootstrap; 'fey' arrived; did you mean fay"),
    ({"rho": 1}, "rho, Fay"),
])  # fmt: skip
def test_what_does_not_fit_is_told(poll: Path, options: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        cw.tabulate(poll, **options)


def test_a_file_of_texts_alone_says_how_to_name_a_question(tmp_path: Path) -> None:
    (tmp_path / "texts.csv").write_text("q1,w\nyes,1\nno,2\nyes,3\n")
    with pytest.raises(ValueError, match=r"no column is a question by itself.*--question q1"):
        cw.tabulate(tmp_path / "texts.csv", weight="w")
    assert len(cw.tabulate(tmp_path / "texts.csv", weight="w", questions=["q1"]).to_frame()) == 2


@pytest.mark.parametrize("ending", ["csv", "parquet", "dta", "xpt"])
def test_other_files_give_the_same_shares(poll: Path, ending: str) -> None:
    import pyreadstat

    frame = pyreadstat.read_sav(str(poll))[0][["w", "sex", "q3_a"]]
    path = poll.with_suffix(f".{ending}")
    write = {"csv": lambda: frame.to_csv(path, index=False), "parquet": lambda: frame.to_parquet(path),
             "dta": lambda: frame.to_stata(path), "xpt": lambda: pyreadstat.write_xport(frame, str(path))}  # fmt: skip
    write[ending]()
    found = cw.tabulate(path, weight="w", questions=["sex"]).to_frame()
    assert list(found["value"]) == pytest.approx([0.5, 0.5])


def test_a_csv_of_windows_with_semicolons_decimal_commas_and_umlauts_is_read(tmp_path: Path) -> None:
    """Weights 1.5, 1.5 and 3: half each."""
    (tmp_path / "w.csv").write_text("w;wie\n1,5;Öfters\n1,5;Öfters\n3;Selten\n", encoding="cp1252")
    found = lines(cw.tabulate(tmp_path / "w.csv", weight="w", questions=["wie"]))
    assert found.loc[("wie", "Öfters", ""), "value"] == pytest.approx(0.5)


def test_boxes_are_read_as_programs_write_them(tmp_path: Path) -> None:
    """Skills by two of the three who ticked something, Money by two; the fourth cannot be told from one not asked."""
    (tmp_path / "b.csv").write_text("q_1,q_2,all\nSkills,,Skills\nSkills,Money,Skills; Money\n,Money,Money\n,,\n")
    found = lines(cw.tabulate(tmp_path / "b.csv", multi=["q_*", "all"]))
    for question in ("q", "all"):
        for answer in ("Skills", "Money"):
            assert tuple(found.loc[(question, answer, ""), ["count", "n", "missing"]]) == (2, 3, 1)
    with pytest.raises(ValueError, match="q_1 is one column, and no ; or"):
        cw.tabulate(tmp_path / "b.csv", multi=["q_1"])


def test_answers_in_the_order_of_their_categories_and_no_answer_in_blanks(tmp_path: Path) -> None:
    levels = ["Very", "Fairly", "Not"]
    frame = pd.DataFrame({"q": pd.Categorical(["Not", "Very", "Fairly", "Very"] * 10, levels, ordered=True)})
    frame.to_parquet(tmp_path / "c.parquet")
    assert list(cw.tabulate(tmp_path / "c.parquet").to_frame()["answer"]) == levels
    pyreadstat = pytest.importorskip("pyreadstat")
    pyreadstat.write_sav(pd.DataFrame({"q": ["web", "", "post", "web"]}), str(tmp_path / "b.sav"))
    found = lines(cw.tabulate(tmp_path / "b.sav", questions=["q"]))
    assert tuple(found.loc[("q", "web", ""), ["count", "n", "missing"]]) == (2, 3, 1)


def test_a_number_of_which_only_a_missing_value_has_a_label_is_a_measurement(tmp_path: Path) -> None:
    pyreadstat = pytest.importorskip("pyreadstat")
    frame = pd.DataFrame({"age": [*map(float, range(20, 60)), 999.0]})
    labels = {"age": {999.0: "Refused"}}
    pyreadstat.write_sav(frame, str(tmp_path / "a.sav"), variable_value_labels=labels, missing_ranges={"age": [999.0]})
    (found,) = cw.tabulate(tmp_path / "a.sav").to_frame().to_dict("records")
    assert (found["answer"], found["value"], found["missing"]) == ("Mean", 39.5, 1)


def test_what_is_not_tabulated_is_told(poll: Path) -> None:
    assert cw.tabulate(poll, weight="w").others == ("name", "email")
    assert "not tabulated: name, email;" in CliRunner().invoke(app, ["tabulate", "poll.sav", "--weight", "w"]).output

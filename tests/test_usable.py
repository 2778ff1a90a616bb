"""One faulty survey file stops nobody else: it is told in a line, left out with what refers to it, and never passed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from crosswave.cli import app
from crosswave.report.building import Choice, run_report
from crosswave.study import DataError, load_registry
from crosswave.study.cache import FOLDER_VARIABLE
from crosswave.study.loading import WARN_VARIABLE, load_evidence, warnings
from crosswave.study.reading import SHARED, LateSurveys
from test_registry import CLAIMS, CONSTRUCTS, SURVEY, swapped, write_folder

ROOT = Path(__file__).resolve().parents[1]
runner = CliRunner()
OTHER = SURVEY.replace("demo-2019", "other-2020").replace("2019", "2020")
TWO = CONSTRUCTS.replace(
    "    changes:",
    "      - finding: other-2020.plan.yes\n        same_instrument_as: [demo-2019.plan.yes]\n"
    "        grades: {population: same, unit: same, stem: same, wording: same, base: same, response: same}\n"
    "    changes:",
)
PAIRED = TWO.replace(
    "      - finding: demo-2019.plan.yes\n",
    "      - finding: demo-2019.plan.yes\n        same_instrument_as: [other-2020.plan.yes]\n",
)
MORE_CLAIMS = CLAIMS + CLAIMS.split("claims:\n")[1].replace("demo-2019", "other-2020").replace("most", "others")

FAULTS: dict[str, Callable[[str], str]] = {
    "a half-filled file": lambda text: swapped("title: A survey", "title:", text),
    "a wrong word": lambda text: swapped("unit: person", "unit: persn", text),
    "a figure that nobody can read": lambda text: swapped("58.0%", "six-ish", text),
    "answers above everybody": lambda text: swapped("58.0%", "78.0%", text),
    "a reference to nothing": lambda text: swapped("answers: [plan.yes]", "answers: [plan.never]", text),
    "an overlap with nobody": lambda text: text + "overlaps: [{survey: nobody-2018, how: x}]\n",
    "an id that is not the name of the file": lambda text: swapped("id: other-2020", "id: demo-2019", text),
    "no YAML": lambda text: text + "  - : [",
    "nothing": lambda text: "",
    "bytes": lambda text: "\x00\x01",
}
every_fault = pytest.mark.parametrize("fault", FAULTS)


def folder_with(folder: Path, other: str) -> Path:
    return write_folder(folder, constructs=PAIRED, claims=MORE_CLAIMS, **{"other-2020": other})


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two surveys without fault, in the working folder."""
    monkeypatch.chdir(tmp_path)
    return folder_with(tmp_path / "data", OTHER)


def spoil(data: Path, fault: str) -> Path:
    path = data / "surveys" / "other-2020.yaml"
    path.write_text(FAULTS[fault](OTHER), encoding="utf-8")
    return path


def test_two_surveys_without_fault_are_the_registry(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = load_evidence(data)
    assert (set(found.surveys), found.faults, found.left_out) == ({"demo-2019", "other-2020"}, (), frozenset())
    assert capsys.readouterr().err == ""


@every_fault
def test_a_faulty_survey_is_told_in_one_line_and_left_out(
    data: Path, fault: str, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = load_registry(data)
    spoil(data, fault)
    found = load_evidence()
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("crosswave: data/surveys/other-2020.yaml:") and line.endswith("; it is left out")
    assert found.left_out == {"other-2020"}
    assert dict(found.surveys) == {"demo-2019": whole.surveys["demo-2019"]}
    assert [answer.finding for answer in found.construct("has-plan").answers] == ["demo-2019.plan.yes"]
    assert found.construct("has-plan").answers[0].same_instrument_as == ()
    assert found.claims["most-have-a-plan"] == whole.claims["most-have-a-plan"]
    assert found.claims["others-have-a-plan"].not_checkable == (
        "it rests on other-2020, left out because the data file has faults; crosswave check lists them"
    )


@every_fault
def test_the_check_still_lists_every_fault(data: Path, fault: str) -> None:
    spoil(data, fault)
    found = load_evidence()
    with pytest.raises(DataError) as caught:
        load_registry(data)
    assert caught.value.faults == tuple(sorted(set(found.faults)))
    assert runner.invoke(app, ["check"]).exit_code == runner.invoke(app, ["check", "--data", "data"]).exit_code == 1
    for name in ("other-2020",):
        with pytest.raises(DataError) as refused:
            found.survey(name)
        assert set(refused.value.faults) == set(caught.value.faults)


@every_fault
@pytest.mark.parametrize(
    ("command", "words"),
    [
        (["show", "demo-2019"], "A survey"),
        (["show", "has-plan"], "demo-2019.plan.yes"),
        (["list", "surveys"], "demo-2019"),
        (["counts", "73%", "--n", "62"], "73% of 62: 45"),
        (["compare", "58% of 235", "53% of 232"], "tier B1"),
    ],
)
def test_commands_about_something_else_go_on(data: Path, fault: str, command: list[str], words: str) -> None:
    spoil(data, fault)
    done = runner.invoke(app, command)
    assert (done.exit_code, words in done.stdout) == (0, True), done.output
    assert "other-2020" not in done.stdout


@pytest.mark.parametrize("name", ["other-2020", "other-2020.plan.yes"])
def test_what_was_left_out_is_refused_with_the_faults_of_its_file(data: Path, name: str) -> None:
    spoil(data, "a wrong word")
    done = runner.invoke(app, ["show", name])
    assert done.exit_code == 1
    assert done.stderr.splitlines()[-1].startswith("data/surveys/other-2020.yaml:9: unit must be one of: person")


def test_a_claim_survives_whatever_became_of_a_source_and_facts_go_with_theirs(data: Path) -> None:
    rows = "fact_id,year,subject,quantity,value,unit,source,kind,notes\n"
    rows += "staff,2019,staff,count,400,people,leaf,exact,\njobs,2019,jobs,count,80,jobs,blog,exact,\n"
    (data / "context.csv").write_text(rows, encoding="utf-8")
    text = swapped(
        "  - id: page\n", "  - {id: leaf, title: l, url: 'https://e.org', kind: mirror}\n  - id: page\n", OTHER
    )
    path = data / "surveys" / "other-2020.yaml"
    path.write_text(text, encoding="utf-8")
    assert set(load_evidence(data).facts) == {"staff", "jobs"}
    path.write_text(swapped("unit: person", "unit: persn", text), encoding="utf-8")
    assert set(load_evidence(data).facts) == {"jobs"}


@pytest.mark.parametrize("who", ["another survey", "the claims"])
def test_two_descriptions_of_a_source_are_told_and_stop_neither(
    data: Path, who: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = data / "surveys" / "other-2020.yaml"
    changed = swapped("title: A page", "title: Another page", OTHER)
    blog = "  - {id: blog, title: Another, url: 'https://example.org/blog', kind: vendor-blog}\n"
    path.write_text(changed if who == "another survey" else swapped("sources:\n", f"sources:\n{blog}", OTHER))
    found = load_evidence()
    assert (set(found.surveys), found.left_out) == ({"demo-2019", "other-2020"}, frozenset())
    [line] = capsys.readouterr().err.splitlines()
    assert "differs from the record in" in line and line.endswith("; it is used all the same")


@pytest.mark.parametrize("name", SHARED)
def test_a_fault_in_a_file_that_all_share_stops_everybody(data: Path, name: str) -> None:
    with (data / name).open("a", encoding="utf-8") as stream:
        stream.write("nonsense: 1\n")
    with pytest.raises(DataError, match=f"data/{name}:"):
        load_evidence()


def test_no_survey_without_fault_leaves_nothing(data: Path) -> None:
    spoil(data, "nothing")
    (data / "surveys" / "demo-2019.yaml").write_text("", encoding="utf-8")
    with pytest.raises(DataError) as caught:
        load_evidence()
    assert len(caught.value.faults) >= 2


def test_a_file_of_another_ending_is_told_and_no_survey_goes(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copy(data / "surveys" / "demo-2019.yaml", data / "surveys" / "demo-2019.yml")
    assert set(load_evidence().surveys) == {"demo-2019", "other-2020"}
    assert "demo-2019.yml:1: files of surveys end in .yaml; rename it; it is left out" in capsys.readouterr().err


def test_kernels_of_a_run_say_nothing(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    spoil(data, "a wrong word")
    monkeypatch.setenv(WARN_VARIABLE, "0")
    found = load_evidence()
    assert (capsys.readouterr().err, len(list(warnings(found)))) == ("", 1)


def test_a_folder_is_examined_once(data: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "cache"))
    load_evidence(data)
    monkeypatch.setattr("crosswave.study.loading.read_folder", None)
    load_evidence(data)
    assert isinstance(load_evidence(data).surveys, LateSurveys)


# --- without surveys ---------------------------------------------------------------------------------------------


@pytest.fixture
def rules_alone(data: Path) -> Path:
    for path in data.iterdir():
        if path.name not in ("plan.yaml", "quantities.yaml"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    return data


@pytest.mark.parametrize("options", [[], ["--data", "data"], ["--data", "."]])
def test_figures_are_compared_and_counted_by_plan_and_phrases_alone(rules_alone: Path, options: list[str]) -> None:
    counted = runner.invoke(app, ["counts", "nearly half", "--n", "100", *options])
    assert (counted.exit_code, counted.stderr) == (0, "")
    compared = runner.invoke(app, ["compare", "58% of 235", "53% of 232", *options])
    assert compared.exit_code == 0
    assert "tier A" in compared.stdout and "tier B1" in compared.stdout and "tier B2" not in compared.stdout
    assert compared.stderr == (
        "crosswave: tiers left out as their total error is estimated from surveys: H, B2, B3 (no survey is here)\n"
    )


def test_a_tier_without_a_total_error_is_refused_unless_one_is_given(rules_alone: Path) -> None:
    figures = ["compare", "58% of 235", "53% of 232", "--tier", "B2"]
    refused = runner.invoke(app, figures)
    assert refused.exit_code == 1
    assert "tier B2 has no total error here" in refused.stderr
    assert "choose another tier (census, A, B1), or give --total-error POINTS" in refused.stderr
    assert runner.invoke(app, [*figures, "--total-error", "12"]).exit_code == 0


def test_surveys_that_do_not_do_are_told_with_the_reason(data: Path) -> None:
    done = runner.invoke(app, ["compare", "58% of 235", "53% of 232"])
    assert "estimated from surveys: H, B2, B3 (no two surveys of one year asked the same thing)" in done.stderr
    (data / "constructs.yaml").unlink()
    done = runner.invoke(app, ["compare", "58% of 235", "53% of 232"])
    assert done.exit_code == 0
    assert "estimated from surveys: H, B2, B3 (data/constructs.yaml:1: the file is missing" in done.stderr


@pytest.mark.parametrize("name", ["plan.yaml", "quantities.yaml"])
def test_a_fault_in_plan_or_phrases_is_told(rules_alone: Path, name: str) -> None:
    (rules_alone / name).write_text("x: 1\n", encoding="utf-8")
    for command in (["counts", "73%", "--n", "62"], ["compare", "58% of 235", "53% of 232"]):
        done = runner.invoke(app, command)
        assert done.exit_code == 1
        assert f"data/{name}:1: unknown key x" in done.stderr


# --- whole runs --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two surveys, the notebook of survey pages, and the pages of a run without fault."""
    root = tmp_path_factory.mktemp("site")
    folder_with(root / "data", OTHER)
    (root / "notebooks").mkdir()
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        shutil.copy(path, root / "notebooks")
    surveys_of(root)
    return root


SURVEYS = Choice(only=("survey",), jobs=1)


def surveys_of(root: Path, choice: Choice = SURVEYS):  # type: ignore[no-untyped-def]
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        return run_report(root / "data", root / "reports", choice)


def test_a_run_makes_the_other_pages_and_never_loses_rows_without_a_word(site: Path) -> None:
    results = site / "reports" / "results"
    before = {path.name: path.read_bytes() for path in results.iterdir()}
    assert set(pd.read_csv(results / "findings.csv")["survey_id"]) == {"demo-2019", "other-2020"}
    spoil(site / "data", "a wrong word")
    for _ in range(2):  # the second has nothing to make, and says it all the same
        done = surveys_of(site)
        assert [page.page for page in done.pages] == ["survey/demo-2019"]
        assert done.exit_status == 0
        assert any("data/surveys/other-2020.yaml:9: unit must" in line for line in done.lines())
        assert "the results were not written, for rows would be missing" in done.lines()
    assert {path.name: path.read_bytes() for path in results.iterdir()} == before
    assert not (site / "reports" / "pages" / "survey" / "other-2020.html").exists()
    for page in ("index.html", "surveys.html", "pages/survey/demo-2019.html"):
        assert "data/surveys/other-2020.yaml:9: unit must" in (site / "reports" / page).read_text(encoding="utf-8")
    with pytest.raises(DataError, match=r"other-2020\.yaml:9: unit must"):
        surveys_of(site, Choice(surveys=("other-2020",)))
    (site / "data" / "surveys" / "other-2020.yaml").write_text(OTHER, encoding="utf-8")
    assert surveys_of(site).left_out == ()
    assert (site / "reports" / "pages" / "survey" / "other-2020.html").exists()
    assert "unit must" not in (site / "reports" / "pages" / "survey" / "demo-2019.html").read_text(encoding="utf-8")


def test_a_run_of_everything_with_faults_ends_with_status_one() -> None:
    from crosswave.report.run.plan import PageResult, RunSummary

    made = (PageResult("start", "made"),)
    assert RunSummary(made, Path("index.html")).exit_status == 0
    assert RunSummary(made, Path("index.html"), ("a fault",)).exit_status == 1
    assert RunSummary(made, Path("index.html"), ("a fault",), everything=False).exit_status == 0


# --- where commands write and read -------------------------------------------------------------------------------

WRITING = {
    "new": ["new", "acme-2021"],
    "import": ["import", "acme-2021.csv"],
    "schemas": ["schemas"],
}


@pytest.mark.parametrize("name", WRITING)
def test_commands_that_write_need_a_data_folder_here_or_above_or_named(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "acme-2021.csv").write_text("question,answer,printed\nq,yes,50%\n", encoding="utf-8")
    before = sorted((ROOT / "data").rglob("*"))
    done = runner.invoke(app, WRITING[name])
    assert (done.exit_code, done.stderr) == (
        1, "crosswave: no folder data/surveys is here or above; name the data folder with --data FOLDER\n",
    )  # fmt: skip
    assert sorted((ROOT / "data").rglob("*")) == before
    assert [path.name for path in tmp_path.iterdir()] == ["acme-2021.csv"]


def test_a_new_file_stands_in_the_folder_that_was_named_or_the_nearest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_folder(tmp_path / "far" / "data")
    write_folder(tmp_path / "near" / "data")
    (tmp_path / "near" / "notes").mkdir()
    monkeypatch.chdir(tmp_path / "near" / "notes")
    assert runner.invoke(app, ["new", "a-2021", "--data", str(tmp_path / "far")]).exit_code == 0
    assert runner.invoke(app, ["new", "b-2021"]).exit_code == 0
    assert (tmp_path / "far" / "data" / "surveys" / "a-2021.yaml").is_file()
    assert (tmp_path / "near" / "data" / "surveys" / "b-2021.yaml").is_file()


def test_commands_that_read_name_the_folder_where_it_is_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: Path
) -> None:
    commands = [["list"], ["check"], ["counts", "73%", "--n", "62"], ["explain", "newcombe"]]
    away = tmp_path / "away"
    away.mkdir()
    monkeypatch.chdir(away)  # below the folder of the data
    assert [runner.invoke(app, command).stderr for command in commands[:3]] == [""] * 3
    monkeypatch.chdir(os.sep)
    for command in commands:
        done = runner.invoke(app, command)
        assert done.exit_code == 0
        assert done.stderr == f"crosswave: no data folder is here or above; reading {ROOT / 'data'}\n"


def test_check_takes_one_folder(data: Path) -> None:
    assert runner.invoke(app, ["check", "data"]).exit_code == 0
    assert runner.invoke(app, ["check", "--data", "data"]).exit_code == 0
    both = runner.invoke(app, ["check", "data", "--data", "data"])
    assert both.exit_code == 1
    assert "check takes one data folder; data and --data data arrived; leave one out" in both.output


def test_every_command_that_reads_or_writes_data_takes_its_folder() -> None:
    from typer.main import get_command

    commands = get_command(app).commands  # type: ignore[attr-defined]
    without = [name for name, one in commands.items() if "--data" not in {o for p in one.params for o in p.opts}]
    assert without == ["init"]  # it writes a folder of its own

"""The commands as a person types them: what they print, and the status they end with."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

import real
from crosswave import __version__
from crosswave.cli import app
from crosswave.study import load_registry

pytestmark = pytest.mark.usefixtures("kept")

DATA = Path(__file__).parents[1] / "data"
runner = CliRunner()


@pytest.fixture
def data(tmp_path, monkeypatch):
    """A part of the data in an empty folder, which is the working folder."""
    monkeypatch.chdir(tmp_path)
    return real.part(tmp_path / "data", "igov-2017")


def change(path, *replacements):
    text = path.read_text(encoding="utf-8")
    for old, new in replacements:
        assert old in text, old
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")


def line_of(path, words):
    lines = path.read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if words in line)


def test_check_finds_no_fault_in_the_evidence():
    result = runner.invoke(app, ["check", str(DATA)])
    held = load_registry(DATA)
    counts = f"{len(held.surveys)} surveys, {len(held.findings)} figures, {len(held.constructs)} topics"
    assert (result.exit_code, result.output) == (0, f"no fault: {counts}, {len(held.claims)} claims\n")


def test_check_names_six_different_faults_at_their_lines_at_once(data):
    path = data / "surveys" / "igov-2017.yaml"
    change(
        path,
        ("unit: person", "unit: persn"),
        ("publisher: iGov Survey", "publishr: iGov Survey"),
        ("{start: 2017-01, end: 2017-02", "{start: 2017-03, end: 2017-02"),
        ('printed: "61%"', 'printed: "six-ish"'),
        ("- id: cost", "- id: skills"),
        ('printed: "36%"', 'printed: "96%"'),
    )
    result = runner.invoke(app, ["check"])
    faults = [line for line in result.output.splitlines() if "igov-2017.yaml" in line]
    shown = path.relative_to(data.parent).as_posix()
    where = [
        line_of(path, "publishr"),
        line_of(path, "start: 2017-03"),
        line_of(path, "persn"),
        line_of(path, "six-ish"),
        [n for n, line in enumerate(path.read_text().splitlines(), 1) if line.strip() == "- id: skills"][1],
        line_of(path, "- id: gap-confidence"),
    ]
    assert result.exit_code == 1
    assert [line.split(": ")[0] for line in faults] == [f"{shown}:{number}" for number in where]
    assert "Traceback" not in result.output
    assert faults[0].endswith("unknown key publishr; did you mean publisher or published?")
    assert faults[2].endswith(
        "unit must be one of: person, organisation, foi-return, trust, provider, household; 'persn' arrived; did you mean person?"  # noqa: E501
    )
    assert "exceed 100 %: confident 96%, neutral 33%, not-very 24%, not-at-all 2%" in faults[5]


def test_check_says_that_a_folder_is_none():
    result = runner.invoke(app, ["check", "no-such-folder"])
    assert result.exit_code == 1
    assert "no-such-folder is no folder; name the data folder, or the one that holds data/" in result.output


def test_check_takes_the_folder_around_the_data(data):
    assert runner.invoke(app, ["check", str(data.parent)]).exit_code == 0


def test_list_gives_an_id_and_words_on_each_line():
    result = runner.invoke(app, ["list", "constructs", "--data", str(DATA)])
    lines = result.output.splitlines()
    assert [line.split("\t")[0] for line in lines] == list(load_registry(DATA).constructs)
    assert "barrier-culture\tculture or resistance to change as a barrier" in lines


def test_list_refuses_what_it_does_not_know():
    result = runner.invoke(app, ["list", "things", "--data", str(DATA)])
    assert result.exit_code == 1
    assert (
        "'things' cannot be listed; choose one of surveys, series, constructs, claims, sources, findings"
        in result.output
    )


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("igov-2017.gap-barriers.skills", "73%"),
        ("bt-yougov-2020", "unquantified"),
        ("barrier-culture", "the surveys are too different"),
    ],
)
def test_show_gives_a_card_of_a_finding_a_survey_or_a_construct(name, words):
    result = runner.invoke(app, ["show", name, "--data", str(DATA)])
    assert result.exit_code == 0
    assert words in result.output


def test_show_names_the_nearest_ids():
    result = runner.invoke(app, ["show", "igov2017", "--data", str(DATA)])
    assert result.exit_code == 1
    assert "'igov2017'; did you mean igov-2017" in result.output


def test_new_writes_a_file_that_passes_the_check_once_filled_in(data):
    held = load_registry(data)
    assert runner.invoke(app, ["new", "acme-cloud-2021"]).exit_code == 0
    path = data / "surveys" / "acme-cloud-2021.yaml"
    empty = runner.invoke(app, ["check"])
    assert empty.exit_code == 1
    assert all(
        re.search(r"is empty( and needed; give a value|; give a value or delete the line)$", line)
        for line in empty.output.splitlines()
    )
    fill(path)
    counts = f"no fault: {len(held.surveys) + 1} surveys, {len(held.findings) + 1} figures"
    assert runner.invoke(app, ["check"]).output.startswith(counts)


def fill(path):
    """Fill in every key that the template leaves open."""
    answers = {"url": "https://example.org/acme", "printed": '"58%"'}
    lines = []
    for line in path.read_text(encoding="utf-8").splitlines():
        key, colon, rest = line.partition(":")
        open_key = colon and not key.lstrip().startswith("#") and rest.split("#")[0].strip() == ""
        if open_key and key.strip().removeprefix("- ") not in ("sources", "questions", "answers"):
            line = f"{key}: {answers.get(key.strip(), 'Acme')}"
        lines.append(line)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_new_leaves_a_file_that_is_there_as_it_is(data):
    before = (data / "surveys" / "igov-2017.yaml").read_bytes()
    result = runner.invoke(app, ["new", "igov-2017"])
    assert result.exit_code == 1
    assert "igov-2017.yaml is there already; choose another id or edit that file" in result.output
    assert (data / "surveys" / "igov-2017.yaml").read_bytes() == before


def test_new_refuses_an_id_that_is_no_id(data):
    result = runner.invoke(app, ["new", "Acme Cloud"])
    assert result.exit_code == 1
    assert "a survey id is small letters, digits and single hyphens, such as poll-2017; 'Acme Cloud' arrived" in (
        result.output
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--survey", "igov2017"], "no survey is called 'igov2017'; did you mean igov-2017"),
        (["--construct", "barrier-cultur"], "no construct is called 'barrier-cultur'; did you mean barrier-culture"),
        (["--parameter", "alpha"], "--parameter takes NAME=VALUE, such as alpha=0.01; 'alpha' arrived"),
        (["--parameter", "alfa=0.01"], "alfa"),
    ],
)
def test_run_refuses_before_anything_runs(arguments, words, tmp_path, ledger_at_hand):
    result = runner.invoke(app, ["run", "--data", str(DATA), "--out", str(tmp_path / "out"), *arguments])
    assert result.exit_code == 1
    assert words in result.output
    assert not (tmp_path / "out" / "index.html").exists()


def test_a_choice_without_a_page_is_told_before_anything_is_computed(tmp_path, monkeypatch):
    monkeypatch.setattr("crosswave.report.ledger.make_ledger", lambda registry: pytest.fail("results are computed"))
    result = runner.invoke(
        app, ["run", "--data", str(DATA), "--out", str(tmp_path / "out"), "--only", "trend/weather-*"]
    )
    assert result.exit_code == 1
    assert "'trend/weather-*'" in result.output and "Traceback" not in result.output


def test_run_stops_at_faulty_data(data, tmp_path):
    change(data / "surveys" / "igov-2017.yaml", ('printed: "61%"', 'printed: "six-ish"'))
    result = runner.invoke(app, ["run", "--out", str(tmp_path / "out")])
    assert result.exit_code == 1
    assert "cannot read 'six-ish' as a share" in result.output
    assert not (tmp_path / "out").exists()


def test_version_is_that_of_the_package():
    assert runner.invoke(app, ["--version"]).output.strip() == __version__


@pytest.mark.parametrize(
    ("arguments", "status", "lines"),
    [
        (["73%", "--n", "61"], 1, ["73% of 61: no count gives it", "nearest n that fit: 60 and 62"]),
        (["73%", "--n", "62"], 0, ["73% of 62: 45"]),
        (
            ["71%", "--n", "43", "--rounding", "truncated"],
            1,
            ["71% of 43: no count gives it", "nearest n that fit: 42 and 45"],
        ),
        (
            ["73%", "65%", "63%", "60%", "40%", "--n", "50-80"],
            0,
            ["73% 65% 63% 60% 40%: 7 of 31 sizes fit: 52, 60, 62, 63, 75, 78, 80"],
        ),
    ],
)
def test_counts_by_hand(arguments, status, lines):
    result = runner.invoke(app, ["counts", *arguments, "--data", str(DATA)])
    assert (result.exit_code, result.output.splitlines()) == (status, lines)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            ["73%", "--n", "0"],
            "--n: n must be a whole number from 1 to 10,000,000, a range or words for one; '0'",
        ),
        (["73%", "--n", "80-50"], "'80-50' arrived"),
        (["x", "--n", "61"], "cannot read 'x' as a share"),
        (["73%", "--n", "61", "--rounding", "up"], "--rounding is nearest or truncated; 'up' arrived"),
    ],
)
def test_counts_refuses_what_it_cannot_read(arguments, words):
    result = runner.invoke(app, ["counts", *arguments, "--data", str(DATA)])
    assert result.exit_code == 1
    assert words in result.output


@pytest.mark.parametrize(
    ("pair", "words"),
    [
        ("survey=techuk-2017", "survey chooses the page and is no parameter of a run; use --survey"),
        ("alpha=2", "alpha must be an error rate above 0 and below 0.5; 2 arrived; write 0.05 for 95 % intervals"),
        ("from_year=2021", "from_year 2021 must not be after to_year 2020"),
    ],
)
def test_run_refuses_settings_out_of_range_before_anything_runs(pair, words, tmp_path):
    result = runner.invoke(app, ["run", "--data", str(DATA), "--out", str(tmp_path / "out"), "--parameter", pair])
    assert result.exit_code == 1
    assert words in result.output
    assert not (tmp_path / "out").exists()


def test_compare_prints_the_verdict_first_and_all_tiers():
    result = runner.invoke(app, ["compare", "58% of 235", "53% of 232", "--data", str(DATA)])
    assert result.exit_code == 0
    assert result.output.startswith("58% of 235, then 53% of 232: cannot tell: the evidence is not strong enough\n")
    assert all(f"tier {tier}" in result.output for tier in ("A", "B1", "B2"))
    assert "Nobody says how the two surveys are related, so they count as grade A" in result.output


def test_compare_prints_one_json_object():
    options = ["--total-error", "0", "--design-effect", "1.3", "--alpha", ".01", "--smallest-change", "3", "--json"]
    result = runner.invoke(app, ["compare", "40%", "46% of 800", "--n", "1000", *options, "--data", str(DATA)])
    record = json.loads(result.output)
    told = ("verdict", "tier", "total_error", "design_effect", "alpha", "smallest_change", "difference")
    assert result.exit_code == 0
    assert [record[key] for key in told] == ["undecided by rounding", "A", 0, 1.3, 0.01, 3, 6]
    assert record["interval"][0] < 0 < record["interval"][1]
    assert [figure["n"] for figure in record["figures"]] == [[1000, 1000], [800, 800]]


def test_compare_help_names_every_key_of_the_json_object():
    from crosswave.report.typed_card import KEYS

    told = " ".join(runner.invoke(app, ["compare", "--help"], env={"COLUMNS": "200"}).output.split())
    assert [key for key in KEYS if key not in told] == []


def test_compare_tells_every_fault_and_ends_with_status_one():
    arguments = ["compare", "x of 9", "73% of 61", "--n", "5", "--alpha", "2", "--tier", "Z", "--data", str(DATA)]
    result = runner.invoke(app, arguments)
    assert result.exit_code == 1
    assert "Traceback" not in result.output
    assert len(result.output.splitlines()) == 5
    assert result.output.startswith("crosswave: --alpha must be an error rate above 0 and below 0.5; '2' arrived")


@pytest.mark.parametrize("figures", [[], ["58% of 235"], ["58%", "of", "235", "53%", "of", "232"]])
def test_compare_takes_two_figures(figures):
    result = runner.invoke(app, ["compare", *figures, "--data", str(DATA)])
    assert result.exit_code == 1
    assert "crosswave: two figures are compared, the earlier first and each in quotes" in result.output


def test_explain_prints_a_part_of_the_methods():
    result = runner.invoke(app, ["explain", "newcombe", "--data", str(DATA)])
    assert result.exit_code == 0
    assert result.output.startswith("## 5. The difference of two waves\n")
    assert result.output.strip() in (DATA.parent / "METHODS.md").read_text(encoding="utf-8")


def test_explain_lists_all_methods():
    result = runner.invoke(app, ["explain", "--data", str(DATA)])
    assert result.exit_code == 0
    assert [line.split()[0] for line in result.output.splitlines()][:2] == ["figures", "reconstruct"]


def test_explain_names_the_nearest_method():
    result = runner.invoke(app, ["explain", "newcomb", "--data", str(DATA)])
    assert (result.exit_code, result.output) == (
        1,
        "crosswave: no method is called 'newcomb'; did you mean newcombe?\n",
    )


@pytest.mark.parametrize("heavy", ["pydantic", "pandas", "scipy", "statsmodels", "ortools"])
def test_help_imports_no_library_that_it_does_not_need(heavy):
    code = f"import sys; import crosswave.cli; sys.exit({heavy!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

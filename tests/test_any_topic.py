"""A study on another topic, made by crosswave init, runs at once; nothing in the package speaks of one topic."""

import json
import re
import shutil
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from crosswave.cli import app
from crosswave.report.building import Choice, run_report
from crosswave.study import load_registry
from crosswave.study.starter import start_study

ROOT = Path(__file__).resolve().parents[1]
RUNNER = CliRunner()
POLLS = {2015: ("60%", 2173), 2016: ("63%", 3000), 2017: ("57%", 3004), 2018: ("53%", 2926), 2019: ("60%", 3224),
         2020: ("53%", 2895)}  # fmt: skip
"""Satisfaction as one house printed it in six years, made up in part."""


@pytest.fixture(scope="module")
def polls(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study of six polls of one series on health, begun by init."""
    folder = start_study(tmp_path_factory.mktemp("topics") / "health")
    data = folder / "data"
    example = yaml.safe_load((data / "surveys" / "library-2019.yaml").read_text(encoding="utf-8"))
    shutil.rmtree(data / "surveys")
    for year, (printed, n) in POLLS.items():
        name = f"health-{year}"
        answer = {"id": "yes", "says": "satisfied", "printed": printed, "topic": "satisfaction", "sources": ["page"]}
        source = {**example["sources"][0], "id": "page", "url": f"https://example.org/{year}", "published": str(year)}
        question = {"id": "satisfied", "asks": "How satisfied?", "about": "health", "base": "all", "answers": [answer]}
        survey = example | {
            "id": name, "title": f"Health poll {year}", "series": "health", "year": year, "published": f"{year}-12",
            "fieldwork": {"start": f"{year}-06", "end": f"{year}-08", "house": "H"}, "questions": [question],
            "n": {"printed": str(n), "value": n, "kind": "exact"}, "sources": [source | {"id": f"page-{year}"}],
        }  # fmt: skip
        answer["sources"] = [f"page-{year}"]
        (data / "surveys").mkdir(exist_ok=True)
        (data / "surveys" / f"{name}.yaml").write_text(json.dumps(survey), encoding="utf-8")
    same = dict.fromkeys(("population", "unit", "stem", "wording", "base", "response"), "same")
    names = [f"health-{year}.satisfied.yes" for year in POLLS]
    answers = [{"finding": one, "grades": same, "same_instrument_as": [n for n in names if n != one]} for one in names]
    construct = {"id": "satisfaction", "label": "satisfaction with health care", "family": "health", "answers": answers}
    (data / "constructs.yaml").write_text(json.dumps({"constructs": [construct]}), encoding="utf-8")
    for name, old, new in (
        ("plan.yaml", "id: libraries\n    label: town libraries", "id: health\n    label: health care"),
        ("study.yaml", "from_year: 2019\n  to_year: 2021", "from_year: 2015\n  to_year: 2020"),
        ("study.yaml", "town libraries", "health care"),
    ):
        text = (data / name).read_text(encoding="utf-8")
        assert old in text
        (data / name).write_text(text.replace(old, new), encoding="utf-8")
    return folder


def test_every_page_of_six_polls_of_one_series_is_made(polls: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(polls)
    done = run_report(polls / "data", polls / "reports", Choice())
    assert done.failed == ()
    pages = {
        path.relative_to(polls / "reports" / "pages").as_posix() for path in polls.rglob("reports/pages/**/*.html")
    }
    assert {f"survey/health-{year}.html" for year in POLLS} | {"trend/satisfaction.html", "start.html"} <= pages
    assert "context.html" not in pages
    start = (polls / "reports" / "pages" / "start.html").read_text(encoding="utf-8")
    assert "Add a survey" not in start and "health care" in start
    everything = "".join(
        path.read_text(encoding="utf-8") for path in polls.rglob("reports/**/*.html") if path.name != "methods.html"
    )
    assert "public sector" not in everything and "digital" not in everything
    assert "The crosswave maintainers" not in everything and "Your Name" in everything


def test_init_writes_all_or_nothing_and_leaves_what_is_there(tmp_path: Path) -> None:
    done = RUNNER.invoke(app, ["init", str(tmp_path / "new")])
    assert done.exit_code == 0 and "crosswave run" in done.output
    assert len(load_registry(tmp_path / "new" / "data").surveys) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["new"]
    again = RUNNER.invoke(app, ["init", str(tmp_path / "new")])
    assert again.exit_code == 1
    assert again.output.endswith("METHODS.md is in the way; name a folder that is new or empty\n")
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    assert RUNNER.invoke(app, ["init", str(tmp_path / "file")]).exit_code == 1
    assert (tmp_path / "file").read_text(encoding="utf-8") == "mine"


def test_init_leaves_nothing_where_it_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crosswave.study.starter.write_schemas", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        start_study(tmp_path / "new")
    assert list(tmp_path.iterdir()) == []


def test_notebooks_name_no_survey_of_this_study_in_their_parameters() -> None:
    known = load_registry(ROOT / "data")
    names = {*known.surveys, *known.constructs, *known.claim_sources}
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        [parameters] = ["".join(c["source"]) for c in cells if "parameters" in c["metadata"].get("tags", [])]
        assert not names & set(re.findall(r"[\w-]+", parameters)), path.name


DOMAIN = re.compile(
    r"public sector|\bnhs\b|\bfoi\b|foi-return|founding-document|freedom-of-information|igov|\bbarrier-|has-strategy|"
    r"\bacme\b|England|Scotland|techuk|digital transformation|civil serv|council\b",
    re.IGNORECASE,
)
"""Words of the first study: a name in an example of a docstring is none of the engine's."""


def test_no_word_of_one_topic_stands_in_the_package() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in sorted((ROOT / "src").rglob("*"))
        if path.suffix in (".py", ".j2", ".yaml", ".js", ".css") and "starter" not in path.parts
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if DOMAIN.search(line) and not line.strip().startswith((">>>", "..."))
    ]
    assert found == []

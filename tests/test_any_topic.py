"""A study on another topic, made by crosswave init, runs at once; nothing in the package speaks of one topic."""

import json
import shutil
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from crosswave.report.building import Choice, run_report
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
    everything = "".join(path.read_text(encoding="utf-8") for path in polls.rglob("reports/**/*.html"))
    assert "public sector" not in everything and "digital" not in everything.replace("digital government", "")
    assert "The crosswave maintainers" not in everything and "Your Name" in everything

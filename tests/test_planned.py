"""A number altered in plan.yaml alters the page, the box above it and the results alike; other settings are told."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from html import unescape
from pathlib import Path

import pandas as pd
import pytest

from crosswave.report.building import Choice, run_report
from crosswave.study.models import Construct, Survey

ROOT = Path(__file__).resolve().parents[1]
WAVES = {2017: "40.0%", 2018: "41.0%", 2020: "47.0%", 2024: "30.0%"}
ALTERED = {
    "from_year: 2017": "from_year: 2018",
    "to_year: 2020": "to_year: 2024",
    "  value: 0.05\n": "  value: 0.01\n",
    "smallest_change:\n  value: 5\n": "smallest_change:\n  value: 9\n",
    "points: estimated": "points: 12",
}


@pytest.fixture(scope="module")
def root(
    tmp_path_factory: pytest.TempPathFactory,
    make_survey: Callable[..., Survey],
    make_construct: Callable[..., Construct],
) -> Path:
    """A folder of one question asked in four years, under a plan with other numbers than those of data/plan.yaml."""
    folder = tmp_path_factory.mktemp("planned")
    data = folder / "data"
    (data / "surveys").mkdir(parents=True)
    for year, printed in WAVES.items():
        survey = make_survey(f"w-{year}", year, 2_000, more={"series": "w"}, yes=printed)
        write(data / "surveys" / f"w-{year}.yaml", survey.model_dump(mode="json", exclude_defaults=True))
    construct = make_construct("says-yes", *(f"w-{year}.q.yes" for year in WAVES))
    write(data / "constructs.yaml", {"constructs": [construct.model_dump(mode="json", exclude_defaults=True)]})
    write(data / "claims.yaml", {"sources": [], "claims": []})
    shutil.copy(ROOT / "data" / "quantities.yaml", data)
    header = (ROOT / "data" / "context.csv").read_text(encoding="utf-8").splitlines()[0]
    (data / "context.csv").write_text(f"{header}\n", encoding="utf-8")
    texts = {name: (ROOT / "data" / name).read_text(encoding="utf-8") for name in ("study.yaml", "plan.yaml")}
    for old, new in ALTERED.items():
        assert any(old in text for text in texts.values()), old
        texts = {name: text.replace(old, new, 1) for name, text in texts.items()}
    for name, text in texts.items():
        (data / name).write_text(text, encoding="utf-8")
    shutil.copytree(ROOT / "notebooks", folder / "notebooks")
    return folder


def write(path: Path, record: object) -> None:
    """YAML holds JSON."""
    path.write_text(json.dumps(record), encoding="utf-8")


def page(root: Path, *surveys: str, **parameters: object) -> tuple[str, str]:
    """The box at the head of the page and what stands below it, as text."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        done = run_report(root / "data", root / "reports", Choice(surveys, ("says-yes",), parameters=parameters))
    assert done.failed == ()
    html = (root / "reports" / "pages" / "trend" / "says-yes.html").read_text(encoding="utf-8")
    body, box = html[html.index("<main") :].split("<!--/content-->")
    return spoken(box), spoken(body)


def spoken(html: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)))


def test_a_page_of_other_settings_says_so_first_and_its_box_too(root: Path) -> None:
    box, body = page(root, from_year=2017, to_year=2020, alpha=0.05)
    told = (
        "This page was made with alpha = 0.05 in place of the plan's 0.01, "
        "from_year = 2017 in place of the plan's 2018, to_year = 2020 in place of the plan's 2024."
    )
    assert told in body
    assert (
        "In numbers under the plan, and how to cite it. The page above was made with other settings Answer Fell" in box
    )
    assert "2017 to 2020" in body
    row = pd.read_csv(root / "reports" / "results" / "trends.csv").set_index("construct_id").loc["says-yes"]
    assert (row["from_year"], row["to_year"], row["verdict"]) == (2018, 2024, "fell")


def test_page_box_and_results_follow_the_plan(root: Path) -> None:
    box, body = page(root, "w-2018")
    row = pd.read_csv(root / "reports" / "results" / "trends.csv").set_index("construct_id").loc["says-yes"]
    assert (row["from_year"], row["to_year"], row["verdict"]) == (2018, 2024, "fell")
    assert "In numbers under the plan, and how to cite it Answer Fell Years 2018 to 2024 Surveys asked 3" in box
    assert "Difference -11.0 points" in box
    assert f"Interval {row['low_pp']:+.1f} to {row['high_pp']:+.1f} points" in box
    assert "Says-yes: may have fallen between 2018 (41.0%) and 2024 (30.0%)" in body
    assert f"({row['low_pp']:+.1f} to {row['high_pp']:+.1f}" in body
    assert "2018 to 2024" in body and "2017 to 2020" not in body
    assert "made with" not in box and "This page was made with" not in body
    survey = (root / "reports" / "pages" / "survey" / "w-2018.html").read_text(encoding="utf-8")
    assert "Published figures of w-2018, with 99% margins of error" in survey

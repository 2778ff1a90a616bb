"""The API: what `import crosswave as cw` offers, frames with numeric columns, results that show themselves."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from matplotlib.figure import Figure

import crosswave as cw
from crosswave.api.results import SurveyResult
from crosswave.memo import KEEP_VARIABLE
from crosswave.report.results import all_findings
from crosswave.trend.synthesis import assess_all

pytestmark = pytest.mark.usefixtures("kept")

DATA = Path(__file__).parents[1] / "data"
NAMES = {
    "ClaimResult", "ComparisonResult", "CountsResult", "DataError", "SeriesResult", "Study", "SurveyResult",
    "TabulationResult", "TrendResult", "compare", "counts", "open", "tabulate",
}  # fmt: skip


# --- the names --------------------------------------------------------------------------------------------------------


def test_it_offers_its_names_and_no_other() -> None:
    assert {name for name in dir(cw) if not name.startswith("_")} == set(cw.__all__) == NAMES
    assert all(getattr(cw, name).__doc__ for name in NAMES)


@pytest.mark.parametrize("use_jedi", [False, True])
def test_tab_offers_the_same_names(use_jedi: bool) -> None:
    from IPython.core.completer import provisionalcompleter
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell()
    shell.user_ns["cw"] = cw
    shell.Completer.use_jedi = use_jedi
    with provisionalcompleter():
        found = {one.text.lstrip(".") for one in shell.Completer.completions("cw.", 3)}
    assert {name for name in found if not name.startswith("_")} == NAMES


def test_importing_it_imports_nothing_heavy() -> None:
    code = (
        "import sys, crosswave; dir(crosswave); print([m for m in ('numpy', 'pandas', 'pydantic') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_name_that_it_does_not_offer_is_told_with_those_that_it_does() -> None:
    with pytest.raises(AttributeError, match="crosswave has no name 'load'; it offers ClaimResult"):
        cw.load  # type: ignore[attr-defined]  # noqa: B018


def test_its_version_is_that_of_the_package() -> None:
    assert cw.__version__[0].isdigit()


# --- opening ----------------------------------------------------------------------------------------------------------


def test_a_study_is_found_here_and_above_and_named_either_way(monkeypatch: pytest.MonkeyPatch, study: cw.Study) -> None:
    root = study.folder.resolve().parent
    monkeypatch.chdir(root / "notebooks")
    assert {one.folder.resolve() for one in (cw.open(), cw.open(root), cw.open(root / "data"))} == {root / "data"}


def test_no_other_folder_is_taken_in_place_of_one_that_is_not_there(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with pytest.raises(FileNotFoundError, match=r"holds no study; name a folder that holds surveys/ or data/surveys/"):
        cw.open(tmp_path)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FileNotFoundError, match=r"no folder data/surveys is in .* or above; cw\.open\("):
        cw.open()


def test_its_plan_has_a_number_for_every_tier(study: cw.Study) -> None:
    assert all(isinstance(tier.points, float) for tier in study.plan.total_error.values())


# --- frames -----------------------------------------------------------------------------------------------------------


def test_findings_have_a_row_for_each_figure_with_numbers_as_numbers(study: cw.Study) -> None:
    frame = study.findings()
    assert list(frame["finding_id"]) == list(study.registry.findings)
    whole = ["year", "n", "n_low", "n_high", "count_low", "count_high"]
    shares = ["share_low", "share_high", "estimate", "low", "high", "power"]
    assert {str(kind) for kind in frame[whole].dtypes} == {"Int64"}
    assert {str(kind) for kind in frame[shares].dtypes} == {"float64"}
    assert not frame[["survey", "year", "question", "topic", "printed", "level"]].isna().any().any()
    known = frame.dropna(subset=["count_low", "n_low"])
    assert ((known["count_low"] <= known["count_high"]) & (known["count_high"] <= known["n_high"])).all()
    same = frame.dropna(subset="n")
    assert ((same["n"] == same["n_low"]) & (same["n"] == same["n_high"])).all()


def test_findings_are_those_of_the_ledger(study: cw.Study) -> None:
    frame, ledger = study.findings(), all_findings(study.registry, study.reconstructions)
    for name, old in {
        "share_low": "value_low",
        "count_high": "count_high",
        "estimate": "estimate",
        "low": "low",
    }.items():
        pd.testing.assert_series_equal(frame[name], ledger[old], check_names=False, check_dtype=False)


def test_a_frame_that_is_changed_changes_nothing_else(study: cw.Study) -> None:
    frame = study.findings()
    frame["year"] = 0
    assert (study.findings()["year"] > 0).all()


def test_topics_surveys_and_claims_have_a_row_for_each(study: cw.Study) -> None:
    assert list(study.topics()["construct_id"]) == list(study.registry.constructs)
    assert list(study.surveys()["survey_id"]) == list(study.registry.surveys)
    claims = study.claims()
    assert list(claims["claim_id"]) == list(study.registry.claims)
    assert {str(kind) for kind in claims[["estimate", "low", "high"]].dtypes} == {"float64"}


def test_topics_are_those_of_the_synthesis(study: cw.Study) -> None:
    trends = assess_all(study.registry, study.reconstructions, study.settings())
    assert list(study.topics()["verdict"]) == [trend.verdict for trend in trends.values()]


# --- results ----------------------------------------------------------------------------------------------------------


def test_a_trend_is_that_of_the_synthesis_under_the_plan_and_under_other_numbers(study: cw.Study) -> None:
    for name in ("barrier-culture", "nhs-video", "techuk-enabler"):
        assert study.trend(name).trend == study.trends(study.settings())[name]
    strict = study.trend("nhs-video", alpha=1e-6, from_year=2016, to_year=2021)
    assert (strict.settings.alpha, strict.settings.years) == (1e-6, "2016 to 2021")
    assert strict.answer == "cannot tell"


def test_waves_hold_numbers(study: cw.Study) -> None:
    waves = study.trend("nhs-video").waves
    assert {str(waves[name].dtype) for name in ("year", "n", "n_low", "n_high", "count")} == {"Int64"}
    counted = waves.dropna(subset=["count", "n"])
    share = counted["count"] / counted["n"]
    assert share.between(counted["share_low"], counted["share_high"]).all() and len(counted)


def test_a_survey_holds_figures_counts_and_conflicts(study: cw.Study) -> None:
    surveys = study.surveys()
    survey = study.survey(surveys.loc[surveys["conflicts"] > 0, "survey_id"].iloc[0])
    assert list(survey.counts["finding_id"]) == list(survey.findings["finding_id"])
    assert survey.conflicts["conflict"].max() == len(survey.reconstruction.conflicts) > 0
    assert set(survey.conflicts["finding_id"]) <= set(survey.findings["finding_id"])


def test_typed_figures_are_compared_as_the_command_does(study: cw.Study) -> None:
    found = cw.compare("58% of 235", "53% of 232", tier="B1", study=study)
    assert (found.verdict, list(found.tiers["tier"])) == ("uninformative by design", list(study.plan.total_error))
    assert found.to_frame().loc[0, "total_error"] == study.plan.total_error["B1"].points
    sure = cw.compare("40%", "60%", n=[1000, 1200], total_error=0, design_effect=(1, 2), sampling="census")
    assert sure.answer == "rose" and sure.interval[0] > 0 and sure.p < 0.001


def test_two_findings_are_compared_by_the_topic_that_holds_them_or_by_a_tier(study: cw.Study) -> None:
    own = study.trend("nhs-video").comparison
    assert own is not None
    pair = own.numbers.pair.first.finding.id, own.numbers.pair.second.finding.id
    found = study.compare(*pair)
    assert (found.difference, found.interval, found.p) == (own.difference, own.interval, own.p)
    wider = study.compare(*pair, tier="B3")
    assert wider.interval[1] - wider.interval[0] > own.interval[1] - own.interval[0]
    others = [name for name in study.findings()["finding_id"] if name.startswith("igov-2017.")]
    with pytest.raises(ValueError, match=r"no topic of the study holds both .* name the tier: census, A"):
        study.compare(others[0], pair[1])
    with pytest.raises(ValueError, match="tier must be one of census, A, B1, H, B2, B3; 'X' arrived"):
        study.compare(*pair, tier="X")
    with pytest.raises(ValueError, match="cannot be compared: both are of one year"):
        study.compare(others[0], others[1], tier="A")


def test_counts_say_which_n_fit() -> None:
    assert not cw.counts("73%", n=61).fits
    rows = cw.counts("73%", "65%", n=range(60, 63)).to_dict()["rows"]
    assert [(row["n"], row["count_low"]) for row in rows if row["printed"] == "73%"] == [(60, 44), (61, None), (62, 45)]  # type: ignore[attr-defined]
    assert cw.counts("73% of 60").to_frame().loc[0, "count_high"] == 44
    with pytest.raises(ValueError, match="with a step of 1"):
        cw.counts("73%", n=range(50, 80, 2))
    with pytest.raises(ValueError, match="cannot read"):
        cw.counts("seventy-ish", n=60)


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda study: study.survey("igov2017"), "no survey is called 'igov2017'; did you mean igov-2017"),
        (lambda study: study.trend("barier-culture"), "no construct is called .* did you mean barrier-culture"),
        (lambda study: study.claim("nothing-near"), r"no claim is called 'nothing-near'; claims\(\) lists them all"),
        (lambda study: study.compare("igov-2017.barriers.cultur", "x"), "did you mean igov-2017.barriers.culture"),
        (lambda study: study.reconstructions["bearingpoint"], "no survey is called 'bearingpoint'"),
    ],
)
def test_an_id_that_is_not_there_is_told_with_the_nearest(study: cw.Study, ask, message) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(KeyError, match=message):
        ask(study)


def test_a_number_outside_its_range_is_refused(study: cw.Study) -> None:
    with pytest.raises(ValueError, match=r"alpha .* 0.7 arrived"):
        study.trend("nhs-video", alpha=0.7)


# --- showing ----------------------------------------------------------------------------------------------------------


def results(study: cw.Study) -> list[object]:
    return [
        study.survey("igov-2017"), study.survey("bt-yougov-2020"), study.survey("solarwinds-2018"),
        study.trend("nhs-video"),
        study.trend("techuk-enabler"), study.trend("nhs-video").comparison, study.claim(study.claims()["claim_id"][0]),
        cw.compare("58% of 235", "53% of 232"), cw.counts("73%", n=61), cw.counts("73%", "65%", n="50-80"),
    ]  # fmt: skip


def test_every_result_shows_itself_is_a_frame_and_goes_into_json(study: cw.Study) -> None:
    for result in results(study):
        text, html = repr(result), result._repr_html_()  # type: ignore[attr-defined]
        assert text and "object at 0x" not in text
        assert html.startswith('<section class="card">') and html.count("<table") == html.count("<caption>")
        assert isinstance(result.to_frame(), pd.DataFrame)  # type: ignore[attr-defined]
        json.dumps(result.to_dict(), allow_nan=False)  # type: ignore[attr-defined]


def test_every_result_draws_itself_as_a_page_does(study: cw.Study) -> None:
    with pytest.raises(ValueError, match="No chart: bt-yougov-2020 gives no share"):
        study.survey("bt-yougov-2020").chart()
    for result in results(study):
        if isinstance(result, SurveyResult) and result.findings["estimate"].isna().all():
            continue
        chart = result.chart()  # type: ignore[attr-defined]
        shown = chart._repr_mimebundle_()
        assert shown["image/svg+xml"].startswith("<svg ") and shown["text/plain"] == chart.alt
        assert 'class="head"' in shown["image/svg+xml"] and chart.figure.axes


def test_axes_that_are_given_show_the_chart_of_the_page(study: cw.Study) -> None:
    axes = Figure(figsize=(8, 4)).subplots()
    chart = study.trend("barrier-culture").chart(ax=axes)
    [image] = axes.images
    tall, wide, _ = image.get_array().shape  # type: ignore[union-attr]
    assert (wide, tall) == pytest.approx(chart.figure.get_size_inches() * 300, abs=1)


def test_a_study_says_what_it_holds(study: cw.Study) -> None:
    assert f"{len(study.registry.surveys)} surveys" in repr(study)


def test_a_study_is_opened_anew_when_any_of_its_files_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a session that goes on, where results are remembered."""
    monkeypatch.delenv(KEEP_VARIABLE)
    data = tmp_path / "data"
    shutil.copytree(DATA, data)
    study = cw.open(data)
    assert cw.open(data) is study
    claims = (data / "claims.yaml").read_text(encoding="utf-8")
    first = study.claims()["says"][0]
    (data / "claims.yaml").write_text(claims.replace(first, "Another sentence", 1), encoding="utf-8")
    assert cw.open(data) is not study
    assert set(cw.open(data).loaded.claims) == set(study.loaded.claims)
    words = (data / "study.yaml").read_text(encoding="utf-8")
    before = cw.open(data).loaded
    (data / "study.yaml").write_text(words.replace("with the tools", "who have the tools"), encoding="utf-8")
    assert cw.open(data).loaded.content != before.content


def test_a_faulty_survey_is_left_out_wherever_the_study_is_opened_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pages are made in the folder of the notebooks, and the run that they come from reads the data in its own."""
    monkeypatch.delenv(KEEP_VARIABLE)
    data = tmp_path / "data"
    shutil.copytree(DATA, data)
    (data / "surveys" / "igov-2017.yaml").write_text("id: [", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    study = cw.open(data)
    (tmp_path / "notebooks").mkdir()
    monkeypatch.chdir(tmp_path / "notebooks")
    assert cw.open(data) is study
    assert study.loaded.left_out == {"igov-2017"} and "igov-2017" not in study.loaded.surveys
    assert study.loaded.shown("survey") in study.loaded.surveys, "study.yaml shows the one that is left out"


def test_a_study_that_was_named_from_here_stays_the_same_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(DATA.parent)
    study = cw.open("data")
    monkeypatch.chdir(tmp_path)
    assert len(study.surveys()) == len(study.loaded.surveys) and study.survey("igov-2017").findings.shape[0]
    with pytest.raises(FileNotFoundError):
        cw.open("data")

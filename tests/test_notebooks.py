"""Notebooks: committed whole, parameterised, without logic and without a number typed in prose."""

import ast
import json
import re
from dataclasses import fields, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import nbformat
import pytest
from papermill import inspect_notebook

from crosswave.claims import Checker
from crosswave.reconstruct import reconstruct, retractions
from crosswave.report import claims as claims_page
from crosswave.report import prose, render
from crosswave.report import synthesis as synthesis_page
from crosswave.report.results import by_finding
from crosswave.report.run.parameters import check_parameters, read_parameters
from crosswave.report.sentences import answer_sentence, trend_sentence
from crosswave.report.survey import conflicts as conflicts_page
from crosswave.report.survey import figures as figures_page
from crosswave.report.survey import trust as trust_page
from crosswave.report.trend import waves as waves_page
from crosswave.robustness.by_tier import by_tier
from crosswave.study import Registry
from crosswave.trend.dispersion import with_estimated_error
from crosswave.trend.settings import Settings, planned
from crosswave.trend.synthesis import assess_all, assess_one, reconstruct_all

pytestmark = pytest.mark.usefixtures("kept")

FOLDER = Path(__file__).parents[1] / "notebooks"
NAMES = (
    "00_start_here", "01_reproduce_survey", "02_check_claims", "03_test_trend", "04_synthesis", "05_context",
    "06_calibration", "07_barriers", "08_official_series",
)  # fmt: skip
LONGEST_CELL = 15
NUMBER = re.compile(r"\d")
CODE_IN_PROSE = re.compile(r"```.*?```|`[^`]*`", re.DOTALL)


def read(name: str) -> Any:
    return nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)


def code_cells(name: str) -> list[Any]:
    return [cell for cell in read(name).cells if cell.cell_type == "code"]


every_notebook = pytest.mark.parametrize("name", NAMES)


@every_notebook
def test_it_is_a_valid_notebook_of_format_4_5_with_ids(name: str) -> None:
    notebook = read(name)
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    ids = [cell.id for cell in notebook.cells]
    assert len(set(ids)) == len(ids)


@every_notebook
def test_it_holds_nothing_of_the_machine_that_ran_it(name: str) -> None:
    notebook = read(name)
    assert notebook.metadata == {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    assert all(set(cell.metadata) <= {"tags"} for cell in notebook.cells)
    text = (FOLDER / f"{name}.ipynb").read_text(encoding="utf-8")
    assert not re.search(r"(/home/|/tmp/|/Users/|[A-Z]:\\\\)", text)


@every_notebook
def test_it_begins_with_a_question_and_parameters(name: str) -> None:
    notebook = read(name)
    assert re.match(r"# .+\?\n", notebook.cells[0].source)
    assert code_cells(name)[0].metadata.get("tags") == ["parameters"]


@every_notebook
def test_every_parameter_is_annotated_explained_and_has_a_default_of_its_type(name: str) -> None:
    path = FOLDER / f"{name}.ipynb"
    parameters = read_parameters(path)
    assert parameters and all(parameter.help for parameter in parameters)
    assert check_parameters(path, {parameter.name: parameter.default for parameter in parameters})


@every_notebook
def test_it_holds_no_logic(name: str) -> None:
    banned = (ast.FunctionDef, ast.ClassDef, ast.Lambda, ast.For, ast.While, ast.If, ast.Try, ast.With)
    for cell in code_cells(name):
        assert len(cell.source.splitlines()) <= LONGEST_CELL
        assert not [node for node in ast.walk(ast.parse(cell.source)) if isinstance(node, banned)]


@every_notebook
def test_prose_stands_before_every_code_cell_and_types_no_number(name: str) -> None:
    cells = read(name).cells
    for before, cell in pairwise(cells):
        assert cell.cell_type == "markdown" or before.cell_type == "markdown"
    for cell in cells:
        if cell.cell_type == "markdown":
            assert not NUMBER.search(CODE_IN_PROSE.sub("", cell.source)), cell.source


@every_notebook
def test_its_cells_ran_in_order_without_error_or_complaint(name: str) -> None:
    cells = code_cells(name)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    outputs = [output for cell in cells for output in cell.outputs]
    assert {output.output_type for output in outputs} <= {"display_data", "execute_result"}
    assert all("text/plain" in output.data for output in outputs)


@every_notebook
def test_it_keeps_no_widget(name: str) -> None:
    text = (FOLDER / f"{name}.ipynb").read_text(encoding="utf-8")
    assert "vnd.jupyter.widget" not in text and '"widgets"' not in text


@every_notebook
def test_every_chart_has_words_and_every_table_a_caption(name: str) -> None:
    for cell in code_cells(name):
        for output in cell.outputs:
            if "image/svg+xml" in output.data:
                assert output.metadata["image/svg+xml"]["alt"] == output.data["text/plain"]
            html = output.data.get("text/html", "")
            if "<table" in html and 'class="dataframe"' not in html:  # a bare frame of pandas is named by its columns
                assert re.search(r"<caption>.+</caption>", html)


@every_notebook
def test_it_opens_the_study_by_the_api_and_shows_frames(name: str) -> None:
    cells = code_cells(name)
    assert "import crosswave as cw" in cells[1].source and "cw.open()" in cells[1].source
    frames = [cell for cell in cells for output in cell.outputs if 'class="dataframe"' in str(output.data)]
    assert frames, "no frame of pandas is shown"


@every_notebook
def test_it_ends_by_handing_over_its_frames(name: str) -> None:
    cells = read(name).cells
    headings = [cell.source.split("\n")[0] for cell in cells if cell.source.startswith("## ")]
    assert headings[-1] == "## Take it from here"
    take = next(place for place, cell in enumerate(cells) if cell.source.startswith(headings[-1]))
    assert all(cell.outputs for cell in cells[take:] if cell.cell_type == "code")


def test_the_statistics_are_calls_that_an_analyst_knows() -> None:
    code = {name: "\n".join(cell.source for cell in code_cells(name)) for name in NAMES}
    assert all(call in code["03_test_trend"] for call in ("confint_proportions_2indep(", "sm.GLM(", "sm.WLS("))
    assert "proportion_confint(" in code["01_reproduce_survey"] and "multipletests(" in code["04_synthesis"]
    assert all("sns." in code[name] for name in ("04_synthesis", "06_calibration"))
    held = [name for name in NAMES if "\nassert " in code[name]]
    assert held == ["01_reproduce_survey", "03_test_trend", "04_synthesis", "07_barriers", "08_official_series"], (
        "their numbers are held to the page's"
    )


def test_the_notebooks_are_those_that_are_described() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.ipynb")) == sorted(NAMES)


OWN_YEARS = ("00_start_here", "05_context")
"""Their years are those of a picture of everything, and no window in which anything is compared."""


@every_notebook
def test_what_the_plan_declares_is_no_default_of_a_notebook(name: str) -> None:
    """A number that stands in two places is altered in one."""
    declared = {field.name for field in fields(Settings)} - ({"from_year", "to_year"} if name in OWN_YEARS else set())
    for parameter in read_parameters(FOLDER / f"{name}.ipynb"):
        if parameter.name in declared:
            assert (parameter.default, parameter.annotation[:9]) == (None, "Optional[")


@every_notebook
def test_papermill_infers_every_parameter_with_its_type_and_help(name: str) -> None:
    found = inspect_notebook(str(FOLDER / f"{name}.ipynb"))
    for parameter in read_parameters(FOLDER / f"{name}.ipynb"):
        told = found[parameter.name]
        assert told["inferred_type_name"] == parameter.annotation
        assert told["help"] == parameter.help


@pytest.mark.parametrize(
    "survey", ["igov-2017", "bt-yougov-2020", "solarwinds-2018", "vmb-globaldata-2020", "techuk-2017"]
)
def test_a_survey_page_names_who_answered_and_every_conflict(registry: Registry, survey: str) -> None:
    wave = registry.survey(survey)
    counts = reconstruct(wave, registry)
    findings = by_finding(wave, counts, alpha=0.05, design_effect=1)
    said = " ".join(figures_page.survey_answer(wave, counts, findings))
    assert wave.population in said and (not wave.missing or wave.missing in said)
    conflicts = conflicts_page.survey_conflicts(wave, counts.conflicts)
    assert len(conflicts) == len(counts.conflicts)
    for conflict, sentence in zip(counts.conflicts, conflicts, strict=True):
        assert all(name in sentence for name in conflict.figures)
    assert len(conflicts_page.assumptions_table(retractions(wave, registry), counts)) == len(counts.assumptions)


def test_both_readings_of_an_ambiguous_base_are_told(registry: Registry) -> None:
    assert (
        "The sources leave open on whom strategy-stage was counted (everyone or those with a strategy): all fit."
        in conflicts_page.survey_readings(registry.survey("igov-2017"), registry)
    )


@pytest.mark.parametrize("construct", ["barrier-culture", "barrier-skills", "goss-half-online", "techuk-enabler"])
def test_a_trend_page_says_the_sentence_of_the_ledger(registry: Registry, construct: str) -> None:
    registry = with_estimated_error(registry)
    settings = planned(registry.plan)
    trend, _ = assess_one(registry.construct(construct), registry, settings)
    assert waves_page.trend_answer(trend) == [answer_sentence(trend), trend_sentence(trend)]
    others = by_tier(trend)
    assert next(iter(others.values())) is trend
    if trend.comparison is None:
        assert len(others) == 1
        return
    errors = {0.0, *(tier.points for tier in registry.plan.total_error.values())}
    assert errors <= {other.comparison.points for other in others.values() if other.comparison}


def test_a_change_under_other_settings_is_adjusted_as_in_the_synthesis(registry: Registry) -> None:
    everything = reconstruct_all(registry)
    settings = replace(planned(registry.plan), from_year=2015, to_year=2022)
    trends = assess_all(registry, everything, settings)
    changed = [trend for trend in trends.values() if trend.verdict in ("rose", "fell")]
    others = by_tier(changed[0])
    tier = changed[0].comparison.pair.comparability.grade  # type: ignore[union-attr]
    same = next(other for name, other in others.items() if name.endswith(f"grade {tier}"))
    assert (same.verdict, same.p_adjusted) == (changed[0].verdict, changed[0].p_adjusted)


def test_the_synthesis_says_every_change_and_counts_the_rest(registry: Registry) -> None:
    trends = list(assess_all(registry, reconstruct_all(registry), planned(registry.plan)).values())
    said = " ".join(synthesis_page.synthesis_answer(trends))
    changed = [trend for trend in trends if trend.verdict in ("rose", "fell")]
    assert all(trend_sentence(trend) in said for trend in changed)
    assert f"A change shows in {len(changed)} of {len(trends)} topics, " in said
    families = synthesis_page.synthesis_families(trends, registry)
    assert families["Topics"].sum() == len(trends) and families["Rose or fell"].sum() == len(changed)


def test_claims_of_one_source_and_of_all(registry: Registry) -> None:
    source = "publictechnology-2017-04-18"
    claims = claims_page.claims_of(registry, source)
    assert {claim.source for claim in claims} == {source}
    assert len(claims_page.claims_of(registry, "all")) == len(registry.claims)
    counts = reconstruct_all(registry, claims_page.surveys_behind(claims, registry))
    verdicts = [Checker(registry, counts, 0.05).check(claim) for claim in claims]
    assert f"Of {len(claims)} claims" in claims_page.claims_answer(registry, source, verdicts)[1]


def test_unknown_names_are_told_with_what_comes_near(registry: Registry) -> None:
    with pytest.raises(KeyError, match="no survey is called 'igov-2018'; did you mean igov-2017"):
        registry.survey("igov-2018")
    with pytest.raises(
        KeyError, match="no claims of a source called 'publictechnology-2017' are recorded; did you mean"
    ):
        claims_page.claims_of(registry, "publictechnology-2017")


def test_text_of_the_data_is_no_markdown() -> None:
    assert prose.markdown("*a* [b](c) <i>$x$</i>") == r"\*a\* \[b\](c) &lt;i&gt;\$x\$&lt;/i&gt;"


def test_the_committed_page_holds_what_the_package_computes(registry: Registry) -> None:
    wave = registry.survey("igov-2017")
    counts = reconstruct(wave, registry)
    findings = by_finding(wave, counts, alpha=0.05, design_effect=1)
    outputs = json.dumps([cell.outputs for cell in code_cells("01_reproduce_survey")])
    assert json.dumps(figures_page.findings_alt(wave, findings))[1:-1] in outputs
    topline = trust_page.topline(wave, counts, findings[findings["value_low"].notna()], registry)
    assert (
        json.dumps(render.to_html(topline, "Published figures of igov-2017, with 95% margins of error"))[1:-1]
        in outputs
    )
    assert (
        json.dumps(
            render.to_html(
                figures_page.findings_table(findings, counts),
                "Every figure of igov-2017, with the numbers of people that fit",
            )
        )[1:-1]
        in outputs
    )

"""Every object that an analyst meets shows itself: as a card with tables, escaped, and as plain text."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Mapping

import pytest
from numpy.random import default_rng

from crosswave.claims import Checker
from crosswave.difference.verdict import DECISIONS
from crosswave.models.wave_series import wave_series
from crosswave.reconstruct import Reconstruction
from crosswave.report import start as start_page
from crosswave.report.notebook_cards import Card, survey_card
from crosswave.report.render import Link, figure_name, survey_name
from crosswave.report.rich_display import Form, attach, form_of, kinds
from crosswave.report.start import choices
from crosswave.report.trend import comparison as comparison_page
from crosswave.report.trend.waves import MEANINGS
from crosswave.report.tutorial import Tutorial
from crosswave.robustness.calibration import simulate, world_of
from crosswave.robustness.multiverse import multiverse
from crosswave.robustness.verdict import robustness_of_trend
from crosswave.study import Registry, load_registry
from crosswave.study.models import Survey
from crosswave.trend.dispersion import with_estimated_error
from crosswave.trend.settings import planned
from crosswave.trend.synthesis import assess_one

EVIL = '<script>alert("x")</script>'
MISSING = re.compile(r"\b(None|nan|NaT)\b|<NA>")


@pytest.fixture(scope="module")
def shown(registry: Registry, reconstructions: Mapping[str, Reconstruction]) -> dict[type, object]:
    """One object of each class that shows itself."""
    attach()
    found = reconstructions["igov-2017"]
    settings, resolved = planned(registry.plan), with_estimated_error(registry, reconstructions)
    trend, counts = assess_one(registry.construct("barrier-culture"), registry, settings)
    claim = registry.claims["igov-2017-more-than-a-third-miss-opportunities"]
    world = world_of(resolved.plan, "A", true_error=1.5, n=500, change=0.0, share=0.5, worlds=20)
    objects = [
        registry,
        registry.survey("igov-2017"),
        registry.finding("igov-2017.barriers.culture"),
        found,
        found.findings["igov-2017.gap-barriers.skills"],
        trend.construct,
        trend.waves[0],
        trend.pairs[0],
        trend.comparison,
        trend,
        robustness_of_trend(trend, resolved.plan),
        multiverse(trend.construct, resolved, counts, settings),
        wave_series(trend.construct, resolved, counts, settings),
        claim,
        Checker(registry, reconstructions, 0.05).check(claim),
        simulate(world, default_rng(1)),
        next(iter(registry.sources.values())),
        next(iter(registry.facts.values())),
    ]
    return {type(one): one for one in objects}


def test_every_class_that_shows_itself_is_tried_here(shown: Mapping[type, object]) -> None:
    assert set(shown) == set(kinds())


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.__name__)
def test_an_object_has_a_card_and_captioned_tables_and_says_the_same_in_plain_text(
    kind: type, shown: Mapping[type, object]
) -> None:
    form, bundle = form_of(shown[kind]), shown[kind]._repr_mimebundle_()  # type: ignore[attr-defined]
    html, text = bundle["text/html"], bundle["text/plain"]
    assert html.startswith('<section class="card">') and text.startswith(form.card.title)
    assert html.count("<table") == html.count("<caption>") == sum(not table.empty for table in form.tables.values())
    assert all(caption in text for caption, table in form.tables.items() if not table.empty)
    assert not re.search(r"<script|\sstyle=|\son\w+=", html) and not MISSING.search(text)


def test_a_trend_shows_its_charts_with_their_words(shown: Mapping[type, object]) -> None:
    html = next(form_of(one).bundle["text/html"] for kind, one in shown.items() if kind.__name__ == "Trend")
    alts = re.findall(r'<img class="chart" width="336" alt="([^"]+)" src="data:image/svg\+xml,', html)
    assert len(alts) == 2 and all("uninformative by design" in alt for alt in alts)


def test_text_of_the_data_stays_text(make_survey: Callable[..., Survey]) -> None:
    survey = make_survey("a-2017", 2017, 500, yes="40%", more={"title": EVIL, "population": EVIL, "note": EVIL})
    html = form_of(survey).bundle["text/html"]
    assert "<script" not in html and html.count("&lt;script&gt;") >= 2


def test_an_address_that_is_not_of_the_web_is_no_link_on_a_card() -> None:
    html = Card("t", {"Printed in": (Link("text", "javascript:alert(1)"),)}).html
    assert "<a" not in html and "text" in html


def test_what_is_not_known_is_left_out_of_a_card() -> None:
    card = Card("t", {"Known": "yes", "Unknown": ""})
    assert "Unknown" not in card.html and card.text == "t\nKnown: yes"


def test_an_object_without_a_form_is_refused_with_what_to_do() -> None:
    with pytest.raises(TypeError, match="there is no form for int; register one with"):
        form_of(3)


def test_statistics_show_themselves_only_where_they_are_told_to() -> None:
    """They import nothing of the pages."""
    code = (
        "import sys; from crosswave.trend.change import Trend; "
        "assert not hasattr(Trend, '_repr_mimebundle_'); "
        "assert not {'crosswave.report.trend', 'crosswave.report.canvas'} & {*sys.modules}; "
        "from crosswave.report.rich_display import attach; attach(); assert hasattr(Trend, '_repr_mimebundle_')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_table_without_rows_is_left_out(shown: Mapping[type, object]) -> None:
    empty = comparison_page.reach_table(None)
    assert "<table" not in Form(Card("t", {"a": "b"}), {"caption": empty}).bundle["text/html"]


# --- cards, names, chooser --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", tuple(load_registry().surveys))
def test_every_survey_can_be_cited_from_its_card(
    name: str, registry: Registry, reconstructions: Mapping[str, Reconstruction]
) -> None:
    survey = registry.survey(name)
    card = survey_card(survey, reconstructions[name])
    assert survey.population in card.text and name in card.text and not MISSING.search(card.text)
    assert all(source.title in card.text and source.url in card.text for source in survey.sources)
    many = len(reconstructions[name].conflicts)
    assert (f"{many} group" in card.text) == (many > 0)


def test_a_survey_by_request_says_so_once(registry: Registry) -> None:
    assert survey_card(registry.survey("solarwinds-2018")).facts["How"] == "by freedom-of-information request"


def test_a_name_has_the_year_once(registry: Registry) -> None:
    names = [survey_name(survey) for survey in registry.surveys.values()]
    assert all(name.count(str(survey.year)) == 1 for name, survey in zip(names, registry.surveys.values(), strict=True))
    finding = registry.finding("igov-2017.barriers.skills")
    assert figure_name(finding) == f"iGov Survey 2017: {finding.answer.says}"


def test_the_menu_offers_every_survey_and_construct_once(registry: Registry) -> None:
    offered = choices(registry)
    assert sorted(offered.values()) == sorted([*registry.surveys, *registry.constructs])


def test_a_pick_changes_the_card_and_the_saved_form_is_the_default(
    registry: Registry, reconstructions: Mapping[str, Reconstruction], monkeypatch: pytest.MonkeyPatch
) -> None:
    import ipywidgets

    held: list[dict[str, str]] = []
    monkeypatch.setattr("crosswave.report.start.publish", held.append)
    made: list[ipywidgets.VBox] = []
    box = ipywidgets.VBox
    monkeypatch.setattr(ipywidgets, "VBox", lambda children: made.append(box(children)) or made[0])
    start_page.chooser(registry, "igov-2017", reconstructions)
    default = survey_card(registry.survey("igov-2017"), reconstructions["igov-2017"])
    assert (held[0]["text/html"], held[0]["text/plain"]) == (default.html, default.text)
    menu, card = made[0].children
    assert card.value == default.html
    menu.value = "barrier-culture"
    assert "uninformative by design" in card.value
    with pytest.raises(KeyError, match="no survey is called 'igov-2018'"):
        start_page.chooser(registry, "igov-2018", reconstructions)


def test_every_verdict_has_a_meaning() -> None:
    assert set(MEANINGS) == set(DECISIONS)


# --- the tutorial -----------------------------------------------------------------------------------------------------


def test_what_the_tutorial_prints_does_not_depend_on_the_terminal(
    registry: Registry, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lesson = Tutorial(registry)
    printed = []
    for settings in ({}, {"FORCE_COLOR": "1", "TERM": "dumb", "COLUMNS": "60", "TTY_COMPATIBLE": "1"}):
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        assert lesson.run("crosswave show pure-2018") == 0
        printed.append(capsys.readouterr().out)
    assert printed[0] == printed[1] and "pure-2018" in printed[0]


def test_the_tutorial_goes_from_nothing_to_a_trend_and_leaves_the_registry_alone(
    registry: Registry, capsys: pytest.CaptureFixture[str]
) -> None:
    lesson = Tutorial(registry)
    survey = "acme-skills-2020"
    assert survey not in registry.surveys
    assert lesson.run("crosswave new {survey}") == 0
    lesson.fill_in({"population:": "popluation:"})
    assert lesson.run("crosswave check") == 1
    assert "did you mean population" in capsys.readouterr().out
    lesson.correct("popluation:", "population:")
    assert lesson.run("crosswave check") == 0
    lesson.place()
    assert lesson.run("crosswave check") == 0
    assert str(lesson.folder) not in capsys.readouterr().out
    added = load_registry(lesson.folder / "data")
    assert added.construct("barrier-skills").answers[-1].finding == f"{survey}.barriers.skills"
    trend, _ = assess_one(added.construct("barrier-skills"), added, planned(added.plan))
    assert survey in {wave.survey.id for wave in trend.waves}
    assert not (registry.folder / "surveys" / f"{survey}.yaml").exists()

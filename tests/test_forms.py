"""Cards of notebooks, the menu that chooses one, and the tutorial."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

import real
from crosswave.difference.verdict import DECISIONS
from crosswave.reconstruct import Reconstruction
from crosswave.report import start as start_page
from crosswave.report.notebook_cards import Card, survey_card
from crosswave.report.render import Link, figure_name, survey_name
from crosswave.report.sentences import VERDICT_WORDS
from crosswave.report.start import choices
from crosswave.report.tutorial import Tutorial
from crosswave.study import Registry, load_registry
from crosswave.trend.settings import planned
from crosswave.trend.synthesis import assess_one

pytestmark = pytest.mark.usefixtures("kept")
MISSING = re.compile(r"\b(None|nan|NaT)\b|<NA>")


def test_an_address_that_is_not_of_the_web_is_no_link_on_a_card() -> None:
    html = Card("t", {"Printed in": (Link("text", "javascript:alert(1)"),)}).html
    assert "<a" not in html and "text" in html


def test_what_is_not_known_is_left_out_of_a_card() -> None:
    card = Card("t", {"Known": "yes", "Unknown": ""})
    assert "Unknown" not in card.html and card.text == "t\nKnown: yes"


# --- cards, names, chooser --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", real.examples())
def test_every_survey_can_be_cited_from_its_card(
    name: str, registry: Registry, reconstructions: Mapping[str, Reconstruction]
) -> None:
    survey = registry.survey(name)
    card = survey_card(survey, reconstructions[name])
    assert survey.population in card.text and name in card.text and not MISSING.search(card.text)
    assert all(source.title in card.text and source.url in card.text for source in survey.sources)
    many = len(reconstructions[name].conflicts)
    assert (f"{many} group" in card.text) == (many > 0)


def test_a_survey_by_request_says_so_once(registry: Registry, reconstructions: Mapping[str, Reconstruction]) -> None:
    name = "solarwinds-2018"
    assert survey_card(registry.survey(name), reconstructions[name]).facts["How"] == "by freedom-of-information request"


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
    assert "Cannot tell: the surveys are too different" in card.value
    with pytest.raises(KeyError, match="no survey is called 'igov-2018'"):
        start_page.chooser(registry, "igov-2018", reconstructions)


def test_every_verdict_has_a_meaning() -> None:
    assert set(VERDICT_WORDS) == set(DECISIONS)


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
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    registry = load_registry(real.part(tmp_path / "data", *real.behind("barrier-skills")))
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

"""What no source states of a wave is said to be inferred, wherever it is shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from pydantic import ValidationError

from crosswave.reconstruct import Reconstruction, reconstruct
from crosswave.report.notebook_cards import survey_card
from crosswave.report.results import by_survey
from crosswave.report.sentences import population_note
from crosswave.report.site.cards import survey_card as site_card
from crosswave.report.survey import figures as figures_page
from crosswave.study import Registry
from crosswave.study.models import Survey
from crosswave.study.models.survey import Inferred

GIVEN: dict[str, Any] = {
    "series": "s", "fieldwork": {"start": "2017-06", "end": "2017-08", "house": "Acme"}, "nation": "Wales",
    "mode": "online", "sampling": "panel", "organisations": 60,
}  # fmt: skip
SHOWN = ("fieldwork", "house", "nation", "unit", "mode", "sampling", "n", "organisations")


@pytest.fixture
def wave(make_survey: Callable[..., Survey]) -> Callable[..., Survey]:
    def make(**more: Any) -> Survey:
        return make_survey("w-2017", 2017, 100, yes="40%", more=GIVEN | more)

    return make


@pytest.mark.parametrize("name", SHOWN)
def test_a_card_a_page_and_a_table_say_which_field_is_inferred(
    wave: Callable[..., Survey], registry: Registry, name: str
) -> None:
    plain, marked = wave(), wave(inferred={name: "as a rule"})
    found = reconstruct(marked, registry)
    table = figures_page.survey_table(marked, found)["As far as it is known"]
    page = " ".join(fact for fact in site_card(marked, found, registry.study).facts.values() if isinstance(fact, str))
    for shown in (survey_card(marked, found).text, page, " ".join(table)):
        assert shown.count("(inferred: as a rule)") == 1
    assert "inferred" not in survey_card(plain, reconstruct(plain, registry)).text


@pytest.mark.parametrize("name", sorted({*Inferred.model_fields} - {"unit"}))  # every wave has a unit
def test_a_field_that_is_not_given_cannot_be_inferred(make_survey: Callable[..., Survey], name: str) -> None:
    with pytest.raises(ValidationError, match=f"inferred names {name}, which is not given; give {name}, or take it"):
        make_survey("w-2017", 2017, None, yes="40%", more={"inferred": {name: "as a rule"}})


def test_the_list_of_surveys_names_what_is_inferred(
    registry: Registry, reconstructions: Mapping[str, Reconstruction]
) -> None:
    listed = by_survey(registry.surveys, reconstructions).set_index("survey_id")["inferred"]
    assert listed["bt-yougov-2020"] == "sampling;n"
    assert listed["eduserv-2018"] == "unit;sampling"
    assert "igov-2017" not in listed.dropna()


def test_every_wave_whose_note_tells_of_an_inference_marks_it(registry: Registry) -> None:
    """But for the year, whose basis is a field of its own, and for single figures, which have an ambiguity."""
    told = [
        survey.id for survey in registry.surveys.values()
        if any(word in (survey.note or "") for word in ("inferred", "assumed", "presumably", "printed only as"))
    ]  # fmt: skip
    marked = [survey.id for survey in registry.surveys.values() if survey.inferred.named]
    of_the_year = {"cif-2015", "citrix-2018", "igov-sungard-2017", "mj-bt-5g-2019"}
    assert all(registry.survey(name).year_basis == "inferred" for name in of_the_year)
    assert set(told) - set(marked) == of_the_year | {"deloitte-digital-gov-2015"}
    assert set(marked) - set(told) == {"eduserv-2016", "ringcentral-2020", "solarwinds-2019"}


def test_a_sentence_says_that_how_people_were_chosen_is_inferred(wave: Callable[..., Survey]) -> None:
    assert population_note(wave()) == "those who answered come from a panel, so nothing is said of anybody else"
    told = population_note(wave(inferred={"sampling": "from the pollster"}))
    assert told == "those who answered come from a panel (inferred), so nothing is said of anybody else"
    drawn = population_note(wave(sampling="probability", inferred={"sampling": "from the house"}))
    assert drawn == "those asked were drawn at random (inferred), so nothing is said of anybody else"
    assert population_note(wave(sampling="probability")) == ""


def test_who_answered_is_told_by_what_a_reply_stands_for(registry: Registry) -> None:
    told = {
        name: str(
            site_card(registry.survey(name), reconstruct(registry.survey(name), registry), registry.study).facts[
                "How many answered"
            ]
        )
        for name in ("igov-2017", "vmb-globaldata-2020", "citrix-2018")
    }
    assert told["igov-2017"] == "235 people, at 180 organisations"
    assert told["vmb-globaldata-2020"] == "37 organisations"
    assert told["citrix-2018"].endswith("organisations that replied")

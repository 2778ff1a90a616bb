"""A little of the campaign in tests/campaign, which `make campaign` runs as a whole, and all that it has found."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from campaign.commands import argument_cases, imported, sheet_cases, study_in
from campaign.data import TooLongError, bounded, cases, loaded, outside, prepared, true_cases, watched
from campaign.mutants import KNOWN, ROOMS, SOURCE, Mutant
from campaign.mutants import tests_of as chosen
from campaign.oracle import misjudged
from crosswave.study.models import Survey

FOUND = Path(__file__).parent / "campaign" / "found"
TOLD = {
    "wave-id-is-a-list.series.yaml": "series/wave-id-is-a-list.yaml:4: id must be text; a list arrived",
    "pair-of-one-wave.series.yaml": "series/pair-of-one-wave.yaml:5: entry 1 of waves must be text; a list arrived",
    "address-with-a-bracket.survey.yaml": "surveys/address-with-a-bracket.yaml:4: "
    "'https://example.computi[ng.com/news' is no address of the web (Invalid IPv6 URL); copy it from the browser",
    "list-in-place-of-a-series.series.yaml": "series/list-in-place-of-a-series.yaml:1: ",
    "use-without-phrase.quantities.yaml": "quantities.yaml:3: a use that was seen needs phrase; add it",
    "base-of-two-questions.survey.yaml": "surveys/base-of-two-questions.yaml:24: the size of a base is the sum of its "
    "answers' counts, so all are answers to one question; those of plan and status arrived; name those of one",
    "source-is-a-list.series.yaml": "series/source-is-a-list.yaml:16: entry 1 of sources must be text; a list arrived",
    "mean-that-is-a-share.survey.yaml": "surveys/mean-that-is-a-share.yaml:15: the mean of a scale is a number such as "
    "5.19; '91.0%' arrived; print it alone",
    "complement-of-other-people.survey.yaml": "surveys/complement-of-other-people.yaml:25: yes is counted on another "
    "base, and a complement is of the same people; give both one base, or leave this out",
}
"""What the data files that were found are told, in part."""


@pytest.mark.parametrize("path", sorted(FOUND.glob("*.yaml")), ids=lambda path: path.name)
def test_a_data_file_that_was_found_once_is_told(path: Path) -> None:
    stem, kind = path.name.removesuffix(".yaml").rsplit(".", 1)
    name = {"series": f"series/{stem}.yaml", "survey": f"surveys/{stem}.yaml"}.get(kind, f"{kind}.yaml")
    with watched() as folder:
        place, whole = prepared(folder)
        _, faults = loaded(place, {name: path.read_bytes()}, whole, shown=1)
    assert any(TOLD[path.name] in fault for fault in faults), faults


@pytest.mark.parametrize("path", sorted({*FOUND.iterdir()} - {*FOUND.glob("*.yaml")}), ids=lambda path: path.name)
def test_a_sheet_that_was_found_once_does_no_harm(path: Path) -> None:
    with watched() as folder:
        imported(study_in(folder), path.name, path.read_bytes(), [])


@pytest.mark.parametrize(("make", "number"), [(cases, 250), (true_cases, 20), (argument_cases, 60), (sheet_cases, 12)])
def test_nothing_unforeseen_breaks_it(make: Callable, number: int) -> None:
    counted, failures = make(20_170_401, number)
    assert not failures, "\n\n".join(f"{one.name}\n{one.words}" for one in failures)
    assert len(counted) > 1 and counted.total() >= number, f"all ended alike, which shows little: {counted}"


def test_every_room_of_mutants_and_every_survivor_is_there() -> None:
    """A line that is no longer as it was survives nothing; nor does a test that is called otherwise try it."""
    package = SOURCE / "crosswave"
    for packages, tests in ROOMS.values():
        assert all((package / one / "__init__.py").is_file() for one in packages.split())
        assert all((Path(__file__).parent / f"test_{one}.py").is_file() for one in tests.split())
    for one in yaml.safe_load(KNOWN.read_text(encoding="utf-8")):
        lines = [line.strip() for line in (package / one["in"]).read_text(encoding="utf-8").splitlines()]
        assert one["was"] in lines and one["now"] not in lines and one["because"], one


def test_the_tests_of_a_mutant_are_those_that_run_its_statement_quickest_first(tmp_path: Path) -> None:
    path = tmp_path / "module.py"
    path.write_text("ONE = 1\ndef f(x=1):\n    if x:\n        return (\n            x + 1)\n    return x\n")
    found = {1: [""], 2: [""], 3: ["slow", "quick", "red", "other"], 4: ["slow", "quick", "red"], 6: ["other"]}
    called = {"seconds": {"slow": 9.0, "quick": 1.0, "other": 0.1, "red": 0.1, "far": 0.01}, "failed": ["red"],
              "found": {f"{path}:{line}": names for line, names in found.items()}}  # fmt: skip
    faults = {line: chosen(Mutant(path, "", line, "", "", ""), called) for line in (5, 6, 3, 2, 1)}
    assert faults[5] == ["quick", "slow"] and faults[6] == ["other"]
    assert faults[3] == faults[2] == ["other", "quick", "slow"], "a default is tried by what runs its function"
    assert faults[1] == ["other", "quick", "slow", "far"], "a line of the module: by all, those that run it first"


def test_what_must_not_be_is_seen_where_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The campaign tried on a package that is wrong: a count too many, a file outside, and no end."""
    text = (FOUND / "base-of-two-questions.survey.yaml").read_text(encoding="utf-8").replace("235", "7")
    survey = Survey.model_validate(yaml.safe_load(text))
    names = [f"{question.id}.{answer.id}" for question in survey.questions for answer in question.answers]
    levels = {f"{survey.id}.{name}": "consistent" for name in names}
    assert list(misjudged(survey, levels)) == [
        f"{name}: no count prints it" for name in ("status.implemented", "status.weighing", "plan.yes")
    ]
    monkeypatch.setattr("campaign.data.SECONDS", 0.01)
    with watched():
        with pytest.raises(TooLongError), bounded():
            while True:
                pass
        (tmp_path / "outside").touch()
        assert any("outside" in one for one in outside())

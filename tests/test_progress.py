"""The bar that shows how far long work has come."""

import pytest
import rich.progress

from crosswave.report import prose
from crosswave.report.prose import VARIABLE
from crosswave.study import load_registry
from crosswave.trend.synthesis import reconstruct_all


@pytest.fixture
def shown(monkeypatch):
    """What a person is shown: words, total, and how many things were taken when each was handed out."""
    told = []

    def track(things, words, *, total, transient):
        for done, thing in enumerate(things):
            told.append((words, total, transient, done))
            yield thing

    monkeypatch.setattr(rich.progress, "track", track)
    monkeypatch.delenv(VARIABLE, raising=False)
    return told


def test_each_thing_moves_the_bar_once_and_the_bar_goes_when_all_are_done(shown):
    assert list(prose.progress("abc", "Letters read")) == ["a", "b", "c"]
    assert shown == [("Letters read", 3, True, done) for done in range(3)]


def test_where_nobody_waits_nothing_is_shown(shown, monkeypatch):
    monkeypatch.setenv(VARIABLE, "0")
    assert list(prose.progress([1, 2], "Numbers")) == [1, 2] and shown == []


def test_surveys_are_reconstructed_as_the_bar_hands_them_out(shown):
    registry = load_registry()
    names = ["igov-2017", "yotta-2019"]
    steps = prose.progress(names, "Surveys reconstructed")
    assert list(reconstruct_all(registry, steps)) == names
    assert [done for *_, done in shown] == [0, 1]


def test_the_kernels_of_a_run_show_no_bar():
    from crosswave.report.run.kernels import kernel_environment

    assert kernel_environment({VARIABLE: "1"})[VARIABLE] == "0"

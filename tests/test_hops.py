"""How many calls lie between a public name, or a command, and the formula it ends in: counted while it runs."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from typer.testing import CliRunner

import crosswave as cw
from crosswave.cli import app
from crosswave.memo import forget
from crosswave.printed.quantities import _exact_percent
from crosswave.study import Registry
from crosswave.study.cache import read_results
from crosswave.trend.settings import Settings
from crosswave.trend.synthesis import assess_one
from crosswave.trend.typed import compare_typed

pytestmark = pytest.mark.usefixtures("kept")

SOURCE = str(Path(cw.__file__).parent)
LIMITS = ("difference/newcombe.py", "limits_of")
FEWEST, ENDS = ("printed/intervals.py", "fewest"), ("printed/intervals.py", "percent_interval")


def hops(call: Callable[[], Any], formula: tuple[str, str]) -> list[str]:
    """The shortest chain of calls of this package in which a formula was reached, outermost first, it being the last.

    Lambdas and comprehensions count; what lies between the test and the first function of the package does not.
    """
    chains: list[list[str]] = []

    def watch(frame: FrameType, event: str, _: Any) -> None:
        if event == "call" and frame.f_code.co_name == formula[1] and frame.f_code.co_filename.endswith(formula[0]):
            chain, at = [], frame
            while at is not None:
                if at.f_code.co_filename.startswith(SOURCE):
                    chain.append(f"{Path(at.f_code.co_filename).stem}.{at.f_code.co_name}")
                at = at.f_back  # type: ignore[assignment]
            chains.append(chain[::-1])

    forget()
    read_results()
    _exact_percent.cache_clear()
    sys.setprofile(watch)
    try:
        call()
    finally:
        sys.setprofile(None)
    return min(chains, key=len)


@pytest.fixture(scope="module")
def rules(resolved: Registry) -> Registry:
    return resolved


def run(*arguments: str) -> None:
    assert CliRunner().invoke(app, arguments).exit_code == 0


def test_two_typed_figures_reach_the_interval_in_four_calls(rules: Registry) -> None:
    chain = hops(lambda: compare_typed(["58% of 235", "53% of 232"], rules=rules), LIMITS)
    assert len(chain) <= 4, chain


def test_a_trend_reaches_the_interval_in_five_calls(rules: Registry) -> None:
    construct, settings = rules.construct("barrier-skills"), Settings.of(rules.plan)
    chain = hops(lambda: assess_one(construct, rules, settings), LIMITS)
    assert len(chain) <= 5, chain


def test_a_trend_of_the_api_reaches_the_interval_in_five_calls() -> None:
    study = cw.open()
    study.registry  # noqa: B018  (the plan is resolved once, when a study is opened)
    chain = hops(lambda: study.trend("barrier-skills", alpha=0.01), LIMITS)
    assert len(chain) - 1 <= 5, chain


def test_a_comparison_of_the_api_reaches_the_interval_in_five_calls() -> None:
    chain = hops(lambda: cw.compare("58% of 235", "53% of 232", tier="A"), LIMITS)
    assert len(chain) <= 5, chain


@pytest.mark.parametrize(
    ("arguments", "formula"),
    [(("compare", "58% of 235", "53% of 232", "--json"), LIMITS), (("counts", "73% of 60"), ENDS)],
    ids=["compare", "counts"],
)
def test_a_command_reaches_its_formula_in_seven_calls(arguments: tuple[str, ...], formula: tuple[str, str]) -> None:
    chain = hops(lambda: run(*arguments), formula)
    assert len(chain) <= 7, chain


def test_a_count_of_the_api_reaches_the_fewest_people_of_a_share_in_five_calls() -> None:
    chain = hops(lambda: cw.counts("73%", n=60), FEWEST)
    assert len(chain) <= 5, chain

"""What a run computes before its first page, and beside the ledger, is what ledger and pages ask for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from crosswave.report.run.ready import compute_ahead
from crosswave.study import Registry
from crosswave.trend.batteries import moves_of, posteriors
from crosswave.trend.dispersion import measure_total_error
from crosswave.trend.settings import Settings
from crosswave.trend.synthesis import trends_of

pytestmark = pytest.mark.usefixtures("kept")


@pytest.mark.thorough
def test_what_is_computed_ahead_is_computed_once(
    registry: Registry, resolved: Registry, reconstructions: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    compute_ahead(registry, {"alpha": 0.05})

    def never(*_: object, **__: object) -> None:
        raise AssertionError("it is computed a second time")

    for place in ("trend.batteries.posterior", "trend.batteries.left_out", "trend.synthesis.assess_each",
                  "trend.dispersion.leave_one_out"):  # fmt: skip
        monkeypatch.setattr(f"crosswave.{place}", never)
    settings = Settings.of(resolved.plan)
    fitted = list(posteriors(resolved, reconstructions, settings))
    assert {kind for kind, *_ in fitted} == set(resolved.batteries.kinds)
    moves = [moves_of(found, figures, resolved.plan) for _, comparable, found, figures in fitted if comparable]
    assert any(map(len, moves))
    wider = replace(settings, from_year=settings.from_year - 2, to_year=settings.to_year + 2)
    for one in (replace(settings, total_error=0.0), wider):
        assert trends_of(resolved, one).keys() == registry.constructs.keys()
    assert measure_total_error(resolved, reconstructions, alpha=settings.alpha)
    with pytest.raises(AssertionError, match="a second time"):
        trends_of(resolved, replace(settings, design_effect=1.25))

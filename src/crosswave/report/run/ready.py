"""What nearly every page needs, imported and done once in the process that is forked for each of them.

Nothing that a notebook shows depends on it: a chart has the same bytes in a fork as in a process of its own. No thread
is started, and no open file, connection or random state is left that two forks could share.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import crosswave
from crosswave.report.run.kernels import FIXED

if TYPE_CHECKING:
    from crosswave.study.models import Plan
    from crosswave.study.registry import Registry
    from crosswave.trend.settings import Settings

_STACK = (
    "IPython.core.application",
    "IPython.core.completerlib",
    "IPython.core.logger",
    "IPython.core.magics",
    "IPython.core.oinspect",
    "IPython.core.pylabtools",
    "ipywidgets",
    "matplotlib.backends.backend_agg",
    "matplotlib.backends.backend_svg",
    "matplotlib.pyplot",
    "ortools.sat.python.cp_model",
    "pandas.io.formats.html",
    "pyarrow.parquet",
    "scipy.stats",
    "seaborn",
    "statsmodels.api",
    "statsmodels.formula.api",
    "typer.testing",
    "crosswave.report.run.execute",
)
_MANY = 10
"""Of fewer pages each computes and reads for itself what it shows."""

_NOT_IMPORTED = ("__main__", "cli")
_SETTINGS = ("alpha", "design_effect", "total_error", "smallest_change", "from_year", "to_year")
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ abcdefghijklmnopqrstuvwxyz 0123456789 %.,:;()–−'\"/&+"


def get_ready(data: Path, parameters: Mapping[str, object], pages: int) -> None:
    """Import the libraries; for many pages compute what they show, and draw charts, a table and a page for nobody."""
    rooms = pkgutil.walk_packages(crosswave.__path__, "crosswave.")
    own = (room.name for room in rooms if room.name.split(".")[1] not in _NOT_IMPORTED)
    for name in (*_STACK, *own):
        importlib.import_module(name)
    importlib.import_module("matplotlib").rcParams["backend"] = FIXED["MPLBACKEND"]  # which looks at every package
    if pages >= _MANY:
        _compute(data, parameters)
        _rehearse_results()
        _rehearse_page(data.parent / "notebooks")


def _compute(data: Path, parameters: Mapping[str, object]) -> None:
    """What pages ask for by the address of the data folder and the settings given."""
    from crosswave.trend.dispersion import measure_total_error

    study = crosswave.open(data)
    settings, *others = _settings(study.plan, parameters)
    for one in (settings, *others):
        study.trends(one)
    study.findings()
    study.claims(alpha=settings.alpha)
    measure_total_error(study.registry, study.reconstructions, alpha=settings.alpha)


def compute_ahead(registry: Registry, parameters: Mapping[str, object]) -> None:
    """What takes longest beside the results of the plan: joint models, and trends under the other settings of pages."""
    from crosswave.trend.batteries import moves_of, posteriors
    from crosswave.trend.dispersion import measure_total_error, with_estimated_error
    from crosswave.trend.settings import Settings
    from crosswave.trend.synthesis import reconstruct_all, trends_of

    reconstructions = reconstruct_all(registry)
    resolved = with_estimated_error(registry, reconstructions)
    for _, comparable, found, figures in posteriors(resolved, reconstructions, Settings.of(resolved.plan)):
        if comparable:
            moves_of(found, figures, resolved.plan)
    settings, *others = _settings(resolved.plan, parameters)
    for one in others:
        trends_of(resolved, one)
    measure_total_error(resolved, reconstructions, alpha=settings.alpha)


def _settings(plan: Plan, parameters: Mapping[str, object]) -> list[Settings]:
    """The settings given, then those that pages set beside them: no extra error, and more years."""
    from crosswave.trend.settings import planned

    given = {name: value for name, value in parameters.items() if name in _SETTINGS}
    settings = planned(plan, **given)  # type: ignore[arg-type]
    wider = replace(settings, from_year=settings.from_year - 2, to_year=settings.to_year + 2)
    return [settings, replace(settings, total_error=0.0), wider]


def _rehearse_results() -> None:
    import pandas as pd

    from crosswave.report.canvas import NAVY, Look, styled, svg_text
    from crosswave.report.forest import PERCENT, Row, bars, forest
    from crosswave.report.render import download, to_html, to_text

    rows = [Row(_LETTERS, "wave", 50, 40, 60, 45, 55, heading=_LETTERS)]
    looks = {"wave": Look("o", NAVY, _LETTERS)}
    intervals = styled(forest)(rows, looks, PERCENT, title=_LETTERS, subtitle=_LETTERS)
    table = pd.DataFrame({"label": ["one", "two"], "value": [1.0, 2.0], "words": ["1", "2"]})
    for chart in (intervals, styled(bars)(table, title=_LETTERS, subtitle=_LETTERS)):
        svg_text(chart, _LETTERS)
    for render in (to_html, to_text, download):
        render(table, _LETTERS)


def _rehearse_page(notebooks: Path) -> None:
    """Read and render every notebook as it is committed, so that no fork has to validate it and to mark its code."""
    from crosswave.report.run.execute import read_notebook
    from crosswave.report.site.page import render_page

    for path in sorted(notebooks.glob("*.ipynb")):
        render_page(read_notebook(path), "", "", {})

"""What published surveys say, from printed percentages to counts, comparisons and verdicts.

``import crosswave as cw`` and then:

- ``cw.open()`` opens a study; a `Study` has ``findings()``, ``surveys()``, ``topics()``, ``official()`` and
  ``claims()`` as frames, and ``survey(id)``, ``series(id)``, ``trend(id)``, ``claim(id)`` and ``compare(a, b)`` as
  results;
- ``cw.counts("73%", n=61)`` says which counts can have printed a figure;
- ``cw.compare("58% of 235", "53% of 232")`` says what may be concluded from two figures;
- ``cw.tabulate("poll.sav", weight="w")`` turns a file of respondents into shares with the intervals of its design.

Every result shows itself, is a frame and a chart: ``.to_frame()``, ``.to_dict()``, ``.chart()``.
"""

import importlib as _importlib
import typing as _typing

if _typing.TYPE_CHECKING:
    from crosswave.api.comparisons import ComparisonResult as ComparisonResult
    from crosswave.api.comparisons import TrendResult as TrendResult
    from crosswave.api.figures import CountsResult as CountsResult
    from crosswave.api.figures import compare as compare
    from crosswave.api.figures import counts as counts
    from crosswave.api.results import ClaimResult as ClaimResult
    from crosswave.api.results import SurveyResult as SurveyResult
    from crosswave.api.series import SeriesResult as SeriesResult
    from crosswave.api.study import Study as Study
    from crosswave.api.study import open as open
    from crosswave.api.tabulation import TabulationResult as TabulationResult
    from crosswave.api.tabulation import tabulate as tabulate
    from crosswave.study.faults import DataError as DataError

_PLACES = {
    "ClaimResult": "crosswave.api.results",
    "ComparisonResult": "crosswave.api.comparisons",
    "CountsResult": "crosswave.api.figures",
    "DataError": "crosswave.study.faults",
    "SeriesResult": "crosswave.api.series",
    "Study": "crosswave.api.study",
    "SurveyResult": "crosswave.api.results",
    "TabulationResult": "crosswave.api.tabulation",
    "TrendResult": "crosswave.api.comparisons",
    "compare": "crosswave.api.figures",
    "counts": "crosswave.api.figures",
    "open": "crosswave.api.study",
    "tabulate": "crosswave.api.tabulation",
}

__all__ = [
    "ClaimResult", "ComparisonResult", "CountsResult", "DataError", "SeriesResult", "Study", "SurveyResult",
    "TabulationResult", "TrendResult", "compare", "counts", "open", "tabulate",
]  # fmt: skip


def __getattr__(name: str) -> object:
    """Return a public name, imported when it is first asked for: `import crosswave` alone costs nothing."""
    if name == "__version__":
        return _importlib.import_module("importlib.metadata").version("crosswave")
    if name not in _PLACES:
        raise AttributeError(f"crosswave has no name {name!r}; it offers {', '.join(__all__)}")
    found = globals()[name] = getattr(_importlib.import_module(_PLACES[name]), name)
    return found


def __dir__() -> list[str]:
    """Return the public names, and nothing that was imported on the way."""
    return [*__all__, "__version__"]

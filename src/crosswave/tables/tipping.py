"""How far each number must move before a verdict gives way, as tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from crosswave.report.sentences import p_words, points
from crosswave.robustness.survival import Survival
from crosswave.robustness.tipping import Tipping
from crosswave.tables.render import span
from crosswave.trend.change import Trend
from crosswave.trend.comparison import Comparison

COLUMNS = "What is moved", "In use", "Where the verdict gives way"


def tipping_table(survival: Survival | None, comparison: Comparison | None, design_effect: float) -> pd.DataFrame:
    """Return a row for each number that is moved alone, everything else standing; no row where nothing was compared."""
    if survival is None or comparison is None:
        return pd.DataFrame(columns=list(COLUMNS))
    less = [("Design effect, down to none", f"{design_effect:g}", survival.less_design_effect.words())]
    moved = [
        ("Design effect, upwards", f"{design_effect:g}", survival.design_effect.words()),
        *(less if design_effect > survival.less_design_effect.limit else []),
        ("Total error of a wave, upwards", f"{comparison.points:.3g} points", survival.total_error.words("points")),
        ("Total error of a wave, down", f"{comparison.points:.3g} points", survival.less_total_error.words("points")),
        ("Bias of the difference, either way", "0 points", bias_words(survival.bias)),
    ]
    return pd.DataFrame([*moved, *_beside(survival)], columns=list(COLUMNS))


def bias_words(bias: Tipping) -> str:
    """Return where a verdict gives way to a bias, without the sign of a limit that was searched both ways."""
    return f"none up to {abs(bias.limit):g} points either way" if bias.value is None else _signed(bias)


def _signed(bias: Tipping) -> str:
    return f"{bias.value:+.3g} points: {bias.verdict}"


def _beside(survival: Survival) -> Iterable[tuple[str, str, str]]:
    """What would make the whole change, what rounding does, and what silence leaves open."""
    for one in survival.correlations:
        yield (
            f"Correlation of answering with the answer, out of {one.population}",
            "0",
            f"{one.value:+.4f} is all of it",
        )
    p_range = " to ".join(dict.fromkeys((p_words(survival.p_low), p_words(survival.p_high))))
    yield "Counts, over all that print admits", p_words(survival.p_value), p_range
    if survival.asked is not None:
        ends = points(survival.asked.low, sign=True), points(survival.asked.high, sign=True)
        yield "Answers of those who were asked and did not reply, points", "left out", span(*ends)


ALL_COLUMNS = (
    "Construct", "Verdict alone", "Total error, points", "Design effect", "Total error: more", "Total error: less",
    "Bias of the difference", "p over all counts",
)  # fmt: skip


def tipping_all(trends: Sequence[Trend], survivals: Mapping[str, Survival]) -> pd.DataFrame:
    """Return a row for each comparison: how far its verdict holds."""
    rows = [_row(trend, survivals[trend.construct.id]) for trend in trends if trend.construct.id in survivals]
    return pd.DataFrame(rows, columns=list(ALL_COLUMNS))


def _row(trend: Trend, found: Survival) -> tuple[str, ...]:
    used = f"{trend.comparison.points:.3g}" if trend.comparison else ""
    error = found.total_error.words("points"), found.less_total_error.words("points")
    p_range = " to ".join(dict.fromkeys((p_words(found.p_low), p_words(found.p_high))))
    effect, bias = found.design_effect.words(), bias_words(found.bias)
    return trend.construct.label, found.verdict, used, effect, *error, bias, p_range

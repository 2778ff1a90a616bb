"""House, wording and break terms of a meta-regression, each only where the waves can tell it from everything else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from crosswave.arguments import FloatArray
from crosswave.models.meta_regression import Dates, slope_is_identified

_FEWEST_WAVES = 2
_FEWEST_DF = 2


@dataclass(frozen=True, slots=True)
class Term:
    """A term that a design may hold.

    Attributes
    ----------
    columns : array of float, shape (k, q)
        One column of 0 and 1 for each level but the first; q is 0 where the term is left out.
    reason : str or None
        Why it is not identified; None where it is.
    """

    name: str
    columns: FloatArray
    reason: str | None

    @property
    def identified(self) -> bool:
        """Whether the design can hold it."""
        return self.reason is None


def _regimes(table: pd.DataFrame) -> pd.Series:
    """The form of the question of each wave: one more for each change up to its date."""
    changed = table["question_changed"].astype(bool)
    moments = (table["date_low"] + table["date_high"]) / 2
    starts = np.sort(moments[changed].to_numpy())
    return pd.Series([f"question form {1 + int((starts <= moment).sum())}" for moment in moments], index=table.index)


TERMS: Mapping[str, Callable[[pd.DataFrame], pd.Series]] = {
    "break": _regimes,
    "house": lambda table: table["house"],
    "wording": lambda table: table["wording"],
}
"""Level of each wave by term, in the order in which terms are admitted: a changed question is a known fault of a line,
a house a suspected one, a wording grade a reader's judgement."""


def identified_terms(table: pd.DataFrame) -> tuple[Term, ...]:
    """Return every term with its columns, or with the reason why the design does not identify it.

    Parameters
    ----------
    table : DataFrame
        Columns date_low, date_high (decimal years), house, wording (str or missing), question_changed (true for the
        first wave of a new form of the question).

    Notes
    -----
    A term is admitted if it has two or more levels, each recorded and each on two waves or more; if its columns and
    those of the terms before it have full rank; if no dates inside the intervals are a combination of all of them
    (`meta_regression.slope_is_identified`); and if two degrees of freedom are left, one for the difference between
    surveys and one for its error.
    """
    dates = Dates(table["date_low"].to_numpy(dtype=np.float64), table["date_high"].to_numpy(dtype=np.float64))
    admitted, found = np.empty((len(table), 0)), []
    for name, levels_of in TERMS.items():
        levels = levels_of(table)
        columns = pd.get_dummies(levels, drop_first=True).to_numpy(dtype=np.float64)
        reason = _not_enough(levels) or _not_apart(np.column_stack([admitted, columns]), dates)
        found.append(Term(name, np.empty((len(table), 0)) if reason else columns, reason))
        admitted = admitted if reason else np.column_stack([admitted, columns])
    return tuple(found)


def _not_enough(levels: pd.Series) -> str | None:
    if levels.isna().any():
        return f"it is not recorded for {int(levels.isna().sum())} of {len(levels)} waves"
    waves = levels.value_counts()
    if len(waves) < 2:
        return f"every wave has the same: {waves.index[0]}"
    lonely = sorted(map(str, waves.index[waves < _FEWEST_WAVES]))
    return f"only one wave has {', only one '.join(lonely)}" if lonely else None


def _not_apart(columns: FloatArray, dates: Dates) -> str | None:
    k, constant = len(columns), np.ones((len(columns), 1))
    if np.linalg.matrix_rank(np.hstack([constant, columns])) <= columns.shape[1]:
        return "its levels are a combination of the terms before it"
    if not slope_is_identified(dates, columns):
        return "it cannot be told from the date: within each level the waves may have been in the field at once"
    left = k - 2 - columns.shape[1]
    if left < _FEWEST_DF:
        return f"it would leave {max(left, 0)} degrees of freedom; {_FEWEST_DF} are needed"
    return None

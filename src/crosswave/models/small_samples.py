"""Fixed effects of a mixed model from few surveys: Kenward and Roger's adjustment, and errors that need no model."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from crosswave.arguments import FloatArray
from crosswave.models.mixed import FIXED, NAMES, Design, Spreads


def fixed_effects(design: Design, spreads: Spreads, clusters: pd.Series, *, alpha: float = 0.05) -> pd.DataFrame:
    """Return levels and mean slope by restricted likelihood, with intervals for few surveys of two kinds.

    Parameters
    ----------
    design : Design
        From `crosswave.models.mixed.design_of`, not a sparse one.
    spreads : Spreads
        From `crosswave.models.mixed.restricted`. Those that are 0 count as known.
    clusters : Series
        The house (or survey) of each figure: no random effect that is not 0 may cross it.
    alpha : float, error rate in (0, 1)

    Returns
    -------
    DataFrame
        A row for each item and "slope": estimate, error (plug-in); kr_error, kr_df, kr_low, kr_high; cr2_error,
        cr2_df, cr2_low, cr2_high. Logits, the slope a year.

    Raises
    ------
    ValueError
        A random effect crosses clusters.

    Notes
    -----
    The variance matrix is linear in the squared standard deviations, with the known variances as a constant, so that
    Kenward and Roger's adjustment holds as it is; for one coefficient its degrees of freedom are Satterthwaite's.
    CR2 takes the model's variance matrix as its target.

    References
    ----------
    Kenward and Roger (1997), Biometrics 53, 983-997; Pustejovsky and Tipton (2018), doi:10.1080/07350015.2016.1247004.
    """
    steady = design.kind == FIXED
    x, parts = design.columns[:, steady], _parts(design, spreads)
    whole = _variance(design, spreads)
    inverse = np.asarray(np.linalg.inv(whole), dtype=float)
    covariance = np.asarray(np.linalg.inv(x.T @ inverse @ x), dtype=float)
    estimate = covariance @ x.T @ inverse @ design.y
    frame = pd.DataFrame({"estimate": estimate, "error": np.sqrt(np.diag(covariance))})
    kinds = {
        "kr": _kenward_roger(x, inverse, covariance, parts),
        "cr2": _bias_reduced(x, whole, covariance, design.y - x @ estimate, pd.factorize(clusters)[0]),
    }
    for kind, (error, df) in kinds.items():
        half = stdtrit(df, 1 - alpha / 2) * error
        columns = {"error": error, "df": df, "low": estimate - half, "high": estimate + half}
        frame = frame.assign(**{f"{kind}_{name}": value for name, value in columns.items()})
    return frame.assign(term=[*design.items, "slope"]).set_index("term")


def _parts(design: Design, spreads: Spreads) -> list[FloatArray]:
    """What multiplies each squared standard deviation that is not 0 in the variance matrix."""
    found = []
    for place, name in enumerate(NAMES):
        own = np.eye(len(design.y)) if name == "figure" else design.columns[:, design.kind == place]
        if getattr(spreads, name) > _NOTHING:
            found.append(own @ own.T)
    return found


_NOTHING = 1e-4


def _variance(design: Design, spreads: Spreads) -> FloatArray:
    chance = (design.columns * design.scales(spreads.array()))[:, design.kind != FIXED]
    return np.asarray(chance @ chance.T + np.diag(design.variance + spreads.figure**2), dtype=float)


def _kenward_roger(
    x: FloatArray, inverse: FloatArray, covariance: FloatArray, parts: list[FloatArray]
) -> tuple[FloatArray, FloatArray]:
    """Adjusted standard errors of each coefficient and their degrees of freedom."""
    moved = [inverse @ part for part in parts]
    first = [-x.T @ one @ inverse @ x for one in moved]
    second = [[x.T @ one @ two @ inverse @ x for two in moved] for one in moved]
    information = np.array(
        [
            [
                0.5 * (np.sum(one * two.T) - 2 * np.sum(covariance * second[i][k].T))
                + 0.5 * np.trace(covariance @ first[i] @ covariance @ first[k])
                for k, two in enumerate(moved)
            ]
            for i, one in enumerate(moved)
        ]
    )
    weights = np.linalg.inv(information)
    pairs = [(i, k) for i in range(len(parts)) for k in range(len(parts))]
    middle = sum(weights[i, k] * (second[i][k] - first[i] @ covariance @ first[k]) for i, k in pairs)
    adjusted = covariance + 2 * covariance @ middle @ covariance
    slopes = np.array([np.diag(covariance @ one @ covariance) for one in first])
    df = 2 * np.diag(covariance) ** 2 / np.einsum("ij,ik,kj->j", slopes, weights, slopes)
    return np.sqrt(np.diag(adjusted)), df


def _bias_reduced(
    x: FloatArray, whole: FloatArray, covariance: FloatArray, left: FloatArray, clusters: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """CR2 standard errors of each coefficient and Satterthwaite's degrees of freedom."""
    places = [np.flatnonzero(clusters == one) for one in np.unique(clusters)]
    if np.abs(whole[clusters[:, None] != clusters]).max(initial=0) > _NOTHING**2:
        raise ValueError("clusters must not be crossed by a random effect that is not 0; take the house as the cluster")
    scores, loads = [], []
    residual = np.eye(len(x)) - x @ covariance @ x.T @ np.linalg.inv(whole)
    for own in places:
        block = whole[np.ix_(own, own)]
        upper = np.linalg.cholesky(block).T
        values, vectors = np.linalg.eigh(upper @ (block - x[own] @ covariance @ x[own].T) @ upper.T)
        root = np.where(values > _SINGULAR * values.max(), values, np.inf) ** -0.5
        adjust = upper.T @ (vectors * root) @ vectors.T @ upper
        load = covariance @ x[own].T @ np.linalg.inv(block) @ adjust
        scores.append(load @ left[own])
        loads.append(load @ residual[own])
    each = np.array(loads).swapaxes(0, 1)
    squares = each @ whole @ each.swapaxes(1, 2)
    df = np.einsum("pcc->p", squares) ** 2 / (squares**2).sum(axis=(1, 2))
    return np.sqrt((np.array(scores) ** 2).sum(axis=0)), df


_SINGULAR = 1e-10

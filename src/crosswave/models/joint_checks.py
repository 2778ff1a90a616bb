"""Whether the joint model can be trusted: surveys predicted from the others, and what an interval is made of."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit, ndtr

from crosswave.arguments import FloatArray
from crosswave.models.joint import Posterior, drawn, level_rows, mixed_quantile, resampled
from crosswave.models.mixed import FIXED, NAMES, Design, solved_each


def held_out(found: Posterior, figures: pd.DataFrame, by: str = "survey") -> pd.DataFrame:
    """Return each figure as the figures of the other surveys predict it, and as the last survey before it does.

    Parameters
    ----------
    found : Posterior
        Of `figures`.
    figures : DataFrame
        The rows that went into it.
    by : str
        The column whose values are left out one after the other: survey or house.

    Returns
    -------
    DataFrame
        In the order of `figures`: predicted, low, high (shares), place (the probability of a lower figure), and
        last (the share that the latest earlier survey has for the item, NaN if none). `attrs`: effective, the least
        effective number of points.

    Notes
    -----
    Under known standard deviations the figures of one survey, given all others, are normal with the precision
    ``P_ss`` and the mean ``y_s - P_ss^-1 (P y)_s``, where ``P = V^-1 - V^-1 X (X' V^-1 X)^-1 X' V^-1``: no refit is
    needed. The weights of the points at which the standard deviations are integrated are divided by the density of the
    figures left out.
    """
    design, weights = found.design, found.weights
    kept = np.flatnonzero(weights > _NEGLIGIBLE / len(weights))
    places = [np.flatnonzero(figures[by] == one) for one in dict.fromkeys(figures[by])]
    means, sds = np.empty((len(kept), len(figures))), np.empty((len(kept), len(figures)))
    logs = np.empty((len(kept), len(places)))
    for k, point in enumerate(found.points[kept]):
        projected = _projected(design, point)
        gone = projected @ design.y
        for s, own in enumerate(places):
            values, vectors = np.linalg.eigh(projected[np.ix_(own, own)])
            kept_values = np.maximum(values, _LEAST * values.max())
            block = (vectors / kept_values) @ vectors.T
            off = block @ gone[own]
            means[k, own], sds[k, own] = design.y[own] - off, np.sqrt(np.diag(block))
            logs[k, s] = 0.5 * np.log(kept_values).sum() - 0.5 * off @ gone[own]
    rows, effective = pd.DataFrame(index=figures.index, columns=["predicted", "low", "high", "place"], dtype=float), []
    quantiles = (0.5, found.alpha / 2, 1 - found.alpha / 2)
    for s, own in enumerate(places):
        shares = weights[kept] * np.exp(logs[:, s].min() - logs[:, s])
        shares /= shares.sum()
        effective.append(float(1 / (shares**2).sum()))
        for i in own:
            ends = [mixed_quantile(q, shares, means[:, i], sds[:, i]) for q in quantiles]
            rows.iloc[i] = [*expit(ends), float(shares @ ndtr((design.y[i] - means[:, i]) / sds[:, i]))]
    rows["last"] = _last(figures)
    rows.attrs["effective"] = min(effective)
    return rows


_NEGLIGIBLE, _LEAST = 1e-3, 1e-9


def _projected(design: Design, point: FloatArray) -> FloatArray:
    """The precision of the figures once levels and mean slope are taken out of them."""
    scaled, steady = design.columns * design.scales(point), design.kind == FIXED
    x, chance = scaled[:, steady], scaled[:, ~steady]
    inverse = np.linalg.inv(chance @ chance.T + np.diag(design.variance + point[NAMES.index("figure")] ** 2))
    projected: FloatArray = inverse - inverse @ x @ np.linalg.solve(x.T @ inverse @ x, x.T @ inverse)
    return projected


def _last(figures: pd.DataFrame) -> pd.Series:
    """The share of the same item in the latest earlier survey; surveys of one date count in their order."""
    ordered = figures.sort_values("date", kind="stable")
    return ordered.groupby("item")["share"].shift(1).reindex(figures.index)


def left_out(found: Posterior, figures: pd.DataFrame, by: str = "survey", *, margin: float) -> pd.DataFrame:
    """Return every answer again without each survey, or without each house, where the rest can still be fitted.

    Parameters
    ----------
    found, figures, by
        As for `held_out`.
    margin : float
        The smallest change that matters, points.

    Returns
    -------
    DataFrame
        A row for each value left out, item that others still have, and answer (level and rank in the last year, change
        and relative change from the first, all in points, but for ranks): without, item, answer, all, value, low, high,
        moved (value less all).

    Notes
    -----
    The points at which the standard deviations were integrated are kept, some of them, each as often as its weight has
    it; the restricted likelihood of the other figures over that of all gives their new weights. The same normal numbers
    make all draws, so that what moves is due to what was left out.
    """
    design, points = found.design, found.points[resampled(found.weights, _AGAIN)]
    whole = np.array([one.loglik for one in solved_each(design, points)])

    def again(gone: npt.NDArray[np.bool_]) -> pd.DataFrame:
        blind = replace(design, variance=np.where(gone, _BLIND, design.variance))
        logs = np.array([one.loglik for one in solved_each(blind, points)]) - whole
        weights = np.exp(logs - logs.max())
        levels, _ = drawn(blind, points, weights / weights.sum(), 4 * _AGAIN, found.years, effects=False)
        held = [place for place, item in enumerate(design.items) if item in set(figures["item"][~gone])]
        rest = replace(blind, items=tuple(design.items[place] for place in held))
        return _answers(replace(found, design=rest, draws=levels[:, held]), margin)

    rests = {name: figures[figures[by] != name] for name in dict.fromkeys(figures[by])}
    names = [name for name, rest in rests.items() if len(rest) > rest["item"].nunique() + 1]
    if not names:
        return pd.DataFrame(columns=list(LEFT_OUT))
    base = again(np.zeros(len(figures), dtype=bool)).rename(columns={"value": "all"})
    frames = [again((figures[by] == name).to_numpy()).assign(without=name) for name in names]
    rows = pd.concat(frames, ignore_index=True).merge(base[["item", "answer", "all"]], on=["item", "answer"])
    return rows.assign(moved=rows["value"] - rows["all"])[list(LEFT_OUT)]


_AGAIN, _BLIND = 256, 1e6
"""Points that are used again; the variance of a figure that says nothing (logits)."""
LEFT_OUT = ("without", "item", "answer", "all", "value", "low", "high", "moved")


def _answers(found: Posterior, margin: float) -> pd.DataFrame:
    first, last = found.years[0], found.years[-1]
    ends = ["item", "value", "low", "high"]
    levels, changes = found.levels(), found.changes(first, last, margin=margin)
    level = levels[levels["year"] == last].drop(columns="year").set_axis(ends, axis=1)
    level[ends[1:]] *= 100
    relative = changes[["item", "relative", "relative_low", "relative_high"]].iloc[:-1].set_axis(ends, axis=1)
    rank = found.ranking(last)[["item", "rank", "low", "high"]].set_axis(ends, axis=1)
    change = changes[["item", "change", "low", "high"]].set_axis(ends, axis=1)
    named = {"level": level, "change": change, "relative change": relative, "rank": rank}
    return pd.concat([frame.assign(answer=answer) for answer, frame in named.items()], ignore_index=True)


SOURCES = ("sampling", "figure", "survey", "house", "year", "slope", "spreads")
"""What an interval is made of: see `decomposed`."""


def decomposed(found: Posterior, first: int, last: int) -> pd.DataFrame:
    """Return how much of the variance of each level and change comes from each source.

    Parameters
    ----------
    found : Posterior
        Not of so many surveys that its columns are sparse.
    first, last : int
        Two of its years.

    Returns
    -------
    DataFrame
        A row for each item and each of "level" (of the last year), "change" (first to last year, logits) and
        "relative" (to the mean of all): item, what, the parts `SOURCES`, which add up to 1, and outside: the part of
        the weight that figures have which are not of these years. NaN where the figures have no say.

    Notes
    -----
    Given the standard deviations an estimate is a sum of figures ``a'y``, and what it misses is ``a'(Zu + e) - l'u``:
    the sum of independent terms, one for each kind of effect. "spreads" is what the estimate itself moves by as the
    standard deviations do.
    """
    design, years = found.design, found.years
    rows = level_rows(design, years).reshape(len(design.items), len(years), -1)
    at_last, moved = rows[:, years.index(last)], rows[:, years.index(last)] - rows[:, years.index(first)]
    wanted = np.vstack([at_last, moved, moved - moved.mean(axis=0)])
    m, chosen = wanted.shape[1], np.flatnonzero(found.weights > 0.5 / len(found.weights))
    weights = found.weights[chosen] / found.weights[chosen].sum()
    wide = np.hstack([np.zeros((len(wanted), design.columns.shape[1] - m)), wanted])
    sampling = np.sqrt(design.variance)
    parts, estimates = np.zeros((len(wanted), len(SOURCES))), np.empty((len(chosen), len(wanted)))
    weight = np.zeros((len(wanted), len(design.y)))
    for k, point in enumerate(found.points[chosen]):
        scaled, figure = design.columns * design.scales(point), point[NAMES.index("figure")]
        within = scaled / (design.variance + figure**2)[:, None]
        system = within.T @ scaled + np.diag((design.kind != FIXED).astype(float))
        own = (wide * design.scales(point)) @ np.linalg.solve(system, within.T)
        missed = own @ scaled - wide * design.scales(point)
        known = ((own * sampling) ** 2).sum(axis=1) + (missed[:, design.kind == 5] ** 2).sum(axis=1)
        each = [known, (own**2).sum(axis=1) * figure**2]
        each += [(missed[:, design.kind == NAMES.index(name)] ** 2).sum(axis=1) for name in SOURCES[2:-1]]
        parts[:, :-1] += weights[k] * np.column_stack(each)
        estimates[k], weight = own @ design.y, weight + weights[k] * np.abs(own)
    parts[:, -1] = weights @ (estimates - weights @ estimates) ** 2
    frame = pd.DataFrame(parts, columns=list(SOURCES))
    frame = frame.div(frame.sum(axis=1), axis=0)
    by_figure = pd.DataFrame(weight)
    inside = (design.dates >= first) & (design.dates < last + 1)
    frame["outside"] = by_figure.loc[:, ~inside].sum(axis=1) / by_figure.sum(axis=1)
    what = np.repeat(["level", "change", "relative"], len(design.items))
    frame.insert(0, "what", what)
    frame.insert(0, "item", list(design.items) * 3)
    return frame


def replicated(found: Posterior, draws: int = 1000) -> pd.DataFrame:
    """Return how the figures look beside figures that the model itself makes for new surveys of the same design.

    Parameters
    ----------
    found : Posterior
        Not of so many surveys that its columns are sparse.
    draws : int, default 1000
        How many sets of figures are made, from one seed.

    Returns
    -------
    DataFrame
        For each of three measures of the logits less their item's mean: seen, low, high (of what the model makes),
        place (the probability of a smaller one).
    """
    design, rng = found.design, np.random.default_rng(4)
    points = found.points[rng.choice(len(found.points), draws, p=found.weights)]
    seen = _measures(design, design.y)
    made = []
    for point in points:
        scaled = design.columns * design.scales(point)
        u = rng.standard_normal(design.columns.shape[1]) * (design.kind != FIXED)
        error = rng.standard_normal(len(design.y)) * np.sqrt(design.variance + point[NAMES.index("figure")] ** 2)
        made.append(_measures(design, scaled @ u + error))
    table = np.array(made)
    low, high = np.quantile(table, (found.alpha / 2, 1 - found.alpha / 2), axis=0)
    columns = {"seen": seen, "low": low, "high": high, "place": (table < seen).mean(axis=0)}
    names = ["spread of surveys' means", "spread inside surveys", "largest distance of a figure"]
    return pd.DataFrame({"measure": names} | columns)


def _measures(design: Design, y: FloatArray) -> FloatArray:
    x, survey = (design.columns[:, design.kind == kind] for kind in (FIXED, 0))
    left = y - x @ np.linalg.lstsq(x, y)[0]
    means = survey.T @ left / survey.sum(axis=0)
    return np.array([means.std(), (left - survey @ means).std(), np.abs(left).max()])

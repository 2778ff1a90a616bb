"""Differences and trends between waves, against numbers from R, ratesci and print, and against one another."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import elementwise, minimize_scalar
from scipy.special import xlogy
from scipy.stats import norm
from statsmodels.stats.proportion import confint_proportions_2indep, proportions_ztest

from crosswave.arguments import Z_MAX
from crosswave.difference.arms import arms_of
from crosswave.difference.estimate import Interval, wilson_at
from crosswave.difference.feasible import feasible_share
from crosswave.difference.linear import multinomial_se
from crosswave.difference.total_error import error_at, pair_error
from crosswave.printed.percents import percentage
from two_shares import miettinen_nurminen, newcombe, p_value, tost_p

# A busy machine is no fault of a formula.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

SHARES = st.floats(0, 1)
SIZES = st.floats(2, 1e5)
ERRORS = st.floats(0, 0.1)
WAVES = st.tuples(SHARES, SIZES, SHARES, SIZES)


def rows(name: str) -> list[dict[str, Any]]:
    """Return the rows of a reference file; tolerance is half a unit of the last printed digit."""
    return pd.read_csv(Path(__file__).parent / "reference" / f"{name}.csv").to_dict("records")


def numbers(text: str) -> list[float]:
    return [float(part) for part in text.split()]


def waves(row: dict[str, Any]) -> tuple[float, float, float, float]:
    return row["count_1"] / row["n_1"], row["n_1"], row["count_2"] / row["n_2"], row["n_2"]


def limits(row: dict[str, Any]) -> Interval:
    if row["method"] == "miettinen-nurminen":
        return miettinen_nurminen(*(int(row[name]) for name in ("count_1", "n_1", "count_2", "n_2")), row["alpha"])
    error = (math.sqrt(row["error_variance"]), 0.0)
    low, high = newcombe(*waves(row), alpha=row["alpha"], total_error=error)
    return Interval(float(low), float(high))


def named(row: dict[str, Any]) -> str:
    kind = row.get("method", row.get("quantity"))
    return f"{kind} {row['count_2']}/{row['n_2']}-{row['count_1']}/{row['n_1']} {row.get('limit', '')}"


@pytest.mark.parametrize("row", rows("differences"), ids=named)
def test_limits_of_a_difference_agree_with_references(row: dict[str, Any]) -> None:
    assert getattr(limits(row), row["limit"]) == pytest.approx(row["value"], abs=row["tolerance"])


@pytest.mark.parametrize("row", rows("p_values"), ids=named)
def test_p_values_agree_with_roots_found_in_r(row: dict[str, Any]) -> None:
    error = (math.sqrt(row["error_variance"]), 0.0)
    found = {
        "difference": lambda: p_value(*waves(row), total_error=error),
        "equivalence": lambda: tost_p(*waves(row), margin=row["margin"], total_error=error),
    }[row["quantity"]]()
    assert float(found) == pytest.approx(row["value"], abs=row["tolerance"])


def wald_z(x_1: int, x_2: int) -> float:
    shares = ((x_1 / 1000, 1000), (x_2 / 800, 800))
    return (x_2 / 800 - x_1 / 1000) / math.hypot(*(multinomial_se([p], [1], n) for p, n in shares))


@pytest.mark.parametrize("row", rows("rounding"), ids=lambda r: f"{r['percent_2']} {r['quantity']}")
def test_the_rounding_envelope_is_that_of_the_reference(row: dict[str, Any]) -> None:
    middle = wald_z(400, round(8 * row["percent_2"]))
    found = {
        "z": middle,
        "lowest_z": wald_z(405, row["lowest_2"]),
        "highest_z": wald_z(395, row["highest_2"]),
        "p_at_deff_1.5": 2 * norm.sf(middle / math.sqrt(1.5)),
        "p_at_deff_2": 2 * norm.sf(middle / math.sqrt(2)),
        "tipping_bias": 0.06 - norm.isf(0.025) * 0.06 / middle,
    }
    assert found[row["quantity"]] == pytest.approx(row["value"], abs=row["tolerance"])


def test_the_reference_takes_the_unpooled_error_and_no_other() -> None:
    """REFERENCE.md prints 2.557 [2.130, 2.985] and 1.709 [1.281, 2.137]: the pooled error differs in each range."""
    pairs = [(405, 364), (395, 372), (400, 352), (405, 348), (395, 356)]
    printed = [2.130, 2.985, 1.709, 1.281, 2.137]
    pooled = [-proportions_ztest([a, b], [1000, 800])[0] for a, b in pairs]
    # The last is 2.13649: printed once rounded and once upwards.
    assert [wald_z(a, b) for a, b in pairs] == pytest.approx(printed, abs=6e-4)
    assert all(abs(z - value) > 6e-4 for z, value in zip(pooled[:4], printed[:4], strict=True))


def test_the_package_and_the_reference_name_one_tipping_bias() -> None:
    """The package takes Newcombe's limit (0.0140013), the reference the unpooled one (0.0140132): both 1.40 points."""
    low, _ = newcombe(0.40, 1000, 0.46, 800, alpha=0.05)
    assert float(low) == pytest.approx(0.0140, abs=5e-5)
    assert float(low) == pytest.approx(0.06 - norm.isf(0.025) * 0.06 / wald_z(400, 368), abs=2e-5)


@pytest.mark.parametrize(("lowest", "survives"), [(364, {True}), (348, {True, False})], ids=["46 %", "44 %"])
def test_newcombe_over_all_feasible_counts_gives_the_same_verdicts(lowest: int, survives: set[bool]) -> None:
    first, second = np.meshgrid(np.arange(395, 406), np.arange(lowest, lowest + 9))
    p = p_value(first / 1000, 1000, second / 800, 800)
    assert set((p < 0.05).ravel().tolist()) == survives


def test_a_design_effect_of_two_undoes_the_difference_that_one_and_a_half_leaves() -> None:
    p = p_value(0.40, 1000 / np.array([1.5, 2.0]), 0.46, 800 / np.array([1.5, 2.0]))
    assert p.tolist() == pytest.approx([0.0368, 0.0706], abs=5e-4)


def test_newcombe_by_hand() -> None:
    # z = 1 and 2 of 4 in both waves: every Wilson arm is 1 / (2 sqrt 5), so each arm is sqrt(2 / 20).
    low, high = newcombe(0.5, 4, 0.5, 4, alpha=2 * norm.sf(1.0))
    assert (float(low), float(high)) == pytest.approx((-math.sqrt(0.1), math.sqrt(0.1)))


def test_total_error_by_hand() -> None:
    # Everyone asked, so that only z sqrt(t1^2 + t2^2) is left: 3-4-5.
    low, high = newcombe(0.4, math.inf, 0.5, math.inf, alpha=2 * norm.sf(1.0), total_error=(0.03, 0.04))
    assert (float(low), float(high)) == pytest.approx((0.05, 0.15))


@given(st.integers(0, 50), st.integers(0, 80), st.floats(0.01, 0.4))
def test_without_total_error_it_is_the_interval_of_statsmodels(x_1: int, x_2: int, alpha: float) -> None:
    ours = newcombe(x_1 / 50, 50, x_2 / 80, 80, alpha=alpha)
    theirs = confint_proportions_2indep(x_2, 80, x_1, 50, method="newcomb", compare="diff", alpha=alpha)
    assert tuple(map(float, ours)) == pytest.approx(theirs, abs=1e-12)


@given(WAVES, ERRORS, st.floats(0.001, 0.5))
def test_exchanging_the_waves_turns_the_interval_round(w: Any, t: float, alpha: float) -> None:
    low, high = newcombe(*w, alpha=alpha, total_error=(t, 0.01))
    back_low, back_high = newcombe(*w[2:], *w[:2], alpha=alpha, total_error=(0.01, t))
    assert (float(-back_high), float(-back_low)) == pytest.approx((float(low), float(high)), abs=1e-9)


@given(WAVES, ERRORS, st.floats(0.001, 0.5))
def test_counting_no_instead_of_yes_turns_the_interval_round(w: Any, t: float, alpha: float) -> None:
    low, high = newcombe(*w, alpha=alpha, total_error=(t, t))
    no_low, no_high = newcombe(1 - w[0], w[1], 1 - w[2], w[3], alpha=alpha, total_error=(t, t))
    assert (float(-no_high), float(-no_low)) == pytest.approx((float(low), float(high)), abs=1e-9)


@given(WAVES, ERRORS, st.floats(0.001, 0.5), st.floats(1.0, 10.0))
def test_larger_samples_narrow_and_more_error_widens(w: Any, t: float, alpha: float, more: float) -> None:
    p1, n1, p2, n2 = w
    low, high = newcombe(p1, [n1, n1 * more, n1], p2, n2, alpha=alpha, total_error=([t, t, t + 0.01], 0))
    assert low[1] >= low[0] - 1e-12 and high[1] <= high[0] + 1e-12
    assert low[2] <= low[0] and high[2] >= high[0]


@given(WAVES, ERRORS)
def test_the_interval_at_alpha_equal_to_p_touches_zero(w: Any, t: float) -> None:
    p = float(p_value(*w, total_error=(t, t)))
    assume(1e-12 < p < 1)
    low, high = newcombe(*w, alpha=p, total_error=(t, t))
    assert float(low if w[2] > w[0] else high) == pytest.approx(0, abs=1e-9)


@given(WAVES, ERRORS)
def test_p_is_below_alpha_exactly_when_the_interval_excludes_zero(w: Any, t: float) -> None:
    p = float(p_value(*w, total_error=(t, t)))
    assume(abs(p - 0.05) > 1e-9)
    low, high = newcombe(*w, alpha=0.05, total_error=(t, t))
    assert (p < 0.05) == bool(low > 0 or high < 0)


@given(WAVES, ERRORS, st.floats(0.01, 0.3))
def test_equivalence_agrees_with_the_interval_at_twice_alpha(w: Any, t: float, margin: float) -> None:
    p = float(tost_p(*w, margin=margin, total_error=(t, t)))
    assume(abs(p - 0.05) > 1e-9)
    low, high = newcombe(*w, alpha=0.10, total_error=(t, t))
    inside = bool(low > -margin and high < margin)
    assert (p < 0.05) == inside


@given(WAVES, st.floats(0.01, 0.3))
def test_equivalence_is_symmetric_in_the_waves(w: Any, margin: float) -> None:
    assert float(tost_p(*w, margin=margin)) == pytest.approx(float(tost_p(*w[2:], *w[:2], margin=margin)), abs=1e-9)


def test_equal_shares_have_p_one() -> None:
    assert p_value([0.0, 0.4, 1.0], 10, [0.0, 0.4, 1.0], 20).tolist() == [1.0, 1.0, 1.0]


def test_a_difference_between_two_full_counts_is_certain() -> None:
    assert float(p_value(0.4, math.inf, 0.5, math.inf)) == 0.0


def bracketed_z(w: Any, t: Any, null: float) -> Any:
    """The same root by scipy's bracketing and statsmodels' Wilson limits: no derivative, no rewritten formula."""
    p1, n1, p2, n2 = w
    gap = p2 - p1 - null
    lower, upper = np.where(gap < 0, 1 - p1, p1), np.where(gap < 0, 1 - p2, p2)

    def excess(z: Any, a: Any, n: Any, b: Any, m: Any, extra: Any, length: Any) -> Any:
        up, down = wilson_at(a, n, z)[1] - a, b - wilson_at(b, m, z)[0]
        return np.sqrt(up**2 + down**2 + (z * extra) ** 2) - length

    args = np.broadcast_arrays(lower, n1, upper, n2, np.hypot(t, t), np.abs(gap))
    found = elementwise.find_root(excess, (np.zeros(args[0].shape), Z_MAX), args=args, tolerances={"xatol": 1e-13})
    return np.sign(gap) * np.where(gap == 0, 0.0, np.where(found.success, found.x, np.inf))


EDGES = np.array([0.0, 1e-6, 0.01, 0.5, 0.99, 1.0])


@pytest.mark.parametrize("kind", ["near", "anywhere", "edges"])
@pytest.mark.parametrize("null", [0.0, -0.05, 0.05])
def test_roots_are_those_of_a_bracketing_search(kind: str, null: float) -> None:
    dice, k = np.random.default_rng(4), 4000
    p1 = dice.choice(EDGES, k) if kind == "edges" else dice.random(k)
    p2 = {"near": np.clip(p1 + dice.normal(0, 0.05, k), 0, 1), "edges": dice.choice(EDGES, k)}.get(kind, dice.random(k))
    n1, n2, t = dice.integers(1, 5000, k), dice.integers(1, 5000, k), dice.choice([0, 0.015, 0.1], k)
    expected = bracketed_z((p1, n1, p2, n2), t, null)
    if null == 0:
        found = p_value(p1, n1, p2, n2, total_error=(t, t))
        assert np.abs(found - 2 * norm.sf(np.abs(expected))).max() < 1e-10
    else:
        other = bracketed_z((p1, n1, p2, n2), t, -null)
        low, high = (expected, other) if null < 0 else (other, expected)
        found = tost_p(p1, n1, p2, n2, margin=abs(null), total_error=(t, t))
        assert np.abs(found - np.maximum(norm.sf(low), norm.cdf(high))).max() < 1e-10


@given(WAVES, ERRORS, st.floats(-1, 1), st.floats(0.001, 2))
def test_an_arm_reaches_a_gap_where_it_is_as_long(w: Any, t: float, r: float, gap: float) -> None:
    arms = arms_of(*w, total_error=(t, t), correlation=min(r, 0.9))
    z = arms.reaching(gap)
    if np.isinf(z):
        assert float(arms.length(Z_MAX)) < gap
    else:
        assert float(arms.length(z)) == pytest.approx(gap, abs=1e-9)


def test_correlated_waves_by_hand() -> None:
    # As the case of 2 of 4 above: every Wilson arm is 1 / (2 sqrt 5), so with r the arm is sqrt((2 - 2 r) / 20).
    for r in (-1.0, 0.5, 1.0):
        low, high = newcombe(0.5, 4, 0.5, 4, alpha=2 * norm.sf(1.0), correlation=r)
        assert (float(low), float(high)) == pytest.approx((-math.sqrt((1 - r) / 10), math.sqrt((1 - r) / 10)), abs=1e-8)


@given(WAVES, ERRORS)
def test_waves_that_answer_alike_are_surer_of_a_difference(w: Any, t: float) -> None:
    p = p_value(*w, total_error=(t, t), correlation=[-0.5, 0.0, 0.3])
    assert p[0] >= p[1] - 1e-9 and p[1] >= p[2] - 1e-9


def test_ten_thousand_comparisons_are_one_call() -> None:
    shares = np.linspace(0.01, 0.99, 10_000)
    assert p_value(shares, 235, shares[::-1], 400, total_error=(0.03, 0.03)).shape == (10_000,)


def test_error_is_the_declared_points_at_one_half_and_shrinks_outwards() -> None:
    assert error_at(3, [0.5, 0.2, 0.8, 0.0]).tolist() == pytest.approx([0.03, 0.0192, 0.0192, 0.0])


def likelihood_chi2(x_1: int, n_1: int, x_2: int, n_2: int, d: float) -> float:
    """Score statistic with the restricted shares found by maximising the likelihood, not by the cubic."""

    def loss(p: float) -> float:
        q = p + d
        return -float(xlogy(x_1, p) + xlogy(n_1 - x_1, 1 - p) + xlogy(x_2, q) + xlogy(n_2 - x_2, 1 - q))

    p = minimize_scalar(loss, bounds=(max(0.0, -d), min(1.0, 1 - d)), method="bounded", options={"xatol": 1e-12}).x
    variance = (p * (1 - p) / n_1 + (p + d) * (1 - p - d) / n_2) * (n_1 + n_2) / (n_1 + n_2 - 1)
    return (x_2 / n_2 - x_1 / n_1 - d) ** 2 / variance


@pytest.mark.parametrize("case", [(3, 20, 9, 25), (80, 235, 61, 210), (7, 9, 2, 30)])
def test_score_limits_are_where_the_likelihood_says(case: tuple[int, int, int, int]) -> None:
    interval = miettinen_nurminen(*case, alpha=0.1)
    for limit in (interval.low, interval.high):
        assert likelihood_chi2(*case, limit) == pytest.approx(norm.isf(0.05) ** 2, rel=1e-5)


@given(st.integers(0, 12), st.integers(0, 17))
def test_score_limits_exist_for_every_table_and_cover_the_difference(x_1: int, x_2: int) -> None:
    interval = miettinen_nurminen(x_1, 12, x_2, 17)
    assert -1 <= interval.low <= x_2 / 17 - x_1 / 12 + 1e-8
    assert interval.high >= x_2 / 17 - x_1 / 12
    back = miettinen_nurminen(x_2, 17, x_1, 12)
    assert (-back.high, -back.low) == pytest.approx((interval.low, interval.high), abs=1e-7)


FAULTS = [
    (
        lambda: newcombe(0.4, 100, 46, 100, alpha=0.05),
        "share_2 must be in [0, 1]; got 46. Divide a percentage by 100.",
    ),
    (
        lambda: p_value(0.4, -1, 0.5, 100),
        "n_1 must be positive; got -1. A share of nobody has no interval: leave it out.",
    ),
    (
        lambda: p_value(0.4, 10, 0.5, 100, total_error=(0.03, -0.03)),
        "total_error must be zero or more; got -0.03. Pass standard deviations as proportions: 0.03 for 3 points.",
    ),
    (
        lambda: p_value(0.4, 10, 0.5, 100, correlation=1.5),
        "correlation must be in [-1, 1]; got 1.5. Pass 0 for independent waves.",
    ),
    (lambda: error_at(-3, 0.5), "points must be zero or more; got -3. Pass a standard deviation."),
]


@pytest.mark.parametrize(("fault", "message"), FAULTS, ids=[message for _, message in FAULTS])
def test_a_fault_says_what_to_do(fault: Any, message: str) -> None:
    with pytest.raises(ValueError) as caught:
        fault()
    assert str(caught.value) == message


@given(st.floats(0, 30), st.floats(0, 1), st.floats(0, 1))
def test_the_error_of_a_pair_is_that_of_one_wave_at_the_middle_whichever_comes_first(
    points: float, p_1: float, p_2: float
) -> None:
    found = float(pair_error(points, p_1, p_2))
    assert found == float(pair_error(points, p_2, p_1)) == float(error_at(points, (p_1 + p_2) / 2))
    assert found == pytest.approx(float(pair_error(points, 1 - p_1, 1 - p_2)), abs=1e-12)


def test_two_waves_of_one_share_have_its_error() -> None:
    assert float(pair_error(3, 0.5, 0.5)) == float(error_at(3, 0.5)) == pytest.approx(0.03)
    # 20 and 80 % err as one half does: at their own shares each would have 0.64 of it.
    assert float(pair_error(3, 0.2, 0.8)) == pytest.approx(0.03)


@pytest.mark.parametrize(
    ("sizes", "counts", "bases"),
    [
        ((200, 200), range(99, 102), range(200, 201)),  # 49.5 % is 99, 50.5 % 101
        ((3901, 3901), range(1931, 1971), range(3901, 3902)),  # forty counts are listed, and no more
        ((4000, 4000), (), range(4000, 4001)),
        ((7, 12), range(4, 7), (8, 10, 12)),  # no count of 7, 9 or 11 prints as 50 %
    ],
)
def test_the_counts_and_bases_of_a_typed_figure_are_listed_where_they_are_few(
    sizes: tuple[int, int], counts: Any, bases: Any
) -> None:
    found = feasible_share(percentage("50%", "nearest"), sizes).counts
    assert found == replace(found, values=tuple(counts), bases=tuple(bases))

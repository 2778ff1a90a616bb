"""Verdicts as sentences: one wording for table, chart and page, every number computed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any

from crosswave.claims import ClaimVerdict
from crosswave.difference import compare
from crosswave.study.models import Plan, Survey, sampling_words, unit_words
from crosswave.trend.break_even import break_even_of
from crosswave.trend.certainty import UNTOLD, answer_of, certainty_of, hedged
from crosswave.trend.change import Judged, Trend
from crosswave.trend.comparison import Comparison
from crosswave.trend.settings import Settings
from crosswave.trend.waves import Pair, Wave
from crosswave.words import capital

_PROBABILITY = ("probability", "census")


def points(value: float, *, sign: bool = False) -> str:
    """Return a difference of shares in points, one decimal; nothing has no sign.

    Examples
    --------
    >>> points(-0.05, sign=True), points(0.123), points(-0.0001, sign=True)
    ('-5.0', '12.3', '0.0')
    """
    rounded = round(100 * value, 1) + 0.0
    return f"{rounded:+.1f}" if sign and rounded else f"{rounded:.1f}"


def interval_points(comparison: Comparison) -> str:
    """Return the interval of a difference in points."""
    return " to ".join(dict.fromkeys(points(end, sign=True) for end in (comparison.low, comparison.high)))


def p_words(p: float) -> str:
    """Return a p-value as ``p < 0.001``, with three digits that count up to 0.1, and three decimals above.

    Examples
    --------
    >>> p_words(0.0503), p_words(0.00252), p_words(0.25), p_words(0.0001)
    ('p = 0.0503', 'p = 0.00252', 'p = 0.250', 'p < 0.001')
    """
    return f"p {'< 0.001' if p < 0.001 else f'= {p_number(p)}'}"


def p_number(p: float) -> str:
    """Return the number of `p_words`, such as 0.0503 or <0.001."""
    return "<0.001" if p < 0.001 else f"{p:.3f}" if p >= 0.1 else f"{p:#.3g}"


MADE_WITH = "This page was made with"
"""How a page begins whose settings are not those of plan.yaml."""


def made_with(settings: Settings, plan: Plan) -> str:
    """Return which settings are not those of the plan, with both values; nothing where all are."""
    own = Settings.of(plan)
    pairs = {field.name: (getattr(settings, field.name), getattr(own, field.name)) for field in fields(settings)}
    told = [f"{name} = {used} in place of {_of_plan(plans)}" for name, (used, plans) in pairs.items() if used != plans]
    return f"{MADE_WITH} {', '.join(told)}." if told else ""


def _of_plan(value: float | None) -> str:
    return "that of each grade in the plan" if value is None else f"the plan's {value:g}"


def population_note(*surveys: Survey) -> str:
    """Return why figures of these surveys speak for those who answered only, or nothing if they need not."""
    inferred = {survey.sampling or "" for survey in surveys if "sampling" in survey.inferred.named}
    kinds = sorted(({survey.sampling or "unstated" for survey in surveys} - set(_PROBABILITY)) | inferred)
    reasons = " and ".join(f"{sampling_words(kind).says}{' (inferred)' * (kind in inferred)}" for kind in kinds)
    return f"{reasons}, so nothing is said of anybody else" if reasons else ""


def wave_words(wave: Wave) -> str:
    """Return a wave as ``58% of 235 people in 2017 (poll-2017)``."""
    unit = unit_words(wave.survey.unit).many
    reverse = "all but " if wave.answer.reversed else ""
    return f"{reverse}{wave.finding.answer.printed} of {wave.size_words} {unit} in {wave.year} ({wave.survey.id})"


def trend_sentence(trend: Trend) -> str:
    """Return what can be said of a construct in a window of years, in one or two sentences."""
    window = f"{trend.settings.from_year} to {trend.settings.to_year}"
    if trend.comparison is None:
        return f"{capital(trend.construct.label)}, {window}: {trend.verdict}; {_why_untested(trend)}."
    pair = trend.comparison.pair
    levels = f"{wave_words(pair.first)}, then {wave_words(pair.second)}"
    return f"{capital(trend.construct.label)}: {levels}. {_VERDICT_WORDS[trend.verdict](trend, trend.comparison)}."


def _why_untested(trend: Trend) -> str:
    if trend.verdict == "not comparable" and trend.pair:
        reasons = "; ".join(trend.pair.comparability.reasons)
        return f"no second wave can be compared: {_names(trend.pair)} come nearest, and {reasons}"
    if blocked := [pair.refusal for pair in trend.pairs if pair.refusal and not pair.comparability.refused]:
        return blocked[0]
    if len(trend.waves) == 1:
        return _one_wave(trend)
    years = {wave.year for wave in trend.waves}
    if years:
        return f"every wave is of {years.pop()}"
    return "no wave in scope asks it in these years"


def _one_wave(trend: Trend) -> str:
    wave = trend.waves[0]
    advertised = "; an earlier level is known only from an advertised change" if trend.construct.changes else ""
    return f"there is no second wave beside {wave_words(wave)}{advertised}"


def _names(pair: Pair) -> str:
    return f"{pair.first.survey.id} and {pair.second.survey.id}"


def _difference(comparison: Comparison, *, sign: bool = True) -> str:
    size = comparison.difference if sign else abs(comparison.difference)
    interval = _interval(comparison)
    sampled = f"if both were random samples with a total error of {comparison.points:g} points"
    sized = comparison.pair.first.size_known and comparison.pair.second.size_known
    p = comparison.p_value if sized else comparison.p_high
    return f"{points(size, sign=sign)} points ({interval} {sampled}; {p_words(p)})"


def _interval(comparison: compare.Comparison[Any]) -> str:
    return f"{points(comparison.low, sign=True)} to {points(comparison.high, sign=True)}"


def _grade(comparison: Comparison) -> str:
    grade = comparison.pair.comparability
    return f"grade {grade.grade}: {'; '.join(grade.reasons)}"


def _reservation(comparison: Comparison) -> str:
    note = population_note(comparison.pair.first.survey, comparison.pair.second.survey)
    return f"; {note}" if note else ""


def _changed(direction: str) -> Callable[[Trend, Comparison], str]:
    def words(trend: Trend, comparison: Comparison) -> str:
        sized = comparison.pair.first.size_known and comparison.pair.second.size_known
        whatever = "" if sized else ", whatever the n that is not printed"
        return (
            f"Among those who answered the share {direction} by {_difference(comparison, sign=False)}{whatever}; "
            f"{_grade(comparison)}{_reservation(comparison)}"
        )

    return words


def _uninformative(trend: Trend, comparison: Comparison) -> str:
    seen = min(comparison.reach.detectable_rise, comparison.reach.detectable_fall)
    chance = f"{comparison.reach.power:.0%}"
    could = (
        f"only a change of {points(seen)} points or more had an {chance} chance to show"
        if seen < 1
        else "no change could have shown"
    )
    return (
        f"Uninformative by design: {_grade(comparison)}; {could}, and the printed "
        f"difference of {_plain_points(comparison)} ({_interval(comparison)}) shows neither a change nor its absence"
    )


def _plain_points(comparison: Comparison) -> str:
    """The difference as print gives it; about so much where a figure is printed in words."""
    about = "about " if comparison.pair.first.verbal or comparison.pair.second.verbal else ""
    return f"{about}{points(comparison.difference, sign=True)} points"


def _undecided(by: str) -> Callable[[Trend, Comparison], str]:
    def words(trend: Trend, comparison: Comparison) -> str:
        return (
            f"Undecided by {by}: what print admits gives {' or '.join(comparison.outcomes)} "
            f"(p from {p_number(comparison.p_low)} to {p_number(comparison.p_high)}); {_grade(comparison)}"
        )

    return words


def _untestable(trend: Trend, comparison: Comparison) -> str:
    unsized = [wave.survey.id for wave in (comparison.pair.first, comparison.pair.second) if not wave.size_known]
    why = f"no n is printed for {' or '.join(unsized)}" if unsized else comparison.pair.overlap_words or ""
    return f"Not testable: {why}, and the verdict depends on it ({' or '.join(comparison.outcomes)}){_if_enough(trend)}"


def _if_enough(trend: Judged[Any]) -> str:
    """What the figures would show had enough people answered, or nothing."""
    found = break_even_of(trend)
    return f"; {found.verdict} {found.condition}" if found else ""


def _ruled_out(trend: Trend, comparison: Comparison) -> str:
    """What two one-sided tests say: their interval is narrower than the one printed beside the difference."""
    margin = f"{trend.settings.smallest_change:g} points"
    return f"two one-sided tests rule out {margin} or more ({p_words(comparison.equivalence_p)})"


def _no_change(trend: Trend, comparison: Comparison) -> str:
    return f"No material change: {_difference(comparison)}; {_ruled_out(trend, comparison)}; {_grade(comparison)}"


def _immaterial(trend: Trend, comparison: Comparison) -> str:
    return f"Changed, immaterially: {_difference(comparison)}; {_ruled_out(trend, comparison)}; {_grade(comparison)}"


def _inconclusive(trend: Trend, comparison: Comparison) -> str:
    adjusted = trend.p_adjusted
    many = "" if adjusted is None else f"; {p_words(adjusted)} allowing for the other comparisons"
    return (
        f"Inconclusive: {_difference(comparison)}{many}, neither a change nor its absence{_if_enough(trend)}; "
        f"{_grade(comparison)}{_reservation(comparison)}"
    )


_VERDICT_WORDS: Mapping[str, Callable[[Trend, Comparison], str]] = {
    "not testable": _untestable,
    "uninformative by design": _uninformative,
    "undecided by wording": _undecided("wording"),
    "undecided by rounding": _undecided("rounding"),
    "changed, immaterially": _immaterial,
    "rose": _changed("rose"),
    "fell": _changed("fell"),
    "no material change": _no_change,
    "inconclusive": _inconclusive,
}


_NO_ANSWER: Mapping[str, Callable[[Judged[Any]], str]] = {
    "not comparable": lambda t: _why_untested(t) if isinstance(t, Trend) else "",
    "not testable": lambda t: _why_untested(t) if isinstance(t, Trend) and not t.comparison else _depends_on_n(t),
    "undecided by wording": lambda t: "a figure is printed in words, and what the words allow gives different answers",
    "undecided by rounding": lambda t: "the figures are rounded, and the counts behind them give different answers",
    "uninformative by design": lambda t: _too_wide(t),
    "inconclusive": lambda t: _lost(t),
}


def answer_sentence(trend: Judged[Any]) -> str:
    """Return the answer for everybody, in the words of its certainty, with the reason where there is none."""
    answer, certainty = answer_of(trend), certainty_of(trend)
    told = f"{capital(hedged(answer, certainty.level))} ({certainty.level} certainty)"
    because = _NO_ANSWER[trend.verdict](trend) if answer == UNTOLD else "; ".join(certainty.reasons.values())
    return f"{told}: {because}." if because else f"{told}."


def _depends_on_n(trend: Judged[Any]) -> str:
    found = break_even_of(trend)
    needed = f"; the figures show that the share {found.verdict} {found.condition}" if found else ""
    return f"nobody says how many people answered{needed}"


def _too_wide(trend: Judged[Any]) -> str:
    assert trend.comparison is not None
    limit = f"{trend.plan.detectable_limit.value:g} points"
    return f"two such surveys differ so much by themselves that a change of {limit} would often go unseen"


def _lost(trend: Judged[Any]) -> str:
    assert trend.comparison is not None
    interval = f"the change may be anything from {_interval(trend.comparison)} points"
    adjusted = trend.p_adjusted or 0.0
    if trend.comparison.p_high < trend.settings.alpha <= adjusted:
        return f"{interval}, and of {1 + len(trend.others)} comparisons one such may be chance ({p_words(adjusted)})"
    return f"{interval}: none at all, or one that matters"


def claim_sentence(verdict: ClaimVerdict) -> str:
    """Return what became of a claim, in one sentence, and whose sentence the claim is where no source makes it."""
    if verdict.answered == "not checkable":
        return f"Not checkable: {verdict.reason.removesuffix('.')}."
    own = "this project's own comparison, which no source prints: " if verdict.claim.made_by == "project" else ""
    return capital(f"{own}{_claim_words(verdict)}.")


def _claim_words(verdict: ClaimVerdict) -> str:
    told = f"{verdict.answered} ({verdict.reason})"
    if verdict.claim.subject == "arithmetic":
        return f"by the printed figures: {told}"
    sampled = f"if they were a random sample, {verdict.random_sample}{_claim_interval(verdict)}"
    return f"for those who answered: {told}; {sampled}; for the population, {verdict.population_licence}"


def _claim_interval(verdict: ClaimVerdict) -> str:
    if verdict.low is None or verdict.high is None or len(verdict.claim.all_of) > 1:
        return ""
    single = len(verdict.claim.all_of[0].terms) == 1 or bool(verdict.claim.all_of[0].over)
    unit = "%" if single else "points"
    return f" ({points(verdict.low, sign=not single)} to {points(verdict.high, sign=not single)} {unit})"

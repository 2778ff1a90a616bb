"""Verdicts as sentences: one wording for table, chart and page, every number computed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from crosswave.study.models import Plan, Survey, sampling_words, unit_words
from crosswave.trend.break_even import break_even_of
from crosswave.trend.certainty import UNTOLD, answer_of, certainty_of, hedged
from crosswave.trend.change import Judged, Trend
from crosswave.trend.comparison import Comparison
from crosswave.trend.settings import Settings
from crosswave.trend.waves import Wave
from crosswave.words import capital

if TYPE_CHECKING:
    from crosswave.claims import ClaimVerdict
    from crosswave.robustness.tipping_points import TippingPoint

_PROBABILITY = ("probability", "census")

MADE_WITH = "This page was made with"
"""How a page begins whose settings are not those of plan.yaml."""

VERDICT_WORDS: Mapping[str, str] = {
    "rose": "rose",
    "fell": "fell",
    "changed, immaterially": "no real change: changed by less than matters",
    "no material change": "no real change",
    "inconclusive": "cannot tell: the evidence is not strong enough",
    "undecided by rounding": "cannot tell: rounding decides",
    "undecided by wording": "cannot tell: a figure is printed in words",
    "uninformative by design": "cannot tell: the surveys are too different",
    "not comparable": "cannot tell: the surveys cannot be compared",
    "not testable": "cannot tell: not asked twice, or a number is missing",
}
"""What each code of the decision table is called on a page."""

_VERDICTS: Mapping[str, str] = {
    "not testable": "Cannot tell, because {missing}, and the answer depends on it ({outcomes}){if_enough}",
    "uninformative by design": "Cannot tell, because the surveys are too different: {grade}; {reach}. The "
    "published difference of {printed} points ({interval}) is evidence of nothing",
    "undecided by wording": "Cannot tell, because a figure is printed in words: they allow {outcomes} "
    "({p_range}); {grade}",
    "undecided by rounding": "Cannot tell, because of rounding: it allows {outcomes} ({p_range}); {grade}",
    "changed, immaterially": "No real change, for it changed by less than matters: {difference}; {ruled_out}; {grade}",
    "rose": "Among those who answered the share rose by {size}{whatever}; {grade}{reservation}",
    "fell": "Among those who answered the share fell by {size}{whatever}; {grade}{reservation}",
    "no material change": "No real change: {difference}; {ruled_out}; {grade}",
    "inconclusive": "Cannot tell, because the evidence is not strong enough: {difference}{adjusted}{if_enough}; "
    "{grade}{reservation}",
}
"""What each verdict says of a comparison; each name in braces is one of `_compared_words`."""

_UNTOLD = {
    "undecided by wording": "a figure is printed in words, and what the words allow gives different answers",
    "undecided by rounding": "the figures are rounded, and the counts behind them give different answers",
    "uninformative by design": "two such surveys differ so much by themselves that {}",
}

CONCLUSIONS: Mapping[str, str] = {
    "true": "Correct for those who replied",
    "false": "The published figures do not support this",
    "undecided by rounding": "The published figures are too rounded to tell",
    "not checkable": "Cannot be checked",
}
"""What is concluded of a claim, by its verdict."""


def points(value: float, *, sign: bool = False) -> str:
    """Return a difference of shares in points, one decimal; nothing has no sign.

    Examples
    --------
    >>> points(-0.05, sign=True), points(0.123), points(-0.0001, sign=True)
    ('-5.0', '12.3', '0.0')
    """
    rounded = round(100 * value, 1) + 0.0
    return f"{rounded:+.1f}" if sign and rounded else f"{rounded:.1f}"


def points_to(low: float, high: float) -> str:
    """Return the two ends of an interval of a difference in points."""
    return f"{points(low, sign=True)} to {points(high, sign=True)}"


def interval_points(comparison: Comparison) -> str:
    """Return the interval of a difference in points, one end where both are alike."""
    return points_span(comparison.low, comparison.high)


def points_span(low: float, high: float) -> str:
    """Return two ends in points, one where they are alike."""
    return " to ".join(dict.fromkeys(points(end, sign=True) for end in (low, high)))


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


def p_range(low: float, high: float) -> str:
    """Return two p-values in words, one where they are alike."""
    return " to ".join(dict.fromkeys((p_words(low), p_words(high))))


def made_with(settings: Settings, plan: Plan) -> str:
    """Return which settings are not those of the plan, with both values; nothing where all are."""
    own, told = Settings.of(plan), []
    for name in (field.name for field in fields(settings)):
        used, plans = getattr(settings, name), getattr(own, name)
        of_plan = "that of each grade in the plan" if plans is None else f"the plan's {plans:g}"
        told += [f"{name} = {used} in place of {of_plan}"] if used != plans else []
    return f"{MADE_WITH} {', '.join(told)}." if told else ""


def population_note(*surveys: Survey) -> str:
    """Return why figures of these surveys speak for those who answered only, or nothing if they need not."""
    inferred = {survey.sampling or "" for survey in surveys if "sampling" in survey.inferred.named}
    kinds = sorted(({survey.sampling or "unstated" for survey in surveys} - set(_PROBABILITY)) | inferred)
    reasons = " and ".join(f"{sampling_words(kind).says}{' (inferred)' * (kind in inferred)}" for kind in kinds)
    return f"{reasons}, so nothing is said of anybody else" if reasons else ""


def wave_words(wave: Wave) -> str:
    """Return a wave as ``58% of 235 people in 2017 (poll-2017)``."""
    printed = f"{'all but ' * wave.answer.reversed}{wave.finding.shown}"
    return f"{printed} of {wave.size_words} {unit_words(wave.survey.unit).many} in {wave.year} ({wave.survey.id})"


def trend_sentence(trend: Trend) -> str:
    """Return what can be said of a construct in a window of years, in one or two sentences."""
    if trend.comparison is None:
        named = f"{capital(trend.construct.label)}, {trend.settings.years}"
        return f"{named}: {said_of(trend.verdict)}; {_why_untested(trend)}."
    pair = trend.comparison.pair
    levels = f"{wave_words(pair.first)}, then {wave_words(pair.second)}"
    return f"{capital(trend.construct.label)}: {levels}. {_compared_words(trend, trend.comparison)}."


def _why_untested(trend: Trend) -> str:
    if trend.verdict == "not comparable" and trend.pair:
        names = f"{trend.pair.first.survey.id} and {trend.pair.second.survey.id}"
        reasons = "; ".join(trend.pair.comparability.reasons)
        return f"no two surveys can be compared; {names} come nearest, and {reasons}"
    if blocked := [pair.refusal for pair in trend.pairs if pair.refusal and not pair.comparability.refused]:
        return blocked[0]
    if len(trend.waves) == 1:
        advertised = "; an earlier level is known only from an advertised change" if trend.construct.changes else ""
        return f"one survey asked: {wave_words(trend.waves[0])}{advertised}"
    years = {wave.year for wave in trend.waves}
    return f"every survey is of {years.pop()}" if years else "no survey asked in these years"


def said_of(verdict: str | None) -> str:
    """Return what a code of the decision table is called on a page.

    >>> said_of("uninformative by design")
    'cannot tell: the surveys are too different'
    """
    return VERDICT_WORDS.get(verdict or "", verdict or "")


def tip_words(point: TippingPoint, unit: str = "") -> str:
    """Return where an answer changes first, as a reader would say it.

    >>> from crosswave.robustness.tipping_points import TippingPoint
    >>> tip_words(TippingPoint(1.40012, "no material change", 50), "points")
    '1.4 points: no real change'
    """
    ending = f" {unit}" if unit else ""
    if point.value is None:
        return f"none {'even at' if point.down else 'up to'} {point.limit:g}{ending}"
    return f"{point.value:.3g}{ending}: {said_of(point.verdict)}"


def _compared_words(trend: Trend, comparison: Comparison) -> str:
    """What a verdict says of a comparison."""
    pair, grade, reach = comparison.pair, comparison.pair.comparability, comparison.reach
    unsized = [wave.survey.id for wave in (pair.first, pair.second) if not wave.size_known]
    note = population_note(pair.first.survey, pair.second.survey)
    difference, interval = points(comparison.difference, sign=True), points_to(comparison.low, comparison.high)
    sampled = (
        f"points ({interval} if both were random samples and each survey erred by {comparison.points:g} points more; "
        f"{p_words(comparison.p_high if unsized else comparison.p_value)})"
    )
    seen = min(reach.detectable_rise, reach.detectable_fall)
    noticed = "no change" if seen >= 1 else f"only a change of {points(seen)} points or more"
    missing = f"{' and '.join(unsized)} {'do' if len(unsized) > 1 else 'does'} not say how many answered"
    verdict, margin = _VERDICTS[trend.verdict], f"{trend.settings.smallest_change:g} points"
    enough = break_even_of(trend) if "{if_enough}" in verdict else None  # takes a search
    return verdict.format(
        grade=f"grade {grade.grade}: {'; '.join(grade.reasons)}",
        reservation=f"; {note}" if note else "",
        interval=interval,
        difference=f"{difference} {sampled}",
        size=f"{points(abs(comparison.difference))} {sampled}",
        whatever=", whatever the number of answers that is not published" if unsized else "",
        printed=f"{'about ' if pair.first.verbal or pair.second.verbal else ''}{difference}",
        reach=f"{noticed} would have been noticed",
        outcomes=" or ".join(map(said_of, comparison.outcomes)),
        p_range=f"p from {p_number(comparison.p_low)} to {p_number(comparison.p_high)}",
        missing=missing if unsized else pair.overlap_words or "",
        if_enough=f"; {enough.verdict} {enough.condition}" if enough else "",
        # Their interval is narrower than the one printed beside the difference.
        ruled_out=f"two one-sided tests rule out {margin} or more ({p_words(comparison.equivalence_p)})",
        adjusted=""
        if trend.p_adjusted is None
        else f"; {p_words(trend.p_adjusted)} allowing for the other comparisons",
    )


def answer_sentence(trend: Judged[Any]) -> str:
    """Return the answer for everybody, in the words of its certainty, with the reason where there is none."""
    answer, certainty = answer_of(trend), certainty_of(trend)
    told = f"{capital(hedged(answer, certainty.level))} ({certainty.level} certainty)"
    because = _why_untold(trend) if answer == UNTOLD else "; ".join(certainty.reasons.values())
    return f"{told}: {because}." if because else f"{told}."


def _why_untold(trend: Judged[Any]) -> str:
    """Why there is no answer."""
    if trend.verdict in _UNTOLD:
        return _UNTOLD[trend.verdict].format(_noticed(trend.comparison) if trend.comparison else "")
    if trend.comparison is None or trend.verdict == "not comparable":
        return _why_untested(trend) if isinstance(trend, Trend) else ""
    if trend.verdict == "not testable":
        found = break_even_of(trend)
        needed = f"; the figures show that the share {found.verdict} {found.condition}" if found else ""
        return f"nobody says how many people answered{needed}"
    interval = f"the change may be anything from {points_to(trend.comparison.low, trend.comparison.high)} points"
    adjusted = trend.p_adjusted or 0.0
    if trend.comparison.p_high < trend.settings.alpha <= adjusted:
        chance = f"one such may be chance ({p_words(adjusted)} allowing for them)"
        return f"{interval}, and of {1 + len(trend.others)} comparisons {chance}"
    return f"{interval}: none at all, or one that matters"


def _noticed(comparison: Comparison) -> str:
    """How large a change would have been noticed."""
    reach = comparison.reach
    least = min(reach.detectable_rise, reach.detectable_fall)
    if math.isinf(least):
        return "no change, however large, would probably have been noticed"
    return f"only a change of {points(least)} points or more would have been noticed {reach.power:.0%} of the time"


def of_whom(licence: str) -> str:
    """Return of whom a claim may be said, in words.

    >>> of_whom("not licensed: a panel, not a random sample")
    'only of those who replied: a panel, not a random sample'
    """
    replied = licence.replace("not licensed", "only of those who replied")
    return replied.replace("licensed by the design", "of everybody: a random sample or a census")


def verdict_word(answered: str) -> str:
    """Return a verdict on a claim as a page says it."""
    return "rounding decides" if answered == "undecided by rounding" else answered


def claim_sentence(verdict: ClaimVerdict) -> str:
    """Return what became of a claim, in one sentence, and whose sentence the claim is where no source makes it."""
    if verdict.answered == "not checkable":
        return f"Not checkable: {verdict.reason.removesuffix('.')}."
    own = "this project's own comparison, which no source published: " if verdict.claim.made_by == "project" else ""
    told = f"{verdict_word(verdict.answered)} ({verdict.reason})"
    if verdict.claim.subject == "arithmetic":
        return capital(f"{own}by the printed figures: {told}.")
    interval = ""
    if verdict.low is not None and verdict.high is not None and len(verdict.claim.all_of) == 1:
        single = len(verdict.claim.all_of[0].terms) == 1 or bool(verdict.claim.all_of[0].over)
        low, high = (points(end, sign=not single) for end in (verdict.low, verdict.high))
        interval = f" ({low} to {high} {'%' if single else 'points'})"
    sampled = f"if they were a random sample, {verdict.random_sample}{interval}"
    whom = f"{sampled}; {of_whom(verdict.population_licence)}"
    return capital(f"{own}for those who answered: {told}; {whom}.")

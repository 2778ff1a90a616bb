"""The answer of a trend page in words that can be quoted: title, certainty, what may be said and what may not."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from html import escape

from crosswave.reconstruct import Reconstruction
from crosswave.report.render import percent, publish, survey_name, year_of
from crosswave.report.sentences import answer_sentence, points, points_to, population_note
from crosswave.report.trend.total_error import smallest_size
from crosswave.study.models import unit_words
from crosswave.study.registry import Registry
from crosswave.trend.certainty import OF_THE_ANSWER, UNTOLD, answer_of, certainty_of, verb_of
from crosswave.trend.change import Trend
from crosswave.trend.lines import Line, TopicLine
from crosswave.trend.settings import Settings
from crosswave.trend.waves import Wave, pairs_of, waves_of
from crosswave.words import capital, listed_words, plural

_YEARS_MORE = 2


def wider(settings: Settings) -> Settings:
    """Return the same settings with a window that begins two years earlier and ends two years later."""
    return replace(settings, from_year=settings.from_year - _YEARS_MORE, to_year=settings.to_year + _YEARS_MORE)


def more_years(settings: Settings) -> dict[str, int]:
    """Return the years of `wider` as arguments."""
    wide = wider(settings)
    return {"from_year": wide.from_year, "to_year": wide.to_year}


def headline(trend: Trend) -> str:
    """Return the answer as the title of the page: ``Skills as an obstacle: surveys cannot tell, 2017 to 2020``."""
    label, answer = capital(trend.construct.label), answer_of(trend)
    if answer == UNTOLD or trend.comparison is None:
        return f"{label}: surveys cannot tell whether this changed, {trend.settings.years}"
    first, second = trend.comparison.pair.first, trend.comparison.pair.second
    return f"{label}: {_said(trend)} {_from_to(first, second)}"


def _said(trend: Trend) -> str:
    return verb_of(answer_of(trend), certainty_of(trend).level)


def _from_to(first: Wave, second: Wave) -> str:
    return f"between {first.year} ({_share(first)}) and {second.year} ({_share(second)})"


def _share(wave: Wave) -> str:
    """A printed percentage as it is, a printed count as a percentage of its base."""
    return f"{percent(float(wave.share))}%" if wave.finding.answer.printed_in == "count" else _printed(wave)


def _printed(wave: Wave) -> str:
    return f"{'all but ' * wave.answer.reversed}{wave.finding.shown}"


def _level(wave: Wave) -> str:
    """A survey's figure as it may be quoted: of how many, who, when, by whom."""
    who = unit_words(wave.survey.unit).many
    size = f"{wave.size_words} {who}" if wave.base else f"{who} (how many is not said)"
    share = f" ({_share(wave)})" * (wave.finding.answer.printed_in == "count")
    return f"{_printed(wave)} of {size}{share} in {year_of(wave.survey)} ({survey_name(wave.survey)})"


def may_say(trend: Trend) -> str:
    """Return a sentence that can be quoted as it is."""
    label = capital(trend.construct.label)
    if trend.comparison is None:
        usable = [wave for wave in trend.waves if wave.refusal is None]
        if not usable:
            return ""
        levels = listed_words(list(dict.fromkeys(map(_level, usable))))
        return f"{label}: {levels}. No other survey can be compared with {'it' if len(usable) == 1 else 'them'}."
    first, second = trend.comparison.pair.first, trend.comparison.pair.second
    if answer_of(trend) == UNTOLD:
        return f"{label}: {_level(first)}, {_level(second)}. These surveys cannot show whether the share changed."
    size, ends = points(trend.comparison.difference, sign=True), points_to(trend.comparison.low, trend.comparison.high)
    whom = "" if _sampled(first, second) else "among those who answered, "
    level = certainty_of(trend).level
    return (
        f"{label}: {whom}{_level(first)}, {_level(second)}. The share {_said(trend)}: {size} points "
        f"(interval {ends}). Certainty: {level}."
    )


def _sampled(*waves: Wave) -> bool:
    return not population_note(*(wave.survey for wave in waves))


def may_not_say(trend: Trend) -> str:
    """Return what the figures do not support."""
    years, answer = trend.settings.years, answer_of(trend)
    if answer == UNTOLD:
        return f"“It rose”, “it fell”, “it got worse or better” or “it stayed the same”, {years}{_blind(trend)}."
    assert trend.comparison is not None
    waves = (trend.comparison.pair.first, trend.comparison.pair.second)
    if answer == "no real change":
        margin = f"{trend.settings.smallest_change:g} points"
        return f"“It rose” or “it fell”: tests rule out a change of {margin} or more, and a smaller one is no news."
    if not _sampled(*waves):
        return "“In general”: nobody was chosen at random, so this is about those who answered."
    return f"What caused the change, or that it was exactly {points(trend.comparison.difference)} points."


def _blind(trend: Trend) -> str:
    """How large a change the two surveys could have missed."""
    if trend.comparison is None or not trend.comparison.pair.sized:
        return ""
    seen = min(trend.comparison.reach.detectable_rise, trend.comparison.reach.detectable_fall)
    if not math.isfinite(seen):
        return ": these two surveys could have missed any change"
    return f": these two surveys could have missed a change of {points(seen)} points"


def in_window(trend: Trend) -> str:
    """Return the answer of one window of years in a sentence, with the reason where there is none."""
    if answer_of(trend) == UNTOLD or trend.comparison is None:
        return f"{trend.settings.years}: {answer_sentence(trend)}"
    first, second = trend.comparison.pair.first, trend.comparison.pair.second
    size, ends = points(trend.comparison.difference, sign=True), points_to(trend.comparison.low, trend.comparison.high)
    level = certainty_of(trend).level
    return f"{trend.settings.years}: the share {_said(trend)} {_from_to(first, second)}, {size} points " \
        f"({ends}; {level} certainty)."  # fmt: skip


def all_years(trend: Trend, wide: Trend, series: TopicLine) -> list[str]:
    """Return the answer of the wider window and what all comparable surveys of any year say together."""
    told = [in_window(wide)] if _figures(wide) and _figures(wide) != _figures(trend) else []
    if isinstance(line := series.line, Line):
        waves = series.comparable.waves
        shown = {1: "taken alone, a rise shows", -1: "taken alone, a fall shows", 0: "no steady rise or fall shows"}
        told.append(
            f"All years: {plural(len(waves), 'survey')} can be compared with each other ({waves[0].year} to "
            f"{waves[-1].year}). Together they give {points(line.slope, sign=True)} points a year "
            f"({points_to(line.low, line.high)}): {shown[series.slope]}."
        )
    return told


def _figures(trend: Trend) -> tuple[str, ...]:
    pair = trend.comparison.pair if trend.comparison else None
    return (pair.first.finding.id, pair.second.finding.id) if pair else ()


def settle(trend: Trend, registry: Registry) -> list[str]:
    """Return what would give an answer where there is none."""
    if answer_of(trend) != UNTOLD:
        return []
    told, pair = [], trend.comparison.pair if trend.comparison else trend.pair
    missing = [wave for wave in ((pair.first, pair.second) if pair else ()) if wave.base is None]
    if missing:
        told.append(
            f"The number of people who answered {listed_words([survey_name(wave.survey) for wave in missing])}."
        )
    plan, error = registry.plan, registry.plan.errors["A"].error
    needed = {change: smallest_size(change / 100, error, plan, trend.settings) for change in _changes(trend)}
    enough = [f"{n:,} answers each time for a change of {change:g} points" for change, n in needed.items() if n]
    asked = (
        f"The same question, asked twice by the same organisation in the same way: {listed_words(enough)}."
        if enough
        else ""
    )
    return [*told, *filter(None, [asked])]


def _changes(trend: Trend) -> list[float]:
    return [trend.settings.smallest_change, 2 * trend.settings.smallest_change]


def nearest(trend: Trend, registry: Registry, reconstructions: Mapping[str, Reconstruction]) -> list[str]:
    """Return the topic of the same family that can be compared and shares most surveys, where this one cannot."""
    if trend.comparison is not None:
        return []
    own = {answer.finding.split(".")[0] for answer in trend.construct.answers}
    years = trend.settings.from_year, trend.settings.to_year
    near = []
    for other in registry.constructs.values():
        if other.family != trend.construct.family or other.id == trend.construct.id:
            continue
        pairs = pairs_of(other, waves_of(other, registry, reconstructions, years), registry)
        if any(not (pair.refusal or pair.comparability.refused) for pair in pairs):
            near.append((-len(own & {answer.finding.split(".")[0] for answer in other.answers}), other.label, other.id))
    return [
        f"The nearest topic that can be compared: {capital(label)} ({name})." for _, label, name in sorted(near)[:1]
    ]


def _certainty(trend: Trend) -> list[str]:
    """How sure the answer is, and why; nothing where nothing was compared."""
    if trend.comparison is None:
        return []
    certainty = certainty_of(trend)
    because = "; ".join(why for domain, why in certainty.reasons.items() if domain != OF_THE_ANSWER)
    return [f"Certainty: {certainty.level}{', because ' if because else ''}{because}."]


def show_answer(trend: Trend, wide: Trend, series: TopicLine) -> None:
    """Display the box at the head of the page."""
    parts = [("You may say", may_say(trend)), ("Do not say", may_not_say(trend))]
    told = [in_window(trend), *all_years(trend, wide, series)]
    sure = _certainty(trend)
    text = "\n".join([headline(trend), *told, *sure, *(f"{name}: {words}" for name, words in parts if words)])
    body = "\n".join(f"<p>{escape(words)}</p>" for words in told)
    quotes = "\n".join(
        f'<div class="{kind}"><dt>{name}</dt><dd>{escape(words)}</dd></div>'
        for kind, (name, words) in zip(("say", "not"), parts, strict=True)
        if words
    )
    badge = "".join(f'<p class="certainty">{escape(words)}</p>\n' for words in sure)
    html = (
        f'<section class="box">\n<h1 class="headline">{escape(headline(trend))}</h1>\n{body}\n{badge}\n'
        f"<dl>\n{quotes}\n</dl>\n</section>"
    )
    publish({"text/plain": text, "text/html": html})

"""The first page: what changed, what surveys agree on, what they cannot tell; and a page for each subject."""

from collections import Counter
from collections.abc import Sequence

from crosswave.report.ledger import Ledger
from crosswave.report.official import HEADINGS, left_words, told, years_words
from crosswave.report.render import span
from crosswave.report.sentences import VERDICT_WORDS, answer_sentence, said_of, verdict_word, wave_words
from crosswave.report.site.finders import house_of
from crosswave.report.site.material import Group, Link, Overview, Subject, Topic
from crosswave.report.trend.answer import in_window
from crosswave.study.loading import read_series
from crosswave.study.models import Survey
from crosswave.study.registry import Registry, findings_of
from crosswave.trend.batteries import battery_figures
from crosswave.trend.certainty import ANSWERS, UNTOLD, answer_of, certainty_of
from crosswave.trend.change import Trend
from crosswave.trend.settings import FIRST_YEAR, LAST_YEAR
from crosswave.trend.waves import Wave, waves_of
from crosswave.words import capital, listed_words, plural

_UNASKED = "no survey of these years names it"


def make_overview(registry: Registry, ledger: Ledger) -> Overview:
    """Return the overview of a registry under its plan."""
    window, trends = registry.plan.window, list(ledger.assessed.values())
    shown = [trend for trend in trends if trend.construct.overview]
    apart = [pair for pair in registry.plan.official_years if tuple(pair) != (window.from_year, window.to_year)]
    return Overview(
        question=f"What changed, {window.from_year} to {window.to_year}?",
        answer=answer(trends),
        topics=tuple(_topic(trend, registry, ledger) for trend in shown),
        total=len(trends),
        groups=tuple(groups(trends)),
        limits=_limits(registry),
        official=_official(ledger) | _others(trends, ledger),
        official_rest=tuple(filter(None, (years_words(ledger.official, apart), left_words(ledger.official)))),
        years=(window.from_year, window.to_year),
        items=(items := _items(registry, ledger)),
        items_said=_items_said(items, window.to_year),
    )


def _items(registry: Registry, ledger: Ledger) -> tuple[tuple[str, ...], ...]:
    """What the joint model says of each item that can be compared, in the order of the last year."""
    if ledger.batteries.empty:
        return ()
    every = ledger.batteries[ledger.batteries["battery"] == registry.batteries.kinds[0]]
    every = every[every["figures"] == "comparable"]
    part = {name: rows.set_index("item") for name, rows in every.groupby("quantity")}
    labels = {item.id: item.label for item in registry.batteries.items}
    levels, rank = part["level"], part["rank"].sort_values("value")
    years = levels["year"].min(), levels["year"].max()
    ends = [levels[levels["year"] == year] for year in years]
    figures = battery_figures(registry, ledger.reconstructions, kind=registry.batteries.kinds[0])
    asked = set(figures.loc[figures["date"].between(years[0], years[1] + 1), "item"])
    return tuple(
        (
            labels.get(str(item), str(item)) + f" ({_UNASKED})" * (item not in asked),
            *(f"{year.at[item, 'value']}% ({year.at[item, 'lower']} to {year.at[item, 'upper']})" for year in ends),
            f"{rank.at[item, 'probability']:.0%}",
            said_of(str(part["change"].at[item, "verdict"])),
        )
        for item in rank.index
    )


def _items_said(items: Sequence[Sequence[str]], year: int) -> str:
    if not items:
        return ""
    first, chance = items[0][0], items[0][3]
    return (
        f"All comparable surveys in one model: “{first}” is the obstacle most likely to have been named most in {year} "
        f"(probability {chance}). A typical survey would find that {items[0][2]} name it; single surveys are well "
        "above or below that."
    )


def _official(ledger: Ledger) -> dict[str, tuple[Link, ...]]:
    """What official series show, by the heading of each answer; each topic leads to its page."""
    found: dict[str, list[Link]] = {}
    for one in told(ledger.official):
        after = f"{one.words}.{_left_out(ledger.assessed[one.construct_id])}"
        link = Link(one.label, page=f"trend/{one.construct_id}", after=after)
        found.setdefault(HEADINGS[one.answer], []).append(link)
    return {heading: tuple(links) for heading, links in found.items()}


def _left_out(trend: Trend) -> str:
    """That a later survey of the window cannot be compared, where one asked."""
    if trend.comparison is None:
        return ""
    first, second = trend.comparison.pair.first, trend.comparison.pair.second
    beside = {
        pair.second.year
        for pair in trend.pairs
        if pair.first.finding.id == first.finding.id and not (pair.refusal or pair.comparability.refused)
    }
    later = sorted({wave.year for wave in trend.waves if wave.year > second.year} - beside)
    return f" That of {span(str(later[0]), str(later[-1]))} cannot be set beside it." if later else ""


def _others(trends: Sequence[Trend], ledger: Ledger) -> dict[str, tuple[Link, ...]]:
    """The topics that rose or fell of which no sentence on a whole population is told."""
    known = {one.construct_id for one in told(ledger.official)}
    moved = [one for one in trends if answer_of(one) in ("rose", "fell") and one.construct.id not in known]
    links = (
        Link(capital(one.construct.label), page=f"trend/{one.construct.id}", after=in_window(one)) for one in moved
    )
    return {"Single groups and other surveys: rose or fell": tuple(links)} if moved else {}


def groups(trends: Sequence[Trend]) -> list[Group]:
    """Return the topics by what can be said of them: every topic is in one group, and the groups add up to all."""
    count, start, found = Counter(trend.verdict for trend in trends), 0.0, []
    for verdict in (verdict for verdict in VERDICT_WORDS if count[verdict]):
        width = 100 * count[verdict] / len(trends)
        found.append(Group(VERDICT_WORDS[verdict], ANSWERS.get(verdict, UNTOLD), count[verdict], start, width))
        start += width
    return found


def answer(trends: Sequence[Trend]) -> list[str]:
    """Return what surveys can say of all topics, and what they cannot, in sentences that add up."""
    count = Counter(ANSWERS.get(trend.verdict, UNTOLD) for trend in trends)
    changed = f"{count['rose']} rose, {count['fell']} fell and {count['no real change']} did not really change"
    years = f"{trends[0].settings.years}" if trends else ""
    sure = Counter(certainty_of(trend).level for trend in trends if trend.verdict in ANSWERS)
    weak = [f"{sure[level]} {level}" for level in (trends[0].plan.certainty.levels if trends else ()) if sure[level]]
    hedge = f"; the certainty of these answers: {listed_words(weak)}" if weak else ""
    least = f"{trends[0].settings.smallest_change:g} points" if trends else ""
    rule = [
        f"“Did not really change” means that two one-sided tests rule out a change of {least} or more; their intervals "
        "are narrower than those that are printed."
    ]
    untested = sum(trend.verdict in ("not comparable", "not testable") for trend in trends)
    return [
        f"Of {plural(len(trends), 'topic')}, {changed} between two surveys of {years}{hedge}. For the other "
        f"{count[UNTOLD]} topics surveys cannot tell: {count[UNTOLD] - untested} were compared without a clear result, "
        f"and {untested} could not be compared, or a number for it is missing.",
        *(rule if count["no real change"] else []),
    ]


def _topic(trend: Trend, registry: Registry, ledger: Ledger) -> Topic:
    every = [wave for wave in waves_of(trend.construct, registry, ledger.reconstructions, (FIRST_YEAR, LAST_YEAR))
             if wave.shares.size]  # fmt: skip
    shares = sorted(float(wave.share) for wave in every)
    pair = trend.comparison.pair if trend.comparison else None
    levels = f"{span(f'{100 * shares[0]:.0f}', f'{100 * shares[-1]:.0f}')}% in {plural(len(every), 'survey')}"
    return Topic(
        heading=trend.construct.overview or "",
        page=f"trend/{trend.construct.id}",
        levels=f"{levels}, {every[0].year} to {every[-1].year}" if every else "no figure",
        compared=f"{_figure(pair.first)}, then {_figure(pair.second)}" if pair else "",
        answer=answer_sentence(trend),
    )


def _figure(wave: Wave) -> str:
    """A survey's figure in words, without the id of the survey: the page names it."""
    return wave_words(wave).removesuffix(f" ({wave.survey.id})")


def _limits(registry: Registry) -> tuple[str, ...]:
    surveys = registry.surveys.values()
    sampled = sum(survey.sampling in ("probability", "census") for survey in surveys)
    unsized = sum(survey.n.kind == "unknown" for survey in surveys)
    return (
        f"{sampled or 'None'} of {len(surveys)} surveys asked everybody or a random sample. The others describe only "
        "the people who replied.",
        f"{unsized} of {len(surveys)} do not say how many people answered.",
    )


def make_subjects(registry: Registry, ledger: Ledger) -> tuple[Subject, ...]:
    """Return the subjects on which there is a figure, in the order of the vocabulary."""
    every = (_subject(name, registry, ledger) for name in registry.study.vocabulary.topics)
    return tuple(subject for subject in every if subject.surveys)


def _subject(name: str, registry: Registry, ledger: Ledger) -> Subject:
    figures = {key for key, finding in registry.findings.items() if finding.answer.topic == name}
    topics = [
        Link(capital(trend.construct.label), page=f"trend/{key}", after=said_of(trend.verdict))
        for key, trend in ledger.assessed.items()
        if any(answer.finding in figures for answer in trend.construct.answers)
    ]
    claims = [
        Link(
            registry.claims[row.claim_id].says, page=f"claims/{row.source_id}", after=verdict_word(row.answered_verdict)
        )
        for row in ledger.claims.astype(str).itertuples()
        if figures & set(registry.claims[row.claim_id].names)
    ]
    asked: dict[str, list[Survey]] = {}  # waves of a series are one entry
    for survey in sorted(registry.surveys.values(), key=lambda one: (one.year, one.id)):
        if any(finding.id in figures for finding in findings_of(survey)):
            asked.setdefault(registry.series_of.get(survey.id, survey.id), []).append(survey)
    links = [
        Link(read_series(registry, name).title if name in registry.series else waves[-1].title,
             page=f"survey/{waves[-1].id}",
             after=", ".join(filter(None, [house_of(waves[-1]), span(str(waves[0].year), str(waves[-1].year))])))
        for name, waves in asked.items()
    ]  # fmt: skip
    by_answer = sorted(topics, key=lambda link: (list(VERDICT_WORDS.values()).index(link.after), link.text))
    return Subject(name, registry.study.vocabulary.name(name), tuple(by_answer), tuple(claims), tuple(links))

"""How results show themselves: counts, waves, comparisons, verdicts, and what was tried to shake them."""

from __future__ import annotations

import pandas as pd

from crosswave.charts.canvas import image
from crosswave.charts.specification import specification_alt
from crosswave.charts.trajectory import trajectory_alt, trajectory_chart
from crosswave.charts.trends import difference_alt, difference_chart, waves_alt, waves_chart
from crosswave.claims import ClaimVerdict
from crosswave.display.cards import Card, trend_card
from crosswave.display.forms import Form, form_of
from crosswave.display.trajectory import trajectory_words
from crosswave.reconstruct import FindingCounts, Reconstruction
from crosswave.report.sentences import claim_sentence, points
from crosswave.robustness.multiverse import Multiverse
from crosswave.robustness.simulation import Calibration
from crosswave.robustness.survival import Survival
from crosswave.tables.calibration import rates_table
from crosswave.tables.claims import CLAIM_VERDICTS
from crosswave.tables.course import Course
from crosswave.tables.names import figure_name, survey_name
from crosswave.tables.render import span
from crosswave.tables.specifications import outcomes_table
from crosswave.tables.surveys import NOT_PRINTED, feasible
from crosswave.tables.tipping import bias_words
from crosswave.tables.trajectory import dates_table
from crosswave.tables.trends import reach_table
from crosswave.tables.waves import by_wave, waves_table
from crosswave.trend.change import Trend
from crosswave.trend.comparison import Comparison
from crosswave.trend.waves import Pair, Wave
from crosswave.words import capital, plural


@form_of.register
def _(shown: FindingCounts) -> Form:
    known = shown.count_low is not None and shown.base_low is not None
    counts = (
        feasible(shown.values, shown.count_low, shown.count_high),
        feasible(shown.bases, shown.base_low, shown.base_high),
    )
    facts = {
        "Level": shown.level,
        "Counts": f"{counts[0]} of {counts[1]}" if known else "not known",
        "Why": shown.reason,
        "Could have failed": "" if shown.power is None else f"{shown.power:.1%} of the values in its place",
    }
    return Form(Card(shown.finding_id, facts), {})


@form_of.register
def _(shown: Reconstruction) -> Form:
    facts = {
        "How many answered": span(*shown.n) if shown.n else NOT_PRINTED,
        "In conflict": plural(len(shown.conflicts), "group") + " of figures" if shown.conflicts else "nothing",
        "Assumptions": plural(len(shown.assumptions), "assumption"),
        "Tables of counts that fit": str(shown.solutions) if shown.solutions else "",
    }
    rows = [
        (
            name.partition(".")[2], one.level, feasible(one.values, one.count_low, one.count_high),
            feasible(one.bases, one.base_low, one.base_high),
        )
        for name, one in shown.findings.items()
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=["Figure", "Level", "Count", "Base"])
    return Form(Card(f"What can have printed {shown.survey_id}", facts), {"Counts that print admits": table})


@form_of.register
def _(shown: Wave) -> Form:
    facts = {
        "Share": f"{shown.finding.answer.printed} of {shown.size_words.removesuffix(' of')}",
        "Turned round": "yes: the rest of the printed share is meant" if shown.answer.reversed else "",
        "Cannot be used": shown.refusal or "",
        "Id": shown.finding.id,
    }
    return Form(Card(figure_name(shown.finding), facts), {})


@form_of.register
def _(shown: Pair) -> Form:
    facts = {
        "Gate": "refused" if shown.comparability.refused else shown.refusal or "open",
        "Grade": shown.comparability.grade,
        "Why": "; ".join(shown.comparability.reasons),
        "Respondents in both": shown.overlap_words or "",
    }
    return Form(Card(_pair_name(shown), facts), {"Aspects": _aspects(shown)})


def _pair_name(pair: Pair) -> str:
    return f"{survey_name(pair.first.survey)}, then {survey_name(pair.second.survey)}"


def _aspects(pair: Pair) -> pd.DataFrame:
    return pd.DataFrame(list(pair.comparability.aspects.items()), columns=["Aspect", "How alike"])


@form_of.register
def _(shown: Comparison) -> Form:
    ends = points(shown.low, sign=True), points(shown.high, sign=True)
    facts = {
        "Difference": f"{points(shown.difference, sign=True)} points ({' to '.join(ends)})",
        "Outcome": " or ".join(shown.outcomes),
        "Grade": shown.pair.comparability.grade,
    }
    return Form(Card(_pair_name(shown.pair), facts), {"What it could have shown": reach_table(shown)})


@form_of.register
def _(shown: Trend) -> Form:
    waves = by_wave(shown)
    table = waves_table(waves) if len(waves) else pd.DataFrame()
    figure = waves_chart(shown, waves) if len(waves) else None
    chart = image(figure, waves_alt(shown, waves)) if figure else ""
    compared = difference_chart({"reported": shown})
    if compared:
        chart += "\n" + image(compared, difference_alt({"reported": shown}))
    return Form(trend_card(shown), {"Its waves": table}, chart)


@form_of.register
def _(shown: ClaimVerdict) -> Form:
    verdicts = shown.answered, shown.random_sample, shown.population_licence
    facts = {**dict(zip(CLAIM_VERDICTS, verdicts, strict=True)), "In a sentence": claim_sentence(shown)}
    return Form(Card(shown.claim.says, {**facts, "Id": shown.claim.id}), {})


@form_of.register
def _(shown: Survival) -> Form:
    moved = {
        "Design effect, upwards": shown.design_effect.words(),
        "Total error of a wave, upwards": shown.total_error.words("points"),
        "Total error of a wave, down": shown.less_total_error.words("points"),
        "Bias of the difference, either way": bias_words(shown.bias),
    }
    table = pd.DataFrame(list(moved.items()), columns=["What is moved", "Where the verdict gives way"])
    card = Card("Would the verdict survive?", {"Verdict, before other comparisons are counted": shown.verdict})
    return Form(card, {"Each number moved alone": table})


@form_of.register
def _(shown: Multiverse) -> Form:
    every = len(shown.by_analysis)
    says = f"No chart: {shown.reason}." if not every else specification_alt(shown.by_analysis.assign(pair=""), "")
    card = Card("What other analysts would have found", {"Analyses": f"{every:,}", "In a sentence": says})
    return Form(card, {"What the analyses come to": outcomes_table(shown)})


@form_of.register
def _(shown: Course) -> Form:
    figure = trajectory_chart(shown)
    card = Card(f"{capital(shown.construct.label)}, all years", {"In words": " ".join(trajectory_words(shown))})
    return Form(card, {"Its waves": dates_table(shown)}, image(figure, trajectory_alt(shown)) if figure else "")


@form_of.register
def _(shown: Calibration) -> Form:
    world = shown.world
    facts = {"Worlds": f"{world.worlds:,}", "True change": f"{points(world.change, sign=True)} points"}
    return Form(Card("How often the engine is right", facts), {"What was said": rates_table(shown)})

"""Claims of a source: sentences, tables and chart."""

from collections.abc import Sequence

import pandas as pd
from matplotlib.figure import Figure

from crosswave.claims import ClaimVerdict
from crosswave.report.canvas import NAVY, PLUM, TEAL, styled
from crosswave.report.forest import bars
from crosswave.report.render import percent, span
from crosswave.report.sentences import CONCLUSIONS, claim_sentence, of_whom, verdict_word
from crosswave.study.faults import nearest
from crosswave.study.models import Claim
from crosswave.study.registry import Registry
from crosswave.words import capital, plural

ALL = "all"
_MADE_BY = {"source": "the source's", "project": "this project's"}
CLAIM_VERDICTS = ("For those who answered", "If a random sample", "Of whom it can be said")


def claims_of(registry: Registry, source: str) -> list[Claim]:
    """Return the claims of one source, or of all.

    Raises
    ------
    KeyError
        No claim of that source is recorded; the message names the nearest source that has some.
    """
    known = sorted({claim.source for claim in registry.claims.values()})
    if source not in (ALL, *known):
        hint = nearest(source, known) or "; crosswave list names the sources that have some, and all takes every one"
        raise KeyError(f"no claims of a source called {source!r} are recorded{hint}")
    return [claim for claim in registry.claims.values() if source in (ALL, claim.source)]


def surveys_behind(claims: Sequence[Claim], registry: Registry) -> list[str]:
    """Return the ids of the surveys whose figures decide some claims, in order."""
    terms = (term for claim in claims for term in claim.names)
    return sorted({survey for term in terms if (survey := term.split(".")[0]) in registry.surveys})


def claims_answer(registry: Registry, source: str, verdicts: Sequence[ClaimVerdict]) -> list[str]:
    """Return whose claims these are, and how many hold for whom."""
    true, supported, licensed = claim_counts(verdicts)["value"]
    if source == ALL:
        writers = len({verdict.claim.source for verdict in verdicts})
        whose = f"Claims of {plural(writers, 'source')}."
    else:
        found = registry.sources[source]
        where = ", ".join(filter(None, (found.publisher, found.published)))
        whose = f"{found.title}{f' ({where})' if where else ''}."
    told = [
        whose,
        f"Of {plural(len(verdicts), 'claim')} {true} {'is' if true == 1 else 'are'} true of those who answered; "
        f"{supported} would be supported if they were a random sample; {licensed} can be said of everybody.",
    ]
    if own := sum(verdict.claim.made_by == "project" for verdict in verdicts):
        says = "is no sentence of a source: it is" if own == 1 else "are no sentences of a source: they are"
        here = "put together here from what sources publish, and no source is wrong where one fails."
        told.append(f"{own} of them {says} {here}")
    return [*told, claim_sentence(verdicts[0])] if len(verdicts) == 1 else told


def fact_checks(verdicts: Sequence[ClaimVerdict]) -> list[str]:
    """Return each claim with the conclusion on it: what may be said, and of whom."""
    return [
        f"Claim: {capital(v.claim.says).removesuffix('.')}. "
        f"Conclusion: {CONCLUSIONS.get(v.answered, capital(v.answered))}"
        f"{'' if v.answered == 'not checkable' else f'. It can be said {of_whom(v.population_licence)}'}."
        for v in verdicts
    ]


def claims_caveats(verdicts: Sequence[ClaimVerdict]) -> list[str]:
    """Return what is noted beside the claims, and why some cannot be checked."""
    return [
        f"{capital(v.claim.says).removesuffix('.')}: {words}"
        for v in verdicts
        if (words := v.claim.note or v.claim.not_checkable)
    ]


def claims_table(verdicts: Sequence[ClaimVerdict]) -> pd.DataFrame:
    """Return a row for each claim with its three verdicts."""
    rows = [
        (v.claim.id, v.claim.says, _MADE_BY[v.claim.made_by], verdict_word(v.answered), v.random_sample,
         of_whom(v.population_licence))
        for v in verdicts
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["Claim", "In own words", "Whose sentence", *CLAIM_VERDICTS])


def conditions_table(verdicts: Sequence[ClaimVerdict]) -> pd.DataFrame:
    """Return a row for each claim with the numbers that decide it."""

    def quantity(verdict: ClaimVerdict, value: float | None) -> str:
        """Shares and their differences as percentages; facts, and ratios of facts, as they are."""
        if value is None:
            return ""
        return f"{value:,.4g}" if verdict.claim.subject == "arithmetic" else f"{percent(value)}%"

    rows = [
        (v.claim.id, ", ".join(v.surveys), quantity(v, v.estimate), span(quantity(v, v.low), quantity(v, v.high)),
         v.reason)
        for v in verdicts
    ]  # fmt: skip
    columns = ["Claim", "Surveys", "First quantity", "Interval if a random sample", "What must hold"]
    return pd.DataFrame(rows, columns=columns)


def claim_counts_table(verdicts: Sequence[ClaimVerdict]) -> pd.DataFrame:
    """Return how many claims pass each of three bars, each higher than the one before."""
    return claim_counts(verdicts)[["label", "value"]].set_axis(["For whom", "Claims"], axis=1)


def claim_counts(verdicts: Sequence[ClaimVerdict]) -> pd.DataFrame:
    """Return the same for the chart: label, value, and the value in words."""
    passed = {
        "True of those who answered": sum(verdict.answered == "true" for verdict in verdicts),
        "Supported if they were a random sample": sum(verdict.random_sample == "supported" for verdict in verdicts),
        "Can be said of everybody": sum(verdict.population_licence.startswith("licensed") for verdict in verdicts),
    }
    rows = [(label, value, f"{value} of {len(verdicts)}") for label, value in passed.items()]
    return pd.DataFrame(rows, columns=["label", "value", "words"])


@styled
def claims_chart(verdicts: Sequence[ClaimVerdict]) -> Figure | None:
    """Return how many claims hold for those who answered, for a random sample, for the population; None without any."""
    if not verdicts:
        return None
    frame = claim_counts(verdicts)
    colours = dict(zip(frame["label"], (NAVY, TEAL, PLUM), strict=True))
    subtitle = "Claims by whom they hold for; the rest is false, undecided or cannot be checked: see the table."
    return bars(frame, title=claims_message(verdicts), subtitle=subtitle, colours=colours)


def claims_message(verdicts: Sequence[ClaimVerdict]) -> str:
    """Return what the chart says, in one sentence."""
    true, _, licensed = claim_counts(verdicts)["words"]
    return f"True of those who answered: {true} claims; can be said of everybody: {licensed}"


def claims_alt(verdicts: Sequence[ClaimVerdict]) -> str:
    """Return the chart in words."""
    rows = [f"{row.label}: {row.words}" for row in claim_counts(verdicts).itertuples()]
    return f"{claims_message(verdicts)}. {'; '.join(rows)}."

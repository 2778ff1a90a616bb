"""Claims in sentences."""

from __future__ import annotations

from collections.abc import Sequence

from crosswave.charts.claims import claim_counts
from crosswave.claims import ClaimVerdict
from crosswave.report.sentences import claim_sentence
from crosswave.study.faults import nearest
from crosswave.study.models import Claim
from crosswave.study.registry import Registry
from crosswave.words import capital, plural

ALL = "all"


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
    total = plural(len(verdicts), "claim")
    answer = (
        f"Of {total} {true} {'is' if true == 1 else 'are'} true of those who answered; {supported} would be supported "
        f"if they were a random sample; {licensed} can be said of the population."
    )
    alone = [claim_sentence(verdicts[0])] if len(verdicts) == 1 else []
    return [_whose(registry, source, verdicts), answer, *_made_here(verdicts), *alone]


def _made_here(verdicts: Sequence[ClaimVerdict]) -> list[str]:
    """Whose sentences these are, where they are not the source's."""
    own = sum(verdict.claim.made_by == "project" for verdict in verdicts)
    if not own:
        return []
    says = "is no sentence of a source: it is" if own == 1 else "are no sentences of a source: they are"
    return [f"{own} of them {says} put together here from what sources print, and no source is wrong where one fails."]


def _whose(registry: Registry, source: str, verdicts: Sequence[ClaimVerdict]) -> str:
    if source == ALL:
        writers = len({verdict.claim.source for verdict in verdicts})
        return f"Claims of {plural(writers, 'source')}."
    found = registry.sources[source]
    where = ", ".join(filter(None, (found.publisher, found.published)))
    return f"{found.title}{f' ({where})' if where else ''}."


def claims_caveats(verdicts: Sequence[ClaimVerdict]) -> list[str]:
    """Return what is noted beside the claims, and why some cannot be checked."""
    return [f"{capital(v.claim.says)}: {words}" for v in verdicts if (words := v.claim.note or v.claim.not_checkable)]

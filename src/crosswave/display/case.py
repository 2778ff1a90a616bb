"""A survey with all that is needed to count one of its figures by hand."""

from __future__ import annotations

from dataclasses import dataclass

from crosswave.printed.intervals import Quantity
from crosswave.printed.plain import is_withheld
from crosswave.printed.quantities import Lexicon
from crosswave.reconstruct import FindingCounts, Reconstruction
from crosswave.reconstruct.arithmetic import BaseSize, Figure
from crosswave.reconstruct.solve import Solver
from crosswave.reconstruct.trials import Trials
from crosswave.study.loading import Finding, findings_of
from crosswave.study.models import ORGANISATIONS, Survey
from crosswave.words import plural

_NOUNS = {"person": ("person", "people")}
_ORGANISATIONS = "organisation", ORGANISATIONS


@dataclass(frozen=True, slots=True)
class Case:
    """A survey, what was found of it, and every reading that was tried."""

    survey: Survey
    reconstruction: Reconstruction
    lexicon: Lexicon
    trials: Trials
    solver: Solver

    @property
    def shares(self) -> list[tuple[Finding, FindingCounts, Quantity]]:
        """Printed shares of respondents, with what they admit."""
        found = (f for f in findings_of(self.survey) if _is_share(f) and _of_respondents(f))
        return [(f, self.reconstruction.findings[f.id], self.quantity(f.answer.printed)) for f in found]

    def quantity(self, printed: str) -> Quantity:
        """Return the shares for which a printed text can stand."""
        return self.lexicon.share(printed, self.survey.rounding or "nearest")

    def people(self, size: int, base: BaseSize | None = None) -> str:
        """Return a number of respondents in words."""
        organised = base is not None and base.who == ORGANISATIONS
        return plural(size, *(_ORGANISATIONS if organised else _NOUNS.get(self.survey.unit, _ORGANISATIONS)))

    def figures(self) -> dict[str, Figure]:
        """Return the figures under the first reading, rival values included, by local id."""
        trials = [*self.trials.rivals.values(), self.trials.main]
        return {figure.id: figure for trial in trials for figure in trial.solved[0][0].figures}


def _is_share(finding: Finding) -> bool:
    return finding.answer.measure == "share" and not is_withheld(finding.answer)


def _of_respondents(finding: Finding) -> bool:
    return not (finding.base and finding.base.counts) or finding.base.counts == ORGANISATIONS


def label(finding: Finding) -> str:
    """Return a figure as ``73% for “skills gap” (gap-barriers.skills)``."""
    return f"{finding.answer.printed} for “{finding.answer.says}” ({finding.local_id})"

"""The level of each printed figure of a survey, and why it has it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain

from crosswave.printed.marks import is_withheld
from crosswave.printed.quantities import Lexicon
from crosswave.printed.quantity import Quantity
from crosswave.reconstruct.arithmetic import BaseSize
from crosswave.reconstruct.conflicts import Conflict
from crosswave.reconstruct.figures import describe
from crosswave.reconstruct.finding import FindingCounts
from crosswave.reconstruct.means import Mean
from crosswave.reconstruct.parts import Counts
from crosswave.reconstruct.power import Possible, alone_power, joint_power
from crosswave.reconstruct.weighting import Weighted, weighting_of
from crosswave.study.models import ORGANISATIONS, Plan, Survey
from crosswave.study.registry import Finding, findings_of


@dataclass(frozen=True, slots=True)
class Context:
    """A survey with everything that was found about it."""

    survey: Survey
    lexicon: Lexicon
    plan: Plan
    rival: Mapping[str, str]
    bases: Mapping[str, BaseSize]
    n: tuple[int, int] | None = None
    counts: Mapping[str, Counts] = field(default_factory=dict)
    conflicts: tuple[Conflict, ...] = ()
    possible: Mapping[str, tuple[Possible, ...]] = field(default_factory=dict)
    means: Mapping[str, Mean] = field(default_factory=dict)
    unsolved: str = ""

    def finding_counts(self, finding: Finding) -> FindingCounts:
        """Return what the print of one figure admits."""
        quantity = self._quantity(finding)
        counts = self.counts.get(finding.local_id)
        level, reason = self._level(finding, quantity, counts)
        possible = self.possible.get(finding.local_id, ()) if counts else ()
        return FindingCounts(
            finding.id,
            level,
            share_low=quantity.low if quantity else None,
            share_high=quantity.high if quantity else None,
            count_low=counts.count_low if counts else None,
            count_high=counts.count_high if counts else None,
            base_low=counts.base_low if counts else None,
            base_high=counts.base_high if counts else None,
            bases=counts.bases if counts else (),
            verbal=quantity is not None and quantity.verbal,
            values=counts.values if counts else (),
            power=self._power(finding, possible),
            power_alone=self._power_alone(possible, quantity),
            reason=reason,
            share_high_open=quantity is not None and quantity.high_open,
            weighted=self._weighted(finding),
        )

    def _weighted(self, finding: Finding) -> Weighted | None:
        return weighting_of(replace(finding, survey=self.survey), self.n, self.plan)

    def _quantity(self, finding: Finding) -> Quantity | None:
        if finding.answer.measure not in ("share", "range") or is_withheld(finding.answer):
            return None
        return self.lexicon.share(finding.answer.printed, self.survey.rounding or "nearest")

    def _power(self, finding: Finding, possible: tuple[Possible, ...]) -> float | None:
        mean = self.means.get(finding.local_id)
        return joint_power(possible) if possible else mean.power if mean and mean.fits else None

    def _power_alone(self, possible: Iterable[Possible], quantity: Quantity | None) -> float | None:
        ranges = {range(one.base_low, one.base_high + 1) for one in possible}
        if not ranges or quantity is None or quantity.decimals is None:
            return None
        if max(sizes[-1] for sizes in ranges) >= 100 * 10**quantity.decimals:
            return 0.0  # so many print every value, and need not be gone through
        return alone_power(chain.from_iterable(ranges), quantity.decimals, self.survey.rounding or "nearest")

    def _level(self, finding: Finding, quantity: Quantity | None, counts: Counts | None) -> tuple[str, str]:
        """The first rule that applies gives the level and the reason."""
        rules = (
            self._mean,
            self._not_a_share,
            self._not_solved,
            self._in_conflict,
            self._disagrees,
            self._not_sized,
            self._inexact,
        )
        for rule in rules:
            if found := rule(finding, quantity, counts):
                return found
        return "consistent", self._consistent_reason(finding)

    def _mean(self, finding: Finding, quantity: Quantity | None, counts: Counts | None) -> tuple[str, str] | None:
        mean = self.means.get(finding.local_id)
        if mean is None:
            return None
        if not mean.fits:
            return "conflicting", mean.conflict().words
        exact = len(mean.sizes) == 1
        return "consistent" if exact else "bounded", f"whole scores have this mean, if {' and '.join(mean.assumptions)}"

    def _not_a_share(
        self, finding: Finding, quantity: Quantity | None, counts: Counts | None
    ) -> tuple[str, str] | None:
        if is_withheld(finding.answer):
            return (
                "unquantified",
                f"{finding.answer.printed} is printed in place of a figure: {finding.answer.unusable}",
            )
        reasons = {
            "size": ("unquantified", self.survey.missing or "a head count is printed, no share"),
            "change": ("unquantified", "a change is printed, not a level"),
            "mean": ("bounded", "a mean is printed, not a share of respondents"),
        }
        return reasons.get(finding.answer.measure)

    def _not_solved(self, finding: Finding, quantity: Quantity | None, counts: Counts | None) -> tuple[str, str] | None:
        return ("not-solved", self.unsolved) if self.unsolved and finding.local_id in self.bases else None

    def _in_conflict(
        self, finding: Finding, quantity: Quantity | None, counts: Counts | None
    ) -> tuple[str, str] | None:
        if counts is not None:  # in conflict with a rival value only, or not in every reading
            return None
        words = [conflict.words for conflict in self.conflicts if finding.local_id in conflict.figures]
        return ("conflicting", "; ".join(words)) if words else None

    def _disagrees(self, finding: Finding, quantity: Quantity | None, counts: Counts | None) -> tuple[str, str] | None:
        others = [other for other, target in self.rival.items() if target == finding.local_id]
        others += [self.rival[finding.local_id]] if finding.local_id in self.rival else []
        if not others:
            return None
        printed = {f.local_id: f.answer.printed for f in findings_of(self.survey)}
        values = ", ".join(f"{printed[other]} ({other})" for other in others)
        return "sources-disagree", f"print also gives {values} for the same quantity"

    def _not_sized(self, finding: Finding, quantity: Quantity | None, counts: Counts | None) -> tuple[str, str] | None:
        if counts is not None:
            return None
        if self.survey.weighted:
            found = self._weighted(finding)
            rest = f"; {found.words}" if found else ""
            return "bounded", f"the figures are weighted, so no whole counts need print them{rest}"
        if finding.base and finding.base.counts and finding.base.counts != ORGANISATIONS:
            return "bounded", f"counted on {finding.base.counts}, not on respondents"
        base = finding.base
        whose = "n" if base is None or base.everyone else f"the size of its base ({describe(base)})"
        return "bounded", f"{whose} is not known, so the interval comes from the printed figure alone"

    def _inexact(self, finding: Finding, quantity: Quantity | None, counts: Counts | None) -> tuple[str, str] | None:
        if quantity is None or counts is None:
            return None
        if quantity.verbal:
            return "bounded", f"printed as {finding.answer.printed!r}: {quantity.reason}"
        if self.survey.n.kind != "exact" and counts.base_low < counts.base_high:
            return "bounded", f"n is printed as {self.survey.n.printed!r}: {counts.base_low} to {counts.base_high}"
        return None

    def _consistent_reason(self, finding: Finding) -> str:
        given = f"whole counts print it, if {self.bases[finding.local_id].assumption}"
        return given + (f"; {finding.answer.ambiguity}" if finding.answer.ambiguity else "")

"""The feasible counts of a printed figure, and the level that says how well it is supported, with its reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import chain
from statistics import NormalDist

import numpy as np

from crosswave.printed.intervals import Quantity, RationalInterval, Shares
from crosswave.printed.plain import is_withheld
from crosswave.printed.quantities import Lexicon
from crosswave.reconstruct.arithmetic import BaseSize, Conflict, Counts, describe
from crosswave.reconstruct.means import Mean
from crosswave.reconstruct.power import Possible, alone_power, joint_power
from crosswave.study.models import ORGANISATIONS, Plan, Survey
from crosswave.study.registry import Finding, findings_of

_Z = NormalDist().inv_cdf(0.975)

LEVELS: Mapping[str, str] = {
    "recomputed": "computed again from microdata",
    "consistent": "whole numbers of people exist that give every figure of the survey, under the assumptions named",
    "bounded": "an interval only: n, the base or the figure itself is not printed as a number",
    "sources-disagree": "two values of one quantity are published",
    "conflicting": "no whole numbers of people give these figures together",
    "not-solved": "whether whole numbers of people fit was not found out with the work that is allowed for one survey",
    "unquantified": "no share is printed",
}


@dataclass(frozen=True, slots=True)
class Weighted:
    """The people behind a weighted figure, with its variance over that of a simple random sample of as many."""

    low: int
    high: int
    design_effect: float
    how: str

    @property
    def effective(self) -> tuple[float, float]:
        """The sizes of simple random samples worth as much, for the fewest and the most people."""
        return self.low / self.design_effect, self.high / self.design_effect

    @property
    def words(self) -> str:
        """What the interval of the figure rests on."""
        people = f"{self.low:,}" if self.low == self.high else f"{self.low:,} to {self.high:,}"
        return f"the interval takes {people} people to be worth {self.effective[0]:,.0f} ({self.how})"


def weighting_of(finding: Finding, n: tuple[int, int] | None, plan: Plan) -> Weighted | None:
    """Return what a weighted figure rests on; None where it is not weighted or nobody says how many answered.

    Parameters
    ----------
    finding, plan
        A printed figure; of the plan's design effects the widest is taken where the survey prints none.
    n : pair of int or None
        How many can have answered the survey.

    Notes
    -----
    A margin of error e at a share of one half gives the effective size (z / 2e)^2 (Kish 1965).
    """
    base, survey = finding.base, finding.survey
    people = n if base is None or base.everyone else (base.n, base.n) if base.n else None
    if not survey.weighted or finding.answer.measure != "share" or people is None:
        return None
    if effect := survey.design_effect:
        return Weighted(*people, effect, f"a design effect of {effect:g}, as printed")
    if margin := survey.margin_of_error:
        effect = max(people[0] / (_Z / (2 * margin / 100)) ** 2, 1.0)
        return Weighted(*people, effect, f"the printed margin of error of {margin:g} points")
    widest, least = max(plan.design_effects), min(plan.design_effects)
    how = f"a design effect of {widest:g}, the widest of the {least:g} to {widest:g} that the plan tries"
    return Weighted(*people, widest, how)


@dataclass(frozen=True, slots=True)
class FindingCounts:
    """The feasible counts of one printed figure.

    The level is one of `LEVELS`, with its reason in words. The shares are those that the text can mean, the highest
    left out where `share_high_open`. Counts and bases are None where n or the base is unknown or the figure is in
    conflict; all of them are listed in `bases` and `values` where they are few, and gaps are real. `power` is the share
    of the values with the same decimals that could not have been printed beside all other figures, `power_alone` on its
    base only: what this figure could have failed; None where there are no counts, or too many values. A weighted figure
    has no counts, and `weighted` says what it rests on.
    """

    finding_id: str
    level: str
    share_low: Fraction | None = None
    share_high: Fraction | None = None
    count_low: int | None = None
    count_high: int | None = None
    base_low: int | None = None
    base_high: int | None = None
    bases: tuple[int, ...] = ()
    values: tuple[int, ...] = ()
    verbal: bool = False
    power: float | None = None
    power_alone: float | None = None
    reason: str = ""
    share_high_open: bool = False
    weighted: Weighted | None = None

    @property
    def people(self) -> tuple[int | None, int | None]:
        """The fewest and the most people behind the figure, unweighted; None where print does not say."""
        return (self.weighted.low, self.weighted.high) if self.weighted else (self.base_low, self.base_high)

    @property
    def ends(self) -> Shares:
        """The shares that the printed text can mean: from none to all where it is no share."""
        high = Fraction(1) if self.share_high is None else self.share_high
        return RationalInterval(self.share_low or Fraction(0), high, self.share_high_open)

    @property
    def typical(self) -> Fraction:
        """A share that counts can have: the nearest to the printed figure, on the middle one of the feasible bases.

        Where no counts are known it is the figure itself.
        """
        base = self.bases[len(self.bases) // 2] if self.bases else self.base_low or 0
        [low], [high] = (ends.tolist() for ends in self._counts_on(np.array([base], dtype=np.int64)))
        if not base or low > high:
            return self.printed
        to = self.printed * base
        listed = [count for count in self.values if low <= count <= high]
        nearest = min(listed, key=lambda count: abs(count - to)) if listed else min(max(round(to), low), high)
        return Fraction(nearest, base)

    @property
    def printed(self) -> Fraction:
        """The figure itself: the middle of what print can mean, but 0 for a printed 0 % and 1 for 100 %."""
        low, high = self.share_low or Fraction(0), self.share_high or Fraction(0)
        if self.verbal or low == high:
            return (low + high) / 2
        return Fraction(0) if low == 0 else Fraction(1) if high == 1 else (low + high) / 2

    def pairs(self) -> tuple[list[int], list[int]]:
        """Return the lowest and the highest count on each base that prints the figure, as counts and bases.

        Where bases are too many to be listed, or other figures tie a count to its base, this is more than can have
        printed the survey, and never less.
        """
        if self.base_low is None or self.base_high is None:
            return [], []
        sizes = np.array(self.bases or range(self.base_low, self.base_high + 1), dtype=np.int64)
        low, high = self._counts_on(sizes)
        printing = np.column_stack([low <= high, low < high])
        counts, bases = np.column_stack([low, high]), np.column_stack([sizes, sizes])
        return counts[printing].tolist(), bases[printing].tolist()

    def _counts_on(self, sizes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The fewest and the most on each base; a net that prints the sum of its parts can be outside its own print."""
        ends, low, high = self.ends, self.count_low or 0, self.count_high or 0
        inside = Fraction(low, self.base_low or 1) >= ends.low and Fraction(high, self.base_high or 1) <= ends.high
        if not inside:
            return np.full_like(sizes, low), np.minimum(sizes, high)
        return np.maximum(ends.fewest(sizes), low), np.minimum(ends.most(sizes), high)


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
        """Return the feasible counts of one printed figure."""
        share, counts = self._share(finding), self.counts.get(finding.local_id)
        level, reason = next(self._levels(finding, share, counts))
        possible = self.possible.get(finding.local_id, ()) if counts else ()
        mean = self.means.get(finding.local_id)
        return FindingCounts(
            finding.id,
            level,
            share_low=share.low if share else None,
            share_high=share.high if share else None,
            share_high_open=share is not None and share.high_open,
            verbal=share is not None and share.verbal,
            power=joint_power(possible) if possible else mean.power if mean and mean.fits else None,
            power_alone=self._power_alone(possible, share),
            reason=reason,
            weighted=self._weighted(finding),
            **({name: getattr(counts, name) for name in Counts.__slots__} if counts else {}),
        )

    def _weighted(self, finding: Finding) -> Weighted | None:
        return weighting_of(replace(finding, survey=self.survey), self.n, self.plan)

    def _share(self, finding: Finding) -> Quantity | None:
        if finding.answer.measure not in ("share", "range") or is_withheld(finding.answer):
            return None
        return self.lexicon.figure(finding.text, self.survey.rounding or "nearest")

    def _power_alone(self, possible: Iterable[Possible], share: Quantity | None) -> float | None:
        ranges = {range(one.base_low, one.base_high + 1) for one in possible}
        if not ranges or share is None or share.decimals is None:
            return None
        if max(sizes[-1] for sizes in ranges) >= 100 * 10**share.decimals:
            return 0.0  # so many print every value, and need not be gone through
        return alone_power(chain.from_iterable(ranges), share.decimals, self.survey.rounding or "nearest")

    def _levels(self, finding: Finding, share: Quantity | None, counts: Counts | None) -> Iterator[tuple[str, str]]:
        """Yield every level that applies with its reason; the first is that of the figure."""
        name, answer = finding.local_id, finding.answer
        if mean := self.means.get(name):
            scores = f"whole scores have this mean, if {' and '.join(mean.assumptions)}"
            exact = "consistent" if len(mean.sizes) == 1 else "bounded"
            yield (exact, scores) if mean.fits else ("conflicting", mean.conflict().words)
        if self.survey.microdata and answer.measure == "share" and not is_withheld(answer):
            yield "recomputed", f"computed from respondents: {self.survey.microdata}"
        if is_withheld(answer):
            yield "unquantified", f"{answer.printed} is printed in place of a figure: {answer.unusable}"
        if answer.measure == "size":
            yield "unquantified", self.survey.missing or "a head count is printed, no share"
        if answer.measure == "change":
            yield "unquantified", "a change is printed, not a level"
        if answer.measure == "median":
            yield "unquantified", "a median of organisations is printed, no share of respondents"
        if answer.measure == "mean":
            yield "bounded", "a mean is printed, not a share of respondents"
        if self.unsolved and name in self.bases:
            yield "not-solved", self.unsolved
        words = [conflict.words for conflict in self.conflicts if name in conflict.figures]
        if words and counts is None:  # else in conflict with a rival value only, or not in every reading
            yield "conflicting", "; ".join(words)
        others = [other for other, target in self.rival.items() if target == name]
        others += [self.rival[name]] if name in self.rival else []
        if others:
            texts = {one.local_id: one.answer.printed for one in findings_of(self.survey)}
            told = ", ".join(f"{texts[other]} ({other})" for other in others)
            yield "sources-disagree", f"{told} is published too for the same quantity"
        if counts is None:
            yield "bounded", self._not_sized(finding)
        elif share is not None and share.verbal:
            yield "bounded", f"printed as {answer.printed!r}: {share.reason}"
        elif share is not None and self.survey.n.kind != "exact" and counts.base_low < counts.base_high:
            yield "bounded", f"n is printed as {self.survey.n.printed!r}: {counts.base_low} to {counts.base_high}"
        ambiguity = f"; {answer.ambiguity}" if answer.ambiguity else ""
        yield "consistent", f"whole numbers of people give it, if {self.bases[name].assumption}{ambiguity}"

    def _not_sized(self, finding: Finding) -> str:
        base = finding.base
        if self.survey.weighted:
            found = self._weighted(finding)
            rest = f"; {found.words}" if found else ""
            return f"the figures are weighted, so no whole numbers of people need give them{rest}"
        if base and base.counts and base.counts != ORGANISATIONS:
            return f"counted on {base.counts}, not on respondents"
        whose = "n" if base is None or base.everyone else f"the size of its base ({describe(base)})"
        return f"{whose} is not known, so the interval comes from the printed figure alone"

"""The answer for everybody, and how certain it is: the rules of plan.yaml, read for one trend."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from crosswave.difference.compare import Comparison, P
from crosswave.difference.feasible import FeasibleShare
from crosswave.difference.verdict import SHOWN, Evidence, decide
from crosswave.study.models import Plan
from crosswave.trend.change import Judged

ANSWERS: Mapping[str, str] = {
    "rose": "rose",
    "fell": "fell",
    "changed, immaterially": "no real change",
    "no material change": "no real change",
}
"""The answer of each verdict that has one; every other verdict is "cannot tell"."""

UNTOLD = "cannot tell"

OF_THE_ANSWER = "the answer"
"""The domain of plan.yaml that asks whether there is one: it alone is asked where nothing was compared."""

_HEDGED: Mapping[str, tuple[str, str]] = {
    "rose": ("probably rose", "may have risen"),
    "fell": ("probably fell", "may have fallen"),
    "no real change": ("probably did not really change", "may not really have changed"),
}


def answer_of(judged: Judged[P]) -> str:
    """Return "rose", "fell", "no real change" or "cannot tell"."""
    return ANSWERS.get(judged.verdict, UNTOLD)


@dataclass(frozen=True, slots=True)
class Certainty:
    """How certain an answer is, and by domain of the plan why it was marked down, as a sentence."""

    level: str
    reasons: Mapping[str, str]


def hedged(answer: str, level: str) -> str:
    """Return an answer in the words of its certainty: rose, probably rose, may have risen, cannot tell."""
    if level == "high" or answer not in _HEDGED:
        return answer
    return _HEDGED[answer][0 if level == "moderate" else 1]


def verb_of(answer: str, level: str) -> str:
    """Return what a share did, in the words of its certainty: `hedged` as the verb of a sentence."""
    return "did not really change" if (answer, level) == ("no real change", "high") else hedged(answer, level)


def certainty_of(judged: Judged[P]) -> Certainty:
    """Return how certain the answer is, by the rules of the plan.

    Parameters
    ----------
    judged : Judged
        A comparison with its verdict. In each domain of its plan the first case that holds takes so many steps off the
        highest level.

    Examples
    --------
    >>> import crosswave.study
    >>> from crosswave.trend.settings import planned
    >>> from crosswave.trend.synthesis import assess_one
    >>> registry = crosswave.study.load_registry()
    >>> trend, _ = assess_one(registry.construct("barrier-skills"), registry, planned(registry.plan))
    >>> certainty_of(trend).level
    'very low'
    """
    found = certainty_by(judged.plan, lambda case: CASES[case](judged))
    if judged.comparison is None:
        return Certainty(found.level, {name: why for name, why in found.reasons.items() if name == OF_THE_ANSWER})
    return found


def certainty_by(plan: Plan, holds: Callable[[str], bool]) -> Certainty:
    """Return how certain an answer is of which one knows whether each case of the plan's rules holds."""
    rules, levels = plan.certainty.rules, plan.certainty.levels
    domains = dict.fromkeys(rule.domain for rule in rules)
    applying = [next(rule for rule in rules if rule.domain == domain and holds(rule.case)) for domain in domains]
    steps = min(sum(rule.down for rule in applying), len(levels) - 1)
    return Certainty(levels[steps], {rule.domain: rule.says for rule in applying if rule.down})


Case = Callable[[Judged[Any]], bool]


def _compared(condition: Callable[[Comparison[Any], Plan], bool]) -> Case:
    """A case of what was compared; where nothing was, it does not hold."""
    return lambda judged: judged.comparison is not None and condition(judged.comparison, judged.plan)


def _both(condition: Callable[[FeasibleShare], bool]) -> Case:
    return _compared(lambda one, plan: condition(one.pair.first) and condition(one.pair.second))


def _chosen(*kinds: str) -> Case:
    return _both(lambda share: share.sampling in kinds)


def _graded(*grades: str) -> Case:
    return _compared(lambda one, plan: one.pair.tier in grades)


def _half_width(comparison: Comparison[Any]) -> float:
    return 100 * (comparison.high - comparison.low) / 2


def _still_told(comparison: Comparison[Any]) -> int:
    """Under how many of the two harsher assumptions the figures still show something."""
    harsher = (comparison.under_design_effect, comparison.under_error)
    found = (decide(Evidence(compared=True, outcomes=outcomes)) for outcomes in harsher)
    return sum(verdict in SHOWN for verdict in found)


CASES: Mapping[str, Case] = {
    "told": lambda judged: answer_of(judged) != UNTOLD,
    "untold": lambda judged: answer_of(judged) == UNTOLD,
    "random": _chosen("probability", "census"),
    "panel": _chosen("probability", "census", "panel"),
    "same instrument": _graded("census", "A"),
    "one difference": _graded("B1", "H"),
    "narrow": _compared(lambda one, plan: _half_width(one) <= plan.certainty.narrow.value),
    "wide": _compared(lambda one, plan: _half_width(one) <= plan.detectable_limit.value),
    "holds": _compared(lambda one, plan: _still_told(one) == 2),
    "half holds": _compared(lambda one, plan: _still_told(one) == 1),
    # A number, of a number of people that is known to within a fifth.
    "exact": _both(lambda one: not one.verbal and one.base is not None and one.base[1] <= 1.2 * one.base[0]),
    "bounded": _both(lambda share: share.size_known),
    "otherwise": lambda judged: True,
}
"""What each case of plan.yaml means."""

"""Figures that contradict each other, answers held together, and what would hold without each assumption."""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, combinations, groupby

import pandas as pd

from crosswave.reconstruct import Reconstruction
from crosswave.reconstruct.arithmetic import Conflict, Counts
from crosswave.reconstruct.effort import NotSolvedError, at_most
from crosswave.reconstruct.joint import joint_counts
from crosswave.reconstruct.solve import NETS, Solver, Trial, try_readings
from crosswave.reconstruct.survey import Retraction
from crosswave.report.holes import feasible_words, listed_whole
from crosswave.report.prose import bullets, say
from crosswave.report.render import span
from crosswave.report.survey.figures import conflict_names
from crosswave.study.models import Survey
from crosswave.study.registry import Finding, Registry, findings_of
from crosswave.words import capital, plural

_MEANINGS: Mapping[str, str] = {
    r"with a base of (?P<now>\d+) in place of (?P<then>\d+)": "{less} of the {then} did not answer this question",
    r"with a base of \d+ in place of .*": "not all of them answered this question",
    r"with \d+ asked in place of \d+": "more answered than is printed",
    r"with percentages cut off in place of rounded": "digits after the last were dropped, not rounded",
    r"with \d+ for all \d+ figures of .*": "one other number of respondents gives all figures of theirs",
    r"if only the \d+ behind .* were asked": "the question went to them alone",
    r"without the assumption that .*": "it is nowhere stated",
    r"with \d+ scores in place of \d+": "another number of them gave a score",
}
"""What a repair would mean, by its words."""

_UNKNOWN = (
    "No source says how answers to different questions go together: who gave one answer and another is not known, "
    "and the same figures come from very different sets of people."
)
COLUMNS = "Assumption", "Figures that rest on it", "With it", "Without it"
_TOLD = 2
_Change = tuple[str, Counts | None, Counts | None]


def survey_conflicts(survey: Survey, conflicts: tuple[Conflict, ...]) -> dict[str, list[str]]:
    """Return each conflict as a sentence, with the repairs that were tried and fit, and what each would mean."""
    return {conflict_words(survey, conflict): [_meant(words) for words in conflict.repairs] for conflict in conflicts}


def conflict_words(survey: Survey, conflict: Conflict) -> str:
    """Return which figures no counts print, and under which assumptions, in one sentence."""
    by_name = {finding.local_id: finding for finding in findings_of(survey)}
    held = [by_name[name] for name in conflict.figures]
    if any(finding.answer.measure != "share" for finding in held):
        return f"{capital(conflict.why)}."
    named = [f"{finding.shown} for “{finding.answer.says}” ({finding.local_id})" for finding in held]
    assumed, several = conflict.assumptions, len(named) > 1
    head = "No whole numbers of respondents give" if several else "No whole number of respondents gives"
    condition = f", if {assumed[0]}" if len(assumed) == 1 else f", if all of this holds: {'; '.join(assumed)}"
    return f"{head} {' and '.join(named)}{' together' * several}{condition if assumed else ''}."


def _meant(repair: str) -> str:
    """A repair with what it would mean."""
    for pattern, meaning in _MEANINGS.items():
        if match := re.fullmatch(pattern, repair):
            found = match.groupdict()
            less = int(found["then"]) - int(found["now"]) if found else 0
            return f"{repair}: {meaning.format(less=less, **found)}"
    return repair


def what_became(reconstruction: Reconstruction) -> str:
    """Return what was done with the figures in conflict, of which there are some, and with the rest."""
    solved = sum(figure.count_low is not None for figure in reconstruction.findings.values())
    rest = f"The counts of the {plural(solved, 'figure')} in no conflict were found without the figures in conflict."
    return (
        "Each repair was tried by itself and makes the figures of its conflict fit. No source says which is true, "
        f"so none is applied. {rest if solved else 'No other figure is left that could be counted.'}"
    )


def tell_conflicts(survey: Survey, reconstruction: Reconstruction) -> None:
    """Display each conflict with its repairs as a list, and what became of the rest; nothing where there is none."""
    if not reconstruction.conflicts:
        return
    names = conflict_names(reconstruction).values()
    told = survey_conflicts(survey, reconstruction.conflicts).items()
    for name, (sentence, repairs) in zip(names, told, strict=True):
        say(f"{name}. {sentence} It would fit" + (":" if repairs else " with nothing that was tried."))
        if repairs:
            bullets(repairs)
    say(what_became(reconstruction))


def survey_readings(survey: Survey, registry: Registry) -> list[str]:
    """Return each place where print can be read in more than one way, with what became of the readings and why."""
    try:
        with at_most():
            trial = try_readings(survey, registry, Solver()).main
    except NotSolvedError:  # its levels say so
        return []
    told, left = [], _places(trial.best)
    for place, options in _places(branch.reading for branch, _ in trial.solved).items():
        fits = left.get(place, [])
        fate = "all fit" if len(fits) == len(options) else f"only this fits: {' or '.join(fits)}"
        about = "how nets were made" if place == NETS else f"on whom {place} was counted"
        told.append(f"The sources leave open {about} ({' or '.join(options)}): {fate}.")
        told += [_why(survey, trial, place, words) for words in options if words not in fits]
    return told


def _why(survey: Survey, trial: Trial, place: str, words: str) -> str:
    """Why a reading does not survive: what is in conflict under it and under no other."""
    common = {c.figures for solution in trial.best.values() for c in solution.conflicts}
    solved = [solution for branch, solution in trial.solved if f"{place}: {words}" in branch.reading]
    best = min(solved, key=lambda solution: len(solution.out))
    own = [conflict_words(survey, conflict) for conflict in best.conflicts if conflict.figures not in common]
    head = f"With {words} they do not fit." if place == NETS else f"Counted on {words}, {place} does not fit."
    more = f" Further conflicts: {len(own) - 1}." if len(own) > 1 else ""
    return f"{head} {own[0] if own else ''}{more}"


def _places(readings: Iterable[tuple[str, ...]]) -> dict[str, list[str]]:
    """The places that can be read in more than one way, each with its readings."""
    found: dict[str, dict[str, None]] = {}
    for part in chain.from_iterable(readings):
        place, _, words = part.partition(": ")
        found.setdefault(place, {})[words] = None
    return {place: list(words) for place, words in found.items()}


def survey_together(survey: Survey, registry: Registry, reconstruction: Reconstruction) -> list[str]:
    """Return what print does not say of two answers, with the bounds of one pair where there is one.

    Notes
    -----
    The pair is that of the two largest answers of a question with several answers; without such a question, of the
    largest answers to two questions on one base.
    """
    pair = next(_answer_pairs(survey, reconstruction), None)
    if pair is None:
        return [f"{_UNKNOWN} No two figures rest on one known base, so there are no bounds either."]
    low, high = joint_counts(survey, registry, pair[0].local_id, pair[1].local_id)
    named = " and ".join(f"“{finding.answer.says}” ({finding.shown})" for finding in pair)
    base = reconstruction.findings[pair[0].id]
    both = f"between {low:,} and {high:,}" if low < high else f"exactly {low:,}"
    return [f"{_UNKNOWN} Of the {span(base.base_low, base.base_high)} who answered, {both} gave both {named}."]


def _answer_pairs(survey: Survey, reconstruction: Reconstruction) -> Iterator[tuple[Finding, Finding]]:
    """Pairs that can be bounded, the best first."""
    counts = reconstruction.findings
    known = [f for f in findings_of(survey) if counts[f.id].count_low is not None and not f.answer.rival_of]
    largest = sorted(known, key=lambda finding: -(counts[finding.id].count_high or 0))
    of_question: dict[str, list[Finding]] = {finding.question.id: [] for finding in known}
    for finding in largest:
        of_question[finding.question.id].append(finding)
    whole = [[f for f in group if f.base is None or f.base.everyone][:1] for group in of_question.values()]
    firsts = sorted(chain.from_iterable(whole), key=lambda finding: -(counts[finding.id].count_high or 0))
    several = [group for group in of_question.values() if group[0].question.response == "multi"]
    for group in (*several, firsts):
        for one, other in combinations(group, 2):
            first, second = counts[one.id], counts[other.id]
            if (first.base_low, first.base_high) == (second.base_low, second.base_high):
                yield one, other
                break


def assumptions_table(retractions: Iterable[Retraction], reconstruction: Reconstruction) -> pd.DataFrame:
    """Return a row for each assumption of a survey: the figures that rest on it, and what they can be without it."""
    order, rows = [name.partition(".")[2] for name in reconstruction.findings], []
    for one in retractions:
        resting = {*one.changed, *(name for conflict in one.settled for name in conflict.figures)}
        row: tuple[int, str, str] = (0, "", one.unsolved or "no count changes")
        if resting and not one.unsolved:
            row = (len(resting), *_told([(name, *one.changed[name]) for name in order if name in one.changed], one))
        rows.append((capital(one.assumption), *row))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _told(changes: list[_Change], one: Retraction) -> tuple[str, str]:
    """What holds with an assumption, and what without it."""
    freed = sum(after is None for _, _, after in changes)
    kept = [(name, before, after) for name, before, after in changes if after is not None]
    told = list(_changed_pairs(kept))
    with_it, without = _shown([with_ for with_, _ in told]), _shown([less for _, less in told])
    if freed:
        with_it.append(f"whole numbers of people behind {plural(freed, 'figure')}")
        without.append("no whole numbers of people, so an interval only")
    if one.settled and all(before is not None for _, before, _ in kept):
        with_it.append(plural(len(one.settled), "conflict"))
    if one.settled:
        without.append("none of these conflicts" if len(one.settled) > 1 else "no such conflict")
    return "; ".join(with_it), "; ".join(without)


def _shown(told: list[str]) -> list[str]:
    """All that is told of a few figures, the first of many as an example; each once."""
    alike = {words.rpartition(": ")[2] for words in told}
    if len(alike) == 1 and len({words.partition(":")[0].partition(".")[0] for words in told}) == 1:
        return list(alike)
    return list(told) if len(told) <= _TOLD else [f"for example {told[0]}"]


def _changed_pairs(changes: list[tuple[str, Counts | None, Counts]]) -> Iterator[tuple[str, str]]:
    """What changes: for each question the base that its figures share, or figure by figure."""
    for question, group in groupby(changes, key=lambda change: change[0].partition(".")[0]):
        pairs = {name: _pair(before, after) for name, before, after in group}
        alike = set(pairs.values())
        if len(alike) == 1 and all(words.startswith("base") for words in alike.copy().pop()):
            pairs = {question: alike.pop()}
        yield from ((f"{name}: {before}", f"{name}: {after}") for name, (before, after) in pairs.items())


def _pair(before: Counts | None, after: Counts) -> tuple[str, str]:
    """A figure's base where that changes, else its count."""
    bases = {(one.base_low, one.base_high, tuple(one.bases)) for one in (before, after) if one}
    if before is None or len(bases) > 1:
        return _base(before), _base(after)
    was, now = (feasible_words(one.values, one.count_low, one.count_high) for one in (before, after))
    return f"count {was}", f"count {now}"


def _base(counts: Counts | None) -> str:
    if counts is None:
        return "in conflict"
    words = feasible_words(counts.bases, counts.base_low, counts.base_high)
    return f"base {words}{'' if listed_whole(counts.bases, words) else ', with gaps'}"

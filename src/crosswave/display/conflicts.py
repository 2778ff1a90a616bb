"""What cannot stand together in a survey, what would mend it, and which readings were tried, in sentences."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from crosswave.display.prose import bullets, say
from crosswave.reconstruct import Reconstruction
from crosswave.reconstruct.conflicts import Conflict
from crosswave.reconstruct.effort import NotSolvedError, at_most
from crosswave.reconstruct.solve import Solver
from crosswave.reconstruct.trials import NETS, Trial, try_readings
from crosswave.study.loading import Registry, findings_of
from crosswave.study.models import Survey
from crosswave.tables.surveys import conflict_names
from crosswave.words import capital, plural

_MEANINGS: Mapping[str, str] = {
    r"with a base of (?P<now>\d+) in place of (?P<then>\d+)": "{less} of the {then} did not answer this question",
    r"with a base of \d+ in place of .*": "not all of them answered this question",
    r"with \d+ asked in place of \d+": "more answered than is printed",
    r"with percentages cut off in place of rounded": "digits after the last were dropped, not rounded",
    r"with \d+ for all \d+ figures of .*": "one other number of respondents prints all figures of theirs",
    r"if only the \d+ behind .* were asked": "the question went to them alone",
    r"without the assumption that .*": "it is nowhere stated",
    r"with \d+ scores in place of \d+": "another number of them gave a score",
}
"""What a repair would mean, by its words."""


def survey_conflicts(survey: Survey, conflicts: tuple[Conflict, ...]) -> dict[str, list[str]]:
    """Return each conflict as a sentence, with the repairs that were tried and fit."""
    return {conflict_words(survey, conflict): [_meant(words) for words in conflict.repairs] for conflict in conflicts}


def conflict_words(survey: Survey, conflict: Conflict) -> str:
    """Return which figures no counts print, and under which assumptions, in one sentence."""
    answers = {finding.local_id: finding.answer for finding in findings_of(survey)}
    held = [answers[name] for name in conflict.figures]
    if any(answer.measure != "share" for answer in held):
        return f"{capital(conflict.why)}."
    named = [f"{answers[name].printed} for “{answers[name].says}” ({name})" for name in conflict.figures]
    given = conflict.assumptions
    head = "No whole numbers of respondents print" if len(named) > 1 else "No whole number of respondents prints"
    together = " together" if len(named) > 1 else ""
    if len(given) < 2:
        return f"{head} {' and '.join(named)}{together}{f', if {given[0]}' if given else ''}."
    return f"{head} {' and '.join(named)}{together}, if all of this holds: {'; '.join(given)}."


def _meant(repair: str) -> str:
    """A repair with what it would mean."""
    for pattern, meaning in _MEANINGS.items():
        if match := re.fullmatch(pattern, repair):
            found = match.groupdict()
            less = int(found["then"]) - int(found["now"]) if found else 0
            return f"{repair}: {meaning.format(less=less, **found)}"
    return repair


def what_became(reconstruction: Reconstruction) -> str:
    """Return what was done with the figures in conflict, and with the rest."""
    solved = sum(figure.count_low is not None for figure in reconstruction.findings.values())
    if not reconstruction.conflicts:
        return _NO_CONFLICT if solved else "Nothing could be: no figure is a share of a known number of respondents."
    rest = (
        f"The counts of the {plural(solved, 'figure')} in no conflict were found without the figures in conflict."
        if solved
        else "No other figure is left that could be counted."
    )
    return (
        "Each repair was tried by itself and lets the figures of its conflict stand. Print does not say which is true, "
        f"so none is applied. {rest}"
    )


_NO_CONFLICT = "Nothing is: whole numbers exist that print all figures that were checked, under the assumptions named."


def tell_conflicts(survey: Survey, reconstruction: Reconstruction) -> None:
    """Display each conflict with its repairs as a list, and what became of the rest."""
    names = conflict_names(reconstruction).values()
    told = survey_conflicts(survey, reconstruction.conflicts).items()
    for name, (sentence, repairs) in zip(names, told, strict=True):
        say(f"{name}. {sentence} It would fit" + (":" if repairs else " with nothing that was tried."))
        if repairs:
            bullets(repairs, none="")
    say(what_became(reconstruction))


def survey_readings(survey: Survey, registry: Registry) -> list[str]:
    """Return each place where print can be read in more than one way, with what became of the readings and why."""
    try:
        with at_most():
            trial = try_readings(survey, registry, Solver()).main
    except NotSolvedError:  # its levels say so
        return []
    places = _places(branch.reading for branch, _ in trial.solved)
    left = _places(trial.best)
    return [
        sentence
        for place, options in places.items()
        for sentence in _reading(survey, trial, place, options, left.get(place, []))
    ]


def _reading(survey: Survey, trial: Trial, place: str, options: list[str], left: list[str]) -> list[str]:
    fate = "all fit" if len(left) == len(options) else f"only this fits: {' or '.join(left)}"
    about = "how nets were made" if place == NETS else f"on whom {place} was counted"
    head = f"Print leaves open {about} ({' or '.join(options)}): {fate}."
    lost = [words for words in options if words not in left]
    return [head, *(_why(survey, trial, f"{place}: {words}") for words in lost)]


def _why(survey: Survey, trial: Trial, part: str) -> str:
    """Why a reading does not survive: what is in conflict under it and under no other."""
    common = {c.figures for solution in trial.best.values() for c in solution.conflicts}
    solved = [solution for branch, solution in trial.solved if part in branch.reading]
    best = min(solved, key=lambda solution: len(solution.out))
    own = [conflict_words(survey, conflict) for conflict in best.conflicts if conflict.figures not in common]
    place, _, words = part.partition(": ")
    head = f"With {words} they do not fit." if place == NETS else f"Counted on {words}, {place} does not fit."
    more = f" Further conflicts: {len(own) - 1}." if len(own) > 1 else ""
    return f"{head} {own[0] if own else ''}{more}"


def _places(readings: Iterable[tuple[str, ...]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for reading in readings:
        for part in reading:
            place, _, words = part.partition(": ")
            if words not in found.setdefault(place, []):
                found[place].append(words)
    return found

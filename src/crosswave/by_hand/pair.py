"""Two typed figures as the records of a registry: two surveys of one figure each, and the construct of both."""

from __future__ import annotations

from dataclasses import replace

from crosswave.by_hand.typed import HandFigure
from crosswave.reconstruct import Reconstruction, reconstruct
from crosswave.study.models import (
    Answer,
    Base,
    Construct,
    ConstructAnswer,
    Fieldwork,
    Grades,
    Phrase,
    Question,
    Source,
    Survey,
)
from crosswave.study.registry import Registry

YEARS = (1990, 1991)
"""Records need years, and these say no more than which wave is the earlier."""

_SURVEYS = ("earlier", "later")
_TIERS = {
    "A": ("one", "same"),
    "B1": ("another", "same"),
    "H": ("one", "similar"),
    "B2": ("another", "similar"),
    "B3": ("another", "different"),
}
"""For each tier the house of the later survey, the earlier being of one, and how its wording compares."""


def pair_registry(figures: tuple[HandFigure, HandFigure], tier: str, registry: Registry) -> tuple[Registry, Construct]:
    """Return a copy of a registry that holds two surveys of one figure each, and the construct of both."""
    house, likeness = _TIERS[tier]
    surveys = [_survey(place, figure, ("one", house)[place]) for place, figure in enumerate(figures)]
    construct = Construct(
        id="by-hand",
        label="the share that was typed",
        family="by-hand",
        answers=tuple(
            _construct_answer(survey, wording) for survey, wording in zip(surveys, ("same", likeness), strict=True)
        ),
    )
    phrases = tuple(phrase for figure in figures for phrase in _exact_phrase(figure))
    quantities = registry.quantities.model_copy(update={"phrases": (*phrases, *registry.quantities.phrases)})
    members = {survey.id: survey for survey in surveys}
    return replace(registry, surveys=members, constructs={construct.id: construct}, quantities=quantities), construct


def _survey(place: int, figure: HandFigure, house: str) -> Survey:
    source = Source(id="typed", title="typed by hand", url="https://example.org/typed", kind="publisher-report")
    answer = Answer(id="yes", says="yes", printed=figure.printed, topic="other", sources=(source.id,))
    question = Question(id="asked", asks="not told", about="not told", base=Base(everyone=True), answers=(answer,))
    return Survey(
        id=_SURVEYS[place], title=figure.typed, fieldwork=Fieldwork(house=house), year=YEARS[place],
        year_basis="inferred", population="not told", sector="mixed", unit="person", n=figure.n, weighted=False,
        rounding="nearest", design_effect=figure.design_effect, sampling=figure.sampling, sources=(source,),
        questions=(question,),
    )  # fmt: skip


def _construct_answer(survey: Survey, wording: str) -> ConstructAnswer:
    aspects = dict.fromkeys(("population", "unit", "stem", "wording", "base", "response"), "same")
    return ConstructAnswer(finding=f"{survey.id}.asked.yes", grades=Grades(**aspects | {"wording": wording}))


def _exact_phrase(figure: HandFigure) -> tuple[Phrase, ...]:
    """Counts stand for one share alone, which no percentage says: they go through as a phrase with equal ends."""
    if figure.count is None:
        return ()
    share = f"{figure.count}/{figure.n.value}"
    return (Phrase(text=figure.printed, kind="proportion", low=share, high=share, reason="counted"),)


def reconstructed(figures: tuple[HandFigure, HandFigure], pair: Registry) -> dict[str, Reconstruction]:
    """Return the reconstruction of both surveys, by id."""
    found = {name: reconstruct(survey, pair) for name, survey in pair.surveys.items()}
    counted = [name for name, figure in zip(pair.surveys, figures, strict=True) if figure.count is not None]
    return found | {name: _not_verbal(found[name]) for name in counted}


def _not_verbal(found: Reconstruction) -> Reconstruction:
    """Counts were read as a phrase and are no words all the same: what they leave undecided is no wording."""
    findings = {name: replace(counts, verbal=False) for name, counts in found.findings.items()}
    return replace(found, findings=findings)

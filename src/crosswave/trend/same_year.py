"""Figures of one construct and year by different surveys: what the total error is estimated from."""

import math
from collections.abc import Collection, Iterator
from itertools import combinations, groupby

import numpy as np
import pandas as pd

from crosswave.reconstruct import Reconstructions
from crosswave.study.models import Construct
from crosswave.study.registry import Registry
from crosswave.trend.comparability import COMPARABLE, GRADES, grade_pair
from crosswave.trend.waves import Wave, pair_of, waves_of

FIGURE_COLUMNS = (
    "group", "construct_id", "year", "finding_id", "survey_id", "grade", "share", "n", "n_low", "n_high", "logit",
    "sampling_variance", "rounding_variance",
)  # fmt: skip

_EVERY_YEAR = (0, 9999)


def same_year_figures(
    registry: Registry, reconstructions: Reconstructions, grades: Collection[str] = COMPARABLE
) -> pd.DataFrame:
    """Return a row for each figure that another survey of its year may be compared with, by another instrument.

    Parameters
    ----------
    registry : Registry, holds constructs, surveys and the rules of comparability
    reconstructions : mapping of str to Reconstruction, of every survey that `same_year_surveys` names
    grades : collection of str, default COMPARABLE, the grades that every two figures of a group must have

    Returns
    -------
    DataFrame
        Columns `FIGURE_COLUMNS`. ``group`` is the construct-year, ``grade`` the worst grade in it. Shares lie in
        [0, 1]; variances are on the logit scale. Where n has a range or is not printed, ``n`` is the geometric middle
        of what fits the print, as in a comparison.

    Notes
    -----
    A group is the largest set of waves of one construct and year of which every two have one of the grades and
    are not known to share respondents; what is left may form another. Every year counts, not only the window of the
    plan. Constructs of one partition are answers of one question, so the first with figures in a year stands for all.

    Variances by the delta method: sampling 1 / (n p (1 - p)); rounding w^2 / 12 / (p (1 - p))^2, w being the width of
    the shares that fit the print. A share stays at least half an answer away from 0 and 1.
    """
    rows = [_row(wave, *of) for *of, waves in _groups(registry, reconstructions, grades) for wave in waves]
    return pd.DataFrame(rows, columns=list(FIGURE_COLUMNS))


def same_year_surveys(registry: Registry) -> set[str]:
    """Return the ids of the surveys that may be compared with another survey of their year."""
    found = (_candidates(construct, registry, COMPARABLE) for construct in registry.constructs.values())
    return {registry.finding(answer.finding).survey.id for construct in found for answer in construct.answers}


def _candidates(construct: Construct, registry: Registry, grades: Collection[str]) -> Construct:
    """The construct with only those answers that may be compared with another of their year."""
    kept = set()
    for one, two in combinations(construct.answers, 2):
        surveys = [registry.finding(answer.finding).survey for answer in (one, two)]
        if surveys[0].year == surveys[1].year and grade_pair(one, two, registry).grade in grades:
            kept |= {one.finding, two.finding}
    return construct.model_copy(update={"answers": tuple(a for a in construct.answers if a.finding in kept)})


def _groups(
    registry: Registry, reconstructions: Reconstructions, grades: Collection[str]
) -> Iterator[tuple[str, str, str, list[Wave]]]:
    """Name, construct, worst grade and waves of every group."""
    speaks: dict[tuple[str, int], str] = {}
    for construct in (_candidates(each, registry, grades) for each in registry.constructs.values()):
        waves = waves_of(construct, registry, reconstructions, _EVERY_YEAR)
        for year, of_year in groupby(waves, key=lambda wave: wave.year):
            for place, (grade, members) in enumerate(_sets(list(of_year), registry, grades)):
                if speaks.setdefault((construct.partition or construct.id, year), construct.id) == construct.id:
                    yield f"{construct.id}, {year}{', again' * place}", construct.id, grade, members


def _sets(waves: list[Wave], registry: Registry, wanted: Collection[str]) -> Iterator[tuple[str, list[Wave]]]:
    """The largest set in which every two may be compared, with its worst grade; then the largest of the rest."""
    grades = {(one.finding.id, two.finding.id): _grade(one, two, registry) for one, two in combinations(waves, 2)}
    sizes = range(len(waves), 1, -1)
    for members in (chosen for size in sizes for chosen in combinations(waves, size)):
        among = {grades[one.finding.id, two.finding.id] for one, two in combinations(members, 2)}
        if among <= set(wanted):
            yield max(among, key=GRADES.index), list(members)
            yield from _sets([wave for wave in waves if wave not in members], registry, wanted)
            return


def _grade(one: Wave, two: Wave, registry: Registry) -> str:
    pair = pair_of(one, two, registry)
    return "C" if pair.refusal else pair.tier


def _row(wave: Wave, group: str, construct_id: str, grade: str) -> tuple[object, ...]:
    n_low, n_high = (float(end) / wave.design_effect for end in (wave.sizes.min(), wave.sizes.max()))
    n = math.sqrt(n_low * n_high)
    share = min(max(wave.share, 0.5 / n), 1 - 0.5 / n)
    scale = share * (1 - share)
    rounding = float(np.ptp(wave.shares)) ** 2 / 12 / scale**2
    logit, sampling = math.log(share / (1 - share)), 1 / (n * scale)
    about = group, construct_id, wave.year, wave.finding.id, wave.survey.id, grade
    return (*about, wave.share, n, n_low, n_high, logit, sampling, rounding)

"""All constructs side by side: what changed, with the chance of false alarms controlled."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from crosswave.memo import kept, remembered
from crosswave.reconstruct import Reconstruction, reconstruct
from crosswave.reconstruct.forks import FEWEST, default_jobs, made_in_forks, may_fork
from crosswave.reconstruct.survey import content_of
from crosswave.study.models import Construct
from crosswave.study.registry import Registry
from crosswave.trend.change import Trend, assess_each, with_others
from crosswave.trend.dispersion import with_estimated_error
from crosswave.trend.settings import FIRST_YEAR, LAST_YEAR, Settings


def reconstruct_all(
    registry: Registry, survey_ids: Iterable[str] | None = None, *, jobs: int | None = None
) -> dict[str, Reconstruction]:
    """Return the reconstruction of each survey, or of those that are wanted, by its id.

    Where there are more than a few to make, so many `jobs` are done at once in forks of this process, one for each core
    if absent. A fork, or a process of several threads, makes them one by one; so are made those that are wanted one by
    one, as from a bar of progress.
    """
    wanted = registry.surveys if survey_ids is None else survey_ids
    at_once, many = jobs or default_jobs(), isinstance(wanted, Collection) and len(wanted) > FEWEST
    made = _made_at_once(registry, list(wanted), at_once) if many and at_once > 1 and may_fork() else {}
    return {name: made[name] if name in made else reconstruct(registry.survey(name), registry) for name in wanted}


def _made_at_once(registry: Registry, names: Sequence[str], jobs: int) -> dict[str, Reconstruction]:
    """The reconstructions that forks made; none where most are known."""
    contents = {name: content_of(registry.survey(name), registry) for name in names}
    missing = [name for name, content in contents.items() if kept(*content) is None]
    if len(missing) <= FEWEST:
        return {}
    made = made_in_forks(lambda name: reconstruct(registry.survey(name), registry), missing, jobs)
    return {name: remembered(partial(made.__getitem__, name), *contents[name], outlives=False) for name in made}


def assess_all(
    registry: Registry, reconstructions: Mapping[str, Reconstruction], settings: Settings
) -> dict[str, Trend]:
    """Return every construct of a registry, assessed, with p-values adjusted for multiplicity.

    Parameters
    ----------
    registry : Registry
        Holds the constructs.
    reconstructions : mapping of str to Reconstruction
        Of every survey in a construct.
    settings : Settings
        Window and error rates.

    Notes
    -----
    Holm inside each family, see `others_counted`. What a family holds is fixed by plan.yaml, so that two waves have one
    verdict whatever window they are looked at in.
    """
    trends = _assess_all(registry, reconstructions, settings)
    members = family_members(trends, registry, reconstructions, settings)
    return {
        name: with_others(trend, others_counted(trend, members))
        for name, trend in zip(registry.constructs, trends, strict=True)
    }


def family_members(
    trends: Sequence[Trend], registry: Registry, reconstructions: Mapping[str, Reconstruction], settings: Settings
) -> list[Trend]:
    """Return the comparison of each construct that counts in its family, whatever window is being looked at.

    Parameters
    ----------
    trends : sequence of Trend
        Of all constructs, under the settings.
    registry, reconstructions, settings
        As for `assess_all`.

    Notes
    -----
    A construct enters with the pair that is reported in the plan's window; where that has none, with that of all years.
    """
    window = registry.plan.window
    planned = replace(settings, from_year=window.from_year, to_year=window.to_year)
    inside = trends if planned == settings else _assess_all(registry, reconstructions, planned)
    every = _assess_all(registry, reconstructions, replace(settings, from_year=FIRST_YEAR, to_year=LAST_YEAR))
    chosen = (one if one.comparison else other for one, other in zip(inside, every, strict=True))
    return [trend for trend in chosen if trend.comparison]


def _assess_all(registry: Registry, reconstructions: Mapping[str, Reconstruction], settings: Settings) -> list[Trend]:
    """Computed once for the same reconstructions, which the result holds, so that no others take their places."""
    names = _surveys(registry.constructs.values())
    used = [one for name, one in sorted(reconstructions.items()) if name in names]

    def make() -> tuple[list[Trend], list[Reconstruction]]:
        return assess_each(registry.constructs.values(), registry, reconstructions, settings), used

    same = (str(id(one)) for one in used)
    return remembered(make, "assess", registry.content, repr(settings), *same, outlives=False)[0]


def assess_one(construct: Construct, registry: Registry, settings: Settings) -> tuple[Trend, dict[str, Reconstruction]]:
    """Return one construct assessed as `assess_all` would, and the reconstructions that took.

    Notes
    -----
    Other constructs are looked at only if this one was compared, for then the adjustment can alter the verdict.
    """
    own = reconstruct_all(registry, _surveys([construct]))
    trend = assess_each([construct], registry, own, settings)[0]
    if trend.comparison is None:
        return trend, own
    return with_others(trend, others_of_each(with_estimated_error(registry), settings)[construct.id]), own


def others_of_each(registry: Registry, settings: Settings) -> dict[str, tuple[float, ...]]:
    """Return by construct the p-values of the other comparisons of its family: what is left of `assess_all`."""

    def make() -> dict[str, tuple[float, ...]]:
        trends = assess_all(registry, reconstruct_all(registry, _surveys(registry.constructs.values())), settings)
        return {name: trend.others for name, trend in trends.items()}

    return remembered(make, "others", registry.content, repr(settings))


def _surveys(constructs: Iterable[Construct]) -> set[str]:
    return {answer.finding.split(".")[0] for construct in constructs for answer in construct.answers}


def others_counted(trend: Trend, members: Sequence[Trend]) -> tuple[float, ...]:
    """Return the p-values of the other comparisons that count in the family of a trend.

    Parameters
    ----------
    trend : Trend
        Of a construct.
    members : sequence of Trend
        From `family_members`.

    Notes
    -----
    Among the others only those count that could have shown something, which is decided from their sizes and the middle
    of their shares and not from their differences, and only one answer of each question. A comparison that could not be
    expected to show anything is itself held against the whole family.

    References
    ----------
    Filters that do not look at the test: Bourgon, Gentleman and Huber (2010), doi:10.1073/pnas.0914005107.
    """
    if trend.comparison is None:
        return ()
    found = [other.comparison for other in _others(trend, members) if other.comparison]
    every = not trend.comparison.informative
    return tuple(other.p_high for other in found if every or other.informative)


def _others(trend: Trend, members: Sequence[Trend]) -> list[Trend]:
    """The first construct of every other partition of the family."""
    first: dict[str, Trend] = {}
    for member in members:
        if member.construct.family == trend.construct.family and _partition(member) != _partition(trend):
            first.setdefault(_partition(member), member)
    return list(first.values())


def _partition(trend: Trend) -> str:
    return trend.construct.partition or trend.construct.id

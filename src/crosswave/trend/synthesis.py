"""All constructs side by side: what changed, with the chance of false alarms controlled."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from crosswave.memo import kept, remembered
from crosswave.reconstruct import Reconstruction, Reconstructions, reconstruct
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


def assess_all(registry: Registry, reconstructions: Reconstructions, settings: Settings) -> dict[str, Trend]:
    """Return every construct of a registry, assessed, with p-values adjusted for multiplicity.

    Parameters
    ----------
    registry : Registry, holds the constructs
    reconstructions : mapping of str to Reconstruction, of every survey in a construct
    settings : Settings, window and error rates

    Notes
    -----
    Holm inside each family, see `others_counted`. What a family holds is fixed by plan.yaml, so that two waves have one
    verdict whatever window they are looked at in.
    """
    return _by_family(registry, lambda family: _assess_family(family, registry, reconstructions, settings))


def trends_of(registry: Registry, settings: Settings) -> dict[str, Trend]:
    """Return what `assess_all` says of a registry; each family is computed once for each content and settings."""
    return _by_family(registry, lambda family: trends_of_family(family, registry, settings))


def trends_of_family(family: str, registry: Registry, settings: Settings) -> dict[str, Trend]:
    """Return what `assess_all` says of the constructs of one family, without a look at any other."""

    def make() -> dict[str, Trend]:
        resolved, own = with_estimated_error(registry), _surveys(_constructs(family, registry))
        return _assess_family(family, resolved, reconstruct_all(registry, own), settings)

    return remembered(make, *_name_of(family, registry, settings))


def _name_of(family: str, registry: Registry, settings: Settings) -> tuple[str, ...]:
    return "family", registry.content, family, repr(settings)


def _by_family(registry: Registry, assessed: Callable[[str], Mapping[str, Trend]]) -> dict[str, Trend]:
    families = {family: assessed(family) for family in {one.family: None for one in registry.constructs.values()}}
    return {name: families[one.family][name] for name, one in registry.constructs.items()}


def _assess_family(
    family: str, registry: Registry, reconstructions: Reconstructions, settings: Settings
) -> dict[str, Trend]:
    trends = _assessed(family, registry, reconstructions, settings)
    members = family_members(family, registry, reconstructions, settings)
    return {trend.construct.id: with_others(trend, others_counted(trend, members)) for trend in trends}


def family_members(
    family: str, registry: Registry, reconstructions: Reconstructions, settings: Settings
) -> list[Trend]:
    """Return the comparison of each construct that counts in its family, whatever window is being looked at.

    Parameters
    ----------
    family : str, the family of some constructs
    registry, reconstructions, settings : as for `assess_all`

    Notes
    -----
    A construct enters with the pair that is reported in the plan's window; where that has none, with that of all years.
    """
    windows = (registry.plan.window.from_year, registry.plan.window.to_year), (FIRST_YEAR, LAST_YEAR)
    inside, every = (
        _assessed(family, registry, reconstructions, replace(settings, from_year=start, to_year=end))
        for start, end in windows
    )
    chosen = (one if one.comparison else other for one, other in zip(inside, every, strict=True))
    return [trend for trend in chosen if trend.comparison]


def _assessed(family: str, registry: Registry, reconstructions: Reconstructions, settings: Settings) -> list[Trend]:
    """Computed once for the same reconstructions, which the result holds, so that no others take their places."""
    constructs = _constructs(family, registry)
    used = [reconstructions[name] for name in sorted(_surveys(constructs)) if name in reconstructions]

    def make() -> tuple[list[Trend], list[Reconstruction]]:
        return assess_each(constructs, registry, reconstructions, settings), used

    same = (str(id(one)) for one in used)
    return remembered(make, "assess", registry.content, family, repr(settings), *same, outlives=False)[0]


def assess_one(construct: Construct, registry: Registry, settings: Settings) -> tuple[Trend, dict[str, Reconstruction]]:
    """Return one construct assessed as `assess_all` would, and the reconstructions that took.

    Notes
    -----
    The rest of its family is looked at only if this one was compared, for then the adjustment can alter the verdict.
    """
    own, family = reconstruct_all(registry, _surveys([construct])), construct.family
    if not kept(*_name_of(family, registry, settings)):
        trend = assess_each([construct], registry, own, settings)[0]
        if trend.comparison is None:
            return trend, own
    return trends_of_family(family, registry, settings)[construct.id], own


def _constructs(family: str, registry: Registry) -> list[Construct]:
    return [one for one in registry.constructs.values() if one.family == family]


def _surveys(constructs: Iterable[Construct]) -> set[str]:
    return {answer.finding.split(".")[0] for construct in constructs for answer in construct.answers}


def others_counted(trend: Trend, members: Sequence[Trend]) -> tuple[float, ...]:
    """Return the p-values of the other comparisons that count in the family of a trend.

    Parameters
    ----------
    trend : Trend, of a construct
    members : sequence of Trend, from `family_members`

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
        if member.construct.family == trend.construct.family:
            first.setdefault(member.construct.partition or member.construct.id, member)
    first.pop(trend.construct.partition or trend.construct.id, None)
    return list(first.values())

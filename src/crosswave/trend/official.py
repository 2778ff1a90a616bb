"""Topics that one series measured throughout, compared between the years that the plan declares."""

from collections.abc import Sequence
from dataclasses import replace

from crosswave.reconstruct import Reconstructions
from crosswave.study.models import Construct, Survey
from crosswave.study.registry import Registry
from crosswave.trend.change import Trend, assess_each, with_others
from crosswave.trend.settings import Settings
from crosswave.trend.synthesis import family_members, others_counted
from crosswave.trend.waves import Wave, pair_of

SAMPLING = ("census", "probability")
"""How official series choose whom they ask: everybody, or a random sample."""


def surveys_behind(construct: Construct, registry: Registry) -> list[Survey]:
    """Return the survey of each answer of a construct."""
    return [registry.surveys[answer.finding.split(".")[0]] for answer in construct.answers]


def topics_of(series_id: str, registry: Registry) -> list[Construct]:
    """Return the constructs all of whose figures come from one series."""
    waves = set(registry.series[series_id])
    every = registry.constructs.values()
    return [one for one in every if one.answers and {a.finding.split(".")[0] for a in one.answers} <= waves]


def official_topics(registry: Registry) -> list[Construct]:
    """Return the constructs that one official series measured throughout, in two declared years or more.

    Parameters
    ----------
    registry : Registry, holds constructs, series and the plan's pairs of years
    """
    found = []
    for topic in (one for name in registry.series for one in topics_of(name, registry)):
        surveys = surveys_behind(topic, registry)
        paired = any(set(pair) <= {survey.year for survey in surveys} for pair in registry.plan.official_years)
        if paired and all(survey.sampling in SAMPLING for survey in surveys):
            found.append(topic)
    return found


def assess_between(
    constructs: Sequence[Construct], registry: Registry, reconstructions: Reconstructions, settings: Settings
) -> list[list[Trend]]:
    """Return for each two years that the plan declares what these alone say of each construct; then what its page does.

    Parameters
    ----------
    constructs : sequence of Construct, of series
    registry, reconstructions, settings : as for `assess_all`; the window of the settings does not matter

    Notes
    -----
    No wave of another year takes the place of a missing one: then nothing is compared. The last list holds what is
    compared on the page of each construct, inside the plan's window. p-values are adjusted as in `assess_all`, inside
    the family and not over the pairs of years, each of which is a question of its own.
    """
    declared, window = registry.plan.official_years, registry.plan.window
    families = {construct.family for construct in constructs} if declared else set()
    members = {family: family_members(family, registry, reconstructions, settings) for family in families}
    found = []
    for years in declared:
        own = [_of_years(construct, years, registry) for construct in constructs]
        between = replace(settings, from_year=years[0], to_year=years[1])
        found.append(assess_each(own, registry, reconstructions, between))
    names, inside = {construct.id for construct in constructs}, (window.from_year, window.to_year)
    every = [trend for family in sorted(members) for trend in members[family] if trend.construct.id in names]
    found.append([one for one in every if (one.settings.from_year, one.settings.to_year) == inside])
    return [[with_others(one, others_counted(one, members[one.construct.family])) for one in rows] for rows in found]


def _of_years(construct: Construct, years: tuple[int, int], registry: Registry) -> Construct:
    surveys = zip(construct.answers, surveys_behind(construct, registry), strict=True)
    return construct.model_copy(update={"answers": tuple(one for one, survey in surveys if survey.year in years)})


def one_instrument(waves: Sequence[Wave], registry: Registry) -> list[Wave]:
    """Return the waves that belong on one line: most of those that repeat one instrument and count people.

    Of several sets of one size the earliest.
    """
    counted = [wave for wave in waves if wave.counts.count_low is not None and wave.refusal is None]

    def repeated(one: Wave, two: Wave) -> bool:
        first, second = sorted((one, two), key=lambda wave: wave.year)
        return one is two or pair_of(first, second, registry).comparability.grade == "A"

    return max(([two for two in counted if repeated(one, two)] for one in counted), key=len, default=[])

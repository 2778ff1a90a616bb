"""The items of all batteries together: levels, changes, ranking, and what surveys and houses add."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import pandas as pd
from scipy.special import expit

from crosswave.api.showing import Drawn, Shown, records
from crosswave.models.joint import Posterior, combined, level_rows
from crosswave.models.joint_checks import decomposed, held_out, replicated
from crosswave.models.mixed import restricted
from crosswave.models.small_samples import fixed_effects
from crosswave.reconstruct import Reconstructions
from crosswave.report.batteries import battery_sentences
from crosswave.report.render import titled
from crosswave.study.faults import nearest
from crosswave.study.registry import Registry
from crosswave.trend.batteries import moves_of
from crosswave.trend.beside import predicted_beside, trends_beside, verdicts_beside
from crosswave.trend.settings import Settings
from crosswave.words import arrived, capital

_NEXT = ("item", "share", "low", "high")


@dataclass(frozen=True, repr=False)
class BatteryResult(Shown):
    """What all figures of batteries say together of every item.

    Attributes
    ----------
    name : str
        The kind of batteries, such as barriers.
    posterior : Posterior
        The joint model, with its draws.
    figures : DataFrame
        The figures that went into it, with the columns of `crosswave.trend.batteries.battery_figures`.
    registry, reconstructions, settings
        Where they come from, and by what they are judged.

    Examples
    --------
    >>> import crosswave as cw
    >>> barriers = cw.open().barriers()
    >>> barriers.ranking["item"][0], bool(barriers.levels["level"].between(0, 1).all())
    ('budget', True)
    """

    name: str
    posterior: Posterior = field(repr=False)
    figures: pd.DataFrame = field(repr=False)
    registry: Registry = field(repr=False)
    reconstructions: Reconstructions = field(repr=False)
    settings: Settings = field(repr=False)

    @property
    def labels(self) -> dict[str, str]:
        """Each item of batteries.yaml with its label."""
        return {item.id: item.label for item in self.registry.batteries.items}

    @property
    def names(self) -> dict[str, str]:
        """Each survey of the model by its title with its year."""
        surveys = map(self.registry.survey, self.figures["survey"].unique())
        return {one.id: titled(one) for one in surveys}

    @property
    def margin(self) -> float:
        """The smallest change that matters, points."""
        return self.registry.plan.smallest_change.value

    @property
    def levels(self) -> pd.DataFrame:
        """A row for each item and year: item, year, level, low, high (shares in [0, 1])."""
        return self.posterior.levels()

    @property
    def changes(self) -> pd.DataFrame:
        """A row for each item, first to last year, in points, as `Posterior.changes` describes it."""
        first, last, limit = self.posterior.years[0], self.posterior.years[-1], self.registry.plan.detectable_limit
        return self.posterior.changes(first, last, margin=self.margin, limit=limit.value)

    @cached_property
    def verdicts(self) -> pd.DataFrame:
        """A row for each item: the verdict with its certainty, that of two surveys alone, and why they differ."""
        trends = trends_beside(self.figures, self.registry, self.settings)
        return verdicts_beside(self.posterior, self.figures, trends, self.registry)

    @property
    def ranking(self) -> pd.DataFrame:
        """A row for each item in the last year: item, rank, low, high, first (probability)."""
        return self.posterior.ranking(self.posterior.years[-1])

    @property
    def effects(self) -> pd.DataFrame:
        """A row for each survey and house: kind, name, effect, low, high (logits)."""
        return self.posterior.effects.copy()

    def next_survey(self, house: str | None = None) -> pd.DataFrame:
        """Return what a survey still to come would find in the last year, of one of the houses, else of any house.

        Parameters
        ----------
        house : str, optional
            As in the column house of `figures`.

        Returns
        -------
        DataFrame
            Columns item, share, low, high: shares in [0, 1], without the sampling error of that survey.

        Raises
        ------
        ValueError
            The house has no figure.
        """
        houses = self.posterior.design.houses
        if house is not None and house not in houses:
            raise ValueError(f"no house is called {arrived(house)}{nearest(house, houses)}")
        beyond = ("survey", "figure") if house else ("survey", "figure", "house")
        rows = level_rows(self.posterior.design, self.posterior.years[-1:])
        found = expit(combined(self.posterior, rows, beyond, house)[["estimate", "low", "high"]])
        return found.set_axis(["share", "low", "high"], axis=1).assign(item=self.posterior.design.items)[list(_NEXT)]

    @property
    def replicated(self) -> pd.DataFrame:
        """How the figures look beside those that the model itself makes: measure, seen, low, high, place."""
        return replicated(self.posterior)

    @property
    def by_likelihood(self) -> pd.DataFrame:
        """Levels and slope by restricted likelihood, errors for few surveys (Kenward and Roger, CR2 by house)."""
        design = self.posterior.design
        return fixed_effects(design, restricted(design, ("survey", "house", "figure")), self.figures["house"])

    @cached_property
    def held_out(self) -> pd.DataFrame:
        """A row for each figure, predicted from the other surveys: predicted, low, high, place, last (shares).

        Beside it what one earlier survey predicts by the comparison of two: pairwise, pairwise_low, pairwise_high.
        """
        beside = predicted_beside(self.figures, self.registry, self.reconstructions, self.settings)
        return held_out(self.posterior, self.figures).join(beside)

    @cached_property
    def left_out(self) -> pd.DataFrame:
        """Every answer again without each survey and each house, as `left_out` describes it; column by says which."""
        return moves_of(self.posterior, self.figures, self.registry.plan)

    @property
    def parts(self) -> pd.DataFrame:
        """How much of each interval comes from which source, and rests on figures of other years."""
        return decomposed(self.posterior, self.posterior.years[0], self.posterior.years[-1])

    @property
    def sentences(self) -> list[str]:
        """What it comes to in plain words."""
        return battery_sentences(self.posterior, self.figures, self.labels, self.margin)

    def _drawn(self) -> Drawn:
        from crosswave.report.batteries import levels_alt, levels_chart

        drawn = levels_chart(self.posterior, self.figures, self.labels, self.names)
        return drawn, levels_alt(self.posterior, self.labels)

    def to_frame(self) -> pd.DataFrame:
        """Return `levels`."""
        return self.levels

    def to_dict(self) -> dict[str, object]:
        """Return levels, changes, ranking and sentences as plain values, ready for JSON."""
        frames = {"levels": self.levels, "changes": self.changes, "ranking": self.ranking, "effects": self.effects}
        frames["verdicts"] = self.verdicts
        return {"sentences": self.sentences} | {name: records(frame) for name, frame in frames.items()}

    def _title(self) -> str:
        return f"{capital(self.name)} that surveys name, {self.posterior.years[-1]}"

    def _facts(self) -> Mapping[str, str]:
        first, rests, *others = self.sentences
        return {"Answer": " ".join([first, *others[:2]]), "Rests on": rests}

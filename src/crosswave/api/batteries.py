"""The items of all batteries together: levels, changes, ranking, and what surveys and houses add."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from crosswave.api.showing import BLUE, GREY, PLUM, Shown, axes_of, records
from crosswave.models.joint import Posterior, restricted
from crosswave.models.joint_checks import decomposed, held_out
from crosswave.models.small_samples import fixed_effects
from crosswave.report.batteries import battery_sentences, labels_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, repr=False)
class BatteryResult(Shown):
    """What all figures of batteries say together of every item.

    Attributes
    ----------
    posterior : Posterior
        The joint model, with its draws.
    figures : DataFrame
        The figures that went into it, with the columns of `crosswave.trend.batteries.battery_figures`.
    margin : float
        The smallest change that matters, points.

    Examples
    --------
    >>> import crosswave as cw
    >>> barriers = cw.open().barriers()
    >>> barriers.ranking["item"][0], bool(barriers.levels["level"].between(0, 1).all())
    ('budget', True)
    """

    posterior: Posterior = field(repr=False)
    figures: pd.DataFrame = field(repr=False)
    labels: Mapping[str, str]
    margin: float

    @property
    def levels(self) -> pd.DataFrame:
        """A row for each item and year: item, year, level, low, high (shares in [0, 1])."""
        return self.posterior.levels()

    @property
    def changes(self) -> pd.DataFrame:
        """A row for each item, first to last year, in points, as `Posterior.changes` describes it."""
        return self.posterior.changes(self.posterior.years[0], self.posterior.years[-1], margin=self.margin)

    @property
    def ranking(self) -> pd.DataFrame:
        """A row for each item in the last year: item, rank, low, high, first (probability)."""
        return self.posterior.ranking(self.posterior.years[-1])

    @property
    def effects(self) -> pd.DataFrame:
        """A row for each survey and house: kind, name, effect, low, high (logits)."""
        return self.posterior.effects.copy()

    @property
    def by_likelihood(self) -> pd.DataFrame:
        """Levels and slope by restricted likelihood, errors for few surveys (Kenward and Roger, CR2 by house)."""
        design = self.posterior.design
        return fixed_effects(design, restricted(design, ("survey", "house", "figure")), self.figures["house"])

    @property
    def held_out(self) -> pd.DataFrame:
        """A row for each figure, predicted from the other surveys: predicted, low, high, place, last (shares)."""
        return held_out(self.posterior, self.figures)

    @property
    def parts(self) -> pd.DataFrame:
        """How much of each interval comes from which source, and rests on figures of other years."""
        return decomposed(self.posterior, self.posterior.years[0], self.posterior.years[-1])

    @property
    def sentences(self) -> list[str]:
        """What it comes to in plain words."""
        return battery_sentences(self.posterior, self.figures, self.labels, self.margin)

    def chart(self, ax: Axes | None = None) -> Axes:
        """Draw the level of each item in the last year with its interval, the surveys as dots behind it."""
        last = self.levels[self.levels["year"] == self.posterior.years[-1]].sort_values("level", ignore_index=True)
        axes = axes_of(ax, 1.4 + 0.45 * len(last), self._title())
        place = {item: k for k, item in enumerate(last["item"])}
        axes.scatter(100 * self.figures["share"], self.figures["item"].map(place), s=16, color=GREY, alpha=0.5)
        axes.hlines(last.index, 100 * last["low"], 100 * last["high"], color=BLUE, linewidth=2.5)
        axes.scatter(100 * last["level"], last.index, color=PLUM, zorder=3)
        names = labels_of(self.posterior, self.labels)
        axes.set_yticks(range(len(last)), [names[str(item)] for item in last["item"]])
        axes.set(xlabel="% of those asked, with interval", xlim=(0, 100))
        return axes

    def to_frame(self) -> pd.DataFrame:
        """Return `levels`."""
        return self.levels

    def to_dict(self) -> dict[str, object]:
        """Return levels, changes, ranking and sentences as plain values, ready for JSON."""
        frames = {"levels": self.levels, "changes": self.changes, "ranking": self.ranking, "effects": self.effects}
        return {"sentences": self.sentences} | {name: records(frame) for name, frame in frames.items()}

    def _title(self) -> str:
        return f"What stands in the way, {self.posterior.years[-1]}"

    def _facts(self) -> Mapping[str, str]:
        return {"Answer": " ".join(self.sentences[1:4]), "Rests on": self.sentences[0]}

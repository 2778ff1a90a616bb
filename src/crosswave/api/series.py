"""One series: its waves, its figures, the same respondents in two waves, and what changed between declared years."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from crosswave.api.results import findings_frame
from crosswave.api.showing import Drawn, Shown, records
from crosswave.models.wave_trend import FEWEST_FOR_TREND
from crosswave.reconstruct import Reconstructions
from crosswave.report import results
from crosswave.report.official import changes_frame, left_words, tally, told
from crosswave.report.render import year_of
from crosswave.report.rounding import rounding_frame
from crosswave.study import Registry, read_series
from crosswave.study.models import Construct, Survey
from crosswave.study.registry import findings_of
from crosswave.study.series import Panel
from crosswave.trend.official import one_instrument, topics_of
from crosswave.trend.settings import FIRST_YEAR, LAST_YEAR, Settings
from crosswave.trend.waves import pair_of, waves_of

WAVES = (
    "survey_id", "wave", "year", "group", "population", "unit", "sampling", "asked", "n_low", "n_high", "response_low",
    "response_high", "weighted", "pandemic", "rounding",
)  # fmt: skip
TRANSITIONS = ("first", "second", "question", "before", "after", "organisations")
_PANDEMIC = "2020-03"
LINES = ("construct_id", "label", "survey_id", "year", "yes", "n", "total_error")


def _in_pandemic(survey: Survey) -> bool | None:
    """Whether a wave began in March 2020 or later; a financial year begins in April."""
    year = f"{survey.year}-04" if survey.year_basis == "financial-year" else str(survey.year)
    start = survey.fieldwork.start or year
    return None if start == _PANDEMIC[:4] else start >= _PANDEMIC


@dataclass(frozen=True, repr=False)
class SeriesResult(Shown):
    """A series that asks the same questions again and again.

    Attributes
    ----------
    id, title : str
        Of the series.
    registry : Registry
        The study that holds it.
    reconstructions : mapping of str to Reconstruction
        By survey id.
    settings : Settings
        Error rate and design effect.

    Examples
    --------
    >>> import crosswave as cw
    >>> study = cw.open()
    >>> study.series(next(iter(study.registry.series))).changes.columns[:3].tolist()
    ['construct_id', 'label', 'series']
    """

    id: str
    title: str
    registry: Registry
    reconstructions: Reconstructions
    settings: Settings

    @property
    def surveys(self) -> list[Survey]:
        """The waves, those of everybody first, then group by group, each in the order of years."""
        own = [self.registry.surveys[name] for name in self.registry.series[self.id]]
        return sorted(own, key=lambda survey: (survey.group or "", survey.year))

    @property
    def topics(self) -> list[Construct]:
        """The constructs all of whose figures come from this series."""
        return topics_of(self.id, self.registry)

    @property
    def panels(self) -> tuple[Panel, ...]:
        """The same respondents in two waves."""
        return read_series(self.registry, self.id).panels

    @cached_property
    def waves(self) -> pd.DataFrame:
        """A row for each wave.

        ``survey_id``, ``wave`` (its year, a financial year as 2017/18; its id where a group has two of one year),
        ``year``, ``group`` (missing for everybody), ``population``, ``unit``, ``sampling``, ``asked`` (everybody
        invited), ``n_low``, ``n_high`` (who answered), ``response_low``, ``response_high`` (shares in [0, 1]),
        ``weighted``, ``pandemic`` (begun in March 2020 or later; missing where only the year 2020 is known),
        ``rounding`` (what the figures tell of it).
        """
        rows = [
            (
                survey.id, year_of(survey), survey.year, survey.group, survey.population, survey.unit, survey.sampling,
                survey.asked, *(found.n or (None, None)), None, None, survey.weighted, _in_pandemic(survey),
                found.rounding,
            )
            for survey in self.surveys
            if (found := self.reconstructions[survey.id])
        ]  # fmt: skip
        whole = ("year", "asked", "n_low", "n_high")
        frame = pd.DataFrame(rows, columns=list(WAVES)).astype(dict.fromkeys(whole, "Int64") | {"pandemic": "boolean"})
        frame["wave"] = frame["wave"].mask(frame.duplicated(["group", "wave"], keep=False), frame["survey_id"])
        for end in ("low", "high"):
            frame[f"response_{end}"] = (frame[f"n_{end}"] / frame["asked"]).astype("float64")
        return frame

    @cached_property
    def figures(self) -> pd.DataFrame:
        """A row for each printed figure: everybody first, then group by group, question by question, year by year.

        The columns of `Study.findings`, ``printed`` with its unit; ``wave``, ``group``, ``pandemic`` as in `waves`;
        ``figure`` (question and answer), ``about`` (the thing measured), ``construct_id`` (the topic, if it is in one
        of this series) and ``note``.
        """
        found = [(survey, self.reconstructions[survey.id]) for survey in self.surveys]
        own = [one for survey in self.surveys for one in findings_of(survey)]
        ledger = results.findings_frame(found, self.settings.alpha, self.settings.design_effect)
        every = findings_frame(ledger, own, self.reconstructions).assign(printed=[one.text for one in own])
        topic = {a.finding: one.id for one in self.topics for a in one.answers}
        told = [(one.local_id, one.question.about, topic.get(one.id), one.answer.note) for one in own]
        every[["figure", "about", "construct_id", "note"]] = pd.DataFrame(told, dtype="object")
        joined = every.merge(self.waves[["survey_id", "wave", "group", "pandemic"]], on="survey_id")
        places = joined.assign(a=joined["group"].factorize()[0], b=joined["figure"].factorize()[0])
        return joined.loc[places.sort_values(["a", "b", "year"], kind="stable").index].reset_index(drop=True)

    @cached_property
    def changes(self) -> pd.DataFrame:
        """A row for each topic and each two years of the plan's ``official_years`` in which it was measured.

        Also for the two years that the page of the topic compares, where ``main`` is true.

        ``construct_id``, ``label``, ``series``, ``whom``, ``group``, ``unit``, ``from_year``, ``to_year``, ``first``,
        ``second`` (ids of the figures), ``first_pct``, ``second_pct`` (as printed), ``difference_pp``, ``low_pp``,
        ``high_pp``, ``p_adjusted``, ``verdict``, ``answer``, ``certainty``; of a census ``counted_low_pp``,
        ``counted_high_pp`` (the change among those counted), ``invited_low_pp``, ``invited_high_pp`` (among everybody
        invited, whatever the silent think), ``needed_later_pp``, ``needed_both_pp`` (how far those who did not answer
        must differ for no change: in the later wave, in both with opposite signs), ``main``. Percentages and percentage
        points.
        """
        return changes_frame(self.topics, self.registry, self.reconstructions, self.settings)

    @cached_property
    def transitions(self) -> pd.DataFrame:
        """A row for each pair of answers of the same respondents in two waves.

        ``first``, ``second`` (survey ids), ``question``, ``before``, ``after`` (answer ids), ``organisations``.
        """
        rows = [
            (*panel.waves, panel.question, before, after, number)
            for panel in self.panels
            for before, row in panel.table.items()
            for after, number in row.items()
        ]
        return pd.DataFrame(rows, columns=list(TRANSITIONS)).astype({"organisations": "Int64"})

    @cached_property
    def lines(self) -> pd.DataFrame:
        """A row for each wave of each topic that one unaltered instrument measured three times or more, with counts.

        ``construct_id``, ``label``, ``survey_id``, ``year``, ``yes``, ``n`` (the middle of the feasible counts),
        ``total_error`` (of the tier of two such waves, points at 50 %).
        """
        rows = []
        for topic in self.topics:
            waves = waves_of(topic, self.registry, self.reconstructions, (FIRST_YEAR, LAST_YEAR))
            kept = one_instrument(waves, self.registry)
            if len(kept) >= FEWEST_FOR_TREND:
                tier = pair_of(kept[0], kept[-1], self.registry).tier
                error = self.settings.error(self.registry.plan, tier)[0]
                for wave in kept:
                    ends = (wave.counts.count_low, wave.counts.count_high), wave.counts.people
                    yes, n = (((low or 0) + (high or 0)) / 2 for low, high in ends)
                    rows.append((topic.id, topic.label, wave.survey.id, wave.year, yes, n, error))
        return pd.DataFrame(rows, columns=list(LINES)).astype({"year": "Int64"})

    @property
    def rounding(self) -> pd.DataFrame:
        """A row for each source that prints percentages of a known number of people, or with a count beside.

        ``source``, ``figures`` (how many), ``could_tell`` (those that some rules of rounding print and others do not);
        ``half_up``, ``half_to_even``, ``half_down``, ``cut_off``, ``always_up`` (how many each rule prints); ``chance``
        (in [0, 1], that such figures, rounded to the nearest, show that they were not cut off); ``rule`` (those left).
        """
        return rounding_frame(self.surveys)

    def _drawn(self) -> Drawn:
        from crosswave.report.series import series_alt, series_chart

        return series_chart(self.figures, self.title), series_alt(self.figures, self.title)

    def to_frame(self) -> pd.DataFrame:
        """Return `figures`."""
        return self.figures.copy()

    def to_dict(self) -> dict[str, object]:
        """Return waves, figures and changes as plain values, ready for JSON."""
        frames = {"waves": self.waves, "figures": self.figures, "changes": self.changes}
        return {"series_id": self.id, "title": self.title} | {name: records(one) for name, one in frames.items()}

    def _title(self) -> str:
        return self.title

    def _facts(self) -> Mapping[str, str]:
        waves = self.waves
        return {
            "Whom": "; ".join(waves[waves["group"].isna()]["population"].unique()),
            "Years": ", ".join(waves["wave"].unique()),
            "Groups": "; ".join(waves["group"].dropna().unique()),
            "Figures": str(len(self.figures)),
            "Whole populations": tally(one.answer for one in told(self.changes)) if len(self.changes) else "",
            "All else": left_words(self.changes),
            "Id": self.id,
        }

    def _shown_frame(self) -> pd.DataFrame:
        shown = ["label", "from_year", "to_year", "difference_pp", "low_pp", "high_pp", "answer", "certainty"]
        return self.changes[shown]

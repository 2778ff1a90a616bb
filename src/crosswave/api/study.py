"""A study: a data folder opened once, its plan resolved, its counts found when they are asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import Any

import pandas as pd

from crosswave.api.batteries import BatteryResult
from crosswave.api.comparisons import ComparisonResult, TrendResult, compared
from crosswave.api.results import ClaimResult, SurveyResult, findings_frame
from crosswave.api.series import SeriesResult
from crosswave.claims import Checker
from crosswave.memo import remembered
from crosswave.reconstruct import Reconstruction, Reconstructions, reconstruct
from crosswave.report.official import official_frame
from crosswave.report.results import all_findings, all_trends, by_claim, by_survey
from crosswave.study import load_evidence, read_series
from crosswave.study.faults import nearest
from crosswave.study.models import Plan
from crosswave.study.places import has_surveys
from crosswave.study.registry import Registry
from crosswave.trend.batteries import battery_figures, battery_posterior
from crosswave.trend.change import Trend
from crosswave.trend.dispersion import with_estimated_error
from crosswave.trend.settings import Settings, planned
from crosswave.trend.synthesis import assess_one, trends_of
from crosswave.words import arrived, plural


def open(folder: str | PathLike[str] | None = None) -> Study:
    """Return the study in a folder; surveys whose files have faults are left out, each told on standard error.

    Parameters
    ----------
    folder : str or path, optional
        A data folder (it holds ``surveys/``), or a folder that holds one as ``data/``. If absent, the nearest
        ``data/`` in the working folder or above it. No other folder is ever taken in its place.

    Raises
    ------
    FileNotFoundError
        There is no study there.
    DataError
        A file that all surveys share has a fault: every fault with file and line.

    Examples
    --------
    >>> import crosswave as cw
    >>> study = cw.open()
    >>> study.folder.name
    'data'
    """
    loaded = load_evidence(_data_folder(folder))
    return remembered(lambda: Study(loaded), "study", str(id(loaded)), outlives=False)  # unchanged files: one registry


def _data_folder(folder: str | PathLike[str] | None) -> Path:
    if folder is None:
        here = Path.cwd()
        tried = [above / "data" for above in (here, *here.parents)]
        where, advice = f"no folder data/surveys is in {here} or above", 'cw.open("FOLDER") opens another'
    else:
        tried = [Path(folder), Path(folder) / "data"]
        where, advice = f"{folder} holds no study", "name a folder that holds surveys/ or data/surveys/"
    for one in tried:
        if has_surveys(one):
            return one
    raise FileNotFoundError(f"{where}; {advice}")


@dataclass(frozen=True)
class Study:
    """A data folder as an analyst works with it.

    Numbers that are not passed are those of the study's plan. Shares lie in [0, 1], differences are in percentage
    points, counts and n are whole numbers.

    Attributes
    ----------
    registry : Registry
        The records as they were read, with the plan resolved.

    Examples
    --------
    >>> import crosswave as cw
    >>> study = cw.open()
    >>> findings = study.findings()
    >>> bool((findings["n_low"].dropna() > 0).all())
    True
    """

    loaded: Registry = field(repr=False)

    @cached_property
    def registry(self) -> Registry:
        """The records, with a number for every total error that the plan has estimated."""
        return with_estimated_error(self.loaded, self.reconstructions)

    @cached_property
    def reconstructions(self) -> Reconstructions:
        """What can have printed each survey, by its id; found when it is first asked for."""
        return _Reconstructions(self.loaded)

    @property
    def folder(self) -> Path:
        """The data folder."""
        return self.loaded.folder

    @property
    def plan(self) -> Plan:
        """The plan, resolved."""
        return self.registry.plan

    def settings(
        self,
        *,
        alpha: float | None = None,
        design_effect: float | None = None,
        total_error: float | None = None,
        smallest_change: float | None = None,
        from_year: int | None = None,
        to_year: int | None = None,
    ) -> Settings:
        """Return the plan's settings, with those in their place that are passed.

        Parameters
        ----------
        alpha : float, optional
            Error rate of tests and intervals, above 0 and below 0.5.
        design_effect : float, optional
            Factor by which weighting and clustering inflate the variance, at least 1.
        total_error : float, optional
            Standard deviation of a survey beyond sampling, percentage points at a share of one half.
        smallest_change : float, optional
            The smallest change that matters, percentage points.
        from_year, to_year : int, optional
            First and last year of the window.

        Raises
        ------
        ValueError
            A number is outside its range; all of them are named.
        """
        return planned(self.loaded.plan, alpha, design_effect, total_error, smallest_change, from_year, to_year)

    def findings(self) -> pd.DataFrame:
        """Return a row for each printed figure.

        ``finding_id``, ``survey_id``, ``survey`` (title), ``year``, ``question_id``, ``question``, ``answer``,
        ``topic``, ``printed``, ``level``; ``n``, ``n_low``, ``n_high`` (people behind the figure; ``n`` where they are
        one number), ``count_low``, ``count_high``, ``share_low``, ``share_high`` (all that can have printed it),
        ``estimate``, ``low``, ``high`` (interval if those who answered were a random sample), ``n_effective``,
        ``power`` (share of other values that the figure could not have had) and ``reason``.

        Examples
        --------
        >>> import crosswave as cw
        >>> frame = cw.open().findings()
        >>> [str(frame[name].dtype) for name in ("year", "n", "share_low")]
        ['Int64', 'Int64', 'float64']
        """
        return self._findings.copy()

    @cached_property
    def _findings(self) -> pd.DataFrame:
        ledger = all_findings(self.registry, self.reconstructions)
        return findings_frame(ledger, self.registry.findings.values(), self.reconstructions)

    def surveys(self) -> pd.DataFrame:
        """Return a row for each survey: title, year, house, population, n_low, n_high, figures."""
        return by_survey(self.loaded.surveys, self.reconstructions).astype({"year": "Int64"})

    def topics(
        self, *, alpha: float | None = None, from_year: int | None = None, to_year: int | None = None
    ) -> pd.DataFrame:
        """Return a row for each thing that several surveys measured, under the plan's or other `settings`.

        ``construct_id``, ``label``, ``family``, ``waves``, ``from_year``, ``to_year``, ``grade``, ``difference_pp``,
        ``low_pp``, ``high_pp`` (percentage points), ``p_value``, ``p_adjusted``, ``verdict``, ``answer``,
        ``certainty``, ``sentence``; numbers are missing where nothing was compared.
        """
        settings = self.settings(alpha=alpha, from_year=from_year, to_year=to_year)
        frame, topics = all_trends(self.registry, self.trends(settings), settings), self.registry.constructs.values()
        frame.insert(1, "label", [topic.label for topic in topics])
        frame.insert(2, "family", [topic.family for topic in topics])
        numbers = [name for name in frame if name.endswith("_pp") or name.startswith("p_") or name == "total_error"]
        return frame.astype(dict.fromkeys(numbers, "float64"))

    def claims(self, *, alpha: float | None = None) -> pd.DataFrame:
        """Return a row for each claim, under the plan's error rate or another.

        ``claim_id``, ``source_id``, ``says``, ``survey_id``, ``answered_verdict``, ``random_sample_verdict``,
        ``population_licence``, ``estimate``, ``low``, ``high`` (shares, or differences of shares), ``sentence``.
        """
        chosen = self.settings(alpha=alpha).alpha
        if chosen not in self._claims:
            frame = by_claim(self.loaded.claims.values(), Checker(self.registry, self.reconstructions, chosen))
            frame.insert(2, "says", [claim.says for claim in self.loaded.claims.values()])
            self._claims[chosen] = frame.astype(dict.fromkeys(("estimate", "low", "high"), "float64"))
        return self._claims[chosen].copy()

    @cached_property
    def _claims(self) -> dict[float, pd.DataFrame]:
        return {}

    def survey(
        self, survey_id: str | None = None, *, alpha: float | None = None, design_effect: float | None = None
    ) -> SurveyResult:
        """Return one survey with what can have printed it.

        `survey_id` is as in ``surveys()["survey_id"]``; if absent, the one that study.yaml shows. Alpha and design
        effect, as for `settings`, are those of the intervals.

        Raises
        ------
        KeyError
            No survey has that id; the message names the nearest.
        DataError
            The survey's file has faults.
        """
        settings = self.settings(alpha=alpha, design_effect=design_effect)
        wanted = self.loaded.shown("survey") if survey_id is None else survey_id
        return SurveyResult(self.loaded.survey(wanted), self.reconstructions[wanted], settings)

    def series(self, series_id: str | None = None, *, alpha: float | None = None) -> SeriesResult:
        """Return one series: its waves, its figures and what changed between the plan's ``official_years``.

        `series_id` is as in ``official()["series"]``, or names any other file of ``series/``; if absent, the one that
        study.yaml shows.

        Raises
        ------
        KeyError
            No series has that id; the message names the nearest.

        Examples
        --------
        >>> import crosswave as cw
        >>> study = cw.open()
        >>> series = study.series()
        >>> len(series.waves) == len(study.registry.series[series.id])
        True
        """
        wanted = self.loaded.shown("series") if series_id is None else series_id
        title = read_series(self.loaded, wanted).title
        return SeriesResult(wanted, title, self.registry, self.reconstructions, self.settings(alpha=alpha))

    def official(self) -> pd.DataFrame:
        """Return a row for each topic that one census or random sample measured in two of the declared years or more.

        ``construct_id``, ``label``, ``series``, ``whom`` (group or population), ``unit``; a column for each year, such
        as ``2017``, per cent as printed; and for each two years of the plan's ``official_years``, such as 2017, 2020,
        ``2017_2020_difference_pp``, ``2017_2020_low_pp``, ``2017_2020_high_pp``, ``2017_2020_verdict`` and
        ``2017_2020_certainty``. Missing where the topic was not measured in both.

        Examples
        --------
        >>> import crosswave as cw
        >>> frame = cw.open().official()
        >>> bool(frame["construct_id"].is_unique)
        True
        """
        return official_frame(self.registry, self.reconstructions)

    def trend(
        self,
        construct_id: str | None = None,
        *,
        alpha: float | None = None,
        design_effect: float | None = None,
        total_error: float | None = None,
        smallest_change: float | None = None,
        from_year: int | None = None,
        to_year: int | None = None,
    ) -> TrendResult:
        """Return what may be said of one thing that several surveys measured.

        `construct_id` is as in ``topics()["construct_id"]``; if absent, the one that study.yaml shows. All else is as
        for `settings`.

        Raises
        ------
        KeyError
            Nothing has that id; the message names the nearest.
        ValueError
            A number is outside its range.
        """
        settings = self.settings(
            alpha=alpha, design_effect=design_effect, total_error=total_error, smallest_change=smallest_change,
            from_year=from_year, to_year=to_year,
        )  # fmt: skip
        wanted = self.loaded.shown("trend") if construct_id is None else construct_id
        trend, _ = assess_one(self.loaded.construct(wanted), self.registry, settings)
        return TrendResult(trend, self.registry, self.reconstructions)

    def trends(self, settings: Settings) -> Mapping[str, Trend]:
        """Return every construct under some settings, by its id; found once for each."""
        return trends_of(self.registry, settings)

    def battery(
        self,
        name: str = "barriers",
        *,
        comparable: bool = True,
        without: Sequence[str] = (),
        from_year: int | None = None,
        to_year: int | None = None,
        priors: float = 1.0,
        rho: float | None = None,
        alpha: float | None = None,
        wander: bool = False,
    ) -> BatteryResult:
        """Return what all batteries of one kind in batteries.yaml say together of every item, by the joint model.

        Parameters
        ----------
        name : str, default "barriers"
            The kind, as `batteries` has it.
        comparable : bool, default True
            Only batteries that can be compared as they are; else all but those that batteries.yaml keeps apart.
        without : sequence of str
            Ids of surveys that are left out.
        from_year, to_year : int, optional
            First and last year of which levels are wanted; the window of the study if absent.
        priors : float, default 1
            What the scales of the plan's priors are multiplied by.
        rho : float, optional
            Correlation of the sampling errors of two answers of one survey; the plan's if absent.
        alpha : float, optional
            As for `settings`.
        wander : bool, default False
            Whether items take a step of their own from year to year in place of straight lines.

        Raises
        ------
        ValueError
            No battery is of that kind, too few figures are left, or a number is outside its range.

        Examples
        --------
        >>> import crosswave as cw
        >>> cw.open().barriers().changes["item"].iloc[-1]
        'all items'
        """
        if name not in self.batteries:
            raise ValueError(f"no battery is called {arrived(name)}{nearest(name, self.batteries)}")
        settings = self.settings(alpha=alpha, from_year=from_year, to_year=to_year)
        figures = remembered(
            lambda: battery_figures(self.registry, self.reconstructions, comparable=comparable, kind=name),
            "battery figures", self.registry.content, repr((name, comparable)),
        )  # fmt: skip
        kept = figures[~figures["survey"].isin(list(without))]
        found, kept = battery_posterior(kept, self.plan, settings, priors=priors, rho=rho, wander=wander)
        return BatteryResult(name, found, kept, self.registry, self.reconstructions, settings)

    @property
    def batteries(self) -> tuple[str, ...]:
        """The kinds of batteries that batteries.yaml gathers."""
        return self.registry.batteries.kinds

    def barriers(self, **how: Any) -> BatteryResult:
        """Return `battery` of barriers; its arguments are those of `battery`."""
        return self.battery("barriers", **how)

    def barriers_otherwise(
        self,
        *,
        comparable: bool = True,
        without: Sequence[str] = (),
        from_year: int | None = None,
        to_year: int | None = None,
        priors: float = 1.0,
        alpha: float | None = None,
    ) -> dict[str, BatteryResult]:
        """Return `barriers` as it is asked for, and with each choice made otherwise, by words for the choice.

        Parameters
        ----------
        comparable, without, from_year, to_year, priors, alpha
            As for `barriers`.

        Notes
        -----
        Half and double of the priors' scales, answers of the same people uncorrelated and correlated by one half, items
        that wander, the other batteries, and only surveys inside the years; a choice that leaves no item that two
        surveys print is left out.
        """
        asked: dict[str, Any] = {
            "comparable": comparable, "without": tuple(without), "from_year": from_year, "to_year": to_year,
            "priors": priors, "alpha": alpha,
        }  # fmt: skip
        reported = self.barriers(**asked)
        figures, years = reported.figures, reported.posterior.years
        outside = figures[~figures["date"].between(years[0], years[-1] + 1)]["survey"].unique()
        others: dict[str, dict[str, Any]] = {
            **{f"priors times {factor:g}": {"priors": factor * priors} for factor in (0.5, 2.0)},
            **{f"answers of the same people correlated by {rho:g}": {"rho": rho} for rho in (0.0, 0.5)},
            "items wander in place of straight lines": {"wander": True},
            "all batteries" if comparable else "comparable batteries": {"comparable": not comparable},
            "only surveys inside the years": {"without": (*without, *outside)},
        }
        found = {"as reported": reported}
        for words, one in others.items():
            with suppress(ValueError):  # what was asked for was computed above: here too few figures can be left
                found[words] = self.barriers(**asked | one)
        return found

    def claim(self, claim_id: str) -> ClaimResult:
        """Return one claim with its verdicts, by its id as in ``claims()["claim_id"]``.

        Raises
        ------
        KeyError
            No claim has that id; the message names the nearest.
        """
        known = self.loaded.claims
        if claim_id not in known:
            hint = nearest(claim_id, known) or "; claims() lists them all"
            raise KeyError(f"no claim is called {arrived(claim_id)}{hint}")
        checker = Checker(self.registry, self.reconstructions, self.loaded.plan.alpha.value)
        return ClaimResult(checker.check(known[claim_id]))

    def result(self, name: str) -> SurveyResult | SeriesResult | TrendResult:
        """Return the survey, series or topic of an id; `KeyError` names the nearest."""
        held = self.loaded
        if name in held.constructs:
            return self.trend(name)
        if name in held.series:
            return self.series(name)
        if name in held.surveys or name in held.left_out:
            return self.survey(name)
        hint = nearest(name, [*held.constructs, *held.series, *held.surveys]) or "; see crosswave list"
        raise KeyError(f"no survey, series or topic is called {arrived(name)}{hint}")

    def export(self, path: str | PathLike[str], name: str | None = None, *, long: bool = False) -> tuple[Path, ...]:
        """Write results as the ledger has them for another program, and return the files.

        Parameters
        ----------
        path : str or path
            Its ending says what is written: ``.xlsx`` (a cover, notes and a sheet for each table), ``.parquet``,
            ``.csv`` (each with its description as CSV on the Web), or ``.svg`` and ``.png`` for the chart of a page. Of
            several tables as Parquet or CSV each has a file, named after it.
        name : str, optional
            A survey, series or topic; everything if absent.
        long : bool, default False
            One table of one number a row, its columns named as those of SDMX.

        Raises
        ------
        KeyError
            Nothing has that id; the message names the nearest.
        ValueError
            The ending is none of these, or there is no chart.
        """
        from crosswave.api.exporting import export_study

        return export_study(self, Path(path), name, long)

    def compare(
        self, earlier: str, later: str, *, tier: str | None = None, alpha: float | None = None
    ) -> ComparisonResult:
        """Return two printed figures of this study compared.

        Parameters
        ----------
        earlier, later : str
            Ids of figures, as in ``findings()["finding_id"]``.
        tier : str, optional
            How the two surveys are related: a tier of the plan (A, B1, H, B2, B3). If absent, the grades of the
            construct that holds both.

        Raises
        ------
        KeyError
            No figure has that id; the message names the nearest.
        ValueError
            No construct holds both and no tier is named, or the two may not be compared: why.
        """
        return compared(self.registry, self.reconstructions, (earlier, later), tier, self.settings(alpha=alpha))

    def __repr__(self) -> str:
        """Return what the study holds, in a line."""
        parts = (
            plural(len(self.loaded.surveys), "survey"), plural(len(self.loaded.findings), "printed figure"),
            plural(len(self.loaded.constructs), "topic"), plural(len(self.loaded.claims), "claim"),
        )  # fmt: skip
        return f"Study of {', '.join(parts)} in {self.folder.name}/"


@dataclass(frozen=True)
class _Reconstructions(Reconstructions):
    """Every survey's reconstruction by its id, made when it is first asked for."""

    registry: Registry
    _made: dict[str, Reconstruction] = field(default_factory=dict)

    def __getitem__(self, survey_id: str) -> Reconstruction:
        if survey_id not in self._made:
            self._made[survey_id] = reconstruct(self.registry.survey(survey_id), self.registry)
        return self._made[survey_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self.registry.surveys)

    def __len__(self) -> int:
        return len(self.registry.surveys)

    def __contains__(self, survey_id: object) -> bool:
        return survey_id in self.registry.surveys

"""The parts of README.md that are computed: results from the ledger, counts of the evidence, speed from the benchmark.

Run as ``python -m crosswave.report.readme README.md``; ``make readme`` does.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from crosswave.files import write_whole
from crosswave.study import read_study
from crosswave.study.models import Headline

_PART = re.compile(r"<!-- (?P<name>\w+) -->\n(?P<text>.*?)<!-- /(?P=name) -->", re.DOTALL)
_HEADER = (
    "| {heading} | First wave | Last wave | Change, points | Change with an 80 % chance to show | Verdict |\n"
    "|---|---|---|---|---|---|"
)
_GRADES = {
    "A": "one survey repeated",
    "B1": "another house asked the same",
    "H": "one house asked other people, or in other words",
    "B2": "another house asked other people, or in other words",
    "B3": "different people were asked, or in different words",
    "C": "the answers do not measure the same thing",
}
_UNINFORMATIVE = "uninformative by design"
_MEANT = (
    "The surveys then\ndiffer so much by themselves that the printed change shows neither a change nor its absence."
)
_MOVED = ("rose", "fell", "changed, immaterially")


def computed(root: Path) -> Mapping[str, str]:
    """Return each computed part of the README by its name."""
    return {"evidence": _evidence(root), "results": _results(root), "speed": _speed(root)}


def renewed(text: str, parts: Mapping[str, str]) -> str:
    """Return a README with its computed parts renewed.

    Raises
    ------
    ValueError
        A part has no place in the text.
    """
    lost = parts.keys() - {match["name"] for match in _PART.finditer(text)}
    if lost:
        names = ", ".join(sorted(lost))
        raise ValueError(f"README.md has no place for: {names}; put <!-- name --> and <!-- /name --> where it belongs")
    return _PART.sub(lambda found: f"<!-- {found['name']} -->\n{parts[found['name']]}<!-- /{found['name']} -->", text)


def _evidence(root: Path) -> str:
    findings, trends, claims = (_ledger(root, name) for name in ("findings", "trends", "claims"))
    return (
        f"It holds {len(list((root / 'data' / 'surveys').glob('*.yaml')))} survey waves with {len(findings)} printed "
        f"figures,\n{len(trends)} things that more than one survey may have measured, and {len(claims)} claims that "
        "writers built on them.\n"
    )


def _ledger(root: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(root / "reports" / "results" / f"{name}.csv")


def _results(root: Path) -> str:
    findings = _ledger(root, "findings").set_index("finding_id")
    headline = read_study(root / "data").headline
    if headline is None:
        return ""
    chosen = headline.constructs
    trends = _ledger(root, "trends").set_index("construct_id").loc[list(chosen)]
    rows = [_row(chosen[str(name)], trend, findings) for name, trend in trends.iterrows()]
    head = _HEADER.format(heading=headline.heading)
    return "\n".join([_answer(trends, headline), "", head, *rows, "", _caveat(trends)]) + "\n"


def _answer(trends: pd.DataFrame, headline: Headline) -> str:
    moved = trends["verdict"].isin(_MOVED)
    names = ", ".join(headline.constructs[name].lower() for name in trends.index[moved]) or "none"
    others = trends["verdict"][~moved].value_counts()
    told = [f"Shown to have changed, of {len(trends)} {headline.noun}: {names}."]
    if len(others):
        told.append(f"The rest: {', '.join(f'{number} {verdict}' for verdict, number in others.items())}.")
    if _UNINFORMATIVE in others.index:
        told.append(_MEANT)
    return " ".join(told)


def _caveat(trends: pd.DataFrame) -> str:
    grades = "; ".join(f"{grade}: {_GRADES[grade]}" for grade in sorted(trends["grade"].unique()))
    return (
        "Each wave: percentage as printed, the counts that can have printed it, 95% interval if those who answered "
        f"were\na random sample. The main reservation, by grade of comparison: {grades}."
    )


def _row(name: str, trend: pd.Series, findings: pd.DataFrame) -> str:
    years = {"first": "from_year", "second": "to_year"}
    waves = [_wave(findings.loc[trend[key]], int(trend[year])) for key, year in years.items()]
    change = f"{trend['difference_pp']:+.0f} ({trend['low_pp']:+.0f} to {trend['high_pp']:+.0f})"
    seen = "none" if pd.isna(trend["detectable_pp"]) else f"{trend['detectable_pp']:.1f} points"
    cells = [name, *waves, change, seen, f"{trend['verdict']} ({trend['grade']})"]
    return f"| {' | '.join(cells)} |"


def _wave(finding: pd.Series, year: int) -> str:
    """Numerator, denominator, percentage and interval of a printed figure."""
    survey = finding["survey_id"]
    start = f"[{year}](data/surveys/{survey}.yaml): {finding['published']}"
    if pd.isna(finding["base_low"]):
        return f"{start} of an unknown number"
    counts, bases = (_span(finding[f"{what}_low"], finding[f"{what}_high"]) for what in ("count", "base"))
    return f"{start}, {counts} of {bases} ({100 * finding['low']:.0f} to {100 * finding['high']:.0f}%)"


def _span(low: float, high: float) -> str:
    return f"{low:,.0f}" if low == high else f"{low:,.0f}–{high:,.0f}"


def _speed(root: Path) -> str:
    """The machine and the ratios of the benchmark word for word; nothing where there is no benchmark."""
    path = root / "reports" / "benchmark.md"
    if not path.is_file():
        return ""
    _, rounds, table, *_ = path.read_text(encoding="utf-8").split("\n\n")
    return f"\n{rounds}\n\n{table}\n\n"


def main(path: Path) -> None:
    """Renew the computed parts of a README."""
    write_whole(path, renewed(path.read_text(encoding="utf-8"), computed(path.resolve().parent)))


if __name__ == "__main__":
    main(Path(sys.argv[1]))

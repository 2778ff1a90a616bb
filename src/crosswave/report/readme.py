"""The parts of README.md that are computed: counts of the evidence, three results from the ledger, one line of speed.

Run as ``python -m crosswave.report.readme README.md``; ``make readme`` does.
"""

import re
import sys
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import yaml

from crosswave.files import write_whole
from crosswave.report.official import HEADINGS, change_words
from crosswave.study import read_study

_PART = re.compile(r"<!-- (?P<name>\w+) -->\n(?P<text>.*?)<!-- /(?P=name) -->", re.DOTALL)
_CHANGED = ("rose", "fell")
_ORDER = {"high": 0, "moderate": 1, "low": 2, "very low": 3}
_TOLD, _JOINED = 3, ";\n  "
"""So many changes are told, the most certain first."""


def computed(root: Path) -> Mapping[str, str]:
    """Return each computed part of the README by its name."""
    findings, trends, claims, batteries = (
        pd.read_csv(root / "reports" / "results" / f"{name}.csv")
        for name in ("findings", "trends", "claims", "batteries")
    )
    series = [yaml.safe_load(path.read_bytes()) for path in (root / "data" / "series").glob("*.yaml")]
    surveys = len(list((root / "data" / "surveys").glob("*.yaml"))) + sum(len(one["waves"]) for one in series)
    headline, items = read_study(root / "data").headline, yaml.safe_load((root / "data/batteries.yaml").read_bytes())
    labels = {item["id"]: item["label"] for item in items["items"]}
    told = [*_official(headline, trends, findings), _obstacles(batteries, labels)]
    told += [_trends(trends), _figures(findings), _claims(claims)]
    benchmark = root / "reports" / "benchmark.md"
    speed = benchmark.read_text(encoding="utf-8").split("\n\n")[1] + "\n" if benchmark.is_file() else ""
    return {
        "evidence": (
            f"It holds {surveys} surveys with {len(findings)} printed figures,\n{len(trends)} topics that more than "
            f"one survey may have measured, and {len(claims)} claims that writers built on them.\n"
        ),
        "results": "\n".join(f"- {line}" for line in told) + "\n",
        "speed": speed,  # the first sentence of the benchmark
    }


def renewed(text: str, parts: Mapping[str, str]) -> str:
    """Return a README with its computed parts renewed; ValueError where a part has no place in it."""
    if lost := parts.keys() - {match["name"] for match in _PART.finditer(text)}:
        names = ", ".join(sorted(lost))
        raise ValueError(f"README.md has no place for: {names}; put <!-- name --> and <!-- /name --> where it belongs")
    return _PART.sub(lambda found: f"<!-- {found['name']} -->\n{parts[found['name']]}<!-- /{found['name']} -->", text)


def _figures(findings: pd.DataFrame) -> str:
    level = findings["level"].value_counts()
    return (
        f"**{level.get('consistent', 0)} of {len(findings)} printed figures** can come from whole numbers of the "
        f"people asked. {level.get('conflicting', 0)} cannot.\n  For {level.get('bounded', 0)} the number asked is not "
        f"fully printed, so only bounds are known; for {level.get('sources-disagree', 0)} the sources disagree."
    )


def _claims(claims: pd.DataFrame) -> str:
    verdicts = claims["answered_verdict"].value_counts()
    supported = int((claims["random_sample_verdict"] == "supported").sum())
    return (
        f"**{verdicts.get('true', 0)} of {len(claims)} claims** are true of the people who answered; "
        f"{verdicts.get('not checkable', 0)} cannot be checked.\n  Only {supported} would hold for everybody, even if "
        "those who answered were a random sample."
    )


def _trends(trends: pd.DataFrame) -> str:
    changed, lowest = trends[trends["answer"].isin(_CHANGED)], list(_ORDER)[-1]
    surest = changed.sort_values("certainty", key=lambda words: words.map(_ORDER), kind="stable").head(_TOLD)
    told = [
        f"`{row.construct_id}` {row.answer} from {row.from_year:.0f} to {row.to_year:.0f}, by "
        f"{abs(row.difference_pp):.0f} points ({low:.0f} to {high:.0f}; {row.certainty} certainty)"
        for row in surest.itertuples()
        for low, high in [sorted((abs(row.low_pp), abs(row.high_pp)))]
    ]
    rest = f" and {len(changed) - len(told)} more" if len(changed) > len(told) else ""
    answers, weak = trends["answer"].value_counts(), int((changed["certainty"] == lowest).sum())
    return (
        f"**{len(changed)} of {len(trends)} topics** can be shown to have changed"
        + (f", {weak} with {lowest} certainty" if weak else "")
        + (f":\n  {_JOINED.join(told)}{rest}." if told else ".")
        + f"\n  {answers.get('no real change', 0)} did not really change. For {answers.get('cannot tell', 0)} the "
        "surveys cannot tell, and each page says why."
    )


def _official(headline: Mapping[str, str], trends: pd.DataFrame, findings: pd.DataFrame) -> list[str]:
    """What the topics of study.yaml show, a sentence each."""
    shares, rows = 100 * findings.set_index("finding_id")["estimate"], trends.set_index("construct_id", drop=False)
    ends = {"first_pct": rows["first"].map(shares), "second_pct": rows["second"].map(shares)}
    known = rows.assign(**ends).astype({"from_year": "Int64", "to_year": "Int64"}).to_dict("index")
    told = {name: known[name] for name in headline if known.get(name, {}).get("answer") in HEADINGS}
    return [f"**{headline[name]}:** {change_words(row)}." for name, row in told.items()]


def _obstacles(batteries: pd.DataFrame, labels: Mapping[str, str]) -> str:
    """What the joint model says of every obstacle in the last year, and of their changes."""
    rows = batteries[(batteries["battery"] == "barriers") & (batteries["figures"] == "comparable")]
    last = rows[(rows["quantity"] == "level") & (rows["year"] == rows["year"].max())].sort_values("value")[::-1]
    first, *others = last.itertuples()
    chance = rows[(rows["quantity"] == "rank") & (rows["item"] == first.item)]["probability"].iloc[0]
    changes = rows[rows["quantity"] == "change"]
    moved = int(changes["verdict"].isin(_CHANGED).sum())
    rest = ", ".join(f"{labels[row.item].lower()} {row.value:.0f}%" for row in others)
    return (
        f"**What holds organisations back, all surveys together:** {labels[first.item].lower()}, named by "
        f"{first.value:.0f}% in {first.year:.0f} ({first.lower:.0f} to {first.upper:.0f}; named most with probability "
        f"{chance:.2f}); then {rest}.\n  {moved or 'None'} of {len(last)} can be shown to have changed since "
        f"{rows['year'].min():.0f}."
    )


def main(path: Path) -> None:
    """Renew the computed parts of a README."""
    write_whole(path, renewed(path.read_text(encoding="utf-8"), computed(path.resolve().parent)))


if __name__ == "__main__":
    main(Path(sys.argv[1]))

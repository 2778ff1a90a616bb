"""Respondents tabulated: weighted shares with the intervals of their design, and a survey file made of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from crosswave.api.showing import Drawn, Shown, records
from crosswave.microdata.reading import read_respondents
from crosswave.microdata.suppression import Line
from crosswave.microdata.tabulating import Plan, others_of, tabulate_all
from crosswave.microdata.writing import beside_print, write_survey

if TYPE_CHECKING:
    from crosswave.api.study import Study


def tabulate(
    file: str | Path, *, weight: str | None = None, strata: str | None = None, psu: str | None = None,
    by: Sequence[str] = (), multi: Sequence[str] = (), **more: object,
) -> TabulationResult:  # fmt: skip
    """Return the weighted shares of a file of respondents, with intervals of its sample design.

    Parameters
    ----------
    file : str or Path
        CSV, Parquet, SPSS, Stata or SAS. Values declared missing are no answers, and are counted apart.
    weight, strata, psu : str, optional
        The columns of the weight, the stratum and the unit that was drawn first.
    by : sequence of str
        Columns whose groups are tabulated too.
    multi : sequence of str
        Patterns of columns that are the boxes of one question, such as ``"q3_*"``.
    **more
        ``questions`` (patterns; else all with labels or few numbers), ``top`` (2: nets of the first and last two),
        ``population``, ``replicates`` with ``kind`` (brr, fay with ``rho``, jk1, bootstrap), ``method`` (logit, beta)
        and ``least`` (answers of fewer respondents are not shown, nor what would give them away).

    Raises
    ------
    ValueError
        The file cannot be read, or a column is not there or no weight.
    """
    known, listed = Plan.__dataclass_fields__, {"by": by, "multi": multi}
    if unknown := more.keys() - known.keys():
        raise ValueError(f"tabulate takes no {', '.join(sorted(unknown))}; it takes {', '.join(known)}")
    each = {key: (value,) if isinstance(value, str) else tuple(value) for key, value in listed.items()}
    plan = Plan(weight=weight, strata=strata, psu=psu, **each, **more)  # type: ignore[arg-type]
    data = read_respondents(Path(file))
    lines = tuple(tabulate_all(data, plan))
    return TabulationResult(Path(file), plan, len(data.frame), lines, () if plan.questions else others_of(data, plan))


@dataclass(frozen=True, repr=False)
class TabulationResult(Shown):
    """What a file of respondents says: a line for each answer."""

    file: Path
    plan: Plan
    n: int
    lines: tuple[Line, ...]
    others: tuple[str, ...] = ()

    def _title(self) -> str:
        return f"{self.file.name}: {self.n:,} respondents, {len({line.question for line in self.lines})} questions"

    def _facts(self) -> Mapping[str, str]:
        return {"weight": self.plan.weight or "none", "interval": f"95 %, {self.plan.method}"}

    def to_frame(self) -> pd.DataFrame:
        """Return a row for each answer and group: share, its error and interval, counts, design effect."""
        parts = ("value", "se", "low", "high", "n", "design_effect", "effective_n")
        rows = [
            {"question": line.question, "answer": line.answer, "group": line.group, "kind": line.kind}
            | {key: asdict(line.estimate)[key] if line.estimate else None for key in parts}
            | {"count": line.count, "missing": line.asked - line.answered}
            for line in self.lines
        ]
        return pd.DataFrame(rows)

    def to_dict(self) -> dict[str, object]:
        """Return the lines as plain values, ready for JSON."""
        return {"file": self.file.name, "respondents": self.n, "lines": records(self.to_frame())}

    def _drawn(self) -> Drawn:
        from crosswave.report.canvas import NAVY, Look
        from crosswave.report.forest import PERCENT, Row, intervals_chart

        frame = self.to_frame().query("group == '' and kind == 'share'").dropna(subset="value")
        rows = [
            Row(f"{row.answer}: {100 * row.value:.1f}%", "share", 100 * row.value, 100 * row.low, 100 * row.high,
                heading=str(row.question))
            for row in frame.itertuples()
        ]  # fmt: skip
        return intervals_chart(rows, {"share": Look("o", NAVY)}, PERCENT, self._title(), "Weighted shares.")

    def write(self, survey_id: str, study: Study, facts: Sequence[str] = (), force: bool = False) -> Path:
        """Write a survey file of recomputed figures into a study, with facts such as ``"topic=cloud"``."""
        folder = Path(study.folder)
        return write_survey(self.lines, self.plan, self.file, self.n, survey_id, folder, facts, force).path

    def beside(self, survey_id: str, study: Study) -> pd.DataFrame:
        """Return the printed figures of a survey beside the computed ones, and the reading that prints each."""
        registry = study.registry
        return beside_print(self.lines, registry.survey(survey_id), registry.lexicon)

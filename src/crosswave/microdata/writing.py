"""Tables of respondents as a survey file of recomputed figures, and beside the figures that were printed of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from statistics import median
from typing import Any

import pandas as pd

from crosswave.microdata.suppression import Line
from crosswave.microdata.tabulating import Plan
from crosswave.printed.quantities import Lexicon
from crosswave.study.importing.draft import Draft, Ids, put_facts, slug
from crosswave.study.importing.survey import Imported, checked, write_document
from crosswave.study.loading import read_lexicon
from crosswave.study.models import Survey


def write_survey(
    lines: Sequence[Line], plan: Plan, source: Path, n: int, survey_id: str, folder: Path, facts: Iterable[str] = (),
    force: bool = False,
) -> Imported:  # fmt: skip
    """Write tables as a survey file; it has shares and their errors, and nothing of any respondent."""
    said = dict(fact.partition("=")[::2] for fact in facts)
    topic = said.pop("topic", None)
    effects = [one.design_effect for line in lines if (one := line.estimate) and one.design_effect > 0]
    digest = hashlib.sha256(source.read_bytes()).hexdigest()[:16]
    names = {"weight": plan.weight, "strata": plan.strata, "psu": plan.psu, "replicates": plan.replicates}
    design = "".join(f", {key} {name}" for key, name in names.items() if name)
    known = {
        "id": survey_id, "n": str(n), "weighted": "yes" if plan.weight or plan.replicates else "no",
        "microdata": f"{source.name}, sha256 {digest}{design}",
    } | ({"design_effect": f"{median(effects):.3g}"} if effects and design else {})  # fmt: skip
    draft = Draft(source.name)
    put_facts(known | said, survey_id, draft, folder)
    _put_questions(draft, lines, n, topic, plan.least)
    return write_document(checked(draft, read_lexicon(folder), folder), folder, force)


def _put_questions(draft: Draft, lines: Sequence[Line], n: int, topic: str | None, least: int) -> None:
    questions: dict[str, dict[str, Any]] = {}
    ids, taken = Ids(()), dict[str, Ids]()
    places: dict[tuple[str, str, str], str] = {}
    for line in lines:
        if line.question not in questions:
            questions[line.question] = {
                "id": ids.new(line.question), "asks": line.label, "about": line.label,
                "base": "all" if line.answered == n else {"who": "those who answered it", "n": str(line.answered)},
                "answers": [],
            }  # fmt: skip
            taken[line.question] = Ids(())
        name = taken[line.question].new(f"{slug(line.answer)} {line.group.partition(': ')[2]}".strip())
        places[line.question, line.answer, line.group] = name
        net = [places[line.question, part, line.group] for part in line.parts]
        answer = {
            "id": name, "says": line.answer, "printed": _printed(line), "topic": topic, "note": _note(line),
            "measure": "mean" if line.kind == "mean" else None, "net_of": net,
            "base": {"who": line.group, "n": str(line.answered)} if line.group and line.answered else None,
            "unusable": None if line.estimate else f"fewer than {max(least, 2)} respondents, or tells of them",
            "sources": [draft.data["sources"][0]["id"]],
        }  # fmt: skip
        questions[line.question]["answers"].append({key: value for key, value in answer.items() if value})
    draft.data["questions"] = list(questions.values())
    for k, question in enumerate(draft.data["questions"]):
        for j in range(len(question["answers"])):
            draft.leave_open(("questions", k, "answers", j, "topic"), 1)


def _printed(line: Line) -> str:
    if line.estimate is None:
        return "[c]"
    return f"{line.estimate.value:.2f}" if line.kind == "mean" else f"{100 * line.estimate.value:.1f}%"


def _note(line: Line) -> str | None:
    if line.estimate is None:
        return None
    found, scale = line.estimate, 1 if line.kind == "mean" else 100
    ends = f"95 % {scale * found.low:.1f} to {scale * found.high:.1f}; n {found.n:,}"
    effect = f"; design effect {found.design_effect:.2f}; effective n {found.effective_n:,.0f}"
    missing = f"; {line.asked - line.answered:,} did not answer" if line.asked > line.answered else ""
    return f"SE {scale * found.se:.2f}; {ends}{effect if found.design_effect > 0 else ''}{missing}"


# --- beside print -----------------------------------------------------------------------------------------------------


def beside_print(lines: Sequence[Line], survey: Survey, lexicon: Lexicon) -> pd.DataFrame:
    """Return a row for each printed share: what was computed, how far off, and the first reading that prints it."""
    computed = {(slug(key), _plain(line.answer), _plain(line.group.partition(": ")[2])): line
                for line in lines for key in (line.question, line.label)}  # fmt: skip
    rows: list[dict[str, object]] = []
    for question in survey.questions:
        for answer in question.answers:
            group = answer.base.who if answer.base and answer.base.who else ""
            keys = ((slug(key), _plain(answer.says), _plain(group)) for key in (question.id, question.asks))
            line = next((computed[key] for key in keys if key in computed), None)
            known = {"question": question.id, "answer": answer.id, "printed": answer.printed}
            rows.append(known | _told(answer, line, lexicon))
    return pd.DataFrame(rows)


def _plain(text: str) -> str:
    return " ".join(text.casefold().split()).removeprefix("the ")


def _told(answer: Any, line: Line | None, lexicon: Lexicon) -> dict[str, object]:
    if answer.measure != "share" or line is None or not line.readings:
        return {"computed": None, "off_points": None, "reading": "not in the file, or not computed"}
    unit = "%" if answer.printed_in == "percent" else ""
    share = lexicon.share(f"{answer.printed}{unit}")
    value = line.readings["weighted"]
    fits = [how for how, one in line.readings.items() if share.low <= Decimal(str(round(one, 12))) <= share.high]
    nearest = min(max(value, float(share.low)), float(share.high))
    return {"computed": value, "off_points": 100 * (value - nearest), "reading": [*fits, "no reading prints it"][0]}

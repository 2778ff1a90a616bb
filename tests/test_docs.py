"""What the documents say of the evidence is what the evidence holds."""

import re
from pathlib import Path

from crosswave.registry import load_registry
from crosswave.results import CLAIM_COLUMNS, FINDING_COLUMNS, TREND_COLUMNS
from crosswave.verdict import DECISIONS

ROOT = Path(__file__).parents[1]
REGISTRY = load_registry(ROOT / "data")


def text(name):
    return " ".join((ROOT / name).read_text(encoding="utf-8").split())


def test_readme_counts_the_evidence_rightly():
    words = (
        f"It holds {len(REGISTRY.surveys)} survey waves with {len(REGISTRY.findings)} printed figures, "
        f"{len(REGISTRY.constructs)} things that more than one survey may have measured, "
        f"and {len(REGISTRY.claims)} claims"
    )
    assert words in text("README.md")


def test_codebook_explains_every_column_of_the_ledger():
    results = text("data/README.md").split("## Results")[1].split("## What was left out")[0]
    explained = set(re.findall(r"`([a-z0-9_]+)`", results))
    assert {*FINDING_COLUMNS, *TREND_COLUMNS, *CLAIM_COLUMNS} - explained == set()


def test_methods_explains_every_level():
    from crosswave.reconstruct.survey import LEVELS

    assert [level for level in LEVELS if f"| {level} |" not in text("METHODS.md")] == []


def test_plan_holds_the_decision_table_of_the_code():
    assert [row.verdict for row in REGISTRY.plan.decision_table] == list(DECISIONS)


def test_no_document_names_a_path_of_a_machine():
    for path in [*ROOT.glob("*.md"), *(ROOT / "data").glob("*.md")]:
        assert not re.search(r"(?<![\w.])/(?:home|Users|tmp)/", path.read_text(encoding="utf-8")), path

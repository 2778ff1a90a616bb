"""The README tells what the ledger holds, in few words, and what it tells people to type and open is there."""

import csv
import re
import shlex
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

from crosswave import __version__
from crosswave.report.readme import computed, renewed

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")


def ledger(name, key):
    with (ROOT / "reports" / "results" / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return {row[key]: row for row in csv.DictReader(stream)}


def test_computed_parts_are_current():
    assert renewed(README, computed(ROOT)) == README, "run make readme"


def test_a_readme_without_a_place_for_a_part_is_refused():
    with pytest.raises(ValueError) as caught:
        renewed("# crosswave\n", {"results": "", "speed": ""})
    assert str(caught.value) == (
        "README.md has no place for: results, speed; put <!-- name --> and <!-- /name --> where it belongs"
    )


def test_results_are_those_of_the_ledger():
    """Counted by other means than those that wrote the sentences."""
    text = " ".join(re.search(r"<!-- results -->\n(.*?)<!-- /results -->", README, re.DOTALL)[1].split())
    findings, claims, trends = (
        ledger("findings", "finding_id"),
        ledger("claims", "claim_id"),
        ledger("trends", "construct_id"),
    )
    consistent = sum(row["level"] == "consistent" for row in findings.values())
    conflicting = sum(row["level"] == "conflicting" for row in findings.values())
    true = sum(row["answered_verdict"] == "true" for row in claims.values())
    changed = [row for row in trends.values() if row["answer"] in ("rose", "fell")]
    assert f"**{consistent} of {len(findings)} printed figures**" in text and f"{conflicting} cannot." in text
    assert f"**{true} of {len(claims)} claims** are true" in text
    assert f"**{len(changed)} of {len(trends)} topics** can be shown to have changed" in text
    order = ["high", "moderate", "low", "very low"]
    for row in sorted(changed, key=lambda row: order.index(row["certainty"]))[:3]:
        low, high = sorted(abs(round(float(row[key]))) for key in ("low_pp", "high_pp"))
        assert f"`{row['construct_id']}` {row['answer']} from {row['from_year']} to {row['to_year']}" in text
        assert f"({low} to {high}; {row['certainty']} certainty)" in text


def test_speed_is_quoted_word_for_word_or_not_at_all():
    quoted = re.search(r"<!-- speed -->\n(.*?)<!-- /speed -->", README, re.DOTALL)[1]
    path = ROOT / "reports" / "benchmark.md"
    assert quoted.strip() == "" if not path.exists() else quoted.strip() in path.read_text(encoding="utf-8")


def test_it_is_short():
    written = re.sub(r"<!-- (\w+) -->.*?<!-- /\1 -->|```.*?```", "", README, flags=re.DOTALL)
    assert len(written.split()) <= 400


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_link_leads_to_a_file(document):
    links = re.findall(r"\]\(([^)#]+)\)", (ROOT / document).read_text(encoding="utf-8"))
    assert [link for link in links if not link.startswith("http") and not (ROOT / link).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_command_that_is_named_exists(document):
    from typer.main import get_command

    from crosswave.cli import app

    text = (ROOT / document).read_text(encoding="utf-8")
    typed = re.findall(r"(?:^|`)(crosswave [a-z][^`\n]*)", text, re.MULTILINE)
    known = get_command(app).commands
    for line in typed:
        name, *rest = shlex.split(line)[1:]
        options = {option for parameter in known[name].params for option in parameter.opts}
        assert {word.partition("=")[0] for word in rest if word.startswith("-")} <= options, line


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_make_target_that_is_named_exists(document):
    named = set(re.findall(r"(?:^|`)make ([a-z]+)", (ROOT / document).read_text(encoding="utf-8"), re.MULTILINE))
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert named - targets == set()


def test_the_citation_has_what_its_format_needs_and_the_version_of_the_package():
    """The keys that version 1.2.0 of the Citation File Format requires, and those that a reader needs."""
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert {"cff-version", "message", "title", "authors"} <= citation.keys()
    assert citation["cff-version"] == "1.2.0"
    assert all(author.get("name") or author.get("family-names") for author in citation["authors"])
    assert citation["license"] == "MIT"
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert citation["version"] == project["version"] == __version__
    assert f"## {__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def hooks():
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    return {hook["id"]: hook for repository in config["repos"] for hook in repository["hooks"]}


def test_hooks_come_from_the_environment_alone():
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    assert {repository["repo"] for repository in config["repos"]} == {"local"}
    assert {hook["language"] for hook in hooks().values()} == {"system"}
    assert all(hook["entry"].startswith(".venv/bin/") for hook in hooks().values())


FILES = {"notebooks": ["notebooks/*.ipynb"], "ruff-format": ["src/crosswave/__init__.py"]}
ELSEWHERE = {"ruff": "check", "mypy": ""}
"""Hooks that do what a test of the environment does, with the same arguments."""


def test_types_and_style_are_hooks():
    entries = {name: hooks()[name]["entry"].removesuffix(" --force-exclude") for name in ELSEWHERE}
    assert entries == {name: f".venv/bin/{name} {words}".rstrip() for name, words in ELSEWHERE.items()}


@pytest.mark.parametrize("name", sorted(hooks().keys() - ELSEWHERE))
@pytest.mark.skipif(not (ROOT / ".venv").is_dir(), reason="hooks run from .venv, which conda does not make")
def test_every_hook_passes_on_what_is_committed(name, tmp_path):
    """In a folder that holds what the repository holds, but a README of its own: a test alters nobody's files."""
    for path in ROOT.iterdir():
        (tmp_path / path.name).symlink_to(path)
    (tmp_path / "README.md").unlink()
    (tmp_path / "README.md").write_text(README, encoding="utf-8")
    paths = [path.relative_to(ROOT) for pattern in FILES.get(name, []) for path in sorted(ROOT.glob(pattern))]
    command = [*shlex.split(hooks()[name]["entry"]), *map(str, paths)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, README) == (0, (tmp_path / "README.md").read_text(encoding="utf-8")), done.stdout

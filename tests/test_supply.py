"""What is delivered: a bill of materials that is the lock, the same wheel twice, workflows with few rights."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[1]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
MAY_WRITE = {"pages.yml": {"publish", "release"}}


def test_the_bill_of_materials_is_the_lock() -> None:
    made = [
        subprocess.run([sys.executable, ROOT / ".ci" / "sbom"], capture_output=True, check=True).stdout for _ in "12"
    ]
    assert made[0] == made[1]
    bill, lock = json.loads(made[0]), (ROOT / "requirements.lock").read_text(encoding="utf-8")
    found = {(one["name"], one["version"]) for one in bill["components"]}
    assert found == set(re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", lock, re.MULTILINE))
    hashes = [one["content"] for part in bill["components"] for one in part["hashes"]]
    assert hashes == re.findall(r"--hash=sha256:([0-9a-f]{64})", lock)
    references = {one["bom-ref"] for one in bill["components"]}
    own, *others = bill["dependencies"]
    assert {one["ref"] for one in others} == references
    assert references == {below for one in bill["dependencies"] for below in one["dependsOn"]}
    assert own["ref"] == bill["metadata"]["component"]["bom-ref"]
    assert not re.search(rb"https?:|file:|index", made[0])


def test_the_wheel_has_the_same_bytes_wherever_and_whenever_it_is_built(tmp_path: Path) -> None:
    made = []
    for name, when, mode in (("here", 1_000_000_000, 0o600), ("somewhere else", 1_600_000_000, 0o644)):
        place = tmp_path / name
        for part in ("src", "notebooks", "data"):
            shutil.copytree(ROOT / part, place / part, ignore=shutil.ignore_patterns("__pycache__"))
        for part in ("pyproject.toml", "README.md", "METHODS.md", "LICENSE", ".gitignore"):
            shutil.copy(ROOT / part, place)
        for path in place.rglob("*"):
            if path.is_file():
                path.chmod(mode)
            os.utime(path, (when, when))
        command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", "dist"]
        subprocess.run(command, cwd=place, capture_output=True, check=True)
        [wheel] = (place / "dist").iterdir()
        made.append(wheel.read_bytes())
    assert made[0] == made[1]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_may_do_little_and_names_each_action_by_its_commit(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    flow: dict[str, Any] = yaml.safe_load(text)
    assert flow["permissions"] == {}
    writing = {name for name, job in flow["jobs"].items() if "write" in job["permissions"].values()}
    assert writing == MAY_WRITE.get(path.name, set())
    used = re.findall(r"uses: (\S+)(.*)", text)
    assert used and all(re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", name) and " # v" in told for name, told in used)
    steps = [step for job in flow["jobs"].values() for step in job["steps"]]
    assert all(step["with"]["persist-credentials"] is False for step in steps if "checkout" in step.get("uses", ""))


def test_the_workflow_runs_every_python_that_the_project_names() -> None:
    flow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))
    assert flow["jobs"]["test"]["strategy"]["matrix"]["python"] == [f"3.{minor}" for minor in range(11, 15)]

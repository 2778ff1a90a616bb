"""The environment's three descriptions agree, and the code passes the style and type checkers."""

import re
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from rattler import MatchSpec, Version, VersionSpec

ROOT = Path(__file__).parents[1]
ENTRY = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)(?:\s*;\s*([^\\]+?))?\s*\\?$")
ADDRESS = re.compile(r"https?:|file:|git\+|--(extra-)?index-url|--find-links|\s@\s|^-i\b|^-f\b")
NOT_IN_PYPROJECT = {"python", "pip"}


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@cache
def project() -> dict[str, Requirement]:
    table = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = [*table["dependencies"], *(one for extra in table["optional-dependencies"].values() for one in extra)]
    return {canonical(one.name): one for one in map(Requirement, lines)}


@cache
def lock() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines():
        if match := ENTRY.match(line):
            found.setdefault(canonical(match.group(1)), []).append(match.group(2))
    return found


@cache
def conda_lines() -> tuple[list[str], list[str]]:
    entries = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["dependencies"]
    pip_lines = [line for entry in entries if isinstance(entry, dict) for line in entry["pip"]]
    return [entry for entry in entries if isinstance(entry, str)], pip_lines


@cache
def conda() -> dict[str, str]:
    specs, pip_lines = conda_lines()
    ranges = [(spec.partition(" ")[0], spec.partition(" ")[2]) for spec in specs]
    pip_ranges = [(one.name, str(one.specifier)) for one in map(Requirement, pip_lines[:-1])]
    return {canonical(name): wanted for name, wanted in (*ranges, *pip_ranges)}


def parts(specifier: str) -> set[str]:
    return {part.strip() for part in specifier.split(",") if part.strip()}


@pytest.mark.parametrize("line", conda_lines()[0])
def test_every_conda_line_is_a_match_spec_with_a_range(line: str) -> None:
    spec = MatchSpec(line, strict=True)
    assert spec.name is not None
    assert spec.version is not None or line == "pip"


def test_conda_takes_conda_forge_alone() -> None:
    channels = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["channels"]
    assert channels == ["conda-forge", "nodefaults"]


def test_conda_installs_the_package_itself_editable() -> None:
    assert conda_lines()[1][-1] == "--editable ."


def test_conda_and_pyproject_name_the_same_packages() -> None:
    assert conda().keys() - NOT_IN_PYPROJECT == project().keys()


@pytest.mark.parametrize("name", sorted(project()))
def test_conda_and_pyproject_give_the_same_range(name: str) -> None:
    assert parts(conda()[name]) == parts(str(project()[name].specifier))


def test_conda_and_pyproject_give_the_same_range_of_python() -> None:
    table = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert parts(conda()["python"]) == parts(table["requires-python"])


@pytest.mark.parametrize("name", sorted(project()))
def test_locked_version_lies_in_the_range_of_pyproject_and_conda(name: str) -> None:
    assert name in lock(), f"{name} is in pyproject.toml and not in requirements.lock: run make lock"
    for version in lock()[name]:
        assert project()[name].specifier.contains(version)
        assert VersionSpec(conda()[name]).matches(Version(version))


def test_every_package_asked_for_directly_stands_in_pyproject() -> None:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    direct = {
        canonical(name)
        for name, reasons in re.findall(r"^([A-Za-z0-9._-]+)==[^\n]*\n((?:\s+[^\n]*\n)+)", text + "\n", re.MULTILINE)
        if "crosswave (pyproject.toml)" in reasons
    }
    assert direct == project().keys(), "requirements.lock is not made from this pyproject.toml: run make lock"


def test_every_locked_package_has_a_hash() -> None:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    blocks = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE)[1:]
    assert len(blocks) == sum(map(len, lock().values()))
    assert [block.partition(" ")[0] for block in blocks if "--hash=sha256:" not in block] == []


def test_lock_holds_no_address() -> None:
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if ADDRESS.search(line)] == []


def test_contributing_gives_a_reason_for_each_dependency() -> None:
    rows = re.findall(r"^\|\s*`?([A-Za-z0-9._-]+)`?\s*\|[^|]*\|\s*(\S[^|]*)\|$", contributing(), re.MULTILINE)
    reasons = [canonical(name) for name, reason in rows if reason.strip() and canonical(name) in project()]
    assert sorted(reasons) == sorted(project()), (
        "CONTRIBUTING.md needs one row '| package | comes with | reason |' each"
    )


def contributing() -> str:
    return (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def test_ruff_finds_nothing() -> None:
    done = run("ruff", "check", "--quiet", "--output-format", "concise")
    assert done.returncode == 0, done.stdout


def test_mypy_finds_nothing() -> None:
    done = run("mypy")
    assert done.returncode == 0, done.stdout


def run(*command: str) -> subprocess.CompletedProcess[str]:
    tool = Path(sys.executable).with_name(command[0])
    return subprocess.run([tool, *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False)

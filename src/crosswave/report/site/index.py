"""Notebook pages as the site lists them: groups, links, and what is said of each."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

# kind of page -> heading of its group, in the order of the site
GROUPS = {
    "start": "Start here",
    "synthesis": "What changed",
    "trend": "Trends, one for each thing measured",
    "claims": "Claims that writers made",
    "survey": "Surveys, reproduced",
    "context": "Dated facts beside the surveys",
    "calibration": "How often the verdicts err",
}


@dataclass(frozen=True)
class PageText:
    """What the index says of a page: title (empty takes the notebook's heading), a sentence, and a short verdict."""

    title: str = ""
    summary: str = ""
    verdict: str = ""


@dataclass(frozen=True)
class PageLink:
    """One page in the site; its verdict is a word or two."""

    id: str
    title: str
    kind: str
    href: str
    summary: str = ""
    verdict: str = ""
    status: str = "made"


@dataclass(frozen=True)
class About:
    """What the footer says: version of the package, and the commit where there is one."""

    version: str
    commit: str = ""


def grouped(pages: Sequence[PageLink]) -> list[tuple[str, str, list[PageLink]]]:
    """Return key, heading and pages of each group that has pages.

    Raises
    ------
    ValueError
        A page is of no known kind.
    """
    strange = sorted({page.kind for page in pages} - GROUPS.keys())
    if strange:
        raise ValueError(f"kind of page {', '.join(strange)!r}: must be one of {', '.join(GROUPS)}")
    by_kind = {kind: [page for page in pages if page.kind == kind] for kind in GROUPS}
    return [(kind, GROUPS[kind], members) for kind, members in by_kind.items() if members]


def commit_of(folder: Path) -> str:
    """Commit that a folder stands at."""
    command = ["git", "-C", str(folder), "describe", "--always", "--dirty", "--exclude", "*"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=10).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return ""

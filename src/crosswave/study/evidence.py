"""The evidence as far as it can be used: what has faults is told and left out, and stops nothing else."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path

from crosswave.memo import digest, remembered
from crosswave.study import DataError, Registry, find_data, load_registry, load_rules
from crosswave.study.audit import examine
from crosswave.study.cache import Store, read_results, source_digest
from crosswave.study.faults import Fault
from crosswave.study.parameters import check_given
from crosswave.study.reading import folder_digests, folder_key
from crosswave.study.usable import leave_out

WARN_VARIABLE = "CROSSWAVE_WARN"
"""``0``: nothing is said of what is left out, as in the kernels of a run, which says it itself."""


def load_evidence(folder: Path | None = None) -> Registry:
    """Return the evidence without the surveys whose files have faults; each such file gets a line on standard error.

    Raises
    ------
    DataError
        A file that all surveys share has a fault, or no survey is without one: all faults.
    FileNotFoundError
        There is no data folder.
    ValueError
        A notebook calls this, and papermill gave it a parameter that it does not have or whose value does not fit.

    Notes
    -----
    A folder that was found without faults is not examined again as long as no byte of it changes.
    """
    read_results()
    folder = folder or find_data()
    digests = folder_digests(folder)
    key = digest(folder_key(folder, digests), *_rules())
    registry = remembered(lambda: _examined(folder, digests, key), "evidence", str(folder), key, outlives=False)
    check_given(registry.plan)
    return _told(registry)


def _examined(folder: Path, digests: Mapping[Path, str], key: str) -> Registry:
    examined = Store("examined")
    if examined.get(key) is not None:
        return load_registry(folder)
    registry, faults = examine(folder)
    if registry is None:
        raise DataError(faults)
    if faults:
        return leave_out(registry, faults)
    if folder_digests(folder) == digests:  # else a file changed while it was read
        examined.put(key, b"")
    return registry


def load_for_typed(folder: Path) -> Registry:
    """Return what figures typed by hand are compared by: plan and phrases, and the evidence where it can be used.

    Raises
    ------
    DataError
        One of these two has a fault: all faults of both.

    Notes
    -----
    Without the evidence, or with too little of it, no total error can be estimated. Where plan.yaml has one estimated,
    a line on standard error says which tier is therefore left out, and why.
    """
    from crosswave.trend.dispersion import with_estimated_error  # it imports much, and no other command here needs it

    rules, why = load_rules(folder), "no survey is here"
    if (folder / "surveys").is_dir():
        try:
            rules, why = load_evidence(folder), "no two surveys of one year asked the same thing"
        except DataError as error:
            why = _with_rest(error.faults[0], len(error.faults) - 1)
    registry = with_estimated_error(rules)
    if absent := [name for name, tier in registry.plan.total_error.items() if tier.points == "estimated"]:
        told = f"left out as their total error is estimated from surveys: {', '.join(absent)}"
        print(f"crosswave: tiers {told} ({why})", file=sys.stderr)
    return registry


def warnings(registry: Registry) -> Iterator[str]:
    """Yield a line for each file with faults: its first fault, how many more there are, and what became of it."""
    used = {one.path for name, one in registry.documents.items() if Path(name).stem not in registry.left_out}
    for path, group in groupby(sorted(registry.faults), lambda fault: fault.path):
        first, *more = group
        yield f"{_with_rest(first, len(more))}; {'it is used all the same' if path in used else 'it is left out'}"


def _with_rest(first: Fault, more: int) -> str:
    return f"{first} (and {more} more; crosswave check lists all)" if more else str(first)


def _told(registry: Registry) -> Registry:
    if os.environ.get(WARN_VARIABLE) != "0":
        for line in warnings(registry):
            print(f"crosswave: {line}", file=sys.stderr)
    return registry


def _rules() -> list[str]:
    """The source of what is examined besides the form of the files."""
    here = Path(__file__).parent
    return [source_digest(here / "printed"), (here / "audit.py").read_text(encoding="utf-8")]

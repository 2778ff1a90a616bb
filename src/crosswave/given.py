"""The parameters that papermill gave to a notebook: one that the notebook does not have must not pass unseen."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Sequence

from crosswave.registry.faults import nearest

_INJECTED = "# Parameters"


def check_given(cells: Sequence[str] | None = None) -> None:
    """Refuse a parameter that no earlier cell declares: papermill only warns, and the default would be shown as asked.

    Parameters
    ----------
    cells : sequence of str, optional
        The sources of the cells so far; those of the running kernel if absent.

    Raises
    ------
    ValueError
        Names each such parameter, with the nearest that there is.
    """
    declared: list[str] = []
    faults: list[str] = []
    for cell in _running() if cells is None else cells:
        if cell.startswith(_INJECTED):
            faults += [_unknown(name, declared) for name in _assigned(cell) if name not in declared]
        else:
            declared += _assigned(cell)
    if faults:
        raise ValueError("\n".join(faults))


def _unknown(name: str, declared: Sequence[str]) -> str:
    return f"this notebook has no parameter {name!r}{nearest(name, declared)}; it takes: {', '.join(declared)}"


def _running() -> Sequence[str]:
    """What the kernel has run; nothing outside of one."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return shell.user_ns.get("In", [])[:-1] if shell else []


def _assigned(cell: str) -> Iterator[str]:
    try:
        statements = ast.parse(cell).body
    except SyntaxError:  # a magic command
        return
    for statement in statements:
        targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
        yield from (target.id for target in targets if isinstance(target, ast.Name))

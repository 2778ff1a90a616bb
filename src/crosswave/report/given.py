"""The parameters that papermill gave to a notebook, checked before anything is computed with them."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping, Sequence

from crosswave.report.words import arrived
from crosswave.study.faults import nearest
from crosswave.study.limits import limit_faults
from crosswave.study.models import Plan

_INJECTED = "# Parameters"
_KINDS: Mapping[str, tuple[str, tuple[type, ...]]] = {
    "str": ("text", (str,)),
    "int": ("a whole number", (int,)),
    "float": ("a number", (int, float)),
}


def check_given(plan: Plan | None = None, cells: Sequence[str] | None = None) -> None:
    """Refuse a parameter that no earlier cell declares, or whose value does not fit: papermill passes on anything.

    Raises
    ------
    ValueError
        Names each such parameter, with the nearest that there is, or with the rule and the value that arrived.
    """
    declared: dict[str, str] = {}
    faults: list[str] = []
    for cell in _running() if cells is None else cells:
        assigned = dict(_assigned(cell))
        if cell.startswith(_INJECTED):
            faults += _faults({name: _value(node) for name, (_, node) in assigned.items()}, declared, plan)
        else:
            declared |= {name: annotation for name, (annotation, _) in assigned.items()}
    if faults:
        raise ValueError("\n".join(faults))


def _faults(values: Mapping[str, object], declared: Mapping[str, str], plan: Plan | None) -> Iterator[str]:
    """Names first, then kinds, then how far numbers may go: one fault for a value."""
    known = {name: value for name, value in values.items() if name in declared}
    yield from (_unknown(name, [*declared]) for name in values if name not in declared)
    for name, value in known.items():
        if words := _other_kind(name, value, declared[name]):
            yield words
        elif plan:
            yield from limit_faults(plan, {name: value})


def _unknown(name: str, declared: Sequence[str]) -> str:
    return f"this notebook has no parameter {arrived(name)}{nearest(name, declared)}; it takes: {', '.join(declared)}"


def _other_kind(name: str, value: object, annotation: str) -> str | None:
    """What is wrong where a value is not of the annotated kind; a kind that is not known here is passed over."""
    names = [node.id for node in ast.walk(ast.parse(annotation or "object")) if isinstance(node, ast.Name)]
    kinds = [_KINDS[name] for name in names if name in _KINDS]
    may_be_none = "Optional" in names or "None" in annotation
    types = tuple(one for _, types in kinds for one in types)
    fits = (isinstance(value, types) and not isinstance(value, bool)) or (value is None and may_be_none)
    if fits or len(kinds) + names.count("Optional") < len(names) or not kinds:
        return None
    raw = f"; papermill leaves text as it is after -r: -r {name} ..." if str in types else ""
    return f"{name} must be {' or '.join(words for words, _ in kinds)}; {arrived(value)} arrived{raw}"


def _running() -> Sequence[str]:
    """What the kernel has run; nothing outside of one."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return shell.user_ns.get("In", [])[:-1] if shell else []


def _assigned(cell: str) -> Iterator[tuple[str, tuple[str, ast.expr | None]]]:
    """Each variable that a cell sets, with its annotation and its value."""
    try:
        statements = ast.parse(cell).body
    except SyntaxError:  # a magic command
        return
    for statement in statements:
        match statement:
            case ast.Assign(targets=targets, value=value):
                yield from ((target.id, ("", value)) for target in targets if isinstance(target, ast.Name))
            case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation, value=value):
                yield name, (ast.unparse(annotation).strip("'\""), value)


def _value(node: ast.expr | None) -> object:
    """The value of a literal, and of float('nan') as papermill writes it; of anything else its source."""
    match node:
        case None:
            return None
        case ast.Call(func=ast.Name(id="float"), args=[ast.Constant(value=str(text))]):
            return float(text)
    try:
        return ast.literal_eval(node)
    except ValueError:
        return ast.unparse(node)

"""What a person may choose: how far each number may go, and which parameters a notebook takes from papermill."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from crosswave.study.faults import nearest
from crosswave.study.models import ALPHA_TOP, Plan
from crosswave.words import arrived

# Digits and a point. An exponent, a nan or an inf is no number that anybody chooses.
_PLAIN = re.compile(r"[-+]?(?:[0-9]{1,15}(?:\.[0-9]{0,15})?|\.[0-9]{1,15})")

_INJECTED = "# Parameters"
_KINDS: Mapping[str, tuple[str, tuple[type, ...]]] = {
    "str": ("text", (str,)),
    "int": ("a whole number", (int,)),
    "float": ("a number", (int, float)),
}


@dataclass(frozen=True, slots=True)
class Limit:
    """What a number must be."""

    must: str
    advice: str
    holds: Callable[[float], bool]
    whole: bool = False

    def fault(self, name: str, value: object) -> str | None:
        """Return what is wrong with a value, or None if it keeps the rule."""
        number = _number(value)
        if number is not None and self.holds(number) and (not self.whole or isinstance(number, int)):
            return None
        return f"{name} must be {self.must}; {arrived(value)} arrived; {self.advice}"


def limits(plan: Plan) -> Mapping[str, Limit]:
    """Return the limit of each number, by the name of its parameter."""
    effect, error = plan.robustness.design_effect_limit.value, plan.robustness.total_error_limit.value
    rate, none = f"an error rate above 0 and below {ALPHA_TOP:g}", "write 0 for sampling error alone"
    year = Limit("a year from 1990 to 2100", "write 2017", lambda x: 1990 <= x <= 2100, whole=True)
    points = Limit(f"points from 0 to {error:g}", none, lambda x: 0 <= x <= error)
    return {
        "alpha": Limit(rate, "write 0.05 for 95 % intervals", lambda x: 0 < x < ALPHA_TOP),
        "design_effect": Limit(f"a number from 1 to {effect:g}", "write 1 for none", lambda x: 1 <= x <= effect),
        "smallest_change": Limit("points above 0 and below 100", "write 5 for five points", lambda x: 0 < x < 100),
        "total_error": points,
        "true_error": points,
        "from_year": year,
        "to_year": year,
        "n": Limit("a whole number from 1 to 10,000,000", "write 1000", lambda x: 1 <= x <= 10_000_000, whole=True),
        "change": Limit("points above -100 and below 100", "write 5 for a rise of five", lambda x: -100 < x < 100),
        "share": Limit("a share above 0 and below 1", "write 0.5 for one half", lambda x: 0 < x < 1),
        "worlds": Limit("a whole number from 1 to 1,000,000", "write 10000", lambda x: 1 <= x <= 1_000_000, whole=True),
        "seed": Limit("a whole number from 0 to 4,294,967,295", "write 2017", lambda x: 0 <= x < 2**32, whole=True),
    }


def limit_faults(plan: Plan, values: Mapping[str, object]) -> list[str]:
    """Return what is wrong with values, a line each; None takes the plan's number and is right."""
    known = limits(plan)
    given = {name: value for name, value in values.items() if name in known and value is not None}
    return [words for name, value in given.items() if (words := known[name].fault(name, value))]


def _number(value: object) -> float | None:
    if isinstance(value, str):
        whole = re.fullmatch(r"[-+]?[0-9]{1,15}", value)
        return int(value) if whole else float(value) if _PLAIN.fullmatch(value) else None
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def check_given(plan: Plan | None = None, cells: Sequence[str] | None = None) -> None:
    """Refuse a parameter that no earlier cell declares, or whose value does not fit: papermill passes on anything.

    The cells are those that the kernel has run, and none outside of one. `ValueError` names each such parameter, with
    the nearest that there is, or with the rule and the value that arrived.
    """
    if cells is None:
        shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
        cells = shell.user_ns.get("In", [])[:-1] if shell else []
    declared: dict[str, str] = {}
    faults: list[str] = []
    for cell in cells:
        assigned = dict(_assigned(cell))
        if cell.startswith(_INJECTED):
            faults += _faults({name: _value(node) for name, (_, node) in assigned.items()}, declared, plan)
        else:
            declared |= {name: annotation for name, (annotation, _) in assigned.items()}
    if faults:
        raise ValueError("\n".join(faults))


def _faults(values: Mapping[str, object], declared: Mapping[str, str], plan: Plan | None) -> Iterator[str]:
    """Names first, then kinds, then how far numbers may go: one fault for a value."""
    for name in (name for name in values if name not in declared):
        meant = nearest(name, declared)
        yield f"this notebook has no parameter {arrived(name)}{meant}; it takes: {', '.join(declared)}"
    for name, value in ((name, value) for name, value in values.items() if name in declared):
        if words := _other_kind(name, value, declared[name]):
            yield words
        elif plan:
            yield from limit_faults(plan, {name: value})


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

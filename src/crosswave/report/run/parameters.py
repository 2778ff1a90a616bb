"""What a notebook's parameters are, and whether given values fit them, before anything runs."""

import ast
import io
import json
import tokenize
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, Optional

import nbformat
from pydantic import TypeAdapter, ValidationError

from crosswave.report.run.plan import Task, did_you_mean
from crosswave.words import arrived

ANNOTATIONS: dict[str, object] = {
    "bool": bool, "int": int, "float": float, "str": str, "list": list, "dict": dict,
    "Literal": Literal, "Optional": Optional,
}  # fmt: skip


class ParameterError(ValueError):
    """Says every fault found in the parameters of a run, one a line."""

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(faults))


@dataclass(frozen=True)
class Parameter:
    """One line of a notebook's parameters cell; its help is the comment at the end of the line."""

    name: str
    annotation: str
    default: object
    help: str


def with_parameters(tasks: Sequence[Task], extra: Mapping[str, object]) -> tuple[Task, ...]:
    """Return tasks with the extra parameters, each where a notebook takes it; ParameterError tells every fault once."""
    declared = {book: read_parameters(book) for book in {task.notebook for task in tasks}}
    takes = {book: {one.name for one in parameters} for book, parameters in declared.items()}
    known = sorted(set().union(*takes.values()))
    faults = [
        f"unknown parameter {arrived(name)} (value {arrived(value)}): none of the chosen notebooks takes it"
        + did_you_mean(name, known)
        for name, value in extra.items()
        if name not in known
    ]
    done: list[Task] = []
    for task in tasks:
        given = dict(task.parameters) | {name: extra[name] for name in extra if name in takes[task.notebook]}
        try:
            done.append(replace(task, parameters=check_parameters(task.notebook, given, declared[task.notebook])))
        except ParameterError as error:
            faults.extend(fault for fault in error.faults if fault not in faults)
    if faults:
        raise ParameterError(faults)
    return tuple(done)


def read_parameters(notebook: Path) -> tuple[Parameter, ...]:
    """Return the parameters that a notebook declares, in order; ParameterError where it is no notebook."""
    try:
        with notebook.open(encoding="utf-8") as stream:  # nbformat opens a path while it handles an exception
            cells = nbformat.read(stream, as_version=4).cells
    except (OSError, nbformat.reader.NotJSONError) as error:
        reason = getattr(error, "strerror", None) or "it is not whole"
        words = f"{notebook}: a notebook is needed here, and it cannot be read: {reason}; "
        raise ParameterError([words + "git checkout notebooks brings back the committed one"]) from error
    sources = [str(cell.source) for cell in cells if "parameters" in cell.metadata.get("tags", [])]
    return parse_parameters(sources[0], where=str(notebook)) if sources else ()


def parse_parameters(source: str, *, where: str) -> tuple[Parameter, ...]:
    """Return the parameters that a cell declares; ParameterError names each line that declares none."""
    try:
        statements = ast.parse(source).body
    except SyntaxError as error:
        raise ParameterError([f"{where}: the parameters cell is not Python: {error}"]) from error
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    comments = {token.start[0]: token.string.lstrip("# ") for token in tokens if token.type == tokenize.COMMENT}
    found: list[Parameter] = []
    faults: list[str] = []
    for statement in statements:
        try:
            found.extend(_declared(statement, comments))
        except ValueError:
            faults.append(
                f"{where}: line {statement.lineno} of the parameters cell must be 'name: type = literal  # help', "
                f"and is {ast.unparse(statement)!r}"
            )
    if faults:
        raise ParameterError(faults)
    return tuple(found)


def _declared(statement: ast.stmt, comments: Mapping[int, str]) -> list[Parameter]:
    match statement:
        case ast.Import() | ast.ImportFrom() | ast.Expr(value=ast.Constant()):
            return []
        case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation, value=ast.expr() as value):
            default = ast.literal_eval(value)
            return [Parameter(name, ast.unparse(annotation), default, comments.get(statement.end_lineno or 0, ""))]
    raise ValueError


def check_parameters(
    notebook: Path, given: Mapping[str, object], parameters: Sequence[Parameter] | None = None
) -> dict[str, object]:
    """Return values as the types that a notebook declares; ParameterError names all that are unknown or mistyped."""
    found = read_parameters(notebook) if parameters is None else parameters
    declared = {parameter.name: parameter for parameter in found}
    values: dict[str, object] = {}
    faults: list[str] = []
    for name, value in given.items():
        if name not in declared:
            takes = f"it takes: {', '.join(declared) or 'none'}{did_you_mean(name, list(declared))}"
            faults.append(f"{notebook}: unknown parameter {arrived(name)} (value {arrived(value)}); {takes}")
            continue
        try:
            values[name] = _fitted(declared[name], value)
        except ValueError as error:
            faults.append(f"{notebook}: parameter {name!r} {error}")
    if faults:
        raise ParameterError(sorted(faults))
    return values


def _fitted(parameter: Parameter, value: object) -> object:
    """Return the value as the declared type, or raise ValueError with the end of a message."""
    adapter = _adapter(parameter.annotation)
    try:
        try:
            fitted = adapter.validate_python(value, strict=True)
        except ValidationError:
            if not isinstance(value, str):
                raise
            fitted = adapter.validate_json(value) if value[:1] in "[{" else adapter.validate_strings(value)
        json.dumps(fitted)
    except ValidationError as error:
        reason = error.errors()[0]["msg"]
        message = f"must be {parameter.annotation}, and {arrived(value)} arrived ({reason}); its default is "
        raise ValueError(message + repr(parameter.default)) from error
    return fitted


def _adapter(annotation: str) -> TypeAdapter[object]:
    tree = ast.parse(annotation, mode="eval")
    strange = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} - ANNOTATIONS.keys()
    if strange or any(isinstance(node, ast.Call | ast.Attribute) for node in ast.walk(tree)):
        raise ValueError(f"is declared as {annotation!r}; a parameter's type is made of: {', '.join(ANNOTATIONS)}")
    return TypeAdapter(eval(compile(tree, "annotation", "eval"), {"__builtins__": {}}, ANNOTATIONS))

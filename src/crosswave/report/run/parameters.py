"""What a notebook's parameters are, and whether given values fit them, before anything runs."""

import ast
import io
import json
import tokenize
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, Optional

import nbformat
from pydantic import TypeAdapter, ValidationError

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
    """One line of a notebook's parameters cell.

    Attributes
    ----------
    annotation : str
        Its type, as written: ``int | None``.
    default : object
        The value that the notebook has when nothing is given.
    help : str
        The comment at the end of the line.
    """

    name: str
    annotation: str
    default: object
    help: str


def read_parameters(notebook: Path) -> tuple[Parameter, ...]:
    """Parameters that a notebook declares, in order.

    Raises
    ------
    ParameterError
        When the file is missing, is no notebook, or a line is not ``name: type = literal``.
    """
    try:
        cells = nbformat.read(notebook, as_version=4).cells
    except (OSError, nbformat.reader.NotJSONError) as error:
        reason = getattr(error, "strerror", None) or "it is not whole"
        words = f"{notebook}: a notebook is needed here, and it cannot be read: {reason}; "
        raise ParameterError([words + "git checkout notebooks brings back the committed one"]) from error
    sources = [str(cell.source) for cell in cells if "parameters" in cell.metadata.get("tags", [])]
    return parse_parameters(sources[0], where=str(notebook)) if sources else ()


def parse_parameters(source: str, *, where: str) -> tuple[Parameter, ...]:
    """Parameters that the source of a parameters cell declares.

    Raises
    ------
    ParameterError
        Names every line that is something else.
    """
    try:
        statements = ast.parse(source).body
    except SyntaxError as error:
        raise ParameterError([f"{where}: the parameters cell is not Python: {error}"]) from error
    comments = _comments(source)
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


def check_parameters(
    notebook: Path, given: Mapping[str, object], parameters: Sequence[Parameter] | None = None
) -> dict[str, object]:
    """Values that fit the notebook's parameters, converted where the command line gave text.

    Raises
    ------
    ParameterError
        Names every unknown and every mistyped parameter.
    """
    found = read_parameters(notebook) if parameters is None else parameters
    declared = {parameter.name: parameter for parameter in found}
    faults = [_unknown(notebook, name, value, declared) for name, value in given.items() if name not in declared]
    values: dict[str, object] = {}
    for name in given.keys() & declared.keys():
        try:
            values[name] = _fitted(declared[name], given[name])
        except ValueError as error:
            faults.append(f"{notebook}: parameter {name!r} {error}")
    if faults:
        raise ParameterError(sorted(faults))
    return {name: values[name] for name in given}


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """Return the end of a message that names the nearest known word, or nothing."""
    near = get_close_matches(word[:200], known, n=1, cutoff=0.5)
    return f"; did you mean {near[0]!r}?" if near else ""


def _comments(source: str) -> dict[int, str]:
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {token.start[0]: token.string.lstrip("# ") for token in tokens if token.type == tokenize.COMMENT}


def _declared(statement: ast.stmt, comments: Mapping[int, str]) -> list[Parameter]:
    match statement:
        case ast.Import() | ast.ImportFrom() | ast.Expr(value=ast.Constant()):
            return []
        case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation, value=ast.expr() as value):
            default = ast.literal_eval(value)
            return [Parameter(name, ast.unparse(annotation), default, comments.get(statement.end_lineno or 0, ""))]
    raise ValueError


def _unknown(notebook: Path, name: str, value: object, declared: Mapping[str, Parameter]) -> str:
    takes = ", ".join(declared) or "none"
    return f"{notebook}: unknown parameter {arrived(name)} (value {arrived(value)}); it takes: {takes}" + did_you_mean(
        name, list(declared)
    )


def _fitted(parameter: Parameter, value: object) -> object:
    """Return the value as the declared type, or raise ValueError with the end of a message."""
    adapter = _adapter(parameter.annotation)
    try:
        return _validated(adapter, value)
    except ValidationError as error:
        reason = error.errors()[0]["msg"]
        message = f"must be {parameter.annotation}, and {arrived(value)} arrived ({reason}); its default is "
        raise ValueError(message + repr(parameter.default)) from error


def _validated(adapter: TypeAdapter[Any], value: object) -> object:
    try:
        fitted: object = adapter.validate_python(value, strict=True)
    except ValidationError:
        if not isinstance(value, str):
            raise
        fitted = adapter.validate_json(value) if value[:1] in "[{" else adapter.validate_strings(value)
    json.dumps(fitted)
    return fitted


def _adapter(annotation: str) -> TypeAdapter[Any]:
    tree = ast.parse(annotation, mode="eval")
    strange = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} - ANNOTATIONS.keys()
    if strange or any(isinstance(node, ast.Call | ast.Attribute) for node in ast.walk(tree)):
        raise ValueError(f"is declared as {annotation!r}; a parameter's type is made of: {', '.join(ANNOTATIONS)}")
    return TypeAdapter(eval(compile(tree, "annotation", "eval"), {"__builtins__": {}}, ANNOTATIONS))

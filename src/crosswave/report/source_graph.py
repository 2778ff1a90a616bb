"""Which modules of the package a piece of code reaches, read from its imports and not by importing anything."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from crosswave.study.cache import Store, digest, file_digests, json_bytes

PACKAGE = Path(__file__).parents[1]
EVERYTHING = "*"

_RESOURCES = "templates"
_VERSION = "1"


@dataclass(frozen=True, slots=True)
class Binding:
    """One name that some code imports from the package."""

    module: str
    name: str
    parts: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Source:
    """What matters of one piece of code: the names it imports, by the names it gives them, and whether it is more."""

    bindings: Mapping[str, tuple[Binding, ...]]
    only_imports: bool


def read_source(text: str, package: str) -> Source:
    """Return what a piece of code imports from the package.

    Raises
    ------
    SyntaxError
        The text is not Python.
    """
    tree = ast.parse(text)
    tree.body = [node for node in tree.body if not _for_types_alone(node)]
    parts = _parts(tree)
    bindings: dict[str, tuple[Binding, ...]] = {}
    for node in ast.walk(tree):
        for alias, module, name in _imported(node, package):
            looked_up = None if "." in alias else parts.get(alias, ())
            bindings[alias] = (*bindings.get(alias, ()), Binding(module, name, looked_up))
    return Source(bindings, all(_says_nothing(node) for node in tree.body))


def _imported(node: ast.AST, package: str) -> Iterator[tuple[str, str, str]]:
    """Name given, module and name taken, of everything that a statement imports from the package."""
    root = package.split(".")[0]
    if isinstance(node, ast.Import):
        yield from ((one.asname or one.name, one.name, "") for one in node.names if one.name.split(".")[0] == root)
    if isinstance(node, ast.ImportFrom):
        above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
        module = ".".join([*above, *([node.module] if node.module else [])])
        if module.split(".")[0] == root:
            yield from ((one.asname or one.name, module, one.name) for one in node.names)


def _parts(tree: ast.Module) -> dict[str, tuple[str, ...] | None]:
    """What is looked up on each name of the code; None for a name that is used in any other way as well."""
    looked_up = {id(node.value): node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    found: dict[str, set[str] | None] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            known, part = found.setdefault(node.id, set()), looked_up.get(id(node))
            if part is None or known is None:
                found[node.id] = None
            else:
                known.add(part)
    return {name: None if parts is None else tuple(sorted(parts)) for name, parts in found.items()}


def _for_types_alone(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def _says_nothing(node: ast.stmt) -> bool:
    """A statement of a package that only collects names: an import, a text, or ``__all__``."""
    match node:
        case ast.Import() | ast.ImportFrom() | ast.Expr(value=ast.Constant()):
            return True
        case ast.Assign(targets=[ast.Name(id="__all__")]):
            return True
    return False


class SourceGraph:
    """The modules of a package and what each imports.

    Notes
    -----
    Packages such as `crosswave.report.trend` collect names of their modules, and are imported as one thing. A name is
    therefore followed to the module that defines it: ``trend.by_wave`` reaches `crosswave.report.trend.waves` alone,
    and ``from crosswave.report.trend import by_wave`` as well. A package that is passed on as a value, or imported
    with a star, reaches all it collects. A package that holds code of its own is reached with each of its modules.

    Limits: the unit is the module, so code reaches all that a reached module imports. What is imported by a computed
    name (`importlib.import_module`) is not seen, and neither is what the import of one module alters in another.
    """

    def __init__(self, package: Path = PACKAGE) -> None:
        self._root, self._store = package.name, Store("imports")
        self._files = {_module_name(path, package): path for path in sorted(package.rglob("*.py"))}
        self._packages = {name for name, path in self._files.items() if path.name == "__init__.py"}
        self._digests = file_digests(self._files.values())
        self._sources: dict[str, Source] = {}

    def reached_from(self, text: str) -> frozenset[str]:
        """Return the names of the modules that some code reaches; all of them where it cannot be parsed."""
        try:
            source = read_source(text, self._root)
        except SyntaxError:
            return frozenset(self._files)
        return self._closure(self._targets(source))

    def reached_by(self, *modules: str) -> frozenset[str]:
        """Return the names of the modules that some modules reach, and their own."""
        return self._closure(modules)

    def files_of(self, modules: Iterable[str]) -> tuple[Path, ...]:
        """Return the files of some modules, in the order of their names."""
        return tuple(self._files[name] for name in sorted(modules))

    def digest_of(self, modules: Iterable[str]) -> str:
        """Return the digest of some modules' files, and of the templates beside them."""
        files = {name: self._files[name] for name in sorted(modules)}
        folders = sorted({path.parent / _RESOURCES for path in files.values()})
        beside = file_digests(path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file())
        rows = [(name, self._digests[path]) for name, path in files.items()]
        return digest(*(part for row in rows for part in row), *(p.name + d for p, d in beside.items()))

    def _closure(self, start: Iterable[str]) -> frozenset[str]:
        reached, left = set[str](), list(start)
        while left:
            name = left.pop()
            if name not in reached:
                reached.add(name)
                left += [*self._targets(self._source(name)), *self._holders(name)]
        return frozenset(reached)

    def _holders(self, name: str) -> list[str]:
        """Packages around a module that are more than a collection of names: their code runs before it."""
        parts = name.split(".")
        around = (".".join(parts[:k]) for k in range(1, len(parts)))
        return [one for one in around if one in self._packages and not self._source(one).only_imports]

    def _targets(self, source: Source) -> set[str]:
        return {module for bound in source.bindings.values() for one in bound for module in self._follow(one)}

    def _follow(self, one: Binding) -> set[str]:
        """Modules that define what a binding stands for."""
        target = f"{one.module}.{one.name}" if one.name else one.module
        if target in self._packages:
            wanted = (EVERYTHING,) if one.parts is None else one.parts
            return {module for part in wanted for module in self._defines(target, part)}
        return {target} if target in self._files else self._defines(one.module, one.name)

    def _defines(self, module: str, name: str) -> set[str]:
        if module not in self._packages:
            return {module} & self._files.keys()
        collected = self._source(module).bindings
        if name == EVERYTHING:
            return {found for bound in collected.values() for one in bound for found in self._follow(one)} | {module}
        if f"{module}.{name}" in self._files:
            return self._follow(Binding(module, name, None))
        if name in collected:
            return {found for one in collected[name] for found in self._follow(Binding(one.module, one.name, None))}
        return {module}

    def _source(self, name: str) -> Source:
        if name not in self._sources:
            self._sources[name] = self._read(name)
        return self._sources[name]

    def _read(self, name: str) -> Source:
        """What a module imports, from the cache where its content was parsed before."""
        path = self._files[name]
        package = name if name in self._packages else name.rpartition(".")[0]
        key = digest(_VERSION, package, self._digests[path])
        if (kept := self._store.get(key)) is not None:
            return _unpacked(json.loads(kept))
        source = read_source(path.read_text(encoding="utf-8"), package)
        self._store.put(key, json_bytes(_packed(source)))
        return source


@cache
def own_graph() -> SourceGraph:
    """Return the graph of crosswave itself, as its files stood when it was first asked for."""
    return SourceGraph()


def _module_name(path: Path, package: Path) -> str:
    inside = path.relative_to(package).with_suffix("").parts
    return ".".join((package.name, *(inside[:-1] if inside[-1] == "__init__" else inside)))


def _packed(source: Source) -> list[object]:
    rows = {name: [[b.module, b.name, b.parts] for b in bound] for name, bound in source.bindings.items()}
    return [rows, source.only_imports]


def _unpacked(content: list[object]) -> Source:
    rows, only_imports = content
    assert isinstance(rows, dict)
    bindings = {
        name: tuple(Binding(module, taken, None if parts is None else tuple(parts)) for module, taken, parts in bound)
        for name, bound in rows.items()
    }
    return Source(bindings, bool(only_imports))

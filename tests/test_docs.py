"""What the documents say of the evidence is what the evidence holds."""

import ast
import re
from functools import reduce
from importlib import import_module
from pathlib import Path

import pytest

from crosswave.cli.methods import methods
from crosswave.difference.verdict import DECISIONS
from crosswave.report.results import BATTERY_COLUMNS, CLAIM_COLUMNS, FINDING_COLUMNS, TREND_COLUMNS
from real import reconstructions, registry

ROOT = Path(__file__).parents[1]
METHODS = methods((ROOT / "METHODS.md").read_text(encoding="utf-8"))
CODE = sorted(set(re.findall(r"`([a-z_]+(?:\.\w+)+)`", (ROOT / "METHODS.md").read_text(encoding="utf-8"))))


def text(name):
    return " ".join((ROOT / name).read_text(encoding="utf-8").split())


def test_readme_counts_the_evidence_rightly():
    words = (
        f"It holds {len(registry().surveys)} surveys with {len(registry().findings)} printed figures, "
        f"{len(registry().constructs)} topics that more than one survey may have measured, "
        f"and {len(registry().claims)} claims that writers built on them."
    )
    assert words in text("README.md")


def test_codebook_explains_every_column_of_the_ledger():
    results = text("data/README.md").split("## Results")[1].split("## What was left out")[0]
    explained = set(re.findall(r"`([a-z0-9_]+)`", results))
    assert {*FINDING_COLUMNS, *TREND_COLUMNS, *CLAIM_COLUMNS, *BATTERY_COLUMNS} - explained == set()


def test_codebook_explains_every_field_of_the_study_and_its_words():
    from crosswave.study.models import Study, Vocabulary

    part = text("data/README.md").split("## The study: `study.yaml`")[1].split("## The plan")[0]
    explained = {name.removeprefix("vocabulary.") for name in re.findall(r"`([a-z_.]+)`", part)}
    assert {*Study.model_fields, *Vocabulary.model_fields} - explained == set()


@pytest.mark.parametrize("field", ["topic", "sector", "nation", "mode", "unit", "sampling"])
def test_codebook_lists_every_word_that_a_field_of_a_survey_may_have(field: str):
    lines = (ROOT / "data" / "README.md").read_text(encoding="utf-8").splitlines()
    [row] = [line for line in lines if line.startswith(f"| `{field}` |")]
    kind = field if field == "sampling" else f"{field}s"
    assert [word for word in registry().study.vocabulary.words(kind) if f"`{word}`" not in row] == []


def test_methods_explains_every_level():
    from crosswave.reconstruct.survey import LEVELS

    assert [level for level in LEVELS if f"| {level} |" not in text("METHODS.md")] == []


def test_contributing_explains_every_variable_of_the_environment():
    files = [*(ROOT / "src").rglob("*.py"), ROOT / "conftest.py", *(ROOT / "tests").rglob("conftest.py")]
    source = "\n".join(file.read_text(encoding="utf-8") for file in files)
    table = re.findall(r"^\| `(\w+)`", (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert set(re.findall(r'"(CROSSWAVE_[A-Z_]*[A-Z])"', source)) == {name for name in table if name.isupper()}


def test_plan_holds_the_decision_table_of_the_code():
    assert [row.verdict for row in registry().plan.decision_table] == list(DECISIONS)


def test_no_document_names_a_path_of_a_machine():
    for path in [*ROOT.glob("*.md"), *(ROOT / "data").glob("*.md")]:
        assert not re.search(r"(?<![\w.])/(?:home|Users|tmp)/", path.read_text(encoding="utf-8")), path


@pytest.mark.parametrize("name", [name for name in CODE if not name.endswith((".yaml", ".csv", ".md"))])
def test_code_that_methods_names_exists(name):
    module, attributes = found_module(name.split("."))
    assert attributes, f"{name} names a module; name what is in it"
    reduce(getattr, attributes, module)


def found_module(parts):
    """The longest part of a dotted name that is a module, and what is left."""
    for end in range(len(parts), 0, -1):
        path = ROOT.joinpath("src", "crosswave", *parts[:end])
        if path.with_suffix(".py").is_file() or (path / "__init__.py").is_file():
            return import_module(".".join(["crosswave", *parts[:end]])), parts[end:]
    raise AssertionError(f"METHODS.md names {'.'.join(parts)}, and no module of crosswave starts so")


def test_methods_names_every_module_that_cites_a_source():
    package = ROOT / "src" / "crosswave"
    citing = [
        path for path in package.rglob("*.py") if "References\n    ----------" in path.read_text(encoding="utf-8")
    ]
    modules = {".".join(path.relative_to(package).with_suffix("").parts) for path in citing}
    named = {name.rpartition(".")[0] for name in CODE}
    assert {"difference.newcombe", "trend.lines", "reconstruct.joint"} <= modules
    assert sorted(modules - named) == []


def test_no_name_finds_two_methods():
    names = [name for method in METHODS for name in method.names]
    assert sorted(names) == sorted(set(names))


def test_every_method_names_its_code():
    assert [method.title for method in METHODS if "\n- Code: " not in method.text] == []


def test_methods_sends_readers_to_names_that_exist():
    names = {name for method in METHODS for name in method.names}
    sent = set(re.findall(r"see `([a-z-]+)`", text("METHODS.md")))
    assert {"dispersion", "joint-model", "linear", "overlap"} <= sent
    assert sent - names == set()


def test_methods_quotes_no_estimate():
    from crosswave.trend.dispersion import estimate_total_error
    from crosswave.trend.same_year import same_year_figures

    found = estimate_total_error(same_year_figures(registry(), reconstructions()))
    numbers = {f"{number:.1f}" for number in (found.points, found.low, found.high)}
    assert {number for number in numbers if f"{number} points" in text("METHODS.md")} == set()


# --- docstrings -------------------------------------------------------------------------------------------------------

ROOMS = ("printed", "reconstruct", "difference", "trend", "models", "robustness", "claims")
NAMED = {name.rpartition(".")[2] for name in CODE}


def sources():
    package = ROOT / "src" / "crosswave"
    return sorted(path for room in ROOMS for path in (package / room).glob("*.py"))


def public(node, name=""):
    """Every public class and function of a module or class with its name, and what checks a class as it is made."""
    for one in node.body:
        kinds = ast.ClassDef, ast.FunctionDef
        if isinstance(one, kinds) and (not one.name.startswith("_") or one.name == "__post_init__"):
            yield name + one.name, one
            if isinstance(one, ast.ClassDef):
                yield from public(one, f"{name}{one.name}.")


def arguments(function):
    if isinstance(function, ast.ClassDef):
        return set()
    every = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    every += [one for one in (function.args.vararg, function.args.kwarg) if one]
    return {one.arg for one in every} - {"self", "cls"}


def raises(node):
    """Whether a function raises itself; what is defined inside it does so for itself."""
    if isinstance(node, ast.ClassDef):
        return False
    inner = (ast.ClassDef, ast.FunctionDef, ast.Lambda)
    found = [one for one in ast.iter_child_nodes(node) if not isinstance(one, inner)]
    return any((isinstance(one, ast.Raise) and one.exc is not None) or raises(one) for one in found)


def section(text, title):
    return re.search(rf"^{title}\n-+\n(.*?)(?=^\w+\n-+\n|\Z)", text, re.MULTILINE | re.DOTALL)


def faults(function):
    text = ast.get_docstring(function) or ""
    told = section(text, "Parameters")
    told_names = set(re.findall(r"\w+", " ".join(re.findall(r"^[*\w].*", told[1], re.MULTILINE)))) if told else set()
    lacks = {
        "a docstring": not text,
        f"parameters {', '.join(sorted(arguments(function) - told_names))}": arguments(function) - told_names,
        "a Raises section": raises(function) and not section(text, "Raises"),
    }
    return [words for words, missing in lacks.items() if missing]


@pytest.mark.parametrize(
    "path", sources(), ids=lambda path: ".".join(path.relative_to(ROOT / "src").with_suffix("").parts)
)
def test_names_of_methods_say_what_they_take_return_and_raise(path):
    module = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(module)
    told = ((name, one) for name, one in public(module) if name in NAMED)
    assert {name: found for name, one in told if (found := faults(one))} == {}


def test_a_docstring_that_lacks_something_is_found():
    module = ast.parse(
        'def f(a, *, b=1):\n    """Return it.\n\n    Parameters\n    ----------\n    a : int\n        See b.\n    """\n'
        "    def g():\n        raise ValueError\n    if a:\n        raise ValueError\n\n"
        "class C:\n    def h(self): ...\n    def _i(self): ...\n"
    )
    assert {name: faults(one) for name, one in public(module)} == {
        "f": ["parameters b", "a Raises section"], "C": ["a docstring"], "C.h": ["a docstring"],
    }  # fmt: skip

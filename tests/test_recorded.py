"""A notebook whose outputs are not those of its code is found without running it."""

import json
from pathlib import Path

import pytest

from crosswave.report.run.recorded import faults, main, record


@pytest.fixture
def notebook(tmp_path):
    cells = [
        {"cell_type": "markdown", "source": ["# What?"]},
        {"cell_type": "code", "source": ["a = 1\n", "a"], "execution_count": 1, "outputs": []},
        {"cell_type": "code", "source": ["b = 2"], "execution_count": 2, "outputs": []},
    ]
    path = tmp_path / "one.ipynb"
    path.write_text(json.dumps({"cells": cells}), encoding="utf-8")
    record([path])
    return path


def change(path, cell, **values):
    content = json.loads(path.read_text(encoding="utf-8"))
    content["cells"][cell].update(values)
    path.write_text(json.dumps(content), encoding="utf-8")


def test_a_notebook_as_it_was_run_has_no_fault(notebook):
    assert list(faults(notebook)) == []


def test_prose_may_change(notebook):
    change(notebook, 0, source=["# What else?"])
    assert list(faults(notebook)) == []


FAULTS = {
    "code that changed": (
        {"source": ["b = 3"]},
        "its code has changed since its outputs were made; run make notebooks",
    ),
    "cells out of order": (
        {"execution_count": 5},
        "its cells were not run in order from the first to the last; run make notebooks",
    ),
    "an error": (
        {"outputs": [{"output_type": "error", "ename": "ValueError"}]},
        "code cell 2 ended in an error or a warning; mend it, then run make notebooks",
    ),
    "a warning": (
        {"outputs": [{"output_type": "stream", "name": "stderr", "text": "careful"}]},
        "code cell 2 ended in an error or a warning; mend it, then run make notebooks",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_what_is_not_current_is_said_with_the_command_that_mends_it(notebook, name, capsys):
    values, message = FAULTS[name]
    change(notebook, 2, **values)
    assert main([str(notebook)]) == 1
    assert capsys.readouterr().out == f"{notebook}: {message}\n"


def test_a_broken_file_is_told(notebook):
    notebook.write_text('{"cells": [', encoding="utf-8")
    (fault,) = faults(notebook)
    assert fault.startswith(f"{notebook}: no notebook that can be read (")
    assert fault.endswith(f"); git checkout {notebook} brings it back")


def test_a_record_forgets_notebooks_that_are_gone(notebook):
    gone = notebook.with_name("two.ipynb")
    gone.write_bytes(notebook.read_bytes())
    record([gone])
    gone.unlink()
    record([notebook])
    assert [line.split()[1] for line in Path(notebook.parent / "outputs.sha256").read_text().splitlines()] == [
        "one.ipynb"
    ]

"""Every chart of the committed notebooks: vector, fit for a phone, described with computed words, with its table."""

from __future__ import annotations

import csv
import io
import re
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

import nbformat
import pytest

from crosswave.report.canvas import SMALLEST, WIDTH, wrapped
from crosswave.report.site.clean import Styles, clean_html

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))
SVG = "image/svg+xml"
WIDE = 9.0
"""Inches of the charts that the notebooks themselves draw: the width of a cell in JupyterLab."""


def outputs(path: Path) -> list[tuple[str, list[Any]]]:
    cells = nbformat.read(path, as_version=4).cells
    return [(f"{path.stem}/{cell.id}", cell.outputs) for cell in cells if cell.cell_type == "code"]


CHARTS = [
    pytest.param(output, below, id=name)
    for path in NOTEBOOKS
    for name, shown in outputs(path)
    for output, below in zip(shown, [*shown[1:], None], strict=False)
    if any(kind.startswith("image/") for kind in output.get("data", {}))
]
every_chart = pytest.mark.parametrize(("chart", "below"), CHARTS)


def test_every_notebook_has_a_chart() -> None:
    drawn = {param.id.partition("/")[0] for param in CHARTS if param.id}
    assert drawn == {path.stem for path in NOTEBOOKS}


@every_chart
def test_it_is_vector_and_carries_words_with_what_was_computed(chart: Any, below: Any) -> None:
    assert [kind for kind in chart.data if kind.startswith("image/")] == [SVG]
    alt = chart.metadata[SVG]["alt"]
    assert alt == chart.data["text/plain"] and len(re.findall(r"\d+", alt)) >= 2
    root = ElementTree.fromstring(chart.data[SVG])
    pointed = any(element.get("tabindex") for element in root.iter())
    assert root.get("role") == ("group" if pointed else "img") and root.get("aria-label") == alt
    written = " ".join(" ".join(root.itertext()).split())
    title = alt.partition(". ")[0]
    assert title in written, "the words begin with the message that the title says"


@every_chart
def test_its_letters_can_be_read_on_a_phone(chart: Any, below: Any) -> None:
    svg = chart.data[SVG]
    wide, points = re.search(r'width="([\d.]+)(pt)?"', svg).groups()  # type: ignore[union-attr]
    assert round(float(wide) / (72 if points else 96), 3) in (WIDTH, WIDE)
    sizes = {float(size) for size in re.findall(r'font-size="([\d.]+)"', svg)}
    assert sizes and min(sizes) >= SMALLEST


@every_chart
def test_its_data_stand_below_it_as_a_table_and_can_be_saved(chart: Any, below: Any) -> None:
    html = below.data["text/html"]
    assert re.search(r"<caption>.+</caption>", html) and 'scope="col"' in html and 'scope="row"' in html
    address = unescape(re.search(r'<a download="[a-z0-9-]+\.csv" href="([^"]+)"', html)[1])  # type: ignore[index]
    head, _, text = address.partition(",")
    rows = list(csv.reader(io.StringIO(unquote(text))))
    assert head == "data:text/csv;charset=utf-8" and len(rows) > 1
    assert all(len(row) == len(rows[0]) for row in rows)


def test_no_output_has_an_inline_style_a_script_or_a_handler() -> None:
    for path in NOTEBOOKS:
        for name, shown in outputs(path):
            html = "".join(output.get("data", {}).get("text/html", "") for output in shown)
            page = clean_html(html, Styles()) if '<tr style="text-align: right;">' in html else html  # pandas' own
            assert not re.search(r"<[^>]*\sstyle=|<script|<[^>]*\son\w+=", page), name


def test_lines_are_no_wider_than_their_room_and_lose_no_word() -> None:
    text = "A change shows in none of the constructs that were compared, whatever was taken for granted" + 9 * " there"
    lines = wrapped(text)
    assert " ".join(lines) == text and len(lines) > 1
    assert len(wrapped(text, size=18)) > len(lines) < len(wrapped(text, 1.0))

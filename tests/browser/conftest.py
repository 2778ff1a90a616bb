"""A small site with real pages, and a browser that may ask for nothing outside it."""

from __future__ import annotations

import os
import re
import shutil
import threading
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Browser, Page, Route, sync_playwright

from crosswave.report.building import Choice, run_report
from crosswave.report.ledger import make_ledger
from crosswave.report.pages import run_request
from crosswave.report.run.engine import rebuild_index
from crosswave.report.run.execute import page_origin, page_title
from crosswave.report.run.outputs import Outputs
from crosswave.report.run.plan import Product, Task
from crosswave.report.site.page import render_page
from crosswave.study import Registry, load_registry
from crosswave.study.models import Construct

ROOT = Path(__file__).parents[2]
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
REQUIRED = "CROSSWAVE_REQUIRE_BROWSER"
MISSING = "no browser: none of chromium, chromium-browser and google-chrome is installed"

SURVEYS = ("igov-2017", "igov-parkplace-2019", "deloitte-2017", "yotta-2019")
SERIES = "dwp-cses"
PAGES = {
    "start": ("00_start_here", {}),
    "survey/igov-2017": ("01_reproduce_survey", {"survey": "igov-2017"}),
    "survey/deloitte-2017": ("01_reproduce_survey", {"survey": "igov-2017"}),  # a neighbour, with the same content
    "claims/publictechnology-2017-04-18": ("02_check_claims", {"source": "publictechnology-2017-04-18"}),
    "trend/barrier-culture": ("03_test_trend", {"construct": "barrier-culture"}),
    f"series/{SERIES}": ("08_official_series", {"series": SERIES}),
    "synthesis": ("04_synthesis", {}),
    "barriers": ("07_barriers", {}),
    "context": ("05_context", {}),
    "calibration": ("06_calibration", {}),
}
EVIL = "<img src=x onerror=alert(1)><script>alert(2)</script>"


@pytest.fixture(scope="session")
def small() -> Registry:
    """The real registry with four of its surveys, one of its series, and what is made of them."""
    registry = load_registry(ROOT / "data")
    waves = registry.series[SERIES]
    surveys = {name: one for name, one in registry.surveys.items() if name in {*SURVEYS, *waves}}
    constructs = {name: one for name, c in registry.constructs.items() if (one := _part(c, surveys)).answers}
    named = {
        name: {*c.surveys, *(t.split(".")[0] for k in c.all_of for t in k.terms)} for name, c in registry.claims.items()
    }
    claims = {name: registry.claims[name] for name, told in named.items() if told and told <= surveys.keys()}
    asked = tuple(one for one in registry.batteries.batteries if one.question.split(".")[0] in surveys)
    made = replace(
        registry,
        surveys=surveys,
        constructs=constructs,
        claims=claims,
        series={SERIES: waves},
        batteries=registry.batteries.model_copy(update={"batteries": asked}),
    )
    return replace(made, facts={name: fact for name, fact in made.facts.items() if fact.source in made.sources})


def _part(construct: Construct, surveys: Collection[str]) -> Construct:
    kept = tuple(answer for answer in construct.answers if answer.finding.split(".")[0] in surveys)
    return construct.model_copy(update={"answers": kept, "left_out": (), "changes": ()})


@pytest.fixture(scope="session")
def site(small: Registry, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site of the small registry, with the committed notebooks as its pages."""
    out = tmp_path_factory.mktemp("site")
    request = run_request(small, make_ledger(small), out)
    with Outputs(out) as outputs:
        for page, (name, parameters) in PAGES.items():
            task = Task(page, ROOT / "notebooks" / f"{name}.ipynb", parameters, page.partition("/")[0])
            task = replace(task, title=request.texts[page].title)
            book = nbformat.read(task.notebook, as_version=4)
            title = page_title(task, book)
            html = render_page(book, page, title, page_origin(task))
            outputs.keep(Product(page, title, nbformat.writes(book) + "\n", html, "", 1.0), "key")
        rebuild_index(request, outputs)
    return out


@pytest.fixture(scope="session")
def long_site(site: Path, small: Registry, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same site, whose long tables have but twenty rows at once."""
    out = tmp_path_factory.mktemp("long") / "site"
    shutil.copytree(site, out)
    with pytest.MonkeyPatch.context() as patch, Outputs(out) as outputs:
        patch.setattr("crosswave.report.site.material._AT_ONCE", 20)
        rebuild_index(run_request(small, make_ledger(small), out), outputs)
    return out


@pytest.fixture(scope="session")
def hostile_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report, made by real notebooks, of one survey whose every text is an attack."""
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "data" / "surveys").mkdir(parents=True)
    for name in ("study.yaml", "quantities.yaml", "plan.yaml"):
        shutil.copy(ROOT / "data" / name, folder / "data" / name)
    (folder / "data" / "claims.yaml").write_text("sources: []\nclaims: []\n", encoding="utf-8")
    (folder / "data" / "constructs.yaml").write_text("constructs: []\n", encoding="utf-8")
    head = (ROOT / "data" / "context.csv").read_text(encoding="utf-8").splitlines()[0]
    (folder / "data" / "context.csv").write_text(f"{head}\n", encoding="utf-8")
    (folder / "data" / "surveys" / "evil-2018.yaml").write_text(_hostile(), encoding="utf-8")
    shutil.copytree(ROOT / "notebooks", folder / "notebooks")
    made = run_report(folder / "data", folder / "out", Choice(surveys=("evil-2018",)))
    assert made.exit_status == 0, made.lines()
    return folder / "out"


def _hostile() -> str:
    return f"""\
id: evil-2018
title: '{EVIL}'
publisher: '{EVIL}'
year: 2018
year_basis: publication
population: '{EVIL}'
sector: local
unit: person
n: {{printed: "100", value: 100, kind: exact}}
note: '{EVIL}'
sources:
  - {{id: page, title: '{EVIL}', url: 'https://example.org/"onclick=x', kind: mirror}}
questions:
  - id: q
    asks: '{EVIL}'
    about: '{EVIL}'
    answers:
      - {{id: a, says: '{EVIL}', printed: "50%", topic: other, sources: [page], note: '{EVIL}', ambiguity: '{EVIL}'}}
"""


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, driven from outside; a test is left out where there is none, unless it is required."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None and os.environ.get(REQUIRED):
        pytest.fail(f"{MISSING}, and {REQUIRED} is set. On Debian: apt-get install chromium")
    if found is None:
        pytest.skip(MISSING)
    with sync_playwright() as play:
        quiet = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-sync"]
        launched = play.chromium.launch(executable_path=found, args=quiet)
        yield launched
        launched.close()


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open a page: ``visit(address, width=360, dark=True)``. Errors and foreign requests fail the test in the end."""
    faults: list[str] = []
    contexts = []

    def guard(route: Route, own: str) -> None:
        if route.request.url.startswith((own, "data:", "blob:")):
            route.continue_()
        else:
            faults.append(f"asked for {route.request.url}")
            route.abort()

    def opened(address: str, *, width: int = 1280, dark: bool = False, script: bool = True) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 800},
            color_scheme="dark" if dark else "light",
            java_script_enabled=script,
        )
        contexts.append(context)
        page = context.new_page()
        above = re.split("/(?:pages|subjects)/", address)[0]
        own = above if above != address else address.partition("#")[0].rpartition("/")[0]
        page.route("**/*", lambda route: guard(route, own))
        page.on(
            "console", lambda message: faults.append(message.text) if message.type in ("error", "warning") else None
        )
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("dialog", lambda dialog: (faults.append(f"dialog {dialog.message}"), dialog.dismiss()))
        page.goto(address)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert faults == []


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def served(site: Path) -> Iterator[str]:
    """The address of the site behind a web server of this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()

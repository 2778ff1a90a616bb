"""A run and the folder it writes to: what is somebody's stays, whatever the folder and its manifest hold."""

from __future__ import annotations

import errno
import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crosswave.files import write_json, write_whole
from crosswave.report.building import Choice, run_report
from crosswave.report.run.folder import IN_THE_REPOSITORY, ManifestError, check_folder, inside, read_manifest
from crosswave.report.run.outputs import Outputs, OwnFiles
from crosswave.report.run.plan import Product

ROOT = Path(__file__).parents[1]

# A busy machine is no fault of a folder; what Hypothesis does with one test's folder, it does again and again.
settings.register_profile("folders", deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
unhurried = settings(settings.get_profile("folders"), max_examples=150)


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, links not followed."""
    files = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def product(page: str, html: str = "<p>", error: str = "") -> Product:
    return Product(page, "T", "{}\n", html, error, 1.0)


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


# --- whose a folder is ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "names",
    [
        ["index.html"],
        ["results/trends.csv"],
        ["sub/.movie.mkv.part"],
        [".hidden"],
        ["pages/mine.html", "z.txt", "y.txt", "x.txt"],
    ],
)
def test_a_folder_of_somebody_elses_is_refused_before_anything_is_written(tmp_path: Path, names: list[str]) -> None:
    for name in names:
        write_whole(tmp_path / "mine" / name, "mine")
    before = contents(tmp_path)
    with pytest.raises(FileExistsError, match="name a new folder with --out") as refused:
        run_report(ROOT / "data", tmp_path / "mine", Choice(only=("start",)))
    assert sorted({name.partition("/")[0] for name in names})[0] in str(refused.value)
    assert contents(tmp_path) == before
    assert not (tmp_path / "mine" / ".lock").exists()


def test_the_refusal_names_what_is_in_the_way(tmp_path: Path) -> None:
    for name in "abcde":
        write_whole(tmp_path / name, "mine")
    with pytest.raises(FileExistsError) as refused:
        check_folder(tmp_path, ROOT)
    assert str(refused.value) == (
        f"{tmp_path} is not empty and has no manifest.json of a run, so what is in it may be somebody's: "
        "a, b, c and 2 more. Nothing was written: name a new folder with --out, or empty this one"
    )


def test_a_folder_that_is_absent_empty_locked_or_of_a_run_is_taken(tmp_path: Path) -> None:
    check_folder(tmp_path / "absent", ROOT)
    check_folder(tmp_path, ROOT)
    write_whole(tmp_path / ".lock", "7")
    check_folder(tmp_path, ROOT)
    with Outputs(tmp_path) as outputs:
        outputs.keep(product("start"), "key")
    write_whole(tmp_path / "notes.txt", "mine")
    check_folder(tmp_path, ROOT)


def test_the_reports_of_a_fresh_checkout_are_a_runs_own_and_no_other_folder_with_these_names_is(tmp_path: Path) -> None:
    for folder in (tmp_path / "reports", tmp_path / "other"):
        for name in IN_THE_REPOSITORY:
            write_whole(folder / name, "a")
    check_folder(tmp_path / "reports", tmp_path)
    with pytest.raises(FileExistsError, match=r"benchmark\.md, results\."):
        check_folder(tmp_path / "other", tmp_path)
    write_whole(tmp_path / "reports" / "results" / "mine.csv", "mine")
    with pytest.raises(FileExistsError, match=r"results/mine\.csv"):
        check_folder(tmp_path / "reports", tmp_path)


def test_what_the_repository_holds_of_reports_is_what_git_does_not_ignore_of_it() -> None:
    lines = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    kept = [line.removeprefix("!reports/") for line in lines if line.startswith("!reports/")]
    assert sorted({next(name for name in kept if one.startswith(name)) for one in IN_THE_REPOSITORY}) == sorted(kept)


# --- files of a run and files of others ----------------------------------------------------------------------------


def test_a_file_of_somebodys_under_a_name_that_a_run_needs_is_put_aside_and_said(tmp_path: Path) -> None:
    with Outputs(tmp_path) as outputs:
        outputs.keep(product("start"), "key")
    for name in ("index.html", "pages/a.html", "results/trends.csv"):
        write_whole(tmp_path / name, "mine")
    with Outputs(tmp_path) as outputs:
        outputs.keep(product("a"), "key")
        outputs.write_site({"index.html": "site"})
        outputs.write_results({"results/trends.csv": "numbers"})
    for name in ("index.html", "pages/a.html", "results/trends.csv"):
        assert (tmp_path / f"{name}~").read_text() == "mine"
        assert (tmp_path / name).read_text() != "mine"
        assert f"{name} was not as a run had written it: it is now {name}~" in outputs.put_aside


def test_a_page_that_somebody_altered_is_put_aside_and_never_twice_over_the_same(tmp_path: Path) -> None:
    for turn in ("first", "second"):
        with Outputs(tmp_path) as outputs:
            outputs.keep(product("a", html=turn), "key")
        write_whole(tmp_path / "pages" / "a.html", f"altered {turn}")
    with Outputs(tmp_path) as outputs:
        outputs.keep(product("a"), "key")
    names = ("pages/a.html~", "pages/a.html~1", "pages/a.html")
    assert [(tmp_path / name).read_text() for name in names] == ["altered first", "altered second", "<p>"]


def test_what_a_killed_run_had_written_and_not_listed_is_no_stranger_where_the_next_run_makes_the_same(
    tmp_path: Path,
) -> None:
    write_json(tmp_path / "manifest.json", {"format": 2})
    write_whole(tmp_path / "pages" / "a.html", "<p>")
    with Outputs(tmp_path) as outputs:
        outputs.keep(product("a"), "key")
    assert outputs.put_aside == ()
    assert not list(tmp_path.rglob("*~"))


@pytest.mark.parametrize("part", range(5))
def test_whichever_of_two_files_a_run_that_broke_off_leaves_is_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: int
) -> None:
    """The disk is full from the file of this number on; the run after that has yet another text for each."""

    def made(turn: str) -> tuple[str, ...]:
        with Outputs(tmp_path) as outputs:
            outputs.keep(product("a", html=turn), "key")
            outputs.write_results({"results/trends.csv": turn, "results/claims.csv": turn})
            outputs.write_site({"index.html": turn, "methods.html": turn})
        return outputs.put_aside

    made("first")
    write, left = write_whole, iter(range(part))

    def full(path: Path, content: str | bytes) -> None:
        if next(left, None) is None:
            raise OSError(errno.ENOSPC, "No space left on device")
        write(path, content)

    monkeypatch.setattr("crosswave.report.run.outputs.write_whole", full)
    with pytest.raises(OSError, match="No space"):
        made("second")
    monkeypatch.undo()
    assert made("third") == ()
    files = ("pages/a.html", "results/trends.csv", "results/claims.csv", "index.html", "methods.html")
    assert {(tmp_path / name).read_text() for name in files} == {"third"}


def test_a_file_that_finds_no_room_is_named(tmp_path: Path) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("os.replace", full)
        with pytest.raises(OSError, match="No space") as refused:
            write_whole(tmp_path / "a.html", "x")
    assert refused.value.filename == str(tmp_path / "a.html")
    assert contents(tmp_path) == {}


def test_outdated_files_go_where_they_are_as_a_run_wrote_them_and_stay_where_they_are_not(tmp_path: Path) -> None:
    with Outputs(tmp_path) as outputs:
        for page in ("a", "b", "c"):
            outputs.keep(product(page, error="bad" if page == "c" else ""), "key")
        outputs.write_site({"old.html": "site", "older.html": "site"})
    for name in ("pages/b.html", "older.html"):
        write_whole(tmp_path / name, "mine")
    with Outputs(tmp_path) as outputs:
        outputs.forget_all_but([])
        outputs.write_site({"index.html": "site"})
    assert contents(tmp_path).keys() == {"manifest.json", "index.html", "older.html", "pages/b.html"}


def test_the_sweep_takes_what_a_run_has_half_written_and_no_other_part(tmp_path: Path) -> None:
    with Outputs(tmp_path) as outputs:
        outputs.plan("", ["survey/a"], {})
        outputs.keep(product("start"), "key")
    own = ["pages/.start.html.x1y2.part", "notebooks/survey/.a.ipynb.q9.part", ".manifest.json.zz.part"]
    others = ["pages/.movie.mkv.part", ".download.iso.part", "deep/er/.start.html.x1.part", "pages/.start.html.part"]
    for name in (*own, *others):
        write_whole(tmp_path / name, "half")
    with Outputs(tmp_path):
        assert [name for name in (*own, *others) if (tmp_path / name).exists()] == others


def test_the_manifest_stands_there_before_the_first_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bool] = []
    write = OwnFiles.write

    def watched(files: OwnFiles, name: str, content: str | bytes) -> None:
        seen.append((tmp_path / "manifest.json").is_file())
        write(files, name, content)

    monkeypatch.setattr(OwnFiles, "write", watched)
    with Outputs(tmp_path) as outputs:
        outputs.plan("", [], {})
        outputs.write_site({"index.html": "site"})
    assert seen == [True]


@pytest.mark.parametrize("link", ["pages", "pages/survey", "results"])
def test_nothing_is_written_or_removed_through_a_link_that_leads_out(tmp_path: Path, link: str) -> None:
    out, elsewhere = tmp_path / "out", tmp_path / "elsewhere"
    for name in ("a.html", "survey/a.html", "trends.csv"):
        write_whole(elsewhere / name, "mine")
    pages = {"a": "mine", "survey/a": "mine"}
    entries = {page: {"title": "", "error": "", "files": [digest(text), ""]} for page, text in pages.items()}
    write_json(out / "manifest.json", {"format": 2, "pages": entries, "site": {"results/trends.csv": digest("mine")}})
    (out / link).parent.mkdir(parents=True, exist_ok=True)
    (out / link).symlink_to(elsewhere if link != "pages/survey" else elsewhere / "survey")
    with Outputs(out) as outputs:
        outputs.forget_all_but([])
        outputs.write_site({"index.html": "site"})
        page = "survey/a" if link != "results" else "x"
        if link == "results":
            with pytest.raises(FileExistsError, match="leads out of"):
                outputs.write_results({"results/trends.csv": "numbers"})
        else:
            with pytest.raises(FileExistsError, match="leads out of"):
                outputs.keep(product(page), "key")
    assert contents(elsewhere) == dict.fromkeys(("a.html", "survey/a.html", "trends.csv"), b"mine")


def test_a_link_under_a_name_of_a_run_is_put_aside_and_what_it_leads_to_is_left(tmp_path: Path) -> None:
    write_whole(tmp_path / "mine.html", "<p>")
    (tmp_path / "out" / "pages").mkdir(parents=True)
    (tmp_path / "out" / "pages" / "a.html").symlink_to(tmp_path / "mine.html")
    Outputs(tmp_path / "out").keep(product("a", html="new"), "key")
    assert (tmp_path / "mine.html").read_text() == "<p>"
    assert (tmp_path / "out" / "pages" / "a.html~").is_symlink()


# --- manifests of any kind -----------------------------------------------------------------------------------------

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
VICTIMS = ("victim.txt", "out/own.txt", "deep/victim.html")
STRANGE = st.sampled_from((
    "../victim.txt", "../../victim.txt", "x/../../victim.txt", "../deep/victim", "../../deep/victim",
    "link/victim.html", "n" * 300 + "/a", "n" * 5000 + "/a",
    "link/../victim.txt", "own.txt", "../own", "", ".", "..", "/", "~", "\0", "a\0b", "a" * 300, "C:\\x", "..\\own.txt",
))  # fmt: skip
ENTRY = st.fixed_dictionaries(
    {},
    optional={
        "title": JSON,
        "seconds": JSON | st.just(10**400),
        "error": JSON | st.just("bad"),
        "key": JSON,
        "files": JSON | st.just([digest("mine")] * 2),
        "failed": JSON | st.just([digest("mine")] * 2),
    },
)
DIGESTS = st.dictionaries(STRANGE, JSON | st.just(digest("mine")), max_size=4)
MANIFESTS = st.fixed_dictionaries(
    {"format": st.sampled_from([1, 2, 2, 2]) | JSON},
    optional={
        "pages": st.dictionaries(STRANGE, ENTRY | JSON, max_size=4) | JSON,
        "site": DIGESTS | JSON,
        "results": DIGESTS | JSON,
        "planned": st.fixed_dictionaries({}, optional={"inputs": JSON, "keys": DIGESTS | JSON}) | JSON,
    },
)


@unhurried
@given(MANIFESTS | JSON)
def test_no_manifest_touches_what_is_not_a_runs_own(tmp_path: Path, manifest: Any) -> None:
    for name in VICTIMS:
        write_whole(tmp_path / name, "mine")
    if not (tmp_path / "out" / "link").is_symlink():
        (tmp_path / "out" / "link").symlink_to(tmp_path / "deep")
    write_whole(tmp_path / "out" / "manifest.json", json.dumps(manifest))
    try:
        with Outputs(tmp_path / "out") as outputs:
            outputs.whole()
            outputs.planned("x")
            outputs.seconds("..")
            outputs.forget_all_but(["start"])
            outputs.write_site({"index.html": "site"})
    finally:
        # A file of the folder itself may go where the manifest has its very bytes: nothing else knows whose it is.
        assert [(tmp_path / name).read_text() for name in VICTIMS if name != "out/own.txt"] == ["mine"] * 2
    assert (tmp_path / "out" / "index.html").read_text() == "site"


TEXTS = {
    "truncated": '{"format": 2, "pages": ',
    "no object": "[]",
    "no format": '{"pages": {}}',
    "pages that are a list": '{"format": 2, "pages": []}',
    "a page that is a number": '{"format": 2, "pages": {"x": 5}}',
    "digests that are a text": '{"format": 2, "pages": {"x": {"files": "ab"}}}',
    "one digest": '{"format": 2, "pages": {"x": {"files": ["a"]}}}',
    "a site that is a list": '{"format": 2, "site": [1]}',
    "a plan that is a list": '{"format": 2, "planned": []}',
    "keys that are numbers": '{"format": 2, "planned": {"inputs": "", "keys": {"x": 1}}}',
    "seconds in words": '{"format": 2, "pages": {"x": {"seconds": "x"}}}',
    "no seconds": '{"format": 2, "pages": {"x": {"seconds": NaN}}}',
    "more seconds than floats": f'{{"format": 2, "pages": {{"x": {{"seconds": 1{400 * "0"}}}}}}}',
    "a later format": '{"format": 3}',
    "brackets without end": "[" * 100_000,
    "a number without end": "9" * 10_000,
    "no text": "\0",
}


def huge(path: Path) -> None:
    with path.open("wb") as stream:
        stream.truncate(2**36)


KINDS: dict[str, Callable[[Path], None]] = {
    "a folder": Path.mkdir,
    "a pipe": os.mkfifo,
    "a link": lambda path: path.symlink_to("/dev/zero"),
    "a file that is far too large": huge,
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_a_broken_manifest_is_no_manifest_and_the_folder_is_refused_in_a_sentence(tmp_path: Path, text: str) -> None:
    write_whole(tmp_path / "manifest.json", text)
    refused(tmp_path)


@pytest.mark.parametrize("make", KINDS.values(), ids=KINDS.keys())
def test_what_is_no_file_is_no_manifest_and_is_not_read(tmp_path: Path, make: Callable[[Path], None]) -> None:
    make(tmp_path / "manifest.json")
    refused(tmp_path)


def refused(folder: Path) -> None:
    with pytest.raises(ManifestError):
        read_manifest(folder)
    with pytest.raises(FileExistsError, match=r"is not empty and its manifest\.json is not that of a run \(it"):
        check_folder(folder, ROOT)


def test_a_manifest_of_an_earlier_format_says_what_is_a_runs_own_and_nothing_is_current(tmp_path: Path) -> None:
    with Outputs(tmp_path) as outputs:
        outputs.keep(product("start"), "key")
        outputs.write_site({"old.html": "site"})
    held = json.loads((tmp_path / "manifest.json").read_text())
    write_json(tmp_path / "manifest.json", held | {"format": 1})
    check_folder(tmp_path, ROOT)
    with Outputs(tmp_path) as outputs:
        assert not outputs.holds("start", "key")
        outputs.keep(product("start", html="new"), "key")
        outputs.write_site({"index.html": "site"})
    assert outputs.put_aside == ()
    assert not (tmp_path / "old.html").exists()
    assert Outputs(tmp_path).holds("start", "key")


@pytest.mark.parametrize("name", ["", "..", "../a", "/etc/passwd", "a/../../b", "a/..", "a\0", "a\\b", "link/a"])
def test_names_that_leave_the_folder_have_no_place_in_it(tmp_path: Path, name: str) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "link").symlink_to(tmp_path)
    assert inside(tmp_path / "out", name) is None


def test_a_name_in_the_folder_has_its_place_also_where_the_folder_is_reached_by_a_link(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "out")
    assert inside(tmp_path / "link", "pages/survey/a.html") == tmp_path / "link" / "pages" / "survey" / "a.html"

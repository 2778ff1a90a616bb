"""The cache: entries are found by content alone, and anything that is not what was written counts as not there."""

import multiprocessing
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.random import default_rng

from crosswave.memo import KEEP_VARIABLE, forget, remembered
from crosswave.reconstruct import reconstruct
from crosswave.reconstruct import survey as engine
from crosswave.robustness.calibration import grid
from crosswave.study import DataError, Registry, load_registry
from crosswave.study import loading as loading_module
from crosswave.study.cache import (
    FOLDER_VARIABLE,
    RESULTS,
    Store,
    _changed,
    _package_files,
    cache_folder,
    digest,
    keeping,
    package_digest,
    read_results,
    source_digest,
    why_unused,
)
from crosswave.study.documents import read_document
from crosswave.study.reading import LateSurveys, kept_document
from crosswave.trend.dispersion import measure_total_error, with_estimated_error
from crosswave.trend.settings import planned
from crosswave.trend.synthesis import assess_all

ROOT = Path(__file__).parents[1]
SURVEY = """id: a-2017
title: A
year: 2017
year_basis: fieldwork
population: p
sector: local
unit: person
publisher: H
sources: [{id: page, title: P, url: "https://example.org/p", kind: mirror}]
n: {printed: "61", value: 61, kind: exact}
questions:
  - id: q
    asks: What?
    about: what
    response: multi
    answers:
      - {id: yes, says: yes, printed: "74%", topic: other, sources: [page]}
"""


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cache"
    monkeypatch.setenv(FOLDER_VARIABLE, str(folder))
    return folder


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    (folder / "surveys").mkdir(parents=True)
    for name in ("study.yaml", "quantities.yaml", "plan.yaml"):
        (folder / name).write_bytes((ROOT / "data" / name).read_bytes())
    (folder / "context.csv").write_text((ROOT / "data" / "context.csv").read_text().splitlines()[0] + "\n")
    (folder / "claims.yaml").write_text("sources: []\nclaims: []\n")
    (folder / "constructs.yaml").write_text("constructs: []\n")
    for name in ("a-2017", "b-2018"):
        (folder / "surveys" / f"{name}.yaml").write_text(SURVEY.replace("a-2017", name))
    return folder


def entries(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".lock"]


# --- the store -----------------------------------------------------------------------------------------------------


def test_what_is_put_is_got_and_nothing_else() -> None:
    store = Store("words")
    assert store.get(digest("a")) is None
    store.put(digest("a"), b"one\ntwo")
    assert store.get(digest("a")) == b"one\ntwo"
    assert store.get(digest("b")) is None
    assert Store("numbers").get(digest("a")) is None


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=40), st.data())
def test_entry_with_any_byte_altered_or_cut_counts_as_not_there(content: bytes, draw: st.DataObject) -> None:
    store, key = Store("words"), digest(content)
    store.put(key, content)
    (path,) = entries(cache_folder() / "words" / key[:2])  # type: ignore[operator]
    whole = path.read_bytes()
    place = draw.draw(st.integers(0, len(whole) - 1))
    other = draw.draw(st.integers(1, 255))
    altered = whole[:place] + bytes([whole[place] ^ other]) + whole[place + 1 :]
    damaged = draw.draw(st.sampled_from([whole[:place], altered]))
    path.write_bytes(damaged)
    assert store.get(key) is None
    store.put(key, content)
    assert store.get(key) == content
    path.unlink()


def test_entry_under_another_name_counts_as_not_there(own_cache: Path) -> None:
    store = Store("words")
    store.put(digest("a"), b"of a")
    (path,) = entries(own_cache)
    foreign = path.parent.parent / digest("b")[:2] / digest("b")
    foreign.parent.mkdir(exist_ok=True)
    path.rename(foreign)
    assert store.get(digest("b")) is None


def test_borders_between_parts_count() -> None:
    assert digest("ab", "c") != digest("a", "bc")


def test_folder_is_the_users_own_and_can_be_named_or_switched_off(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert cache_folder() == tmp_path / "cache"
    monkeypatch.setenv(FOLDER_VARIABLE, "")
    assert cache_folder() is None
    Store("words").put("k", b"x")
    assert Store("words").get("k") is None
    monkeypatch.delenv(FOLDER_VARIABLE)
    if sys.platform != "win32":
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
        assert cache_folder() == tmp_path / "xdg" / "crosswave"
        Store("words").put(digest("a"), b"x")
        assert (tmp_path / "xdg" / "crosswave").stat().st_mode & 0o777 == 0o700


def test_folder_that_cannot_be_written_keeps_nothing_and_fails_nothing(own_cache: Path) -> None:
    own_cache.write_text("a file stands where the folder should be")
    Store("words").put("k", b"x")
    assert Store("words").get("k") is None
    with Store("words").alone("k"):
        pass


def test_old_entries_go(own_cache: Path) -> None:
    store = Store("words")
    for name in ("old", "new"):
        store.put(digest(name), b"x")
    os.utime(own_cache / "words" / digest("old")[:2] / digest("old"), (0, 0))
    assert store.prune(days=30) == 1
    assert (store.get(digest("old")), store.get(digest("new"))) == (None, b"x")


def _waits(folder: str, started: object, said: object) -> None:
    os.environ[FOLDER_VARIABLE] = folder
    started.set()  # type: ignore[attr-defined]
    with Store("words").alone("k"):
        said.put(Store("words").get("k"))  # type: ignore[attr-defined]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no locks of this kind")
def test_second_process_waits_for_the_first_and_finds_its_entry(own_cache: Path) -> None:
    context = multiprocessing.get_context("spawn")
    started, said = context.Event(), context.Queue()
    with Store("words").alone("k"):
        process = context.Process(target=_waits, args=(str(own_cache), started, said))
        process.start()
        assert started.wait(30)
        assert said.empty()
        Store("words").put("k", b"made once")
    assert said.get(timeout=30) == b"made once"
    process.join()


# --- parsed files --------------------------------------------------------------------------------------------------


def test_kept_document_is_what_reading_gives(data: Path) -> None:
    for path in sorted((ROOT / "data").glob("**/*.yaml"))[:30]:
        first, second = (kept_document(path, "x", Store("parsed")) for _ in range(2))
        read = read_document(path, "x")
        assert first.data == second.data == read.data
        assert {where: second.line(where) for where in read.lines} == read.lines


def test_file_with_faults_is_read_each_time(data: Path, own_cache: Path) -> None:
    path = data / "surveys" / "a-2017.yaml"
    path.write_text("id: a\nid: b\n")
    assert kept_document(path, "x", Store("parsed")).faults == kept_document(path, "x", Store("parsed")).faults != ()
    assert entries(own_cache) == []


def test_registry_is_checked_once_and_then_reads_only_the_survey_that_is_asked_for(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = load_registry(data)
    monkeypatch.setattr(loading_module, "read_folder", None)
    second = load_registry(data)
    assert isinstance(second.surveys, LateSurveys)
    (data / "surveys" / "b-2018.yaml").unlink()
    assert second.survey("a-2017") == first.survey("a-2017")
    assert (list(second.surveys), len(second.surveys)) == (["a-2017", "b-2018"], 2)


def test_late_registry_is_the_registry() -> None:
    first, second = load_registry(ROOT / "data"), load_registry(ROOT / "data")
    assert isinstance(second.surveys, LateSurveys)
    assert dict(second.surveys) == dict(first.surveys)
    assert list(second.findings) == list(first.findings)
    assert (second.plan, second.claims, second.constructs) == (first.plan, first.claims, first.constructs)


@pytest.mark.parametrize("name", ["surveys/a-2017.yaml", "constructs.yaml", "surveys/c.yml"])
def test_any_altered_byte_has_the_folder_checked_again(data: Path, name: str) -> None:
    load_registry(data)
    with (data / name).open("a") as stream:
        stream.write("nonsense: 1\n")
    with pytest.raises(DataError):
        load_registry(data)


def test_survey_that_was_spoilt_after_the_check_is_told_when_it_is_read(data: Path) -> None:
    load_registry(data)
    late = load_registry(data)
    (data / "surveys" / "a-2017.yaml").write_text("id: a-2017\n")
    with pytest.raises(DataError, match="key title is missing"):
        late.survey("a-2017")


def test_survey_that_refers_to_nothing_since_the_check_is_told_when_it_is_read(data: Path) -> None:
    load_registry(data)
    late, path = load_registry(data), data / "surveys" / "a-2017.yaml"
    path.write_text(path.read_text().replace("sources: [page]", "sources: [leaf]"))
    with pytest.raises(DataError, match="leaf"):
        late.survey("a-2017")


def test_damaged_entries_are_made_anew(data: Path, own_cache: Path) -> None:
    load_registry(data)
    for path in entries(own_cache):
        path.write_bytes(b"damaged")
    assert not isinstance(load_registry(data).surveys, LateSurveys)
    assert isinstance(load_registry(data).surveys, LateSurveys)


# --- results ---------------------------------------------------------------------------------------------------------


def anew(*content: str, make: Callable[[], object]) -> object:
    """What a new program would have."""
    forget()
    read_results()
    return remembered(make, *content)


@pytest.fixture(autouse=True)
def nothing_remembered(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Each test begins with nothing known, and with code that is no older than the package, which may be at work."""
    monkeypatch.setattr("crosswave.study.cache._BEGUN", time.time_ns())
    forget()
    yield
    forget()


def test_reconstruction_is_computed_once_for_each_content(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    registry, seen = load_registry(data), []
    made = engine._solved

    def counted(survey, registry, retract):  # type: ignore[no-untyped-def]
        seen.append(survey.id)
        return made(survey, registry, retract)

    monkeypatch.setattr(engine, "_solved", counted)
    wave = registry.survey("a-2017")
    with keeping():
        results = [reconstruct(wave, registry) for _ in range(3)]
        assert seen == ["a-2017"]
        assert results[0] == results[1] == results[2] == made(wave, registry, ())
        forget()
        read_results()
        assert reconstruct(wave, registry) == results[0]
        assert seen == ["a-2017"]
        reconstruct(wave.model_copy(update={"year": 2019}), registry)
        reconstruct(wave, registry, retract=results[0].assumptions[:1])
        assert len(seen) == 3
    assert os.environ[KEEP_VARIABLE] == "0"
    reconstruct(wave, registry)
    assert len(seen) == 4


def test_what_is_kept_and_cannot_be_read_is_computed_anew(own_cache: Path) -> None:
    made = iter(range(9))
    with keeping():
        assert anew("a", make=lambda: next(made)) == 0
        (path,) = entries(own_cache / RESULTS)
        Store(RESULTS).put(path.name, b"no pickle")
        assert [anew("a", make=lambda: next(made)) for _ in range(2)] == [1, 1]


def test_result_is_made_once_for_each_content_and_never_where_all_is_computed() -> None:
    made = iter(range(9))
    assert [remembered(lambda: next(made), "a") for _ in range(2)] == [0, 1]
    with keeping():
        assert [remembered(lambda: next(made), *content) for content in ("a", "a", "b", "a", ("a", "b"))] == [
            2,
            2,
            3,
            2,
            4,
        ]


def test_result_that_makes_sense_in_one_program_does_not_outlive_it(own_cache: Path) -> None:
    with keeping():
        assert [remembered(lambda: 1, "a", outlives=False) for _ in range(2)] == [1, 1]
    assert entries(own_cache) == []


def test_results_are_read_and_never_kept_by_hand(own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = iter(range(9))
    with keeping():
        anew("of a run", make=lambda: next(made))
    monkeypatch.delenv(KEEP_VARIABLE)
    assert anew("of a run", make=lambda: next(made)) == 0
    assert [anew("by hand", make=lambda: next(made)) for _ in range(2)] == [1, 2]
    monkeypatch.setenv(KEEP_VARIABLE, "0")
    assert anew("of a run", make=lambda: next(made)) == 3
    assert len(entries(own_cache / RESULTS)) == 1


def test_other_source_has_other_results(own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = iter(range(9))
    with keeping():
        anew("a", make=lambda: next(made))
        monkeypatch.setattr("crosswave.study.cache.package_digest", lambda: "edited")
        assert [anew("a", make=lambda: next(made)) for _ in range(2)] == [1, 1]
    assert len(entries(own_cache / RESULTS)) == 2


def test_the_digest_of_the_package_is_that_of_all_its_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def found() -> str:
        package_digest.cache_clear()
        _package_files.cache_clear()
        return package_digest()

    try:
        monkeypatch.setattr("crosswave.study.cache.PACKAGE", tmp_path)
        digests = [found()]
        for name in ("a.py", "templates/page.html"):
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_text("x", encoding="utf-8")
            digests.append(found())
        (tmp_path / "__pycache__").mkdir()
        (tmp_path / "__pycache__" / "a.pyc").write_text("x", encoding="utf-8")
        assert found() == digests[-1]
        assert len(set(digests)) == 3
    finally:
        monkeypatch.undo()
        found()


def test_process_whose_code_is_older_than_its_files_neither_reads_nor_keeps(
    own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = iter(range(9))
    with keeping():
        assert [anew("a", make=lambda: next(made)) for _ in range(2)] == [0, 0]
        with monkeypatch.context() as edited:
            edited.setattr("crosswave.study.cache._BEGUN", 0)
            assert [anew(content, make=lambda: next(made)) for content in "aab"] == [1, 2, 3]
        assert anew("a", make=lambda: next(made)) == 0
    assert len(entries(own_cache / RESULTS)) == 1


def test_a_file_that_is_written_or_removed_after_the_import_is_seen(tmp_path: Path) -> None:
    file = tmp_path / "module.py"
    file.write_text("", encoding="utf-8")
    os.utime(file, (0, 0))
    assert _changed(file) > 10**18  # whatever time the writer gives it
    file.unlink()
    assert _changed(file) >= time.time_ns() - 10**10


@pytest.fixture
def barriers(registry: Registry) -> Registry:
    """The registry with a tenth of its constructs and the surveys behind them."""
    constructs = {name: one for name, one in registry.constructs.items() if name.startswith("barrier-")}
    named = {answer.finding.split(".")[0] for one in constructs.values() for answer in one.answers}
    surveys = {name: registry.survey(name) for name in registry.surveys if name in named}
    return replace(registry, constructs=constructs, surveys=surveys)


@pytest.mark.thorough
def test_kept_results_are_those_that_are_computed(barriers: Registry, reconstructions: Any) -> None:
    registry = barriers
    settings = planned(with_estimated_error(registry, reconstructions).plan)

    def results() -> list[str]:
        dice, resolved = default_rng(1), with_estimated_error(registry, reconstructions)
        cases = grid(resolved.plan, dice, sizes=(100,), worlds=50)
        trends = assess_all(resolved, reconstructions, settings)
        return [
            repr(resolved.plan),
            repr([trend.comparison for trend in trends.values()]),
            repr(measure_total_error(registry, reconstructions, alpha=0.1)),
            cases.to_csv() + repr(dice.random()),  # the source of chance is left where it would be
        ]

    computed = results()
    with keeping():
        assert results() == computed
        assert results() == computed
        forget()
        read_results()
        assert results() == computed
    assert len(entries(cache_folder() / RESULTS)) == 3  # type: ignore[operator]


@pytest.mark.thorough
def test_trends_of_one_set_of_reconstructions_are_never_given_for_another(
    barriers: Registry, reconstructions: Any
) -> None:
    registry = barriers
    settings, plan = planned(registry.plan), with_estimated_error(registry, reconstructions)
    wave = registry.survey("igov-2017")
    other = {**reconstructions, wave.id: reconstruct(wave, registry, retract=reconstructions[wave.id].assumptions[:1])}
    computed = [repr(assess_all(plan, one, settings)["barrier-culture"]) for one in (reconstructions, other)]
    with keeping():
        found = [repr(assess_all(plan, one, settings)["barrier-culture"]) for one in (reconstructions, other)]
    assert found == computed


# --- a cache that others can write --------------------------------------------------------------------------------

NOBODY = 65534
only_for_owners = pytest.mark.skipif(not hasattr(os, "getuid"), reason="Windows has no owners of this kind")
only_for_root = pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="only root gives files away")


def given_away(path: Path) -> None:
    os.chown(path, NOBODY, NOBODY)


OPENED: dict[str, Callable[[Path], None]] = {
    "everybody writes": lambda folder: folder.chmod(0o777),
    "everybody writes, owners rename": lambda folder: folder.chmod(0o1777),
    "the group writes": lambda folder: folder.chmod(0o770),
    "everybody renames above": lambda folder: folder.parent.chmod(0o777),
    "everybody renames two above": lambda folder: folder.parents[1].chmod(0o777),
}


@pytest.fixture
def deep_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache with an entry, three folders deep, so that one above can be opened."""
    folder = tmp_path / "one" / "two" / "cache"
    monkeypatch.setenv(FOLDER_VARIABLE, str(folder))
    Store("words").put(digest("k"), b"x")
    assert Store("words").get(digest("k")) == b"x"
    return folder


def unused(folder: Path) -> None:
    assert Store("words").get(digest("k")) is None
    before = sorted(folder.rglob("*"))
    Store("words").put(digest("l"), b"y")
    with Store("words").alone(digest("l")):
        pass
    assert Store("words").prune(days=-1) == 0
    assert sorted(folder.rglob("*")) == before


@only_for_owners
@pytest.mark.parametrize("change", OPENED.values(), ids=OPENED.keys())
def test_a_folder_that_others_can_write_is_not_used(deep_cache: Path, change: Callable[[Path], None]) -> None:
    change(deep_cache)
    assert why_unused()
    unused(deep_cache)


@only_for_root
def test_a_folder_of_another_user_is_not_used_whoever_the_user_is(deep_cache: Path) -> None:
    given_away(deep_cache)
    assert why_unused() == f"{deep_cache} belongs to user {NOBODY}, not to user 0"
    unused(deep_cache)


@only_for_owners
def test_a_folder_that_a_link_leads_to_is_looked_at_where_it_is(
    deep_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "link").symlink_to(deep_cache)
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "link"))
    assert Store("words").get(digest("k")) == b"x"
    deep_cache.parent.chmod(0o777)
    unused(deep_cache)


@only_for_owners
def test_a_folder_above_that_everybody_writes_does_where_only_owners_rename(deep_cache: Path) -> None:
    deep_cache.parent.chmod(0o1777)
    assert why_unused() == ""
    assert Store("words").get(digest("k")) == b"x"


@only_for_owners
@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_an_entry_that_others_can_write_is_not_read(deep_cache: Path, mode: int) -> None:
    entry = deep_cache / "words" / digest("k")[:2] / digest("k")
    entry.chmod(mode)
    assert Store("words").get(digest("k")) is None
    entry.chmod(0o644)
    assert Store("words").get(digest("k")) == b"x"


@only_for_root
def test_an_entry_of_another_user_is_not_read_and_nothing_is_unpickled(
    deep_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEEP_VARIABLE, "1")
    assert anew("content", make=lambda: "made") == "made"
    for entry in (path for path in deep_cache.rglob("*") if path.is_file()):
        given_away(entry)
    forget()
    monkeypatch.setattr("crosswave.study.cache.pickle.loads", lambda content: pytest.fail("unpickled"))
    assert anew("content", make=lambda: "made again") == "made again"


@only_for_owners
def test_a_pipe_in_place_of_an_entry_is_not_waited_for(deep_cache: Path) -> None:
    entry = deep_cache / "words" / digest("k")[:2] / digest("k")
    entry.unlink()
    os.mkfifo(entry)
    assert Store("words").get(digest("k")) is None


@only_for_owners
def test_a_command_says_once_that_nothing_is_kept(deep_cache: Path) -> None:
    deep_cache.chmod(0o777)
    asked = [sys.executable, "-m", "crosswave", "counts", "73%", "--n", "60"]
    done = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stderr == (
        f"crosswave: nothing is kept, and nothing kept is read: others may write {deep_cache} "
        "(mode 777; chmod go-w closes it)\n"
    )


def test_old_files_that_are_no_entries_stay(own_cache: Path) -> None:
    Store("words").put(digest("old"), b"x")
    mine = ["notes.txt", "ab/notes.txt", "deep/er/notes.txt", ".hidden.part", "abc.lock"]
    for name in mine:
        (own_cache / "words" / name).parent.mkdir(parents=True, exist_ok=True)
        (own_cache / "words" / name).write_text("mine")
    assert Store("words").prune(days=-1) == 1
    assert all((own_cache / "words" / name).is_file() for name in mine)


def test_a_result_made_from_another_waits_for_no_lock_of_its_own(tmp_path: Path) -> None:
    """Two entries whose names begin alike share a lock: made inside each other, they would wait for ever."""
    store, made = Store("results", tmp_path), []
    with store.alone("ab" + "0" * 62), store.alone("ab" + "1" * 62), store.alone("cd" + "0" * 62):
        made.append(True)
    assert made == [True]
    with store.alone("ab" + "0" * 62):  # the lock is free again, and is waited for once nothing is held
        made.append(True)
    assert len(made) == 2


BESIDE = """
import os, sys, time
from crosswave.memo import remembered
from crosswave.reconstruct import forks
from crosswave.study.cache import keeping

forks.default_jobs = lambda: int(sys.argv[1])
with keeping():
    with forks.beside(lambda: [remembered(os.getpid, "maker"), time.sleep(float(sys.argv[2]))]):
        if float(sys.argv[2]):
            os._exit(0)
    print(remembered(os.getpid, "maker") == os.getpid())
"""


@pytest.mark.parametrize(("jobs", "seconds", "printed"), [("2", "0", "False"), ("1", "0", "True"), ("2", "60", "")])
def test_a_fork_beside_leaves_what_it_makes_and_ends_with_its_parent(
    own_cache: Path, jobs: str, seconds: str, printed: str
) -> None:
    """The fork has the stream of its parent too: the run returns once both are gone."""
    command = [sys.executable, "-c", BESIDE, jobs, seconds]
    done = subprocess.run(command, env={**os.environ, KEEP_VARIABLE: "1"}, capture_output=True, text=True, timeout=30)
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, printed, "")


def test_the_digest_of_sources_is_that_of_every_folder_below(tmp_path: Path) -> None:
    """What was read is kept under it: the models of files are in a folder of their own."""
    (tmp_path / "models").mkdir()
    found = set()
    for text in ("a = 1", "a = 2"):
        (tmp_path / "models" / "survey.py").write_text(text)
        source_digest.cache_clear()
        found.add(source_digest(tmp_path))
    assert len(found) == 2


def test_forks_that_make_many_things_end_with_their_parent() -> None:
    """They have the stream of their parent too: the run returns once all are gone."""
    script = (
        "import os, signal, time; from crosswave.reconstruct.forks import made_in_forks; "
        "signal.signal(signal.SIGALRM, lambda *_: os._exit(3)); signal.setitimer(signal.ITIMER_REAL, 0.5); "
        "made_in_forks(lambda name: time.sleep(60), ['a', 'b'], 2)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=30)
    assert (done.returncode, done.stderr) == (3, "")

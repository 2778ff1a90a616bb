"""Data files with faults, loaded in this process: what is wrong is told, what passes is judged, no more happens."""

from __future__ import annotations

import io
import os
import shutil
import signal
import sys
import tempfile
import traceback
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import yaml
from rich.console import Console

from campaign.mutation import broken
from campaign.oracle import misjudged, true_survey
from crosswave.memo import forget
from crosswave.reconstruct import reconstruct
from crosswave.reconstruct.effort import at_most
from crosswave.report.cards import card
from crosswave.study.cache import FOLDER_VARIABLE
from crosswave.study.faults import DataError
from crosswave.study.loading import WARN_VARIABLE, load_evidence, load_registry
from crosswave.study.models import Survey
from crosswave.study.registry import Registry
from test_registry import DATA, write_folder

SECONDS = 10
"""Nothing takes more of the processor's time, or it hangs; nor does anything wait sixty times as long."""

_UNITS = 0.1
"""Of the work that a reconstruction may be: that it ends in time is asked of all, and of none that it is solved."""

_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_watched: dict[str, Any] = {"inside": None, "outside": []}


_AT_ONCE = 6
"""Broken surveys in a folder: what all share is then read once for several."""


class WrongError(Exception):
    """What a case came to that must not be."""


class TooLongError(BaseException):
    """A case did not end; no handler of the package catches it."""


def _event(name: str, given: tuple[Any, ...]) -> None:
    """What this process asks of the system, as Python's audit hooks tell it: files changed, programs, connections."""
    if _watched["inside"] is None:
        return
    changes = {"os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.symlink", "os.link", "os.chmod", "os.truncate"}
    if (name == "open" and (given[2] or 0) & _WRITES) or name in changes:
        path = os.path.abspath(os.fsdecode(given[0])) if isinstance(given[0], str | bytes | os.PathLike) else ""
        if path and not (path + os.sep).startswith(_watched["inside"]) and path != os.devnull:
            _watched["outside"].append(f"{name} {path}")
    elif name == "subprocess.Popen" and given[0] == "fc-list":  # by which matplotlib finds fonts
        return
    elif name in (
        "os.system",
        "os.exec",
        "subprocess.Popen",
        "os.posix_spawn",
        "os.fork",
        "socket.connect",
        "pty.spawn",
    ):
        _watched["outside"].append(f"{name} {given!r}"[:200])


def outside() -> list[str]:
    """Return what was changed or started outside the watched folder since this was asked last."""
    found, _watched["outside"] = _watched["outside"], []
    return found


@contextmanager
def watched() -> Iterator[Path]:
    """Give a folder, and afterwards fail where anything outside it was changed or started, or a case took too long."""
    if not _watched.get("hooked"):
        import matplotlib.font_manager  # makes the folder of its settings and its list of fonts where there are none

        matplotlib.get_configdir()
        sys.addaudithook(_event)
        _watched["hooked"] = True

    def stop(number: int, _: object) -> None:
        raise TooLongError(
            f"over {SECONDS} s of work" if number == signal.SIGPROF else "it waits, or hardly gets to work"
        )

    # Not below a folder of others: the cache would not trust it.
    folder = Path(tempfile.mkdtemp(prefix="crosswave-campaign-"))
    before = os.environ.get(FOLDER_VARIABLE), os.getcwd()
    handlers = {one: signal.signal(one, stop) for one in (signal.SIGALRM, signal.SIGPROF)}
    os.environ[WARN_VARIABLE] = "0"
    os.environ[FOLDER_VARIABLE] = str(folder / "cache")
    os.chdir(folder)
    tempfile.tempdir = str(folder)
    _watched.update(inside=str(folder) + os.sep, outside=[])
    try:
        yield folder
    finally:
        _watched["inside"] = None
        for one, handler in handlers.items():
            signal.signal(one, handler)
        os.chdir(before[1])
        tempfile.tempdir = None
        os.environ.pop(FOLDER_VARIABLE)
        os.environ |= {FOLDER_VARIABLE: before[0]} if before[0] is not None else {}
        shutil.rmtree(folder)


@contextmanager
def bounded() -> Iterator[None]:
    """Let a case take so many seconds."""
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    signal.setitimer(signal.ITIMER_REAL, 60 * SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)


def material() -> dict[str, str]:
    """Return the files that are broken, by their names in a folder: small surveys of the evidence among them."""
    quantities = yaml.load((DATA / "quantities.yaml").read_text(encoding="utf-8"), yaml.CBaseLoader)
    quantities["phrases"] = quantities["phrases"][:12]  # all of them take a tenth of a second to check
    for phrase in quantities["phrases"]:
        phrase.pop("seen", None)
    held = {"quantities.yaml": yaml.dump(quantities, Dumper=yaml.CSafeDumper, sort_keys=False)}
    small = [
        path for path in sorted(DATA.glob("s*/*.yaml")) if path.stat().st_size < 8_000 and path.parent.name != "schema"
    ]
    held |= {f"{path.parent.name}/{path.name}": path.read_text(encoding="utf-8") for path in small}
    held["batteries.yaml"] = (
        "items: [{id: a, label: A}, {id: b, label: B}]\nbatteries:\n  - question: demo-2019.plan\n    stem: x\n"
        "    choices: any\n    comparable: true\n    answers: {yes: a, no: b}\n"
    )
    return held


@dataclass(frozen=True)
class Failure:
    """A case that ended wrong: how to make it again, what was read, and what came of it."""

    case: str
    name: str
    content: bytes
    words: str


def prepared(folder: Path) -> tuple[Path, dict[str, str]]:
    """Return a data folder that is right, and the texts of its files."""
    place, texts = write_folder(folder / "data"), material()
    (place / "series").mkdir()
    for name in ("quantities.yaml", "batteries.yaml"):
        (place / name).write_text(texts[name], encoding="utf-8")
    return place, {
        path.relative_to(place).as_posix(): path.read_text() for path in place.rglob("*.*") if path.is_file()
    }


def cases(seed: int, number: int) -> tuple[Counter[str], list[Failure]]:
    """Load folders of some broken files each, as a seed has them; return how they ended, and all that went wrong."""
    random, ended, failures = Random(seed), Counter[str](), list[Failure]()
    with watched() as folder:
        place, whole = prepared(folder)
        texts = material() | whole
        surveys = [name for name in texts if name.startswith(("surveys", "series"))]
        shared = sorted(texts.keys() - set(surveys))
        while ended.total() < number:
            names = random.sample(surveys, _AT_ONCE) + random.sample(shared, random.random() < 0.4)
            case = {name: broken(name, texts, random) for name in names}
            shown = random.random()
            try:
                ended += loaded(place, case, whole, shown)[0]
            except WrongError as several:
                found = list(_alone(place, case, whole, shown, seed))
                failures += found or [Failure(f"data {seed}", " ".join(names), b"", str(several))]
                ended["wrong"] += len(names)
            forget()
    return ended, failures


def _alone(
    place: Path, case: Mapping[str, bytes], whole: Mapping[str, str], shown: float, seed: int
) -> Iterator[Failure]:
    """The files of a case that are wrong by themselves."""
    for name, content in case.items():
        try:
            loaded(place, {name: content}, whole, shown)
        except WrongError as wrong:
            yield Failure(f"data {seed}", name, content, str(wrong))


def loaded(
    place: Path, case: Mapping[str, bytes], whole: Mapping[str, str], shown: float
) -> tuple[Counter[str], list[str]]:
    """Load a folder with these files in it, and judge what passes; raise `WrongError` where that is wrong."""
    for name, content in case.items():
        (place / name).write_bytes(content)
    ended = Counter[str]()
    try:
        with bounded(), at_most(_UNITS):
            try:
                registry = load_evidence(place)
                faults = list(registry.faults)
            except DataError as error:
                registry, faults = None, list(error.faults)
            told = [str(fault) for fault in faults]
            assert registry or told, "nothing is told"
            assert all(len(one.encode()) < 2_000 for one in told), "a fault of 2,000 characters"
            for name in case:
                ended["told" if any(fault.path.endswith(name) for fault in faults) else "passed"] += 1
            if registry:
                judged(registry, [name for name in registry.surveys if name != "demo-2019" or shown < 0.1][:8])
                ids = sorted([*registry.surveys, *registry.constructs, *registry.series])
                if shown < 0.3:
                    chosen = ids[int(shown / 0.3 * len(ids))]
                    Console(file=io.StringIO(), force_jupyter=False).print(card(chosen, registry))
    except (Exception, TooLongError) as error:
        raise WrongError("".join(traceback.format_exception(error, limit=-8))) from None
    finally:
        for name in case:
            if name in whole:
                (place / name).write_text(whole[name], encoding="utf-8")
            else:
                (place / name).unlink()
    if found := outside():
        raise WrongError("\n".join(found))
    return ended, told


def judged(registry: Registry, names: Iterable[str]) -> None:
    """Reconstruct surveys, and hold what is called consistent against all whole numbers."""
    for name in names:
        survey = registry.survey(name)
        found = reconstruct(survey, registry)
        levels = {one.finding_id: one.level for one in found.findings.values()}
        wrong = list(misjudged(survey, levels))
        assert not wrong, wrong


def true_cases(seed: int, number: int) -> tuple[Counter[str], list[Failure]]:
    """Reconstruct surveys that were printed from counts: these counts have to be among those that are found."""
    random, ended, failures = Random(seed), Counter[str](), list[Failure]()
    with watched() as folder:
        place = write_folder(folder / "data")
        rules = load_registry(place)
        for case in range(number):
            text, truth = true_survey(random)
            survey = Survey.model_validate(yaml.load(text, yaml.CBaseLoader))
            try:
                with bounded(), at_most(_UNITS):
                    found = reconstruct(survey, rules).findings
                for name, (count, base) in truth.items():
                    one = found[name]
                    held = (one.count_low or 0) <= count <= (one.count_high or 0) and (
                        (one.base_low or 0) <= base <= (one.base_high or 0) and (not one.values or count in one.values)
                    )
                    told = f"{name}: {count} of {base} prints {one.reason}"
                    assert one.level in ("consistent", "bounded", "not-solved"), f"{told}; the level is {one.level}"
                    assert held or one.level != "consistent", f"{told}; {one.count_low} to {one.count_high}"
                ended[max(one.level for one in found.values())] += 1
            except (Exception, TooLongError) as error:
                ended["wrong"] += 1
                failures.append(Failure(f"true {seed} {case}", "surveys/true-2019.yaml", text.encode(), repr(error)))
            forget()
    return ended, failures

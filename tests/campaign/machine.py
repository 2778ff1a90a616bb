"""Faults of the machine while a study is run: `cd tests && python -m campaign.machine` prints what became of each.

A study of two surveys is made, and run once as it should be. Then each fault: no traceback is printed, files of others
are as before, nothing is half-written, the same command without the fault gives the same bytes, and no file, folder or
process stays behind. File systems that are full need the rights of root.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

RUN = ("run", "--survey", "library-2019", "--force")
SOURCE = Path(__file__).resolve().parents[2] / "src"
COMMANDS: tuple[tuple[str, ...], ...] = (
    ("--help",), ("check",), ("list", "findings"), ("show", "library-2019"), ("show", "library-use"), RUN,
    ("counts", "58% of 235"), ("compare", "58% of 235", "53% of 232"), ("explain", "newcombe"),
    ("import", "sheet.csv", "--preview"), ("tabulate", "people.csv"), ("new", "poll-2030"), ("init", "other"),
    ("reconstruct", "library-2019", "--out", "drawn"),
)  # fmt: skip


@dataclass
class Place:
    """A study, with a home, a folder for temporary files and a cache of its own."""

    root: Path
    times: list[float]
    random: Random
    token: str = field(default_factory=lambda: uuid.uuid4().hex)

    def __post_init__(self) -> None:
        for name in ("home", "tmp"):
            (self.root / name).mkdir(exist_ok=True)
        self.study, self.out, self.cache = self.root / "study", self.root / "study" / "reports", self.root / "cache"

    @property
    def variables(self) -> dict[str, str]:
        """The environment of its commands, by which its processes are known, too."""
        own = {"HOME": str(self.root / "home"), "TMPDIR": str(self.root / "tmp"), "PYTHONPATH": str(SOURCE),
               "CROSSWAVE_CACHE": str(self.cache), "CROSSWAVE_CAMPAIGN": self.token}  # fmt: skip
        return {key: value for key, value in os.environ.items() if not key.startswith("XDG_")} | own

    def start(self, *words: str, limits: Sequence[tuple[int, int]] = (), **options: object) -> subprocess.Popen[bytes]:
        """Start a command, with limits of the system if any, and none of the signals ignored."""

        def limited() -> None:
            for number in (signal.SIGINT, signal.SIGQUIT):  # which a shell has what it starts in the background ignore
                signal.signal(number, signal.SIG_DFL)
            for which, most in limits:
                resource.setrlimit(which, (most, most))

        given = {
            "cwd": self.study,
            "env": self.variables,
            "stdout": subprocess.PIPE,
            "stderr": subprocess.STDOUT,
            **options,
        }
        command = [sys.executable, "-m", "crosswave", *words]
        return subprocess.Popen(command, preexec_fn=limited, start_new_session=True, **given)  # type: ignore[call-overload]

    def run(self, *words: str, **options: object) -> tuple[int, str]:
        """Run a command, and return its status and what it printed."""
        done = self.start(*words, **options)  # type: ignore[arg-type]
        text = done.communicate(timeout=600)[0] or b""
        return done.returncode, text.decode(errors="replace")

    def made(self) -> dict[str, bytes]:
        """The files of the site, but for the record of a run."""
        found = (path for path in self.out.rglob("*") if path.is_file() and path.name not in ("manifest.json", ".lock"))
        return {path.relative_to(self.out).as_posix(): path.read_bytes() for path in found}

    def processes(self) -> list[int]:
        """The processes that have the token of this place in their environment."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if self.token.encode() in (folder / "environ").read_bytes():
                    found.append(int(folder.name))
        return found


Outcome = tuple[int, str]
Try = Callable[[Place], Outcome]


@contextmanager
def small_disk(at: Path, options: str) -> Iterator[None]:
    """A file system of its own in a folder, in place of what stands there."""
    at.mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "campaign", at], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", at], check=True)


def on_small_disk(name: str, options: str) -> Try:
    """Run where one of the folders has next to no room."""

    def tried(place: Place) -> Outcome:
        with small_disk(place.root / name, options):
            return place.run(*RUN)

    return tried


def after(number: signal.Signals) -> Try:
    """Run until a signal comes, each time at another stage."""

    def tried(place: Place) -> Outcome:
        running = place.start(*RUN)
        with suppress(subprocess.TimeoutExpired):
            running.communicate(timeout=place.times[0] * place.random.uniform(0.05, 0.95))
        with suppress(ProcessLookupError):
            os.kill(running.pid, number)
        text = running.communicate(timeout=600)[0]
        return running.returncode, text.decode(errors="replace")

    return tried


def limited(which: int, most: int) -> Try:
    """Run with less than is needed of something."""
    return lambda place: place.run(*RUN, limits=[(which, most)])


def torn_cache(place: Place) -> Outcome:
    """Entries that were cut, changed or emptied."""
    for path in [path for path in place.cache.rglob("*") if path.is_file() and path.suffix != ".lock"]:
        content = bytearray(path.read_bytes())
        if content:
            content[place.random.randrange(len(content))] ^= 0x55
        path.write_bytes(place.random.choice((b"", bytes(content[: len(content) // 2]), bytes(content))))
    return place.run(*RUN)


def torn_manifest(place: Place) -> Outcome:
    """No run leaves one, so the folder may be somebody's: it is refused as it is, until the record is back."""
    manifest = place.out / "manifest.json"
    content = manifest.read_bytes()
    manifest.write_bytes(content[: place.random.randrange(len(content))])
    before, ended = place.made(), place.run(*RUN)
    assert ended[0] == 1 and place.made() == before, ended
    manifest.write_bytes(content)
    return ended


def clock_set_back(place: Place) -> Outcome:
    """All files are of tomorrow."""
    for path in [*place.study.rglob("*"), *place.cache.rglob("*")]:
        os.utime(path, (time.time() + 86_400,) * 2)
    return place.run(*RUN)


def two_at_once(place: Place) -> Outcome:
    first, (status, text) = place.start(*RUN), place.run(*RUN)
    told = (first.communicate(timeout=600)[0] or b"").decode(errors="replace")
    ended = sorted((first.returncode, status))
    assert ended in ([0, 1], [0, 0]), (ended, told, text)
    return max(ended), text if status else told


def printed_to(place: Place, output: Callable[[], int]) -> Outcome:
    """Every command with an output that takes nothing."""
    told = []
    for words in COMMANDS:
        taken = output()
        running = place.start(*words, stdout=taken, stderr=subprocess.PIPE)
        os.close(taken)
        text = running.communicate(timeout=600)[1].decode(errors="replace")
        told.append(f"{words[0]} {running.returncode}: {text.strip()}")
        assert running.returncode in (0, 1) and len(text.splitlines()) < 4 and "Errno" not in text, told[-1]
        shutil.rmtree(place.study / "other", ignore_errors=True)
        shutil.rmtree(place.study / "drawn", ignore_errors=True)
        (place.study / "data" / "surveys" / "poll-2030.yaml").unlink(missing_ok=True)
    return 1, told[5].partition(": ")[2]


def nowhere_to_print(place: Place) -> Outcome:
    """The output is a disk without room."""
    return printed_to(place, lambda: os.open("/dev/full", os.O_WRONLY))


def nobody_reads(place: Place) -> Outcome:
    """The output is a pipe whose other end is closed, as `head` does when it has what it wants."""

    def closed() -> int:
        read, write = os.pipe()
        os.close(read)
        return write

    return printed_to(place, closed)


def read_only_source(place: Place) -> Outcome:
    """A study that cannot be written, and pages that go elsewhere."""
    subprocess.run(["mount", "--bind", place.study, place.study], check=True)
    try:
        subprocess.run(["mount", "-o", "remount,bind,ro", place.study], check=True)
        elsewhere = place.run(*RUN, "--out", str(place.root / "elsewhere"))
        assert elsewhere[0] == 0, elsewhere
        shutil.rmtree(place.root / "elsewhere")
        return place.run(*RUN)
    finally:
        subprocess.run(["umount", "--lazy", place.study], check=True)


def missing(name: str) -> Try:
    """Run without a folder that is thought to be there."""

    def tried(place: Place) -> Outcome:
        shutil.rmtree(place.root / name)
        try:
            return place.run(*RUN)
        finally:
            (place.root / name).mkdir(exist_ok=True)

    return tried


FAULTS: dict[str, tuple[str, Try]] = {
    "kill -9 at any stage": ("nothing left, rerun right", after(signal.SIGKILL)),
    "SIGINT at any stage": ("130, nothing said of what is kept", after(signal.SIGINT)),
    "SIGTERM at any stage": ("143", after(signal.SIGTERM)),
    "SIGHUP at any stage": ("129", after(signal.SIGHUP)),
    "SIGQUIT at any stage": ("left a folder until the next run", after(signal.SIGQUIT)),
    "HOME without room": ("every page failed, the reason misled", on_small_disk("home", "nr_inodes=1")),
    "TMPDIR without room": ("pages made", on_small_disk("tmp", "nr_inodes=1")),
    "TMPDIR of 64 kB": ("not tried", on_small_disk("tmp", "size=64k")),
    "cache without room": ("pages made", on_small_disk("cache", "nr_inodes=1")),
    "--out of 100 kB": ("a sentence, no .part", on_small_disk("study/reports", "size=100k")),
    "TMPDIR is not there": ("pages made", missing("tmp")),
    "HOME is not there": ("left folders in TMPDIR", missing("home")),
    "torn cache": ("made again, same bytes", torn_cache),
    "torn manifest": ("made again; another shape: a traceback", torn_manifest),
    "clock set back a day": ("cache unused, without a word", clock_set_back),
    "two runs at once": ("the second is told", two_at_once),
    "ulimit -n 64": ("ZMQError without advice", limited(resource.RLIMIT_NOFILE, 64)),
    "ulimit -v 1500000": ("pages made", limited(resource.RLIMIT_AS, 1_500_000 * 1024)),
    "ulimit -v 700000": ("'the environment is half made'", limited(resource.RLIMIT_AS, 700_000 * 1024)),
    "ulimit -f 20": ("'[Errno 27] File too large'", limited(resource.RLIMIT_FSIZE, 20 * 1024)),
    "output to /dev/full": ("tracebacks of 40 lines", nowhere_to_print),
    "nobody reads the output": ("not tried", nobody_reads),
    "read-only source": ("a sentence", read_only_source),
}
"""Each fault, what the first edition of crosswave made of it, and how it is tried."""
NEEDS_ROOT = {"HOME without room", "TMPDIR without room", "TMPDIR of 64 kB", "cache without room", "--out of 100 kB",
              "read-only source"}  # fmt: skip


def tried(name: str, model: Place, number: int) -> tuple[str, list[str]]:
    """Try a fault once; return how the command ended, in words, and all that must not be."""
    with tempfile.TemporaryDirectory(prefix="campaign-") as folder, ExitStack() as at_the_end:
        shutil.copytree(model.root, folder, dirs_exist_ok=True)
        place = Place(Path(folder), model.times, Random(f"{name} {number}"))
        at_the_end.callback(lambda: [os.kill(one, signal.SIGKILL) for one in place.processes()])
        others = {
            place.study / "mine.txt": b"mine",
            place.root / "home" / "mine.txt": b"mine",
            place.out / ".x.part": b"mine",
        }
        for path, content in others.items():
            path.write_bytes(content)
        wrong = []
        try:
            status, text = FAULTS[name][1](place)
        except (AssertionError, subprocess.TimeoutExpired) as error:
            status, text, wrong = -1, "", [f"{type(error).__name__}: {error}"]
        wrong += ["a traceback"] if "Traceback" in text else []
        end = time.monotonic() + 5
        while place.processes() and time.monotonic() < end:
            time.sleep(0.1)
        wrong += [f"{len(place.processes())} processes left"] if place.processes() else []
        if again := place.run(*RUN):
            wrong += [] if again[0] == 0 else [f"run again: status {again[0]}, {again[1][-300:]}"]
        changed = [path.name for path, content in others.items() if path.exists() and path.read_bytes() != content]
        wrong += [
            f"{path.name} of somebody else is gone"
            for path in others
            if not path.exists() and name != "HOME is not there"
        ]
        wrong += [f"{name} of somebody else changed" for name in changed]
        (place.out / ".x.part").unlink(missing_ok=True)
        made, right = place.made(), model.made()
        wrong += [
            f"{one} differs after the rerun" for one in sorted({*made, *right}) if made.get(one) != right.get(one)
        ][:3]
        left = [
            *(place.root / "tmp").iterdir(),
            *(one for one in (place.root / "home").iterdir() if one.name != "mine.txt"),
        ]
        wrong += [f"{one.relative_to(place.root)} is left" for one in left if one.name != "crosswave-0"]
    lines = [line for line in text.splitlines() if line.strip()]
    return f"status {status}: {lines[-1][:150] if lines else 'nothing said'}", wrong


def main() -> int:
    """Try each fault some times, print a row for each, and return 1 where something was wrong."""
    parser = argparse.ArgumentParser(prog="campaign.machine")
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--only", default="", help="part of the name of a fault")
    given, bad = parser.parse_args(), 0
    with tempfile.TemporaryDirectory(prefix="campaign-") as folder:
        model = Place(Path(folder), [0.0], Random(0))
        model.run("init", str(model.study), cwd=folder)
        (model.study / "sheet.csv").write_text("question,answer,printed\nQ?,yes,58%\n")
        (model.study / "people.csv").write_text("q1\nyes\nno\n")
        for _ in "12":  # the second time from a full cache
            begun = time.monotonic()
            status, text = model.run(*RUN)
            assert status == 0, text
            model.times[:] = [time.monotonic() - begun]
        print("| fault | first edition | now |\n|---|---|---|", flush=True)
        for name, (first, _) in FAULTS.items():
            if given.only not in name:
                continue
            if name in NEEDS_ROOT and os.geteuid():
                print(f"| {name} | {first} | not tried: it needs the rights of root |", flush=True)
                continue
            ended = [tried(name, model, number) for number in range(given.times)]
            wrong = sorted({one for _, some in ended for one in some})
            bad += bool(wrong)
            how = "; ".join(sorted({words for words, _ in ended}))
            print(
                f"| {name} | {first} | {how} {'**' + '; '.join(wrong) + '**' if wrong else '(right after)'} |",
                flush=True,
            )
    return min(bad, 1)


if __name__ == "__main__":
    sys.exit(main())

"""The output folder: executed notebooks, pages, failures, and the manifest that says which of them are current."""

from __future__ import annotations

import hashlib
import os
import stat
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from itertools import count
from pathlib import Path, PurePosixPath
from typing import Any

from crosswave.files import HALF_WRITTEN, write_json, write_whole
from crosswave.report.run.folder import FORMAT, MANIFEST, ManifestError, inside, read_manifest
from crosswave.report.run.plan import Product
from crosswave.report.site.material import PageLink, PageText

INDEX = "index.html"
_SECONDS_BETWEEN_SAVES = 1.0


class OwnFiles:
    """Writes and removes the files of a run, by their addresses in its folder; what is somebody else's it lets be.

    A file is a run's own where its bytes are those that a run has written. One that is not, and whose name a run needs,
    is given that name with a tilde, as editors do; one whose name is needed no more stays. An address that leaves the
    folder, by itself or through a link, is nobody's: nothing is removed there, and to write there is an error.
    """

    def __init__(self, folder: Path, known: Iterable[tuple[str, str]], own: Collection[str] = ()) -> None:
        self._folder = folder
        self._known: dict[str, set[str]] = {}
        for name, written in known:
            self._known.setdefault(name, set()).add(written)
        self._own = own
        self.put_aside: list[str] = []

    def found(self, name: str) -> str:
        """Return the digest of what is at an address; empty where no file of this folder does."""
        path = inside(self._folder, name)
        try:
            return digest(path.read_bytes()) if path and stat.S_ISREG(path.lstat().st_mode) else ""
        except OSError:
            return ""

    def write(self, name: str, content: str | bytes) -> None:
        """Write a file, whole or not at all; what somebody else has put there gets another name."""
        path, wanted = inside(self._folder, name), digest(content)
        if path is None:
            raise FileExistsError(
                f"{self._folder / name} leads out of {self._folder}, and a run writes nothing elsewhere; "
                "remove the link, or name another folder with --out"
            )
        if os.path.lexists(path) and self.found(name) != wanted and not self._is_own(name):
            tries = (path.with_name(f"{path.name}~{number or ''}") for number in count())
            free = next(place for place in tries if not os.path.lexists(place))
            path.rename(free)
            was, now = (place.relative_to(self._folder).as_posix() for place in (path, free))
            self.put_aside.append(f"{was} was not as a run had written it: it is now {now}")
        if self.found(name) != wanted:
            write_whole(path, content)
        self._known[name] = {wanted}

    def remove(self, *names: str) -> None:
        """Remove the files at some addresses, where they are as a run has written them."""
        for name in names:
            path = inside(self._folder, name)
            if path is not None and os.path.lexists(path) and self._is_own(name):
                path.unlink(missing_ok=True)
            self._known.pop(name, None)

    def sweep(self, names: Collection[str]) -> None:
        """Remove what a killed run has written by half: files whose name says of which file of a run they are parts."""
        wholes = {*self._known, *names}
        for folder in sorted({PurePosixPath(name).parent for name in wholes}):
            place = inside(self._folder, f"{folder}/any")
            for path in place.parent.glob(HALF_WRITTEN) if place and os.path.isdir(place.parent) else ():
                whole = path.name[1:].removesuffix(".part").rpartition(".")[0]
                if f"{folder / whole}" in wholes and path.is_file():
                    path.unlink(missing_ok=True)

    def _is_own(self, name: str) -> bool:
        found = self.found(name)
        return bool(found) and (name in self._own or found in self._known.get(name, ()))


class Outputs:
    """An output folder and its manifest.

    ``pages/<page>.html`` and ``notebooks/<page>.ipynb`` are the last success of a page; ``failed/<page>.ipynb`` and
    ``failed/<page>.txt`` its failure, when the last run of it failed. The manifest alone says what succeeded. It is
    written before the first file, then once a second at most, and when the ``with`` block ends: with ten thousand pages
    it is long. Files that are being written are in it under ``writing``, beside what was there before: whichever of
    the two a run that breaks off leaves is its own. What is in the folder and is not as the manifest has it is
    somebody's: see `OwnFiles`.
    """

    def __init__(self, folder: Path, own: Collection[str] = ()) -> None:
        self.folder = folder
        try:
            self._held: dict[str, Any] = read_manifest(folder) or {"format": FORMAT}
        except ManifestError:
            self._held = {"format": FORMAT}
        self._pages: dict[str, dict[str, Any]] = self._held.setdefault("pages", {})
        self._writing: dict[str, str] = self._held.setdefault("writing", {})
        known = [*self._shared().items(), *self._writing.items()]
        for page, entry in self._pages.items():
            for kind, names in (("files", _names(page)[:2]), ("failed", _names(page)[2:])):
                known += zip(names, entry.get(kind, ()), strict=False)
        self._files = OwnFiles(folder, known, own)
        self._saved, self._dirty = float("-inf"), False

    def __enter__(self) -> Outputs:
        planned: dict[str, Any] = self._held.get("planned", {})
        self._files.sweep([MANIFEST, INDEX, *(name for page in planned.get("keys", {}) for name in _names(page))])
        return self

    def __exit__(self, *_: object) -> None:
        self._save(at_once=True)

    @property
    def put_aside(self) -> tuple[str, ...]:
        """What was not as a run had written it, was in the way and was given another name, in words."""
        return tuple(self._files.put_aside)

    def holds(self, page: str, key: str) -> bool:
        """Return whether a page is there byte for byte as it was made, from exactly what the key says."""
        entry = self._pages.get(page, {})
        files = (self._files.found(name) for name in _names(page)[:2])
        return entry.get("key") == key and entry.get("files") == list(files)

    def seconds(self, page: str) -> float:
        """Return what a page took the last time; infinite when it was never made, so that it starts first."""
        return float(self._pages.get(page, {}).get("seconds", float("inf")))

    def planned(self, inputs: str) -> Mapping[str, str]:
        """Return the key of every page of the plan, if the last run was planned from these inputs; else nothing."""
        plan: dict[str, Any] = self._held.get("planned", {})
        keys: dict[str, str] = plan.get("keys", {})
        return keys if inputs and plan.get("inputs") == inputs else {}

    def plan(self, inputs: str, pages: Iterable[str], keys: Mapping[str, str]) -> None:
        """Remember what a run was planned from, every page of its plan, and the keys that are known of them."""
        known = {**self.planned(inputs), **keys}
        self._held["planned"] = {"inputs": inputs, "keys": {page: known.get(page, "") for page in pages}}
        self._dirty = True

    def write_results(self, texts: Mapping[str, str]) -> None:
        """Write result files, each whole or not at all, and remember their bytes."""
        self._held["results"] = self._write(texts, at_once=True)

    def write_site(self, files: Mapping[str, str | bytes]) -> None:
        """Write the files of the site, each whole or not at all, and remember their bytes; those it had before go."""
        before = self._held.get("site", {})
        self._held["site"] = self._write(files, at_once=True)
        self._files.remove(*before.keys() - files.keys())

    def reframe(self, page: str, frame: Callable[[str, str], str]) -> None:
        """Put a page that is there as it was made into another frame, and remember its bytes."""
        name = _names(page)[0]
        digests = self._pages[page].get("files", [""])
        if self._files.found(name) == digests[0]:
            document = (self.folder / name).read_text(encoding="utf-8")
            framed = frame(page, document)
            if framed != document:
                self._write({name: framed})
                digests[0] = digest(framed)

    def whole(self) -> bool:
        """Return whether the site and the results are there as they were written."""
        as_written = all(self._files.found(name) == known for name, known in self._shared().items())
        return as_written and (self.folder / INDEX).is_file()

    def keep(self, product: Product, key: str) -> None:
        """Write what a task brought: a page with its notebook, or a failure with the notebook as far as it came."""
        html, notebook, text, trial = _names(product.page)
        entry = {"title": product.title, "seconds": round(product.seconds, 2), "error": product.error}
        if product.error:
            words = product.error + "\n"
            entry["failed"] = [digest(words), digest(product.notebook)]
            wanted = ({trial: product.notebook} if product.notebook else {}) | {text: words}
        else:
            entry |= {"key": key, "files": [digest(product.html), digest(product.notebook)]}
            wanted = {notebook: product.notebook, html: product.html}
        self._write(wanted)
        self._pages[product.page] = entry
        self._files.remove(*({html, notebook, text, trial} - wanted.keys()))

    def forget_all_but(self, pages: Iterable[str]) -> None:
        """Remove the files of every page that is not named."""
        for page in self._pages.keys() - set(pages):
            self._files.remove(*_names(page))
            del self._pages[page]
            self._dirty = True

    def link(self, page: str, kind: str, text: PageText) -> PageLink | None:
        """Return how the index shows a page; None when it was never run."""
        entry = self._pages.get(page)
        if entry is None:
            return None
        title, failed = text.title or str(entry.get("title", page)), bool(entry.get("error"))
        href = f"failed/{page}.txt" if failed else f"pages/{page}.html"
        return PageLink(page, title, kind, href, text.summary, text.verdict, "failed" if failed else "made")

    def _shared(self) -> dict[str, str]:
        """The digests of the files that belong to no page."""
        return {**self._held.get("results", {}), **self._held.get("site", {})}

    def _write(self, files: Mapping[str, str] | Mapping[str, str | bytes], at_once: bool = False) -> dict[str, str]:
        """Write files and return their digests; until these are listed, the manifest says which files change."""
        digests = {name: digest(content) for name, content in files.items()}
        self._writing |= {name: now for name, now in digests.items() if self._files.found(name) != now}
        self._dirty = bool(self._writing) or self._dirty
        self._save(at_once and bool(self._writing))
        for name, content in files.items():
            self._files.write(name, content)
        for name in files:
            self._writing.pop(name, None)
        self._dirty = True
        return digests

    def _save(self, at_once: bool = False) -> None:
        due = at_once or time.monotonic() - self._saved >= _SECONDS_BETWEEN_SAVES
        if self._dirty and due:
            write_json(self.folder / MANIFEST, self._held)
            self._saved, self._dirty = time.monotonic(), False


def _names(page: str) -> tuple[str, str, str, str]:
    """The files of a page: its page and its notebook, and both of a failure."""
    return f"pages/{page}.html", f"notebooks/{page}.ipynb", f"failed/{page}.txt", f"failed/{page}.ipynb"


def digest(content: str | bytes) -> str:
    """Return the digest of what a file holds, as a manifest has it."""
    return hashlib.sha256(content.encode() if isinstance(content, str) else content).hexdigest()

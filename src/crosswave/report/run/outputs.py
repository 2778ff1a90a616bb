"""The output folder: executed notebooks, pages, failures, and the manifest that says which of them are current."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crosswave.files import write_json
from crosswave.report.run.manifest import FORMAT, MANIFEST, ManifestError, names_of, read_manifest
from crosswave.report.run.own_files import OwnFiles, digest

if TYPE_CHECKING:
    from types import TracebackType

    from crosswave.report.run.tasks import Product
    from crosswave.report.site.index import PageLink, PageText

INDEX = "index.html"

_SECONDS_BETWEEN_SAVES = 1.0


class Outputs:
    """An output folder and its manifest.

    ``pages/<page>.html`` and ``notebooks/<page>.ipynb`` are the last success of a page; ``failed/<page>.ipynb`` and
    ``failed/<page>.txt`` its failure, when the last run of it failed. The manifest alone says what succeeded. It is
    written before the first file, then once a second at most, and when the ``with`` block ends: with ten thousand pages
    it is long. What stands in the folder and is not as the manifest has it is somebody's: see `OwnFiles`.
    """

    def __init__(self, folder: Path, own: Collection[str] = ()) -> None:
        self.folder = folder
        self._held: dict[str, Any] = _manifest_of(folder)
        self._pages: dict[str, dict[str, Any]] = self._held.setdefault("pages", {})
        self._files = OwnFiles(folder, self._digests(), own)
        self._saved, self._dirty = float("-inf"), False

    def __enter__(self) -> Outputs:
        planned: dict[str, Any] = self._held.get("planned", {})
        self._files.sweep([MANIFEST, INDEX, *(name for page in planned.get("keys", {}) for name in names_of(page))])
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._save(at_once=True)

    @property
    def put_aside(self) -> tuple[str, ...]:
        """What was not as a run had written it, stood in the way and was given another name, in words."""
        return tuple(self._files.put_aside)

    def holds(self, page: str, key: str) -> bool:
        """Return whether a page stands there byte for byte as it was made, from exactly what the key says."""
        entry = self._pages.get(page, {})
        return entry.get("key") == key and entry.get("files") == [self._files.found(name) for name in _made(page)]

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
        self._write("results", texts)

    def write_site(self, files: Mapping[str, str | bytes]) -> None:
        """Write the files of the site, each whole or not at all, and remember their bytes; those it had before go."""
        outdated = self._held.get("site", {}).keys() - files.keys()
        self._write("site", files)
        self._files.remove(*outdated)

    def reframe(self, page: str, frame: Callable[[str, str], str]) -> None:
        """Put a page that stands there as it was made into another frame, and remember its bytes."""
        name, _ = _made(page)
        digests = self._pages[page].get("files", [""])
        if self._files.found(name) == digests[0]:
            document = (self.folder / name).read_text(encoding="utf-8")
            framed = frame(page, document)
            if framed != document:
                self._files.write(name, framed)
                digests[0], self._dirty = digest(framed), True

    def whole(self) -> bool:
        """Return whether the site and the results stand there as they were written."""
        written: dict[str, str] = {**self._held.get("results", {}), **self._held.get("site", {})}
        as_written = all(self._files.found(name) == known for name, known in written.items())
        return as_written and (self.folder / INDEX).is_file()

    def keep(self, product: Product, key: str) -> None:
        """Write what a task brought.

        Raises
        ------
        OSError
            When the folder cannot be written.
        """
        entry = {"title": product.title, "seconds": round(product.seconds, 2), "error": product.error}
        words = product.error + "\n"
        made = {"key": key, "files": [digest(product.html), digest(product.notebook)]}
        failed = {"failed": [digest(words), digest(product.notebook)]}
        self._pages[product.page] = entry | (failed if product.error else made)
        self._dirty = True
        self._save()
        html, notebook, text, trial = names_of(product.page)
        page = {notebook: product.notebook, html: product.html}
        failure = ({trial: product.notebook} if product.notebook else {}) | {text: words}
        wanted = failure if product.error else page
        for name, content in wanted.items():
            self._files.write(name, content)
        self._files.remove(*({html, notebook, text, trial} - wanted.keys()))

    def forget_all_but(self, pages: Iterable[str]) -> None:
        """Remove the files of every page that is not named."""
        for page in self._pages.keys() - set(pages):
            self._files.remove(*names_of(page))
            del self._pages[page]
            self._dirty = True

    def link(self, page: str, kind: str, text: PageText) -> PageLink | None:
        """Return how the index shows a page; None when it was never run."""
        from crosswave.report.site.index import PageLink

        entry = self._pages.get(page)
        if entry is None:
            return None
        failed = bool(entry.get("error"))
        href = f"failed/{page}.txt" if failed else f"pages/{page}.html"
        title = text.title or str(entry.get("title", page))
        return PageLink(page, title, kind, href, text.summary, text.verdict, "failed" if failed else "made")

    def _write(self, kind: str, files: Mapping[str, str] | Mapping[str, str | bytes]) -> None:
        self._save(at_once=not self._held.get(kind))
        for name, content in files.items():
            self._files.write(name, content)
        self._held[kind] = {name: digest(content) for name, content in files.items()}
        self._dirty = True

    def _digests(self) -> dict[str, str]:
        """What the manifest says of the bytes of every file that a run has written."""
        known = {**self._held.get("results", {}), **self._held.get("site", {})}
        for page, entry in self._pages.items():
            for kind, names in (("files", _made(page)), ("failed", names_of(page)[2:])):
                known |= dict(zip(names, entry.get(kind, ()), strict=False))
        return known

    def _save(self, at_once: bool = False) -> None:
        due = at_once or time.monotonic() - self._saved >= _SECONDS_BETWEEN_SAVES
        if self._dirty and due:
            write_json(self.folder / MANIFEST, self._held)
            self._saved, self._dirty = time.monotonic(), False


def _manifest_of(folder: Path) -> dict[str, Any]:
    try:
        return read_manifest(folder) or {"format": FORMAT}
    except ManifestError:
        return {"format": FORMAT}


def _made(page: str) -> tuple[str, str]:
    html, notebook, *_ = names_of(page)
    return html, notebook

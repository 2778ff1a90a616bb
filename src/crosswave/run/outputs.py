"""The output folder: executed notebooks, pages, failures, and the manifest that says which of them are current."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crosswave.site.files import HALF_WRITTEN, read_json, write_json, write_whole

if TYPE_CHECKING:
    from types import TracebackType

    from crosswave.run.tasks import Product
    from crosswave.site.index import PageLink, PageText

FORMAT = 2
INDEX = "index.html"

_SECONDS_BETWEEN_SAVES = 1.0


class Outputs:
    """An output folder and its manifest.

    ``pages/<page>.html`` and ``notebooks/<page>.ipynb`` are the last success of a page; ``failed/<page>.ipynb`` and
    ``failed/<page>.txt`` its failure, when the last run of it failed. The manifest alone says what succeeded. It is
    written once a second at most, and when the ``with`` block ends: with ten thousand pages it is long.

    Parameters
    ----------
    folder : Path
        Made when it does not exist.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._manifest = folder / "manifest.json"
        held = read_json(self._manifest)
        self._held: dict[str, Any] = held if held.get("format") == FORMAT else {"format": FORMAT}
        self._pages: dict[str, dict[str, Any]] = self._held.setdefault("pages", {})
        self._saved, self._dirty = float("-inf"), False

    def __enter__(self) -> Outputs:
        _remove(*self.folder.rglob(HALF_WRITTEN))  # what a killed run left
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._save(at_once=True)

    def holds(self, page: str, key: str) -> bool:
        """Return whether a page stands there byte for byte as it was made, from exactly what the key says."""
        entry = self._pages.get(page, {})
        return entry.get("key") == key and entry.get("files") == [_file_digest(path) for path in self._made(page)]

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
        """Write result files, each whole or not at all, and remember their bytes.

        Parameters
        ----------
        texts : mapping of str to str
            Address inside the folder to content.
        """
        for name, text in texts.items():
            write_whole(self.folder / name, text)
        self._held["results"] = {name: _digest(text) for name, text in texts.items()}
        self._dirty = True

    def write_site(self, files: Mapping[str, str | bytes]) -> None:
        """Write the files of the site, each whole or not at all, and remember their bytes; those it had before go.

        Parameters
        ----------
        files : mapping of str to str or bytes
            Address inside the folder to content.
        """
        for name, content in files.items():
            write_whole(self.folder / name, content)
        _remove(*(self.folder / name for name in self._held.get("site", {}).keys() - files.keys()))
        self._held["site"] = {name: _digest(content) for name, content in files.items()}
        self._dirty = True

    def reframe(self, page: str, frame: Callable[[str, str], str]) -> None:
        """Put a page that stands there as it was made into another frame, and remember its bytes.

        Parameters
        ----------
        page : str
            Its id.
        frame : callable
            Takes the id and the document, and returns the document in its frame.
        """
        html, _ = self._made(page)
        digests = self._pages[page].get("files", [""])
        if _file_digest(html) == digests[0]:
            document = html.read_text(encoding="utf-8")
            framed = frame(page, document)
            if framed != document:
                write_whole(html, framed)
                digests[0], self._dirty = _digest(framed), True

    def whole(self) -> bool:
        """Return whether the site and the results stand there as they were written."""
        written: dict[str, str] = {**self._held.get("results", {}), **self._held.get("site", {})}
        as_written = all(_file_digest(self.folder / name) == digest for name, digest in written.items())
        return as_written and (self.folder / INDEX).is_file()

    def keep(self, product: Product, key: str) -> None:
        """Write what a task brought.

        Parameters
        ----------
        product : Product
            A success replaces the page and clears an earlier failure. A failure is kept aside and takes the page
            away: an old page beside new data would mislead.
        key : str
            What it was made from.

        Raises
        ------
        OSError
            When the folder cannot be written.
        """
        save = self._keep_failure if product.error else self._keep_success
        save(product)
        entry = {"title": product.title, "seconds": round(product.seconds, 2), "error": product.error}
        made = {"key": key, "files": [_digest(product.html), _digest(product.notebook)]}
        self._pages[product.page] = entry | ({} if product.error else made)
        self._dirty = True
        self._save()

    def forget_all_but(self, pages: Iterable[str]) -> None:
        """Remove the files of every page that is not named."""
        for page in self._pages.keys() - set(pages):
            _remove(*self._made(page), *self._failed(page))
            del self._pages[page]
            self._dirty = True

    def link(self, page: str, kind: str, text: PageText) -> PageLink | None:
        """Return how the index shows a page; None when it was never run."""
        from crosswave.site.index import PageLink

        entry = self._pages.get(page)
        if entry is None:
            return None
        failed = bool(entry["error"])
        href = f"failed/{page}.txt" if failed else f"pages/{page}.html"
        title = text.title or str(entry["title"])
        return PageLink(page, title, kind, href, text.summary, text.verdict, "failed" if failed else "made")

    def _keep_success(self, product: Product) -> None:
        html, notebook = self._made(product.page)
        write_whole(notebook, product.notebook)
        write_whole(html, product.html)
        _remove(*self._failed(product.page))

    def _keep_failure(self, product: Product) -> None:
        notebook, text = self._failed(product.page)
        if product.notebook:
            write_whole(notebook, product.notebook)
        write_whole(text, product.error + "\n")
        _remove(*self._made(product.page))

    def _made(self, page: str) -> tuple[Path, Path]:
        return self.folder / "pages" / f"{page}.html", self.folder / "notebooks" / f"{page}.ipynb"

    def _failed(self, page: str) -> tuple[Path, Path]:
        return self.folder / "failed" / f"{page}.ipynb", self.folder / "failed" / f"{page}.txt"

    def _save(self, at_once: bool = False) -> None:
        due = at_once or time.monotonic() - self._saved >= _SECONDS_BETWEEN_SAVES
        if self._dirty and due:
            write_json(self._manifest, self._held)
            self._saved, self._dirty = time.monotonic(), False


def _remove(*paths: Path) -> None:
    for path in paths:
        path.unlink(missing_ok=True)


def _digest(content: str | bytes) -> str:
    return hashlib.sha256(content.encode() if isinstance(content, str) else content).hexdigest()


def _file_digest(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""

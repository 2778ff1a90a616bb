"""The output folder: executed notebooks, pages, failures, and the manifest that says which of them are current."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from crosswave.run.tasks import Product
from crosswave.site.files import read_json, write_json, write_whole
from crosswave.site.index import PageLink, PageText

FORMAT = 1


class Outputs:
    """An output folder and its manifest.

    ``pages/<page>.html`` and ``notebooks/<page>.ipynb`` are the last success of a page; ``failed/<page>.ipynb`` and
    ``failed/<page>.txt`` its failure, when the last run of it failed. The manifest alone says what succeeded.

    Parameters
    ----------
    folder : Path
        Made when it does not exist.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._manifest = folder / "manifest.json"
        held = read_json(self._manifest)
        self._pages: dict[str, dict[str, Any]] = held.get("pages", {}) if held.get("format") == FORMAT else {}

    def holds(self, page: str, key: str) -> bool:
        """Return whether a page stands there whole, made from exactly what the key says."""
        return self._pages.get(page, {}).get("key") == key and all(path.is_file() for path in self._made(page))

    def seconds(self, page: str) -> float:
        """Return what a page took the last time; infinite when it was never made, so that it starts first."""
        return float(self._pages.get(page, {}).get("seconds", float("inf")))

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
        self._pages[product.page] = entry | ({} if product.error else {"key": key})
        self._save()

    def forget_all_but(self, pages: Iterable[str]) -> None:
        """Remove the files of every page that is not named."""
        gone = self._pages.keys() - set(pages)
        for page in gone:
            _remove(*self._made(page), *self._failed(page))
            del self._pages[page]
        if gone:
            self._save()

    def link(self, page: str, kind: str, text: PageText) -> PageLink | None:
        """Return how the index shows a page; None when it was never run."""
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

    def _save(self) -> None:
        write_json(self._manifest, {"format": FORMAT, "pages": self._pages})


def _remove(*paths: Path) -> None:
    for path in paths:
        path.unlink(missing_ok=True)

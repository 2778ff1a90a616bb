"""The files of a run in its folder: what somebody else has put there is neither overwritten nor removed."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Collection, Mapping
from itertools import count
from pathlib import Path, PurePosixPath

from crosswave.files import HALF_WRITTEN, write_whole
from crosswave.report.run.manifest import inside


class OwnFiles:
    """Writes and removes the files of a run, by their addresses in its folder.

    Notes
    -----
    A file is a run's own where its bytes are those that a run has written. One that is not, and whose name a run needs,
    is given that name with a tilde, as editors do; one whose name is needed no more stays. An address that leaves the
    folder, by itself or through a link, is nobody's: nothing is removed there, and to write there is an error.
    """

    def __init__(self, folder: Path, known: Mapping[str, str], own: Collection[str] = ()) -> None:
        self._folder = folder
        self._known = dict(known)
        self._own = own
        self.put_aside: list[str] = []

    def found(self, name: str) -> str:
        """Return the digest of what stands at an address; empty where no file of this folder does."""
        path = inside(self._folder, name)
        return "" if path is None else _file_digest(path)

    def write(self, name: str, content: str | bytes) -> None:
        """Write a file, whole or not at all; what somebody else has put there gets another name.

        Raises
        ------
        OSError
            The folder cannot be written, or the address leads out of it.
        """
        path = inside(self._folder, name)
        if path is None:
            raise FileExistsError(
                f"{self._folder / name} leads out of {self._folder}, and a run writes nothing elsewhere; "
                "remove the link, or name another folder with --out"
            )
        wanted = digest(content)
        if os.path.lexists(path) and self.found(name) != wanted and not self._is_own(name):
            self._put_aside(path)
        if self.found(name) != wanted:
            write_whole(path, content)
        self._known[name] = wanted

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
        return bool(found) and (name in self._own or found == self._known.get(name))

    def _put_aside(self, path: Path) -> None:
        tries = (path.with_name(f"{path.name}~{number or ''}") for number in count())
        free = next(place for place in tries if not os.path.lexists(place))
        path.rename(free)
        was, now = (place.relative_to(self._folder).as_posix() for place in (path, free))
        self.put_aside.append(f"{was} was not as a run had written it: it is now {now}")


def digest(content: str | bytes) -> str:
    """Return the digest of what a file holds, as a manifest has it."""
    return hashlib.sha256(content.encode() if isinstance(content, str) else content).hexdigest()


def _file_digest(path: Path) -> str:
    try:
        regular = stat.S_ISREG(path.lstat().st_mode)
        return hashlib.sha256(path.read_bytes()).hexdigest() if regular else ""
    except OSError:
        return ""

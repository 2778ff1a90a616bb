"""A file as the sheet that it holds: its ending says how it is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from crosswave.study.importing.sheets import ALONE, BYTES, MB, Sheet, fault_of
from crosswave.study.importing.text import read_text
from crosswave.study.importing.workbook import read_workbook


def read_sheet(path: Path) -> Sheet:
    """Return the sheet of a CSV or Excel file that holds figures.

    Raises
    ------
    DataError
        The file is neither, is broken, or has no row with the column names.
    OSError
        It cannot be read.
    """
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        known = ", ".join(_READERS)
        raise fault_of(path, f"the name must end in one of: {known}; save the sheet as one of these")
    if path.exists() and not path.is_file():
        raise fault_of(path, "not a file; name a sheet of figures")
    if (size := path.stat().st_size) > BYTES:
        raise fault_of(path, f"the file has {size / 1e6:,.0f} MB, and {MB} MB are read at most; {ALONE}")
    return reader(path, path.read_bytes())


_READERS: Mapping[str, Callable[[Path, bytes], Sheet]] = {
    ".csv": read_text,
    ".txt": read_text,
    ".xlsx": read_workbook,
    ".xlsm": read_workbook,
}

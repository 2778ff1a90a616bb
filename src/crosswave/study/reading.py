"""The files of a data folder, read and validated one by one; a file that was read before is not parsed again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property, partial
from itertools import chain
from pathlib import Path
from typing import Any

import pydantic
import yaml

from crosswave.memo import digest
from crosswave.study.cache import Store, file_digest, source_digest
from crosswave.study.documents import Document, read_bytes, read_document, read_rows
from crosswave.study.faults import Fault, listed, shown, shown_path
from crosswave.study.models import Batteries, Claims, Constructs, Fact, Plan, Quantities, Study, Survey
from crosswave.study.rules import inner_faults, repeated, survey_faults
from crosswave.study.series import LateLines, Series, series_faults, waves_of
from crosswave.study.validation import Model, validate, validate_rows

SHARED = ("study.yaml", "constructs.yaml", "claims.yaml", "quantities.yaml", "plan.yaml", "context.csv")
Shared = tuple[Study, Constructs, Claims, Quantities, Plan]
"""What is in the files beside the surveys, but for the facts."""


def kept_document(path: Path, shown_as: str, store: Store) -> Document:
    """Return a YAML file as `read_document` does, from the cache where the same content was read before."""
    try:
        content = read_bytes(path)
    except OSError:
        return read_document(path, shown_as)
    key = digest(_reader(), content)
    if (kept := store.get(key)) is not None:
        return Document(shown_as, json.loads(kept), LateLines(partial(read_document, path, shown_as)))
    document = read_document(path, shown_as)
    if not document.faults and read_bytes(path) == content:
        store.put(key, json.dumps(document.data, ensure_ascii=False, separators=(",", ":")).encode())
    return document


def folder_digests(folder: Path) -> dict[Path, str]:
    """Return the digest of each file that a registry is made from."""
    shared = (folder / name for name in (*SHARED, "batteries.yaml"))
    return {path: file_digest(path) for path in (*shared, *wave_files(folder))}


def folder_key(folder: Path, digests: Mapping[Path, str]) -> str:
    """The digest of all that a registry is made from: names and bytes of the files, and the source that reads."""
    rows = ((path.relative_to(folder).as_posix(), found) for path, found in digests.items())
    return digest(_reader(), *(part for row in rows for part in row))


def _reader() -> str:
    """What turns bytes into records: the source of this package, and the libraries under it."""
    return digest(source_digest(Path(__file__).parent), yaml.__version__, pydantic.VERSION)


def survey_files(folder: Path) -> list[Path]:
    """Return the files of surveys in order of their names."""
    return sorted((folder / "surveys").glob("*.yaml"))


def series_files(folder: Path) -> list[Path]:
    """Return the files of series in order of their names."""
    return sorted((folder / "series").glob("*.yaml"))


def wrongly_named(folder: Path) -> list[Path]:
    """Return the files that a person may have meant as surveys or series."""
    return sorted([*(folder / "surveys").glob("*.yml"), *(folder / "series").glob("*.yml")])


def wave_files(folder: Path) -> list[Path]:
    """Return the files that each hold a survey or a series, or that a person may have meant so."""
    return [*survey_files(folder), *series_files(folder), *wrongly_named(folder)]


class Reader:
    """Reads the files of one folder and gathers their faults."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.documents: dict[str, Document] = {}
        self.faults: list[Fault] = []
        self.unread: list[str] = []
        self.facts: list[Fact] = []
        self.batteries = Batteries()
        self.by_series: dict[str, tuple[str, ...]] = {}
        self._store = Store("parsed")

    @cached_property
    def study(self) -> Study | None:
        """The file study.yaml: its words are those that surveys may use."""
        return self.one("study.yaml", Study)

    @cached_property
    def _words(self) -> Mapping[str, Any]:
        """What the models of surveys check words by: nothing where study.yaml itself has faults."""
        before = len(self.faults)
        return {"vocabulary": self.study.vocabulary} if self.study and len(self.faults) == before else {}

    def shared(self) -> Shared | None:
        """Return the files that are beside the surveys, with the facts kept here; None where one cannot be used."""
        constructs, claims = self.one("constructs.yaml", Constructs), self.one("claims.yaml", Claims)
        quantities, plan = self.one("quantities.yaml", Quantities), self.one("plan.yaml", Plan)
        self.facts = self._facts("context.csv")
        if (self.folder / "batteries.yaml").exists():
            self.batteries = self.one("batteries.yaml", Batteries) or Batteries()
        if plan is not None and "window" in (document := self.documents["plan.yaml"]).data:
            self.faults.append(document.fault(("window",), "the window belongs into study.yaml; move it there"))
        study = self.study
        if study is None or constructs is None or claims is None or quantities is None or plan is None:
            return None
        return study, constructs, claims, quantities, plan

    def surveys(self) -> dict[str, Survey]:
        """Return the surveys by the names of their files, which are their ids, also those that had to be mended."""
        paths = survey_files(self.folder)
        for path in wrongly_named(self.folder):
            self.faults.append(Fault(shown_path(path), 1, "files of surveys end in .yaml; rename it"))
        if not paths and not series_files(self.folder):
            message = "no survey file is here; crosswave new SURVEY-ID makes one"
            self.faults.append(Fault(shown_path(self.folder / "surveys"), 1, message))
        found = {path.stem: survey for path in paths if (survey := self.survey(path))}
        for path in series_files(self.folder):
            found |= self._waves(path, found)
        return dict(sorted(found.items(), key=_by_file))

    def file(self, path: Path, *, checked: bool = False) -> dict[str, Survey]:
        """Return the surveys of one file by their ids: one, or all waves of a series."""
        if path.parent.name != "series":
            survey = self.survey(path, checked=checked)
            return {survey.id: survey} if survey else {}
        waves = self.series(path, checked=checked)
        read = {name: self.wave(name, document, checked=checked) for name, document in waves.items()}
        return {name: survey for name, survey in read.items() if survey}

    def series(self, path: Path, *, checked: bool = False) -> dict[str, Document]:
        """Return the waves of a series file, each as a document of its own; none where the file has not its form."""
        document = self._document(path)
        validated = validate(document, Series, checked=checked)
        faults, record = [*validated.faults], validated.record
        if record and not faults and not checked:
            faults = [document.fault(*found) for found in series_faults(record)]
            if (named := document.data["id"]) != path.stem:
                words = f"id is {shown(named)}, the file is called {path.name}; make them the same"
                faults.append(document.fault(("id",), words))
        self.faults += faults
        if record is None or validated.faults:
            waves = document.data.get("waves") if isinstance(document.data, dict) else None
            ids = (one.get("id") for one in waves if isinstance(one, dict)) if isinstance(waves, list) else ()
            self.unread += [one for one in ids if isinstance(one, str)]
            return {}
        return waves_of(record, document)

    def _waves(self, path: Path, known: Mapping[str, Survey]) -> dict[str, Survey]:
        before, documents = len(self.faults), self.series(path)
        self.faults += [
            document.fault(("id",), f"{shown(name)} is a survey of another file too; rename one of them")
            for name, document in documents.items()
            if name in known
        ]
        read = {name: self.wave(name, document) for name, document in documents.items() if name not in known}
        self.by_series[path.stem] = tuple(name for name, survey in read.items() if survey)
        if len(self.faults) == before:  # as for a survey
            shown_as = shown_path(path)
            reading = partial(read_document, path, shown_as)
            self._remember(path, Document(shown_as, None, LateLines(reading)))
            lines = {name: LateLines(reading, name) for name in read}
            self.documents |= {f"surveys/{name}.yaml": Document(shown_as, None, one) for name, one in lines.items()}
        self.faults[:] = list(dict.fromkeys(self.faults))  # what holds for all waves is wrong once
        return {name: survey for name, survey in read.items() if survey}

    def wave(self, name: str, document: Document, *, checked: bool = False) -> Survey | None:
        """Return a wave of a series as a survey; None where too much is wrong."""
        self.documents[f"surveys/{name}.yaml"] = document
        validated = validate(document, Survey, self._words, checked=True)  # its texts are those of its series
        self.faults += [*validated.faults, *([] if checked else inner_faults(validated, document))]
        if validated.record is None or validated.faults:
            self.unread.append(name)
        return validated.record

    def survey(self, path: Path, *, checked: bool = False) -> Survey | None:
        """Return one survey; None where too much is wrong. What refers to what is passed over if it was checked."""
        document = self._document(path)
        validated = validate(document, Survey, self._words, checked=checked)
        faults = [] if checked else survey_faults(validated, document)
        self.faults += [*validated.faults, *faults]
        if validated.record is None or validated.faults or validated.record.id != path.stem:
            self.unread.append(path.stem)
        if not (faults or validated.faults):  # ten thousand files of values and lines would fill the memory
            lines = LateLines(partial(read_document, path, document.path))
            self._remember(path, Document(document.path, None, lines))
        return validated.record

    def one(self, name: str, model: type[Model]) -> Model | None:
        """Return a file that every folder needs as its model; None where it is missing or too much is wrong."""
        if not self._has(name):
            return None
        validated = validate(self._document(self.folder / name), model)
        self.faults += validated.faults
        return validated.record

    def _has(self, name: str) -> bool:
        if not (path := self.folder / name).exists():
            self.faults.append(Fault(shown_path(path), 1, "the file is missing; every data folder needs it"))
        return path.exists()

    def _facts(self, name: str) -> list[Fact]:
        """The rows of the table of facts that are without faults."""
        if not self._has(name):
            return []
        path = self.folder / name
        document = self.documents[name] = read_rows(path, shown_path(path), "fact_id")
        rows = validate_rows(document, Fact)
        names = [row.get("fact_id", "") for row in document.data or ()]
        self.faults += listed(chain(document.faults, (fault for row in rows for fault in row.faults)))
        self.faults += listed(document.fault(*row) for row in repeated(((k,), n) for k, n in enumerate(names) if n))
        self.unread += [name for name, row in zip(names, rows, strict=True) if row.faults]
        return [row.record for row in rows if row.record and not row.faults]

    def _document(self, path: Path) -> Document:
        return self._remember(path, kept_document(path, shown_path(path), self._store))

    def _remember(self, path: Path, document: Document) -> Document:
        self.documents[path.relative_to(self.folder).as_posix()] = document
        return document


def _by_file(named: tuple[str, object]) -> str:
    """Surveys are in the order of the names that their files have or would have."""
    return f"{named[0]}.yaml"


class LateSurveys(Mapping[str, Survey]):
    """Surveys of a folder that was found without faults before: each file is read when one of its surveys is wanted."""

    def __init__(
        self, folder: Path, series: Mapping[str, Iterable[str]], read: Callable[[Path], Mapping[str, Survey]]
    ) -> None:
        files = {path.stem: path for path in survey_files(folder)}
        files |= {name: folder / "series" / f"{one}.yaml" for one, names in series.items() for name in names}
        self._files, self._read = dict(sorted(files.items(), key=_by_file)), read
        self._known: dict[str, Survey] = {}

    def __getitem__(self, name: str) -> Survey:
        if name not in self._known:
            self._known |= self._read(self._files[name])
        return self._known[name]

    def __contains__(self, name: object) -> bool:
        return name in self._files

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)

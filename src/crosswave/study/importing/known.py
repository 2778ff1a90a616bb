"""Sources that other files of the data folder describe: a sheet may cite one by its id, and must not contradict it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

from crosswave.study.cross import differences
from crosswave.study.importing.columns import SOURCE_FACTS
from crosswave.study.importing.draft import Draft
from crosswave.study.models import Claims, Source
from crosswave.study.reading import Reader, survey_files

_CLAIMS = "claims.yaml"


def cite_known(draft: Draft, folder: Path) -> None:
    """Fill the sources of a draft from the records of the data folder; a difference is a fault."""
    sources = draft.data["sources"]
    known = dict(_records({source["id"] for source in sources}, folder, draft.data["id"]))
    for k, source in enumerate(sources):
        if source["id"] not in known:
            continue
        record, file = known[source["id"]]
        said = {key: value for key in SOURCE_FACTS.values() if (value := getattr(record, key)) is not None}
        if words := differences(source, said):
            message = f"source {source['id']} stands in {file} as well, and differs ({words})"
            told = f"{message}; make them the same, or give the id alone to cite it"
            draft.fault(draft.line(("sources", k, "id")), 1, "source", told)
        sources[k] = {**said, **source}


def _records(ids: Collection[str], folder: Path, own: str) -> Iterator[tuple[str, tuple[Source, str]]]:
    """Records of files that are without faults of form, each with its file."""
    reader = Reader(folder)
    for path in survey_files(folder):
        survey = reader.survey(path) if path.stem != own and _names(path, ids) else None
        if survey and path.stem not in reader.unread:
            yield from ((source.id, (source, f"surveys/{path.name}")) for source in survey.sources)
    if _names(folder / _CLAIMS, ids) and (claims := reader.one(_CLAIMS, Claims)):
        yield from ((source.id, (source, _CLAIMS)) for source in claims.sources)


def _names(path: Path, ids: Collection[str]) -> bool:
    return path.is_file() and any(name in path.read_text(encoding="utf-8", errors="replace") for name in ids)

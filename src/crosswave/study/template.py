"""A survey file as text: commented where something is left open, and free of faults once it is filled in."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import yaml

from crosswave.files import write_whole
from crosswave.study.faults import refuse_existing
from crosswave.study.loading import read_study
from crosswave.study.models import Study

Values = Mapping[str, str]
Field = tuple[str, str, str]

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9 ,.;'()/-]*[A-Za-z0-9.)]|[a-z0-9]+(-[a-z0-9]+)+|[1-9]\d{3}(-\d\d){1,2}")
_WORDS_OF_YAML = {"yes", "no", "true", "false", "on", "off", "null", "y", "n"}
_KINDS_OF_N = "exact, approximate (nearly), at-least (over), derived or unknown"

# key, what is there when nothing is known (a "#" before the key: the line is a comment then), what belongs there
_HEAD = (
    ("title", "", "as printed"),
    ("#series", "publisher-topic", "the same for every wave of one instrument"),
    ("publisher", "", "who put it out"),
    ("#sponsor", "Who Paid Ltd", "who paid"),
    ("#fieldwork", "{start: YEAR-01, end: YEAR-02, house: Who Asked Ltd}", "when answers were collected, and by whom"),
    ("#published", "YEAR-04", "YYYY, YYYY-MM or YYYY-MM-DD"),
    ("year", "YEAR", "the year that places the survey"),
    ("year_basis", "publication", "fieldwork, publication or inferred"),
    ("population", "", "who was asked, in own words"),
    ("sector", "SECTOR", "one of: SECTORS"),
    ("#nation", "NATION", "one of: NATIONS"),
    ("unit", "person", "whose answer one reply is, one of: UNITS"),
    ("#mode", "MODE", "one of: MODES"),
    ("#sampling", "self-selected", "one of: SAMPLINGS"),
    ("#n", '{printed: "235", value: 235, kind: exact}', _KINDS_OF_N),
    ("#organisations", "180", "how many organisations the replies come from"),
    ("#asked", "1000", "how many were asked, where that is printed"),
    ("#weighted", "false", "true or false, where a source says"),
    ("#design_effect", "1.6", "as printed"),
    ("#margin_of_error", "3", "as printed, of a share of one half, in points at 95 %"),
    ("#microdata", "poll.sav, weight w", "the file of respondents that its figures were computed from"),
    ("#rounding", "nearest", "nearest or truncated, where a source says"),
    ("#missing", "The report.", "what would have to be obtained"),
    ("#inferred", "{sampling: from the house}", "what no source states in these words, and what it is taken from"),
    ("#note", "Anything else.", "anything else worth knowing"),
)
_SOURCE = (
    ("title", "", "what it is, in own words"),
    ("publisher", "", "who put it out"),
    ("url", "", "https://..."),
    ("#also_at", "[https://example.org/older]", "other addresses of the same page"),
    ("kind", "KIND", "one of: KINDS"),
    ("#published", "YEAR-04-18", "as far as it is known"),
)
_QUESTION = (
    ("asks", "", "the question, in own words"),
    ("about", "", "the thing measured, in own words"),
    ("#response", "multi", "single, multi, scale or fact; single and scale: answers exclude each other"),
    ("#response_inferred", "true", "no source says how it was answered"),
    ("#exhaustive", "true", "the listed answers are all that was offered"),
    ("#base", "all", "stated; or {who: users, n: 60}, {who: users, answers: [use.yes]}"),
    ("#note", "Anything else.", "anything else"),
)
_ANSWER = (
    ("says", "", "the answer, in own words"),
    ("printed", "", 'the figure exactly as printed, in quotes: "58%"'),
    ("topic", "", "one of the topics above"),
    ("#barrier", "true", "it is in the way"),
)
_ANSWER_REST = (
    "printed_in", "measure", "item", "base", "net_of", "part_of", "rival_of", "complement_of", "organisations_of",
    "ambiguity", "unusable", "unchecked", "note",
)  # fmt: skip


def scalar(text: str) -> str:
    """Return a text as YAML: as it is where that is safe, else in double quotes."""
    return text if _PLAIN.fullmatch(text) and text.lower() not in _WORDS_OF_YAML else quoted(text)


def quoted(text: str) -> str:
    """Return a text in the double quotes of YAML, which are those of JSON where all is plain ASCII."""
    if text.isascii() and text.isprintable():
        return json.dumps(text, ensure_ascii=False)
    return yaml.safe_dump(text, default_style='"', allow_unicode=True, width=10**9).rstrip("\n")


def flow(values: Iterable[str]) -> str:
    """Return texts as a YAML list on one line."""
    return f"[{', '.join(scalar(value) for value in values)}]"


def survey_text(
    survey_id: str, head: Values, sources: Iterable[str], questions: Iterable[str], words: Values, blank: bool = False
) -> str:
    """Return a whole survey file; `words` are those of `words_of`. A blank one proposes what might be filled in."""
    topics = f"Topics: {words['TOPICS']}"
    lines = [
        "# yaml-language-server: $schema=../schema/survey.json",
        "# Fill in what a source says and delete every line that no source supports: absent means unknown.",
        f"# Then: crosswave check, crosswave show {survey_id}, crosswave run --survey {survey_id}",
        *textwrap.wrap(topics, 100, initial_indent="# ", subsequent_indent="#         "),
        "",
        f"id: {survey_id}",
        *_lines(_HEAD if blank else _asking(_HEAD), head, words),
        "sources:",
    ]
    return "\n".join([*lines, *sources, "questions:", *questions]) + "\n"


def source_text(source_id: str, known: Values, words: Values, blank: bool = False) -> str:
    """Return a source of a survey file, open where nothing is known."""
    fields = _SOURCE if blank else _asking(_SOURCE)
    return "\n".join([f"  - id: {source_id}", *_lines(fields, known, words, "    ")])


def question_text(question_id: str, known: Values, answers: Iterable[str], blank: bool = False) -> str:
    """Return a question of a survey file, open where nothing is known; a blank one with what might be added."""
    fields = _lines(_QUESTION if blank else _certain(_QUESTION, known), known, {}, "    ")
    return "\n".join([f"  - id: {scalar(question_id)}", *fields, "    answers:", *answers])


def answer_text(answer_id: str, known: Values, sources: Iterable[str], blank: bool = False) -> str:
    """Return an answer of a survey file."""
    fields = _lines(_ANSWER if blank else _certain(_ANSWER, known), known, {}, "        ")
    rest = [f"        {key}: {known[key]}" for key in _ANSWER_REST if key in known]
    return "\n".join([f"      - id: {scalar(answer_id)}", *fields, f"        sources: {flow(sources)}", *rest])


def new_survey(survey_id: str, folder: Path) -> Path:
    """Write a commented survey file to be filled in, and return its path; `FileExistsError` where it is there."""
    path = survey_path(survey_id, folder)
    refuse_existing(path, "choose another id or edit that file")
    study = read_study(folder)
    words, source = words_of(study, survey_id), f"{survey_id}-release"
    topic = "other" if "other" in study.vocabulary.topics else next(iter(study.vocabulary.topics), "")
    more = (
        "      # for each further answer copy the lines from - id to sources, or write it on one line:\n"
        f'      # - {{id: second, says: another, printed: "41%", topic: {topic}, sources: [{source}]}}'
    )
    answer = answer_text("first", {"topic": topic}, [source], blank=True)
    question = question_text("question", {}, [answer, more], blank=True)
    described = source_text(source, {}, words, blank=True)
    write_whole(path, survey_text(survey_id, {"year": words["YEAR"]}, [described], [question], words, blank=True))
    return path


def survey_path(survey_id: str, folder: Path) -> Path:
    """Return where the file of a survey is; `ValueError` where the id is of another form."""
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", survey_id):
        rule = "a survey id is small letters, digits and single hyphens, such as poll-2017"
        raise ValueError(f"{rule}; {survey_id!r} arrived")
    return folder / "surveys" / f"{survey_id}.yaml"


def words_of(study: Study, survey_id: str, year: str | None = None) -> Values:
    """Return what is in a survey file for the words in capitals: the vocabulary of the study, and the year.

    Where no year is given, it is the one that the id names, else the last of the study.
    """
    named = re.search(r"(?:19|20)\d\d", survey_id)
    year = year or (named[0] if named else str(study.window.to_year))
    kinds = {"SECTORS": "sectors", "NATIONS": "nations", "UNITS": "units", "MODES": "modes", "SAMPLINGS": "sampling",
             "KINDS": "source_kinds", "TOPICS": "topics"}  # fmt: skip
    listed = {name: study.vocabulary.words(kind) for name, kind in kinds.items()}
    first = {name.removesuffix("S"): next(iter(words), "") for name, words in listed.items()}
    whole = next(reversed(listed["SECTORS"]), "")  # the last part of the population is all of it, or several parts
    return {name: ", ".join(words) for name, words in listed.items()} | first | {"SECTOR": whole, "YEAR": year}


def _asking(fields: Iterable[Field]) -> list[Field]:
    """Fields without what is proposed for them; what a survey may lack is a comment."""
    optional = {"publisher": ("#publisher", "Who Published Ltd", "who put it out")}
    asked = ((key, default if key.startswith("#") else "", says) for key, default, says in fields)
    return [optional.get(field[0], field) for field in asked]


def _certain(fields: Iterable[Field], known: Values) -> list[Field]:
    """Fields that are needed or known."""
    return [field for field in fields if not field[0].startswith("#") or field[0][1:] in known]


def _lines(fields: Iterable[Field], known: Values, words: Values, indent: str = "") -> Iterator[str]:
    """A line for each field: what is known of it, else what belongs there as a comment."""
    for key, default, says in fields:
        name = key.removeprefix("#")
        if known.get(name):
            yield f"{indent}{name}: {known[name]}"
        else:
            line = f"{indent}{'# ' if key.startswith('#') else ''}{name}: {_said(default, words)}".rstrip()
            yield f"{line:<31} # {_said(says, words)}"


def _said(text: str, words: Values) -> str:
    return re.sub("[A-Z]{4,}", lambda found: words.get(found[0], found[0]), text)

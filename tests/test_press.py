"""Printed figures are found in running text, each at its place, and a draft made of them is no evidence."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from crosswave.cli import app
from crosswave.printed.quantities import Lexicon
from crosswave.study import load_rules
from crosswave.study.importing.press import BYTES, figures_of

DATA = Path(__file__).resolve().parents[1] / "data"
LEXICON = Lexicon(load_rules(DATA).quantities)
RUNNER = CliRunner()

PARAGRAPHS = {
    "A survey of 1,026 council staff found that 58% blame culture, up from 47 per cent in 2017.":
        ["people 1,026", "figure 58%", "figure 47 per cent", "date 2017"],
    "Nearly half (47%) of civil servants say so; two thirds have no plan, and one in five never will.":
        ["figure Nearly half", "figure 47%", "figure two thirds", "figure one in five"],
    "The poll, carried out between 3 and 5 June 2019, questioned 2,011 British adults.":
        ["date 3 and 5 June 2019", "people 2,011"],
    "More than nine in 10 of the 235 respondents want change, said 137 out of 235.":
        ["figure More than nine in 10", "people 235", "count 137 out of 235"],
    "Spending rose by 12% to £5 million in the first half of 2019.":
        ["change? 12%", "date 2019"],
    "A third party confirmed it a third time; a third of trusts agreed.":
        ["figure a third"],
    "Between 58% and 60% of users, or 58-60 per cent, stayed. Fewer than 1% left.":
        ["figure Between 58% and 60%", "figure 58-60 per cent", "figure Fewer than 1%"],
    "The vast majority back it. A majority of MPs do. Most of them know why.":
        ["figure The vast majority", "figure A majority", "figure Most"],
    "Forty-five per cent agreed, c. 30% disagreed and 25pc did not know.":
        ["figure Forty-five per cent", "figure c. 30%", "figure 25pc"],
    "Three-quarters of the sample of 1,500 (n = 1,125) had heard of it.":
        ["figure Three-quarters", "people 1,500", "people 1,125"],
    "Fieldwork: 2019-06-03 to 2019-06-05. Published 12/07/2019.":
        ["date 2019-06-03", "date 2019-06-05", "date 12/07/2019"],
    "Satisfaction fell 5 percentage points, from 63.5% to 58.5%.":
        ["figure 63.5%", "figure 58.5%"],
    "Over 300 senior leaders and almost 200 suppliers were asked; 60% or more replied.":
        ["people Over 300", "people almost 200", "figure 60% or more"],
    "The half-hour show cost half a million pounds and ran 24/7.":
        [],
    "Some 4 out of 5 trusts, 9/10 schools and ½ of all councils are online.":
        ["figure Some 4 out of 5", "figure 9/10", "figure ½"],
    "It polled 500 people in March 2020 and again in the second quarter of 2021.":
        ["people 500", "date March 2020", "date 2021"],
    "In 2020/21 the margin of error was 3%, the base 1,000, and only 8.0% refused.":
        ["date 2020/21", "change? 3%", "people 1,000", "figure only 8.0%"],
    "Unemployment is 4%; about one in ten people, and twelve per\ncent of firms, fear for it.":
        ["figure 4%", "figure about one in ten", "figure twelve per cent"],
    "One hundred per cent of the two-thirds who answered; one half and one tenth did not.":
        ["figure One hundred per cent", "figure two-thirds", "figure one half", "figure one tenth"],
    "The 58-year-old minister met 10 colleagues in 10 Downing Street on 3 May.":
        ["date 3 May"],
    "Two thirds of council chief executives name skills. Of the 214 who replied between 3 and 21 May 2019, 3 in 5 do.":
        ["figure Two thirds", "people 214", "date 3 and 21 May 2019", "figure 3 in 5"],
    "Nearly nine out of ten respondents (n=312) agreed; fewer than one in twenty did not know.":
        ["figure Nearly nine out of ten", "people 312", "figure fewer than one in twenty"],
    "The share at home trebled from 9 to 27 per cent. A third (34pc) were worried, against 29pc a year ago.":
        ["figure 9 to 27 per cent", "figure A third", "figure 34pc", "figure 29pc"],
    "A majority of nurses (58%) had no time. It has doubled to 24 per cent since 2016, more than half in Wales.":
        ["figure A majority", "figure 58%", "figure 24 per cent", "date 2016", "figure more than half"],
    "87.0% of respondents, i.e. 121 of 139, use it. A further 1/8 plan to. Fieldwork: 2 Jan - 30 Jan 2018.":
        ["figure 87.0%", "count 121 of 139", "figure 1/8", "date 2 Jan - 30 Jan 2018"],
    "Fewer than 5% of libraries, and almost all in London, offered it: the sample of 95 shows that. 52-48 was it.":
        ["figure Fewer than 5%", "people 95"],
    "45,5% is a German decimal; 110% is too much.":
        ["figure 45,5%", "figure 110%"],
}  # fmt: skip


@pytest.mark.parametrize("text", PARAGRAPHS)
def test_a_paragraph_gives_what_a_reader_marks_in_it(text: str) -> None:
    found = figures_of(text, LEXICON)
    assert [f"{one.kind} {one.text}" for one in found] == PARAGRAPHS[text]
    for one in found:
        rest = "\n".join(text.split("\n")[one.line - 1 :])[one.column - 1 :]
        assert " ".join(rest.split()).startswith(one.text)


def test_every_figure_found_is_one_that_the_package_reads_or_says_why_not() -> None:
    for text in PARAGRAPHS:
        for one in figures_of(text, LEXICON):
            if one.kind == "figure" and not one.reading.startswith("not read: "):
                share = LEXICON.share(one.text)
                assert one.reading == f"{100 * float(share.low):.4g} to {100 * float(share.high):.4g} %"
    unread = [one.reading for one in figures_of("45,5% and 110%", LEXICON)]
    assert unread == [
        "not read: '45,5%' has a comma in a percentage; write a decimal with a point: 45.5%",
        "not read: '110%' is above 100 %, or its ends are the wrong way round; mend it or call it a mean",
    ]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the data and an article."""
    shutil.copytree(DATA, tmp_path / "data")
    monkeypatch.chdir(tmp_path)
    Path("article.txt").write_text("\n".join(PARAGRAPHS).replace(". ", ".\n\n", 1), encoding="utf-8")
    return tmp_path


def test_a_list_names_file_line_and_column(folder: Path) -> None:
    result = RUNNER.invoke(app, ["read", "article.txt"])
    assert result.exit_code == 0
    assert result.output.startswith(
        "article.txt:1:13\tpeople\t1,026\t1,026\narticle.txt:1:44\tfigure\t58%\t57.5 to 58.5 %\n"
    )
    plain = json.loads(RUNNER.invoke(app, ["read", "article.txt", "--json"]).output)
    assert [(one["line"], one["column"]) for one in plain[:2]] == [(1, 13), (1, 44)]
    assert len(plain) == len(result.output.splitlines()) == sum(map(len, PARAGRAPHS.values()))


def test_a_draft_passes_no_check_until_each_figure_was_compared(folder: Path) -> None:
    Path("short.txt").write_text("Of 235 staff, 58% agree.", encoding="utf-8")
    result = RUNNER.invoke(app, ["read", "short.txt", "--as", "town-poll-2021"])
    assert (result.exit_code, result.output) == (
        0, "data/surveys/town-poll-2021.yaml is a draft; complete it by hand, then: crosswave check\n",
    )  # fmt: skip
    assert "is there already" in RUNNER.invoke(app, ["read", "short.txt", "--as", "town-poll-2021"]).output
    path = folder / "data/surveys/town-poll-2021.yaml"
    text = path.read_text(encoding="utf-8")
    assert "# people at line 1, column 4: 235\n" in text and 'printed: "58%"' in text
    for key, value in {
        "title": "Poll", "year": "2021", "year_basis": "fieldwork", "population": "staff", "sector": "mixed",
        "unit": "person", "    title": "T", "    url": "https://example.org/t", "    kind": "press-release",
        "    asks": "Agree?", "    about": "agreement", "        says": "agrees", "        topic": "other",
    }.items():  # fmt: skip
        text = "\n".join(f"{key}: {value}" if line.startswith(f"{key}:") else line for line in text.split("\n"))
    path.write_text(text, encoding="utf-8")
    line = next(number for number, line in enumerate(text.split("\n"), 1) if "unchecked" in line)
    refused = RUNNER.invoke(app, ["check"])
    assert (refused.exit_code, refused.output) == (
        1,
        f"data/surveys/town-poll-2021.yaml:{line}: unchecked: a program found this figure; compare it with the source, "
        "say what it answers, and delete this line\n",
    )
    path.write_text("\n".join(one for one in text.split("\n") if "unchecked" not in one), encoding="utf-8")
    assert RUNNER.invoke(app, ["check"]).output.startswith("no fault")


def test_a_draft_can_go_elsewhere_and_a_study_stays_as_it_is(folder: Path) -> None:
    before = sorted((folder / "data" / "surveys").iterdir())
    assert RUNNER.invoke(app, ["read", "article.txt", "--output", "out/draft.yaml"]).exit_code == 0
    assert sorted((folder / "data" / "surveys").iterdir()) == before
    assert Path("out/draft.yaml").read_text(encoding="utf-8").count("unchecked: ") == sum(
        one.startswith(("figure", "change?")) for found in PARAGRAPHS.values() for one in found
    )


@pytest.mark.parametrize(("content", "words"), [
    (b"58% " * (BYTES // 4 + 1), "are read at most; cut it"), (b"\x7fELF\0\0\x0158%", "not a text"),
    (b"Nobody counted anything in 2019.", "no printed figure was found"), (b"", "no printed figure was found"),
], ids=["huge", "binary", "no figure", "empty"])  # fmt: skip
def test_what_is_no_article_is_told(folder: Path, content: bytes, words: str) -> None:
    Path("article.txt").write_bytes(content)
    result = RUNNER.invoke(app, ["read", "article.txt"])
    assert result.exit_code == 1 and result.output.startswith("article.txt:1: ") and words in result.output


def test_what_a_terminal_would_obey_is_shown_nowhere(folder: Path) -> None:
    Path("article.txt").write_bytes("\x1b]0;owned\x07\x1b[31m58%\x1b[0m of ‮235 staff, two\x1b[2Jthirds\r\n".encode())
    for options in ([], ["--json"], ["--output", "draft.yaml"]):
        result = RUNNER.invoke(app, ["read", "article.txt", *options])
        assert result.exit_code == 0 and not any(bad in result.output for bad in "\x1b\x07‮")
    assert "\x1b" not in Path("draft.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_encodings_and_line_ends_change_nothing(folder: Path, encoding: str) -> None:
    text = "“Nearly half” of 1,026 staff;\r\n£5 spent by 58–60%."
    Path("article.txt").write_bytes(text.encode(encoding))
    found = json.loads(RUNNER.invoke(app, ["read", "article.txt", "--json"]).output)
    assert [(one["text"], one["line"], one["column"]) for one in found] == [
        ("Nearly half", 1, 2), ("1,026", 1, 18), ("58–60%", 2, 13),
    ]  # fmt: skip

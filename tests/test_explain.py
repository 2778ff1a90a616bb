"""Parts of METHODS.md found by name."""

import pytest

from crosswave.cli.methods import explanation, find_methods, listed, methods
from crosswave.study.places import nearest_data

TEXT = """# Methods

Names: nothing before the first part counts.

## 1. First thing

- Names: `first`, `one`,
  `a-third-name`.
- Code: `verdict.decide`.

It says `so`.

### Below it

- Names: `below`.

Deep.

### Without a name

Also deep.

## 2. Second thing

- Names: `second`.

End.
"""


def test_each_part_has_the_names_of_its_own_line_and_no_others():
    assert [(part.title, part.names) for part in methods(TEXT)] == [
        ("First thing", ("first", "one", "a-third-name")),
        ("Below it", ("below",)),
        ("Second thing", ("second",)),
    ]


def test_a_part_ends_where_the_next_of_its_rank_starts():
    assert explanation("below", TEXT).splitlines()[0] == "### Below it"
    assert explanation("below", TEXT).endswith("Deep.")
    assert explanation("first", TEXT).endswith("Also deep.")
    assert explanation("second", TEXT) == "## 2. Second thing\n\n- Names: `second`.\n\nEnd."


@pytest.mark.parametrize("name", ["a-third-name", "A third name", " a_third_name "])
def test_a_name_is_found_in_any_case_and_spelling_of_its_hyphens(name):
    assert explanation(name, TEXT) == explanation("first", TEXT)


def test_the_list_has_a_line_for_each_part():
    assert listed(TEXT).splitlines() == ["first   First thing", "below   Below it", "second  Second thing"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("secnd", "no method is called 'secnd'; did you mean second?"),
        ("zzz", "no method is called 'zzz'; crosswave explain lists all"),
    ],
)
def test_an_unknown_name_is_refused_with_the_nearest(name, message):
    with pytest.raises(KeyError) as refused:
        explanation(name, TEXT)
    assert refused.value.args == (message,)


def test_the_document_stands_beside_the_data(tmp_path, monkeypatch):
    (tmp_path / "data" / "surveys").mkdir(parents=True)
    (tmp_path / "METHODS.md").write_text(TEXT, encoding="utf-8")
    inside = tmp_path / "data" / "surveys"
    monkeypatch.chdir(inside)
    assert find_methods(nearest_data()) == tmp_path / "METHODS.md"
    assert find_methods(tmp_path / "data") == tmp_path / "METHODS.md"


def test_a_missing_document_is_told_with_the_way_out(tmp_path):
    (tmp_path / "data").mkdir()
    with pytest.raises(FileNotFoundError, match=r"^METHODS.md must be beside the data folder; .* name another"):
        find_methods(tmp_path / "data")

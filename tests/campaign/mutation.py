"""Texts of data files that went wrong: parts of the tree moved, replaced or added, and bytes changed."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from random import Random
from typing import Any

import yaml

FIGURES = (
    "0%", "100%", "50%", "33.3%", "66.67%", "12.5%", "58", "0.58", "7", "100.0%", "99.9%", "13.1914893617021277%",
    "150%", "nearly half", "one in three", "over 60%", "<1%", "*", "-", "", "58 per cent", "5½%", "1e5%", "3/4", "37 %",
    "between 40% and 50%", "137 of 235", "1.000%", "0.00000000001%", "９９%", "58%%", "50,5%", "١٢%", "0.5%", "-5%",
)  # fmt: skip
NUMBERS = (
    "0", "1", "2", "3", "7", "13", "61", "100", "235", "1,204", "9999999", "10000000", "10000001", "-1", "1.5", "1e9",
    "1e999999999", "nan", ".inf", "0x10", "1_000", "true", "2017", "2017-02-30", "1989", "9" * 400,
)  # fmt: skip
TEXTS = (
    "", " ", "null", "~", "a", "\u0000", "\x1b]0;x\x07", "\u202ex", "=cmd|'/c calc'!A1", "@x", "-x", "%s%n", "'; --",
    "a" * 5001, "é" * 300, "\ud7ff", "😀", "../../x", "/etc/passwd", "{{7*7}}", "${HOME}", "<script>x</script>", "n",
    "https://a.b/" + "c" * 2001, "javascript:alert(1)", "a.b", "a.b.c", "[x]", "!!python/object/apply:os.system [x]",
    "exact", "derived", "at-least", "approximate", "single", "multi", "scale", "truncated", "nearest", "median", "all",
)  # fmt: skip
BYTES = (
    b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\r", b"\t", b"&a ", b"*a ", b"<<: ", b"---\n", b"...\n", b"!!set ", b"? ",
    b"[" * 2000, b"{a: " * 500, b'"', b"'", b"#", b"%YAML 9.9\n", b"\xc2\x85", b"\xe2\x80\xa8", b": ", b"- ", b"|\n",
    b"!!python/object/apply:os.system [touch owned]\n", b"9" * 5000, b",",
)  # fmt: skip
EXTRA: tuple[tuple[str, Any], ...] = (
    ("rounding", "truncated"), ("weighted", "true"), ("weighted", "false"), ("design_effect", "1.4"), ("item", "a"),
    ("margin_of_error", "3"), ("response", "single"), ("response", "multi"), ("response", "scale"), ("derived", "x"),
    ("base", "all"), ("base", {"who": "some", "n": "17"}), ("base", {"who": "some"}), ("base", {"at_most": "n"}),
    ("base", {"at_most": "40"}), ("printed_in", "share"), ("printed_in", "count"), ("printed_in", "percent"),
    ("n", {"kind": "derived", "low": "90", "high": "110", "how": "x"}), ("n", {"kind": "exact", "value": "61"}),
    ("n", {"kind": "at-least", "value": "300"}), ("n", {"kind": "approximate", "value": "1000"}), ("asked", "5"),
    ("ambiguity", "x"), ("unusable", "x"), ("barrier", "true"), ("exhaustive", "true"), ("organisations", "12"),
    ("measure", "mean"),
)  # fmt: skip
TIES = ("net_of", "part_of", "rival_of", "complement_of", "organisations_of", "answers", "either")

Place = tuple[Any, Any]
"""A mapping or list, and a key or index in it."""


def broken(name: str, texts: Mapping[str, str], random: Random) -> bytes:
    """Return the text of a name with one to four faults; parts may come from the others."""
    how = random.random() if name.endswith("yaml") else 1
    content = _tree(name, texts, random) if how < 0.7 else texts[name].encode()
    if how > 0.6:
        for _ in range(random.randint(1, 4)):
            content = random.choice(BY_BYTES)(content, texts, random)
    return content


def _tree(name: str, texts: Mapping[str, str], random: Random) -> bytes:
    tree, other = copy.deepcopy(_parsed(texts[name])), _parsed(texts[random.choice([*texts])])
    for _ in range(random.choice((1, 1, 1, 2, 3, 4))):
        places = list(_places(tree))
        if not places:
            break
        random.choice(_BY_TREE)(random.choice(places), places, list(_places(other)), random)
    return json.dumps(tree, indent=1, ensure_ascii=False).encode("utf-8", "surrogatepass")  # which is YAML


@cache
def _parsed(text: str) -> Any:
    return yaml.load(text, yaml.CBaseLoader)


def _places(tree: Any) -> Iterator[Place]:
    """Every value below a tree, as where it stands."""
    keys = tree if isinstance(tree, dict) else range(len(tree)) if isinstance(tree, list) else ()
    for key in list(keys):
        yield tree, key
        yield from _places(tree[key])


def _scalar(place: Place, places: list[Place], others: list[Place], random: Random) -> None:
    """A value of another kind, or hostile, where one stands."""
    box, key = place
    kind = FIGURES if key in ("printed", "level") else random.choice((FIGURES, NUMBERS, TEXTS))
    box[key] = random.choice(kind)


def _figure(_: Place, places: list[Place], others: list[Place], random: Random) -> None:
    """Another percentage or number of people, as a slip of the hand makes it: the form stays right."""
    found = [(box, key) for box, key in places if key in ("printed", "value", "n", "low", "high", "year") and
             isinstance(box[key], str)]  # fmt: skip
    if found:
        box, key = random.choice(found)
        decimals = random.choice((0, 0, 0, 1, 2, 3, 5, 9))
        share = f"{random.uniform(0, 100):.{decimals}f}%"
        box[key] = share if key == "printed" else str(random.choice((random.randint(1, 60), random.randint(1, 3000))))


def _tie(_: Place, places: list[Place], others: list[Place], random: Random) -> None:
    """A relation between answers, right or wrong."""
    answers = [box for box, key in places if key == "printed" and isinstance(box, dict) and "says" in box]
    if not answers:
        return
    names = [str(one.get("id")) for one in answers]
    box, key = random.choice(answers), random.choice(TIES)
    some = random.sample(names, min(len(names), random.randint(1, 4)))
    if key in ("answers", "either"):
        questions = [str(box.get("id")) for box, key in places if key == "asks" and isinstance(box, dict)]
        full = [f"{random.choice(questions or ['q'])}.{name}" for name in some]
        base = {"who": "x", "answers": full}
        box["base"] = base if key == "answers" else {"either": ["all", base]}
    else:
        box[key] = some if key == "net_of" else some[0]


def _delete(place: Place, places: list[Place], others: list[Place], random: Random) -> None:
    del place[0][place[1]]


def _double(place: Place, places: list[Place], others: list[Place], random: Random) -> None:
    box, key = place
    if isinstance(box, list):
        box.insert(key, copy.deepcopy(box[key]))
    else:
        box[f"{key}{random.choice(('', '2', ' ', '_'))}"] = [copy.deepcopy(box[key])]


def _swap(place: Place, places: list[Place], others: list[Place], random: Random) -> None:
    (box, key), (other, name) = place, random.choice(places)
    box[key], other[name] = copy.deepcopy(other[name]), copy.deepcopy(box[key])


def _foreign(place: Place, places: list[Place], others: list[Place], random: Random) -> None:
    if others:
        box, key = random.choice(others)
        place[0][place[1]] = copy.deepcopy(box[key])


def _extra(_: Place, places: list[Place], others: list[Place], random: Random) -> None:
    """A key that the format knows, where it may belong or not."""
    boxes = [box for box, _ in places if isinstance(box, dict)]
    if boxes:
        key, value = random.choice(EXTRA)
        random.choice(boxes)[key] = copy.deepcopy(value)


_BY_TREE: tuple[Callable[[Place, list[Place], list[Place], Random], None], ...] = (
    _scalar, _scalar, _figure, _figure, _figure, _tie, _delete, _double, _swap, _foreign, _extra, _extra,
)  # fmt: skip


def _cut(content: bytes, random: Random) -> tuple[int, int]:
    start = random.randrange(len(content) + 1)
    return start, min(len(content), start + random.choice((1, 1, 2, 10, 200)))


def _flip(content: bytes, others: Mapping[str, str], random: Random) -> bytes:
    start, _ = _cut(content, random)
    return content[:start] + bytes((random.randrange(256),)) + content[start + 1 :]


def _insert(content: bytes, others: Mapping[str, str], random: Random) -> bytes:
    start, _ = _cut(content, random)
    return content[:start] + random.choice(BYTES) + content[start:]


def _remove(content: bytes, others: Mapping[str, str], random: Random) -> bytes:
    start, end = _cut(content, random)
    return content[:start] + content[end:]


def _repeat(content: bytes, others: Mapping[str, str], random: Random) -> bytes:
    start, end = _cut(content, random)
    return content[:end] + content[start:end] * random.choice((1, 2, 50)) + content[end:]


def _end(content: bytes, others: Mapping[str, str], random: Random) -> bytes:
    return content[: _cut(content, random)[0]]


def _splice(content: bytes, others: Mapping[str, str], random: Random) -> bytes:
    other = others[random.choice([*others])].encode()
    return content[: _cut(content, random)[0]] + other[_cut(other, random)[0] :]


def _lines(content: bytes, others: Mapping[str, str], random: Random) -> bytes:
    lines = content.split(b"\n")
    one, two = random.randrange(len(lines)), random.randrange(len(lines))
    lines[one], lines[two] = lines[two], lines[one]
    return random.choice((b"\n", b"\n", b"\r\n", b"\r")).join(lines)


def _encode(content: bytes, others: Mapping[str, str], random: Random) -> bytes:
    return content.decode("utf-8", "replace").encode(random.choice(("utf-16", "utf-8-sig", "utf-32", "utf-7")))


BY_BYTES = (_flip, _flip, _insert, _insert, _remove, _repeat, _end, _splice, _lines, _encode)

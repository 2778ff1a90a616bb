"""What to write in place of a share that nobody can read, or that could be read two ways."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from crosswave.printed.words import is_count_of, ratio
from crosswave.words import arrived

_SHORT = 80
"""A text is repeated in its advice up to so many characters."""

_ADVICE: Mapping[Callable[[str], object], str] = {
    re.compile(r"[0-9]{1,3}(\.[0-9]+)?").fullmatch: "is a bare number; write {text}% for a percentage, or a count as "
    "137 of 235",
    re.compile(r"[0-9][0-9.,]*").fullmatch: "is a bare number; write 58% for a percentage, or a count as 137 of 235",
    is_count_of: "is a count and who answered, and no share; write {counts}",
    re.compile(r".*[0-9],[0-9].*").fullmatch: "has a comma in a percentage; write a decimal with a point: {pointed}",
    re.compile(r".*[0-9.]e[-+]?[0-9].*").fullmatch: "has an exponent; write the number in full: 58%",
    re.compile(r".*\(.*").fullmatch: "says more in brackets, which may be a count or who answered; write 58% of 235 if "
    "235 answered, or 137 of 235 if 137 gave this answer",
    re.compile(r".*(%|half|third|quarter) ?([*†‡#^¹²³]|\[).*").fullmatch: "has the mark of a note; write the share "
    "alone once the note is read: 58%",
}  # fmt: skip


def share_advice(printed: str, text: str) -> str:
    """Return why a text is no share, and what to write."""
    counted = ratio(text) or (137, 235)
    own = {"text": text, "pointed": text.replace(",", "."), "counts": f"{counted[0]} of {counted[1]}"}
    for meets, advice in _ADVICE.items():
        if meets(text) and len(text) <= _SHORT:
            return f"{arrived(printed)} {advice.format(**own)}"
    return (
        f"cannot read {arrived(printed)} as a share; print a percentage, a fraction in words or a phrase of "
        "quantities.yaml, or add the phrase there with an interval and a reason"
    )

"""What an Excel cell shows: the figure that a person sees, which is the one that was printed."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

_SECTIONS = re.compile(r';(?=(?:[^"]*"[^"]*")*[^"]*$)')
_PARTS = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|(?P<space>[_*]).|\[(?P<bracket>[^\]]*)\]|(?P<digits>[#0?][#0?.,]*|\.[#0?]+)'
    r"|(?P<general>General|@)|(?P<plain>.)",
    re.IGNORECASE,
)
_CONDITION = re.compile(r"\[(<=|>=|<>|<|>|=)(-?[\d.]+)\]")
_MEETS: Mapping[str, Callable[[Decimal, Decimal], bool]] = {
    "<": operator.lt, ">": operator.gt, "<=": operator.le, ">=": operator.ge, "=": operator.eq, "<>": operator.ne,
}  # fmt: skip


class CellError(ValueError):
    """A cell of which nobody can say what it shows; the words say what to type instead."""


def shown(value: object, number_format: str, printed: bool = False) -> str:
    """Return the text that a cell shows; `CellError` where nobody can tell.

    A cell may hold more digits than it shows: of a table as it was `printed`, those shown are its figure.

    Examples
    --------
    >>> shown(0.58, "0%"), shown(0.58, "0.0%"), shown(235, "General")
    ('58%', '58.0%', '235')
    """
    match value:
        case str():
            return _text(value)
        case bool():
            return str(value).lower()
        case int() | float():
            return _number(value, number_format, printed)
        case date():
            # as many parts as the cell shows: Excel makes the first of the month of 2017-04
            shape = re.sub(r'"[^"]*"|\[[^\]]*\]', "", number_format).lower()
            return value.strftime("%Y-%m-%d" if "d" in shape else "%Y-%m" if "m" in shape else "%Y")
        case None:
            return ""
    raise CellError(f"is a {type(value).__name__}; type it as text")


def _text(value: str) -> str:
    if value.startswith("=") and len(value) > 1:
        raise CellError(f"is a formula ({value}); type what is printed")
    if re.fullmatch(r"#(REF!|N/A|VALUE!|DIV/0!|NAME\?|NUM!|NULL!)", value):
        raise CellError(f"is an error of the sheet ({value}); type what is printed")
    return " ".join(value.split())


def _number(value: int | float, number_format: str, printed: bool) -> str:
    exact = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    section, sign = _section(exact, number_format)
    text, rounded = _formatted(abs(exact) if sign else exact, section, number_format)
    if not (printed or rounded == 0):
        raise CellError(f"holds {_plain(exact)} and shows {text}; type the one that is printed, as text")
    return text


def _section(number: Decimal, number_format: str) -> tuple[str, bool]:
    """The part of a format that shows a number, and whether it shows the sign of a negative one itself."""
    sections = _SECTIONS.split(number_format)
    conditions = [_CONDITION.search(section) for section in sections]
    if any(conditions):
        met = (k for k, one in enumerate(conditions) if one is None or _MEETS[one[1]](number, Decimal(one[2])))
        return sections[next(met, len(sections) - 1)], False
    if number < 0 and len(sections) > 1:
        return sections[1], True
    return sections[2 if number == 0 and len(sections) > 2 else 0], False


def _formatted(number: Decimal, section: str, number_format: str) -> tuple[str, Decimal]:
    """A number as a section of a format shows it, and by how much the shown number differs."""
    texts, digits, scale, general = list[str](), "", Decimal(1), False
    for part in _PARTS.finditer(section):
        kind, text = str(part.lastgroup), part[str(part.lastgroup)]
        if kind in ("digits", "general"):
            if digits or general or text.count(".") > 1:
                kind, text = "plain", "/"
            else:
                digits, general = text, kind == "general"
                texts.append("\0")
        if kind in ("quoted", "escaped") or (kind == "plain" and text in " -+()%£$€:,"):
            texts.append(text)
            scale *= 100 if text == "%" and kind == "plain" else 1
        elif kind == "plain" or (kind == "bracket" and text.startswith("$") and len(text) < 2):
            raise CellError(f"has the number format {number_format!r}, which is not read here; type the figure as text")
    if general or not digits:
        shown_text = _plain(number)
        return "".join(texts).replace("\0", shown_text).strip(), Decimal(0)
    scale /= 1000 ** (len(digits) - len(digits.rstrip(",")))
    head, _, tail = digits.rstrip(",").partition(".")
    scaled = number * scale
    seen = scaled.quantize(Decimal(1).scaleb(-len(tail)), ROUND_HALF_UP)
    text = f"{seen:{',' if ',' in head else ''}f}"
    if optional := len(tail) - len(tail.rstrip("#?")):
        whole_part, _, decimals = text.partition(".")
        kept = decimals[:-optional] + decimals[-optional:].rstrip("0")
        text = f"{whole_part}.{kept}"
    off = abs(seen - scaled)
    return "".join(texts).replace("\0", text).strip(), off if off > Decimal("1e-9") else Decimal(0)


def _plain(number: Decimal) -> str:
    return f"{number.quantize(Decimal(1)) if number == number.to_integral_value() else number.normalize():f}"

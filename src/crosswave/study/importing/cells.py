"""What an Excel cell shows: the figure that a person sees, which is the one that was printed."""

from __future__ import annotations

import re
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

_NUMBER = re.compile(r'(?P<thousands>#,##)?0(?:\.(?P<decimals>0+))?(?P<unit>%|(?:"[^"]*")|(?:\\.))?')


class CellError(ValueError):
    """A cell of which nobody can say what it shows; the words say what to type instead."""


def shown(value: object, number_format: str) -> str:
    """Return the text that a cell shows; `CellError` where nobody can tell.

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
            return _number(value, number_format)
        case date():
            # as many parts as the cell shows: Excel makes the first of the month of 2017-04
            shape = re.sub(r'"[^"]*"|\[[^\]]*\]', "", number_format).lower()
            return value.strftime("%Y-%m-%d" if "d" in shape else "%Y-%m" if "m" in shape else "%Y")
        case None:
            return ""
    raise CellError(f"is a {type(value).__name__}; type it as text")


def is_date(value: object) -> bool:
    """Return whether Excel holds a date or time: perhaps one that it has made of a figure such as 9/10."""
    return isinstance(value, date) or type(value).__name__ in ("time", "timedelta")


def _text(value: str) -> str:
    if value.startswith("=") and len(value) > 1:
        raise CellError(f"is a formula ({value}); type what is printed")
    if re.fullmatch(r"#(REF!|N/A|VALUE!|DIV/0!|NAME\?|NUM!|NULL!)", value):
        raise CellError(f"is an error of the sheet ({value}); type what is printed")
    return " ".join(value.split())


def _number(value: int | float, number_format: str) -> str:
    exact = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if number_format in ("General", "@"):
        return _plain(exact)
    match = _NUMBER.fullmatch(number_format)
    if match is None:
        raise CellError(f"has the number format {number_format!r}, which is not read here; type the figure as text")
    scaled = exact * 100 if match["unit"] == "%" else exact
    decimals = len(match["decimals"] or "")
    seen = scaled.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    unit = (match["unit"] or "").strip('"').removeprefix("\\")
    text = f"{seen:{',' if match['thousands'] else ''}.{decimals}f}{unit}"
    if abs(seen - scaled) > Decimal("1e-9"):
        raise CellError(f"holds {_plain(exact)} and shows {text}; type the one that is printed, as text")
    return text


def _plain(number: Decimal) -> str:
    return f"{number.quantize(Decimal(1)) if number == number.to_integral_value() else number.normalize():f}"

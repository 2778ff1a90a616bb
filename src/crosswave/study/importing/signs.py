"""The words and signs by which the cells of published tables are known."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from crosswave.printed.plain import is_mark

SHARE = re.compile(r"(?:[<>~≤≥+-]|less than|under)?\s*-?\d[\d,]*(?:\.\d+)?\s*%", re.I)
NUMBER = re.compile(r"[<>]?\s*[-+]?(?:(?:\d{1,3}(?:,\d{3})+|\d{1,3}(?: \d{3})+|\d+)(?:\.\d+)?|\d+,\d{1,2})")
DECIMAL_COMMA = re.compile(r"(?<=\d),(?=\d{1,2}(?!\d))")
PAIRS = re.compile(
    r"(?P<count>\d[\d,]*)\s+\(?(?P<share>\d+(?:\.\d+)?\s?%)\)?(?P<mark>(?:\s[A-Za-z]+)?)"
    r"|(?P<share_>\d+(?:\.\d+)?\s?%)\s*\((?:n\s?=\s?)?(?P<count_>\d[\d,]*)\)"
)
"""A count and a share in one cell, the one above, below or in brackets."""

MARKED = re.compile(
    r"(?P<figure>[<>]?\s*[-+]?\d[\d,]*(?:\.\d+)?\s*%?)\s*"
    r"(?P<mark>(?:\[[a-z0-9 ,]+\]\s*)+|[*†‡#^¹²³⁴⁵⁶⁷⁸⁹]+|[A-Z]{1,9}|[A-Za-z](?:[/, ][A-Za-z])*)"
)
LETTERS = re.compile(r"[A-Z*]{1,9}|\(?[A-Za-z]\)?(?:[/, ][A-Za-z*])*")
LETTER = re.compile(r"\(?[A-Za-z]\)?")
_WEIGHT = r"un-?weighted|weighted|unwtd\.?|wtd\.?|effective"
_NOUN = "base|sample|count|total|n|respondents|responses|answered|interviews"
BASE = re.compile(
    rf"(?:(?P<weight>{_WEIGHT})?[\s_]*(?:(?:total|grand|number of|all|row|column)\s+)?(?:{_NOUN}|bases)"
    rf"(?:[\s_](?:{_NOUN}|sizes?|totals|counts|row))*[\s_:–-]*(?:\(?(?P<after>{_WEIGHT})\)?)?|n ?="
    rf"|(?P<alone>{_WEIGHT}))"
    r"(?:\s*\(.*\))?\s*:?(?:\s*\[.*\])?",
    re.I,
)
HEAD_BASE = re.compile(r"\s*\(?\b(?:n|base|unweighted(?: base)?)\s*[=:]\s*(?P<n>\d[\d,]*)\)?", re.I)
SIZES = re.compile(r".*(base|sample|respondents|responses|answered).*", re.I)
UNITS = re.compile(r"(col(umn)?\.? ?)?(%|per ?cent(age)?s?|pct|counts?|n|no\.)|column labels|values", re.I)
ALL_ARE = re.compile(r"(col(umn)?|row) ?%|(column |row )?percent|all figures|figures are", re.I)
AFTER_NAME = re.compile(r"\s*(\((%|per ?cent)\)|%|\[note \d+\]|[¹²³])$")
CONTINUED = re.compile(r"\s*[(\[]?cont(?:inued|\.|'d)?[)\]]?$", re.I)
SUMS = re.compile(r"(?:total|grand total|sigma|sum|all|σ)\s*(?:\(?%\)?)?", re.I)
SPREAD = re.compile(
    r".*(confidence|\brange\b|\+ ?/ ?-|±|median|\b[lu]cl\b|\bci\b|lower|upper|standard (error|deviation)|"
    r"std\.?\s|variance|margin of error|error (variance|limit)|\bcv\b|significan|p-?value).*",
    re.I,
)
MEANS = re.compile(r"(mean|average)\b.*", re.I)
NET = re.compile(r"(?:net\b|nett\b|total:? \w|sum:|all:? \w).*|.*\((?:net|total)\)|t[23]b\b.*|(?:top|bottom) ?[23].*",
                  re.I)  # fmt: skip
PERCENT = re.compile(r".*(%|per ?cent|percentages?|proportions?|\bpct\b).*", re.I)
COUNTS = re.compile(r"(?:.*\b)?(?:counts?|n|no\.|number(?: of .*)?|frequency|freq\.?|#)(?:\s*[)\]])?", re.I)
ASKS = re.compile(r"(?:q(?:uestion)?\.?\s?[a-z_]*\d|[a-z]{1,6}_?\d+[a-z_]*\d*[.:) ]).*|.*\?.*", re.I)
BASE_WORDS = re.compile(r"base\s*(?:\(.*?\))?\s*[:=-]\s*(?P<who>.+)|(?P<all>all (?:respondents|adults).*)", re.I)
ASIDE = re.compile(
    r"(table|sheet|worksheet|page|contents|back to|return to|field ?work|prepared|source|note|notes|©|published|weight|"
    r"sample:|method|prop(ortion)?s? |mean of|this (work)?sheet|some cells|some short|columns? |column %|percentages? |"
    r"%|figures|significan|www\.|http|\*|\[|\(|summary).*",
    re.I,
)
TABLE = re.compile(r"table[\s_]+[\w.]+\s*(?:[:.–-]\s*)?(?P<rest>.*)", re.I)
SAYS = re.compile(
    r"[\"'“‘]?(?P<mark>\*+|-|–|\.\.|:|~|[cxzu]|\[[a-z]{1,8}\])[\"'”’]?\s*"
    r"(?:=|:|denotes|indicates?|means|represents|shows|refers to|stands for)\s*(?P<says>[^;\[]{2,90})",
    re.I,
)
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)"
)
DATE = re.compile(
    r"(?:[a-z]+ )?(?:\d\d?(?:\s?[–-]\s?\d\d?)?,? )?\b(?:19|20)\d\d(?:\s?[/–-]\s?\d\d+)?\b"
    r"|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[ -]\d\d\b|\bwave \d+\b"
    rf"|(?:^|(?<=: )){_MONTH}(?=$|:)",
    re.I,
)
VOTES = re.compile(r"[^:]*\b(?:vot(?:e|ed|er|ing)s?|ge|elections?|referendum|ref|eu ref)\b[^:]*", re.I)
"""How a person voted in a year is a group, and the year no date of the survey."""
ITEM = re.compile(r"(?:survey )?(?:questions?|items?|statements?|indicators?|measures?|metrics?)(?: text)?", re.I)
PEOPLE = re.compile(
    r"all\b.*|total|(?:ages? )?\d\d ?(?:[-–]|to) ?\d\d.*|\d\d\+|\d\d (?:and|or) over.*|(?:wo)?men|(?:fe)?males?"
    r"|(?:white|black|asian|mixed)\b.*|(?:upper|lower) socio.*|(?:not )?(?:employed|working|disabled)\b.*"
    r"|(?:north|south|east|west)(?:ern)?(?: \w+)?",
    re.I,
)
"""Rows that name people, and no answers."""
OTHER_SHEETS = re.compile(r".*\b(contents?|index|cover|notes?|information|metadata|front|read ?me|toc|back)\b.*", re.I)
EVERYONE = re.compile(
    r"(?:(?:grand )?total|all|overall|everyone|all (?:adults|respondents|persons|people)|great britain|uk)\b.*", re.I
)
GSS: Mapping[str, str] = {
    "[c]": "confidential", "[d]": "not comparable", "[x]": "not available", "[z]": "not applicable",
    "[w]": "none recorded", "[low]": "a small number that the table does not print", "[u]": "unreliable",
    "z": "not applicable", "..": "not available", ":": "not available", "n/a": "not available",
}  # fmt: skip
"""What a sign alone in a cell means by the guidance of the Government Statistical Service (analysisfunction, 2022)."""

FLAGS: Mapping[str, str] = {
    "[b]": "break in the series", "[e]": "estimated", "[f]": "forecast", "[p]": "provisional", "[r]": "revised",
    "[u]": "unreliable", "[er]": "estimated and revised", "[low]": "low",
}  # fmt: skip


@lru_cache(maxsize=8192)  # the cells of a sheet repeat
def kind_of(text: str) -> str:
    """Return what a cell holds: "share", "number", "mark", or "" where it is text."""
    if SHARE.fullmatch(text):
        return "share"
    if NUMBER.fullmatch(text):
        return "number"
    if is_mark(text) and not re.fullmatch(r"[A-Za-z#]", text.replace("z", "").replace("c", "").replace("x", "")):
        return "mark"
    match = MARKED.fullmatch(text)
    return kind_of(match["figure"].strip()) if match else ""


def whole(text: str) -> int | None:
    """Return a number of people; None where a cell holds none."""
    digits = re.sub(r"\s*(\[.*\]|[*¹²³†])$", "", text).replace(",", "").strip("() ").removeprefix("n=").strip()
    digits = re.sub(r"(?<=\d) (?=\d{3})", "", digits)
    return round(float(digits)) if re.fullmatch(r"\d+(\.\d+)?", digits) and float(digits) >= 1 else None


def no_name(text: str) -> bool:
    """Return whether a text that should name an answer, a group or a question is a figure or a mark."""
    return bool(kind_of(text)) and not re.fullmatch(r"[<>]?\d{1,4}", text)


def weight_of(label: str) -> str:
    """Return whether the label of a base says "weighted" or "unweighted"; "" where it says neither."""
    match = BASE.fullmatch(label)
    word = ((match["weight"] or match["after"] or match["alone"] or "") if match else "").lower()
    return "unweighted" if word.startswith("un") else "weighted" if word.startswith("w") else word

"""Pages that are recorded twice: one page under two addresses is one source."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import combinations, product
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from crosswave.study.models import Source

_LEAST_LETTERS = 20
"""A shorter last part of an address, such as news or digital-survey, may name two pages of one site."""
_EXTRA = re.compile(r"(/amp|/index\.html?)?/*$")
_TRACKING = re.compile(r"^(utm_|fbclid$|gclid$|mc_)")


def same_pages(sources: Iterable[Source]) -> Iterator[tuple[Source, Source]]:
    """Yield each pair of sources that are one page, in the order given.

    Notes
    -----
    Two records are one page where an address of one is an address of the other, but for what changes no page (http or
    https, www, a slash at the end, utm parameters); where it stands inside the other, as in the address of a copy; or
    where one site gives both pages the same long last part of the address, and not two dates.
    """
    known = [(source, [_plain(address) for address in (source.url, *source.also_at)]) for source in sources]
    for (first, ours), (second, theirs) in combinations(known, 2):
        pairs = list(product(ours, theirs))
        named = any(_same_name(one, other) for one, other in pairs) and _one_date(first, second)
        if named or any(_same(one, other) for one, other in pairs):
            yield first, second


def _plain(address: str) -> str:
    """An address without what can differ between two addresses of one page."""
    parts = urlsplit(address)
    host = re.sub(r"^(www|m)\.", "", parts.netloc.lower())
    asked = urlencode([(key, value) for key, value in parse_qsl(parts.query) if not _TRACKING.match(key)])
    return f"{host}{_EXTRA.sub('', unquote(parts.path))}{'?' * bool(asked)}{asked}"


def _same(one: str, other: str) -> bool:
    shorter, longer = sorted((one, other), key=len)
    return one == other or ("/" in shorter and longer.endswith((f"/{shorter}", f".{shorter}")))


def _same_name(one: str, other: str) -> bool:
    if one.split("/")[0] != other.split("/")[0]:
        return False
    names = {re.sub(r"[\W_]", "", address.split("/")[-1].lower()) for address in (one, other)}
    return len(names) == 1 and len(names.pop()) >= _LEAST_LETTERS


def _one_date(first: Source, second: Source) -> bool:
    dates = first.published, second.published
    if None in dates:
        return True
    shorter, longer = sorted((date or "" for date in dates), key=len)
    return longer.startswith(shorter)

"""Small changes to words that every sentence needs."""


def capital(text: str) -> str:
    """Return text with its first letter as a capital."""
    return text[:1].upper() + text[1:]


def plural(count: int, one: str, many: str | None = None) -> str:
    """Return a count with its noun.

    Parameters
    ----------
    count : int
        How many.
    one, many : str
        The noun for one, and for any other number; ``one`` with an s if absent.

    Examples
    --------
    >>> plural(1, "wave"), plural(2, "wave"), plural(0, "body", "bodies")
    ('1 wave', '2 waves', '0 bodies')
    """
    return f"{count:,} {one if count == 1 else many or one + 's'}"


_MOST_SHOWN = 80


def arrived(value: object) -> str:
    """Return what arrived as Python writes it, cut where it is long: a message is read by a person.

    Parameters
    ----------
    value : object
        Mostly text that somebody typed.

    Examples
    --------
    >>> arrived("58%"), arrived("-" * 20_001)[-26:]
    ("'58%'", "----... (20,003 characters)")
    """
    return cut(repr(value))


def cut(text: str) -> str:
    """Return a text, cut where it is long, with how long it is.

    Parameters
    ----------
    text : str
        Of any length.
    """
    return text if len(text) <= _MOST_SHOWN else f"{text[: _MOST_SHOWN - 25]}... ({len(text):,} characters)"

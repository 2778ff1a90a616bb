"""The files that all pages share: two style sheets and the script of the index."""

from pathlib import Path

from crosswave.site.files import write_whole

STATIC = Path(__file__).parent / "static"
ASSETS = "assets"
SHEETS = ("site.css", "code.css")


def code_style() -> str:
    """Return the style sheet of highlighted code, in light and dark."""
    from pygments.formatters import HtmlFormatter

    light = HtmlFormatter(style="default").get_style_defs(".highlight")
    dark = HtmlFormatter(style="github-dark").get_style_defs(".highlight")
    return f"{light}\n@media (prefers-color-scheme: dark) {{\n{dark}\n}}\n"


def write_assets(out: Path) -> None:
    """Write the shared files below the folder of the index.

    Parameters
    ----------
    out : Path
        Folder of the index.

    Raises
    ------
    OSError
        When the folder cannot be written.
    """
    for name in ("site.css", "search.js"):
        write_whole(out / ASSETS / name, (STATIC / name).read_text(encoding="utf-8"))
    write_whole(out / ASSETS / "code.css", code_style())

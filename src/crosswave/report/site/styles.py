"""The files that all pages share: style sheets, scripts and the icon."""

from pathlib import Path

STATIC = Path(__file__).parent / "static"
ASSETS = "assets"


def code_style() -> str:
    """Return the style sheet of highlighted code, in light and dark."""
    from pygments.formatters import HtmlFormatter

    light, dark = (HtmlFormatter(style=style).get_style_defs(".highlight") for style in ("default", "github-dark"))
    return f"{light}\n@media (prefers-color-scheme: dark) {{\n{dark}\n}}\n"


def assets() -> dict[str, str]:
    """Return every shared file by its address."""
    files = {f"{ASSETS}/{path.name}": path.read_text(encoding="utf-8") for path in sorted(STATIC.iterdir())}
    return files | {f"{ASSETS}/code.css": code_style()}

"""A page as one file that can be sent: its style sheets and scripts are in it, and its links lead to the site."""

from __future__ import annotations

import base64
import hashlib
import posixpath
import re
from collections.abc import Mapping
from functools import partial

_SHEET = re.compile(r'<link rel="stylesheet" href="([^"]+)">')
_SCRIPT = re.compile(r'<script src="([^"]+)" defer></script>')
_ELSEWHERE = re.compile(r'<link rel="(?:icon|alternate)"[^>]*>\n?|<form class="find".*?</form>\n?', re.DOTALL)
_POLICY = re.compile(r'(<meta http-equiv="Content-Security-Policy" content=")[^"]*(">)')
_LINK = re.compile(r'<a\b([^>]*?) href="(?!#|data:|https?:|mailto:)([^"]*)"([^>]*)>')
_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)
_CODE = re.compile(r"<script>(.*?)</script>", re.DOTALL)


def single_file(document: str, href: str, files: Mapping[str, str | bytes], address: str = "") -> str:
    """Return a page of the site whole: what it needs is in it, and nothing is asked for.

    Links to other pages lead to the address of the site; where it has none they are words.
    """

    def text_of(name: str) -> str:
        return str(files[posixpath.normpath(posixpath.join(posixpath.dirname(href), name))])

    shown = _ELSEWHERE.sub("", document)
    shown = _SHEET.sub(lambda found: f"<style>{text_of(found[1])}</style>", shown)
    scripts = [name for name in _SCRIPT.findall(shown) if not name.endswith("search.js")]
    shown = _SCRIPT.sub("", shown)
    code = "".join(f"<script>{text_of(name)}</script>\n" for name in scripts)
    shown = shown.replace("</body>", f"{code}</body>")
    shown = _LINK.sub(partial(_there, href, address), shown)
    hashes = [" ".join(map(_hash, dict.fromkeys(part.findall(shown)))) or "'none'" for part in (_STYLE, _CODE)]
    rules = f"default-src 'none'; img-src data:; style-src {hashes[0]}; script-src {hashes[1]}"
    return _POLICY.sub(lambda found: f"{found[1]}{rules}; base-uri 'none'; form-action 'none'{found[2]}", shown)


def _there(href: str, address: str, match: re.Match[str]) -> str:
    before, to, after = match.groups()
    path, mark, at = to.partition("#")
    whole = posixpath.normpath(posixpath.join(posixpath.dirname(href), path))
    return f'<a{before} href="{address}{whole}{mark}{at}"{after}>' if address else f"<a{before}{after}>"


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"

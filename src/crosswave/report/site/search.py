"""What readers search from any page: an entry for each topic, survey, claim, figure and page, and words alike."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from crosswave.report.site.material import Finder, Link, Material


def search_index(material: Material, hrefs: Mapping[str, str], others: Sequence[Link]) -> str:
    """Return the script that holds the index: kinds, entries (kind, text, address, other words), words alike."""
    kinds = [finder.title for finder in material.finders] + ["Pages"]
    entries = [[place, *entry] for place, finder in enumerate(material.finders) for entry in _rows(finder, hrefs)]
    entries += [[len(kinds) - 1, link.text, link.href, link.after] for link in others]
    tables = [f"{finder.name}.html" for finder in material.finders]
    held = {"kinds": kinds, "tables": tables, "entries": entries, "alike": material.synonyms}
    return f"window.crosswaveIndex = {json.dumps(held, ensure_ascii=False, separators=(',', ':'))};\n"


def _rows(finder: Finder, hrefs: Mapping[str, str]) -> list[tuple[str, str, str]]:
    found = []
    for name, cells in finder.rows.items():
        first, told = cells[0], [cells[place].text for place in finder.told]
        page = hrefs.get(first.page, "")
        href = f"{page}#{first.at}" if page and first.at else page or f"{finder.name}.html#{name}"
        rest = [cell.text for cell in cells if cell.text not in told and not cell.text[:1].isdigit()]
        found.append((", ".join(filter(None, told)), href, " ".join(rest)))
    return found

"""What the answers of a survey have to do with each other: sums, nets, parts, the rest, organisations behind people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from crosswave.printed.marks import is_withheld
from crosswave.reconstruct.arithmetic import Figure, Link
from crosswave.study.registry import Finding


def links_of(shares: list[Finding], figures: list[Figure]) -> Iterator[Link]:
    """Yield what ties the figures of a survey together."""
    known = {figure.id: figure for figure in figures}
    modelled = [finding for finding in shares if finding.local_id in known]
    yield from _exclusive(shares, known)
    for finding in modelled:
        answer, question = finding.answer, finding.question
        parts = tuple(f"{question.id}.{part}" for part in answer.net_of)
        if parts and set(parts) <= set(known):
            yield Link("net", (finding.local_id, *parts), f"{finding.local_id} is the sum of {', '.join(parts)}")
        for kind, (key, one_base, words) in _PAIRS.items():
            other = f"{question.id}.{getattr(answer, key)}"
            if other in known and (known[other].base.key == known[finding.local_id].base.key) == one_base:
                yield Link(kind, (finding.local_id, other), words.format(finding.local_id, other))


_PAIRS = {
    "part": ("part_of", True, "{0} is part of {1}"),
    "complement": ("complement_of", True, "{0} is the rest of {1}"),
    "organisations": ("organisations_of", False, "{0} counts the organisations where somebody gave {1}, and no others"),
}
"""Relations of two figures: the field that names the other, whether both rest on one base, and the words."""


def _exclusive(shares: list[Finding], known: dict[str, Figure]) -> Iterator[Link]:
    plain = [finding for finding in shares if _excludes(finding)]
    offered = Counter((finding.question.id, finding.answer.item) for finding in plain)
    groups: dict[tuple[str, str | None, str], list[Finding]] = {}
    for finding in plain:
        if finding.local_id in known:
            key = (finding.question.id, finding.answer.item, known[finding.local_id].base.key)
            groups.setdefault(key, []).append(finding)
    for (question, item, _), group in groups.items():
        members = tuple(finding.local_id for finding in group)
        if len(members) > 1:
            whole = _all_offered(group[0], len(members) == offered[question, item])
            kind = "exhaustive" if whole else "exclusive"
            words = f"answers to {question} exclude each other" + (", and are all" if kind == "exhaustive" else "")
            yield Link(kind, members, words, group[0].question.response_inferred)


def _all_offered(finding: Finding, all_known: bool) -> bool:
    """Whether the answers that are known are all there were: one that is withheld took its part of the base."""
    others = (other for other in finding.question.answers if other.item == finding.answer.item)
    return finding.question.exhaustive and all_known and not any(map(is_withheld, others))


def _excludes(finding: Finding) -> bool:
    return finding.question.response in ("single", "scale", "fact") and not (
        finding.answer.net_of or finding.answer.part_of
    )

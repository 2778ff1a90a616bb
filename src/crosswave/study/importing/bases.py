"""Whom each row of a question was counted on: what its cells say, or the rows above where that is plain."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Stated = dict[str, Any]
"""What the cells of a base say: some of who, n and answers."""


class UnclearBaseError(ValueError):
    """A row says nothing of its base, and two bases above could be meant."""


class Bases:
    """The bases of one question, row by row.

    Notes
    -----
    A table may show one question for all and below for men, with the base on the first row of each block. A row without
    a base is on that of the block if its answer was given on the base of the question above: one base has each answer
    once. A new answer could be on either, so its base must be written.
    """

    def __init__(self, stated: Stated, answer: str) -> None:
        self._question = self._block = stated
        self._known = [stated]
        self._answers = {answer}
        self._told = False

    def further(self, stated: Stated, answer: str) -> Stated:
        """Return the base of a further row; empty where it is that of the question.

        Raises
        ------
        UnclearBaseError
            The row says nothing, and nobody can tell which base it has; raised once for each block.
        """
        if stated:
            self._block, self._told = self._whole(stated), False
        elif self._block != self._question and answer not in self._answers:
            return self._unclear()
        if self._block != self._question:
            return self._block
        self._answers.add(answer)
        return {}

    def _whole(self, stated: Stated) -> Stated:
        found = [base for base in self._known if all(base.get(key) == value for key, value in stated.items())]
        if len(found) == 1:
            return found[0]
        self._known.append(stated)
        return stated

    def _unclear(self) -> Stated:
        if self._told:
            return {}
        self._told = True
        who = self._block.get("who") or "another base"
        raise UnclearBaseError(
            f"the row has no base, and the base above it ({who}) is not that of the question; nobody can tell which of "
            "the two this answer was counted on, so write the base here and on the rows below"
        )


def base_of(stated: Stated, n: Mapping[str, str]) -> Any:
    """Return a base as the survey file holds it."""
    everyone = stated.get("who", "").lower() == "all" and "answers" not in stated
    size = stated.get("n")
    if everyone and (size is None or (n.get("kind") == "exact" and size == n.get("value"))):
        return "all"
    return dict(stated)

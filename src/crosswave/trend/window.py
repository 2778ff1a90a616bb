"""Whether years that were asked for hold anything, said before a run rather than by empty pages after it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from crosswave.study import Registry


def check_window(registry: Registry, constructs: Sequence[str], parameters: Mapping[str, object]) -> None:
    """Refuse years in which no survey asks what is compared.

    Raises
    ------
    ValueError
        No survey of them lies in these years; the years that there are, are named.
    """
    window = registry.plan.window
    if not parameters.keys() & {"from_year", "to_year"}:
        return
    first, last = parameters.get("from_year", window.from_year), parameters.get("to_year", window.to_year)
    chosen = [registry.construct(name) for name in constructs] or list(registry.constructs.values())
    figures = {answer.finding for construct in chosen for answer in construct.answers}
    years = sorted({registry.finding(name).survey.year for name in figures})
    if not (isinstance(first, int) and isinstance(last, int)) or first > last or not years:
        return
    if not any(first <= year <= last for year in years):
        whose = ", ".join(constructs) or "any construct"
        raise ValueError(
            f"from_year {first} and to_year {last} leave no survey of {whose}: its surveys are of "
            f"{', '.join(map(str, years))}; widen the years"
        )

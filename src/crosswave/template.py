"""A new survey file: commented, and free of faults once it is filled in."""

from __future__ import annotations

import re
from pathlib import Path

from crosswave.registry.faults import shown_path
from crosswave.site.files import write_whole

_TEMPLATE = """\
# yaml-language-server: $schema=../schema/survey.json
# Fill in what a source says and delete every line that no source supports: absent means unknown.
# Then: crosswave check, crosswave show {survey_id}, crosswave run --survey {survey_id}

id: {survey_id}
title:                          # as printed
# series: publisher-topic       # the same for every wave of one instrument
publisher:
# sponsor:                      # who paid
# fieldwork: {{start: {year}-01, end: {year}-02, house: Who Asked Ltd}}
# published: {year}-04          # YYYY, YYYY-MM or YYYY-MM-DD
year: {year}
year_basis: publication         # fieldwork, publication or inferred
population:                     # who was asked, in own words
sector: mixed                   # central, local, nhs or mixed
# nation: UK                    # UK, England, Scotland, Wales or Northern Ireland
unit: person                    # person, organisation or foi-return
# mode: online                  # online, telephone, paper, face-to-face, foi or mixed
# sampling: self-selected       # probability, census, foi, panel, self-selected or poll-at-event
# n: {{printed: "235", value: 235, kind: exact}}   # exact, approximate (nearly), at-least (over), derived or unknown
# weighted: no
# rounding: nearest             # nearest or truncated, where a source says
sources:
  - id: {survey_id}-release
    title:
    publisher:
    url:                        # https://...
    kind: press-release         # founding-document, mirror, press-release, publisher-report, trade-press, vendor-blog
    # published: {year}-04-18
questions:
  - id: barriers
    asks:                       # the question, in own words
    about:                      # the thing measured, in own words
    # response: multi           # single, multi, scale or fact; single and scale: answers exclude each other
    # exhaustive: true          # the listed answers are all that was offered
    # base: all                 # stated; or {{who: users, n: 60}}, {{who: users, answers: [use.yes]}}
    answers:
      - id: culture
        says:                   # the answer, in own words
        printed:                # the figure exactly as printed, in quotes: "58%"
        topic: culture
        # barrier: true         # it stands in the way
        sources: [{survey_id}-release]
"""


def new_survey(survey_id: str, folder: Path) -> Path:
    """Write a commented survey file to be filled in, and return its path.

    Parameters
    ----------
    survey_id : str
        Small letters, digits and hyphens, with the year: ``igov-2017``.
    folder : Path
        The data folder.

    Raises
    ------
    ValueError
        The id is of another form.
    FileExistsError
        There is such a file; it is left as it is.
    """
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", survey_id):
        raise ValueError(
            f"a survey id is small letters, digits and single hyphens, such as igov-2017; {survey_id!r} arrived"
        )
    path = folder / "surveys" / f"{survey_id}.yaml"
    year = re.search(r"(?:19|20)\d\d", survey_id)
    text = _TEMPLATE.format(survey_id=survey_id, year=year[0] if year else "2020")
    if path.exists():
        raise FileExistsError(f"{shown_path(path)} is there already; choose another id or edit that file")
    write_whole(path, text)
    return path

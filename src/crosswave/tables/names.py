"""What a reader calls a survey or a figure; ids are for data files and stand beside it."""

from __future__ import annotations

from crosswave.study.models import Survey
from crosswave.study.registry import Finding


def survey_name(survey: Survey) -> str:
    """Return a survey by its publisher and year; by its title where no publisher is known."""
    name = survey.publisher or survey.fieldwork.house or survey.title
    return name if str(survey.year) in name else f"{name} {survey.year}"


def figure_name(finding: Finding) -> str:
    """Return a printed figure as its survey and its answer."""
    return f"{survey_name(finding.survey)}: {finding.answer.says}"

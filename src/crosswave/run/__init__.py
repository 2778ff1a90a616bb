"""Runs the notebooks: knows papermill and where notebooks run, and no statistics.

Names are imported when they are asked for: a run that has nothing to do needs hardly any of them.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from crosswave.run.cluster import on_cluster
    from crosswave.run.current import unchanged, whole_digest
    from crosswave.run.engine import rebuild_index, run_all
    from crosswave.run.parameters import Parameter, ParameterError, check_parameters, read_parameters
    from crosswave.run.request import PageResult, RunRequest, RunSummary
    from crosswave.run.tasks import PlanError, Task, choose_tasks, plan_tasks
    from crosswave.site.index import PageText

_FROM = {
    "PageResult": "crosswave.run.request",
    "PageText": "crosswave.site.index",
    "Parameter": "crosswave.run.parameters",
    "ParameterError": "crosswave.run.parameters",
    "PlanError": "crosswave.run.tasks",
    "RunRequest": "crosswave.run.request",
    "RunSummary": "crosswave.run.request",
    "Task": "crosswave.run.tasks",
    "check_parameters": "crosswave.run.parameters",
    "choose_tasks": "crosswave.run.tasks",
    "on_cluster": "crosswave.run.cluster",
    "plan_tasks": "crosswave.run.tasks",
    "read_parameters": "crosswave.run.parameters",
    "rebuild_index": "crosswave.run.engine",
    "run_all": "crosswave.run.engine",
    "unchanged": "crosswave.run.current",
    "whole_digest": "crosswave.run.current",
}

__all__ = [
    "PageResult",
    "PageText",
    "Parameter",
    "ParameterError",
    "PlanError",
    "RunRequest",
    "RunSummary",
    "Task",
    "check_parameters",
    "choose_tasks",
    "on_cluster",
    "plan_tasks",
    "read_parameters",
    "rebuild_index",
    "run_all",
    "unchanged",
    "whole_digest",
]


def __getattr__(name: str) -> Any:
    if name not in _FROM:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_FROM[name]), name)

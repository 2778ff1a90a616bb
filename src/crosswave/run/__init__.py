"""Runs the notebooks: knows papermill, and no statistics."""

from crosswave.run.engine import PageResult, RunRequest, RunSummary, rebuild_index, run_all
from crosswave.run.parameters import Parameter, ParameterError, check_parameters, read_parameters
from crosswave.run.tasks import PlanError, Task, choose_tasks, plan_tasks
from crosswave.site.index import PageText, ResultLink

__all__ = [
    "PageResult",
    "PageText",
    "Parameter",
    "ParameterError",
    "PlanError",
    "ResultLink",
    "RunRequest",
    "RunSummary",
    "Task",
    "check_parameters",
    "choose_tasks",
    "plan_tasks",
    "read_parameters",
    "rebuild_index",
    "run_all",
]

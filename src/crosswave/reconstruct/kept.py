"""Reconstructions that are computed once for each content of a survey and then read, by every notebook of a run."""

from __future__ import annotations

import os
import pickle
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from functools import cache
from importlib.metadata import version

from crosswave.reconstruct import survey as engine
from crosswave.reconstruct.survey import Reconstruction
from crosswave.registry.cache import Store, digest
from crosswave.registry.loading import Registry
from crosswave.registry.models import Survey
from crosswave.source_graph import own_graph

KEEP_VARIABLE = "CROSSWAVE_KEEP"
"""Set to 1 where reconstructions are to be kept: in a run and in its kernels. Tests of the engine leave it unset."""

_NOT_READ = {"total_error", "families", "lines"}


def reconstruct(survey: Survey, registry: Registry, *, retract: Collection[str] = ()) -> Reconstruction:
    """Return the feasible counts of every printed figure of a survey: `crosswave.reconstruct.survey.reconstruct`.

    Parameters
    ----------
    survey : Survey
        The wave.
    registry : Registry
        Where phrases and the plan stand.
    retract : collection of str
        Assumptions that are not made, each as `Reconstruction.assumptions` words it.

    Raises
    ------
    ValueError
        If an assumption that is to be retracted is none of this survey; the message names the nearest.

    Notes
    -----
    Where `KEEP_VARIABLE` is 1, the result is kept under the content it came from: the survey, the phrases, what the
    engine reads of the plan, the assumptions retracted, the source of every module the engine reaches, and the
    version of the solver. A second process that wants the same survey at the same time waits for the first.
    """
    if os.environ.get(KEEP_VARIABLE) != "1":
        return engine.reconstruct(survey, registry, retract=retract)
    store, key = Store("reconstructions"), _key(survey, registry, retract)
    if (found := _read(store, key)) is not None:
        return found
    with store.alone(key):
        if (found := _read(store, key)) is not None:
            return found
        made = engine.reconstruct(survey, registry, retract=retract)
        store.put(key, pickle.dumps(made))
        return made


@contextmanager
def keeping() -> Iterator[None]:
    """Keep reconstructions in a ``with`` block, and in the processes started in it."""
    before = os.environ.get(KEEP_VARIABLE)
    os.environ[KEEP_VARIABLE] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[KEEP_VARIABLE]
        else:
            os.environ[KEEP_VARIABLE] = before


def _key(survey: Survey, registry: Registry, retract: Collection[str]) -> str:
    plan = registry.plan.model_dump_json(exclude=_NOT_READ)
    return digest(_engine(), survey.model_dump_json(), registry.quantities.model_dump_json(), plan, *sorted(retract))


@cache
def _engine() -> str:
    graph = own_graph()
    return digest(graph.digest_of(graph.reached_by(engine.__name__)), version("ortools"))


def _read(store: Store, key: str) -> Reconstruction | None:
    """What is kept; the store has made sure that these are the bytes once written under this key."""
    content = store.get(key)
    found = None if content is None else pickle.loads(content)
    return found if isinstance(found, Reconstruction) else None

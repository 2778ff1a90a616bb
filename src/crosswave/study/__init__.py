"""The only door to ``data/``: files in, checked records out."""

from crosswave.study.faults import DataError, Fault
from crosswave.study.loading import Finding, Registry, load_registry, load_rules
from crosswave.study.places import find_data

__all__ = ["DataError", "Fault", "Finding", "Registry", "find_data", "load_registry", "load_rules"]

"""The only door to ``data/``: files in, checked records out."""

from crosswave.registry.faults import DataError, Fault
from crosswave.registry.loading import Finding, Registry, find_data, load_registry

__all__ = ["DataError", "Fault", "Finding", "Registry", "find_data", "load_registry"]

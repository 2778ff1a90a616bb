"""Packages that take long to import and that few commands need, imported once one of their names is asked for."""

from importlib import import_module
from types import ModuleType


class Late(ModuleType):
    """The module until then; a type checker is shown the module itself."""

    def __getattr__(self, name: str) -> object:
        """Return what the module holds under a name."""
        return getattr(import_module(self.__name__), name)

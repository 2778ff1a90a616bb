"""What published surveys really say about digital transformation in the UK public sector."""

from importlib.metadata import version

__version__ = version("crosswave")

"""Which Narae this is."""

from importlib.metadata import version

VERSION = version("narae")

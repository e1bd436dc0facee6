"""The base of answers."""

import msgspec


class View(msgspec.Struct, frozen=True, kw_only=True):
    """One shape that the API answers in. Every field is always there."""

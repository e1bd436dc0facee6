"""The mark of an argument that nobody gave, where None is a value of its own."""

from typing import Final


class ArgNotSet:
    """Its one instance is :data:`NOTSET`."""

    def __repr__(self) -> str:
        return "NOTSET"

    def __bool__(self) -> bool:
        return False


NOTSET: Final = ArgNotSet()

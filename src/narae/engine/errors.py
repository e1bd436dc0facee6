"""What can be wrong with what somebody asks for. The words are shown to users as they stand."""
# ruff: noqa: N818 - the names say what is wrong; nobody asks whether it is an error

from collections.abc import Iterable
from difflib import get_close_matches

import msgspec

from narae.errors import NaraeError

_NEAREST_MAX = 3


class ActionError(NaraeError):
    """The base of all errors of actions; ``words`` is one sentence for people."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


class NotFound(ActionError):
    """There is no such thing. ``kind`` is ``dag``, ``run``, ``task``, ``backfill``, ..."""

    def __init__(self, kind: str, name: str, *, among: Iterable[str] = ()) -> None:
        near = get_close_matches(name, list(among), n=_NEAREST_MAX)
        hint = f"; did you mean {' or '.join(repr(each) for each in near)}?" if near else ""
        super().__init__(f"there is no {kind} {name!r}{hint}")
        self.kind = kind
        self.name = name
        self.nearest = tuple(near)


class AlreadyExists(ActionError):
    """There is one already; ``name`` says which."""

    def __init__(self, kind: str, name: str, words: str) -> None:
        super().__init__(words)
        self.kind = kind
        self.name = name


class Invalid(ActionError):
    """A value can't be used; ``field`` names it."""

    def __init__(self, field: str, words: str) -> None:
        super().__init__(f"{field}: {words}")
        self.field = field


class Conflict(ActionError):
    """It can't be done as things stand now, or somebody else keeps changing the same rows."""


class NotBuilt(ActionError):
    """Narae does not do that (yet); ``what`` names it."""

    def __init__(self, what: str, words: str) -> None:
        super().__init__(f"{what}: {words}")
        self.what = what


class IllegalMove(Exception):
    """A command breaks the table of legal moves: a fault of ours, never of a user's."""


NONSENSE: tuple[type[Exception], ...] = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
    msgspec.MsgspecError,
    IllegalMove,
)
"""What rows that make no sense bring out. A store that is away raises something else: then
nothing at all can be decided, for whoever is left out would not be counted either."""

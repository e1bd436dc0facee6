"""Patterns as the API's lists take them, for those few lists that are not cut by the database."""

import re
from typing import Annotated

from msgspec import Meta

Pattern = Annotated[
    str,
    Meta(
        max_length=1000,
        description="Part of it, whatever the case; `%` stands for any text, `_` for any "
        "character, `|` between alternatives.",
    ),
]
Prefix = Annotated[
    str,
    Meta(
        max_length=1000,
        description="How it begins, by letter and case; `|` stands between alternatives.",
    ),
]


def unaliased(pattern: str | None) -> str | None:
    """The pattern; ``~`` alone, which Airflow's programs send for "any", is ``%``."""
    return "%" if pattern == "~" else pattern


def is_like(text: str, pattern: str) -> bool:
    """Whether one of the alternatives is somewhere in the text.

    >>> is_like("money_in", "Y_I"), is_like("money_in", "x|m%n"), is_like("money_in", "n%m")
    (True, True, False)
    """
    return any(_has(text.lower(), part.lower()) for part in _alternatives(pattern))


def begins_with(text: str, prefix: str) -> bool:
    """Whether the text begins with one of the alternatives.

    >>> begins_with("money", "x|mon"), begins_with("money", "Mon")
    (True, False)
    """
    return any(text.startswith(part) for part in _alternatives(prefix))


def _has(text: str, pattern: str) -> bool:
    """Piece after piece, each as early as it can be: nothing is tried twice."""
    at = 0
    for piece in pattern.split("%"):
        found = re.compile("".join("." if c == "_" else re.escape(c) for c in piece), re.DOTALL)
        match = found.search(text, at)
        if match is None:
            return False
        at = match.end()
    return True


def _alternatives(text: str) -> list[str]:
    """Without empty ones, but where all of them are: everything has that."""
    parts = [part.strip() for part in text.split("|")]
    return [part for part in parts if part] or [""]

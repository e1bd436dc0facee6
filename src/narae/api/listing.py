"""What lists of both APIs share: the names that they are ordered by, and pages."""

from collections.abc import Iterable, Mapping
from typing import Annotated

from msgspec import Meta

Pattern = Annotated[
    str,
    Meta(
        max_length=1000,
        description="Matches anywhere; `%` is any text, `_` any character, `|` stands between "
        "alternatives.",
    ),
]
Prefix = Annotated[
    str, Meta(max_length=1000, description="How it begins; `|` stands between alternatives.")
]


def ordered(names: Iterable[str], orders: Mapping[str, str]) -> tuple[str, ...]:
    """The store's names for those of a request.

    >>> ordered(["-connection_id"], {"connection_id": "conn_id"})
    ('-conn_id',)
    """
    return tuple(f"-{orders[name[1:]]}" if name.startswith("-") else orders[name] for name in names)


def given(**texts: str | None) -> dict[str, str]:
    """Those that are not None."""
    return {name: text for name, text in texts.items() if text is not None}

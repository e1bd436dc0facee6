"""Rows of one table on the driver's own cursor: the reads that scheduling waits for.

SQLAlchemy takes three times as long for them (``docs/performance.md``).
"""

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

import sqlalchemy as sa

from narae.storage.dialects import Raw
from narae.storage.tables import Moment

T = TypeVar("T")


class WholeRows(Generic[T]):
    """Values of ``make``, which takes a row of ``columns``, all of one table, in their order."""

    def __init__(
        self, columns: Sequence[sa.Column[Any]], make: Callable[[Sequence[Any]], T]
    ) -> None:
        names = ", ".join(f'"{column.name}"' for column in columns)
        words = ["SELECT", names, "FROM", columns[0].table.name, ""]
        self._select = " ".join(words)
        self._make = make
        self._moments = tuple(
            place for place, column in enumerate(columns) if isinstance(column.type, Moment)
        )

    def read(self, raw: Raw, rest: str, parameters: Sequence[Any] = ()) -> list[T]:
        """``rest`` is what follows the table's name, with ``?`` for each of ``parameters``."""
        make, moments, time_of = self._make, self._moments, raw.time_of
        values = []
        for row in raw.rows(self._select + rest, parameters):
            whole = list(row)
            for place in moments:
                whole[place] = time_of(whole[place])
            values.append(make(whole))
        return values


def marks(count: int) -> str:
    """``(?, ?, ?)``; an empty list is spelt as one that nothing is in."""
    return f"({', '.join('?' * count)})" if count else "(NULL)"

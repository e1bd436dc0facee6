"""JSON that the database itself writes, row by row.

To make tens of thousands of Python rows takes longer than all the rest
(``docs/performance.md``).

Columns are written as SQL with a mark in front: ``'`` texts, ``~`` texts that may be missing,
``?`` moments (milliseconds since 1970 UTC, or null), ``!`` a flag for there being a value, ``#``
numbers that may be missing, ``=`` JSON as it stands. Without a mark: numbers.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import msgspec

from narae.storage.queries.reading import Reading

NOTHING = msgspec.Raw(b"[]")


class JsonReading(Reading):
    """Read models that the database makes."""

    def _json(self, columns: Sequence[str]) -> str:
        """A JSON array of the columns of one row, as text."""
        if self._database.is_sqlite:
            return f"json_array({', '.join(_column(column, _SQLITE) for column in columns)})"
        # PostgreSQL's own json_build_array takes half as long again.
        values = " || ',' || ".join(_column(column, _POSTGRES) for column in columns)
        return f"'[' || {values} || ']'"

    def _json_list(self, columns: Sequence[str], those: str = "", *, order: str = "") -> str:
        """A JSON array of such arrays, of all rows of a group, as text.

        ``those``: a ``FILTER``. ``order``: that of the subquery that the rows come from, once
        more; SQLite takes them as they come.
        """
        if self._database.is_sqlite:
            return f"json_group_array({self._json(columns)}) {those}"
        by = f" ORDER BY {order}" if order else ""
        return f"'[' || string_agg({self._json(columns)}, ','{by}) {those} || ']'"

    def _milliseconds(self, since: str, until: str) -> str:
        """From one moment to another, as a whole number."""
        if self._database.is_sqlite:
            return f"(({until} - {since}) / 1000)"
        return f"CAST(date_part('epoch', {until} - {since}) * 1000 AS BIGINT)"


def as_raw(text: str | None) -> msgspec.Raw:
    """What the database wrote; of no rows at all an empty list."""
    return NOTHING if text is None else msgspec.Raw(text.encode())


_SQLITE = MappingProxyType(
    {"'": "{}", "~": "{}", "#": "{}", "?": "{} / 1000", "!": "{} IS NOT NULL", "=": "json({})"}
)
_POSTGRES = MappingProxyType(
    {
        "'": "to_json({})",
        "~": "coalesce(CAST(to_json({}) AS TEXT), 'null')",
        "#": "coalesce(CAST({} AS TEXT), 'null')",
        "?": "coalesce(CAST(CAST(date_part('epoch', {}) * 1000 AS BIGINT) AS TEXT), 'null')",
        "!": "CASE WHEN {} IS NULL THEN '0' ELSE '1' END",
        "=": "{}",
    }
)
"""Mark -> what a column becomes."""


def _column(column: str, kinds: Mapping[str, str]) -> str:
    kind = kinds.get(column[0])
    return column if kind is None else kind.format(column[1:])

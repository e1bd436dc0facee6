"""Filters as SQL conditions: choices, ranges, patterns, what a reader may see."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from difflib import get_close_matches
from enum import Enum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from narae.core.spec import Value
from narae.storage.queries.page import QueryError, storable

Conditions = Iterable[sa.ColumnElement[bool]]
Columns = Mapping[str, sa.ColumnElement[Any]]
Visible = frozenset[str] | None
"""The ids of the DAGs that a reader may see; None: all."""


class Range(Value, frozen=True, kw_only=True):
    """Moments, or seconds. A row without a value lies in no range."""

    gte: datetime | float | None = None
    gt: datetime | float | None = None
    lte: datetime | float | None = None
    lt: datetime | float | None = None


class Matching(Value, frozen=True, kw_only=True):
    """Filters by a column's name that many lists share."""

    patterns: dict[str, str] = {}
    """``%`` and ``_`` are wildcards, whatever the case; ``|`` stands between alternatives.
    A pattern matches anywhere in the text."""
    prefixes: dict[str, str] = {}
    """How the text begins, by letter and case; ``|`` stands between alternatives."""
    ranges: dict[str, Range] = {}


class Seconds(FunctionElement[float]):
    """From the first moment to the second. NULL while one of them is."""

    type = sa.Float()
    inherit_cache = True


@compiles(Seconds, "sqlite")
def _seconds_sqlite(element: Seconds, compiler: Any, **more: Any) -> str:
    start, end = (compiler.process(clause, **more) for clause in element.clauses)
    return f"(({end} - {start}) / 1000000.0)"


@compiles(Seconds, "postgresql")
def _seconds_postgres(element: Seconds, compiler: Any, **more: Any) -> str:
    start, end = (compiler.process(clause, **more) for clause in element.clauses)
    return f"CAST(EXTRACT(EPOCH FROM ({end} - {start})) AS DOUBLE PRECISION)"


def among(column: sa.ColumnElement[Any], values: Sequence[Any] | None) -> Conditions:
    """One of ``values``; None asks for nothing."""
    if values is None:
        return
    plain = [v.value if isinstance(v, Enum) else v for v in values if storable(v)]
    yield column == plain[0] if len(plain) == 1 else column.in_(plain)


def seen(column: sa.ColumnElement[str], visible: Visible) -> Conditions:
    """DAGs that the reader may see."""
    if visible is not None:
        yield column.in_(sorted(visible))


def among_seen(column: sa.ColumnElement[str], visible: Visible) -> Conditions:
    """The same of a large table, said so that no index on the column seems to be of use.

    A page then walks in the order of its list and leaves out what may not be seen; an index
    would collect every row of every DAG that may, and sort them.
    """
    if visible is not None:
        yield column.concat("").in_(sorted(visible))


def contains(column: sa.ColumnElement[str], part: str) -> sa.ColumnElement[bool]:
    """``part`` anywhere in the text, whatever the case; nothing in it is a wildcard."""
    if not storable(part):
        return sa.false()
    return sa.func.lower(column).contains(part.lower(), autoescape=True)


def like(column: sa.ColumnElement[str], pattern: str) -> sa.ColumnElement[bool]:
    """See :attr:`Matching.patterns`."""
    lowered = sa.func.lower(column)
    parts = [part.replace("\\", "\\\\").lower() for part in _alternatives(pattern)]
    return sa.or_(sa.false(), *(lowered.like(f"%{part}%", escape="\\") for part in parts))


def begins(column: sa.ColumnElement[str], prefix: str) -> sa.ColumnElement[bool]:
    """See :attr:`Matching.prefixes`."""
    parts = _alternatives(prefix)
    return sa.or_(sa.false(), *(sa.func.substr(column, 1, len(part)) == part for part in parts))


def _alternatives(text: str) -> list[str]:
    """Without empty ones, but where all of them are: everything has that."""
    parts = [part.strip() for part in text.split("|")]
    return [part for part in parts if part and storable(part)] or ([] if text.strip("| ") else [""])


def matching(wanted: Matching, *, texts: Columns, measures: Columns) -> Conditions:
    """``texts`` can be matched by pattern and prefix, ``measures`` by range."""
    for name, pattern in wanted.patterns.items():
        yield like(_named(name, texts, "pattern"), pattern)
    for name, prefix in wanted.prefixes.items():
        yield begins(_named(name, texts, "prefix"), prefix)
    for name, span in wanted.ranges.items():
        column = _named(name, measures, "range")
        if span.gte is not None:
            yield column >= span.gte
        if span.gt is not None:
            yield column > span.gt
        if span.lte is not None:
            yield column <= span.lte
        if span.lt is not None:
            yield column < span.lt


def _named(name: str, known: Columns, what: str) -> sa.ColumnElement[Any]:
    column = known.get(name)
    if column is None:
        near = get_close_matches(name, known, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        words = f"no {what} of {name!r}, only of {', '.join(sorted(known))}{hint}"
        raise QueryError(words, field=name)
    return column

"""Parts of lists: by offset, or by a cursor that costs the same however deep it stands.

An order is a column's name, with ``-`` in front for descending; ties are broken by the key, so
pages never overlap. Rows without a value come last. Totals are counted up to :data:`COUNT_MAX`.
"""

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Any, Generic, TypeVar

import msgspec
import sqlalchemy as sa

from narae.core.codec import encode_json
from narae.core.ids import digest
from narae.core.spec import Value
from narae.errors import NaraeError
from narae.storage.tables import Moment, from_micros, to_micros

T = TypeVar("T")

COUNT_MAX = 10_000
"""A total of this size means "at least as many": counting a whole history helps nobody."""
LIMIT_MAX = 1_000

_UNREADABLE = "the cursor can't be read: use one that a page of this list gave"
_CURSOR_CHARS_MAX = 4_000
_FINGERPRINT_CHARS = 12
_NEXT, _PREVIOUS = "n", "p"
_FIRST = (datetime(1, 1, 2, tzinfo=UTC), -(2**62), "")
_LAST = (datetime(9999, 12, 30, tzinfo=UTC), 2**62, "\U0010ffff")
"""What stands for no value: a moment, a number, a text."""


class QueryError(NaraeError, ValueError):
    """A list can't be filtered, ordered or paged so; ``field`` says which part of the wish."""

    def __init__(self, words: str, *, field: str | None = None) -> None:
        super().__init__(words)
        self.field = field


class Slice(Value, frozen=True, kw_only=True):
    """Which part of a list, in which order."""

    limit: int = 100
    offset: int = 0
    order: tuple[str, ...] = ()
    cursor: str = ""
    """``next_cursor`` or ``previous_cursor`` of a page of the same list; ``offset`` is 0 then."""


class Page(Value, Generic[T], frozen=True, kw_only=True):
    """A part of a list."""

    rows: list[T]
    total: int
    """Up to :data:`COUNT_MAX`."""
    next_cursor: str | None = None
    """None: nothing comes after it."""
    previous_cursor: str | None = None


class Order(Value, frozen=True, kw_only=True):
    """What a list is ordered by."""

    by: Any
    """The column, or an expression."""
    nullable: bool = False


Orders = Mapping[str, Order]
Key = tuple[sa.ColumnElement[Any], bool]
"""What to order by, and whether descending."""


class Listing(Value, frozen=True, kw_only=True):
    """What is to be cut into pages."""

    name: str
    found: Any
    """The ``select`` of all rows that match, without an order."""
    counted: Any = None
    """A cheaper one with as many rows, where there is one."""
    orders: Orders
    default: tuple[str, ...] = ()
    ties: tuple[Any, ...]
    """Columns that tell any two rows apart, none of them nullable."""
    wanted: Any
    """The filter: a cursor is good for the list of one filter only."""


def storable(value: object) -> bool:
    """Whether a database can take it; what it can't take, it does not hold either."""
    match value:
        case str():
            return "\0" not in value
        case int():
            return -(2**63) <= value < 2**63
        case _:
            return True


def columns(table: sa.Table, *names: str) -> dict[str, Order]:
    """Orders by columns of a table, by their names."""
    return {name: Order(by=table.c[name], nullable=bool(table.c[name].nullable)) for name in names}


def said(number: int) -> sa.ColumnElement[int]:
    """A number that stands in the statement itself.

    PostgreSQL takes a limit that it is only told later for a tenth of all rows: its plan for
    every such statement then takes four times as long.
    """
    return sa.bindparam(None, number, sa.Integer(), unique=True, literal_execute=True)


def cut(
    connection: sa.Connection, listing: Listing, part: Slice, make: Callable[[Any], T]
) -> Page[T]:
    """The page that ``part`` asks for; ``make`` takes a row of ``listing.found``."""
    _check(part)
    keys = _keys(listing, part.order)
    stamp = _fingerprint(listing, part)
    back, values = _read(part.cursor, stamp, keys) if part.cursor else (False, None)
    if back:
        keys = [(column, not down) for column, down in keys]
    query = listing.found.add_columns(*(column for column, _ in keys))
    query = query.order_by(*(c.desc() if down else c.asc() for c, down in keys))
    if values is not None:
        query = query.where(_beyond(keys, values))
    query = query.limit(said(part.limit + 1))
    rows = list(connection.execute(query.offset(said(part.offset)) if part.offset else query))
    more = len(rows) > part.limit
    rows = rows[: part.limit]
    if back:
        rows.reverse()
    after, before = (values is not None, more) if back else (more, values is not None)
    return Page(
        rows=[make(row) for row in rows],
        total=_total(connection, listing, part, len(rows), more=more),
        next_cursor=_cursor(_NEXT, stamp, rows[-1:], keys) if after else None,
        previous_cursor=_cursor(_PREVIOUS, stamp, rows[:1], keys) if before else None,
    )


def _check(part: Slice) -> None:
    if not 0 <= part.limit <= LIMIT_MAX:
        words = f"limit is {part.limit}, it has to be from 0 to {LIMIT_MAX}"
        raise QueryError(words, field="limit")
    if not 0 <= part.offset < 2**63:
        words = f"offset is {part.offset}, it has to be from 0 to {2**63 - 1}"
        raise QueryError(words, field="offset")
    if part.cursor and part.offset:
        raise QueryError("a cursor and an offset don't go together", field="cursor")


def _total(
    connection: sa.Connection, listing: Listing, part: Slice, length: int, *, more: bool
) -> int:
    if not part.cursor and not more and (length or not part.offset) and part.limit:
        return part.offset + length
    found = listing.found if listing.counted is None else listing.counted
    ones = found.with_only_columns(sa.literal(1), maintain_column_froms=True).order_by(None)
    few = ones.limit(said(COUNT_MAX)).subquery()
    return int(connection.execute(sa.select(sa.func.count()).select_from(few)).scalar_one())


# -- orders ---------------------------------------------------------------------------------


def _keys(listing: Listing, names: Sequence[str]) -> list[Key]:
    """Ties go the way of the first name, so that one index serves them all."""
    wanted = names or listing.default
    keys = [_key(name, listing.orders) for name in wanted]
    down = bool(keys) and keys[0][1]
    known = [column for column, _ in keys]
    return keys + [(tie, down) for tie in listing.ties if not any(tie is one for one in known)]


def _key(name: str, orders: Orders) -> Key:
    bare = name.removeprefix("-")
    order = orders.get(bare)
    if order is None:
        near = get_close_matches(bare, orders, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        words = f"can't order by {bare!r}, only by {', '.join(sorted(orders))}{hint}"
        raise QueryError(words, field="order_by")
    down = name.startswith("-")
    column: sa.ColumnElement[Any] = order.by
    if order.nullable:
        missing = _bound(_extreme(column.type, _FIRST if down else _LAST), column.type)
        column = sa.func.coalesce(column, missing, type_=column.type)
    return column, down


def _bound(value: Any, kind: sa.types.TypeEngine[Any]) -> sa.ColumnElement[Any]:
    """A value to compare with, which may be beyond what a column of 32 bits holds."""
    return sa.literal(value, sa.BigInteger() if isinstance(kind, sa.Integer) else kind)


def _extreme(kind: sa.types.TypeEngine[Any], extremes: tuple[datetime, int, str]) -> Any:
    moment, number, text = extremes
    if isinstance(kind, Moment):
        return moment
    return text if isinstance(kind, sa.String) else number


def _beyond(keys: Sequence[Key], values: Sequence[Any]) -> sa.ColumnElement[bool]:
    """After these values in the order of ``keys``."""
    pairs = [
        (column, _bound(value, column.type), down)
        for (column, down), value in zip(keys, values, strict=True)
    ]
    first, at, down = pairs[0]
    if len(pairs) == 1:
        return first < at if down else first > at
    bound = first <= at if down else first >= at
    if len({down for _, _, down in pairs}) == 1:
        left = sa.tuple_(*(column for column, _, _ in pairs))
        right = sa.tuple_(*(value for _, value, _ in pairs))
        # The bound says nothing new, but no database has to see through the pair to use an index.
        return sa.and_(bound, left < right if down else left > right)
    choices = [
        sa.and_(
            *(c == v for c, v, _ in pairs[:place]),
            column < value if down else column > value,
        )
        for place, (column, value, down) in enumerate(pairs)
    ]
    return sa.and_(bound, sa.or_(*choices))


# -- cursors --------------------------------------------------------------------------------


def _fingerprint(listing: Listing, part: Slice) -> str:
    told = (listing.name, part.order or listing.default, listing.wanted)
    return digest(encode_json(told))[:_FINGERPRINT_CHARS]


def _cursor(way: str, stamp: str, edge: Sequence[sa.Row[Any]], keys: Sequence[Key]) -> str | None:
    if not edge:
        return None
    values = edge[0][-len(keys) :]
    told = [
        to_micros(value) if isinstance(column.type, Moment) else value
        for (column, _), value in zip(keys, values, strict=True)
    ]
    data = msgspec.json.encode([way, stamp, *told])
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _read(cursor: str, stamp: str, keys: Sequence[Key]) -> tuple[bool, list[Any]]:
    """Whether it leads back, and the values of its edge."""
    if len(cursor) > _CURSOR_CHARS_MAX:
        raise QueryError("the cursor is too long to be one", field="cursor")
    try:
        data = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        way, theirs, *values = msgspec.json.decode(data, type=list[str | int | float | bool])
    except (binascii.Error, ValueError):
        raise QueryError(_UNREADABLE, field="cursor") from None
    if way not in {_NEXT, _PREVIOUS} or theirs != stamp or len(values) != len(keys):
        words = "the cursor belongs to another list: other filters, or another order"
        raise QueryError(words, field="cursor")
    return way == _PREVIOUS, [
        _value(column.type, value) for (column, _), value in zip(keys, values, strict=True)
    ]


def _value(kind: sa.types.TypeEngine[Any], value: str | float) -> Any:
    if isinstance(kind, sa.String) is not isinstance(value, str) or not storable(value):
        raise QueryError(_UNREADABLE, field="cursor")
    if not isinstance(kind, Moment):
        return value
    try:
        return from_micros(int(value))
    except (OverflowError, ValueError):
        raise QueryError("the cursor names no moment", field="cursor") from None

"""Which part of a list, and of each row, as Airflow 2 asks for them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, TypeAlias, TypeVar

from msgspec import UNSET, Meta, UnsetType, structs

from narae.api.call import Call
from narae.api.fields import INT32_MAX, Offset
from narae.api.operation import Query
from narae.api.view import View
from narae.storage.queries import LIMIT_MAX, Range, Slice

T = TypeVar("T")
V = TypeVar("V", bound=View)

Maybe: TypeAlias = T | UnsetType
"""Of an answer whose fields can be chosen: a field that nobody asked for is left out."""
PageLimit = Annotated[
    int,
    Meta(
        ge=0,
        le=INT32_MAX,
        description="How many rows; never more than `api.maximum_page_limit`. 0: as by default.",
    ),
]


class Paged(Query, frozen=True, kw_only=True):
    """Which part of a list."""

    limit: PageLimit = 100
    offset: Offset = 0


def limit_of(call: Call, limit: int) -> int:
    """What a limit comes down to: Airflow 2 caps it without a word."""
    options = call.settings.api
    return min(limit or options.fallback_page_limit, options.maximum_page_limit, LIMIT_MAX)


def slice_of(call: Call, query: Paged, order: tuple[str, ...] = ()) -> Slice:
    """The part of a list of the store's."""
    return Slice(limit=limit_of(call, query.limit), offset=query.offset, order=order)


def order_of(name: str | None, columns: Mapping[str, str]) -> tuple[str, ...]:
    """The store's order for ``order_by``.

    >>> order_of("-start_date", {"start_date": "started_at"})
    ('-started_at',)
    """
    if not name:
        return ()
    bare = name.removeprefix("-")
    return (f"-{columns[bare]}" if name != bare else columns[bare],)


def cut(call: Call, rows: Sequence[T], query: Paged) -> list[T]:
    """The part of a short list that is all at hand."""
    return list(rows[query.offset : query.offset + limit_of(call, query.limit)])


def arranged(rows: Iterable[T], name: str, keys: Mapping[str, Callable[[T], Any]]) -> list[T]:
    """A short list in the order of ``order_by``; rows without a value come last."""
    key = keys[name.removeprefix("-")]
    some = [row for row in rows if key(row) is not None]
    rest = [row for row in rows if key(row) is None]
    return sorted(some, key=key, reverse=name.startswith("-")) + rest


def only(view: V, fields: Sequence[str]) -> V:
    """``view`` with just these of its fields; with all of them when none is named."""
    if not fields:
        return view
    dropped: dict[str, Any] = {name: UNSET for name in view.__struct_fields__ if name not in fields}
    return structs.replace(view, **dropped)


def ranges_of(query: Any, columns: Mapping[str, str]) -> dict[str, Range]:
    """The store's ranges for pairs of ``NAME_gte`` and ``NAME_lte``."""
    found: dict[str, Range] = {}
    for name, column in columns.items():
        since: datetime | float | None = getattr(query, f"{name}_gte", None)
        until: datetime | float | None = getattr(query, f"{name}_lte", None)
        if since is not None or until is not None:
            found[column] = Range(gte=since, lte=until)
    return found

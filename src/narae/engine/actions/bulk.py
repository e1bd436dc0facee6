"""Many of one kind at once: what worked, and what did not with its reason."""

from collections.abc import Callable, Iterable
from enum import StrEnum
from types import MappingProxyType
from typing import TypeVar

from narae.core.spec import Value
from narae.engine.errors import (
    ActionError,
    AlreadyExists,
    Conflict,
    Invalid,
    NotBuilt,
    NotFound,
)

T = TypeVar("T")


class OnExisting(StrEnum):
    """What to do with one that is to be created and is there."""

    FAIL = "fail"
    SKIP = "skip"
    OVERWRITE = "overwrite"


class OnMissing(StrEnum):
    """What to do with one that is to be changed or deleted and is not there."""

    FAIL = "fail"
    SKIP = "skip"


class BulkFault(Value, frozen=True, kw_only=True):
    """One item that was refused."""

    name: str
    status: int
    """As HTTP would say it."""
    error: str


class BulkResult(Value, frozen=True, kw_only=True):
    """Names in the order of the request. What was skipped is in neither list."""

    success: tuple[str, ...] = ()
    errors: tuple[BulkFault, ...] = ()


STATUS: MappingProxyType[type[ActionError], int] = MappingProxyType(
    {NotFound: 404, AlreadyExists: 409, Conflict: 409, Invalid: 400, NotBuilt: 501}
)
"""Error -> the HTTP status that says the same."""


def create_each(
    items: Iterable[T],
    *,
    name: Callable[[T], str],
    create: Callable[[T], object],
    put: Callable[[T], object],
    on_existing: OnExisting,
) -> BulkResult:
    """Creates every item for itself."""
    do = put if on_existing is OnExisting.OVERWRITE else create
    skip = AlreadyExists if on_existing is OnExisting.SKIP else None
    return _each(items, name=name, do=do, skip=skip)


def change_each(
    items: Iterable[T],
    *,
    name: Callable[[T], str],
    do: Callable[[T], object],
    on_missing: OnMissing,
) -> BulkResult:
    """Changes or deletes every item for itself."""
    skip = NotFound if on_missing is OnMissing.SKIP else None
    return _each(items, name=name, do=do, skip=skip)


def _each(
    items: Iterable[T],
    *,
    name: Callable[[T], str],
    do: Callable[[T], object],
    skip: type[ActionError] | None,
) -> BulkResult:
    success: list[str] = []
    errors: list[BulkFault] = []
    for item in items:
        try:
            do(item)
        except ActionError as error:
            if skip is None or not isinstance(error, skip):
                status = STATUS.get(type(error), 400)
                errors.append(BulkFault(name=name(item), status=status, error=error.words))
        else:
            success.append(name(item))
    return BulkResult(success=tuple(success), errors=tuple(errors))

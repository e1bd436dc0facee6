"""Bodies and answers of requests about many things at once: Airflow 3's ``BulkBody``."""

from collections.abc import Sequence
from typing import Annotated, Generic, Literal, TypeVar

import msgspec
from msgspec import Meta

from narae.api.operation import Body
from narae.engine.actions.bulk import BulkResult, OnExisting, OnMissing

T = TypeVar("T")
ITEMS_MAX = 1_000

Existing = Literal["fail", "skip", "overwrite"]
Missing = Literal["fail", "skip"]


class CreateMany(Body, Generic[T], tag_field="action", tag="create", frozen=True, kw_only=True):
    """Make these."""

    entities: Annotated[tuple[T, ...], Meta(max_length=ITEMS_MAX)]
    action_on_existence: Existing = "fail"

    @property
    def on_existing(self) -> OnExisting:
        """What to do with one that is there."""
        return OnExisting(self.action_on_existence)


class UpdateMany(Body, Generic[T], tag_field="action", tag="update", frozen=True, kw_only=True):
    """Change these."""

    entities: Annotated[tuple[T, ...], Meta(max_length=ITEMS_MAX)]
    update_mask: tuple[str, ...] | None = None
    action_on_non_existence: Missing = "fail"

    @property
    def on_missing(self) -> OnMissing:
        """What to do with one that is not there."""
        return OnMissing(self.action_on_non_existence)


class DeleteMany(Body, Generic[T], tag_field="action", tag="delete", frozen=True, kw_only=True):
    """Delete these."""

    entities: Annotated[tuple[T | str, ...], Meta(max_length=ITEMS_MAX)]
    action_on_non_existence: Missing = "fail"

    @property
    def on_missing(self) -> OnMissing:
        """What to do with one that is not there."""
        return OnMissing(self.action_on_non_existence)


class BulkError(msgspec.Struct, frozen=True, kw_only=True):
    """One item that was refused."""

    name: str
    error: str
    status_code: int


class BulkActionResponse(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one action. What was skipped is in neither list."""

    success: tuple[str, ...] = ()
    errors: tuple[BulkError, ...] = ()


class BulkResponse(msgspec.Struct, frozen=True, kw_only=True):
    """What became of each kind of action."""

    create: BulkActionResponse | None = None
    update: BulkActionResponse | None = None
    delete: BulkActionResponse | None = None


def bulk_response(results: Sequence[tuple[str, BulkResult]]) -> BulkResponse:
    """The answer for results in the order of the request, each with its action's name."""
    found: dict[str, BulkActionResponse] = {}
    for action, result in results:
        before = found.get(action, BulkActionResponse())
        found[action] = BulkActionResponse(
            success=(*before.success, *result.success),
            errors=(
                *before.errors,
                *(
                    BulkError(name=each.name, error=each.error, status_code=each.status)
                    for each in result.errors
                ),
            ),
        )
    return BulkResponse(**found)

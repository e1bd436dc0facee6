"""``/api/v2/assets``: Narae keeps no assets yet. Lists are empty, writes say that it can't.

Completed with the work that builds assets and their events.
"""

from typing import Any, Literal

import msgspec

from narae.accounts.permissions import Action, Resource
from narae.api.call import Call
from narae.api.fields import Id, Limit, MapIndex, Moment, Name, Offset
from narae.api.operation import V2, Body, Needs, Query
from narae.api.problems import Problem
from narae.api.routes import Routes
from narae.engine.errors import NotBuilt, NotFound

routes = Routes(V2, tag="Assets")

READ = Needs(Resource.ASSET, Action.READ)
CREATE = Needs(Resource.ASSET, Action.CREATE)
DELETE = Needs(Resource.ASSET, Action.DELETE)
WORDS = "Narae keeps no assets and asset events yet"


class AssetPage(Query, frozen=True, kw_only=True):
    """Which assets."""

    limit: Limit = 50
    offset: Offset = 0
    name_pattern: str | None = None
    name_prefix_pattern: str | None = None
    uri_pattern: str | None = None
    uri_prefix_pattern: str | None = None
    dag_ids: tuple[str, ...] = ()
    only_active: bool = True
    order_by: tuple[Literal["id", "-id", "name", "-name", "uri", "-uri"], ...] = ()


class AliasPage(Query, frozen=True, kw_only=True):
    """Which aliases."""

    limit: Limit = 50
    offset: Offset = 0
    name_pattern: str | None = None
    name_prefix_pattern: str | None = None
    order_by: tuple[Literal["id", "-id", "name", "-name"], ...] = ()


class EventPage(Query, frozen=True, kw_only=True):
    """Which events."""

    limit: Limit = 50
    offset: Offset = 0
    asset_id: Id | None = None
    source_dag_id: str | None = None
    source_task_id: str | None = None
    source_run_id: str | None = None
    source_map_index: MapIndex | None = None
    name_pattern: str | None = None
    name_prefix_pattern: str | None = None
    timestamp_gte: Moment | None = None
    timestamp_gt: Moment | None = None
    timestamp_lte: Moment | None = None
    timestamp_lt: Moment | None = None
    order_by: tuple[Literal["id", "-id", "timestamp", "-timestamp"], ...] = ()


class Before(Query, frozen=True, kw_only=True):
    """Until when."""

    before: Moment | None = None


class PartQuery(Query, frozen=True, kw_only=True):
    """Which part."""

    limit: Limit = 50
    offset: Offset = 0


class AssetEventBody(Body, frozen=True, kw_only=True):
    """``CreateAssetEventsBody``."""

    asset_id: Id
    extra: dict[str, Any] | None = None
    partition_key: str | None = None


class MaterializeBody(Body, frozen=True, kw_only=True):
    """``MaterializeAssetBody``."""

    dag_run_id: Name | None = None
    conf: dict[str, Any] | None = None
    note: str | None = None
    logical_date: Moment | None = None
    data_interval_start: Moment | None = None
    data_interval_end: Moment | None = None
    run_after: Moment | None = None
    partition_key: str | None = None


class StateBody(Body, frozen=True, kw_only=True):
    """``AssetStateStoreBody``."""

    value: Any
    expires_at: Moment | None = None


class Nothing(msgspec.Struct, frozen=True, kw_only=True):
    """There is none."""


class AssetCollection(msgspec.Struct, frozen=True, kw_only=True):
    """Assets."""

    assets: tuple[Nothing, ...] = ()
    total_entries: int = 0


class AssetAliasCollection(msgspec.Struct, frozen=True, kw_only=True):
    """Aliases."""

    asset_aliases: tuple[Nothing, ...] = ()
    total_entries: int = 0


class AssetEventCollection(msgspec.Struct, frozen=True, kw_only=True):
    """Events."""

    asset_events: tuple[Nothing, ...] = ()
    total_entries: int = 0


class QueuedEventCollection(msgspec.Struct, frozen=True, kw_only=True):
    """Events that a DAG waits to be complete."""

    queued_events: tuple[Nothing, ...] = ()
    total_entries: int = 0


class AssetStateCollection(msgspec.Struct, frozen=True, kw_only=True):
    """What is remembered about an asset."""

    asset_state_store: tuple[Nothing, ...] = ()
    total_entries: int = 0


@routes.get("/assets", needs=READ)
def get_assets(call: Call, query: AssetPage) -> AssetCollection:
    """Assets: none yet."""
    del call, query
    return AssetCollection()


@routes.get("/assets/aliases", needs=READ)
def get_asset_aliases(call: Call, query: AliasPage) -> AssetAliasCollection:
    """Asset aliases: none yet."""
    del call, query
    return AssetAliasCollection()


@routes.get("/assets/aliases/{asset_alias_id}", needs=READ)
def get_asset_alias(call: Call, asset_alias_id: Id) -> Nothing:
    """One asset alias: there is none yet."""
    del call
    raise NotFound("asset alias", str(asset_alias_id))


@routes.get("/assets/events", needs=READ)
def get_asset_events(call: Call, query: EventPage) -> AssetEventCollection:
    """Asset events: none yet."""
    del call, query
    return AssetEventCollection()


@routes.post("/assets/events", needs=CREATE, errors=(501,))
def create_asset_event(call: Call, body: AssetEventBody) -> Nothing:
    """An asset was updated elsewhere."""
    del call, body
    raise NotBuilt("asset events", WORDS)


@routes.get("/assets/{asset_id}", needs=READ)
def get_asset(call: Call, asset_id: Id) -> Nothing:
    """One asset: there is none yet."""
    del call
    raise NotFound("asset", str(asset_id))


@routes.post("/assets/{asset_id}/materialize", needs=CREATE, errors=(501,))
def materialize_asset(call: Call, asset_id: Id, body: MaterializeBody | None) -> Nothing:
    """A run of the DAG that makes the asset."""
    del call, asset_id, body
    raise NotBuilt("assets", WORDS)


@routes.get("/assets/{asset_id}/queuedEvents", needs=READ)
def get_asset_queued_events(call: Call, asset_id: Id, query: Before) -> QueuedEventCollection:
    """Events of an asset that DAGs wait to be complete: none yet."""
    del call, query
    raise NotFound("asset", str(asset_id))


@routes.delete("/assets/{asset_id}/queuedEvents", needs=DELETE)
def delete_asset_queued_events(call: Call, asset_id: Id, query: Before) -> None:
    """Forgets them."""
    del call, query
    raise NotFound("asset", str(asset_id))


@routes.get("/assets/{asset_id}/state-store", needs=READ)
def get_asset_states(call: Call, asset_id: Id, query: PartQuery) -> AssetStateCollection:
    """What is remembered about an asset: nothing yet."""
    del call, query
    raise NotFound("asset", str(asset_id))


@routes.delete("/assets/{asset_id}/state-store", needs=DELETE)
def clear_asset_states(call: Call, asset_id: Id) -> None:
    """Forgets what is remembered about an asset."""
    del call
    raise NotFound("asset", str(asset_id))


@routes.get("/assets/{asset_id}/state-store/{key:path}", needs=READ)
def get_asset_state(call: Call, asset_id: Id, key: str) -> Nothing:
    """One thing that is remembered about an asset."""
    del call, key
    raise NotFound("asset", str(asset_id))


@routes.put("/assets/{asset_id}/state-store/{key:path}", needs=CREATE, errors=(501,))
def set_asset_state(call: Call, asset_id: Id, key: str, body: StateBody) -> None:
    """Remembers something about an asset."""
    del call, asset_id, key, body
    raise NotBuilt("asset state", WORDS)


@routes.delete("/assets/{asset_id}/state-store/{key:path}", needs=DELETE)
def delete_asset_state(call: Call, asset_id: Id, key: str) -> None:
    """Forgets one thing that is remembered about an asset."""
    del call, key
    raise NotFound("asset", str(asset_id))


@routes.get("/dags/{dag_id}/assets/queuedEvents", needs=READ)
def get_dag_asset_queued_events(call: Call, dag_id: str, query: Before) -> QueuedEventCollection:
    """Asset events that a DAG waits to be complete: none yet."""
    del query
    _dag(call, dag_id)
    return QueuedEventCollection()


@routes.delete("/dags/{dag_id}/assets/queuedEvents", needs=DELETE)
def delete_dag_asset_queued_events(call: Call, dag_id: str, query: Before) -> None:
    """Forgets the asset events that a DAG waits to be complete."""
    del query
    _dag(call, dag_id)


@routes.get("/dags/{dag_id}/assets/{asset_id}/queuedEvents", needs=READ)
def get_dag_asset_queued_event(call: Call, dag_id: str, asset_id: Id, query: Before) -> Nothing:
    """One asset's events that a DAG waits to be complete."""
    del query
    _dag(call, dag_id)
    raise NotFound("asset", str(asset_id))


@routes.delete("/dags/{dag_id}/assets/{asset_id}/queuedEvents", needs=DELETE)
def delete_dag_asset_queued_event(call: Call, dag_id: str, asset_id: Id, query: Before) -> None:
    """Forgets them."""
    del query
    _dag(call, dag_id)
    raise NotFound("asset", str(asset_id))


def _dag(call: Call, dag_id: str) -> None:
    call.must(Action.READ, Resource.DAG, dag_id)
    if not call.store.dags([dag_id]):
        raise Problem(404, f"there is no DAG {dag_id!r}")

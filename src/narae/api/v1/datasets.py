"""``/api/v1/datasets``: Narae keeps no datasets yet. Lists are empty, writes say that it can't."""

from datetime import datetime
from typing import Annotated, Any, Literal

from msgspec import Meta

from narae.accounts.permissions import Action, Resource
from narae.api.call import Call
from narae.api.fields import Id, MapIndex, Moment, Names, Text
from narae.api.operation import V1, Body, Needs, Query
from narae.api.routes import Routes
from narae.api.v1.paging import Paged
from narae.api.view import View
from narae.core.states import RunState
from narae.engine.actions import find_dag
from narae.engine.errors import NotBuilt, NotFound

routes = Routes(V1, tag="Dataset")

READ = Needs(Resource.ASSET, Action.READ)
CREATE = Needs(Resource.ASSET, Action.CREATE)
DELETE = Needs(Resource.ASSET, Action.DELETE)
WORDS = "Narae keeps no datasets and dataset events yet"


class DatasetsQuery(Paged, frozen=True, kw_only=True):
    """Which datasets."""

    order_by: Literal[
        "id", "-id", "uri", "-uri", "created_at", "-created_at", "updated_at", "-updated_at"
    ] = "id"
    uri_pattern: Text | None = None
    dag_ids: Names = ()


class EventsQuery(Paged, frozen=True, kw_only=True):
    """Which events."""

    order_by: Literal[
        "source_dag_id", "-source_dag_id", "source_task_id", "-source_task_id", "source_run_id",
        "-source_run_id", "source_map_index", "-source_map_index", "timestamp", "-timestamp",
    ] = "timestamp"  # fmt: skip
    dataset_id: Id | None = None
    source_dag_id: Text | None = None
    source_task_id: Text | None = None
    source_run_id: Text | None = None
    source_map_index: MapIndex | None = None


class Before(Query, frozen=True, kw_only=True):
    """Until when."""

    before: Moment | None = None


class EventBody(Body, frozen=True, kw_only=True):
    """``CreateDatasetEvent``."""

    dataset_uri: Annotated[str, Meta(min_length=1, max_length=3000)]
    extra: dict[str, Any] | None = None


class ConsumerView(View, frozen=True, kw_only=True):
    """``DagScheduleDatasetReference``."""

    dag_id: str | None
    created_at: datetime
    updated_at: datetime


class ProducerView(ConsumerView, frozen=True, kw_only=True):
    """``TaskOutletDatasetReference``."""

    task_id: str | None


class DatasetView(View, frozen=True, kw_only=True):
    """``Dataset``."""

    id: int
    uri: str
    extra: dict[str, Any] | None
    created_at: datetime
    updated_at: datetime
    consuming_dags: list[ConsumerView]
    producing_tasks: list[ProducerView]


class DatasetPage(View, frozen=True, kw_only=True):
    """``DatasetCollection``."""

    datasets: list[DatasetView]
    total_entries: int


class BasicRunView(View, frozen=True, kw_only=True):
    """``BasicDAGRun``."""

    run_id: str
    dag_id: str
    logical_date: datetime
    start_date: datetime | None
    end_date: datetime | None
    data_interval_start: datetime | None
    data_interval_end: datetime | None
    state: RunState


class EventView(View, frozen=True, kw_only=True):
    """``DatasetEvent``."""

    dataset_id: int
    dataset_uri: str
    extra: dict[str, Any] | None
    source_dag_id: str | None
    source_task_id: str | None
    source_run_id: str | None
    source_map_index: int | None
    created_dagruns: list[BasicRunView]
    timestamp: datetime


class EventPage(View, frozen=True, kw_only=True):
    """``DatasetEventCollection``."""

    dataset_events: list[EventView]
    total_entries: int


class QueuedView(View, frozen=True, kw_only=True):
    """``QueuedEvent``."""

    uri: str
    dag_id: str
    created_at: datetime


class QueuedPage(View, frozen=True, kw_only=True):
    """``QueuedEventCollection``."""

    queued_events: list[QueuedView]
    total_entries: int


@routes.get("/datasets", needs=READ)
def get_datasets(call: Call, query: DatasetsQuery) -> DatasetPage:
    """Datasets: none yet."""
    del call, query
    return DatasetPage(datasets=[], total_entries=0)


@routes.get("/datasets/events", needs=READ)
def get_dataset_events(call: Call, query: EventsQuery) -> EventPage:
    """Dataset events: none yet."""
    del call, query
    return EventPage(dataset_events=[], total_entries=0)


@routes.post("/datasets/events", needs=CREATE, errors=(501,))
def create_dataset_event(call: Call, body: EventBody) -> EventView:
    """A dataset was updated elsewhere. Narae keeps no datasets yet: 501."""
    del call
    raise NotBuilt(f"an event of {body.dataset_uri!r}", WORDS)


@routes.get("/datasets/queuedEvent/{uri:path}", needs=READ)
def get_dataset_queued_events(call: Call, uri: str, query: Before) -> QueuedPage:
    """Events of a dataset that DAGs wait to be complete: none yet, as Airflow says it a 404."""
    del call, query
    raise NotFound("queued event of the dataset", uri)


@routes.delete("/datasets/queuedEvent/{uri:path}", needs=DELETE)
def delete_dataset_queued_events(call: Call, uri: str, query: Before) -> None:
    """Forget them."""
    del call, query
    raise NotFound("queued event of the dataset", uri)


@routes.get("/datasets/{uri:path}", needs=READ)
def get_dataset(call: Call, uri: str) -> DatasetView:
    """One dataset: there is none yet."""
    del call
    raise NotFound("dataset", uri)


@routes.get("/dags/{dag_id}/datasets/queuedEvent", needs=READ)
def get_dag_dataset_queued_events(call: Call, dag_id: str, query: Before) -> QueuedPage:
    """Dataset events that a DAG waits to be complete: none yet."""
    del query
    raise _none_of(call, dag_id)


@routes.delete("/dags/{dag_id}/datasets/queuedEvent", needs=DELETE)
def delete_dag_dataset_queued_events(call: Call, dag_id: str, query: Before) -> None:
    """Forget them."""
    del query
    raise _none_of(call, dag_id)


@routes.get("/dags/{dag_id}/datasets/queuedEvent/{uri:path}", needs=READ)
def get_dag_dataset_queued_event(call: Call, dag_id: str, uri: str, query: Before) -> QueuedView:
    """The events of one dataset that a DAG waits to be complete."""
    del query, uri
    raise _none_of(call, dag_id)


@routes.delete("/dags/{dag_id}/datasets/queuedEvent/{uri:path}", needs=DELETE)
def delete_dag_dataset_queued_event(call: Call, dag_id: str, uri: str, query: Before) -> None:
    """Forget them."""
    del query, uri
    raise _none_of(call, dag_id)


def _none_of(call: Call, dag_id: str) -> NotFound:
    call.must(Action.READ, Resource.DAG, dag_id)
    find_dag(call.store, dag_id)
    return NotFound("queued dataset event of the DAG", dag_id)

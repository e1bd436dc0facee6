"""Is it well? Versions, health, figures, and the feed of changes."""

from collections.abc import Callable
from time import monotonic

import msgspec
from starlette.responses import Response, StreamingResponse

from narae.accounts.permissions import Action, Resource, readable_dags
from narae.api import health_view
from narae.api.call import Call
from narae.api.events import Wanted, stream
from narae.api.fields import Names
from narae.api.health_view import HealthView, LiveView, ReadyView
from narae.api.operation import ROOT, V2, Needs, Open, Query
from narae.api.routes import Routes
from narae.api.scrape import metrics_page
from narae.api.surroundings import principal
from narae.core.changes import Change

root = Routes(ROOT, tag="Monitor")
routes = Routes(V2, tag="Monitor")

SERVICE_UNAVAILABLE = 503
TEXT = ("text/plain", "application/openmetrics-text")
SIGHT_SECONDS = 5.0
"""For so long a listener sees what it saw, whatever became of its rights."""


class VersionView(msgspec.Struct, frozen=True, kw_only=True):
    """What runs."""

    version: str
    git_version: str | None = None


class EventQuery(Query, frozen=True, kw_only=True):
    """Which changes."""

    dag_id: Names = ()
    run_id: Names = ()
    kind: Names = ()


@routes.get("/version", needs=Open.ANYBODY)
def get_version(call: Call) -> VersionView:
    """The version that runs."""
    return VersionView(version=call.around.version)


@root.get("/health", needs=Open.ANYBODY, errors=(SERVICE_UNAVAILABLE,))
def get_root_health(call: Call) -> HealthView | Response:
    """The database and each component with its latest sign of life, in Airflow's form."""
    return get_health(call)


@routes.get("/monitor/health", needs=Open.ANYBODY, errors=(SERVICE_UNAVAILABLE,))
def get_health(call: Call) -> HealthView | Response:
    """The same."""
    found = health_view.health(call.store, home=call.around.home, now=call.now)
    return _with_status(found, found.http_status)


@root.get("/livez", needs=Open.ANYBODY)
def livez(call: Call) -> LiveView:
    """The process answers: nothing else is asked."""
    del call
    return health_view.live()


@root.get("/readyz", needs=Open.ANYBODY, errors=(SERVICE_UNAVAILABLE,))
def readyz(call: Call) -> ReadyView | Response:
    """Whether it can do its work: the database is there, with this version's schema."""
    found = call.around.readiness.at(call.now)
    return _with_status(found, found.http_status)


def _with_status(view: msgspec.Struct, status: int) -> Response:
    return Response(msgspec.json.encode(view), status, media_type="application/json")


@root.get("/metrics", needs=Needs(Resource.CLUSTER_ACTIVITY, Action.READ), media=TEXT)
def get_metrics(call: Call) -> str | Response:
    """The figures of all components, as Prometheus reads them."""
    around = call.around
    content, media = metrics_page(
        call.store,
        around.registry,
        now=call.now,
        version=around.version,
        accept=call.request.headers.get("accept", ""),
    )
    return Response(content, media_type=media)


@routes.get("/events", needs=Needs(Resource.DAG, Action.READ), media=("text/event-stream",))
def get_events(call: Call, query: EventQuery) -> str | Response:
    """Changes as they happen: server-sent events, resumed by ``Last-Event-ID``."""
    wanted = Wanted(
        may_see=_sight(call),
        dag_ids=frozenset(query.dag_id) or None,
        run_ids=frozenset(query.run_id) or None,
        kinds=frozenset(query.kind) or None,
    )
    body = stream(call.around.feed, wanted, call.request.headers.get("last-event-id"))
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(body, media_type="text/event-stream", headers=headers)


def _sight(call: Call) -> Callable[[Change], bool]:
    """Whether the caller may see a change, by rights that are looked up every few seconds."""
    visible, until = call.readable_dags(), monotonic() + SIGHT_SECONDS

    def may_see(change: Change) -> bool:
        nonlocal visible, until
        if monotonic() >= until:
            try:
                now = principal(call.request)
            except Exception:  # noqa: BLE001 - whatever is wrong with them by now
                visible = frozenset()
            else:
                visible = readable_dags(now) if now.is_known else frozenset()
            until = monotonic() + SIGHT_SECONDS
        return visible is None or change.dag_id in visible

    return may_see

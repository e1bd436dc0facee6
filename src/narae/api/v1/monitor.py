"""``/api/v1/health`` and ``/api/v1/version``."""

from narae.api.call import Call
from narae.api.health_view import (
    DagProcessorHealth,
    DatabaseHealth,
    SchedulerHealth,
    TriggererHealth,
    health,
)
from narae.api.operation import V1, Open
from narae.api.routes import Routes
from narae.api.view import View

routes = Routes(V1, tag="Monitoring")


class HealthView(View, frozen=True, kw_only=True):
    """``HealthInfo``."""

    metadatabase: DatabaseHealth
    scheduler: SchedulerHealth
    triggerer: TriggererHealth
    dag_processor: DagProcessorHealth


class VersionView(View, frozen=True, kw_only=True):
    """``VersionInfo``."""

    version: str
    git_version: str | None = None


@routes.get("/health", needs=Open.ANYBODY)
def get_health(call: Call) -> HealthView:
    """How well the database and the components are."""
    found = health(call.store, home=call.around.home, now=call.now)
    return HealthView(
        metadatabase=found.metadatabase,
        scheduler=found.scheduler,
        triggerer=found.triggerer,
        dag_processor=found.dag_processor,
    )


@routes.get("/version", needs=Open.ANYBODY)
def get_version(call: Call) -> VersionView:
    """The version that runs."""
    return VersionView(version=call.around.version)

"""What has changed, for whoever shows it: no contents, only where to look again."""

from enum import StrEnum

from narae.core.spec import Value


class ChangeKind(StrEnum):
    """What there is something new about."""

    RUN = "run"
    TASK_INSTANCES = "task_instances"
    """Of one run."""
    DAG = "dag"
    BACKFILLS = "backfills"
    """Of one DAG, or of any."""
    IMPORT_ERRORS = "import_errors"
    POOLS = "pools"
    VARIABLES = "variables"
    CONNECTIONS = "connections"


class Change(Value, frozen=True, kw_only=True, omit_defaults=True):
    """One change. ``state`` is a run's new one."""

    kind: ChangeKind
    dag_id: str | None = None
    run_id: str | None = None
    state: str | None = None


class Changed(Value, tag="changed", frozen=True, kw_only=True):
    """What was committed, from the engine to who listens."""

    changes: tuple[Change, ...] = ()
    everything: bool = False
    """Nobody knows what: look at everything again."""


class ListenerHello(Value, tag="listener_hello", frozen=True, kw_only=True):
    """The first and only message of a process that wants to be told of changes."""

    name: str


Place = tuple[ChangeKind, str | None, str | None]


def place(change: Change) -> Place:
    """Where it is: of two changes at one place, the later one says it all."""
    return change.kind, change.dag_id, change.run_id

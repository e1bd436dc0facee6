"""What a supervisor is told at its start."""

from pathlib import Path

from narae.core.spec import Value

PRELOAD = (
    "narae.runtime.asking",
    "narae.runtime.entry",
    "narae.runtime.load",
    "narae.authoring",
    "narae.authoring.decorators",
    "narae.hooks.calling",
    "narae.operators.bash",
    "narae.operators.empty",
    "narae.operators.python",
    "narae.sensors.base",
    "jinja2.ext",
    "jinja2.nativetypes",
    "jinja2.sandbox",
    "pendulum",
)
"""Modules that the base fork server imports, so that no DAG file and no attempt has to."""


class SupervisorSettings(Value, frozen=True, kw_only=True):
    """Folders are absolute paths; times are in seconds."""

    home: str
    engine_socket: str
    log_folder: str
    code_folder: str
    """Holds ``trees/<code version>/``."""
    beside: tuple[str, ...] = ()
    """Folders of code that is in no code version: the deployment's plugins and config."""
    slots: int = 32
    """How many attempts run at once, never more."""
    callback_slots: int = 4
    """How many callbacks run at once, beside the attempts."""
    queues: tuple[str, ...] = ("default",)
    execution: str = "fork"
    """``fork`` or ``spawn``, for DAGs that don't say."""
    preload: tuple[str, ...] = PRELOAD
    run: str = "narae.runtime.entry:run_child"
    load: str = "narae.runtime.load:load_file"
    asking: str = "narae.runtime.asking:asking"
    mask: str = "narae.runtime.asking:masked"
    rehearse: str = "narae.runtime.rehearsal:rehearse"
    beat_seconds: float = 5.0
    kill_grace_seconds: float = 60.0
    """From SIGTERM to SIGKILL (``killed_task_cleanup_time``)."""
    timeout_grace_seconds: float = 10.0
    """The task's own process ends a time-out first; after this the supervisor does."""
    end_grace_seconds: float = 10.0
    """From the last message of a task's process to its exit."""
    stop_grace_seconds: float = 10.0
    """How long running tasks may go on once the supervisor is asked to stop."""
    flush_seconds: float = 2.0
    """How long a stopping supervisor waits for its last reports to be acknowledged."""
    import_timeout_seconds: float = 30.0
    base_restart_seconds: float = 1.0
    """A base server that died this soon after its start is started again this much later."""
    servers_max: int = 32
    """Idle fork servers beyond this go, the longest unused first."""
    servers_idle_seconds: float = 600.0
    servers_memory_max_bytes: int = 512 * 1024 * 1024
    """Private memory of all fork servers together; beyond it idle ones go."""
    memory_max_bytes: int | None = None
    """Limit on the private memory of each attempt's process."""

    @property
    def run_folder(self) -> Path:
        """Where supervisors leave their records."""
        return Path(self.home) / "run" / "supervisor"

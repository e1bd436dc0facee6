"""The file that is being read: its generation, its settings, what it defined so far.

The loader calls :func:`begin_file` before it imports a DAG file. One process reads one file at a
time, so the state is the process's.
"""

import sys
from collections.abc import Mapping
from types import FrameType, MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    from narae.authoring.dag import DAG
    from narae.authoring.group import TaskGroup
    from narae.authoring.scopes import Scope

Generation = Literal[2, 3]


class FileSettings(NamedTuple):
    """A deployment's defaults that authoring needs. None: as the generation has it."""

    default_timezone: str = "UTC"
    default_generation: Generation = 2
    create_cron_data_intervals: bool | None = None
    create_delta_data_intervals: bool | None = None
    catchup_by_default: bool | None = None
    max_active_runs: int = 16
    max_active_tasks: int = 16
    max_consecutive_failed_runs: int = 0
    operator_defaults: Mapping[str, Any] = MappingProxyType({})
    """Defaults of operator arguments (owner, queue, retries, ...) that are not Airflow's own."""
    conf: Mapping[tuple[str, str], str] = MappingProxyType({})
    """What ``airflow.configuration.conf`` answers beyond the environment."""


class FileState:
    """What is known of the file so far."""

    dag_id: str | None = None
    """Only this DAG is wanted; see ``airflow.utils.dag_parsing_context``."""
    task_id: str | None = None
    proof: str = ""
    """The name that only generation 3 has, and that the file imported; "" for none."""

    def __init__(self, *, file: str = "", settings: FileSettings = FileSettings()) -> None:  # noqa: B008 - immutable
        self.file = file
        self.settings = settings
        self.dags: list[DAG] = []
        self.notices: list[str] = []
        self.dag_stack: list[DAG] = []
        self.group_stack: list[TaskGroup] = []
        self.scope_stack: list[Scope] = []

    @property
    def generation(self) -> Generation:
        """2 or 3: see section 6 of the design."""
        return 3 if self.proof else self.settings.default_generation


class _Process:
    """Holds the state of the process's current file."""

    current = FileState()


def begin_file(
    file: str = "",
    default_generation: Generation | None = None,
    *,
    settings: FileSettings | None = None,
) -> FileState:
    """Forget the last file and begin another; ``file`` is its path as its code objects carry it."""
    chosen = settings or FileSettings()
    if default_generation is not None:
        chosen = chosen._replace(default_generation=default_generation)
    _Process.current = FileState(file=file, settings=chosen)
    return _Process.current


def current() -> FileState:
    """The state of the file that is being read."""
    return _Process.current


def prove_generation_3(name: str) -> None:
    """Note that the file imported ``name``, which generation 2 does not have."""
    if not _Process.current.proof:
        _Process.current.proof = name


def generation() -> Generation:
    """Of the file that is being read."""
    return _Process.current.generation


def notice(text: str) -> None:
    """Keep a remark for the DAG's page, with the line of the file that it is about."""
    line = caller_line()
    _Process.current.notices.append(f"line {line}: {text}" if line else text)


_OWN = __name__.rpartition(".authoring.")[0] + "."


def caller_line() -> int | None:
    """Line in the user's file from which Narae was called, as far as the frames tell."""
    frame = _caller()
    return None if frame is None else frame.f_lineno


def caller_file() -> str:
    """The user's file from which Narae was called, "" when the frames don't tell."""
    frame = _caller()
    return "" if frame is None else frame.f_code.co_filename


def _caller() -> FrameType | None:
    """The innermost frame of the file being read; without one, the innermost not of Narae."""
    file = _Process.current.file
    frame: FrameType | None = sys._getframe(2)  # noqa: SLF001 - inspect would cost 10 ms to load
    while frame is not None:
        if file:
            if frame.f_code.co_filename == file:
                return frame
        elif not str(frame.f_globals.get("__name__", "")).startswith(_OWN):
            return frame
        frame = frame.f_back
    return None


def current_dag() -> "DAG | None":
    """The DAG of the innermost ``with``."""
    stack = _Process.current.dag_stack
    return stack[-1] if stack else None

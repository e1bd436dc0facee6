"""The DAG: tasks, their groups, and everything that holds for all of them."""

from datetime import datetime, timedelta, tzinfo
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack, cast

from narae.authoring.dag_members import DagMembers
from narae.authoring.dag_values import ACCEPTED, GENERATION_2_ONLY, given_schedule, taken
from narae.authoring.group import TaskGroup
from narae.authoring.local_run import run_locally
from narae.authoring.moments import aware, zone_of
from narae.authoring.notset import NOTSET
from narae.authoring.operator_values import checked_id
from narae.authoring.options import DagOptions
from narae.authoring.params import DagParam, ParamsDict
from narae.authoring.parsing import FileSettings, Generation, caller_file, caller_line, current
from narae.authoring.task import Task
from narae.errors import InvalidArgumentsError

if TYPE_CHECKING:
    from typing import Self

    from narae.authoring.timetables import Timetable


class DAG(DagMembers):
    """A directed acyclic graph of tasks.

    Its arguments are :class:`narae.authoring.options.DagOptions`; each attribute below is the
    default of the argument of its name.
    """

    schedule_interval: Any = NOTSET
    given_timetable: Any = None
    start_date: datetime | None = None
    end_date: datetime | None = None
    template_searchpath: Any = None
    template_undefined: Any = None
    user_defined_macros: dict[str, Any] | None = None
    user_defined_filters: dict[str, Any] | None = None
    max_active_tasks: int | None = None
    max_active_runs: int | None = None
    max_consecutive_failed_dag_runs: int | None = None
    dagrun_timeout: timedelta | None = None
    sla_miss_callback: Any = None
    default_view: str = "grid"
    orientation: str = "LR"
    given_catchup: bool | None = None
    """None: as settings or the generation have it."""
    on_success_callback: Any = None
    on_failure_callback: Any = None
    doc_md: str | None = None
    access_control: dict[str, Any] | None = None
    is_paused_upon_creation: bool | None = None
    jinja_environment_kwargs: dict[str, Any] | None = None
    render_template_as_native_obj: bool = False
    auto_register: bool = True
    fail_fast: bool = False
    dag_display_name: str | None = None
    deadline: Any = None
    execution: str | None = None

    def __init__(
        self,
        dag_id: str,
        description: str | None = None,
        schedule: Any = NOTSET,
        **options: Unpack[DagOptions],
    ) -> None:
        state = current()
        self.line = caller_line()
        self.fileloc = state.file or caller_file()
        self.state = state
        self.settings: FileSettings = state.settings
        self.dag_id = checked_id("dag_id", dag_id)
        self.description = description
        self.schedule = schedule
        self.task_dict: dict[str, Task] = {}
        self.groups: dict[str, TaskGroup] = {}
        self.edge_labels: dict[tuple[str, str], str] = {}
        self.numbers: dict[str, int] = {}
        """The last number given to an id that was taken already."""
        given = cast("dict[str, Any]", options)
        if not given.keys() <= ACCEPTED:
            raise InvalidArgumentsError(_unknown(dag_id, given))
        self.default_args: dict[str, Any] = dict(given.pop("default_args", None) or {})
        self.tags: list[str] = sorted({str(tag) for tag in given.pop("tags", None) or ()})
        self.owner_links: dict[str, str] = dict(given.pop("owner_links", None) or {})
        params = given.pop("params", None)
        self.old_arguments = sorted(given.keys() & GENERATION_2_ONLY)
        self.__dict__.update(taken(self, given))
        self._fix_moments()
        self.params = ParamsDict(params)
        self.params.update(self.default_args.get("params") or {})
        self.task_group = TaskGroup(None, dag=self)

    def _fix_moments(self) -> None:
        """The start date's zone is the DAG's; naive dates take the deployment's."""
        start = self.start_date or self.default_args.get("start_date")
        if isinstance(start, str):
            start = datetime.fromisoformat(start)
        zone = getattr(start, "tzinfo", None)
        if zone is None:
            end = self.end_date or self.default_args.get("end_date")
            zone = getattr(end, "tzinfo", None)
        self.zone: str = zone_of(zone) if zone is not None else self.settings.default_timezone
        self.start_date = aware(self.start_date, self.settings.default_timezone)
        self.end_date = aware(self.end_date, self.settings.default_timezone)

    # -- facts -----------------------------------------------------------------------------------

    @property
    def generation(self) -> Generation:
        """2 or 3, by what the file imported."""
        return self.state.generation

    @property
    def catchup(self) -> bool:
        """Whether runs that were missed are made up for."""
        given = self.given_catchup
        chosen = self.settings.catchup_by_default if given is None else given
        return self.generation == 2 if chosen is None else bool(chosen)  # noqa: PLR2004 - its number

    @property
    def schedule_given(self) -> Any:
        """The schedule, by whichever argument, or the generation's default."""
        return given_schedule(
            self.schedule, self.schedule_interval, self.given_timetable, self.generation
        )

    @property
    def timetable(self) -> "Timetable":
        """The timetable that the schedule stands for."""
        from narae.authoring.schedule import timetable_of  # noqa: PLC0415 - loads msgspec, which importing a DAG file does without

        return timetable_of(
            self.schedule_given,
            zone=self.zone,
            generation=self.generation,
            settings=self.settings,
        )

    @property
    def timezone(self) -> tzinfo:
        """The zone that the schedule is read in, as pendulum has it."""
        import pendulum  # noqa: PLC0415  # heavy, and few DAG files ask

        return pendulum.timezone(self.zone)

    @property
    def owner(self) -> str:
        """The owners of its tasks."""
        return ", ".join(sorted({task.owner for task in self.tasks}))

    @property
    def display_name(self) -> str:
        """What pages show."""
        return self.dag_display_name or self.dag_id

    @property
    def filepath(self) -> str:
        """Path of the file, as far as it is known."""
        return self.fileloc

    @property
    def folder(self) -> str:
        """Folder of the file."""
        return str(Path(self.fileloc).parent)

    @property
    def fail_stop(self) -> bool:
        """``fail_fast`` by its old name."""
        return self.fail_fast

    @property
    def concurrency(self) -> int | None:
        """``max_active_tasks`` by its old name."""
        return self.max_active_tasks

    def param(self, name: str, default: Any = NOTSET) -> DagParam:
        """A param as an argument for a task."""
        return DagParam(self, name, default)

    # -- running it here -------------------------------------------------------------------------

    def test(self, *args: Any, **options: Any) -> Any:
        """Run the DAG once, now, here; for ``if __name__ == "__main__"``."""
        return run_locally(self, *args, **options)

    def cli(self) -> Any:
        """The file as a command line of its DAG."""
        return run_locally(self, cli=True)

    # -- the `with` ------------------------------------------------------------------------------

    def __enter__(self) -> "Self":
        state = current()
        state.dag_stack.append(self)
        state.group_stack.append(self.task_group)
        return self

    def __exit__(self, *_error: object) -> None:
        state = current()
        state.dag_stack.pop()
        state.group_stack.pop()
        self.register()

    def register(self) -> None:
        """Let the loader find the DAG although no global of the file holds it."""
        if self.auto_register and not any(dag is self for dag in current().dags):
            current().dags.append(self)

    def __repr__(self) -> str:
        return f"<DAG: {self.dag_id}>"


def _unknown(dag_id: str, given: dict[str, Any]) -> str:
    name = min(given.keys() - ACCEPTED)
    near = get_close_matches(name, ACCEPTED, 1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    return f"DAG {dag_id!r} takes no argument {name!r}{hint}"

"""A run because somebody asks for one."""

from datetime import datetime, timedelta
from typing import Any

from narae.core.commands import CreateRun
from narae.core.decide.new_run import new_run
from narae.core.masking import Masker
from narae.core.run import DagRow, Run
from narae.core.run_ids import check_run_id, run_id_for
from narae.core.spec import DagSpec, Value
from narae.core.states import RunType
from narae.core.timetables.schedule import manual_interval
from narae.core.timetables.spec import DataInterval
from narae.core.wire import Wake
from narae.engine.actions.act import Act, find_dag
from narae.engine.actions.checks import check_moment
from narae.engine.actions.mark import check_note
from narae.engine.apply import apply
from narae.engine.errors import AlreadyExists, Conflict, Invalid
from narae.engine.params import param_faults
from narae.engine.ports import RunQuery
from narae.engine.uids import new_run_uid

_GENERATION_WITHOUT_DATES = 3
_SAME_MOMENT_MAX = 1000
"""How many runs may be asked for at one microsecond without a date of their own."""


class RunWish(Value, frozen=True, kw_only=True):
    """What somebody who triggers a run may say of it."""

    run_id: str | None = None
    logical_date: datetime | None = None
    without_logical_date: bool = False
    """Generation 3 only: a run that has none."""
    run_after: datetime | None = None
    """The run waits until then."""
    interval: DataInterval | None = None
    """None: what the DAG's timetable says for the moment."""
    conf: dict[str, Any] = {}
    note: str | None = None
    run_type: RunType = RunType.MANUAL
    triggered_by: str | None = None
    """None: who acts."""
    triggering_user: str | None = None
    """None: who acts, unless a task does."""


def trigger(act: Act, dag_id: str, wish: RunWish = RunWish()) -> Run:  # noqa: B008 - frozen
    """Makes a queued run and wakes the engine. A paused DAG's run waits, and its hold says so.

    Raises NotFound (DAG), Invalid (conf, params, run_id, logical_date) or AlreadyExists.
    """
    dag = find_dag(act.store, dag_id)
    if dag.is_stale:
        raise Invalid("dag_id", f"{dag_id!r} is gone: {dag.file} no longer gives it")
    spec = act.store.spec(dag.spec_id)
    check_conf(spec, wish.conf)
    _check_dates(spec, wish)
    check_note(wish.note)
    command = _free_moment(act, dag, spec, wish)
    run = command.run
    audit = act.audit(
        "trigger",
        dag_id=dag_id,
        run_id=run.run_id,
        after={
            "run_id": run.run_id,
            "logical_date": run.logical_date and run.logical_date.isoformat(),
            "note": run.note,
        },
        of_previous=True,
        conf=Masker.of_names().mask_value(wish.conf),
    )
    if not apply(act.store, [command, audit], now=act.now)[0]:
        raise _already(_existing(act, run) or run, run)
    act.notifier.wake(Wake(runs=(run.uid,)))
    return run


def _free_moment(act: Act, dag: DagRow, spec: DagSpec, wish: RunWish) -> CreateRun:
    """The run, moved by microseconds when others without a date were asked for just now."""
    for later in range(_SAME_MOMENT_MAX):
        command = _command(act, dag, spec, wish, act.now + timedelta(microseconds=later))
        exists = _existing(act, command.run)
        if exists is None:
            return command
        if wish.logical_date is not None or exists.run_id == wish.run_id:
            raise _already(exists, command.run)
    raise Conflict(f"{_SAME_MOMENT_MAX} runs of {dag.dag_id!r} were asked for at one moment")


def check_conf(spec: DagSpec, conf: Any) -> None:
    """Invalid unless ``conf`` is an object whose params fit their schemas."""
    if not isinstance(conf, dict):
        raise Invalid("conf", f"has to be an object such as {{}}, not {type(conf).__name__}")
    for name, fault in sorted(param_faults(spec, conf).items()):
        raise Invalid(f"conf[{name!r}]", fault)


def _check_dates(spec: DagSpec, wish: RunWish) -> None:
    if wish.without_logical_date and spec.generation < _GENERATION_WITHOUT_DATES:
        raise Invalid("logical_date", f"a run of {spec.dag_id!r} (Airflow 2 style) has to have one")
    check_moment("logical_date", wish.logical_date)
    check_moment("run_after", wish.run_after)
    if wish.interval is not None:
        check_moment("data_interval_start", wish.interval.start)
        check_moment("data_interval_end", wish.interval.end)
        if wish.interval.start > wish.interval.end:
            raise Invalid("data_interval_end", "the data interval ends before it starts")
    if wish.run_id is not None:
        try:
            check_run_id(wish.run_id)
        except ValueError as error:
            raise Invalid("run_id", str(error)) from None


def _command(act: Act, dag: DagRow, spec: DagSpec, wish: RunWish, moment: datetime) -> CreateRun:
    date = None if wish.without_logical_date else wish.logical_date or moment
    run_after = wish.run_after or max(act.now, date or act.now)
    interval = wish.interval
    if interval is None and date is not None:
        planned = act.store.planned(dag.dag_id)
        interval = manual_interval(spec.timetable, date, planned=planned)
    return new_run(
        spec=spec,
        spec_id=dag.spec_id,
        code_version=dag.code_version,
        uid=new_run_uid(act.now, act.chance),
        run_id=wish.run_id
        or run_id_for(
            wish.run_type,
            generation=spec.generation,
            logical_date=date,
            run_after=max(run_after, moment),
            chance=act.chance,
        ),
        run_type=wish.run_type,
        logical_date=date,
        interval=interval,
        run_after=run_after,
        conf=wish.conf,
        now=act.now,
        triggered_by=wish.triggered_by or act.who,
        triggered_by_user=wish.triggering_user or _user(act, wish),
        note=wish.note,
    )


def _user(act: Act, wish: RunWish) -> str | None:
    return act.who if wish.run_type is RunType.MANUAL else None


def _existing(act: Act, run: Run) -> Run | None:
    same_id = act.store.runs(RunQuery(dag_id=run.dag_id, run_ids=(run.run_id,)))
    if same_id or run.logical_date is None:
        return same_id[0] if same_id else None
    same_date = act.store.runs(RunQuery(dag_id=run.dag_id, logical_dates=(run.logical_date,)))
    return same_date[0] if same_date else None


def _already(exists: Run, wanted: Run) -> AlreadyExists:
    why = (
        "by that name"
        if exists.run_id == wanted.run_id or exists.logical_date is None
        else f"for the logical date {exists.logical_date.isoformat()}"
    )
    words = f"there is a run of {exists.dag_id!r} {why} already: {exists.run_id!r}, {exists.state}"
    return AlreadyExists("run", exists.run_id, words)

"""Single runs, as users change them."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import UNSET, UnsetType

from narae.core.commands import Audit, Command, DeleteRun
from narae.core.log_paths import run_folder
from narae.core.run import Instance, Run
from narae.core.spec import Value
from narae.core.states import FINISHED_RUN, RunState
from narae.core.wire import Wake
from narae.engine.actions.act import Act, find_dag, find_run
from narae.engine.actions.bulk import BulkResult, OnMissing, change_each
from narae.engine.actions.checks import check_moment
from narae.engine.actions.clear import Selection
from narae.engine.actions.clear import clear as clear_selected
from narae.engine.actions.mark import check_note, mark_run, set_run_note
from narae.engine.errors import Conflict, Invalid, NotFound
from narae.engine.ports import RunQuery

_ACTIVE = (RunState.QUEUED, RunState.RUNNING)

RunName = tuple[str, str]
"""DAG id and run id."""


class RunPatch(Value, frozen=True, kw_only=True):
    """What is to change; what is unset stays."""

    state: RunState | UnsetType = UNSET
    """success and failed end the run, queued runs it again."""
    note: str | UnsetType | None = UNSET


def find_at(act: Act, dag_id: str, logical_date: datetime) -> Run:
    """The run of a logical date. NotFound; Invalid for a date without a time zone."""
    check_moment("logical_date", logical_date)
    runs = act.store.runs(RunQuery(dag_id=dag_id, logical_dates=(logical_date,)))
    if not runs:
        find_dag(act.store, dag_id)
        raise NotFound(f"run of {dag_id} for the logical date", logical_date.isoformat())
    return runs[0]


def patch(act: Act, dag_id: str, run_id: str, wish: RunPatch) -> Run:
    """Changes a run's state, its note, or both. Raises NotFound or Invalid."""
    run = find_run(act.store, dag_id, run_id)
    if isinstance(wish.note, str):
        check_note(wish.note)
    if not isinstance(wish.state, UnsetType):
        run = mark_run(act, dag_id, run_id, wish.state)
    if not isinstance(wish.note, UnsetType):
        run = set_run_note(act, dag_id, run_id, wish.note)
    return run


def stop(act: Act, dag_id: str, run_id: str) -> Run:
    """Ends a run as failed: what runs is killed, what waits is skipped.

    Raises NotFound, or Conflict when it has ended.
    """
    run = find_run(act.store, dag_id, run_id)
    if run.state in FINISHED_RUN:
        raise Conflict(f"{run_id!r} has ended already: {run.state.value}")
    return mark_run(act, dag_id, run_id, RunState.FAILED)


def delete(act: Act, dag_id: str, run_id: str, *, even_running: bool = False) -> None:
    """Deletes a run with its instances, attempts, XComs and, once they are gone, its logs.

    Raises NotFound, or Conflict while it runs. With ``even_running`` it is stopped first.
    """
    if even_running and find_run(act.store, dag_id, run_id).state is RunState.RUNNING:
        stop(act, dag_id, run_id)

    def decide() -> tuple[list[Command], Audit, None]:
        run = find_run(act.store, dag_id, run_id)
        if run.state is RunState.RUNNING:
            raise Conflict(f"{run_id!r} of {dag_id!r} is running: let it end, or end it first")
        before = {
            "state": run.state.value,
            "run_type": run.run_type.value,
            "logical_date": run.logical_date and run.logical_date.isoformat(),
        }
        audit = act.audit(
            "delete_dag_run", dag_id=dag_id, run_id=run_id, before=before, of_previous=True
        )
        return [DeleteRun(before=run)], audit, None

    gone = find_run(act.store, dag_id, run_id).uid
    # Those that look back at the run look further back now.
    others = act.store.runs(RunQuery(dag_id=dag_id, states=_ACTIVE))
    uids = tuple(dict.fromkeys((gone, *(run.uid for run in others))))
    act.write(decide, wake=Wake(runs=uids))
    act.remove_logs(run_folder(dag_id, run_id))


def clear(  # noqa: PLR0913 - the options of a clear
    act: Act,
    dag_id: str,
    run_id: str,
    *,
    only_failed: bool = False,
    only_new: bool = False,
    latest_code: bool = False,
    note: str | UnsetType | None = UNSET,
    dry_run: bool = False,
) -> list[tuple[Run, Instance]]:
    """Runs a whole run again, what failed of it, or what the latest code has added to it.

    Gives the instances as they were. Raises NotFound, Conflict, or Invalid (note).
    """
    if only_new and only_failed:
        raise Invalid("only_new", "choose only_new or only_failed")
    if isinstance(note, str):
        check_note(note)
    selection = Selection(run_ids=(run_id,), only_failed=only_failed, only_new=only_new, note=note)
    found = clear_selected(act, dag_id, selection, dry_run=dry_run, latest_code=latest_code)
    if not dry_run and not isinstance(note, UnsetType):
        set_run_note(act, dag_id, run_id, note)
    return found


def ended(act: Act, dag_id: str, run_id: str) -> Run | None:
    """The run once it has ended, else None: for whoever waits. Raises NotFound."""
    run = find_run(act.store, dag_id, run_id)
    return run if run.state in FINISHED_RUN else None


def bulk_update(
    act: Act,
    patches: Sequence[tuple[RunName, RunPatch]],
    on_missing: OnMissing = OnMissing.FAIL,
) -> BulkResult:
    """Changes each; named ``dag_id.run_id`` in the result."""

    def change(item: tuple[RunName, RunPatch]) -> Run:
        (dag_id, run_id), wish = item
        return patch(act, dag_id, run_id, wish)

    return change_each(patches, name=lambda each: _name(each[0]), do=change, on_missing=on_missing)


def bulk_delete(
    act: Act,
    names: Sequence[RunName],
    on_missing: OnMissing = OnMissing.FAIL,
) -> BulkResult:
    """Deletes each that does not run."""

    def remove(name: RunName) -> None:
        delete(act, *name)

    return change_each(names, name=_name, do=remove, on_missing=on_missing)


def _name(name: RunName) -> str:
    return ".".join(name)

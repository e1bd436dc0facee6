"""What users do to whole DAGs."""

import msgspec

from narae.core.commands import Audit, ChangeDag, Command
from narae.core.log_paths import dag_folder
from narae.core.run import DagRow
from narae.core.states import RunState
from narae.core.wire import Wake
from narae.engine.actions.act import Act, find_dag
from narae.engine.apply import apply
from narae.engine.errors import Conflict
from narae.engine.ports import RunQuery


def pause(act: Act, dag_id: str) -> DagRow:
    """No new runs, and nothing of the DAG's runs goes out; what runs goes on."""
    return _set_paused(act, dag_id, paused=True)


def unpause(act: Act, dag_id: str) -> DagRow:
    """The schedule goes on; failures in a row are forgotten."""
    return _set_paused(act, dag_id, paused=False)


def _set_paused(act: Act, dag_id: str, *, paused: bool) -> DagRow:
    what = "pause" if paused else "unpause"

    def decide() -> tuple[list[Command], Audit, DagRow]:
        row = find_dag(act.store, dag_id)
        audit = act.audit(
            what,
            dag_id=dag_id,
            before={"is_paused": row.is_paused},
            after={"is_paused": paused},
            of_previous=True,
        )
        if row.is_paused == paused:
            return [], audit, row
        after = msgspec.structs.replace(
            row,
            is_paused=paused,
            failed_in_a_row=row.failed_in_a_row if paused else 0,
            revision=row.revision + 1,
        )
        return [ChangeDag(before=row, after=after)], audit, after

    return act.write(decide, wake=Wake(dags=(dag_id,)))


def delete_dag(act: Act, dag_id: str) -> None:
    """Deletes a DAG's rows, runs, versions and logs; its file brings it back, without any run.

    Raises NotFound, or Conflict while runs are active.
    """
    row = find_dag(act.store, dag_id)
    running = act.store.runs(RunQuery(dag_id=dag_id, states=(RunState.RUNNING,), limit=1))
    if running:
        raise Conflict(f"{dag_id!r} has a run that is running: {running[0].run_id!r}; end it first")
    queued = act.store.runs(RunQuery(dag_id=dag_id, states=(RunState.QUEUED,)))
    before = {"file": row.file, "is_paused": row.is_paused, "queued_runs": len(queued)}
    apply(act.store, [act.audit("delete_dag", dag_id=dag_id, before=before)], now=act.now)
    act.store.delete_dag(dag_id)
    act.notifier.wake(Wake(dags=(dag_id,), runs=tuple(run.uid for run in queued)))
    act.remove_logs(dag_folder(dag_id))

"""A user wants one task instance to run now, whatever it depends on."""

from narae.core.commands import Audit, Command
from narae.core.ids import TaskRef
from narae.core.run import Instance
from narae.core.run_now import plan_run_now
from narae.core.states import HOLDS_SLOT, TaskState
from narae.core.wire import Wake
from narae.engine.actions.act import Act, find_run, refs_of, view_of
from narae.engine.errors import Conflict


def run_now(act: Act, dag_id: str, run_id: str, ref: TaskRef) -> Instance:
    """Schedules the instance; gives it as it was. Pools and limits still hold it.

    Raises NotFound (run, task, instance), or Conflict when it runs or is not expanded.
    """
    uid = find_run(act.store, dag_id, run_id).uid

    def decide() -> tuple[list[Command], Instance]:
        view = view_of(act.store, find_run(act.store, dag_id, run_id))
        refs_of(view, ref.task_id, [ref.map_index])
        before = view.instances[ref]
        if before.state in HOLDS_SLOT:
            raise Conflict(f"{ref.task_id!r} is {before.state} already")
        if not before.expanded:
            raise Conflict(f"nobody can say yet how many instances {ref.task_id!r} has")
        return plan_run_now(view, ref, now=act.now), before

    def audit(before: Instance) -> Audit:
        states = {"state": before.state.value}, {"state": TaskState.SCHEDULED.value}
        return act.audit(
            "run_now", dag_id=dag_id, run_id=run_id, ref=ref, before=states[0], after=states[1]
        )

    return act.commit(decide, audit=audit, wake=Wake(runs=(uid,)))

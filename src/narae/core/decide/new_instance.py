"""The row of a task instance at its birth."""

from narae.core.ids import RunUid
from narae.core.run import Instance
from narae.core.spec import TaskSpec


def new_instance(task: TaskSpec, *, run: RunUid, priority: int) -> Instance:
    """An instance that is not mapped; what makes it a stand-in or a child is put in later."""
    return Instance(
        run=run,
        task_id=task.task_id,
        max_tries=task.retry.retries,
        pool=task.pool,
        pool_slots=task.pool_slots,
        priority=priority,
        queue=task.queue,
    )

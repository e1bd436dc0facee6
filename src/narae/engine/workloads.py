"""What a supervisor is given for an attempt, made from the engine's rows. Pure."""

from narae.core.decide.callbacks import run_facts
from narae.core.ids import AttemptId
from narae.core.log_paths import log_path
from narae.core.run import DagRow, Instance, Run
from narae.core.spec import DagSpec, TaskSpec
from narae.core.workload import CodeRef, Workload
from narae.engine.tokens import Tokens


def code_ref(run: Run, spec: DagSpec, dag: DagRow) -> CodeRef:
    """Which code the run follows: its own version, and the file as it was called then."""
    return CodeRef(
        folder=dag.folder,
        version=run.code_version,
        file=spec.file or dag.file,
        must_spawn=dag.must_spawn,
    )


def workload(
    instance: Instance,
    *,
    run: Run,
    spec: DagSpec,
    task: TaskSpec,
    dag: DagRow,
    tokens: Tokens | None = None,
) -> Workload:
    """The workload of an instance's open attempt, which is committed; at any time the same."""
    if instance.attempt is None or instance.queued_at is None:
        raise ValueError(f"{instance.key} has no open attempt")
    return Workload(
        attempt=AttemptId(instance.attempt),
        fence=instance.fence,
        code=code_ref(run, spec, dag),
        run=run_facts(run),
        task_id=instance.task_id,
        map_index=instance.map_index,
        path=instance.path,
        try_number=instance.try_number,
        max_tries=instance.max_tries,
        queue=instance.queue,
        execution_timeout=task.execution_timeout,
        mapped_over=task.mapped_over,
        first_started_at=instance.first_started_at,
        resume=instance.resume,
        execution=spec.execution,
        log_path=log_path(
            run.dag_id, run.run_id, instance.task_id, instance.map_index, instance.try_number
        ),
        queued_at=instance.queued_at,
        token="" if tokens is None else tokens.of(instance.attempt),
    )

"""``narae tasks``."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import click

from narae.bootstrap.deployment import Deployment, open_deployment
from narae.cli.groups import NearestGroup
from narae.cli.output import output_option, show
from narae.cli.run import task_test_command
from narae.cli.values import Moment, default_zone, in_zone, run_named
from narae.core.holds import Hold
from narae.core.ids import UNMAPPED, TaskRef
from narae.core.run import Attempt, Instance, Run, Wait
from narae.core.spec import DagSpec
from narae.core.states import TaskState
from narae.engine.actions import Selection, attempts_of, clear, find_dag, run_now, why
from narae.engine.errors import NotFound
from narae.engine.ports import RunQuery
from narae.errors import NaraeError

RUN = "EXECUTION_DATE_OR_RUN_ID"


@click.group(cls=NearestGroup)
def tasks() -> None:
    """Inspect, clear and test task instances."""


tasks.add_command(task_test_command, "test")


@tasks.command("list")
@click.argument("dag_id")
@click.option("-t", "--tree", is_flag=True, help="Show what is downstream of what.")
@click.option("-S", "--subdir", hidden=True, default=None)
def list_(dag_id: str, tree: bool, subdir: str | None) -> None:
    """List the tasks of a DAG."""
    del subdir
    with open_deployment() as deployment:
        spec = deployment.store.spec(find_dag(deployment.store, dag_id).spec_id)
    if not tree:
        for task in sorted(spec.tasks, key=lambda t: t.task_id):
            click.echo(task.task_id)
        return
    for line in _tree(spec):
        click.echo(line)


def _tree(spec: DagSpec) -> Iterable[str]:
    below: dict[str, list[str]] = {task.task_id: [] for task in spec.tasks}
    for task in spec.tasks:
        for upstream in task.upstream:
            below[upstream].append(task.task_id)
    kinds = {task.task_id: task.operator for task in spec.tasks}
    waiting = [(task.task_id, 0) for task in reversed(spec.tasks) if not task.upstream]
    while waiting:
        task_id, depth = waiting.pop()
        yield f"{'    ' * depth}<Task({kinds[task_id]}): {task_id}>"
        waiting += [(each, depth + 1) for each in reversed(below[task_id])]


def _instance(deployment: Deployment, run: Run, task_id: str, map_index: int) -> Instance:
    rows = deployment.store.instances(run.uid)
    found = next((r for r in rows if r.ref == TaskRef(task_id, map_index)), None)
    if found is None:
        if any(r.task_id == task_id for r in rows):
            indexes = sorted(r.map_index for r in rows if r.task_id == task_id)
            raise NaraeError(f"task {task_id!r} has no instance {map_index}; it has {indexes}")
        raise NotFound(f"task of {run.dag_id}", task_id, among={r.task_id for r in rows})
    return found


@tasks.command()
@click.argument("dag_id")
@click.argument("task_id")
@click.argument("run", metavar=RUN)
@click.option("--map-index", type=int, default=UNMAPPED)
def state(dag_id: str, task_id: str, run: str, map_index: int) -> None:
    """Print the state of a task instance."""
    with open_deployment() as deployment:
        found = run_named(deployment, dag_id, run)
        click.echo(_instance(deployment, found, task_id, map_index).state.value)


@tasks.command("states-for-dag-run")
@click.argument("dag_id")
@click.argument("run", metavar=RUN)
@output_option
def states_for_dag_run(dag_id: str, run: str, output: str) -> None:
    """List the task instances of a run with their states."""
    with open_deployment() as deployment:
        found = run_named(deployment, dag_id, run)
        order = {t.task_id: n for n, t in enumerate(deployment.store.spec(found.spec_id).tasks)}
        rows = sorted(
            deployment.store.instances(found.uid),
            key=lambda i: (order.get(i.task_id, len(order)), i.path),
        )
    mapped = any(row.map_index != UNMAPPED for row in rows)
    show(
        [
            {
                "dag_id": dag_id,
                "execution_date": found.logical_date,
                "task_id": row.task_id,
                **({"map_index": row.map_index} if mapped else {}),
                "state": row.state.value,
                "try_number": row.try_number,
                "start_date": row.started_at,
                "end_date": row.ended_at,
            }
            for row in rows
        ],
        output,
    )


@tasks.command("why")
@click.argument("dag_id")
@click.argument("run", metavar=RUN)
@click.argument("task_id")
@click.option("--map-index", type=int, default=UNMAPPED)
@output_option
def why_(dag_id: str, run: str, task_id: str, map_index: int, output: str) -> None:
    """Say why a task instance waits: every hold, in words."""
    with open_deployment() as deployment:
        found = run_named(deployment, dag_id, run)
        row = _instance(deployment, found, task_id, map_index)
        holds = why(deployment.act(), dag_id, found.run_id, task_id, map_index=map_index)
    if output == "table":
        _say(row, holds)
        return
    show(
        [
            {"state": row.state.value, "code": h.code.value, "words": h.words, "until": h.until}
            for h in holds
        ],
        output,
    )


def _say(row: Instance, holds: list[Hold]) -> None:
    name = row.task_id if row.map_index == UNMAPPED else f"{row.task_id}[{row.map_index}]"
    state = "not started" if row.state is TaskState.NONE else row.state.value
    if not holds:
        click.echo(f"{name} is {state}: nothing holds it")
        return
    click.echo(f"{name} is {state}:")
    for hold in holds:
        click.echo(f"  {hold.code.value:<28} {hold.words}")


@tasks.command("failed-deps")
@click.argument("dag_id")
@click.argument("task_id")
@click.argument("run", metavar=RUN)
@click.option("--map-index", type=int, default=UNMAPPED)
def failed_deps(dag_id: str, task_id: str, run: str, map_index: int) -> None:
    """Print what keeps a task instance from running (Airflow's name for `why`)."""
    with open_deployment() as deployment:
        found = run_named(deployment, dag_id, run)
        _instance(deployment, found, task_id, map_index)
        holds = why(deployment.act(), dag_id, found.run_id, task_id, map_index=map_index)
    if not holds:
        click.echo("Task instance dependencies are all met.")
        return
    click.echo("Task instance dependencies not met:")
    for hold in holds:
        click.echo(f"{hold.code.value}: {hold.words}")


@tasks.command()
@click.argument("dag_id")
@click.argument("task_id")
@click.argument("run", metavar=RUN)
@click.option("--map-index", type=int, default=UNMAPPED)
@output_option
def attempts(dag_id: str, task_id: str, run: str, map_index: int, output: str) -> None:
    """List the attempts of a task instance with how each ended and what it used."""
    with open_deployment() as deployment:
        found = run_named(deployment, dag_id, run)
        row = _instance(deployment, found, task_id, map_index)
        rows = attempts_of(deployment.act(), found, row.ref)
    show([_attempt(each, waits) for each, waits in rows], output)


def _attempt(row: Attempt, waits: Sequence[Wait]) -> dict[str, Any]:
    used = row.figures
    return {
        "try": row.try_number,
        "fence": row.fence,
        "queued_at": row.queued_at,
        "started_at": row.started_at,
        "ended_at": row.ended_at,
        "cause": row.cause.kind.value if row.cause else None,
        "words": row.cause.words if row.cause else None,
        "exit_code": row.cause.exit_code if row.cause else None,
        "signal": row.cause.signal if row.cause else None,
        "by": row.cause.by if row.cause else None,
        "waited": [f"{w.code.value} {(w.until - w.since).total_seconds():.3f} s" for w in waits],
        "host": row.host,
        "pid": row.pid,
        "cpu_seconds": used.cpu_seconds if used else None,
        "memory_peak_bytes": used.memory_peak_bytes if used else None,
    }


@tasks.command()
@click.argument("dag_id")
@click.argument("task_id")
@click.argument("run", metavar=RUN)
@click.option("--map-index", type=int, default=UNMAPPED)
@output_option
def render(dag_id: str, task_id: str, run: str, map_index: int, output: str) -> None:
    """Print the template fields of a task instance as its latest attempt rendered them."""
    with open_deployment() as deployment:
        found = run_named(deployment, dag_id, run)
        row = _instance(deployment, found, task_id, map_index)
        fields = deployment.store.rendered(found.uid, row.ref)
    if fields is None:
        raise NaraeError(f"{task_id!r} has rendered nothing yet: it is {row.state.value}")
    if output in {"json", "yaml"}:
        show([fields], output)
        return
    for name, value in fields.items():
        click.echo(f"# ----- {name}\n{value}\n")


@tasks.command("run")
@click.argument("dag_id")
@click.argument("task_id")
@click.argument("run", metavar=RUN)
@click.option("--map-index", type=int, default=UNMAPPED)
def run_(dag_id: str, task_id: str, run: str, map_index: int) -> None:
    """Let the scheduler run one task instance now, whatever it depends on."""
    with open_deployment() as deployment:
        found = run_named(deployment, dag_id, run)
        before = run_now(deployment.act(), dag_id, found.run_id, TaskRef(task_id, map_index))
    click.echo(f"{task_id} was {before.state.value}; it goes out with the next free slot")


@tasks.command("clear")
@click.argument("dag_id")
@click.option("-t", "--task-regex", default=None, help="Only tasks whose id matches.")
@click.option("-s", "--start-date", type=Moment(), default=None)
@click.option("-e", "--end-date", type=Moment(), default=None)
@click.option("-r", "--run-id", multiple=True, help="Only these runs.")
@click.option("-u", "--upstream", is_flag=True)
@click.option("-d", "--downstream", is_flag=True)
@click.option("-f", "--only-failed", is_flag=True)
@click.option("--only-running", is_flag=True)
@click.option("--latest-code", is_flag=True, help="Run them with the DAG's latest code.")
@click.option("-y", "--yes", is_flag=True, help="Don't ask.")
def clear_(
    dag_id: str,
    task_regex: str | None,
    start_date: datetime | None,
    end_date: datetime | None,
    run_id: tuple[str, ...],
    upstream: bool,
    downstream: bool,
    only_failed: bool,
    only_running: bool,
    latest_code: bool,
    yes: bool,
) -> None:
    """Clear task instances, as if they had never run: of all runs, unless told which.

    They run the code that their run is pinned to, unless --latest-code moves it on.
    """
    with open_deployment() as deployment:
        zone = default_zone(deployment)
        selection = Selection(
            run_ids=run_id or (None if start_date or end_date else _all_runs(deployment, dag_id)),
            start=in_zone(start_date, zone) if start_date else None,
            end=in_zone(end_date, zone) if end_date else None,
            tasks=_matching(deployment, dag_id, task_regex),
            upstream=upstream,
            downstream=downstream,
            only_failed=only_failed,
            only_running=only_running,
        )
        found = clear(deployment.act(), dag_id, selection, dry_run=True, latest_code=latest_code)
        if not found and not latest_code:
            click.echo("Nothing to clear.")
            return
        if not yes:
            for run, row in found:
                click.echo(f"{run.run_id} {row.task_id} {row.map_index} {row.state.value}")
            click.confirm(f"Clear these {len(found)} task instances?", abort=True)
        found = clear(deployment.act(), dag_id, selection, latest_code=latest_code)
    click.echo(f"{len(found)} task instances cleared")


def _all_runs(deployment: Deployment, dag_id: str) -> tuple[str, ...]:
    return tuple(run.run_id for run in deployment.store.runs(RunQuery(dag_id=dag_id)))


def _matching(
    deployment: Deployment, dag_id: str, pattern: str | None
) -> tuple[tuple[str, int | None], ...] | None:
    if pattern is None:
        return None
    spec = deployment.store.spec(find_dag(deployment.store, dag_id).spec_id)
    try:
        found = [t.task_id for t in spec.tasks if re.search(pattern, t.task_id)]
    except re.error as error:
        raise NaraeError(f"{pattern!r} is no regular expression: {error}") from error
    if not found:
        raise NaraeError(f"no task of {dag_id!r} matches {pattern!r}")
    return tuple((task_id, None) for task_id in found)

"""``narae dags``."""

import re
import sys
from datetime import datetime
from time import sleep
from typing import Any

import click

from narae.bootstrap.deployment import Deployment, open_deployment
from narae.cli.across_dags import list_jobs, reserialize, show_dependencies
from narae.cli.backfills import backfill_command
from narae.cli.drawing import draw
from narae.cli.groups import NearestGroup
from narae.cli.output import output_option, show
from narae.cli.run import test_command
from narae.cli.values import JsonObject, Moment, default_zone, in_zone, run_named
from narae.cli.versions import code_command, diff_command, versions_command
from narae.cli.why_late import why_late_command
from narae.core.decide.plan_runs import next_runs
from narae.core.run import DagRow, Run
from narae.core.states import FINISHED_RUN, RunState, RunType
from narae.engine.actions import RunWish, delete_dag, find_dag, find_run, pause, trigger, unpause
from narae.engine.actions.why import SCHEDULER_SILENT_MAX
from narae.engine.ports import RunQuery
from narae.errors import NaraeError

COLUMNS = ("dag_id", "fileloc", "owners", "is_paused")
POLL_SECONDS = 0.1


@click.group(cls=NearestGroup)
def dags() -> None:
    """List, trigger, pause, test and inspect DAGs."""


dags.add_command(test_command, "test")
dags.add_command(backfill_command, "backfill")
for _command in (versions_command, code_command, diff_command):
    dags.add_command(_command)
dags.add_command(why_late_command)
dags.add_command(show_dependencies)
dags.add_command(list_jobs)
dags.add_command(reserialize)


def _row(deployment: Deployment, row: DagRow) -> dict[str, Any]:
    spec = deployment.store.spec(row.spec_id)
    return {
        "dag_id": row.dag_id,
        "fileloc": f"{row.folder}/{row.file}",
        "owners": sorted({t.owner for t in spec.tasks}),
        "is_paused": row.is_paused,
        "is_stale": row.is_stale,
        "description": spec.description,
        "schedule": spec.schedule_text,
        "timezone": spec.timezone,
        "tags": list(spec.tags),
        "next_run_after": row.next_run_after,
        "catchup": spec.catchup,
        "max_active_runs": spec.max_active_runs,
        "max_active_tasks": spec.max_active_tasks,
        "start_date": spec.start_date,
        "end_date": spec.end_date,
        "generation": spec.generation,
        "code_version": row.code_version,
        "last_parsed": row.parsed_at,
        "tasks": len(spec.tasks),
    }


@dags.command("list")
@click.option("--columns", default=",".join(COLUMNS), show_default=True, help="Which, in order.")
@click.option("-S", "--subdir", hidden=True, default=None)
@output_option
def list_(columns: str, subdir: str | None, output: str) -> None:
    """List all DAGs that the loader has found."""
    del subdir
    names = [name.strip() for name in columns.split(",") if name.strip()]
    with open_deployment() as deployment:
        rows = [_row(deployment, r) for r in deployment.store.dags() if not r.is_stale]
        unknown = [n for n in names if rows and n not in rows[0]]
        if unknown:
            raise NaraeError(f"no column {unknown[0]!r}; there are {', '.join(rows[0])}")
        show([{n: row[n] for n in names} for row in rows], output)
        failures = deployment.store.import_failures()
    if failures:
        click.echo(
            f"{len(failures)} file(s) could not be imported: see `narae dags list-import-errors`",
            err=True,
        )


@dags.command()
@click.argument("dag_id")
@output_option
def details(dag_id: str, output: str) -> None:
    """Show one DAG."""
    with open_deployment() as deployment:
        row = _row(deployment, find_dag(deployment.store, dag_id))
    if output in {"json", "yaml"}:
        show([row], output)
    else:
        show([{"property_name": k, "property_value": v} for k, v in row.items()], output)


@dags.command("list-import-errors")
@click.option("-S", "--subdir", hidden=True, default=None)
@output_option
def list_import_errors(subdir: str | None, output: str) -> None:
    """List files that could not be imported. Exits with 1 when there are any."""
    del subdir
    with open_deployment() as deployment:
        failures = deployment.store.import_failures()
    show(
        [
            {
                "filepath": f"{folder}/{failure.file}",
                "line": failure.line,
                "error": failure.message if output in {"table", "plain"} else failure.traceback,
            }
            for folder, failure, _ in failures
        ],
        output,
        empty="No import errors",
    )
    sys.exit(1 if failures else 0)


@dags.command("list-runs")
@click.argument("dag_id_argument", metavar="[DAG_ID]", required=False)
@click.option("-d", "--dag-id", default=None)
@click.option("--no-backfill", is_flag=True, help="Leave the runs of backfills out.")
@click.option("--state", type=click.Choice([s.value for s in RunState]), default=None)
@click.option("-s", "--start-date", type=Moment(), default=None)
@click.option("-e", "--end-date", type=Moment(), default=None)
@output_option
def list_runs(
    dag_id_argument: str | None,
    dag_id: str | None,
    no_backfill: bool,
    state: str | None,
    start_date: datetime | None,
    end_date: datetime | None,
    output: str,
) -> None:
    """List the runs of a DAG, the latest first."""
    wanted = dag_id or dag_id_argument
    if wanted is None:
        raise click.UsageError("which DAG? Give DAG_ID or --dag-id")
    with open_deployment() as deployment:
        find_dag(deployment.store, wanted)
        zone = default_zone(deployment)
        types = tuple(t for t in RunType if t is not RunType.BACKFILL) if no_backfill else None
        runs = deployment.store.runs(
            RunQuery(
                dag_id=wanted,
                states=(RunState(state),) if state else None,
                types=types,
                since=in_zone(start_date, zone) if start_date else None,
                until=in_zone(end_date, zone) if end_date else None,
                latest_first=True,
            )
        )
    show([_run_row(run) for run in runs], output)


def _run_row(run: Run) -> dict[str, Any]:
    return {
        "dag_id": run.dag_id,
        "run_id": run.run_id,
        "state": run.state.value,
        "execution_date": run.logical_date,
        "start_date": run.started_at,
        "end_date": run.ended_at,
    }


@dags.command()
@click.argument("dag_id")
@click.argument("run", metavar="EXECUTION_DATE_OR_RUN_ID")
def state(dag_id: str, run: str) -> None:
    """Print the state of a run, and its conf where it has one."""
    with open_deployment() as deployment:
        found = run_named(deployment, dag_id, run)
    click.echo(f"{found.state.value}{f', {found.conf}' if found.conf else ''}")


@dags.command("next-execution")
@click.argument("dag_id")
@click.option("-n", "--num-executions", type=click.IntRange(min=1), default=1, show_default=True)
def next_execution(dag_id: str, num_executions: int) -> None:
    """Print the logical dates of the next scheduled runs."""
    with open_deployment() as deployment:
        row = find_dag(deployment.store, dag_id)
        spec = deployment.store.spec(row.spec_id)
        planned = deployment.store.planned(dag_id)
        now = deployment.act().now
        slots = next_runs(spec, row, num_executions, now=now, planned=planned)
    if row.is_paused:
        click.echo(f"{dag_id} is paused: nothing runs until it is unpaused", err=True)
    if not slots:
        click.echo(f"{dag_id} has no next run: its schedule is {spec.schedule_text}", err=True)
        click.echo("None")
    for slot in slots:
        click.echo(slot.interval.start.isoformat())


@dags.command("pause")
@click.argument("dag_id")
@click.option("--treat-dag-id-as-regex", "regex", is_flag=True)
@click.option("-y", "--yes", is_flag=True, help="Don't ask.")
@output_option
def pause_(dag_id: str, regex: bool, yes: bool, output: str) -> None:
    """Pause a DAG: no new runs, and nothing of its runs goes out."""
    _set_paused(dag_id, paused=True, regex=regex, yes=yes, output=output)


@dags.command("unpause")
@click.argument("dag_id")
@click.option("--treat-dag-id-as-regex", "regex", is_flag=True)
@click.option("-y", "--yes", is_flag=True, help="Don't ask.")
@output_option
def unpause_(dag_id: str, regex: bool, yes: bool, output: str) -> None:
    """Let a paused DAG go on."""
    _set_paused(dag_id, paused=False, regex=regex, yes=yes, output=output)


def _set_paused(dag_id: str, *, paused: bool, regex: bool, yes: bool, output: str) -> None:
    with open_deployment() as deployment:
        chosen = (
            [find_dag(deployment.store, dag_id)] if not regex else _matching(deployment, dag_id)
        )
        if regex and not yes:
            what = "Pause" if paused else "Unpause"
            click.confirm(f"{what} {', '.join(r.dag_id for r in chosen)}?", abort=True)
        act = deployment.act()
        after = [(pause if paused else unpause)(act, row.dag_id) for row in chosen]
    show([{"dag_id": row.dag_id, "is_paused": row.is_paused} for row in after], output)


def _matching(deployment: Deployment, pattern: str) -> list[DagRow]:
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        raise NaraeError(f"{pattern!r} is no regular expression: {error}") from error
    found = [row for row in deployment.store.dags() if compiled.search(row.dag_id)]
    if not found:
        raise NaraeError(f"no DAG id matches {pattern!r}")
    return found


@dags.command("trigger")
@click.argument("dag_id")
@click.option("-S", "--subdir", hidden=True, default=None)
@click.option("-r", "--run-id", default=None)
@click.option("-c", "--conf", type=JsonObject(), default=None, help="JSON object for the run.")
@click.option("-e", "-l", "--exec-date", "--logical-date", "exec_date", type=Moment(), default=None)
@click.option("--no-replace-microseconds", is_flag=True, hidden=True)
@click.option("--note", default=None)
@click.option("--wait", is_flag=True, help="Wait for its end: exit 0 on success, 1 on failure.")
@output_option
def trigger_(
    dag_id: str,
    subdir: str | None,
    run_id: str | None,
    conf: dict[str, Any] | None,
    exec_date: datetime | None,
    no_replace_microseconds: bool,
    note: str | None,
    wait: bool,
    output: str,
) -> None:
    """Make a new run of a DAG. A paused DAG's run waits until it is unpaused."""
    del subdir, no_replace_microseconds
    with open_deployment() as deployment:
        zone = default_zone(deployment)
        wish = RunWish(
            run_id=run_id,
            conf=conf or {},
            logical_date=in_zone(exec_date, zone) if exec_date else None,
            note=note,
            triggered_by="cli",
        )
        run = trigger(deployment.act(), dag_id, wish)
        if find_dag(deployment.store, dag_id).is_paused:
            click.echo(f"{dag_id} is paused: the run waits until it is unpaused", err=True)
        if wait:
            run = _wait(deployment, run)
    show(
        [
            {
                "conf": run.conf,
                "dag_id": run.dag_id,
                "dag_run_id": run.run_id,
                "logical_date": run.logical_date,
                "run_type": run.run_type.value,
                "state": run.state.value,
                "start_date": run.started_at,
                "end_date": run.ended_at,
            }
        ],
        output,
    )
    sys.exit(1 if run.state is RunState.FAILED else 0)


def _wait(deployment: Deployment, run: Run) -> Run:
    """Until the run has ended. Nobody there to run it is said once, and waited for."""
    if not _scheduler_beats(deployment):
        click.echo("no scheduler gives signs of life: the run waits for one", err=True)
    while run.state not in FINISHED_RUN:
        sleep(POLL_SECONDS)
        run = find_run(deployment.store, run.dag_id, run.run_id)
    return run


def _scheduler_beats(deployment: Deployment) -> bool:
    now = deployment.act().now
    beats = deployment.store.heartbeats()
    return any(b.component == "scheduler" and now - b.at <= SCHEDULER_SILENT_MAX for b in beats)


@dags.command()
@click.argument("dag_id")
@click.option("-y", "--yes", is_flag=True, help="Don't ask.")
def delete(dag_id: str, yes: bool) -> None:
    """Delete a DAG with its runs, task instances, XComs and logs. Its file brings it back."""
    if not yes:
        click.confirm(f"Delete {dag_id} with all of its runs?", abort=True)
    with open_deployment() as deployment:
        delete_dag(deployment.act(), dag_id)
    click.echo(f"{dag_id} deleted")


@dags.command("show")
@click.argument("dag_id")
@click.option("-S", "--subdir", hidden=True, default=None)
def show_(dag_id: str, subdir: str | None) -> None:
    """Print a DAG's tasks with their dependencies, in Graphviz's language."""
    del subdir
    with open_deployment() as deployment:
        row = find_dag(deployment.store, dag_id)
        click.echo(draw(deployment.store.spec(row.spec_id)))


@dags.command()
@output_option
def report(output: str) -> None:
    """Show which files gave which DAGs."""
    with open_deployment() as deployment:
        files: dict[str, list[DagRow]] = {}
        for row in deployment.store.dags():
            if not row.is_stale:
                files.setdefault(f"{row.folder}/{row.file}", []).append(row)
        rows = [
            {
                "file": file,
                "dag_num": len(found),
                "task_num": sum(len(deployment.store.spec(r.spec_id).tasks) for r in found),
                "dags": [r.dag_id for r in found],
            }
            for file, found in sorted(files.items())
        ]
    show(rows, output)

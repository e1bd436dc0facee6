"""``narae backfill``, and ``narae dags backfill`` for fingers that know Airflow 2."""

from datetime import datetime
from typing import Any

import click

from narae.bootstrap.deployment import open_deployment
from narae.cli.groups import NearestGroup
from narae.cli.output import output_option, show
from narae.cli.values import JsonObject, Moment, default_zone, in_zone
from narae.core.run import Backfill, Reprocess
from narae.engine.actions import backfills


@click.group(cls=NearestGroup)
def backfill() -> None:
    """Run a DAG over a stretch of its past."""


def _runs(found: Backfill) -> list[dict[str, Any]]:
    return [
        {
            "logical_date": run.logical_date,
            "interval_start": run.interval.start,
            "interval_end": run.interval.end,
            "runs": run.skip_reason is None,
            "why_not": run.skip_reason,
        }
        for run in found.planned
    ]


def _row(found: Backfill) -> dict[str, Any]:
    return {
        "id": found.id,
        "dag_id": found.dag_id,
        "from": found.start,
        "to": found.end,
        "state": found.state.value,
        "runs": sum(run.skip_reason is None for run in found.planned),
        "started": sum(run.started for run in found.planned),
        "created_at": found.created_at,
    }


def _create(dag_id: str, wish: dict[str, Any], *, dry_run: bool, output: str) -> None:
    with open_deployment() as deployment:
        zone = default_zone(deployment)
        wish |= {name: in_zone(wish[name], zone) for name in ("start", "end")}
        asked = backfills.BackfillWish(**wish)
        if dry_run:
            show(_runs(backfills.plan(deployment.act(), dag_id, asked)), output)
            return
        show([_row(backfills.create(deployment.act(), dag_id, asked))], output)


@backfill.command()
@click.option("--dag-id", required=True)
@click.option("--from-date", type=Moment(), required=True)
@click.option("--to-date", type=Moment(), required=True)
@click.option("--dag-run-conf", type=JsonObject(), default=None)
@click.option("--run-backwards", is_flag=True, help="The latest run first.")
@click.option("--max-active-runs", type=click.IntRange(min=1), default=10, show_default=True)
@click.option(
    "--reprocess-behavior",
    type=click.Choice([r.value for r in Reprocess]),
    default=Reprocess.NONE.value,
    show_default=True,
    help="Which runs that exist already are run again.",
)
@click.option("--dry-run", is_flag=True, help="Only say which runs there would be, and why not.")
@output_option
def create(
    dag_id: str,
    from_date: datetime,
    to_date: datetime,
    dag_run_conf: dict[str, Any] | None,
    run_backwards: bool,
    max_active_runs: int,
    reprocess_behavior: str,
    dry_run: bool,
    output: str,
) -> None:
    """Make a backfill; the scheduler runs it."""
    wish: dict[str, Any] = {
        "start": from_date,
        "end": to_date,
        "conf": dag_run_conf or {},
        "reprocess": Reprocess(reprocess_behavior),
        "backwards": run_backwards,
        "max_active_runs": max_active_runs,
    }
    _create(dag_id, wish, dry_run=dry_run, output=output)


@backfill.command("list")
@click.option("--all", "all_", is_flag=True, help="Those that have ended, too.")
@output_option
def list_(all_: bool, output: str) -> None:
    """List backfills."""
    with open_deployment() as deployment:
        found = deployment.store.backfills(active_only=not all_)
    show([_row(each) for each in found], output)


@backfill.command()
@click.argument("number", type=int)
@output_option
def pause(number: int, output: str) -> None:
    """Start no more of its runs for now."""
    with open_deployment() as deployment:
        show([_row(backfills.pause(deployment.act(), number))], output)


@backfill.command()
@click.argument("number", type=int)
@output_option
def unpause(number: int, output: str) -> None:
    """Let a paused backfill go on."""
    with open_deployment() as deployment:
        show([_row(backfills.unpause(deployment.act(), number))], output)


@backfill.command()
@click.argument("number", type=int)
@output_option
def cancel(number: int, output: str) -> None:
    """End a backfill: its queued runs fail, those that run go on."""
    with open_deployment() as deployment:
        show([_row(backfills.cancel(deployment.act(), number))], output)


@click.command()
@click.argument("dag_id")
@click.option("-s", "--start-date", type=Moment(), required=True)
@click.option("-e", "--end-date", type=Moment(), required=True)
@click.option("-c", "--conf", type=JsonObject(), default=None)
@click.option("-n", "--dry-run", is_flag=True)
@click.option("-B", "--run-backwards", is_flag=True)
@click.option("--reset-dagruns", is_flag=True, help="Run all existing runs again.")
@click.option("--rerun-failed-tasks", is_flag=True, help="Run failed runs again.")
@click.option("-y", "--yes", is_flag=True, hidden=True)
@output_option
def backfill_command(
    dag_id: str,
    start_date: datetime,
    end_date: datetime,
    conf: dict[str, Any] | None,
    dry_run: bool,
    run_backwards: bool,
    reset_dagruns: bool,
    rerun_failed_tasks: bool,
    yes: bool,
    output: str,
) -> None:
    """Make a backfill; the scheduler runs it. See also `narae backfill`."""
    del yes
    reprocess = Reprocess.FAILED if rerun_failed_tasks else Reprocess.NONE
    wish: dict[str, Any] = {
        "start": start_date,
        "end": end_date,
        "conf": conf or {},
        "backwards": run_backwards,
        "reprocess": Reprocess.COMPLETED if reset_dagruns else reprocess,
    }
    _create(dag_id, wish, dry_run=dry_run, output=output)

"""``narae dags why-late``."""

from datetime import timedelta

import click

from narae.bootstrap.deployment import open_deployment
from narae.cli.output import output_option, show
from narae.cli.values import run_named
from narae.core.holds import HoldCode
from narae.core.ids import UNMAPPED
from narae.core.timeline import Phase, Stretch, Timeline
from narae.engine.actions import why_late

OWN_TIME = "the scheduler"
"""What ``next_tick`` is called here."""
_SECOND = timedelta(seconds=1)


@click.command("why-late")
@click.argument("dag_id")
@click.argument("run", metavar="EXECUTION_DATE_OR_RUN_ID")
@output_option
def why_late_command(dag_id: str, run: str, output: str) -> None:
    """Say where the time of a run went: its critical path, every second with a reason."""
    with open_deployment() as deployment:
        found = run_named(deployment, dag_id, run)
        path = why_late(deployment.act(), dag_id, found.run_id)
    if output == "table":
        _say(found.run_id, path)
        return
    show([_row(each) for each in path.stretches], output)


def _row(each: Stretch) -> dict[str, object]:
    return {
        "since": each.since,
        "until": each.until,
        "seconds": each.lasted / _SECOND,
        "phase": each.phase.value,
        "reason": each.code.value if each.code else None,
        "task_id": each.task_id,
        "map_index": each.map_index,
        "try": each.try_number,
    }


def _say(run_id: str, path: Timeline) -> None:
    took = (path.until - path.since) / _SECOND
    so_far = "" if path.ended else " so far"
    click.echo(f"{run_id}: {took:.3f} s{so_far}, since {path.since.isoformat()}")
    click.echo()
    at = 0.0
    for each in path.stretches:
        seconds = each.lasted / _SECOND
        click.echo(
            f"  {at:>10.3f}  {seconds:>10.3f} s  {_what(each.phase, each.code):<28} {_who(each)}"
        )
        at += seconds
    click.echo()
    for (phase, code), lasted in path.totals().items():
        click.echo(f"  {lasted / _SECOND:>10.3f} s  {_what(phase, code)}")


def _what(phase: Phase, code: HoldCode | None) -> str:
    if phase is not Phase.WAITING or code is None:
        return phase.value.replace("_", " ")
    reason = OWN_TIME if code is HoldCode.NEXT_TICK else code.value.replace("_", " ")
    return f"waiting: {reason}"


def _who(each: Stretch) -> str:
    if each.task_id is None:
        return "the run"
    index = "" if each.map_index == UNMAPPED else f"[{each.map_index}]"
    number = "" if each.try_number is None else f", try {each.try_number}"
    return f"{each.task_id}{index}{number}"

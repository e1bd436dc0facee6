"""``narae simulate``: what would run when, before it does."""

import json
import os
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
import msgspec

from narae.bootstrap.deployment import limits_of
from narae.bootstrap.local_run import memory_store, stored_answer
from narae.bootstrap.user_environment import user_environment
from narae.cli.output import output_option, plain_value, show
from narae.cli.values import Moment, in_zone
from narae.config import Settings, load
from narae.core.run import Pool
from narae.core.spec import ImportFailure, ParsedFile
from narae.engine.errors import NotFound
from narae.errors import NaraeError
from narae.loader.local import parse_folder
from narae.loader.values import LoaderSettings, ParseSettings
from narae.testing.forecast import Choices, Forecast, forecast
from narae.testing.forecast_slots import ForecastDag
from narae.testing.memory_store import MemoryStore

YEAR = timedelta(days=365)
TITLES = {
    "dags": "DAGs",
    "pools": "Pools",
    "worst_waits": "Worst waits",
    "clock_changes": "Days on which clocks are changed",
}
_UNITS = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


class Length(click.ParamType[timedelta]):
    """Seconds, or a number with a unit: ``90``, ``90s``, ``5m``, ``2h``."""

    name = "length"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> timedelta:
        """The timedelta."""
        if isinstance(value, timedelta):
            return value
        found = re.fullmatch(r"(\d+(?:\.\d+)?)([smhd]?)", str(value))
        if found is None:
            self.fail(f"{value!r} is no length such as 90, 90s, 5m or 2h", param, ctx)
        return timedelta(seconds=float(found[1]) * _UNITS[found[2]])


class Named(click.ParamType[tuple[str, Any]]):
    """``NAME=VALUE``, the value of another type."""

    def __init__(self, value: click.ParamType[Any]) -> None:
        self.name = f"name={value.name}"
        self._value = value

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, Any]:
        """The pair."""
        if isinstance(value, tuple):
            return value
        name, equals, text = str(value).rpartition("=")
        if not equals or not name:
            self.fail(f"{value!r} has to be NAME=VALUE", param, ctx)
        return name, self._value.convert(text, param, ctx)


@click.command()
@click.argument("dags", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--from", "start", type=Moment(), default=None, help="Default: today.")
@click.option("--to", "end", type=Moment(), default=None, help="Default: a year later.")
@click.option(
    "--duration",
    "durations",
    type=Named(Length()),
    multiple=True,
    metavar="TASK=LENGTH",
    help="How long a task takes: [DAG.]TASK=90, =90s, =5m, =2h.",
)
@click.option("--default-duration", type=Length(), default="1m", show_default=True)
@click.option(
    "--mapped",
    type=Named(click.INT),
    multiple=True,
    metavar="TASK=COUNT",
    help="How many instances are mapped over what [DAG.]TASK returns (1).",
)
@click.option(
    "--pool", "pools", type=Named(click.INT), multiple=True, metavar="POOL=SLOTS", help="-1: any."
)
@click.option("--parallelism", type=click.IntRange(min=1), default=None)
@output_option
def simulate(
    dags: tuple[Path, ...],
    start: datetime | None,
    end: datetime | None,
    durations: tuple[tuple[str, timedelta], ...],
    default_duration: timedelta,
    mapped: tuple[tuple[str, int], ...],
    pools: tuple[tuple[str, int], ...],
    parallelism: int | None,
    output: str,
) -> None:
    """Show what DAG files or folders would do over a stretch of time, without running anything.

    Uses the real timetables and the real scheduler, the deployment's pools and its parallelism.
    """
    settings = load(os.environ)
    store = memory_store(settings)
    found, failures = _parsed(settings, store, dags or (Path(settings.core.dags_folder),))
    _check_names(found, [name for name, _ in (*durations, *mapped)])
    zone = ZoneInfo(settings.core.default_timezone)
    begin = in_zone(start, zone) if start else _today(zone)
    until = in_zone(end, zone) if end else begin + YEAR
    if until <= begin:
        raise click.UsageError("--to has to be later than --from")
    limits = limits_of(settings)
    if parallelism is not None:
        limits = msgspec.structs.replace(limits, parallelism=parallelism)
    choices = Choices(
        durations=dict(durations),
        default_duration=default_duration,
        mapped=dict(mapped),
        limits=limits,
        pools=tuple(_pools(store, dict(pools)).values()),
    )
    _show(forecast(found, start=begin, end=until, choices=choices), zone, output)
    sys.exit(1 if failures else 0)


def _today(zone: ZoneInfo) -> datetime:
    return datetime.now(zone).replace(hour=0, minute=0, second=0, microsecond=0)


def _pools(store: MemoryStore, given: Mapping[str, int]) -> dict[str, Pool]:
    stored = {pool.name: pool for pool in store.pools()}
    return stored | {name: Pool(name=name, slots=slots) for name, slots in given.items()}


# -- which DAGs -----------------------------------------------------------------------------


def _parsed(
    settings: Settings, store: MemoryStore, places: Sequence[Path]
) -> tuple[list[ForecastDag], list[ImportFailure]]:
    """The DAGs of files and folders; what can't be imported is said on standard error."""
    dags: dict[str, ForecastDag] = {}
    failures: list[ImportFailure] = []
    for place in places:
        for parsed in _parse(settings, store, place):
            failures += parsed.failures
            for failure in parsed.failures:
                line = "" if failure.line is None else f":{failure.line}"
                click.echo(f"{failure.file}{line}: {failure.message}", err=True)
            for spec in parsed.dags:
                planned = parsed.planned.get(spec.dag_id, ())
                dags.setdefault(spec.dag_id, ForecastDag(spec=spec, planned=planned))
    if not dags:
        raise NaraeError(f"no DAG in {', '.join(str(place) for place in places)}")
    return [dags[name] for name in sorted(dags)], failures


def _parse(settings: Settings, store: MemoryStore, place: Path) -> list[ParsedFile]:
    full = place.absolute()
    is_file = full.is_file()
    return parse_folder(
        full.parent if is_file else full,
        settings=LoaderSettings(
            parse=ParseSettings(
                import_timeout_seconds=settings.core.dagbag_import_timeout,
                memory_max_bytes=settings.core.dag_file_memory_max,
            ),
            safe_mode=not is_file,
            ignore_syntax=settings.core.dag_ignore_file_syntax,
            pin_code=False,
        ),
        files={full.name} if is_file else None,
        environ=user_environment(settings, os.environ),
        answer=partial(stored_answer, store),
    )


def _check_names(dags: Sequence[ForecastDag], names: Iterable[str]) -> None:
    known = {task.task_id for dag in dags for task in dag.spec.tasks}
    known |= {f"{dag.spec.dag_id}.{t.task_id}" for dag in dags for t in dag.spec.tasks}
    for name in names:
        if name not in known:
            raise NotFound("task", name, among=known)


# -- showing --------------------------------------------------------------------------------


def _show(found: Forecast, zone: ZoneInfo, output: str) -> None:
    parts = _parts(found, zone)
    if output in {"json", "yaml"}:
        whole = _totals(found, zone) | parts | {"notes": list(found.notes)}
        if output == "json":
            click.echo(json.dumps(plain_value(whole), ensure_ascii=False, indent=2))
            return
        import yaml  # noqa: PLC0415 - only -o yaml needs it

        click.echo(
            yaml.safe_dump(plain_value(whole), allow_unicode=True, sort_keys=False), nl=False
        )
        return
    for title, rows in parts.items():
        click.echo(f"\n{TITLES[title]}")
        show(rows, output, empty="None")
    click.echo()
    for name, value in _totals(found, zone).items():
        click.echo(f"{name.replace('_', ' ')}: {plain_value(value)}")
    for note in found.notes:
        click.echo(f"note: {note}")


def _totals(found: Forecast, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "from": found.start.astimezone(zone),
        "to": found.end.astimezone(zone),
        "runs": sum(dag.runs for dag in found.dags),
        "peak_tasks": found.peak,
        "peak_at": found.peak_at and found.peak_at.astimezone(zone),
    }


def _parts(found: Forecast, zone: ZoneInfo) -> dict[str, list[dict[str, Any]]]:
    return {
        "dags": [
            {
                "dag_id": dag.dag_id,
                "runs": dag.runs,
                "first": dag.first and dag.first.astimezone(zone),
                "last": dag.last and dag.last.astimezone(zone),
                "tasks": dag.attempts,
                "slot_hours": round(dag.busy / timedelta(hours=1), 2),
                "run_seconds": dag.duration.total_seconds(),
                "waited_seconds": dag.waited.total_seconds(),
                "timed_out": dag.timed_out,
                "note": dag.note,
            }
            for dag in found.dags
        ],
        "pools": [
            {"pool": name, "peak": peak, "slots": slots}
            for name, (peak, slots) in found.pools.items()
        ],
        "worst_waits": [
            {
                "dag_id": wait.dag_id,
                "task": wait.task or "(the run)",
                "seconds": wait.waited.total_seconds(),
                "times": wait.times,
                "run_after": wait.run_after.astimezone(zone),
                "hold": wait.code,
                "words": wait.words,
            }
            for wait in found.waits
        ],
        "clock_changes": [
            {
                "at": change.at.astimezone(ZoneInfo(change.timezone)),
                "timezone": change.timezone,
                "clocks_go": "forward" if change.forward else "back",
                "words": change.words,
                "dags": list(change.dags),
            }
            for change in found.clock_changes
        ],
    }

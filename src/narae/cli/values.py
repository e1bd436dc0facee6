"""Arguments of commands: moments, JSON objects, runs by id or by date."""

import json
from datetime import datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import click
from click.shell_completion import CompletionItem

from narae.bootstrap.deployment import Deployment
from narae.core.run import Run
from narae.engine.actions import find_run
from narae.engine.ports import RunQuery
from narae.errors import NaraeError


class Moment(click.ParamType[datetime]):
    """A date or a time, ISO 8601. Without a zone it is in the deployment's default zone."""

    name = "date"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """A datetime, naive when the text names no zone."""
        if isinstance(value, datetime):
            return value
        try:
            return datetime.fromisoformat(str(value).replace(" ", "+") if "T" in value else value)
        except ValueError:
            self.fail(
                f"{value!r} is no date such as 2026-03-02 or 2026-03-02T09:00+09:00", param, ctx
            )

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Nothing to suggest."""
        del ctx, param, incomplete
        return []


class JsonObject(click.ParamType[dict[str, Any]]):
    """A JSON object."""

    name = "json"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> dict[str, Any]:
        """The dict."""
        if isinstance(value, dict):
            return value
        try:
            found = json.loads(value)
        except ValueError as error:
            self.fail(f"it is not JSON: {error}", param, ctx)
        if not isinstance(found, dict):
            self.fail(f'it must be an object such as {{"key": 1}}, not {value}', param, ctx)
        return found


def in_zone(moment: datetime, zone: tzinfo | str) -> datetime:
    """``moment`` with a zone: its own, else ``zone``."""
    if moment.tzinfo is not None:
        return moment
    return moment.replace(tzinfo=ZoneInfo(zone) if isinstance(zone, str) else zone)


def default_zone(deployment: Deployment) -> str:
    """The zone of dates that name none."""
    return deployment.settings.core.default_timezone


def run_named(deployment: Deployment, dag_id: str, text: str) -> Run:
    """The run of that run id or logical date."""
    store = deployment.store
    if store.runs(RunQuery(dag_id=dag_id, run_ids=(text,))):
        return find_run(store, dag_id, text)
    try:
        moment = in_zone(datetime.fromisoformat(text), default_zone(deployment))
    except ValueError:
        return find_run(store, dag_id, text)
    found = store.runs(RunQuery(dag_id=dag_id, logical_dates=(moment,)))
    if not found:
        raise NaraeError(f"{dag_id!r} has no run with the logical date {moment.isoformat()}")
    return found[0]

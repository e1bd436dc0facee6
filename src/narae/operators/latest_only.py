"""Skips what is downstream in runs of the past."""

from datetime import UTC, datetime
from typing import Any

from narae.operators.branch import BaseBranchOperator
from narae.sensors.poke import moment_of


class LatestOnlyOperator(BaseBranchOperator):
    """Follows its direct downstream only in the run of the latest interval.

    A run that somebody asked for always passes.
    """

    ui_color = "#e9ffdb"

    def choose_branch(self, context: Any) -> list[str]:
        """All direct downstream tasks, or none."""
        onward = sorted(self.downstream_task_ids)
        run = context["dag_run"]
        if run.external_trigger:
            self.log.info("The run was asked for: going on")
            return onward
        start, end = run.data_interval_start, run.data_interval_end
        if start is None or end is None:
            return onward
        now = moment_of(context)
        left, right = _window(start, end)
        self.log.info("Latest from %s to %s, now is %s", left, right, now)
        if left < now <= right:
            return onward
        self.log.info("Not the latest run: skipping what is downstream")
        return []


def _window(start: datetime, end: datetime) -> tuple[datetime, datetime]:
    """When this run is the latest: from its interval's end until the next interval's end.

    The next interval is taken to be as long as this one; a run without an interval is the latest
    for a day.
    """
    length = end - start
    if not length:
        return end, datetime.max.replace(tzinfo=UTC)
    return end, end + length

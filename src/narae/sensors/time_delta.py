"""Waiting for a stretch of time after the run's data interval."""

from datetime import datetime, timedelta
from typing import Any

from narae.errors import AirflowException
from narae.sensors.base import BaseSensorOperator
from narae.sensors.poke import moment_of
from narae.triggers.temporal import DateTimeTrigger


class TimeDeltaSensor(BaseSensorOperator):
    """Waits until ``delta`` after the data interval's end, or after ``run_after`` without one."""

    def __init__(
        self,
        *,
        delta: timedelta,
        deferrable: bool = False,
        end_from_trigger: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.delta = delta
        self.deferrable = deferrable
        self.end_from_trigger = end_from_trigger

    def target(self, context: Any) -> datetime:
        """The moment that is waited for."""
        begin = context["data_interval_end"] or context["dag_run"].run_after
        if begin is None:
            raise AirflowException(f"{self.task_id!r}: the run has nothing to count from")
        moment: datetime = begin + self.delta
        return moment

    def poke(self, context: Any) -> bool:
        """Whether the moment has come."""
        target = self.target(context)
        self.log.info("Checking if the delta has elapsed: waiting until %s", target)
        return moment_of(context) > target

    def execute(self, context: Any) -> Any:
        """Waits here, or without a slot when it is deferrable."""
        if not self.deferrable:
            return super().execute(context)
        trigger = DateTimeTrigger(self.target(context), end_from_trigger=self.end_from_trigger)
        self.defer(
            trigger=trigger,
            method_name="execute_complete",
            timeout=timedelta(seconds=self.timeout),
        )
        return None

    def execute_complete(self, context: Any, event: Any = None) -> None:
        """The moment has come."""


class TimeDeltaSensorAsync(TimeDeltaSensor):
    """The same without a slot while it waits."""

    def __init__(self, *, end_from_trigger: bool = False, **options: Any) -> None:
        options["deferrable"] = True
        super().__init__(end_from_trigger=end_from_trigger, **options)


class WaitSensor(BaseSensorOperator):
    """Waits for ``time_to_wait`` from its own start: a timedelta, or minutes."""

    def __init__(
        self, *, time_to_wait: timedelta | int, deferrable: bool = False, **options: Any
    ) -> None:
        super().__init__(**options)
        if not isinstance(time_to_wait, timedelta):
            time_to_wait = timedelta(minutes=time_to_wait)
        self.time_to_wait: timedelta = time_to_wait
        self.deferrable = deferrable

    def execute(self, context: Any) -> Any:
        """Waits here, or without a slot when it is deferrable."""
        if not self.deferrable:
            return super().execute(context)
        trigger = DateTimeTrigger(moment_of(context) + self.time_to_wait)
        self.defer(trigger=trigger, method_name="execute_complete")
        return None

    def poke(self, context: Any) -> bool:
        """Whether the time is over."""
        ti = context["ti"]
        return bool(moment_of(context) >= ti.first_started_at + self.time_to_wait)

    def execute_complete(self, context: Any, event: Any = None) -> None:
        """The time is over."""

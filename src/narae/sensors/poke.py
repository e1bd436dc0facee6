"""How a sensor waits: when it looks again, when it gives up, and what that means."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from narae.errors import (
    AirflowException,
    AirflowFailException,
    AirflowRescheduleException,
    AirflowSensorTimeout,
    AirflowSkipException,
    AirflowTaskTimeout,
    TaskDeferralError,
)
from narae.sensors.returned import PokeReturnValue

log = logging.getLogger("airflow.task")

_BACKOFF_EXPONENT_MAX = 60
"""2 ** 60 intervals are beyond every ``max_wait``; more would overflow."""


class Sensor(Protocol):
    """The parameters of waiting (authoring facts, A3); times in seconds."""

    task_id: str
    poke_interval: float
    timeout: float
    soft_fail: bool
    mode: str
    exponential_backoff: bool
    max_wait: timedelta | None
    silent_fail: bool
    never_fail: bool

    def poke(self, context: Any) -> bool | PokeReturnValue:
        """Looks once."""
        ...


@dataclass(kw_only=True)
class Wait:
    """One wait of a sensor; in reschedule mode it spans several attempts."""

    started_at: datetime
    clock: Callable[[], datetime]
    pokes: int = 0

    @property
    def seconds(self) -> float:
        """How long it has lasted."""
        return (self.clock() - self.started_at).total_seconds()


def wait_of(sensor: Sensor, context: Any) -> Wait:
    """The wait that this attempt goes on with; outside of Narae a fresh one."""
    ti = context.get("ti") if hasattr(context, "get") else None
    clock = getattr(ti, "clock", None) or _now
    started_at = getattr(ti, "first_started_at", None) or clock()
    wait = Wait(started_at=started_at, clock=clock)
    if sensor.mode == "reschedule" and sensor.exponential_backoff:
        wait.pokes = pokes_so_far(sensor, wait.seconds)
    return wait


def pokes_so_far(sensor: Sensor, waited_seconds: float) -> int:
    """How often a rescheduling sensor with back-off has looked, from how long it has waited."""
    pokes, total = 0, 0.0
    while pokes < _BACKOFF_EXPONENT_MAX:
        total += pause_seconds(sensor, pokes)
        if total > waited_seconds + sensor.poke_interval / 2:
            break
        pokes += 1
    return pokes


def pause_seconds(sensor: Sensor, pokes: int) -> float:
    """The pause after the ``pokes``-th fruitless look (counted from 0)."""
    if not sensor.exponential_backoff:
        return sensor.poke_interval
    pause = sensor.poke_interval * 2.0 ** min(pokes, _BACKOFF_EXPONENT_MAX)
    return pause if sensor.max_wait is None else min(pause, sensor.max_wait.total_seconds())


def wait_until_done(sensor: Sensor, context: Any) -> Any:
    """Looks until it is done; returns the XCom value, if poke gave one.

    Raises AirflowRescheduleException to look again later, AirflowSensorTimeout (or a skip, with
    ``soft_fail``) when the time is over.
    """
    wait = wait_of(sensor, context)
    while True:
        found = _look(sensor, context)
        if found:
            log.info("Success criteria met. Exiting.")
            return found.xcom_value if isinstance(found, PokeReturnValue) else None
        pause = pause_seconds(sensor, wait.pokes)
        if wait.seconds > sensor.timeout:
            _give_up(sensor, wait)
        wait.pokes += 1
        if sensor.mode == "reschedule":
            raise AirflowRescheduleException(wait.clock() + timedelta(seconds=pause))
        time.sleep(pause)


def _look(sensor: Sensor, context: Any) -> bool | PokeReturnValue:
    """One poke, with the outcome of an exception as the sensor's parameters have it."""
    try:
        return sensor.poke(context)
    except (
        AirflowSensorTimeout,
        AirflowTaskTimeout,
        AirflowFailException,
        TaskDeferralError,
    ) as error:
        if sensor.soft_fail or (sensor.never_fail and isinstance(error, Exception)):
            raise AirflowSkipException(f"skipped as soft_fail has it: {error}") from error
        raise
    except AirflowSkipException:
        raise
    except Exception as error:
        if sensor.silent_fail:
            log.exception("Poking failed, and silent_fail is set: going on")
            return False
        if sensor.never_fail:
            raise AirflowSkipException(f"skipped as never_fail has it: {error}") from error
        if sensor.soft_fail and isinstance(error, AirflowException):
            raise AirflowSkipException(f"skipped as soft_fail has it: {error}") from error
        raise


def _give_up(sensor: Sensor, wait: Wait) -> None:
    words = (
        f"Sensor has timed out: {sensor.task_id!r} waited {wait.seconds:.1f} s of the "
        f"{sensor.timeout:g} s that its timeout allows"
    )
    if sensor.soft_fail or sensor.never_fail:
        raise AirflowSkipException(words)
    raise AirflowSensorTimeout(words)


def moment_of(context: Any, *, logical: bool = False) -> datetime:
    """The logical date, or now; with a time zone."""
    if logical:
        moment: datetime = context["logical_date"]
        return moment
    ti = context.get("ti") if hasattr(context, "get") else None
    clock: Callable[[], datetime] = getattr(ti, "clock", None) or _now
    return clock()


def _now() -> datetime:
    """For a sensor that is called outside of a task's process, as tests of DAG authors do."""
    return datetime.now(UTC)

"""The base of all sensors."""

from datetime import timedelta
from typing import Any

from narae.authoring.operator import BaseOperator
from narae.errors import AirflowException
from narae.sensors.returned import PokeReturnValue

MODES = ("poke", "reschedule")
WEEK_SECONDS = 7 * 24 * 3600.0

__all__ = ["BaseSensorOperator", "PokeReturnValue", "poke_mode_only"]


class BaseSensorOperator(BaseOperator):
    """Waits until ``poke(context)`` is true.

    ``mode="poke"`` keeps the slot while it waits; ``"reschedule"`` gives it back between looks.
    Times are seconds or timedeltas (authoring facts, A3 and B10).
    """

    ui_color = "#e6f1f2"
    valid_modes: tuple[str, ...] = MODES

    def __init__(
        self,
        *,
        poke_interval: timedelta | float = 60,
        timeout: timedelta | float | None = None,
        soft_fail: bool = False,
        mode: str = "poke",
        exponential_backoff: bool = False,
        max_wait: timedelta | float | None = None,
        silent_fail: bool = False,
        never_fail: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.poke_interval = self._seconds("poke_interval", poke_interval)
        self.timeout = self._seconds("timeout", WEEK_SECONDS if timeout is None else timeout)
        self.soft_fail = soft_fail
        self.mode = mode
        self.exponential_backoff = exponential_backoff
        seconds = None if max_wait is None else self._seconds("max_wait", max_wait)
        self.max_wait = None if seconds is None else timedelta(seconds=seconds)
        self.silent_fail = silent_fail
        self.never_fail = never_fail
        self._check()

    def _seconds(self, name: str, value: Any) -> float:
        seconds = value.total_seconds() if isinstance(value, timedelta) else value
        if isinstance(seconds, bool) or not isinstance(seconds, int | float) or seconds < 0:
            raise AirflowException(
                f"{name} of {self.task_id!r} is {value!r}: it has to be a timedelta or a number of "
                "seconds, and not negative"
            )
        return float(seconds)

    def _check(self) -> None:
        if self.mode not in self.valid_modes:
            raise AirflowException(
                f"mode of {self.task_id!r} is {self.mode!r}: it has to be one of "
                f"{', '.join(self.valid_modes)}"
            )
        if self.soft_fail and self.never_fail:
            raise ValueError(f"{self.task_id!r}: soft_fail and never_fail exclude each other")

    def poke(self, context: Any) -> bool | PokeReturnValue:
        """Looks once. Subclasses say what for."""
        raise NotImplementedError(f"{type(self).__name__} has no poke(context)")

    def execute(self, context: Any) -> Any:
        """Waits; see :mod:`narae.sensors.poke`."""
        from narae.sensors.poke import wait_until_done  # noqa: PLC0415 - loads logging

        return wait_until_done(self, context)

    @property
    def reschedules(self) -> bool:
        """Whether it gives its slot back between looks."""
        return self.mode == "reschedule"


def poke_mode_only(sensor_class: type) -> type:
    """Class decorator: this sensor keeps something in memory, so it can't be rescheduled."""
    if not issubclass(sensor_class, BaseSensorOperator):
        raise TypeError(f"poke_mode_only is for sensors, not for {sensor_class.__name__}")
    sensor_class.valid_modes = ("poke",)
    return sensor_class

"""Deadlines (Airflow 3.1). Taken with a DAG, with a remark: nobody watches them yet."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple


class Reference(NamedTuple):
    """The moment that a deadline counts from."""

    kind: str
    arguments: tuple[Any, ...] = ()


class DeadlineReference:
    """The moments that there are."""

    DAGRUN_LOGICAL_DATE = Reference("dagrun_logical_date")
    DAGRUN_QUEUED_AT = Reference("dagrun_queued_at")

    @staticmethod
    def FIXED_DATETIME(moment: datetime) -> Reference:  # noqa: N802 - Airflow's name
        """A moment of the author's."""
        return Reference("fixed_datetime", (moment,))

    @staticmethod
    def AVERAGE_RUNTIME(max_runs: int = 0, min_runs: int | None = None) -> Reference:  # noqa: N802 - Airflow's name
        """What the DAG's runs have taken so far."""
        return Reference("average_runtime", (max_runs, min_runs))


class SyncCallback(NamedTuple):
    """What to call, in a process of its own."""

    callback_callable: Callable[..., Any] | str
    kwargs: dict[str, Any] | None = None
    executor: str | None = None


class AsyncCallback(NamedTuple):
    """What to await."""

    callback_callable: Callable[..., Any] | str
    kwargs: dict[str, Any] | None = None


class DeadlineAlert(NamedTuple):
    """Call ``callback`` when a run is not done ``interval`` after ``reference``."""

    reference: Any
    interval: timedelta
    callback: Any
    name: str | None = None

"""Timetables as authors write them; ``to_spec`` gives the core's value.

A subclass of :class:`Timetable`, or of one of the built-in ones, is user code: its next runs are
worked out by the loader.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, NamedTuple

from narae.authoring.assets import AssetAll, BaseAsset
from narae.authoring.moments import aware, zone_of
from narae.authoring.steps import length_of, step_of
from narae.core.timetables import spec
from narae.core.timetables.schedule import manual_interval, next_slot
from narae.core.timetables.words import describe
from narae.errors import DagDefinitionError


class DataInterval(NamedTuple):
    """The stretch of time that a run covers."""

    start: Any
    end: Any

    @classmethod
    def exact(cls, at: Any) -> "DataInterval":
        """An empty interval."""
        return cls(at, at)


class TimeRestriction(NamedTuple):
    """Start and end date, and whether missed runs are made up for."""

    earliest: Any
    latest: Any
    catchup: bool


class DagRunInfo(NamedTuple):
    """One run that a timetable asks for."""

    run_after: Any
    data_interval: DataInterval

    @classmethod
    def exact(cls, at: Any) -> "DagRunInfo":
        """A run at ``at`` with an empty interval."""
        return cls(at, DataInterval.exact(at))

    @classmethod
    def interval(cls, start: Any, end: Any) -> "DagRunInfo":
        """A run at the end of its interval."""
        return cls(end, DataInterval(start, end))

    @property
    def logical_date(self) -> Any:
        """The start of the interval."""
        return self.data_interval.start


class Timetable:
    """The base of custom timetables.

    They write ``next_dagrun_info`` and ``infer_manual_data_interval``.
    """

    description: str = ""
    periodic: bool = True
    can_be_scheduled: bool = True
    run_ordering: Sequence[str] = ("data_interval_end", "logical_date")
    active_runs_limit: int | None = None

    @property
    def summary(self) -> str:
        """A short text for lists."""
        return type(self).__name__

    def serialize(self) -> dict[str, Any]:
        """JSON-able data from which ``deserialize`` makes an equal timetable."""
        return {}

    @classmethod
    def deserialize(cls, data: dict[str, Any]) -> "Timetable":
        """The opposite of ``serialize``."""
        del data
        return cls()

    def validate(self) -> None:
        """Raises AirflowTimetableInvalid when it makes no sense."""

    def infer_manual_data_interval(self, *, run_after: Any) -> DataInterval:
        """What a run covers that somebody asks for."""
        raise NotImplementedError

    def next_dagrun_info(
        self, *, last_automated_data_interval: DataInterval | None, restriction: TimeRestriction
    ) -> DagRunInfo | None:
        """The run after the one that covered ``last_automated_data_interval``."""
        raise NotImplementedError

    def to_spec(self, zone: str) -> spec.TimetableSpec:
        """The core's value. ``zone`` is the DAG's, for timetables without one of their own."""
        del zone
        kind = type(self)
        return spec.Custom(
            classpath=f"{kind.__module__}.{kind.__qualname__}",
            data=self.serialize(),
            description=self.description,
            periodic=self.periodic,
            active_runs_limit=self.active_runs_limit,
        )


class _Known(Timetable):
    """A timetable whose meaning the core knows."""

    zone: str = "UTC"

    def value(self, zone: str) -> spec.TimetableSpec:
        raise NotImplementedError

    def to_spec(self, zone: str) -> spec.TimetableSpec:
        """The core's value; of a subclass in user code the value of a custom timetable."""
        own = type(self).__module__ == __name__
        return self.value(zone) if own else super().to_spec(zone)

    @property
    def summary(self) -> str:
        """What the schedule says."""
        return describe(self.value(self.zone))

    def infer_manual_data_interval(self, *, run_after: Any) -> DataInterval:
        found = manual_interval(self.value(self.zone), run_after)
        return DataInterval(_shown(found.start), _shown(found.end))

    def next_dagrun_info(
        self, *, last_automated_data_interval: DataInterval | None, restriction: TimeRestriction
    ) -> DagRunInfo | None:
        last = last_automated_data_interval
        slot = next_slot(
            self.value(self.zone),
            last=None if last is None else spec.DataInterval(start=last.start, end=last.end),
            earliest=restriction.earliest,
            latest=restriction.latest,
            catchup=restriction.catchup,
            now=datetime.now(UTC),  # the loader's clock: only user code comes here
        )
        if slot is None:
            return None
        interval = DataInterval(_shown(slot.interval.start), _shown(slot.interval.end))
        return DagRunInfo(_shown(slot.run_after), interval)


def _shown(moment: datetime) -> Any:
    import pendulum  # noqa: PLC0415  # heavy, and only timetables of users' own come here

    return pendulum.instance(moment)


class NullTimetable(_Known):
    """Never."""

    can_be_scheduled = False
    periodic = False

    def value(self, zone: str) -> spec.TimetableSpec:
        """``Never``."""
        del zone
        return spec.Never()


class OnceTimetable(_Known):
    """Once, at the start date."""

    periodic = False

    def value(self, zone: str) -> spec.TimetableSpec:
        """``Once``."""
        del zone
        return spec.Once()


class ContinuousTimetable(_Known):
    """Again as soon as the last run has ended."""

    active_runs_limit = 1

    def value(self, zone: str) -> spec.TimetableSpec:
        """``Continuous``."""
        del zone
        return spec.Continuous()


class CronDataIntervalTimetable(_Known):
    """Each tick ends a data interval that began at the tick before."""

    def __init__(self, cron: str, timezone: str | tzinfo) -> None:
        self.expression, self.zone = cron, zone_of(timezone)

    def value(self, zone: str) -> spec.TimetableSpec:
        """``CronInterval``."""
        del zone
        return spec.CronInterval(expression=self.expression, timezone=self.zone)


class MultipleCronTriggerTimetable(_Known):
    """Each tick of any of the expressions is a run."""

    def __init__(
        self,
        *crons: str,
        timezone: str | tzinfo,
        interval: Any = timedelta(0),
        run_immediately: bool | timedelta = False,
    ) -> None:
        if not crons:
            raise DagDefinitionError(f"{type(self).__name__} needs at least one cron expression")
        self.expressions, self.zone = crons, zone_of(timezone)
        self.interval = interval
        self.run_immediately = (
            run_immediately.total_seconds()
            if isinstance(run_immediately, timedelta)
            else bool(run_immediately)
        )

    def value(self, zone: str) -> spec.TimetableSpec:
        """``CronTrigger``."""
        del zone
        return spec.CronTrigger(
            expressions=self.expressions,
            timezone=self.zone,
            interval=length_of(self.interval),
            run_immediately=self.run_immediately,
        )


class CronTriggerTimetable(MultipleCronTriggerTimetable):
    """Each tick is a run."""

    def __init__(
        self,
        cron: str,
        timezone: str | tzinfo,
        *,
        interval: Any = timedelta(0),
        run_immediately: bool | timedelta = False,
    ) -> None:
        super().__init__(
            cron, timezone=timezone, interval=interval, run_immediately=run_immediately
        )


class DeltaDataIntervalTimetable(_Known):
    """Data intervals of one length, back to back."""

    def __init__(self, delta: Any) -> None:
        self.delta = delta

    def value(self, zone: str) -> spec.TimetableSpec:
        """``DeltaInterval``."""
        return spec.DeltaInterval(step=step_of(self.delta), timezone=zone)


class DeltaTriggerTimetable(_Known):
    """A run every so often."""

    def __init__(self, delta: Any, *, interval: Any = timedelta(0)) -> None:
        self.delta, self.interval = delta, interval

    def value(self, zone: str) -> spec.TimetableSpec:
        """``DeltaTrigger``."""
        step, interval = step_of(self.delta), length_of(self.interval)
        return spec.DeltaTrigger(step=step, interval=interval, timezone=zone)


class EventsTimetable(_Known):
    """Runs at listed moments."""

    def __init__(
        self,
        event_dates: Iterable[datetime],
        restrict_to_events: bool = False,
        presorted: bool = False,
        description: str | None = None,
    ) -> None:
        dates = list(event_dates)
        self.event_dates = dates if presorted else sorted(dates)
        self.restrict_to_events = restrict_to_events
        self.description = description or ""

    def value(self, zone: str) -> spec.TimetableSpec:
        """``Events``."""
        moments = (aware(moment, zone) for moment in self.event_dates)
        return spec.Events(
            moments=tuple(plain(moment) for moment in moments if moment is not None),
            restrict_to_events=self.restrict_to_events,
            description=self.description,
        )


class AssetTriggeredTimetable(_Known):
    """Runs when assets have been updated."""

    periodic = False

    def __init__(self, assets: Any) -> None:
        self.asset_condition = condition_of(assets)

    def value(self, zone: str) -> spec.TimetableSpec:
        """``Assets``."""
        del zone
        return spec.Assets(condition=self.asset_condition.as_expression())


class AssetOrTimeSchedule(_Known):
    """Runs on a timetable, and when assets have been updated."""

    def __init__(self, *, timetable: Timetable, assets: Any) -> None:
        self.timetable, self.asset_condition = timetable, condition_of(assets)

    def value(self, zone: str) -> spec.TimetableSpec:
        """``AssetsOrTime``."""
        return spec.AssetsOrTime(
            timetable=self.timetable.to_spec(zone), condition=self.asset_condition.as_expression()
        )


class DatasetOrTimeSchedule(AssetOrTimeSchedule):
    """:class:`AssetOrTimeSchedule` by its name of Airflow 2."""

    def __init__(self, *, timetable: Timetable, datasets: Any) -> None:
        super().__init__(timetable=timetable, assets=datasets)


def condition_of(assets: Any) -> BaseAsset:
    """A condition as it is; of a list all of it."""
    if isinstance(assets, BaseAsset):
        return assets
    if isinstance(assets, list | tuple | set) and assets:
        return AssetAll(*assets)
    raise DagDefinitionError(f"an asset, a condition or a list of assets is needed, not {assets!r}")


def plain(moment: datetime) -> datetime:
    """A plain datetime in UTC, so that equal moments are written down alike."""
    return datetime.fromtimestamp(moment.timestamp(), tz=UTC)

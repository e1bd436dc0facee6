from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pendulum
import pytest
from dateutil.relativedelta import MO, relativedelta

from narae.authoring.assets import Asset, AssetAll, Dataset
from narae.authoring.compile import compile_dag
from narae.authoring.dag import DAG
from narae.authoring.moments import zone_of
from narae.authoring.parsing import begin_file
from narae.authoring.timetables import (
    AssetOrTimeSchedule,
    ContinuousTimetable,
    CronDataIntervalTimetable,
    CronTriggerTimetable,
    DagRunInfo,
    DataInterval,
    DatasetOrTimeSchedule,
    DeltaDataIntervalTimetable,
    DeltaTriggerTimetable,
    EventsTimetable,
    MultipleCronTriggerTimetable,
    NullTimetable,
    OnceTimetable,
    TimeRestriction,
    Timetable,
)
from narae.core.timetables import spec
from narae.errors import DagDefinitionError

START = datetime(2024, 1, 1, tzinfo=UTC)
SEOUL = "Asia/Seoul"
LAKE = {"asset": {"name": "s3://lake", "uri": "s3://lake", "group": "asset"}}
SEA = {"asset": {"name": "sea", "uri": "sea", "group": "asset"}}


def timetable_of(schedule: Any) -> spec.TimetableSpec:
    dag = DAG("d", schedule=schedule, start_date=START.replace(tzinfo=pendulum.timezone(SEOUL)))
    return compile_dag(dag, file="d.py").timetable


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        (None, spec.Never()),
        ("@once", spec.Once()),
        ("@continuous", spec.Continuous()),
        ("@daily", spec.CronInterval(expression="@daily", timezone=SEOUL)),
        (timedelta(hours=6), spec.DeltaInterval(step=spec.Step(seconds=21600), timezone=SEOUL)),
        (
            relativedelta(months=1, day=1, weekday=MO, hours=2),
            spec.DeltaInterval(
                step=spec.Step(months=1, seconds=7200, absolute={"day": 1, "weekday": 0}),
                timezone=SEOUL,
            ),
        ),
        (
            pendulum.duration(months=1, days=2),
            spec.DeltaInterval(step=spec.Step(months=1, seconds=172800), timezone=SEOUL),
        ),
        (NullTimetable(), spec.Never()),
        (OnceTimetable(), spec.Once()),
        (ContinuousTimetable(), spec.Continuous()),
        (
            CronDataIntervalTimetable("0 3 * * *", timezone="UTC"),
            spec.CronInterval(expression="0 3 * * *", timezone="UTC"),
        ),
        (
            CronTriggerTimetable("0 3 * * *", timezone=SEOUL, interval=timedelta(days=1)),
            spec.CronTrigger(
                expressions=("0 3 * * *",), timezone=SEOUL, interval=spec.Step(seconds=86400)
            ),
        ),
        (
            MultipleCronTriggerTimetable(
                "0 3 * * *", "0 9 * * 1", timezone="UTC", run_immediately=timedelta(minutes=5)
            ),
            spec.CronTrigger(expressions=("0 3 * * *", "0 9 * * 1"), run_immediately=300.0),
        ),
        (
            DeltaDataIntervalTimetable(timedelta(days=1)),
            spec.DeltaInterval(step=spec.Step(seconds=86400), timezone=SEOUL),
        ),
        (
            DeltaTriggerTimetable(timedelta(days=1)),
            spec.DeltaTrigger(step=spec.Step(seconds=86400), timezone=SEOUL),
        ),
        (
            EventsTimetable([datetime(2024, 2, 1, tzinfo=UTC), START], description="twice"),
            spec.Events(moments=(START, datetime(2024, 2, 1, tzinfo=UTC)), description="twice"),
        ),
        (Dataset("s3://lake"), spec.Assets(condition=LAKE)),
        ([Dataset("s3://lake"), Asset("sea")], spec.Assets(condition={"all": [LAKE, SEA]})),
        (Dataset("s3://lake") | Asset("sea"), spec.Assets(condition={"any": [LAKE, SEA]})),
        (
            AssetOrTimeSchedule(timetable=OnceTimetable(), assets=[Asset("sea")]),
            spec.AssetsOrTime(timetable=spec.Once(), condition={"all": [SEA]}),
        ),
        (
            DatasetOrTimeSchedule(timetable=OnceTimetable(), datasets=Asset("sea")),
            spec.AssetsOrTime(timetable=spec.Once(), condition=SEA),
        ),
    ],
)
def test_a_schedule_means_its_timetable(schedule: Any, expected: spec.TimetableSpec) -> None:
    assert timetable_of(schedule) == expected


class Fridays(Timetable):
    description = "on Fridays"

    def __init__(self, hour: int = 9) -> None:
        self.hour = hour

    def serialize(self) -> dict[str, Any]:
        return {"hour": self.hour}


class Shifted(CronDataIntervalTimetable):
    def next_dagrun_info(self, **kwargs: Any) -> DagRunInfo | None:
        info = super().next_dagrun_info(**kwargs)
        return info and DagRunInfo(info.run_after + timedelta(hours=1), info.data_interval)


def test_a_timetable_of_the_users_is_custom() -> None:
    assert timetable_of(Fridays(7)) == spec.Custom(
        classpath=f"{__name__}.Fridays", data={"hour": 7}, description="on Fridays"
    )


def test_a_built_in_timetable_can_be_subclassed_and_asked() -> None:
    shifted = Shifted("0 0 * * *", timezone="UTC")
    assert isinstance(timetable_of(shifted), spec.Custom)
    last = DataInterval(START, START + timedelta(days=1))
    info = shifted.next_dagrun_info(
        last_automated_data_interval=last,
        restriction=TimeRestriction(earliest=START, latest=None, catchup=True),
    )
    assert info is not None
    assert info.run_after == datetime(2024, 1, 3, 1, tzinfo=UTC)
    assert info.logical_date == datetime(2024, 1, 2, tzinfo=UTC)
    manual = shifted.infer_manual_data_interval(run_after=datetime(2024, 1, 5, 6, tzinfo=UTC))
    assert manual == (datetime(2024, 1, 4, tzinfo=UTC), datetime(2024, 1, 5, tzinfo=UTC))


def test_conditions_of_one_kind_are_flat() -> None:
    a, b, c = Asset("a"), Asset("b"), Asset("c")
    assert (a & b & c).objects == (a, b, c)
    assert repr((a & b) | c) == "AssetAny(AssetAll(" + f"{a!r}, {b!r}), {c!r})"
    assert list(AssetAll(a, b | c).iter_assets()) == [a, b, c]


def test_assets_are_the_same_by_name_and_uri() -> None:
    assert Asset("x") == Dataset("x") != Asset("x", "y")
    with pytest.raises(DagDefinitionError, match="reserved"):
        Dataset("airflow://x")
    with pytest.raises(DagDefinitionError, match="name or a URI"):
        Asset("")


@pytest.mark.parametrize(
    ("zone", "name"),
    [
        (UTC, "UTC"),
        (pendulum.timezone(SEOUL), SEOUL),
        (timezone(timedelta(hours=9)), "Etc/GMT-9"),
        (timezone(timedelta(hours=-3)), "Etc/GMT+3"),
        ("Europe/Berlin", "Europe/Berlin"),
    ],
)
def test_a_zone_has_its_name(zone: Any, name: str) -> None:
    assert zone_of(zone) == name


def test_a_zone_without_a_name_is_refused() -> None:
    with pytest.raises(DagDefinitionError, match="no whole hours"):
        zone_of(timezone(timedelta(hours=5, minutes=30)))
    with pytest.raises(DagDefinitionError, match="unknown time zone 'Asia/Soul'"):
        zone_of("Asia/Soul")


def test_the_timetable_of_a_dag_follows_its_generation() -> None:
    assert type(DAG("d", schedule="@daily").timetable) is CronDataIntervalTimetable
    begin_file("", 3)
    assert type(DAG("d", schedule="@daily").timetable) is CronTriggerTimetable

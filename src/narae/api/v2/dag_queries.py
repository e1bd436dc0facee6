"""Which DAGs a list of ``/api/v2/dags`` shows."""

from types import MappingProxyType
from typing import Literal

import msgspec

from narae.api.fields import Limit, Moment, Name, Offset, Text
from narae.api.filters import given, span
from narae.api.operation import Query
from narae.api.patterns import Pattern, Prefix, unaliased
from narae.api.v2.dag_views import BUNDLE
from narae.core.states import RunState
from narae.storage.queries import DagFilter

ORDERS: MappingProxyType[str, str] = MappingProxyType(
    {
        "dag_id": "dag_id",
        "dag_display_name": "display_name",
        "next_dagrun": "next_run_after",
        "state": "last_run_state",
        "start_date": "last_run_started_at",
        "last_run_state": "last_run_state",
        "last_run_start_date": "last_run_started_at",
    }
)
Order = Literal[
    "dag_id", "-dag_id", "dag_display_name", "-dag_display_name", "next_dagrun", "-next_dagrun",
    "state", "-state", "start_date", "-start_date", "last_run_state", "-last_run_state",
    "last_run_start_date", "-last_run_start_date",
]  # fmt: skip

TIMETABLES: MappingProxyType[str, str] = MappingProxyType(
    {
        "NullTimetable": "Never",
        "OnceTimetable": "Once",
        "ContinuousTimetable": "Continuous",
        "CronDataIntervalTimetable": "CronInterval",
        "CronTriggerTimetable": "CronTrigger",
        "MultipleCronTriggerTimetable": "CronTrigger",
        "DeltaDataIntervalTimetable": "DeltaInterval",
        "DeltaTriggerTimetable": "DeltaTrigger",
        "EventsTimetable": "Events",
        "AssetTriggeredTimetable": "Assets",
        "AssetOrTimeSchedule": "AssetsOrTime",
    }
)
"""Airflow's class -> the kind of timetable in ``core.timetables.spec``, whose names do too."""
_OF_ASSETS = ("Assets", "AssetsOrTime")
_WITHOUT_ASSETS = (
    "Never", "Once", "Continuous", "CronInterval", "CronTrigger", "DeltaInterval",
    "DeltaTrigger", "Events", "Custom",
)  # fmt: skip


class SomeDags(Query, frozen=True, kw_only=True):
    """Which DAGs."""

    limit: Limit = 50
    offset: Offset = 0
    tags: tuple[Name, ...] = ()
    tags_match_mode: Literal["any", "all"] | None = None
    owners: tuple[Name, ...] = ()
    dag_id_pattern: Pattern | None = None
    dag_id_prefix_pattern: Prefix | None = None
    exclude_stale: bool = True
    paused: bool | None = None


class DagPatchQuery(SomeDags, frozen=True, kw_only=True):
    """Which DAGs are changed, and which fields of the body count."""

    update_mask: tuple[Text, ...] = ()


class DagQuery(SomeDags, frozen=True, kw_only=True):
    """Which DAGs, in which order."""

    dag_display_name_pattern: Pattern | None = None
    dag_display_name_prefix_pattern: Prefix | None = None
    has_import_errors: bool | None = None
    last_dag_run_state: RunState | None = None
    bundle_name: Text | None = None
    bundle_version: Text | None = None
    has_asset_schedule: bool | None = None
    asset_dependency: Text | None = None
    dag_run_start_date_gte: Moment | None = None
    dag_run_start_date_gt: Moment | None = None
    dag_run_start_date_lte: Moment | None = None
    dag_run_start_date_lt: Moment | None = None
    dag_run_end_date_gte: Moment | None = None
    dag_run_end_date_gt: Moment | None = None
    dag_run_end_date_lte: Moment | None = None
    dag_run_end_date_lt: Moment | None = None
    dag_run_state: tuple[RunState, ...] = ()
    order_by: tuple[Order, ...] = ("dag_id",)
    is_favorite: bool | None = None
    timetable_type: tuple[Name, ...] = ()


def wanted_dags(query: SomeDags, username: str) -> DagFilter | None:
    """The filter of the read model; None when nothing can match."""
    wanted = DagFilter(
        tags=query.tags,
        every_tag=query.tags_match_mode == "all",
        owners=query.owners,
        patterns=given(dag_id=unaliased(query.dag_id_pattern)),
        prefixes=given(dag_id=query.dag_id_prefix_pattern),
        stale=False if query.exclude_stale else None,
        paused=query.paused,
    )
    return _narrowed(wanted, query, username) if isinstance(query, DagQuery) else wanted


def _narrowed(wanted: DagFilter, query: DagQuery, username: str) -> DagFilter | None:
    kinds = _timetables(query)
    if query.bundle_name not in {None, BUNDLE} or query.asset_dependency or kinds == ():
        return None  # no DAG's assets are known yet
    return msgspec.structs.replace(
        wanted,
        patterns=wanted.patterns | given(display_name=unaliased(query.dag_display_name_pattern)),
        prefixes=wanted.prefixes | given(display_name=query.dag_display_name_prefix_pattern),
        broken=query.has_import_errors,
        last_run_state=query.last_dag_run_state,
        code_version=query.bundle_version,
        run_states=query.dag_run_state or None,
        run_ranges=given(
            started_at=span(query, "dag_run_start_date"), ended_at=span(query, "dag_run_end_date")
        ),
        timetable_types=kinds,
        favorite_of=username if query.is_favorite is True else None,
        not_favorite_of=username if query.is_favorite is False else None,
    )


def _timetables(query: DagQuery) -> tuple[str, ...] | None:
    """None: any."""
    asked = [name.rpartition(".")[2] for name in query.timetable_type]
    kinds = tuple(TIMETABLES.get(name, name) for name in asked) or None
    if query.has_asset_schedule is None:
        return kinds
    allowed = _OF_ASSETS if query.has_asset_schedule else _WITHOUT_ASSETS
    return allowed if kinds is None else tuple(kind for kind in kinds if kind in allowed)

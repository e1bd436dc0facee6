"""Modules that only Airflow 3 has: ``airflow.sdk`` and its parts."""

from narae.airflow.modules_2 import (
    BASE_SENSOR,
    BRANCH,
    CONNECTION,
    CONTEXT,
    DAG_DECORATOR,
    DAG_RUN,
    DAGS,
    EDGES,
    EXCEPTIONS,
    GROUPS,
    HOOK,
    LABELS,
    LINKS,
    MAPPED,
    NOTIFIER,
    OPERATOR,
    PARAMS,
    RULES,
    SESSIONS,
    SKIP,
    STATES,
    TASK_INSTANCE,
    TASKS,
    VARIABLE,
    WEIGHTS,
    XCOM_ARGS,
)
from narae.airflow.tables import names, not_yet

_A = "narae.authoring"

ASSETS = {
    **names(
        f"{_A}.assets",
        "Asset AssetAlias AssetAll AssetAny AssetWatcher Metadata BaseAsset Dataset Model=Asset",
    ),
    **names(f"{_A}.asset_decorator", "asset"),
}
TIMETABLES = names(
    f"{_A}.timetables",
    """
    AssetOrTimeSchedule CronDataIntervalTimetable CronTriggerTimetable
    DeltaDataIntervalTimetable DeltaTriggerTimetable EventsTimetable MultipleCronTriggerTimetable
    """,
)
PARTITIONS = not_yet(
    """
    AllowedKeyMapper ChainMapper CronPartitionTimetable DayWindow FanOutMapper FixedKeyMapper
    HourWindow IdentityMapper MinimumCount MonthWindow PartitionMapper PartitionedAssetTimetable
    PartitionedAtRuntime ProductMapper QuarterWindow RollupMapper SegmentWindow StartOfDayMapper
    StartOfHourMapper StartOfMonthMapper StartOfQuarterMapper StartOfWeekMapper StartOfYearMapper
    WaitForAll WeekWindow Window YearWindow
    """
)
POLICIES = not_yet(
    """
    AssetAccessControl BaseAsyncOperator ExceptionRetryPolicy ObjectStoragePath
    ResumableJobMixin RetryAction RetryDecision RetryPolicy RetryRule BaseXCom result lineage
    """
)
DEADLINES = {
    **names(
        f"{_A}.deadline",
        "AsyncCallback SyncCallback DeadlineAlert DeadlineReference"
        " BaseDeadlineReference=Reference",
    ),
    **not_yet("deadline_reference VariableInterval"),
}

SDK: dict[str, str] = {
    **DAGS,
    **EDGES,
    **LABELS,
    **OPERATOR,
    **GROUPS,
    **TASKS,
    **PARAMS,
    **RULES,
    **WEIGHTS,
    **XCOM_ARGS,
    **VARIABLE,
    **CONNECTION,
    **LINKS,
    **CONTEXT,
    **SKIP,
    **BRANCH,
    **BASE_SENSOR,
    **HOOK,
    **NOTIFIER,
    **TASK_INSTANCE,
    **ASSETS,
    **TIMETABLES,
    **PARTITIONS,
    **POLICIES,
    **DEADLINES,
    **names(f"{_A}.states", "DagRunState TaskInstanceState"),
    **names("narae.airflow.conf", "conf"),
    **names("narae.airflow.small", "get_parsing_context literal NEVER_EXPIRE"),
    "macros": "narae.runtime.macros",
    "timezone": "narae.airflow.zone",
}

COMPAT: dict[str, dict[str, str]] = {
    "airflow.providers.common.compat.sdk": {**SDK, **EXCEPTIONS, **STATES, **SESSIONS},
}
"""What providers import for either generation, so that it tells none."""

GENERATION_3_MODULES: dict[str, dict[str, str]] = {
    "airflow.sdk": SDK,
    "airflow.sdk.bases.branch": BRANCH,
    "airflow.sdk.bases.hook": HOOK,
    "airflow.sdk.bases.notifier": NOTIFIER,
    "airflow.sdk.bases.operator": {**OPERATOR, **EDGES, **MAPPED},
    "airflow.sdk.bases.operatorlink": LINKS,
    "airflow.sdk.bases.sensor": BASE_SENSOR,
    "airflow.sdk.bases.skipmixin": SKIP,
    "airflow.sdk.bases.xcom": not_yet("BaseXCom"),
    "airflow.sdk.configuration": names("narae.airflow.conf", "conf"),
    "airflow.sdk.definitions.asset": ASSETS,
    "airflow.sdk.definitions.asset.decorators": names(f"{_A}.asset_decorator", "asset"),
    "airflow.sdk.definitions.asset.metadata": names(f"{_A}.assets", "Metadata"),
    "airflow.sdk.definitions.connection": CONNECTION,
    "airflow.sdk.definitions.context": CONTEXT,
    "airflow.sdk.definitions.dag": {**DAGS, **DAG_DECORATOR},
    "airflow.sdk.definitions.deadline": DEADLINES,
    "airflow.sdk.definitions.decorators": TASKS,
    "airflow.sdk.definitions.edges": LABELS,
    "airflow.sdk.definitions.mappedoperator": MAPPED,
    "airflow.sdk.definitions.param": PARAMS,
    "airflow.sdk.definitions.taskgroup": GROUPS,
    "airflow.sdk.definitions.variable": VARIABLE,
    "airflow.sdk.definitions.xcom_arg": XCOM_ARGS,
    "airflow.sdk.exceptions": EXCEPTIONS,
    "airflow.sdk.execution_time.context": {
        **CONTEXT,
        **names("narae.airflow.small", "NEVER_EXPIRE"),
    },
    "airflow.sdk.execution_time.task_runner": {
        **names("narae.runtime.task_instance", "RuntimeTaskInstance=TaskInstance"),
    },
    "airflow.sdk.execution_time.timeout": names("narae.airflow.small", "timeout"),
    "airflow.sdk.execution_time.xcom": not_yet("XCom"),
    "airflow.sdk.log": names("narae.runtime.secrets", "mask_secret"),
    "airflow.sdk.timezone": names(
        "narae.airflow.zone",
        "utc utcnow make_aware make_naive datetime parse coerce_datetime convert_to_utc",
    ),
    "airflow.sdk.types": {
        **DAG_RUN,
        **names(f"{_A}.task", "Operator=Task"),
        **names("narae.runtime.task_instance", "RuntimeTaskInstanceProtocol=TaskInstance"),
        **STATES,
    },
    "airflow.timetables.assets": names(f"{_A}.timetables", "AssetOrTimeSchedule"),
    "airflow.partition_mappers.base": PARTITIONS,
    "airflow.partition_mappers.window": PARTITIONS,
}

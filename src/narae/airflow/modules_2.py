"""Modules of Airflow 2.10 (and of 3.x, where it still has them)."""

from narae.airflow.tables import database, names, not_yet

_A = "narae.authoring"
_O = "narae.operators"
_S = "narae.sensors"

EXCEPTIONS = names(
    "narae.errors",
    """
    AirflowException AirflowBadRequest AirflowNotFoundException AirflowConfigException
    AirflowSensorTimeout AirflowRescheduleException InvalidStatsNameException AirflowTaskTimeout
    AirflowTaskTerminated AirflowWebServerTimeout AirflowSkipException AirflowFailException
    AirflowOptionalProviderFeatureException AirflowInternalRuntimeError XComNotFound
    UnmappableOperator XComForMappingNotPushed UnmappableXComTypePushed
    UnmappableXComLengthPushed AirflowDagCycleException AirflowDagDuplicatedIdException
    AirflowDagInconsistent AirflowClusterPolicyViolation AirflowClusterPolicySkipDag
    AirflowClusterPolicyError AirflowTimetableInvalid DagNotFound DagCodeNotFound DagRunNotFound
    DagRunAlreadyExists DagFileExists FailStopDagInvalidTriggerRule DuplicateTaskIdFound
    FailFastDagInvalidTriggerRule=FailStopDagInvalidTriggerRule
    TaskAlreadyInTaskGroup SerializationError ParamValidationError TaskNotFound
    TaskInstanceNotFound PoolNotFound NoAvailablePoolSlot DagConcurrencyLimitReached
    TaskConcurrencyLimitReached BackfillUnfinished AirflowFileParseException ConnectionNotUnique
    TaskDeferred TaskDeferralError PodMutationHookException PodReconciliationError
    DeserializingResultError UnknownExecutorException RemovedInAirflow3Warning
    AirflowProviderDeprecationWarning=RemovedInAirflow3Warning AirflowRuntimeError
    """,
)
DAGS = names(f"{_A}.dag", "DAG Dag=DAG")
DAG_DECORATOR = names(f"{_A}.dag_decorator", "dag")
EDGES = names(f"{_A}.edges", "chain chain_linear cross_downstream")
LABELS = names(f"{_A}.edges", "Label EdgeModifier")
OPERATOR = names(f"{_A}.operator", "BaseOperator")
GROUPS = names(f"{_A}.group", "TaskGroup MappedTaskGroup")
TASKS = {
    **names(f"{_A}.decorators", "task setup teardown remove_task_decorator"),
    **names(f"{_A}.group_decorator", "task_group"),
    **DAG_DECORATOR,
}
PARAMS = names(f"{_A}.params", "Param ParamsDict DagParam")
STATES = names(f"{_A}.states", "State DagRunState TaskInstanceState TERMINAL_STATES")
RULES = names(f"{_A}.trigger_rule", "TriggerRule")
WEIGHTS = names(f"{_A}.weight_rule", "WeightRule PriorityWeightStrategy")
XCOM_ARGS = names(f"{_A}.xcom_arg", "XComArg PlainXComArg=XComArg")
MAPPED = names(f"{_A}.mapped", "MappedOperator OperatorPartial")
VARIABLE = names(f"{_A}.variable", "Variable")
CONNECTION = names(f"{_A}.connection", "Connection")
LINKS = names("narae.airflow.small", "BaseOperatorLink")
DATASETS = names(
    f"{_A}.assets",
    "Dataset DatasetAlias=AssetAlias DatasetAll=AssetAll DatasetAny=AssetAny BaseDataset=BaseAsset",
)
CONTEXT = names("narae.runtime.context", "Context get_current_context")
TASK_INSTANCE = names("narae.runtime.task_instance", "TaskInstance")
DAG_RUN = names("narae.runtime.run_view", "DagRun")
SKIP = names(f"{_O}.branch", "SkipMixin")
BRANCH = names(f"{_O}.branch", "BaseBranchOperator BranchMixIn")
BASH = names(f"{_O}.bash", "BashOperator")
EMPTY = names(f"{_O}.empty", "EmptyOperator DummyOperator=EmptyOperator")
PYTHON = {
    **names(f"{_O}.python", "PythonOperator BranchPythonOperator ShortCircuitOperator"),
    **names(
        f"{_O}.python_elsewhere",
        "PythonVirtualenvOperator ExternalPythonOperator BranchPythonVirtualenvOperator"
        " BranchExternalPythonOperator is_venv_installed",
    ),
}
BASE_SENSOR = {
    **names(f"{_S}.base", "BaseSensorOperator poke_mode_only"),
    **names(f"{_S}.poke", "PokeReturnValue"),
}
HOOK = names("narae.hooks.base", "BaseHook")
NOTIFIER = names("narae.notifiers.base", "BaseNotifier")
SESSIONS = names("narae.airflow.no_database", "provide_session create_session NEW_SESSION")
TRIGGERS = names(
    "narae.triggers.base",
    "BaseTrigger TriggerEvent StartTriggerArgs BaseEventTrigger TaskSuccessEvent TaskFailedEvent"
    " TaskSkippedEvent",
)
EMAIL_FUNCTIONS = names("narae.hooks.smtp", "send_email send_email_smtp=send_email")
EXTERNAL = names(f"{_S}.external_task", "ExternalTaskSensor ExternalTaskMarker")

MODELS = {
    **DAGS,
    **OPERATOR,
    **LINKS,
    **EDGES,
    **PARAMS,
    **VARIABLE,
    **CONNECTION,
    **XCOM_ARGS,
    **MAPPED,
    **DAG_RUN,
    **TASK_INSTANCE,
    **SKIP,
    **database(
        """
        DagBag DagModel DagTag DagWarning DbCallbackRequest ImportError Log Pool
        RenderedTaskInstanceFields SlaMiss TaskFail TaskReschedule Trigger XCom BaseXCom Job
        DagPickle SerializedDagModel clear_task_instances DagCode
        """
    ),
}

_OPERATORS: dict[str, dict[str, str]] = {
    "airflow.operators.bash": BASH,
    "airflow.operators.bash_operator": BASH,
    "airflow.operators.branch": BRANCH,
    "airflow.operators.branch_operator": BRANCH,
    "airflow.operators.datetime": names(f"{_O}.datetime", "BranchDateTimeOperator"),
    "airflow.operators.email": names(f"{_O}.email", "EmailOperator"),
    "airflow.operators.email_operator": names(f"{_O}.email", "EmailOperator"),
    "airflow.operators.empty": EMPTY,
    "airflow.operators.dummy": EMPTY,
    "airflow.operators.dummy_operator": EMPTY,
    "airflow.operators.latest_only": names(f"{_O}.latest_only", "LatestOnlyOperator"),
    "airflow.operators.latest_only_operator": names(f"{_O}.latest_only", "LatestOnlyOperator"),
    "airflow.operators.python": {**PYTHON, **names("narae.runtime.context", "get_current_context")},
    "airflow.operators.python_operator": PYTHON,
    "airflow.operators.sensors": EXTERNAL,
    "airflow.operators.smooth": names(f"{_O}.smooth", "SmoothOperator"),
    "airflow.operators.subdag": not_yet("SubDagOperator SkippedStatePropagationOptions"),
    "airflow.operators.subdag_operator": not_yet("SubDagOperator"),
    "airflow.operators.trigger_dagrun": names(f"{_O}.trigger_dagrun", "TriggerDagRunOperator"),
    "airflow.operators.dagrun_operator": names(f"{_O}.trigger_dagrun", "TriggerDagRunOperator"),
    "airflow.operators.weekday": names(f"{_O}.weekday", "BranchDayOfWeekOperator"),
    "airflow.operators": not_yet(""),
}

_SENSORS: dict[str, dict[str, str]] = {
    "airflow.sensors.base": BASE_SENSOR,
    "airflow.sensors.base_sensor_operator": BASE_SENSOR,
    "airflow.sensors.bash": names(f"{_S}.bash", "BashSensor"),
    "airflow.sensors.date_time": names(f"{_S}.date_time", "DateTimeSensor DateTimeSensorAsync"),
    "airflow.sensors.date_time_sensor": names(f"{_S}.date_time", "DateTimeSensor"),
    "airflow.sensors.external_task": EXTERNAL,
    "airflow.sensors.external_task_sensor": EXTERNAL,
    "airflow.sensors.filesystem": names(f"{_S}.filesystem", "FileSensor"),
    "airflow.sensors.python": names(f"{_S}.python", "PythonSensor"),
    "airflow.sensors.time_delta": names(f"{_S}.time_delta", "TimeDeltaSensor TimeDeltaSensorAsync"),
    "airflow.sensors.time_delta_sensor": names(f"{_S}.time_delta", "TimeDeltaSensor"),
    "airflow.sensors.time_sensor": names(f"{_S}.time", "TimeSensor TimeSensorAsync"),
    "airflow.sensors.weekday": names(f"{_S}.weekday", "DayOfWeekSensor"),
}

_MODELS: dict[str, dict[str, str]] = {
    "airflow.models": MODELS,
    "airflow.models.abstractoperator": {
        **names(f"{_A}.task", "AbstractOperator=Task"),
        **names("narae.airflow.small", "DEFAULT_OWNER DEFAULT_QUEUE DEFAULT_POOL_SLOTS"),
        **not_yet("TaskStateChangeCallback NotMapped"),
    },
    "airflow.models.base": database("Base"),
    "airflow.models.baseoperator": {**OPERATOR, **EDGES, **LINKS},
    "airflow.models.baseoperatorlink": LINKS,
    "airflow.models.connection": CONNECTION,
    "airflow.models.crypto": not_yet("get_fernet"),
    "airflow.models.dag": {
        **DAGS,
        **DAG_DECORATOR,
        **database("DagModel DagTag DagStateChangeCallback"),
    },
    "airflow.models.dagbag": database("DagBag"),
    "airflow.models.dagrun": DAG_RUN,
    "airflow.models.dataset": {**DATASETS, **database("DatasetModel DatasetEvent")},
    "airflow.models.expandinput": not_yet("ExpandInput"),
    "airflow.models.log": database("Log"),
    "airflow.models.mappedoperator": MAPPED,
    "airflow.models.operator": {**names(f"{_A}.task", "Operator=Task"), **OPERATOR},
    "airflow.models.param": PARAMS,
    "airflow.models.pool": database("Pool"),
    "airflow.models.renderedtifields": database("RenderedTaskInstanceFields"),
    "airflow.models.serialized_dag": database("SerializedDagModel"),
    "airflow.models.skipmixin": SKIP,
    "airflow.models.taskinstance": {
        **TASK_INSTANCE,
        **CONTEXT,
        **database("clear_task_instances TaskInstanceKey"),
    },
    "airflow.models.taskinstancekey": not_yet("TaskInstanceKey"),
    "airflow.models.taskmixin": names(f"{_A}.node", "DAGNode=Node DependencyMixin=Node"),
    "airflow.models.variable": VARIABLE,
    "airflow.models.xcom": {
        **database("XCom BaseXCom LazyXComAccess"),
        **names("narae.airflow.small", "XCOM_RETURN_KEY"),
    },
    "airflow.models.xcom_arg": XCOM_ARGS,
}

_UTILS: dict[str, dict[str, str]] = {
    "airflow.utils.apply_defaults": names("narae.airflow.small", "apply_defaults"),
    "airflow.utils.context": CONTEXT,
    "airflow.utils.dag_edges": not_yet("dag_edges"),
    "airflow.utils.dag_parsing_context": names("narae.airflow.small", "get_parsing_context"),
    "airflow.utils.dates": names("narae.airflow.small", "days_ago cron_presets"),
    "airflow.utils.db": SESSIONS,
    "airflow.utils.decorators": {
        **names("narae.airflow.small", "apply_defaults"),
        **names(f"{_A}.decorators", "remove_task_decorator"),
    },
    "airflow.utils.dot_renderer": not_yet("render_dag"),
    "airflow.utils.edgemodifier": LABELS,
    "airflow.utils.email": EMAIL_FUNCTIONS,
    "airflow.utils.file": names("tempfile", "TemporaryDirectory"),
    "airflow.utils.helpers": {
        **names("narae.airflow.small", "as_flattened_list merge_dicts"),
        **EDGES,
    },
    "airflow.utils.log": {},
    "airflow.utils.log.file_task_handler": not_yet("FileTaskHandler"),
    "airflow.utils.log.logging_mixin": names("narae.airflow.small", "LoggingMixin"),
    "airflow.utils.log.secrets_masker": names("narae.runtime.secrets", "mask_secret redact"),
    "airflow.utils.module_loading": names("narae.airflow.small", "import_string"),
    "airflow.utils.operator_resources": names("narae.airflow.small", "Resources"),
    "airflow.utils.session": SESSIONS,
    "airflow.utils.setup_teardown": names(f"{_A}.scopes", "SetupTeardownContext=Scope"),
    "airflow.utils.state": STATES,
    "airflow.utils.task_group": GROUPS,
    "airflow.utils.timeout": names("narae.airflow.small", "timeout"),
    "airflow.utils.timezone": names(
        "narae.airflow.zone",
        """
        utc utcnow utc_epoch is_localized is_naive convert_to_utc make_aware make_naive datetime
        parse coerce_datetime from_timestamp parse_timezone local_timezone initialize
        """,
    ),
    "airflow.utils.trigger_rule": RULES,
    "airflow.utils.types": {
        **names("narae.core.states", "DagRunType=RunType"),
        **names(f"{_A}.notset", "NOTSET ArgNotSet"),
    },
    "airflow.utils.weekday": names(f"{_A}.weekday", "WeekDay"),
    "airflow.utils.weight_rule": WEIGHTS,
    "airflow.utils.xcom": names("narae.airflow.small", "XCOM_RETURN_KEY"),
}

_TIMETABLES: dict[str, dict[str, str]] = {
    "airflow.timetables.base": names(
        f"{_A}.timetables", "Timetable DagRunInfo DataInterval TimeRestriction"
    ),
    "airflow.timetables.simple": names(
        f"{_A}.timetables",
        "NullTimetable OnceTimetable ContinuousTimetable"
        " DatasetTriggeredTimetable=AssetTriggeredTimetable AssetTriggeredTimetable",
    ),
    "airflow.timetables.interval": names(
        f"{_A}.timetables", "CronDataIntervalTimetable DeltaDataIntervalTimetable"
    ),
    "airflow.timetables.trigger": names(
        f"{_A}.timetables",
        "CronTriggerTimetable DeltaTriggerTimetable MultipleCronTriggerTimetable",
    ),
    "airflow.timetables.events": names(f"{_A}.timetables", "EventsTimetable"),
    "airflow.timetables.datasets": names(f"{_A}.timetables", "DatasetOrTimeSchedule"),
}

_REST: dict[str, dict[str, str]] = {
    "airflow": {
        **DAGS,
        **DATASETS,
        **XCOM_ARGS,
        **names(f"{_A}.assets", "Asset"),
        **names("narae.errors", "AirflowException"),
        **names("narae.airflow.conf", "conf"),
    },
    "airflow.api.common.trigger_dag": not_yet("trigger_dag"),
    "airflow.configuration": {
        **names("narae.airflow.conf", "conf get getboolean getint getfloat has_option"),
        **names("narae.airflow.small", "AIRFLOW_HOME"),
    },
    "airflow.datasets": DATASETS,
    "airflow.datasets.metadata": names(f"{_A}.assets", "Metadata"),
    "airflow.decorators": TASKS,
    "airflow.decorators.base": {
        **names(f"{_A}.decorated", "DecoratedOperator=TaskFunction"),
        **not_yet("TaskDecorator task_decorator_factory get_unique_task_id"),
    },
    "airflow.decorators.setup_teardown": names(f"{_A}.setup_teardown", "context_wrapper"),
    "airflow.decorators.task_group": names(f"{_A}.group_decorator", "task_group"),
    "airflow.exceptions": EXCEPTIONS,
    "airflow.hooks.base": HOOK,
    "airflow.hooks.base_hook": HOOK,
    "airflow.hooks.filesystem": names("narae.hooks.filesystem", "FSHook"),
    "airflow.contrib.hooks.fs_hook": names("narae.hooks.filesystem", "FSHook"),
    "airflow.hooks.subprocess": names("narae.hooks.subprocess", "SubprocessHook SubprocessResult"),
    "airflow.io.path": not_yet("ObjectStoragePath"),
    "airflow.jobs": database("BaseJob"),
    "airflow.jobs.base_job": database("BaseJob"),
    "airflow.jobs.job": database("Job"),
    "airflow.listeners": names("narae.airflow.small", "hookimpl"),
    "airflow.macros": names(
        "narae.runtime.macros",
        """
        ds_add ds_format ds_format_locale datetime_diff_for_humans random uuid time datetime
        timedelta dateutil json
        """,
    ),
    "airflow.notifications.basenotifier": NOTIFIER,
    "airflow.plugins_manager": names("narae.airflow.small", "AirflowPlugin"),
    "airflow.secrets": names("narae.airflow.small", "BaseSecretsBackend"),
    "airflow.secrets.base_secrets": names("narae.airflow.small", "BaseSecretsBackend"),
    "airflow.settings": {
        **names("narae.airflow.conf", "conf"),
        **names("narae.airflow.zone", "TIMEZONE"),
        **database("Session SASession"),
        **database("engine"),
        **names("narae.airflow.small", "AIRFLOW_HOME"),
    },
    "airflow.task.priority_strategy": WEIGHTS,
    "airflow.task.trigger_rule": RULES,
    "airflow.task.weight_rule": WEIGHTS,
    "airflow.triggers.base": TRIGGERS,
    "airflow.triggers.external_task": not_yet("WorkflowTrigger TaskStateTrigger DagStateTrigger"),
    "airflow.triggers.file": names("narae.triggers.file", "FileTrigger"),
    "airflow.triggers.temporal": names(
        "narae.triggers.temporal", "DateTimeTrigger TimeDeltaTrigger"
    ),
    "airflow.triggers.testing": names("narae.triggers.testing", "SuccessTrigger FailureTrigger"),
    "airflow.version": {},
}

GENERATION_2: dict[str, dict[str, str]] = {
    **_OPERATORS,
    **_SENSORS,
    **_MODELS,
    **_UTILS,
    **_TIMETABLES,
    **_REST,
}

"""The standard provider, and what else of providers Narae has."""

from narae.airflow.modules_2 import (
    BASH,
    BRANCH,
    EMPTY,
    EXTERNAL,
    NOTIFIER,
    PYTHON,
    SKIP,
)
from narae.airflow.tables import names, not_yet

_P = "airflow.providers.standard"
_O = "narae.operators"
_S = "narae.sensors"

STANDARD: dict[str, dict[str, str]] = {
    f"{_P}.decorators.bash": not_yet("bash_task"),
    f"{_P}.exceptions": names("narae.errors", "AirflowException AirflowSkipException"),
    f"{_P}.hooks.filesystem": names("narae.hooks.filesystem", "FSHook"),
    f"{_P}.hooks.subprocess": names("narae.hooks.subprocess", "SubprocessHook SubprocessResult"),
    f"{_P}.operators.bash": BASH,
    f"{_P}.operators.branch": {**BRANCH, **SKIP},
    f"{_P}.operators.datetime": names(f"{_O}.datetime", "BranchDateTimeOperator"),
    f"{_P}.operators.empty": EMPTY,
    f"{_P}.operators.hitl": not_yet(
        "HITLOperator ApprovalOperator HITLBranchOperator HITLEntryOperator"
    ),
    f"{_P}.operators.latest_only": names(f"{_O}.latest_only", "LatestOnlyOperator"),
    f"{_P}.operators.python": {
        **PYTHON,
        **names("narae.runtime.context", "get_current_context"),
    },
    f"{_P}.operators.smooth": names(f"{_O}.smooth", "SmoothOperator"),
    f"{_P}.operators.trigger_dagrun": names(f"{_O}.trigger_dagrun", "TriggerDagRunOperator"),
    f"{_P}.operators.weekday": names(f"{_O}.weekday", "BranchDayOfWeekOperator"),
    f"{_P}.sensors.bash": names(f"{_S}.bash", "BashSensor"),
    f"{_P}.sensors.date_time": names(f"{_S}.date_time", "DateTimeSensor DateTimeSensorAsync"),
    f"{_P}.sensors.external_task": EXTERNAL,
    f"{_P}.sensors.filesystem": names(f"{_S}.filesystem", "FileSensor"),
    f"{_P}.sensors.python": names(f"{_S}.python", "PythonSensor"),
    f"{_P}.sensors.time": names(f"{_S}.time", "TimeSensor TimeSensorAsync"),
    f"{_P}.sensors.time_delta": names(
        f"{_S}.time_delta", "TimeDeltaSensor TimeDeltaSensorAsync WaitSensor"
    ),
    f"{_P}.sensors.weekday": names(f"{_S}.weekday", "DayOfWeekSensor"),
    f"{_P}.triggers.external_task": not_yet("WorkflowTrigger DagStateTrigger"),
    f"{_P}.triggers.file": {
        **names("narae.triggers.file", "FileTrigger"),
        **not_yet("FileDeleteTrigger DirectoryFileDeleteTrigger"),
    },
    f"{_P}.triggers.temporal": names("narae.triggers.temporal", "DateTimeTrigger TimeDeltaTrigger"),
    f"{_P}.utils.weekday": names("narae.authoring.weekday", "WeekDay"),
    f"{_P}.version": {},
    # Families of providers: there, so that an error can name the one that is missing.
    **{f"airflow.providers.{family}": {} for family in ("apache", "cncf", "dbt", "microsoft")},
    "airflow.providers.smtp.operators.smtp": names(f"{_O}.email", "EmailOperator"),
    "airflow.providers.smtp.notifications.smtp": not_yet("SmtpNotifier send_smtp_notification"),
    "airflow.providers.common.compat.notifier": NOTIFIER,
}

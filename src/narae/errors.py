"""Every error that users meet. The bottom layer: imports nothing of Narae.

Names that begin with ``Airflow``, and some beside them, are those that DAG files raise and catch;
the import layer hands out these very classes, so there is one class for each meaning.
"""
# ruff: noqa: N818 - the names that DAG files written for Airflow raise and catch are given

from collections.abc import Sized
from datetime import datetime, timedelta
from typing import Any


class NaraeError(Exception):
    """The base of all errors of Narae's own."""

    line: int | None = None
    """Line of the DAG file, where the error is about one."""


class SecretsBackendError(NaraeError):
    """A secrets back end could not say whether it has something. Never tells a value."""


class NotYetError(NaraeError, NotImplementedError):
    """Airflow has it, Narae does not have it yet."""


class AirflowException(NaraeError):
    """The base of what DAG files catch."""


class AirflowBadRequest(AirflowException):
    """A request that cannot be granted as it stands."""


class AirflowNotFoundException(AirflowException):
    """Something was asked for by name and is not there."""


class AirflowConfigException(AirflowException):
    """A setting is missing or wrong."""


class AirflowSensorTimeout(AirflowException):
    """A sensor waited for longer than its ``timeout``."""


class AirflowRescheduleException(AirflowException):
    """Raised by a sensor to be run again at ``reschedule_date``."""

    def __init__(self, reschedule_date: datetime) -> None:
        super().__init__(f"to be run again at {reschedule_date.isoformat()}")
        self.reschedule_date = reschedule_date


class AirflowSkipException(AirflowException):
    """Raised by a task to be marked as skipped."""


class AirflowFailException(AirflowException):
    """Raised by a task to fail without another try."""


class AirflowTaskTimeout(BaseException):
    """A task ran for longer than its ``execution_timeout``."""


class AirflowTaskTerminated(BaseException):
    """A task's process was asked to end."""


class AirflowInternalRuntimeError(BaseException):
    """Something that only a defect can explain."""


class AirflowWebServerTimeout(AirflowException):
    """A server did not answer in time."""


class AirflowOptionalProviderFeatureException(AirflowException):
    """A provider lacks an optional part."""


class AirflowClusterPolicyViolation(AirflowException):
    """Raised by a policy to refuse a DAG or a task."""


class AirflowClusterPolicySkipDag(AirflowException):
    """Raised by a policy to leave a DAG out."""


class AirflowClusterPolicyError(AirflowException):
    """A policy itself failed."""


class AirflowTimetableInvalid(AirflowException):
    """A schedule that means nothing."""


class AirflowDagInconsistent(AirflowException):
    """Parts of a DAG contradict each other."""


class AirflowDagCycleException(AirflowException):
    """The edges of a DAG, or of a group, form a cycle."""


class AirflowDagDuplicatedIdException(AirflowException):
    """Two files define a DAG of one id."""

    def __init__(self, dag_id: str, incoming: str, existing: str) -> None:
        super().__init__(f"DAG {dag_id} of {incoming} is defined in {existing} too")
        self.dag_id, self.incoming, self.existing = dag_id, incoming, existing


class InvalidStatsNameException(AirflowException):
    """A metric's name that no backend takes."""


class XComNotFound(AirflowException):
    """An XCom was asked for that nobody pushed."""

    def __init__(self, dag_id: str, task_id: str, key: str) -> None:
        super().__init__(f"task {task_id!r} of DAG {dag_id!r} pushed no XCom with key {key!r}")
        self.dag_id, self.task_id, self.key = dag_id, task_id, key


class UnmappableOperator(AirflowException):
    """The operator can't be mapped."""


class XComForMappingNotPushed(AirflowException):
    """A task that others are mapped over pushed nothing."""


class UnmappableXComTypePushed(AirflowException):
    """A task that others are mapped over pushed something without a length."""

    def __init__(self, value: Any, *values: Any) -> None:
        names = ", ".join(type(item).__name__ for item in (value, *values))
        super().__init__(f"a value of type {names} can't be mapped over: a list or a dict can")
        self.value = value


class UnmappableXComLengthPushed(AirflowException):
    """A task that others are mapped over pushed too much."""

    def __init__(self, value: Sized, max_length: int) -> None:
        super().__init__(
            f"{len(value)} elements are too many to map over: max_map_length is {max_length}"
        )
        self.value, self.max_length = value, max_length


class DagNotFound(AirflowNotFoundException):
    """No DAG of that id."""


class DagCodeNotFound(AirflowNotFoundException):
    """The code of a DAG is not stored."""


class DagRunNotFound(AirflowNotFoundException):
    """No DAG run of that id."""


class TaskNotFound(AirflowNotFoundException):
    """The DAG has no task of that id."""


class TaskInstanceNotFound(AirflowNotFoundException):
    """No such task instance."""


class PoolNotFound(AirflowNotFoundException):
    """No pool of that name."""


class DagRunAlreadyExists(AirflowBadRequest):
    """There is such a DAG run already."""

    def __init__(self, dag_run: Any, execution_date: datetime | None, run_id: str) -> None:
        super().__init__(f"there is a DAG run {run_id!r} already (logical date {execution_date})")
        self.dag_run, self.execution_date, self.run_id = dag_run, execution_date, run_id


class DagFileExists(AirflowBadRequest):
    """There is such a file already."""


class FailStopDagInvalidTriggerRule(AirflowException):
    """A fail-fast DAG has a task with a trigger rule that outlives a failure."""


class DuplicateTaskIdFound(AirflowException):
    """Two tasks, or a task and a group, have one id."""


class TaskAlreadyInTaskGroup(AirflowException):
    """A task is added to a second group."""

    def __init__(self, task_id: str, existing_group_id: str | None, new_group_id: str) -> None:
        where = f"group {existing_group_id!r}" if existing_group_id else "the DAG's root"
        super().__init__(f"task {task_id!r} is in {where} already, not to be put in {new_group_id}")
        self.task_id, self.existing_group_id = task_id, existing_group_id
        self.new_group_id = new_group_id


class SerializationError(AirflowException):
    """A value that can't be written down."""


class ParamValidationError(AirflowException):
    """A param's value breaks the param's schema."""


class NoAvailablePoolSlot(AirflowException):
    """A pool is full."""


class DagConcurrencyLimitReached(AirflowException):
    """A DAG's limit is reached."""


class TaskConcurrencyLimitReached(AirflowException):
    """A task's limit is reached."""


class BackfillUnfinished(AirflowException):
    """A backfill ended with tasks undone."""

    def __init__(self, message: str, ti_status: Any = None) -> None:
        super().__init__(message)
        self.ti_status = ti_status


class AirflowFileParseException(AirflowException):
    """A file of variables or connections can't be read."""

    def __init__(self, msg: str, file_path: str, parse_errors: list[Any]) -> None:
        super().__init__(f"{file_path}: {msg}")
        self.msg, self.file_path, self.parse_errors = msg, file_path, parse_errors


class ConnectionNotUnique(AirflowException):
    """Several connections share one id."""


class TaskDeferred(BaseException):
    """Raised by ``defer()``: the task gives its slot back until the trigger fires."""

    def __init__(
        self,
        *,
        trigger: Any,
        method_name: str,
        kwargs: dict[str, Any] | None = None,
        timeout: timedelta | float | None = None,
    ) -> None:
        super().__init__()
        self.trigger = trigger
        self.method_name = method_name
        self.kwargs = kwargs
        self.timeout = timedelta(seconds=timeout) if isinstance(timeout, int | float) else timeout


class TaskDeferralError(AirflowException):
    """A trigger failed or took too long."""


class PodMutationHookException(AirflowException):
    """A deployment's pod hook failed."""


class PodReconciliationError(AirflowException):
    """A pod could not be put together from its parts."""


class DeserializingResultError(ValueError):
    """A result that came back from another interpreter can't be read."""


class UnknownExecutorException(ValueError):
    """No executor of that name."""


class InvalidArgumentsError(AirflowException, TypeError):
    """An operator, a DAG or a group was given an argument that it does not take, or lacks one."""


class DagDefinitionError(AirflowException, ValueError):
    """What a DAG file says of a DAG, a group or a task makes no sense."""


class MissingModuleError(NaraeError, ModuleNotFoundError):
    """A DAG file imports something of Airflow that Narae does not have."""


class AirflowRuntimeError(AirflowException):
    """What a task asked the deployment for could not be given."""


class VariableNotFoundError(AirflowRuntimeError, KeyError):
    """No variable of that key."""

    def __str__(self) -> str:
        return Exception.__str__(self)


class RemovedInAirflow3Warning(DeprecationWarning):
    """Something that Airflow 3 no longer has."""

    deprecated_since: str | None = None

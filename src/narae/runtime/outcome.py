"""From what user code returned or raised to the report of the attempt."""

import traceback
from collections.abc import Callable, Mapping
from datetime import datetime
from resource import RLIM_INFINITY, RLIMIT_DATA, getrlimit
from typing import Any

from narae.core.ids import AttemptId
from narae.core.reports import (
    Deferred,
    Ended,
    Failed,
    Rescheduled,
    Skipped,
    Succeeded,
    XComValue,
)
from narae.core.run import Cause, CauseKind
from narae.core.workload import Workload
from narae.errors import (
    AirflowException,
    AirflowFailException,
    AirflowRescheduleException,
    AirflowSensorTimeout,
    AirflowSkipException,
    AirflowTaskTerminated,
    AirflowTaskTimeout,
    UnmappableXComTypePushed,
    XComForMappingNotPushed,
)
from narae.runtime.client import AttemptStopped
from narae.runtime.deferral import SlotGivenBack
from narae.runtime.moments import parsed
from narae.runtime.secrets import MASKER
from narae.runtime.source import levels_of
from narae.runtime.task_instance import TaskInstance
from narae.runtime.text import sendable, shortened
from narae.runtime.xcoms import RETURN_KEY, packed

TRACEBACK_MAX = 40_000
"""Characters of a traceback that are kept: its end."""

SIGTERM = 15
MEGABYTE = 1024 * 1024

_OWN_FRAMES = ("/narae/runtime/", "/narae/authoring/")


# -- success --------------------------------------------------------------------------------


def succeeded(ti: TaskInstance, node: Any, result: Any, *, at: datetime) -> Succeeded:
    """The report of a task that returned ``result``; ``node`` is the task as the DAG has it.

    Raises when the result can't be stored, or can't be mapped over though others want to.
    """
    xcoms = outputs(ti.task, result)
    lengths = {x.key: x.length for x in xcoms} | ti.xcoms.pushed_lengths
    return Succeeded(
        attempt=ti.workload.attempt,
        at=at,
        xcoms=xcoms,
        lengths=_counted(ti.workload, node, lengths, result),
        followed=ti.followed,
        short_circuit=ti.short_circuit,
    )


def outputs(task: Any, result: Any) -> tuple[XComValue, ...]:
    """The XComs that a returned value makes: itself and, if asked for, its members."""
    if result is None or not task.do_xcom_push:
        return ()
    members: Mapping[Any, Any] = {}
    if task.multiple_outputs:
        if not isinstance(result, Mapping):
            raise AirflowException(
                f"multiple_outputs needs a dict, but the task returned a {type(result).__name__}"
            )
        members = result
        for key in members:
            if not isinstance(key, str):
                raise AirflowException(f"multiple_outputs: the key {key!r} is not a text")
    return (
        *(packed(key, value) for key, value in members.items()),
        packed(RETURN_KEY, result),
    )


def _counted(
    workload: Workload, node: Any, lengths: Mapping[str, int | None], result: Any
) -> dict[str, int]:
    """Lengths of what others are mapped over."""
    counted: dict[str, int] = {}
    for key in workload.mapped_over:
        length = lengths.get(key)
        if length is not None:
            counted[key] = length
        elif not elements_wanted(node):
            continue
        elif key in lengths:
            raise UnmappableXComTypePushed(result)
        else:
            raise XComForMappingNotPushed(
                f"another task is mapped over {key!r} of {node.task_id!r}, which pushed nothing"
            )
    return counted


def elements_wanted(node: Any) -> bool:
    """Whether some consumer is mapped over the elements of one instance's value.

    Over a mapped task, or from outside of the mapped group around it, others are mapped over the
    instances themselves, whatever each of them returns.
    """
    if getattr(node, "is_mapped", False):
        return False
    levels = levels_of(node)
    if not levels:
        return True
    ours = node.mapped_groups()
    return any(
        task.mapped_groups()[:levels] == ours and levels_of(task) > levels
        for task in node.downstream_list
    )


# -- everything else ------------------------------------------------------------------------


def unsuccessful(error: BaseException, workload: Workload, *, at: datetime) -> Ended:
    """The report of a task that raised ``error``."""
    for kinds, make in REPORTS:
        if isinstance(error, kinds):
            return make(error, workload.attempt, at)
    return _failed(CauseKind.USER_ERROR)(error, workload.attempt, at)


def words_of(error: BaseException) -> str:
    """One line for people, without secrets."""
    text = shortened(sendable(MASKER.mask(str(error)).strip()))
    name = type(error).__name__
    return f"{name}: {text}" if text else name


def traceback_of(error: BaseException) -> str:
    """The traceback from the first frame of the user's own on, without secrets."""
    frame = error.__traceback__
    start = frame
    while start is not None and any(p in start.tb_frame.f_code.co_filename for p in _OWN_FRAMES):
        start = start.tb_next
    lines = traceback.format_exception(type(error), error, start or frame)
    return sendable(MASKER.mask("".join(lines))[-TRACEBACK_MAX:])


_Make = Callable[[Any, AttemptId, datetime], Ended]


def _failed(kind: CauseKind, *, retryable: bool = True, **evidence: Any) -> _Make:
    def make(error: BaseException, attempt: AttemptId, at: datetime) -> Ended:
        cause = Cause(kind=kind, words=words_of(error), traceback=traceback_of(error), **evidence)
        return Failed(attempt=attempt, at=at, cause=cause, retryable=retryable)

    return make


def _skipped(error: BaseException, attempt: AttemptId, at: datetime) -> Ended:
    words = shortened(sendable(MASKER.mask(str(error)))) or "the task asked to be skipped"
    return Skipped(attempt=attempt, at=at, cause=Cause(kind=CauseKind.SKIPPED, words=words))


def _rescheduled(error: AirflowRescheduleException, attempt: AttemptId, at: datetime) -> Ended:
    return Rescheduled(attempt=attempt, at=at, until=parsed(error.reschedule_date))


def _deferred(error: SlotGivenBack, attempt: AttemptId, at: datetime) -> Ended:
    return Deferred(attempt=attempt, at=at, until=error.until, resume=error.resume)


def _exited(error: SystemExit, attempt: AttemptId, at: datetime) -> Ended:
    code = error.code if isinstance(error.code, int) else 1
    cause = Cause(
        kind=CauseKind.USER_ERROR,
        words=f"the task called sys.exit({error.code!r})",
        traceback=traceback_of(error),
        exit_code=code,
    )
    return Failed(attempt=attempt, at=at, cause=cause)


def _out_of_memory(error: MemoryError, attempt: AttemptId, at: datetime) -> Ended:
    limit, _ = getrlimit(RLIMIT_DATA)
    allowed = "the machine has no more"
    if limit != RLIM_INFINITY:
        allowed = f"it may have {limit // MEGABYTE} MB (task_memory_max)"
    cause = Cause(
        kind=CauseKind.OUT_OF_MEMORY,
        words=f"{words_of(error)}: the task wanted more memory than there is: {allowed}",
        traceback=traceback_of(error),
    )
    return Failed(attempt=attempt, at=at, cause=cause)


REPORTS: tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], _Make], ...] = (
    (SlotGivenBack, _deferred),
    (AirflowSkipException, _skipped),
    (AirflowRescheduleException, _rescheduled),
    ((AirflowFailException, AirflowSensorTimeout), _failed(CauseKind.USER_FAIL, retryable=False)),
    (AirflowTaskTimeout, _failed(CauseKind.EXECUTION_TIMEOUT)),
    (AirflowTaskTerminated, _failed(CauseKind.SIGNAL, signal=SIGTERM)),
    (AttemptStopped, _failed(CauseKind.LEASE_LOST)),
    (SystemExit, _exited),
    (MemoryError, _out_of_memory),
)
"""What user code may raise -> what it means. The first that fits counts; else ``USER_ERROR``."""

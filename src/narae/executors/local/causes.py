"""How an attempt ended, from what its process said and how it died. Pure."""

import os
import signal
from datetime import datetime
from types import MappingProxyType

import msgspec

from narae.core.reports import CallbackDone, Ended, Failed
from narae.core.run import Cause, CauseKind, Figures
from narae.core.spec import Value
from narae.core.workload import AnyWorkload, CallbackWorkload, CodeRef, RunFacts

MEGABYTE = 1024 * 1024

SIGNAL_HINTS: MappingProxyType[int, str] = MappingProxyType(
    {
        signal.SIGSEGV: "a library crashed",
        signal.SIGBUS: "a library crashed, or a mapped file was cut short",
        signal.SIGABRT: "a library gave up",
        signal.SIGILL: "a library was built for another processor",
        signal.SIGFPE: "a library divided by zero",
        signal.SIGXCPU: "its limit of CPU time was reached",
        signal.SIGTERM: "somebody asked it to end",
        signal.SIGKILL: "somebody outside of Narae killed it",
    }
)


_ALLOCATION_FAILED = frozenset({signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS})
"""How libraries end that do not look whether they were given memory."""
_NEARLY_ALL = 0.9
_BY_KERNEL = frozenset({signal.SIGXCPU})


class Death(Value, frozen=True, kw_only=True):
    """What is known of a process that is no more."""

    status: int | None
    """As of wait(2); None when nobody could reap it."""
    out_of_memory: bool = False
    """The kernel has killed somebody for memory since this process began."""
    memory_peak_bytes: int = 0
    memory_max_bytes: int | None = None
    """What it was allowed to take (RLIMIT_DATA)."""
    server_lost: str = ""
    """How its fork server died, when that is what ended it."""


def cause_of(death: Death) -> Cause:
    """Why a process ended that has not said so itself.

    >>> cause_of(Death(status=3 << 8)).words
    'the process ended with exit code 3 before its task was done'
    >>> cause_of(Death(status=signal.SIGSEGV)).words
    'killed by SIGSEGV: a library crashed'
    """
    if death.server_lost or death.status is None:
        return Cause(kind=CauseKind.SUPERVISOR_LOST, words=death.server_lost or "nobody saw it end")
    if not os.WIFSIGNALED(death.status):
        code = os.waitstatus_to_exitcode(death.status)
        return Cause(
            kind=CauseKind.EXIT_CODE,
            words=f"the process ended with exit code {code} before its task was done",
            exit_code=code,
        )
    number = os.WTERMSIG(death.status)
    if number == signal.SIGKILL and death.out_of_memory:
        peak = death.memory_peak_bytes // MEGABYTE
        return Cause(
            kind=CauseKind.OUT_OF_MEMORY,
            words=f"killed by the kernel because memory ran out; the process had used {peak} MB",
            signal=number,
            by="kernel",
        )
    if number in _ALLOCATION_FAILED and _had_all(death):
        limit = (death.memory_max_bytes or 0) // MEGABYTE
        return Cause(
            kind=CauseKind.OUT_OF_MEMORY,
            words=f"ended by {signal_name(number)} when it had used all of its {limit} MB of memory"
            " (task_memory_max)",
            signal=number,
        )
    hint = SIGNAL_HINTS.get(number)
    return Cause(
        kind=CauseKind.SIGNAL,
        words=f"killed by {signal_name(number)}" + (f": {hint}" if hint else ""),
        signal=number,
        by="kernel" if number in _BY_KERNEL else None,
    )


def _had_all(death: Death) -> bool:
    limit = death.memory_max_bytes
    return limit is not None and death.memory_peak_bytes >= _NEARLY_ALL * limit


def signal_name(number: int) -> str:
    """Such as ``SIGKILL``; real-time signals have numbers only."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def server_words(file: str, status: int | None) -> str:
    """How a fork server ended, for the attempts that went with it."""
    if status is None:
        return f"the fork servers died, and that of {file} with them"
    if os.WIFSIGNALED(status):
        return f"the fork server of {file} was killed by {signal_name(os.WTERMSIG(status))}"
    return f"the fork server of {file} ended with exit code {os.waitstatus_to_exitcode(status)}"


def last_report(
    workload: AnyWorkload,
    *,
    said: Ended | CallbackDone | None,
    asked_to_end: Cause | None,
    death: Cause | None,
    at: datetime,
    figures: Figures | None,
) -> Ended | CallbackDone:
    """The one report that ends a workload.

    A task that finished before it noticed that somebody wanted its end has finished. Else who
    asked for the end is the cause, with the traceback of where the task was at that time.
    """
    if isinstance(workload, CallbackWorkload):
        if isinstance(said, CallbackDone):
            return said
        cause = asked_to_end or death
        return CallbackDone(callback=workload.id, at=at, error=cause.words if cause else None)
    if isinstance(said, CallbackDone):
        said = None
    if said is not None and not (isinstance(said, Failed) and asked_to_end):
        return msgspec.structs.replace(said, figures=figures)
    seen = said.cause if isinstance(said, Failed) else death
    cause = asked_to_end or seen or Cause(kind=CauseKind.START_FAILED)
    if asked_to_end and seen:
        cause = msgspec.structs.replace(
            asked_to_end,
            traceback=asked_to_end.traceback or seen.traceback,
            signal=seen.signal,
            exit_code=seen.exit_code,
        )
    label = said.label if isinstance(said, Failed) else None
    return Failed(attempt=workload.attempt, at=at, cause=cause, label=label, figures=figures)


def code_missing_words(code: CodeRef, folder: str, run: RunFacts) -> str:
    """Why nothing could be started, and what to do about it."""
    if not code.version:
        return f"{code.file} is not in {folder}: put it back, or clear the task once it is there"
    return (
        f"code version {code.version}, which this run is pinned to, is gone ({code.file} is "
        f"not in {folder}) and can't be made again; run it with the latest code: narae tasks "
        f"clear {run.dag_id} --run-id {run.run_id} --latest-code"
    )

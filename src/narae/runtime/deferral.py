"""Deferred tasks while there is no process for triggers.

A trigger that only waits for a moment gives the slot back until then. Every other trigger is run
to its first event inside the attempt's own process. ``Resume`` is the seam: a process for
triggers will send the same value.
"""

import inspect
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from narae.core.run import Resume
from narae.errors import (
    AirflowException,
    AirflowFailException,
    AirflowSkipException,
    TaskDeferralError,
    TaskDeferred,
)
from narae.runtime.moments import plain
from narae.runtime.xcom_codec import from_plain, to_plain
from narae.triggers.base import BaseTaskEndEvent, TaskFailedEvent, TaskSkippedEvent, TriggerEvent
from narae.triggers.temporal import DateTimeTrigger

SUCCEED = "narae:succeed"
"""``Resume.method`` of a task that ends with its trigger."""
TIMED_OUT = "narae:timed_out"
"""``Resume.method`` of a task whose trigger took longer than the task allowed."""

log = logging.getLogger("airflow.task")


class SlotGivenBack(BaseException):
    """The attempt ends here; the task goes on with ``resume`` once ``until`` has come."""

    def __init__(self, until: datetime, resume: Resume) -> None:
        super().__init__(until)
        self.until = until
        self.resume = resume


def first_call(task: Any, context: Any, resume: Resume | None) -> Callable[[], Any]:
    """What an attempt has to call: ``execute``, or the method that a deferral named."""
    if resume is None:
        return lambda: task.execute(context)
    if resume.method == SUCCEED:
        return lambda: None
    if resume.method == TIMED_OUT:
        return _raises(TaskDeferralError("the trigger took longer than the deferral's timeout"))
    kwargs = {name: from_plain(value) for name, value in resume.kwargs.items()}
    return _resumed(task, context, resume.method, kwargs, from_plain(resume.event))


def run_to_end(
    call: Callable[[], Any], task: Any, context: Any, now: Callable[[], datetime]
) -> Any:
    """Calls, and goes on after every deferral, until there is a result.

    Raises :class:`SlotGivenBack` when the next step is due later.
    """
    while True:
        try:
            return call()
        except TaskDeferred as deferral:
            call = _after(deferral, task, context, now())
        except TaskDeferralError as error:
            raise _softened(error, task) from error


def _after(deferral: TaskDeferred, task: Any, context: Any, now: datetime) -> Callable[[], Any]:
    """What to call next, once the trigger has fired; raises SlotGivenBack when that is later."""
    trigger = deferral.trigger
    if isinstance(trigger, DateTimeTrigger):
        return first_call(task, context, _after_moment(deferral, trigger, now))
    log.info("Deferred to %s, which runs here until its first event", type(trigger).__name__)
    import asyncio  # noqa: PLC0415 - heavy, and few tasks defer

    try:
        event = asyncio.run(_first_event(trigger, deferral.timeout))
    except TaskDeferralError as error:
        return _raises(error)
    if isinstance(event, BaseTaskEndEvent):
        return _ended_by(event, context)
    return _resumed(task, context, deferral.method_name, deferral.kwargs or {}, event.payload)


def _after_moment(deferral: TaskDeferred, trigger: DateTimeTrigger, now: datetime) -> Resume:
    moment = plain(trigger.moment)
    kwargs = (deferral.kwargs or {}).items()
    resume = Resume(
        method=SUCCEED if trigger.end_from_trigger else deferral.method_name,
        kwargs={name: to_plain(value, f"kwargs[{name!r}]") for name, value in kwargs},
        event=to_plain(trigger.moment),
    )
    if deferral.timeout is not None and now + deferral.timeout < moment:
        raise SlotGivenBack(now + deferral.timeout, Resume(method=TIMED_OUT))
    if moment > now:
        log.info("Deferred until %s", moment.isoformat())
        raise SlotGivenBack(moment, resume)
    return resume


def _resumed(
    task: Any, context: Any, method: str, kwargs: dict[str, Any], event: Any
) -> Callable[[], Any]:
    function = getattr(task, method, None)
    if not callable(function):
        raise TaskDeferralError(f"{type(task).__name__} has no method {method!r} to go on with")
    if "event" in kwargs or _takes_event(function):
        kwargs = {**kwargs, "event": event}
    return lambda: function(context, **kwargs)


def _takes_event(function: Callable[..., Any]) -> bool:
    parameters = inspect.signature(function).parameters.values()
    return any(p.name == "event" or p.kind is p.VAR_KEYWORD for p in parameters)


async def _first_event(trigger: Any, limit: timedelta | None) -> TriggerEvent:
    """The first event of ``trigger``; whatever it raises becomes a :class:`TaskDeferralError`."""
    import asyncio  # noqa: PLC0415 - heavy, and few tasks defer

    seconds = None if limit is None else limit.total_seconds()
    try:
        async with asyncio.timeout(seconds):
            async for event in trigger.run():
                return event  # type: ignore[no-any-return]  # triggers yield TriggerEvents
    except TimeoutError as error:
        raise TaskDeferralError(f"{type(trigger).__name__} took longer than {limit}") from error
    except AirflowException:
        raise
    except Exception as error:
        raise TaskDeferralError(f"{type(trigger).__name__} failed: {error}") from error
    finally:
        await trigger.cleanup()
    raise TaskDeferralError(f"{type(trigger).__name__} ended without an event")


def _ended_by(event: BaseTaskEndEvent, context: Any) -> Callable[[], Any]:
    """The trigger itself said how the task ends."""
    for key, value in (event.xcoms or {}).items():
        context["ti"].xcom_push(key=key, value=value)
    if isinstance(event, TaskFailedEvent):
        return _raises(AirflowFailException("the trigger ended the task as failed"))
    if isinstance(event, TaskSkippedEvent):
        return _raises(AirflowSkipException("the trigger ended the task as skipped"))
    return lambda: None


def _softened(error: TaskDeferralError, task: Any) -> AirflowException:
    """A sensor with soft_fail is skipped when its trigger fails."""
    if getattr(task, "soft_fail", False) or getattr(task, "never_fail", False):
        return AirflowSkipException(f"skipped as soft_fail has it: {error}")
    return error


def _raises(error: Exception) -> Callable[[], Any]:
    def call() -> Any:
        raise error

    return call

"""What an attempt says of itself. Each carries its attempt id and is refused when stale."""

from datetime import datetime
from typing import Any

from narae.core.ids import AttemptId
from narae.core.run import Cause, Figures, Resume
from narae.core.spec import Value


class XComValue(Value, frozen=True, kw_only=True):
    """One XCom: JSON text as the task's own process encoded it."""

    key: str
    value: bytes
    length: int | None = None
    """Of a list or dict."""
    shown: bytes | None = None
    """Of one that holds a secret: the value as people may see it. It is stored encrypted then."""


class Started(Value, tag="started", frozen=True, kw_only=True):
    """The attempt's process exists and is about to run user code."""

    attempt: AttemptId
    at: datetime
    holder: str
    host: str
    pid: int


class Succeeded(Value, tag="succeeded", frozen=True, kw_only=True):
    """The task's code returned."""

    attempt: AttemptId
    at: datetime
    xcoms: tuple[XComValue, ...] = ()
    lengths: dict[str, int] = {}
    """XCom key -> length for the keys in ``TaskSpec.mapped_over``, of this whole attempt."""
    followed: tuple[str, ...] | None = None
    """Of a branch: the task or group ids chosen; () skips every direct downstream."""
    short_circuit: bool = False
    """Of a short circuit whose condition did not hold."""
    label: str | None = None
    figures: Figures | None = None


class Failed(Value, tag="failed", frozen=True, kw_only=True):
    """The attempt is over without success. ``cause`` decides whether it may be tried again."""

    attempt: AttemptId
    at: datetime
    cause: Cause
    retryable: bool = True
    label: str | None = None
    figures: Figures | None = None


class Skipped(Value, tag="skipped", frozen=True, kw_only=True):
    """The task's code asked to be skipped."""

    attempt: AttemptId
    at: datetime
    cause: Cause
    label: str | None = None
    figures: Figures | None = None


class Rescheduled(Value, tag="rescheduled", frozen=True, kw_only=True):
    """A sensor gives its slot back until ``until``."""

    attempt: AttemptId
    at: datetime
    until: datetime
    figures: Figures | None = None


class Deferred(Value, tag="deferred", frozen=True, kw_only=True):
    """The task goes on in another method once ``until`` has come."""

    attempt: AttemptId
    at: datetime
    until: datetime
    resume: Resume
    figures: Figures | None = None


Ended = Succeeded | Failed | Skipped | Rescheduled | Deferred
Report = Started | Ended


class CallbackDone(Value, tag="callback_done", frozen=True, kw_only=True):
    """A callback that was run on its own has ended."""

    callback: str
    at: datetime
    error: str | None = None
    detail: Any = None

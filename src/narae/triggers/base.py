"""What every trigger is, and the events that it gives."""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any


class TriggerEvent:
    """Something happened: ``payload`` is what the task's method gets as ``event``."""

    def __init__(self, payload: Any, **kwargs: Any) -> None:
        self.payload = payload
        self.extra = kwargs

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and vars(other) == vars(self)

    __hash__ = None  # type: ignore[assignment]  # the payload may be anything

    def __repr__(self) -> str:
        return f"{type(self).__name__}<{self.payload!r}>"


class BaseTaskEndEvent(TriggerEvent):
    """The task ends with the trigger, and none of its methods is called."""

    def __init__(self, *, xcoms: dict[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(None, **kwargs)
        self.xcoms = xcoms


class TaskSuccessEvent(BaseTaskEndEvent):
    """The task succeeded."""


class TaskFailedEvent(BaseTaskEndEvent):
    """The task failed, without another try."""


class TaskSkippedEvent(BaseTaskEndEvent):
    """The task is skipped."""


class BaseTrigger(ABC):
    """Waits for something without holding a thread.

    ``serialize`` gives the class path and the arguments that make an equal trigger elsewhere.
    """

    supports_triggerer_queue = True

    def __init__(self, **kwargs: Any) -> None:
        self.task_instance: Any = kwargs.get("task_instance")
        self.trigger_id: int | None = None

    @abstractmethod
    def serialize(self) -> tuple[str, dict[str, Any]]:
        """(class path, keyword arguments)."""

    @abstractmethod
    def run(self) -> AsyncIterator[TriggerEvent]:
        """Yields events; the first one resumes the task."""

    async def cleanup(self) -> None:  # noqa: B027 - most triggers have nothing to clean up
        """Called when the trigger is no longer needed, whether or not it fired."""

    async def on_kill(self) -> None:  # noqa: B027 - the same
        """Called when a user ends the task that waits."""

    def __repr__(self) -> str:
        path, kwargs = self.serialize()
        shown = ", ".join(f"{name}={value!r}" for name, value in kwargs.items())
        return f"<{path} {shown}>"


class BaseEventTrigger(BaseTrigger):
    """A trigger whose events can update an asset."""


@dataclass(kw_only=True)
class StartTriggerArgs:
    """How a task can be started by its trigger."""

    trigger_cls: str
    next_method: str
    trigger_kwargs: dict[str, Any] | None = None
    next_kwargs: dict[str, Any] | None = None
    timeout: timedelta | None = None

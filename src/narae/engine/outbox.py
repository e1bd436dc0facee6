"""Callbacks that somebody still has to run. Sent again until they are reported done."""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from narae.core.log_paths import callback_log_path
from narae.core.reports import CallbackDone
from narae.core.workload import CallbackWorkload
from narae.engine.ports import EngineStore


class Outbox:
    """Mirrors the store's outbox. At least once: a callback may run twice, never not at all."""

    def __init__(self, store: EngineStore) -> None:
        self._store = store
        self._waiting: dict[str, CallbackWorkload] = {}
        self._unsent: dict[str, None] = {}
        self._sent_at: dict[str, datetime] = {}

    def reload(self) -> None:
        """Reads the store's outbox; what is new there will be sent."""
        rows = {row.id: row for row in self._store.callbacks()}
        for name in rows:
            if name not in self._waiting:
                self._unsent[name] = None
        self._waiting = rows
        self._sent_at = {name: at for name, at in self._sent_at.items() if name in rows}

    def put(self, callback: CallbackWorkload) -> None:
        """A callback was committed."""
        self._waiting[callback.id] = callback
        self._unsent[callback.id] = None

    def holder_joined(self, known: Iterable[str]) -> None:
        """Somebody is there who has ``known``: everything else is sent again."""
        have = set(known)
        self._unsent = dict.fromkeys(name for name in self._waiting if name not in have)

    def send_again(self, *, before: datetime) -> None:
        """What was sent before that moment and is not done: who had it may be gone for ever.

        Who still has it passes over it.
        """
        self._unsent.update({name: None for name, at in self._sent_at.items() if at <= before})

    def take_unsent(self, now: datetime) -> list[CallbackWorkload]:
        """Callbacks to be sent now."""
        some = [self._waiting[name] for name in self._unsent if name in self._waiting]
        self._sent_at.update({callback.id: now for callback in some})
        self._unsent.clear()
        return [_with_log_path(callback) for callback in some]

    def done(self, report: CallbackDone, now: datetime) -> None:
        """A callback has run."""
        self._waiting.pop(report.callback, None)
        self._unsent.pop(report.callback, None)
        self._sent_at.pop(report.callback, None)
        self._store.callback_done(report.callback, at=min(report.at, now), error=report.error)


def _with_log_path(callback: CallbackWorkload) -> CallbackWorkload:
    if callback.log_path:
        return callback
    path = callback_log_path(callback.run.dag_id, callback.run.run_id, callback.kind)
    return msgspec.structs.replace(callback, log_path=path)

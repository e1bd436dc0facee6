"""``Store.apply`` on SQL: one batch of commands in one transaction.

Commands on one instance that build on one another (scheduled, then queued, in one tick) become
one conditional write of the last row. What else they bring (attempts, XComs, callbacks) is
written for those that took, grouped by statement. Everything else is carried out in order.
After a command that did not take, none about the same row takes (``storage.subjects``).
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from datetime import datetime
from typing import Any

from narae.core.codec import encode_json
from narae.core.commands import (
    AddInstances,
    Audit,
    ChangeDag,
    ChangeRun,
    ChangeTask,
    ChangeXCom,
    Command,
    CreateRun,
    DeleteInstance,
    DeleteRun,
    EndAttempt,
    Expand,
    KillAttempt,
    MarkStarted,
    PutBackfill,
    StartAttempt,
)
from narae.core.ids import TaskKey
from narae.core.run import Instance
from narae.core.workload import CallbackWorkload
from narae.storage import by_hand
from narae.storage import statements as sql
from narae.storage.dialects import Raw
from narae.storage.rows import (
    as_text,
    attempt_values,
    dag_values,
    instance_key,
    instance_rest,
    run_values,
    struct_text,
)
from narae.storage.sealed import xcom_parts
from narae.storage.secrets import Vault
from narae.storage.subjects import subject

InstanceCommand = ChangeTask | StartAttempt | MarkStarted | EndAttempt
_AFTER_CHANGES = (Expand, AddInstances, KillAttempt, DeleteInstance, DeleteRun, ChangeXCom)
"""Commands that read or end what staged changes write."""
Rows = list[tuple[Any, ...]]


class _Change:
    """The net change of one instance: expected revision, last row, and who asked for it."""

    __slots__ = ("after", "commands", "expected")

    def __init__(self, index: int, command: InstanceCommand) -> None:
        self.expected = command.before.revision
        self.after = command.after
        self.commands: list[tuple[int, InstanceCommand]] = [(index, command)]


class _Effects:
    """Unconditional writes of commands that took, by statement, in the order of carrying out."""

    def __init__(self) -> None:
        self.attempts: Rows = []
        self.cleared: Rows = []
        self.started: Rows = []
        self.ended: Rows = []
        self.xcoms: Rows = []
        self.callbacks: Rows = []

    def carry_out(self, raw: Raw) -> None:
        for text, rows in (
            (sql.insert_attempt(), self.attempts),
            (sql.DELETE_XCOMS, self.cleared),
            (sql.DELETE_RENDERED, self.cleared),
            (sql.START_ATTEMPT, self.started),
            (sql.END_ATTEMPT, self.ended),
            (sql.PUT_XCOM, self.xcoms),
            (sql.PUT_CALLBACK, self.callbacks),
        ):
            if rows:
                raw.many(text, rows)


class Batch:
    """One call of ``apply``, inside its transaction."""

    def __init__(
        self, raw: Raw, commands: Sequence[Command], vault: Vault, *, now: datetime
    ) -> None:
        self._raw = raw
        self._vault = vault
        self._moment = raw.moment
        self._now = raw.moment(now)  # ``updated_at`` of all that it writes
        self._commands = commands
        self._took = [False] * len(commands)
        self._changes: dict[TaskKey, _Change] = {}
        self._stale: set[Hashable] = set()

    def carry_out(self) -> list[bool]:
        """Of each command, whether it took."""
        for index, command in enumerate(self._commands):
            if isinstance(command, InstanceCommand):
                self._stage(index, command)
            elif isinstance(command, Audit) and command.of_previous:
                self._flush()
                self._took[index] = self._took[index - 1] and self._audit(command)
            else:
                self._took[index] = self._carry_out_now(command)
        self._flush()
        return self._took

    def _carry_out_now(self, command: Command) -> bool:
        about = subject(command)
        if isinstance(command, _AFTER_CHANGES):
            self._flush()
        if about in self._stale:
            return False
        how = by_hand.HOW.get(type(command))
        took = (
            how(self._raw, self._vault, command) if how else self._HOW[type(command)](self, command)
        )
        if not took and about is not None:
            self._stale.add(about)
        return took

    # -- commands on one instance -----------------------------------------------------------

    def _stage(self, index: int, command: InstanceCommand) -> None:
        key = command.before.key
        if key in self._stale:
            return
        change = self._changes.get(key)
        if change is None:
            self._changes[key] = _Change(index, command)
        elif change.after.revision == command.before.revision:
            change.after = command.after
            change.commands.append((index, command))
        else:
            self._stale.add(key)  # whether or not the staged change takes, this can't

    def _flush(self) -> None:
        if not self._changes:
            return
        # In one order everywhere, so that two batches never wait for each other's rows.
        changes = [change for _, change in sorted(self._changes.items())]
        self._changes = {}
        rows = [
            (*instance_rest(c.after, self._moment), self._now, *instance_key(c.after), c.expected)
            for c in changes
        ]
        took = self._raw.each(sql.update_instance(), rows)
        effects = _Effects()
        for change, ok in zip(changes, took, strict=True):
            if ok:
                effects = self._effects_of(change, effects)
            else:
                self._stale.add(change.after.key)
        effects.carry_out(self._raw)

    def _effects_of(self, change: _Change, effects: _Effects) -> _Effects:
        wrote = False
        for index, command in change.commands:
            self._took[index] = True
            if wrote and isinstance(command, StartAttempt) and command.fresh:
                effects.carry_out(self._raw)  # its XComs go before the new try clears them
                effects = _Effects()
            match command:
                case ChangeTask():
                    pass
                case StartAttempt():
                    self._started(command, effects)
                case MarkStarted():
                    effects.started.append(
                        (
                            self._moment(command.at),
                            command.holder,
                            command.host,
                            command.pid,
                            command.attempt,
                        )
                    )
                case EndAttempt():
                    wrote = wrote or bool(command.xcoms)
                    self._ended(command, effects)
        return effects

    def _started(self, command: StartAttempt, effects: _Effects) -> None:
        effects.attempts.append(attempt_values(command.attempt, self._moment))
        if command.fresh and command.before.fence > 0:  # the first attempt finds nothing to clear
            effects.cleared.append(instance_key(command.before))

    def _ended(self, command: EndAttempt, effects: _Effects) -> None:
        effects.ended.append(
            (
                self._moment(command.at),
                struct_text(command.cause),
                struct_text(command.figures),
                command.attempt,
            )
        )
        key = instance_key(command.before)
        at = self._moment(command.at)
        effects.xcoms += [(*key, *xcom_parts(x, self._vault), at) for x in command.xcoms]
        if command.callback is not None:
            effects.callbacks.append(self._callback_values(command.callback))

    def _callback_values(self, callback: CallbackWorkload) -> tuple[Any, ...]:
        return (
            callback.id,
            callback.run.dag_id,
            encode_json(callback).decode(),
            self._moment(callback.queued_at),
        )

    # -- the others -------------------------------------------------------------------------

    def _create_run(self, command: CreateRun) -> bool:
        values = (*run_values(command.run, self._moment), self._now)
        if not self._raw.one(sql.insert_run(), values):
            return False
        self._insert_instances(command.instances)
        return True

    def _insert_instances(self, instances: Iterable[Instance]) -> None:
        rows = [(*instance_key(i), *instance_rest(i, self._moment), self._now) for i in instances]
        if rows:
            self._raw.many(sql.insert_instance(), rows)

    def _change_run(self, command: ChangeRun) -> bool:
        _, *values = run_values(command.after, self._moment)
        values += [self._now, command.before.uid, command.before.revision]
        if not self._raw.one(sql.update_run(), values):
            return False
        if command.callback is not None:
            self._raw.one(sql.PUT_CALLBACK, self._callback_values(command.callback))
        return True

    def _expand(self, command: Expand) -> bool:
        before = command.before
        others = [i for i in command.after if i.ref != before.ref]
        if self._any_exists(others):
            return False
        same = next((i for i in command.after if i.ref == before.ref), None)
        if same is None:
            took = self._raw.one(sql.DELETE_INSTANCE, (*instance_key(before), before.revision))
        else:
            rest = (*instance_rest(same, self._moment), self._now)
            took = self._raw.one(
                sql.update_instance(), (*rest, *instance_key(same), before.revision)
            )
        if took:
            for forget in (sql.DELETE_XCOMS, sql.DELETE_RENDERED):
                self._raw.one(forget, instance_key(before))
            self._insert_instances(others)
        return bool(took)

    def _any_exists(self, instances: Sequence[Instance]) -> bool:
        known: dict[tuple[str, str], set[int]] = {}
        for i in instances:
            place = (i.run, i.task_id)
            if place not in known:
                known[place] = {row[0] for row in self._raw.rows(sql.MAP_INDEXES, place)}
            if i.map_index in known[place]:
                return True
        return False

    def _add_instances(self, command: AddInstances) -> bool:
        if not self._raw.rows(sql.RUN_EXISTS, (command.run,)):
            return False
        if self._any_exists(command.instances):
            return False
        self._insert_instances(command.instances)
        return True

    def _kill_attempt(self, command: KillAttempt) -> bool:
        return bool(self._raw.one(sql.KILL_ATTEMPT, (struct_text(command.cause), command.attempt)))

    def _change_dag(self, command: ChangeDag) -> bool:
        values = [
            self._moment(value) if name in sql.DAG_MOMENTS else value
            for name, value in dag_values(command.after).items()
        ]
        return bool(
            self._raw.one(
                sql.update_dag(), (*values, command.before.dag_id, command.before.revision)
            )
        )

    def _put_backfill(self, command: PutBackfill) -> bool:
        b = command.backfill
        body = encode_json(b).decode()
        values = (b.id, b.dag_id, b.state.value, self._moment(b.created_at), body)
        self._raw.one(sql.PUT_BACKFILL, values)
        return True

    def _audit(self, c: Audit) -> bool:
        where = (c.dag_id, c.run_id, c.task_id, c.map_index)
        changed = (c.origin, struct_text(c.before), struct_text(c.after))
        values = (self._moment(c.at), c.who, c.what, *where, as_text(c.detail), *changed)
        self._raw.one(sql.insert_audit(), values)
        return True

    _HOW: dict[type[Any], Callable[["Batch", Any], bool]] = {
        CreateRun: _create_run,
        ChangeRun: _change_run,
        Expand: _expand,
        AddInstances: _add_instances,
        KillAttempt: _kill_attempt,
        ChangeDag: _change_dag,
        PutBackfill: _put_backfill,
        Audit: _audit,
    }

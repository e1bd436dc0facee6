"""Who goes out, and what is sent once it is committed."""

from collections.abc import Container
from datetime import datetime

import msgspec

from narae.core.commands import ChangeRun, EndAttempt, KillAttempt, StartAttempt
from narae.core.decide.admit import Candidate, start_attempt
from narae.core.ids import TaskKey
from narae.core.run import Instance
from narae.core.run_view import RunView
from narae.core.workload import AnyWorkload, Workload
from narae.engine.batch import Outcome
from narae.engine.state import State
from narae.engine.uids import new_attempt_id
from narae.engine.workloads import workload


class Dispatch:
    """Starts attempts before the commit, and sends what was committed after it."""

    def __init__(self, state: State) -> None:
        self._state = state

    def admit(self, now: datetime) -> None:
        """Gives free slots to those whose turn it is."""
        book, fleet = self._state.book, self._state.fleet
        while True:
            admitted = book.admit(now=now, free=fleet.free(), has_room=fleet.has_room)
            homeless = [each for each in admitted if not self._start(each, now)]
            for candidate in homeless:
                book.release(candidate.key)
                book.offer(candidate)
            if not homeless or len(homeless) == len(admitted):
                return  # else there may be room for those behind them

    def _start(self, candidate: Candidate, now: datetime) -> bool:
        state = self._state
        view = state.active.get(candidate.run)
        member = state.fleet.place(candidate.executor, candidate.queue)
        if view is None or member is None:
            return False
        command = start_attempt(
            view,
            candidate.key.ref,
            attempt=new_attempt_id(now, state.chance),
            executor=member.executor.name,
            lease_until=now + state.settings.lease,
            now=now,
        )
        # The row says who was given it, so that after a restart nobody else is.
        given = msgspec.structs.replace(
            command.attempt,
            holder=member.holder,
            host=member.host,
            waits=(*command.attempt.waits, *state.book.queueing.waited(candidate.key)),
        )
        state.fleet.take(given)
        state.active.do(view, msgspec.structs.replace(command, attempt=given))
        return True

    # -- after the commit -------------------------------------------------------------------

    def send(self, outcome: Outcome, *, held_back: Container[TaskKey], now: datetime) -> None:
        """Sends what was committed, but for attempts of ``held_back``."""
        state = self._state
        work: list[AnyWorkload] = []
        for _, command in outcome.taken:
            match command:
                case StartAttempt() if command.after.key not in held_back:
                    work += self._work(command.after)
                case EndAttempt(callback=callback) | ChangeRun(callback=callback):
                    if callback is not None:
                        state.outbox.put(callback)
                case _:
                    pass
        again, state.again = state.again, []
        for attempt in again:
            current = state.active.by_attempt(attempt)
            if current is not None:
                work += self._work(current[1])
        state.fleet.submit([*work, *state.outbox.take_unsent(now)])
        self._kill(outcome)

    def _kill(self, outcome: Outcome) -> None:
        state = self._state
        for _, command in outcome.taken:
            if isinstance(command, KillAttempt):
                state.fleet.kill(command.attempt, command.cause)
        for _, command in outcome.refused:
            if isinstance(command, StartAttempt):
                state.fleet.ended(command.attempt.id)
        kills, state.kills = state.kills, []
        for attempt, holder, cause in kills:
            state.fleet.kill_stale(attempt, holder, cause)

    def _work(self, instance: Instance) -> list[Workload]:
        view = self._state.active.get(instance.run)
        made = self._workload(view, instance) if view is not None else None
        return [made] if made is not None else []

    def _workload(self, view: RunView, instance: Instance) -> Workload | None:
        dag = self._state.dags.row(view.run.dag_id)
        if dag is None or instance.attempt is None:
            return None
        return workload(
            instance,
            run=view.run,
            spec=view.spec,
            task=view.graph.tasks[instance.task_id],
            dag=dag,
            tokens=self._state.tokens,
        )

"""Planted bugs: each must be caught. A table of names and patches of real functions."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from types import MappingProxyType
from typing import Any, NamedTuple
from unittest.mock import patch

import msgspec

from narae.core import run_view, trigger_rules
from narae.core.decide import admit, callbacks, report
from narae.core.states import FINISHED, TaskState
from narae.engine import dispatch, fleet, leases, outbox, planner, scheduler
from narae.engine.batch import Outcome
from narae.testing import memory_apply, memory_store
from narae.testing.simulator.story import simulate

_replace = msgspec.structs.replace


class Catch(NamedTuple):
    """Which invariant noticed a planted bug, after how many seeds; None: none did."""

    name: str
    seeds: int
    rule: str | None
    words: str


Plant = Callable[[ExitStack], None]


def _instead(owner: Any, name: str, make: Callable[[Any], Any]) -> Plant:
    """``owner.name`` becomes what ``make`` makes of it."""

    def plant(stack: ExitStack) -> None:
        stack.enter_context(patch.object(owner, name, make(getattr(owner, name))))

    return plant


def _nothing(_real: Any) -> Any:
    return lambda *_args, **_kwargs: None


def _wider_claims(real: Any) -> Any:
    def claims(*args: Any, **kwargs: Any) -> Any:
        return [claim._replace(bound=claim.bound + 1) for claim in real(*args, **kwargs)]

    return claims


def _one_more_run(real: Any) -> Any:
    return lambda self, line, limit, now: real(self, line, limit + 1, now)


def _no_retry(real: Any) -> Any:
    def after_failure(view: Any, before: Any, *rest: Any) -> Any:
        return real(view, _replace(before, max_tries=before.max_tries - 1), *rest)

    return after_failure


def _one_more_retry(real: Any) -> Any:
    def after_failure(view: Any, before: Any, *rest: Any) -> Any:
        return real(view, _replace(before, max_tries=before.max_tries + 1), *rest)

    return after_failure


def _skips_pass(real: Any) -> Any:
    def all_success(seen: int) -> Any:
        return real["all_success"](seen & ~trigger_rules.SKIPPED)

    return {**real, "all_success": all_success}


def _does_not_wait(real: Any) -> Any:
    def seen(self: Any, task_id: str, path: Any) -> int:
        bits: int = real(self, task_id, path)
        return bits & ~trigger_rules.PENDING if bits & trigger_rules.SUCCESS else bits

    return seen


def _to_everybody(real: Any) -> Any:
    def submit(self: Any, workloads: Any) -> None:
        real(self, workloads)
        for member in self.members.values():
            if member.connected and workloads:
                member.executor.submit(workloads)

    return submit


def _sends_first(real: Any) -> Any:
    def commit(self: Any, now: Any) -> Any:
        batch = self.state.batch
        entries = list(zip(batch._runs, batch._commands, strict=True))  # noqa: SLF001 - a planted bug
        early = Outcome(entries, [True] * len(entries), {})
        self._dispatch.send(early, held_back=(), now=now)
        return real(self, now)

    return commit


def _says_done_first(real: Any) -> Any:
    def take(self: Any, events: Any, now: Any) -> Any:
        reported = real(self, events, now)
        self._acknowledgements += [
            scheduler.Acknowledgement(holder=event.holder, seq=event.seq) for event, _ in reported
        ]
        return reported

    return take


def _any_revision(_real: Any) -> Any:
    def move(tables: Any, before: Any, after: Any) -> bool:
        instances = tables.instances.get(before.run, {})
        if before.ref not in instances:
            return False
        instances[before.ref] = after
        return True

    return move


def _any_attempt(_real: Any) -> Any:
    def current(self: Any, attempt: Any) -> Any:
        row = self.tables.attempts.get(attempt)
        return self.tables.instances[row.key.run].get(row.key.ref) if row is not None else None

    return current


def _stays_open(real: Any) -> Any:
    def end_attempt(tables: Any, command: Any) -> bool:
        took: bool = real(tables, command)
        if took and command.after.state is TaskState.SKIPPED:
            tables.open_attempts[command.attempt] = None
        return took

    return end_attempt


def _ended_how(stack: ExitStack) -> None:
    how = dict(memory_apply._HOW)  # noqa: SLF001 - a planted bug
    for kind, real in how.items():
        if kind.__name__ == "EndAttempt":
            how[kind] = _stays_open(real)
    stack.enter_context(patch.object(memory_apply, "_HOW", how))


def _almost_done(_real: Any) -> Any:
    def unfinished(self: Any) -> int:
        left = sum(self.counts[s] for s in TaskState if s not in FINISHED)
        return 0 if left == 1 else left

    return property(unfinished)


MUTANTS: Mapping[str, Plant] = MappingProxyType(
    {
        "lost_wake_up": _instead(admit.Book, "_unpark", _nothing),
        "lost_timer": _instead(run_view.RunView, "first_timer", _nothing),
        "resync_finds_nothing": _instead(
            planner.Planner, "differing", lambda _real: lambda _self, _stored: []
        ),
        "slot_leak_in_memory": _instead(admit.Book, "release", _nothing),
        "slot_leak_in_store": _ended_how,
        "stale_revision_accepted": _instead(memory_apply, "_move", _any_revision),
        "stale_write_accepted": _instead(memory_store.MemoryStore, "_current", _any_attempt),
        "double_dispatch": _instead(fleet.Fleet, "submit", _to_everybody),
        "wrong_trigger_rule": _instead(trigger_rules, "RULES", _skips_pass),
        "order_broken": _instead(run_view.RunView, "seen", _does_not_wait),
        "missed_retry": _instead(report, "_after_failure", _no_retry),
        "retry_beyond_limit": _instead(report, "_after_failure", _one_more_retry),
        "limit_off_by_one": _instead(admit, "claims", _wider_claims),
        "max_active_runs_off_by_one": _instead(planner.Planner, "_startable", _one_more_run),
        "dispatch_before_commit": _instead(scheduler.Scheduler, "_commit", _sends_first),
        "acknowledge_before_commit": _instead(scheduler.Scheduler, "_take", _says_done_first),
        "lease_not_renewed": _instead(leases.Leases, "_renew", _nothing),
        "kill_not_sent": _instead(dispatch.Dispatch, "_kill", _nothing),
        "lost_callback": _instead(outbox.Outbox, "put", _nothing),
        "callback_not_owed": _instead(callbacks, "of_run", _nothing),
        "run_ends_too_early": _instead(run_view.RunView, "unfinished", _almost_done),
    }
)
"""By name; each is planted for the length of a hunt and taken out again."""


@contextmanager
def planted(name: str) -> Iterator[None]:
    """The engine with this bug in it."""
    with ExitStack() as stack:
        MUTANTS[name](stack)
        yield


def hunt(name: str, seeds: Iterable[int]) -> Catch:
    """Plays seeds until one of them catches the planted bug."""
    tried = 0
    with planted(name):
        for seed in seeds:
            tried += 1
            broken = simulate(seed).broken
            if broken is not None:
                return Catch(name, tried, broken.rule, broken.words)
    return Catch(name, tried, None, "")

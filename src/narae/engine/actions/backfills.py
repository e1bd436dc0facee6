"""Backfills, as users make, hold and end them."""

from datetime import datetime
from typing import Any

import msgspec

from narae.core.commands import ChangeRun, Command, PutBackfill
from narae.core.decide.backfill import plan_backfill
from narae.core.run import Backfill, BackfillState, Reprocess
from narae.core.spec import Value
from narae.core.states import RunState
from narae.core.wire import Wake
from narae.engine.actions.act import Act, find_dag
from narae.engine.actions.checks import check_moment
from narae.engine.actions.trigger import check_conf
from narae.engine.apply import apply
from narae.engine.errors import Conflict, Invalid, NotFound
from narae.engine.ports import RunQuery


class BackfillWish(Value, frozen=True, kw_only=True):
    """What somebody who asks for a backfill says of it."""

    start: datetime
    end: datetime
    conf: dict[str, Any] = {}
    reprocess: Reprocess = Reprocess.NONE
    backwards: bool = False
    max_active_runs: int = 10
    latest_code: bool = False
    """Runs that are run again move to the DAG's latest code; new ones have it anyway."""


def list_(act: Act, dag_id: str | None = None, *, active_only: bool = False) -> list[Backfill]:
    """Backfills, of one DAG or of all, oldest first. Raises NotFound (DAG)."""
    if dag_id is not None:
        find_dag(act.store, dag_id)
    found = act.store.backfills(active_only=active_only)
    return [each for each in found if dag_id is None or each.dag_id == dag_id]


def plan(act: Act, dag_id: str, wish: BackfillWish) -> Backfill:
    """The dry run: every run, and why some are left out. Nothing is written."""
    return _planned(act, dag_id, wish, id_=0)


def create(act: Act, dag_id: str, wish: BackfillWish) -> Backfill:
    """Makes a backfill. Raises NotFound, Invalid or Conflict (one of this DAG is open)."""
    for other in act.store.backfills():
        if other.dag_id == dag_id:
            raise Conflict(f"{dag_id!r} has a backfill that is {other.state}: number {other.id}")
    backfill = _planned(act, dag_id, wish, id_=act.store.next_backfill_id())
    audit = act.audit("backfill_create", dag_id=dag_id, after=_told(backfill), backfill=backfill.id)
    apply(act.store, [PutBackfill(backfill=backfill), audit], now=act.now)
    act.notifier.wake(Wake(backfills=(backfill.id,)))
    return backfill


def _planned(act: Act, dag_id: str, wish: BackfillWish, *, id_: int) -> Backfill:
    dag = find_dag(act.store, dag_id)
    spec = act.store.spec(dag.spec_id)
    check_conf(spec, wish.conf)
    check_moment("start", wish.start)
    check_moment("end", wish.end)
    if wish.end < wish.start:
        raise Invalid("end", f"{wish.end.isoformat()} is before the start")
    try:
        return plan_backfill(
            id=id_,
            spec=spec,
            dag=dag,
            start=wish.start,
            end=wish.end,
            existing=act.store.runs(RunQuery(dag_id=dag_id, since=wish.start, until=wish.end)),
            reprocess=wish.reprocess,
            backwards=wish.backwards,
            conf=wish.conf,
            max_active_runs=wish.max_active_runs,
            latest_code=wish.latest_code,
            now=act.now,
            planned=act.store.planned(dag_id),
        )
    except ValueError as error:
        raise Invalid("backfill", str(error)) from None


def find(act: Act, backfill_id: int) -> Backfill:
    """The backfill; NotFound."""
    for each in act.store.backfills(active_only=False):
        if each.id == backfill_id:
            return each
    raise NotFound("backfill", str(backfill_id))


def pause(act: Act, backfill_id: int) -> Backfill:
    """No further run of it starts; those that run go on."""
    return _move(act, backfill_id, BackfillState.RUNNING, BackfillState.PAUSED)


def unpause(act: Act, backfill_id: int) -> Backfill:
    """It goes on."""
    return _move(act, backfill_id, BackfillState.PAUSED, BackfillState.RUNNING)


def cancel(act: Act, backfill_id: int) -> Backfill:
    """It ends: its queued runs fail, those that run go on."""
    backfill = find(act, backfill_id)
    if backfill.ended_at is not None:
        raise Conflict(f"backfill {backfill_id} has ended already: {backfill.state}")
    after = msgspec.structs.replace(backfill, state=BackfillState.CANCELLED, ended_at=act.now)
    queued = act.store.runs(
        RunQuery(dag_id=backfill.dag_id, backfill_id=backfill_id, states=(RunState.QUEUED,))
    )
    changes: list[Command] = [
        ChangeRun(
            before=run,
            after=msgspec.structs.replace(
                run,
                state=RunState.FAILED,
                ended_at=act.now,
                reason="backfill_cancelled",
                revision=run.revision + 1,
            ),
        )
        for run in queued
    ]
    audit = act.audit(
        "backfill_cancel",
        dag_id=backfill.dag_id,
        before={"state": backfill.state.value, "queued_runs": len(queued)},
        after={"state": after.state.value},
        backfill=backfill_id,
    )
    apply(act.store, [PutBackfill(backfill=after), *changes, audit], now=act.now)
    runs = tuple(run.uid for run in queued)
    act.notifier.wake(Wake(backfills=(backfill_id,), runs=runs))
    return after


def _move(act: Act, backfill_id: int, before: BackfillState, after: BackfillState) -> Backfill:
    backfill = find(act, backfill_id)
    if backfill.state is after:
        return backfill
    if backfill.state is not before:
        raise Conflict(f"backfill {backfill_id} is {backfill.state}, not {before}")
    changed = msgspec.structs.replace(backfill, state=after)
    audit = act.audit(
        f"backfill_{after}",
        dag_id=backfill.dag_id,
        before={"state": before.value},
        after={"state": after.value},
        backfill=backfill_id,
    )
    apply(act.store, [PutBackfill(backfill=changed), audit], now=act.now)
    act.notifier.wake(Wake(backfills=(backfill_id,)))
    return changed


def _told(backfill: Backfill) -> dict[str, Any]:
    """For the audit row: what it is to do."""
    return {
        "start": backfill.start.isoformat(),
        "end": backfill.end.isoformat(),
        "reprocess": backfill.reprocess.value,
        "backwards": backfill.backwards,
        "max_active_runs": backfill.max_active_runs,
        "latest_code": backfill.latest_code,
        "runs": sum(run.skip_reason is None for run in backfill.planned),
    }

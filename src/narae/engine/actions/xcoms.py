"""XComs that people write by hand. What belongs to an open attempt is written by it alone."""

from typing import Any

import msgspec

from narae.core.clear import touch
from narae.core.codec import encode_json
from narae.core.commands import Audit, ChangeTask, ChangeXCom, Command
from narae.core.decide.newer_code import words_of
from narae.core.ids import TaskRef
from narae.core.reports import XComValue
from narae.core.requests import GetXCom
from narae.core.run import Instance
from narae.core.run_view import RunView
from narae.core.wire import Wake
from narae.engine.actions.act import Act, find_run, refs_of, view_of
from narae.engine.actions.checks import check_text
from narae.engine.errors import AlreadyExists, Conflict, Invalid, NotFound

KEY_LENGTH_MAX = 512
VALUE_BYTES_MAX = 4 * 1024 * 1024
ENVELOPE = "__type__"
"""Marks, in stored XComs, what JSON does not know; see ``runtime.xcom_codec``."""


def create(act: Act, dag_id: str, run_id: str, ref: TaskRef, key: str, value: Any) -> None:
    """A new XCom of an instance. ``value`` is what JSON knows.

    Raises NotFound (run, task, instance), AlreadyExists, Invalid, or Conflict while it runs.
    """
    _put(act, _Place(dag_id=dag_id, run_id=run_id, ref=ref, key=key), value, new=True)


def update(act: Act, dag_id: str, run_id: str, ref: TaskRef, key: str, value: Any) -> None:
    """Another value for one that there is. Raises the same, and NotFound (XCom)."""
    _put(act, _Place(dag_id=dag_id, run_id=run_id, ref=ref, key=key), value, new=False)


def delete(act: Act, dag_id: str, run_id: str, ref: TaskRef, key: str) -> None:
    """Takes it away. Raises NotFound (run, task, instance, XCom) or Conflict while it runs."""
    place = _Place(dag_id=dag_id, run_id=run_id, ref=ref, key=key)

    def decide() -> tuple[list[Command], Audit, None]:
        view, instance, size = _look(act, place)
        if size is None:
            raise _missing(place)
        audit = _audit(act, "delete_xcom_entry", place, before=size, after=None)
        return _commands(act, view, instance, place, existed=True, after=None), audit, None

    act.write(decide, wake=Wake(runs=(find_run(act.store, dag_id, run_id).uid,)))


class _Place(msgspec.Struct, frozen=True, kw_only=True):
    dag_id: str
    run_id: str
    ref: TaskRef
    key: str


def _put(act: Act, place: _Place, value: Any, *, new: bool) -> None:
    check_text("key", place.key, length_min=1, length_max=KEY_LENGTH_MAX)
    after = _encoded(place.key, value)

    def decide() -> tuple[list[Command], Audit, None]:
        view, instance, size = _look(act, place)
        if new and size is not None:
            words = f"{_words(place)} has an XCom {place.key!r} already"
            raise AlreadyExists("XCom", place.key, words)
        if not new and size is None:
            raise _missing(place)
        what = "create_xcom_entry" if new else "update_xcom_entry"
        audit = _audit(act, what, place, before=size, after=len(after.value))
        return _commands(act, view, instance, place, existed=not new, after=after), audit, None

    act.write(decide, wake=Wake(runs=(find_run(act.store, place.dag_id, place.run_id).uid,)))


def _look(act: Act, place: _Place) -> tuple[RunView, Instance, int | None]:
    """The run, the instance, and the size of the XCom that is there."""
    view = view_of(act.store, find_run(act.store, place.dag_id, place.run_id))
    ref = refs_of(view, place.ref.task_id, [place.ref.map_index])[0]
    instance = view.instances[ref]
    if instance.attempt is not None:
        words = f"{_words(place)} is {instance.state.value}, and its attempt writes its XComs"
        raise Conflict(f"{words}: let it end first")
    query = GetXCom(
        dag_id=place.dag_id,
        run_id=place.run_id,
        task_ids=(ref.task_id,),
        key=place.key,
        map_indexes=(ref.map_index,),
    )
    rows = act.store.xcoms(query)
    return view, instance, len(rows[0].value) if rows else None


def _commands(
    act: Act,
    view: RunView,
    instance: Instance,
    place: _Place,
    *,
    existed: bool,
    after: XComValue | None,
) -> list[Command]:
    """The XCom, and its length with the instance where something is mapped over it."""
    change = ChangeXCom(of=instance.key, key=place.key, existed=existed, after=after, at=act.now)
    task = view.graph.tasks.get(instance.task_id)
    if task is None or place.key not in task.mapped_over:
        return [change]
    lengths = {key: length for key, length in instance.lengths.items() if key != place.key}
    if after is not None and after.length is not None:
        lengths[place.key] = after.length
    renewed = msgspec.structs.replace(instance, lengths=lengths, revision=instance.revision + 1)
    return [touch(view.run), ChangeTask(before=instance, after=renewed), change]


def _encoded(key: str, value: Any) -> XComValue:
    if _holds_envelope(value):
        words = f"an object with the key {ENVELOPE!r} stands for a type: only tasks write those"
        raise Invalid("value", words)
    try:
        data = encode_json(value)
    except (TypeError, ValueError, RecursionError) as error:
        raise Invalid("value", f"JSON can't hold it: {error}") from None
    if len(data) > VALUE_BYTES_MAX:
        raise Invalid("value", f"has {len(data)} bytes, more than {VALUE_BYTES_MAX}")
    length = len(value) if isinstance(value, list | dict) else None
    return XComValue(key=key, value=data, length=length)


def _holds_envelope(value: Any) -> bool:
    """Whether some object within says of itself that it is of a type."""
    rest = [value]
    while rest:
        part = rest.pop()
        if isinstance(part, dict):
            if ENVELOPE in part:
                return True
            rest += part.values()
        elif isinstance(part, list):
            rest += part
    return False


def _words(place: _Place) -> str:
    return f"{words_of([place.ref])} of {place.run_id!r}"


def _missing(place: _Place) -> NotFound:
    return NotFound(f"XCom of {_words(place)}", place.key)


def _audit(act: Act, what: str, place: _Place, *, before: int | None, after: int | None) -> Audit:
    """Sizes only: a value may be secret."""
    return act.audit(
        what,
        dag_id=place.dag_id,
        run_id=place.run_id,
        ref=place.ref,
        before=None if before is None else {"key": place.key, "bytes": before},
        after=None if after is None else {"key": place.key, "bytes": after},
        of_previous=True,
    )

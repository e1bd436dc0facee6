"""Reading and writing XComs from inside an attempt."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, overload

from narae.core.masking import MASK, Masker
from narae.core.reports import XComValue
from narae.core.requests import GetXCom, PushXCom, XComRow
from narae.core.workload import Workload
from narae.runtime.client import Client
from narae.runtime.secrets import MASKER
from narae.runtime.xcom_codec import decode, encode, length_of

RETURN_KEY = "return_value"
NAMED_BYTES_MAX = 64 * 1024
"""A longer XCom is not looked through for names that give secrets away."""


class XComSequence(Sequence[Any]):
    """The XComs of a mapped task, in the order of their paths; fetched when first looked at.

    Reads like a list, compares with one, and is stored as one.
    """

    def __init__(self, fetch: Callable[[], Iterable[XComRow]]) -> None:
        self._fetch = fetch
        self._rows: list[XComRow] | None = None

    @property
    def rows(self) -> list[XComRow]:
        """The rows behind it."""
        if self._rows is None:
            self._rows = list(self._fetch())
        return self._rows

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Any]:
        return (decode(row.value) for row in self.rows)

    @overload
    def __getitem__(self, index: int) -> Any: ...
    @overload
    def __getitem__(self, index: slice) -> list[Any]: ...
    def __getitem__(self, index: int | slice) -> Any:
        if isinstance(index, slice):
            return [decode(row.value) for row in self.rows[index]]
        return decode(self.rows[index].value)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Sequence) and not isinstance(other, str | bytes):
            return list(self) == list(other)
        return NotImplemented

    __hash__ = None  # type: ignore[assignment]  # as unhashable as the list that it stands for

    def __add__(self, other: Iterable[Any]) -> list[Any]:
        return [*self, *other]

    def __repr__(self) -> str:
        return repr(list(self))


def packed(key: str, value: Any) -> XComValue:
    """One XCom, ready to be sent."""
    text = encode(value)
    return XComValue(key=key, value=text, length=length_of(value), shown=shown_of(text))


def shown_of(text: bytes, masker: Masker = MASKER) -> bytes | None:
    """The JSON ``text`` as people may see it; None when there is nothing to hide."""
    plain = text.decode()
    named = len(text) <= NAMED_BYTES_MAX and masker.looks_secret(plain)
    if not named and not masker.spans(plain):
        return None
    masked = json.dumps(masker.mask_value(json.loads(plain)), ensure_ascii=False)
    if masker.spans(masked):  # a number that is a secret, or one that is over several values
        masked = json.dumps(MASK)
    return None if json.loads(masked) == json.loads(plain) else masked.encode()


def learned(rows: list[XComRow], masker: Masker = MASKER) -> list[XComRow]:
    """``rows``, now that what was hidden in them is masked here too."""
    for row in rows:
        if row.shown is not None:
            _learn(json.loads(row.value), json.loads(row.shown), masker)
    return rows


def _learn(value: Any, shown: Any, masker: Masker) -> None:
    if isinstance(value, dict) and isinstance(shown, dict):
        for key, part in value.items():
            _learn(part, shown.get(key, MASK), masker)
    elif isinstance(value, list) and isinstance(shown, list) and len(value) == len(shown):
        for part, other in zip(value, shown, strict=True):
            _learn(part, other, masker)
    elif isinstance(value, str) and isinstance(shown, str) and shown != MASK:
        around = [re.escape(part) for part in shown.split(MASK)]
        hidden = re.fullmatch("(.+?)".join(around), value, re.DOTALL)
        masker.add(list(hidden.groups()) if hidden else value)
    elif value != shown:
        masker.add(value if isinstance(value, str | list | dict) else str(value))


class XComs:
    """The XComs that one attempt sees and makes."""

    def __init__(self, workload: Workload, client: Client, *, generation: int) -> None:
        self._workload = workload
        self._client = client
        self._generation = generation
        self.pushed_lengths: dict[str, int | None] = {}
        """Key -> length of what this attempt has pushed so far."""

    def push(self, key: str, value: Any) -> None:
        """Stores one XCom now."""
        xcom = packed(key, value)
        self._client.ask(PushXCom(xcom=xcom))
        self.pushed_lengths[key] = xcom.length

    def pull(  # noqa: PLR0913 - what xcom_pull takes, by name
        self,
        task_ids: str | Iterable[str] | None,
        *,
        key: str | None,
        dag_id: str | None,
        map_indexes: int | Iterable[int] | None,
        include_prior_dates: bool,
        default: Any,
        run_id: str | None = None,
    ) -> Any:
        """What ``ti.xcom_pull`` says (authoring facts, B8).

        One task id gives one value, or the sequence of a mapped task's values; several, or
        several map indexes, give a list.
        """
        many = not (task_ids is None or isinstance(task_ids, str))
        wanted = tuple(task_ids) if many else self._single(task_ids)  # type: ignore[arg-type]  # many says that it iterates
        spread = isinstance(map_indexes, Iterable)
        query = GetXCom(
            dag_id=dag_id or self._workload.run.dag_id,
            run_id=run_id or self._workload.run.run_id,
            task_ids=wanted,
            key=key or RETURN_KEY,
            map_indexes=_indexes(map_indexes),
            include_prior_dates=include_prior_dates,
        )
        rows = learned(self._client.ask(query))
        if many:
            return self._listed(rows, wanted, default)
        if spread:
            return [decode(row.value) for row in rows]
        return _single_value(rows, default, indexed=map_indexes is not None)

    def reference(self, task_id: str, key: str, *, shared: int, levels: int) -> Any:
        """What a reference in the DAG file stands for; raises LookupError when nothing is there.

        ``shared`` mapped groups are around both tasks, so their indices are those of this
        attempt; ``levels`` is how many indices the pushing task has in all. One value when the
        two agree, else the sequence over the levels that are not shared.
        """
        query = GetXCom(
            dag_id=self._workload.run.dag_id,
            run_id=self._workload.run.run_id,
            task_ids=(task_id,),
            key=key,
            path_prefix=self._workload.path[:shared],
        )
        if levels > shared:
            return XComSequence(lambda: learned(self._client.ask(query)))
        rows = learned(self._client.ask(query))
        if not rows:
            raise LookupError(task_id, key)
        return decode(rows[0].value)

    def _single(self, task_id: str | None) -> tuple[str, ...] | None:
        if task_id is not None:
            return (task_id,)
        return (self._workload.task_id,) if self._generation >= 3 else None  # noqa: PLR2004 - generation 3 pulls from itself

    def _listed(
        self, rows: list[XComRow], wanted: tuple[str, ...] | None, default: Any
    ) -> list[Any]:
        """Generation 2 leaves out what is not there, generation 3 fills in the default."""
        found = [decode(row.value) for row in rows]
        if self._generation < 3 or wanted is None:  # noqa: PLR2004 - see the docstring
            return found
        there = {row.task_id for row in rows}
        return [
            value
            for task_id in wanted
            for value in (
                [decode(row.value) for row in rows if row.task_id == task_id]
                if task_id in there
                else [default]
            )
        ]


def _indexes(map_indexes: int | Iterable[int] | None) -> tuple[int, ...] | None:
    if map_indexes is None:
        return None
    return (map_indexes,) if isinstance(map_indexes, int) else tuple(map_indexes)


def _single_value(rows: list[XComRow], default: Any, *, indexed: bool) -> Any:
    if not rows:
        return default
    if indexed or rows[0].map_index < 0:
        return decode(rows[0].value)
    same = [row for row in rows if row.task_id == rows[0].task_id and row.run_id == rows[0].run_id]
    return XComSequence(lambda: same)

"""What parsed files mean for the catalogue, decided without a database.

The rules: a ``dag_version`` only when a spec's canonical bytes changed; a file with failures
keeps its last good DAGs; the first file that gives a DAG id keeps it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from narae.core.codec import encode_json
from narae.core.ids import CodeVersion, digest
from narae.core.requests import GetTaskStates
from narae.core.run import DagRow
from narae.core.spec import DagSpec, ImportFailure, ParsedFile, Value
from narae.engine.ports import Catalogued


class Known(Value, frozen=True, kw_only=True):
    """A DAG as the catalogue has it."""

    row: DagRow
    spec_hash: str
    """Of its latest version."""


class Entry(Value, frozen=True, kw_only=True):
    """A DAG as the catalogue shall have it."""

    row: DagRow
    """Its ``spec_id`` is 0 where the store has yet to number a new version."""
    spec: DagSpec
    spec_json: bytes
    spec_hash: str
    planned: tuple[Any, ...]
    new: bool
    versioned: bool
    """Whether it needs a new ``dag_version``."""
    changed: bool
    """Whether people see a difference: a new spec, or it was stale."""


class FileEntry(Value, frozen=True, kw_only=True):
    """What becomes of one file."""

    parsed: ParsedFile
    entries: tuple[Entry, ...]
    failures: tuple[ImportFailure, ...]
    refused: dict[int, str]
    """Position in ``failures`` -> the DAG id that another file has."""
    stale: tuple[DagRow, ...]
    """Rows of DAGs that it no longer gives, made stale."""


def catalogue(
    files: Sequence[ParsedFile],
    known: Iterable[Known],
    *,
    folder: str,
    now: datetime,
    paused: bool,
) -> list[FileEntry]:
    """What is to be written. ``known`` holds the DAGs that ``files`` name or gave before."""
    world = {k.row.dag_id: k for k in known}
    answer = []
    for parsed in files:
        entry = _file_entry(parsed, world, folder=folder, now=now, paused=paused)
        for dag in entry.entries:
            world[dag.row.dag_id] = Known(row=dag.row, spec_hash=dag.spec_hash)
        for row in entry.stale:
            world[row.dag_id] = Known(row=row, spec_hash=world[row.dag_id].spec_hash)
        answer.append(entry)
    return answer


def _file_entry(
    parsed: ParsedFile, world: Mapping[str, Known], *, folder: str, now: datetime, paused: bool
) -> FileEntry:
    entries: list[Entry] = []
    failures = list(parsed.failures)
    refused: dict[int, str] = {}
    for spec in parsed.dags:
        known = world.get(spec.dag_id)
        if known is not None and _belongs_elsewhere(known.row, folder=folder, file=parsed.file):
            refused[len(failures)] = spec.dag_id
            failures.append(_duplicate(spec, known.row, folder=folder, file=parsed.file))
            continue
        entries.append(_entry(spec, known, parsed, folder=folder, now=now, paused=paused))
    given = {entry.row.dag_id for entry in entries}
    missing = (
        k.row
        for k in world.values()
        if k.row.folder == folder and k.row.file == parsed.file and k.row.dag_id not in given
    )
    return FileEntry(
        parsed=parsed,
        entries=tuple(entries),
        failures=tuple(failures),
        refused=refused,
        stale=() if parsed.failures else made_stale(missing),
    )


def freed(entries: Iterable[FileEntry]) -> list[str]:
    """DAG ids that no file has any more."""
    return [row.dag_id for entry in entries for row in entry.stale]


def catalogued(entries: Sequence[FileEntry], contested: Iterable[tuple[str, str]]) -> Catalogued:
    """What recording these changed."""
    dags = [dag for entry in entries for dag in entry.entries]
    return Catalogued(
        new=tuple(d.row.dag_id for d in dags if d.new),
        changed=tuple(d.row.dag_id for d in dags if d.changed and not d.new),
        seen=tuple(d.row.dag_id for d in dags if not d.changed and not d.new),
        stale=tuple(freed(entries)),
        contested=tuple(contested),
    )


def made_stale(rows: Iterable[DagRow]) -> tuple[DagRow, ...]:
    """Those that are not stale yet, as stale rows, by DAG id."""
    fresh = sorted((row for row in rows if not row.is_stale), key=lambda row: row.dag_id)
    return tuple(
        msgspec.structs.replace(row, is_stale=True, revision=row.revision + 1) for row in fresh
    )


def _belongs_elsewhere(row: DagRow, *, folder: str, file: str) -> bool:
    return not row.is_stale and (row.folder, row.file) != (folder, file)


def _duplicate(spec: DagSpec, row: DagRow, *, folder: str, file: str) -> ImportFailure:
    other = row.file if row.folder == folder else f"{row.folder}/{row.file}"
    words = (
        f"DAG id {spec.dag_id!r} in {file} is already taken by {other}; "
        "that file keeps it, so rename one of the two"
    )
    return ImportFailure(file=file, message=words)


def _entry(
    spec: DagSpec,
    known: Known | None,
    parsed: ParsedFile,
    *,
    folder: str,
    now: datetime,
    paused: bool,
) -> Entry:
    data = encode_json(spec)
    spec_hash = digest(data)
    versioned = known is None or known.spec_hash != spec_hash
    if known is None:
        asked = spec.is_paused_upon_creation
        row = DagRow(
            dag_id=spec.dag_id,
            file=parsed.file,
            folder=folder,
            spec_id=0,
            code_version=CodeVersion(parsed.code_version),
            is_paused=paused if asked is None else asked,
            parsed_at=now,
            must_spawn=parsed.must_spawn,
        )
    else:
        row = _renewed(known.row, parsed, folder=folder, now=now, versioned=versioned)
    return Entry(
        row=row,
        spec=spec,
        spec_json=data,
        spec_hash=spec_hash,
        planned=parsed.planned.get(spec.dag_id, ()),
        new=known is None,
        versioned=versioned,
        changed=versioned or (known is not None and known.row.is_stale),
    )


def _renewed(
    row: DagRow, parsed: ParsedFile, *, folder: str, now: datetime, versioned: bool
) -> DagRow:
    """Only a new ``parsed_at`` leaves the revision alone: no decision rests on it."""
    after = msgspec.structs.replace(
        row,
        file=parsed.file,
        folder=folder,
        spec_id=0 if versioned else row.spec_id,
        code_version=CodeVersion(parsed.code_version),
        is_stale=False,
        must_spawn=parsed.must_spawn,
    )
    revision = row.revision + (after != row)
    return msgspec.structs.replace(after, parsed_at=now, revision=revision)


def group_members(spec: DagSpec, group_id: str) -> frozenset[str]:
    """Ids of the tasks in a group, at any depth."""
    inside = {group_id}
    for group in spec.groups:  # parents come before their children
        if group.parent_id in inside:
            inside.add(group.group_id)
    return frozenset(task.task_id for task in spec.tasks if task.group_id in inside)


def state_label(task_id: str, map_index: int) -> str:
    """How :class:`narae.core.requests.GetTaskStates` names an instance."""
    return task_id if map_index < 0 else f"{task_id}[{map_index}]"


def asked_for(query: GetTaskStates, spec: Callable[[], DagSpec]) -> frozenset[str] | None:
    """The task ids that a question is about, None for all; ``spec`` is asked only for a group."""
    if query.task_ids is None and query.group_id is None:
        return None
    members = group_members(spec(), query.group_id) if query.group_id is not None else frozenset()
    return members | frozenset(query.task_ids or ())

"""The versions of a DAG's code: which there were, what stood in them, how they differ."""

import ast
import difflib
import io
import zipfile
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from narae.code_store import CodeStore
from narae.core.ids import CodeVersion
from narae.core.run import Run
from narae.core.spec import Value
from narae.engine.actions import find_dag
from narae.engine.errors import NotFound
from narae.engine.ports import RunQuery, Store

IMPORT_ROOTS = ("", "plugins/", "config/")
"""Folders within a DAG folder that its files may import from."""
PREFIX_MIN = 4
"""A code version may be named by so many of its first characters."""


class DagVersion(Value, frozen=True, kw_only=True):
    """One spec in one code version."""

    number: int
    """From 1, in the order of their coming."""
    spec_id: int
    code_version: CodeVersion
    file: str
    """Of the DAG, relative to its folder."""
    since: datetime
    """When it was first parsed, or first run."""
    spec_changed: bool
    """False: only the code of the folder did."""
    runs: int = 0


def versions_of(store: Store, dag_id: str) -> list[DagVersion]:
    """All versions on record, oldest first; NotFound names the nearest DAG.

    Code versions without a new spec are known from the runs that used them, and from the DAG
    as it is now.
    """
    row = find_dag(store, dag_id)
    found: dict[tuple[int, CodeVersion], tuple[datetime, bool]] = {
        (spec_id, code): (since, True) for spec_id, code, since in store.dag_versions(dag_id)
    }
    counts: dict[tuple[int, CodeVersion], int] = {}
    seen = [(_key(run), run.queued_at) for run in store.runs(RunQuery(dag_id=dag_id))]
    for key, _ in seen:
        counts[key] = counts.get(key, 0) + 1
    for key, at in sorted(seen, key=lambda pair: pair[1]):
        found.setdefault(key, (at, False))
    found.setdefault((row.spec_id, row.code_version), (row.parsed_at, False))
    files = {spec_id: store.spec(spec_id).file for spec_id in {key[0] for key in found}}
    ordered = sorted(found.items(), key=lambda item: (item[1][0], item[0][0]))
    return [
        DagVersion(
            number=number,
            spec_id=spec_id,
            code_version=code,
            file=files[spec_id] or row.file,
            since=since,
            spec_changed=spec_changed,
            runs=counts.get((spec_id, code), 0),
        )
        for number, ((spec_id, code), (since, spec_changed)) in enumerate(ordered, start=1)
    ]


def _key(run: Run) -> tuple[int, CodeVersion]:
    return run.spec_id, run.code_version


def find_version(versions: Sequence[DagVersion], dag_id: str, text: str) -> DagVersion:
    """The version of that number (``2``), or of a code version that begins so.

    The latest of several that share their code. NotFound names the numbers that there are.
    """
    for version in reversed(versions):
        if text == str(version.number):
            return version
    for version in reversed(versions):
        if len(text) >= PREFIX_MIN and version.code_version.startswith(text):
            return version
    known = f"{versions[0].number} to {versions[-1].number}" if versions else "none"
    raise NotFound(f"version of {dag_id} (there are {known})", text)


# -- content --------------------------------------------------------------------------------


def source_of(code: CodeStore, version: str, path: str) -> str | None:
    """The text of one file of a code version, also within a zip; None when it is not there."""
    archive, inside, inner = path.partition(".zip/")
    if not inside:
        return _text(code.read(version, path))
    packed = code.read(version, f"{archive}.zip")
    if packed is None:
        return None
    try:
        with zipfile.ZipFile(io.BytesIO(packed)) as opened:
            return _text(opened.read(inner))
    except (KeyError, zipfile.BadZipFile):
        return None


def _text(content: bytes | None) -> str | None:
    return None if content is None else content.decode("utf-8", "replace")


def files_of(code: CodeStore, version: str, file: str) -> dict[str, str]:
    """A DAG's file and every module of its folder that it imports, however deep: path -> text.

    As the import statements tell; nothing is run.
    """
    manifest = code.manifest(version) or {}
    found: dict[str, str] = {}
    waiting = [file]
    while waiting:
        path = waiting.pop()
        text = None if path in found else source_of(code, version, path)
        if text is None:
            continue
        found[path] = text
        waiting += [p for p in _imports(text, path) if p in manifest and p not in found]
    return found


def _imports(text: str, path: str) -> Iterator[str]:
    """Paths that the import statements of a file may mean."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield from _places(alias.name, IMPORT_ROOTS)
        elif isinstance(node, ast.ImportFrom):
            roots = IMPORT_ROOTS if not node.level else (_above(path, node.level),)
            module = f"{node.module}." if node.module else ""
            for alias in node.names:
                yield from _places(module + alias.name, roots)


def _above(path: str, level: int) -> str:
    folders = path.split("/")[:-level]
    return "".join(f"{folder}/" for folder in folders)


def _places(dotted: str, roots: Sequence[str]) -> Iterator[str]:
    parts = dotted.split(".")
    for root in roots:
        for length in range(1, len(parts) + 1):
            stem = root + "/".join(parts[:length])
            yield f"{stem}.py"
            yield f"{stem}/__init__.py"


def difference(code: CodeStore, before: DagVersion, after: DagVersion) -> list[str]:
    """Unified diff of the DAG's file and its local imports; [] when they are equal."""
    old = files_of(code, before.code_version, before.file)
    new = files_of(code, after.code_version, after.file)
    if before.file != after.file and before.file in old and after.file in new:
        old[after.file] = old.pop(before.file)  # the file was renamed
    lines: list[str] = []
    for path in sorted(old.keys() | new.keys()):
        lines += difflib.unified_diff(
            old.get(path, "").splitlines(),
            new.get(path, "").splitlines(),
            f"{path} (version {before.number})" if path in old else "/dev/null",
            f"{path} (version {after.number})" if path in new else "/dev/null",
            lineterm="",
        )
    return lines


def is_known(code: CodeStore, version: DagVersion) -> bool:
    """Whether the version's code can still be read."""
    return source_of(code, version.code_version, version.file) is not None


def shown(version: DagVersion, *, what: str) -> dict[str, Any]:
    """A row of a list of versions."""
    return {
        "version": version.number,
        "code_version": version.code_version[:12],
        "since": version.since,
        "what": what,
        "file": version.file,
        "runs": version.runs,
    }

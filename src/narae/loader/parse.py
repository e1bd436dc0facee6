"""Parses one DAG file in the process that it is called in: what a parse child does.

Whatever the file does wrong becomes an :class:`ImportFailure`; nothing is raised.
"""

import os
import socket
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from narae.authoring import parsing
from narae.authoring.compile import compile_dag
from narae.core.spec import DagSpec, ImportFailure, ParsedFile
from narae.core.timetables.spec import Custom, PlannedRun
from narae.loader.failures import failure_of
from narae.loader.footprint import Footprint, leftover_threads, memory_peak_bytes
from narae.loader.planned import custom_timetable, plan_custom
from narae.loader.values import ParseDone, ParseJob
from narae.runtime.asking import asking, masked
from narae.runtime.load import dags_of, load_file

WARNINGS_MAX = 50
LACKING = (ModuleNotFoundError, FileNotFoundError, NotADirectoryError)


def parse(
    job: ParseJob, *, sock: socket.socket, now: Callable[[], float] = time.monotonic
) -> ParseDone:
    """Imports the file of ``job`` and compiles its DAGs. ``sock`` is where the file may ask.

    Leaves the file's modules behind in this process: call it in a process made for it.
    """
    started = now()
    footprint = Footprint.begin(Path(job.root), beside=job.beside)
    failures: list[ImportFailure] = []
    dags: dict[str, Any] = {}
    specs: dict[str, DagSpec] = {}
    planned: dict[str, tuple[PlannedRun, ...]] = {}
    lacks = False
    with warnings.catch_warnings(record=True) as caught, asking(sock) as asked:
        warnings.simplefilter("default")
        try:
            module = load_file(Path(job.root, job.file), job.root)
        except BaseException as error:  # noqa: BLE001 - the file may raise anything at all
            failures.append(failure_of(error, job))
            lacks = isinstance(error, LACKING)
        else:
            for dag in dags_of(module):
                _compile(dag, job, dags, specs, failures)
        for dag_id, spec in specs.items():
            if isinstance(spec.timetable, Custom):
                _plan(dags[dag_id], spec, job, planned, failures)
    threads = leftover_threads()
    remarks = [*parsing.current().notices, *_own_warnings(caught, Path(job.root))]
    return ParseDone(
        id=job.id,
        lacks=lacks,
        borrowed=_borrowed(dags, job, footprint),
        parsed=ParsedFile(
            file=job.file,
            code_version=job.code_version,
            file_hash=job.file_hash,
            dags=tuple(specs.values()),
            failures=tuple(_masked(failure) for failure in failures),
            warnings=tuple(
                masked(words)
                for words in dict.fromkeys([*remarks[:WARNINGS_MAX], *_thread_words(threads)])
            ),
            imports=footprint.files(besides=job.file),
            variables=tuple(sorted(asked.variables)),
            connections=tuple(sorted(asked.connections)),
            planned=planned,
            must_spawn=bool(threads),
            parse_seconds=round(now() - started, 6),
            memory_peak_bytes=memory_peak_bytes(),
        ),
    )


def _masked(failure: ImportFailure) -> ImportFailure:
    """Without the secrets that the file was given."""
    return msgspec.structs.replace(
        failure, message=masked(failure.message), traceback=masked(failure.traceback)
    )


def _compile(
    dag: Any,
    job: ParseJob,
    dags: dict[str, Any],
    specs: dict[str, DagSpec],
    failures: list[ImportFailure],
) -> None:
    try:
        spec = compile_dag(dag, file=job.file)
    except BaseException as error:  # noqa: BLE001 - user code runs in here too (timetables, params)
        failures.append(failure_of(error, job))
        return
    if spec.dag_id in specs:
        failures.append(
            ImportFailure(
                file=job.file,
                line=getattr(dag, "line", None),
                message=f"two DAGs of this file have the id {spec.dag_id!r}; the first is kept",
            )
        )
        return
    dags[spec.dag_id] = dag
    specs[spec.dag_id] = spec


def _plan(
    dag: Any,
    spec: DagSpec,
    job: ParseJob,
    planned: dict[str, tuple[PlannedRun, ...]],
    failures: list[ImportFailure],
) -> None:
    timetable = custom_timetable(dag)
    if timetable is None:
        return
    try:
        planned[spec.dag_id] = plan_custom(timetable, spec, after=job.cursors.get(spec.dag_id))
    except BaseException as error:  # noqa: BLE001 - a custom timetable is user code
        failures.append(failure_of(error, job, doing=f"planning the runs of {spec.dag_id}"))


def _borrowed(dags: dict[str, Any], job: ParseJob, footprint: Footprint) -> dict[str, str]:
    """DAGs that stand in a module of the folder that this file imported."""
    own = f"{job.root}/{job.file}"
    places = {
        id(value): place
        for place, module in footprint.modules().items()
        if place != own
        for value in vars(module).values()
    }
    return {
        dag_id: os.path.relpath(places[id(dag)], job.root)
        for dag_id, dag in dags.items()
        if id(dag) in places
    }


def _own_warnings(caught: list[warnings.WarningMessage], root: Path) -> list[str]:
    found = []
    for warning in caught:
        if not warning.filename.startswith(f"{root}/"):
            continue
        text = " ".join(str(warning.message).split())
        where = os.path.relpath(warning.filename, root)
        found.append(f"{where} line {warning.lineno}: {warning.category.__name__}: {text}")
    return found


def _thread_words(threads: list[str]) -> list[str]:
    if not threads:
        return []
    names = ", ".join(threads[:5])
    words = (
        f"importing this file leaves threads behind ({names}): its tasks run in new processes "
        "instead of forked ones and start more slowly"
    )
    return [words]


def settle() -> None:
    """Lets output out; for the end of a child that leaves without Python's own clean-up."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError, AttributeError):  # the file closed or replaced it
            continue

"""The code that a DAG's runs ran, and how it changed."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from narae.accounts.permissions import Action, Resource
from narae.api.call import Call
from narae.api.operation import V2, Needs, Query
from narae.api.routes import Routes
from narae.api.v2.dag_versions import find_version
from narae.api.view import View
from narae.code_store import CodeStore
from narae.core.ids import CodeVersion
from narae.core.spec_changes import SpecChanges, spec_changes
from narae.engine import actions
from narae.engine.errors import NotFound
from narae.engine.versions import PREFIX_MIN, DagVersion, difference, source_of
from narae.storage.queries import RunFilter, Slice

routes = Routes(V2, tag="Code")

READ = Needs(Resource.DAG_CODE, Action.READ)
_NUMBER_DIGITS_MAX = 9
_WHOLE = 64
"""Hexadecimal digits of a code version."""

Version = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=_WHOLE,
        pattern="^[0-9a-zA-Z]+$",
        description="The number of a version of the DAG, or a code version (`bundle_version`): "
        "whole, or of those that came with a version of the DAG, how it begins.",
    ),
]


class CodeView(View, frozen=True, kw_only=True):
    """The text of a DAG's file as it stood in one code version."""

    dag_id: str
    code_version: str
    version_number: int
    """Of the DAG; several code versions may share it."""
    relative_fileloc: str
    content: str


class PlaceView(View, frozen=True, kw_only=True):
    """One side of a difference."""

    code_version: str
    version_number: int
    created_at: datetime


class DiffView(View, frozen=True, kw_only=True):
    """What changed between two versions of a DAG."""

    dag_id: str
    before: PlaceView
    after: PlaceView
    code: str
    """Unified diff of the DAG's file and the modules of its folder that it imports."""
    spec: SpecChanges


class DiffQuery(Query, frozen=True, kw_only=True):
    """Between which versions."""

    before: Version = msgspec.field(name="from")
    after: Version = msgspec.field(name="to")


@routes.get("/dags/{dag_id}/code/{code_version}", needs=READ)
def get_dag_code(call: Call, dag_id: str, code_version: Version) -> CodeView:
    """The text of a DAG's file as it stood in one version."""
    return _view(call, dag_id, named_code(call, dag_id, code_version))


@routes.get("/dags/{dag_id}/dagRuns/{dag_run_id}/code", needs=READ)
def get_run_code(call: Call, dag_id: str, dag_run_id: str) -> CodeView:
    """The text of a DAG's file as a run runs it."""
    run = actions.find_run(call.store, dag_id, dag_run_id)
    return _view(call, dag_id, _code(call, dag_id, run.spec_id, run.code_version, run.queued_at))


@routes.get("/dags/{dag_id}/diff", needs=READ)
def diff_dag_versions(call: Call, dag_id: str, query: DiffQuery) -> DiffView:
    """What changed between two versions of a DAG: in its code, and in what it says."""
    before, after = (named_code(call, dag_id, text) for text in (query.before, query.after))
    lines = difference(CodeStore(call.around.home), before, after)
    return DiffView(
        dag_id=dag_id,
        before=_place(before),
        after=_place(after),
        code="".join(f"{line}\n" for line in lines),
        spec=spec_changes(call.spec(before.spec_id), call.spec(after.spec_id)),
    )


# -- which code -----------------------------------------------------------------------------


def latest_code(call: Call, dag_id: str) -> DagVersion:
    """As the DAG's file was last parsed."""
    row = actions.find_dag(call.store, dag_id)
    return _code(call, dag_id, row.spec_id, row.code_version, row.parsed_at)


def numbered_code(call: Call, dag_id: str, number: int) -> DagVersion:
    """With which a version of the DAG came; NotFound says which there are."""
    row = find_version(call, dag_id, number)
    return _code(call, dag_id, row.id, row.code_version, row.created_at)


def named_code(call: Call, dag_id: str, text: str) -> DagVersion:
    """See :data:`Version`; NotFound says what there is."""
    if text.isdecimal() and len(text) <= _NUMBER_DIGITS_MAX:
        return numbered_code(call, dag_id, int(text))
    row = actions.find_dag(call.store, dag_id)
    known = [(row.spec_id, row.code_version, row.parsed_at)]
    known += reversed(call.store.dag_versions(dag_id))
    for spec_id, version, since in known:
        if len(text) >= PREFIX_MIN and version.startswith(text):
            return _code(call, dag_id, spec_id, version, since)
    ran = RunFilter(dag_ids=(dag_id,), code_version=text)
    for found in call.queries.runs(ran, Slice(limit=1)).rows:
        run = found.run
        return _code(call, dag_id, run.spec_id, run.code_version, run.queued_at)
    raise NotFound(f"code version of {dag_id}", text, among=[version for _, version, _ in known])


def text_of(call: Call, dag_id: str, version: DagVersion) -> str:
    """The text of the DAG's file; NotFound when it is kept no more."""
    text = source_of(CodeStore(call.around.home), version.code_version, version.file)
    if text is None:
        raise NotFound(f"kept code of {dag_id}", f"{version.file} in {version.code_version}")
    return text


def _code(
    call: Call, dag_id: str, spec_id: int, code_version: CodeVersion, since: datetime
) -> DagVersion:
    numbered = call.queries.versions_by_id([spec_id]).get(spec_id)
    return DagVersion(
        number=numbered.number if numbered else 0,
        spec_id=spec_id,
        code_version=code_version,
        file=call.spec(spec_id).file or actions.find_dag(call.store, dag_id).file,
        since=since,
        spec_changed=True,
    )


def _view(call: Call, dag_id: str, version: DagVersion) -> CodeView:
    return CodeView(
        dag_id=dag_id,
        code_version=version.code_version,
        version_number=version.number,
        relative_fileloc=version.file,
        content=text_of(call, dag_id, version),
    )


def _place(version: DagVersion) -> PlaceView:
    return PlaceView(
        code_version=version.code_version, version_number=version.number, created_at=version.since
    )

"""Which version of a DAG something belongs to: ``DagVersionResponse`` of Airflow 3."""

import hashlib
from collections.abc import Iterable
from datetime import datetime

from narae.api.call import Call
from narae.api.v2.dag_views import BUNDLE
from narae.api.view import View
from narae.storage.queries import VersionRow

VERSIONS_KEPT = 20_000


class VersionView(View, frozen=True, kw_only=True):
    """``DagVersionResponse``."""

    id: str
    version_number: int
    dag_id: str
    bundle_name: str | None = BUNDLE
    bundle_version: str | None = None
    created_at: datetime
    dag_display_name: str
    bundle_url: str | None = None


def stable_uuid(*names: object) -> str:
    """The same UUID for the same names: Airflow's clients want one where Narae has a key.

    >>> stable_uuid("dag_version", 3) == stable_uuid("dag_version", 3)
    True
    """
    text = "\0".join(map(str, names)).encode("utf-8", "surrogatepass")
    digest = hashlib.blake2b(text, digest_size=16).hexdigest()
    return f"{digest[:8]}-{digest[8:12]}-8{digest[13:16]}-8{digest[17:20]}-{digest[20:]}"


def versions_by_spec(call: Call, spec_ids: Iterable[int]) -> dict[int, VersionView]:
    """The versions that runs follow. A version never changes, so each is kept."""
    kept, wanted = call.around.versions, set(spec_ids)
    if missing := [spec_id for spec_id in wanted if spec_id not in kept]:
        if len(kept) >= VERSIONS_KEPT:
            kept.clear()
        kept |= call.queries.versions_by_id(missing)
    return {
        row.id: version_view(row, call.spec(row.id).display_name)
        for spec_id in wanted
        if (row := kept.get(spec_id)) is not None
    }


def version_view(row: VersionRow, display_name: str) -> VersionView:
    """A version as it is shown."""
    return VersionView(
        id=stable_uuid("dag_version", row.id),
        version_number=row.number,
        dag_id=row.dag_id,
        bundle_version=row.code_version or None,
        created_at=row.created_at,
        dag_display_name=display_name or row.dag_id,
    )

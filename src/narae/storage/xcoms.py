"""XComs and rendered template fields: what attempts leave for others to read."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from narae.core.codec import decode_json, encode_json
from narae.core.ids import AttemptId, RunUid, TaskRef
from narae.core.reports import XComValue
from narae.core.requests import GetXCom, XComRow
from narae.storage import statements as sql
from narae.storage.part import Part
from narae.storage.rows import path_of
from narae.storage.sealed import opened, xcom_parts
from narae.storage.tables import dag_run, rendered_fields, task_instance, xcom


class XComs(Part):
    """XComs and rendered fields. A write counts only from the instance's current attempt."""

    def xcoms(self, query: GetXCom) -> list[XComRow]:
        """See :class:`GetXCom`; of prior dates, each task's latest run that has any."""
        with self._database.reading() as connection:
            rows = connection.execute(_select(query)).all()
        if query.include_prior_dates:
            latest: dict[str, str] = {}
            for run_id, task_id, *_ in rows:  # the latest run comes first
                latest.setdefault(task_id, run_id)
            rows = [row for row in rows if latest[row[1]] == row[0]]
        answer = [
            XComRow(
                run_id=run_id,
                task_id=task_id,
                map_index=map_index,
                path=path_of(path),
                key=query.key,
                value=bytes(value) if sealed is None else self._opened(sealed, task_id, query.key),
                shown=None if sealed is None else bytes(value),
            )
            for run_id, task_id, map_index, path, value, sealed in rows
        ]
        prefix = query.path_prefix
        answer = [row for row in answer if row.path[: len(prefix)] == prefix]
        order = {task: place for place, task in enumerate(query.task_ids or ())}
        answer.sort(key=lambda r: (order.get(r.task_id, 0), r.task_id, r.path, r.map_index))
        return answer

    def _opened(self, sealed: str, task_id: str, key: str) -> bytes:
        return opened(sealed, self._vault, name=f"XCom {key!r} of {task_id!r}")

    def put_xcom(self, attempt: AttemptId, xcom: XComValue, *, at: datetime) -> bool:
        """False when the attempt is not the current one."""

        def put(connection: sa.Connection) -> bool:
            raw = self._database.raw(connection)
            values = (*xcom_parts(xcom, self._vault), raw.moment(at), attempt)
            return raw.one(sql.PUT_XCOM_IF_CURRENT, values) > 0

        return self._database.retried(put)

    def put_rendered(
        self, attempt: AttemptId, fields: Mapping[str, Any], label: str | None
    ) -> bool:
        """False when the attempt is not the current one."""
        values = (encode_json(dict(fields)).decode(), label, attempt)
        return self._database.retried(
            lambda connection: (
                self._database.raw(connection).one(sql.PUT_RENDERED_IF_CURRENT, values) > 0
            )
        )

    def rendered(self, run: RunUid, ref: TaskRef) -> dict[str, Any] | None:
        """The latest rendered template fields of an instance."""
        c = rendered_fields.c
        found = sa.select(c.fields).where(
            c.run == run, c.task_id == ref.task_id, c.map_index == ref.map_index
        )
        with self._database.reading() as connection:
            text = connection.execute(found).scalar_one_or_none()
        return None if text is None else decode_json(text, dict[str, Any])


def _select(query: GetXCom) -> sa.Select[Any]:
    r, x, i = dag_run.c, xcom.c, task_instance.c
    found = (
        sa.select(r.run_id, x.task_id, x.map_index, i.path, x.value, x.sealed)
        .join_from(dag_run, xcom, x.run == r.uid)
        .join(
            task_instance,
            sa.and_(i.run == x.run, i.task_id == x.task_id, i.map_index == x.map_index),
        )
        .where(r.dag_id == query.dag_id, x.key == query.key)
    )
    if query.include_prior_dates:
        asking = (
            sa.select(r.sort_at)
            .where(r.dag_id == query.dag_id, r.run_id == query.run_id)
            .scalar_subquery()
        )
        found = found.where(r.sort_at <= asking).order_by(r.sort_at.desc(), r.uid.desc())
    else:
        found = found.where(r.run_id == query.run_id)
    if query.task_ids is not None:
        found = found.where(x.task_id.in_(query.task_ids))
    if query.map_indexes is not None:
        found = found.where(x.map_index.in_(query.map_indexes))
    return found

"""Rendered template fields of the task instances of a page."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from narae.core.codec import decode_json
from narae.core.ids import TaskKey
from narae.storage import tables as t
from narae.storage.queries.conditions import among
from narae.storage.queries.reading import Reading

_F = t.rendered_fields.c


class RenderedQueries(Reading):
    """Each method is one read transaction."""

    def rendered(self, keys: Sequence[TaskKey]) -> dict[TaskKey, dict[str, Any]]:
        """The latest rendered fields of each instance that has any."""
        if not keys:
            return {}
        runs, names, indexes = (sorted(set(parts)) for parts in zip(*keys, strict=True))
        found = sa.select(_F.run, _F.task_id, _F.map_index, _F.fields).where(
            *among(_F.run, runs), *among(_F.task_id, names), *among(_F.map_index, indexes)
        )
        wanted = set(keys)
        with self._database.reading() as connection:
            rows = connection.execute(found).all()
        texts = {TaskKey(run, task_id, index): text for run, task_id, index, text in rows}
        return {
            key: decode_json(text, dict[str, Any]) for key, text in texts.items() if key in wanted
        }

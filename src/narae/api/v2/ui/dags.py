"""``/api/v2/ui/dags``: every DAG in one answer, for a list that is filtered where it is shown.

The rows come from the database as JSON and go out as they are.
"""

from typing import Annotated

import msgspec

from narae.accounts.permissions import Action, Resource
from narae.api.call import Call
from narae.api.operation import V2, Needs
from narae.api.routes import Routes
from narae.api.v2.ui import columns as c
from narae.api.view import View

routes = Routes(V2, tag="UI")

DagRows = Annotated[
    msgspec.Raw,
    c.rows(
        *(c.TEXT, c.TEXT, c.TEXT_OR_NULL, c.TEXTS, c.TEXTS, c.FLAG, c.FLAG, c.FLAG),
        *(c.TEXT, c.OBJECT, c.TEXT, c.MOMENT_OR_NULL),
        *(c.TEXT_OR_NULL, c.RUN_STATE_OR_NULL),
        *(c.MOMENT_OR_NULL, c.MOMENT_OR_NULL, c.MOMENT_OR_NULL),
        *(c.COUNT, c.COUNT, c.COUNT, c.TEXT),
        words="0 DAG id, 1 display name, 2 description (its first 200 characters), 3 owners, "
        "4 tags, 5 whether it is paused, 6 whether its file has an import error, 7 whether the "
        "caller likes it, 8 schedule as its author wrote it, 9 schedule as a value (by `type`: "
        "never, once, continuous, cron_interval, cron_trigger, delta_interval, delta_trigger, "
        "events, assets, assets_or_time, custom), 10 time zone, 11 next run after; of its latest "
        "run: 12 id, 13 state, 14 run after, 15 started, 16 ended; 17 runs that run, 18 runs "
        "that are queued, 19 runs at once at most, 20 file in the DAG folder. Moments are "
        "milliseconds since 1970 UTC.",
    ),
]


class DagTable(View, frozen=True, kw_only=True):
    """Every DAG that the caller may see, by id."""

    rows: DagRows


@routes.get("/ui/dags", needs=Needs(Resource.DAG, Action.READ), etag=True)
def get_ui_dags(call: Call) -> DagTable:
    """Every DAG that the caller may see, with its latest run, in rows."""
    rows = call.queries.dag_table(call.principal.username, visible=call.readable_dags())
    return DagTable(rows=rows)

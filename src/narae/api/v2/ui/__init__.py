"""``/api/v2/ui``: what the pages of the web UI read, each in one request.

Nothing here changes anything. Rows that there are many of come as arrays, so that a page of ten
thousand of them stays small; the document says what stands where.
"""

from narae.api.routes import Routes
from narae.api.v2.ui import (
    activity,
    calendar,
    config,
    confs,
    dag_activity,
    dags,
    dependencies,
    details,
    durations,
    gantt,
    home,
    instance,
    mapped,
    search,
)

NOUNS: tuple[Routes, ...] = (
    activity.routes,
    calendar.routes,
    config.routes,
    confs.routes,
    dag_activity.routes,
    dags.routes,
    dependencies.routes,
    details.routes,
    durations.routes,
    gantt.routes,
    home.routes,
    instance.routes,
    mapped.routes,
    search.routes,
)
"""The operations, page by page."""

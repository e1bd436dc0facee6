"""``/api/v2/dagTags``."""

from typing import Literal

from narae.accounts.permissions import Action, Resource
from narae.api.call import Call
from narae.api.fields import Limit, Offset
from narae.api.operation import V2, Needs, Query
from narae.api.patterns import Pattern, Prefix, begins_with, is_like, unaliased
from narae.api.routes import Routes
from narae.api.view import View

routes = Routes(V2, tag="DAG")


class TagQuery(Query, frozen=True, kw_only=True):
    """Which tags."""

    limit: Limit = 50
    offset: Offset = 0
    order_by: tuple[Literal["name", "-name"], ...] = ("name",)
    tag_name_pattern: Pattern | None = None
    tag_name_prefix_pattern: Prefix | None = None


class TagPage(View, frozen=True, kw_only=True):
    """Names of tags."""

    tags: list[str]
    total_entries: int


@routes.get("/dagTags", needs=Needs(Resource.DAG, Action.READ), etag=True)
def get_dag_tags(call: Call, query: TagQuery) -> TagPage:
    """The tags of all DAGs that are not stale, by name."""
    tags = [
        tag
        for tag in call.queries.tags(visible=call.readable_dags())
        if is_like(tag, unaliased(query.tag_name_pattern) or "")
        and begins_with(tag, query.tag_name_prefix_pattern or "")
    ]
    if query.order_by and query.order_by[0].startswith("-"):
        tags.reverse()
    part = tags[query.offset : query.offset + query.limit]
    return TagPage(tags=part, total_entries=len(tags))

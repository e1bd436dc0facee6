"""``/api/v1/config``."""

from starlette.responses import Response

from narae.accounts.permissions import Action, Resource
from narae.api.call import Call
from narae.api.config_view import Config, answered, config_of
from narae.api.fields import Name
from narae.api.operation import V1, Needs, Query
from narae.api.routes import Routes

routes = Routes(V1, tag="Config")

READ = Needs(Resource.CONFIG, Action.READ)
MEDIA = ("application/json", "text/plain")


class SectionQuery(Query, frozen=True, kw_only=True):
    """Which part."""

    section: Name | None = None


@routes.get("/config", needs=READ, media=MEDIA, errors=(404, 406))
def get_config(call: Call, query: SectionQuery) -> Config | Response:
    """Every option with its value, if ``webserver.expose_config`` allows it; secrets hidden."""
    return answered(call.request, config_of(call.settings, section=query.section), V1)


@routes.get("/config/section/{section}/option/{option}", needs=READ, media=MEDIA, errors=(406,))
def get_value(call: Call, section: str, option: str) -> Config | Response:
    """One option."""
    return answered(call.request, config_of(call.settings, section=section, option=option), V1)

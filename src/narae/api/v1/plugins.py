"""``/api/v1/plugins`` and ``/api/v1/providers``: there are none yet, and the lists say so."""

from typing import Any

from narae.accounts.permissions import Action, Resource
from narae.api.call import Call
from narae.api.operation import V1, Needs
from narae.api.routes import Routes
from narae.api.v1.paging import Paged
from narae.api.view import View

plugin_routes = Routes(V1, tag="Plugin")
provider_routes = Routes(V1, tag="Provider")


class PluginView(View, frozen=True, kw_only=True):
    """``PluginCollectionItem``."""

    name: str
    hooks: list[str]
    executors: list[str]
    macros: list[str]
    flask_blueprints: list[str]
    appbuilder_views: list[dict[str, Any]]
    appbuilder_menu_items: list[dict[str, Any]]
    global_operator_extra_links: list[str]
    operator_extra_links: list[str]
    source: str | None
    ti_deps: list[str]
    listeners: list[str]
    timetables: list[str]


class PluginPage(View, frozen=True, kw_only=True):
    """``PluginCollection``."""

    plugins: list[PluginView]
    total_entries: int


class ProviderView(View, frozen=True, kw_only=True):
    """``Provider``."""

    package_name: str
    description: str
    version: str


class ProviderPage(View, frozen=True, kw_only=True):
    """``ProviderCollection``."""

    providers: list[ProviderView]
    total_entries: int


@plugin_routes.get("/plugins", needs=Needs(Resource.PLUGIN, Action.READ))
def get_plugins(call: Call, query: Paged) -> PluginPage:
    """Plugins. Narae loads none yet: the list is empty."""
    del call, query
    return PluginPage(plugins=[], total_entries=0)


@provider_routes.get("/providers", needs=Needs(Resource.PROVIDER, Action.READ))
def get_providers(call: Call) -> ProviderPage:
    """Provider packages. Narae uses none yet: the list is empty."""
    del call
    return ProviderPage(providers=[], total_entries=0)

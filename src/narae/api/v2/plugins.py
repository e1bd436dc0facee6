"""``/api/v2/plugins`` and ``/api/v2/providers``: there are none yet, and the lists say so."""

import msgspec

from narae.accounts.permissions import Action, Resource
from narae.api.call import Call
from narae.api.fields import Limit, Offset
from narae.api.operation import V2, Needs, Query
from narae.api.routes import Routes

routes = Routes(V2, tag="Plugins and providers")


class PageQuery(Query, frozen=True, kw_only=True):
    """Which part."""

    limit: Limit = 50
    offset: Offset = 0


class PluginResponse(msgspec.Struct, frozen=True, kw_only=True):
    """One plugin."""

    name: str
    source: str


class PluginCollection(msgspec.Struct, frozen=True, kw_only=True):
    """Plugins."""

    plugins: tuple[PluginResponse, ...] = ()
    total_entries: int = 0


class PluginErrorResponse(msgspec.Struct, frozen=True, kw_only=True):
    """A plugin that can't be imported."""

    source: str
    error: str


class PluginErrorCollection(msgspec.Struct, frozen=True, kw_only=True):
    """Plugins that can't be imported."""

    import_errors: tuple[PluginErrorResponse, ...] = ()
    total_entries: int = 0


class ProviderResponse(msgspec.Struct, frozen=True, kw_only=True):
    """One provider package."""

    package_name: str
    description: str
    version: str
    documentation_url: str | None = None


class ProviderCollection(msgspec.Struct, frozen=True, kw_only=True):
    """Provider packages."""

    providers: tuple[ProviderResponse, ...] = ()
    total_entries: int = 0


@routes.get("/plugins", needs=Needs(Resource.PLUGIN, Action.READ))
def get_plugins(call: Call, query: PageQuery) -> PluginCollection:
    """Plugins. Narae loads none yet: the list is empty."""
    del call, query
    return PluginCollection()


@routes.get("/plugins/importErrors", needs=Needs(Resource.PLUGIN, Action.READ))
def get_plugin_import_errors(call: Call) -> PluginErrorCollection:
    """Plugins that can't be imported. Narae loads none yet: the list is empty."""
    del call
    return PluginErrorCollection()


@routes.get("/providers", needs=Needs(Resource.PROVIDER, Action.READ))
def get_providers(call: Call, query: PageQuery) -> ProviderCollection:
    """Provider packages. Narae uses none yet: the list is empty."""
    del call, query
    return ProviderCollection()

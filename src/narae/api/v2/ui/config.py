"""``/api/v2/ui/config``: what the frame around every page has to know."""

from narae.api.call import Call
from narae.api.operation import V2, Open
from narae.api.routes import Routes
from narae.api.view import View
from narae.storage.dialects import is_sqlite

routes = Routes(V2, tag="UI")


class UiConfig(View, frozen=True, kw_only=True):
    """The deployment, as far as every page shows it."""

    version: str
    instance_name: str
    """Empty: it has none."""
    default_timezone: str
    """In which times are shown until the reader chooses another."""
    core_timezone: str
    """The zone of schedules that name none."""
    auth_mode: str
    """``accounts``, or ``none``: everybody may do everything."""
    dags_folder: str
    page_size: int
    """Rows of a list's page."""
    page_size_max: int
    """Rows that the server gives in one answer, at most."""
    expose_config: bool
    """Whether there is a configuration to be shown."""
    executors: tuple[str, ...]
    database: str
    """``sqlite`` or ``postgresql``."""
    is_for_development: bool
    """Whether the database or the executor is one that no production should rest on."""
    hides_secrets: bool
    """Whether values under the names of secrets are masked."""


@routes.get("/ui/config", needs=Open.LOGGED_IN)
def get_ui_config(call: Call) -> UiConfig:
    """What the frame around every page has to know of the deployment."""
    settings = call.settings
    executors = (settings.core.executor,)
    sqlite = is_sqlite(settings.database.url)
    zone = settings.webserver.default_ui_timezone
    return UiConfig(
        version=call.around.version,
        instance_name=settings.webserver.instance_name,
        default_timezone=zone or settings.core.default_timezone,
        core_timezone=settings.core.default_timezone,
        auth_mode=settings.auth.mode,
        dags_folder=settings.core.dags_folder,
        page_size=settings.api.fallback_page_limit,
        page_size_max=settings.api.maximum_page_limit,
        expose_config=settings.webserver.expose_config,
        executors=executors,
        database="sqlite" if sqlite else "postgresql",
        is_for_development=sqlite or "SequentialExecutor" in executors,
        hides_secrets=settings.core.hide_sensitive_var_conn_fields,
    )

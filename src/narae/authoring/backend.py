"""The ambient client: how ``Variable``, ``Connection`` and templates reach beyond the process.

Runtime installs one in a task's process, the loader may install one while it reads a file.
Without one only the environment answers.
"""

from collections.abc import Callable, Mapping, MutableMapping
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from narae.core.requests import ConnectionValue


class Client(Protocol):
    """What authoring asks of whoever runs the process."""

    def get_variable(self, key: str) -> str | None:
        """The stored text, None for none."""

    def put_variable(self, key: str, value: str, description: str | None = None) -> None:
        """Store a variable."""

    def delete_variable(self, key: str) -> bool:
        """Whether there was one."""

    def get_connection(self, conn_id: str) -> "ConnectionValue | None":
        """The stored connection, None for none."""


class Renderer(Protocol):
    """What renders templates for user code that asks for it (``self.render_template(...)``)."""

    def render_fields(self, task: Any, context: Any, environment: Any = None) -> None:
        """Render all template fields of ``task`` in place."""

    def render(self, task: Any, content: Any, context: Any, environment: Any = None) -> Any:
        """Render one value of any nesting."""

    def environment(self, dag: Any) -> Any:
        """The Jinja environment of a DAG."""


class Ambient:
    """What is installed in this process."""

    client: Client | None = None
    renderer: Renderer | None = None
    context_stack: list[MutableMapping[str, Any]] = []
    """Contexts of the tasks that run now, innermost last; see ``get_current_context``."""
    run_locally: Callable[..., Any] | None = None
    """See ``narae.authoring.local_run``."""
    remember_secret: Callable[[str], None] | None = None
    """Told every secret that user code is given, so that logs mask it."""


def has_backend(environ: Mapping[str, str]) -> bool:
    """Whether the deployment has a secrets back end, which is asked before the environment is."""
    return bool(environ.get("NARAE__SECRETS__BACKEND"))

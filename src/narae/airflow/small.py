"""Small things that Airflow has and DAG files use: dates, lists, decorators, plugin bases."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any

from narae.authoring.parsing import current
from narae.errors import AirflowTaskTimeout

XCOM_RETURN_KEY = "return_value"
AIRFLOW_HOME = os.environ.get("AIRFLOW_HOME", os.environ.get("NARAE_HOME", ""))
NEVER_EXPIRE: Any = None

cron_presets = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@quarterly": "0 0 1 */3 *",
    "@yearly": "0 0 1 1 *",
}


def days_ago(
    n: int, hour: int = 0, minute: int = 0, second: int = 0, microsecond: int = 0
) -> datetime:
    """Midnight UTC, or that time of day, ``n`` days before today: it reads the clock."""
    today = datetime.now(UTC).replace(
        hour=hour, minute=minute, second=second, microsecond=microsecond
    )
    return today - timedelta(days=n)


def as_flattened_list(iterable: Iterable[Any]) -> list[Any]:
    """Any nesting of lists and tuples, flat."""
    return list(_flat(iterable))


def _flat(items: Iterable[Any]) -> Iterator[Any]:
    for item in items:
        if isinstance(item, list | tuple):
            yield from _flat(item)
        else:
            yield item


def merge_dicts(dict1: Mapping[str, Any], dict2: Mapping[str, Any]) -> dict[str, Any]:
    """The second over the first, dicts within dicts merged too."""
    merged = dict(dict1)
    for key, value in dict2.items():
        old = merged.get(key)
        both = isinstance(old, Mapping) and isinstance(value, Mapping)
        merged[key] = merge_dicts(old, value) if both else value  # type: ignore[arg-type]  # both are
    return merged


def apply_defaults(function: Callable[..., Any]) -> Callable[..., Any]:
    """Needed nothing since Airflow 2.1, nor here."""
    return function


def hookimpl(function: Any = None, **_options: Any) -> Any:
    """Marks a listener's hook. Listeners are not called yet."""
    return function if function is not None else (lambda inner: inner)


def import_string(dotted_path: str) -> Any:
    """``package.module.name``."""
    module, _, name = dotted_path.rpartition(".")
    if not module:
        raise ImportError(f"{dotted_path!r} is no module path")
    try:
        return getattr(import_module(module), name)
    except AttributeError as error:
        raise ImportError(f"module {module!r} has no {name!r}") from error


class ParsingContext:
    """Which DAG and task a file is being read for; None for all."""

    def __init__(self, dag_id: str | None, task_id: str | None) -> None:
        self.dag_id, self.task_id = dag_id, task_id


def get_parsing_context() -> ParsingContext:
    """What the current process reads the file for."""
    state = current()
    return ParsingContext(state.dag_id, state.task_id)


@contextmanager
def timeout(seconds: float = 1, error_message: str = "Timeout") -> Iterator[None]:
    """AirflowTaskTimeout inside the block after so many seconds; main thread only."""
    import signal  # noqa: PLC0415  # only tasks need it

    def expire(_signum: int, _frame: Any) -> None:
        raise AirflowTaskTimeout(error_message)

    before = signal.signal(signal.SIGALRM, expire)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


class LoggingMixin:
    """Gives a class a logger of its own."""

    @property
    def log(self) -> Any:
        """The logger."""
        import logging  # noqa: PLC0415  # loads threading, which no DAG file needs

        kind = type(self)
        return logging.getLogger(f"{kind.__module__}.{kind.__qualname__}")


class AirflowPlugin:
    """The base of plugins. Kept so that plugin modules import; plugins are not read yet."""

    name: str | None = None

    @classmethod
    def validate(cls) -> None:
        """A plugin needs a name."""
        if not cls.name:
            raise ValueError("a plugin needs a name")

    @classmethod
    def on_load(cls, *args: Any, **kwargs: Any) -> None:
        """Called when the plugin is read."""


class BaseOperatorLink:
    """The base of links on a task's page."""

    name: str = ""
    operators: tuple[type, ...] = ()

    def get_link(self, operator: Any, *, ti_key: Any) -> str:
        """The address."""
        raise NotImplementedError


class BaseSecretsBackend:
    """The base of secrets backends. Kept so that their modules import; not asked yet."""

    def __init__(self, **options: Any) -> None:
        self.options = options


class Resources:
    """Resource requests of old DAG files, without effect."""

    def __init__(self, **options: Any) -> None:
        self.options = options


def literal(value: Any) -> Any:
    """A value that is not to be rendered."""
    return LiteralValue(value)


class LiteralValue:
    """Left as it is by templates."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def iter_references(self) -> Iterable[Any]:
        """None."""
        return ()

    def resolve(self, context: Any) -> Any:
        """The value."""
        del context
        return self.value


DEFAULT_OWNER = "airflow"
DEFAULT_QUEUE = "default"
DEFAULT_POOL_SLOTS = 1

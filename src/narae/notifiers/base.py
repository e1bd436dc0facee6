"""The base of all notifiers."""

import logging
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

from narae.authoring.backend import Ambient


class BaseNotifier:
    """A callback with template fields: ``on_failure_callback=MyNotifier(text="{{ ds }}")``."""

    template_fields: Sequence[str] = ()
    template_ext: Sequence[str] = ()

    def __init__(self, **_options: Any) -> None:
        self.template_fields = tuple(type(self).template_fields)

    @property
    def log(self) -> logging.Logger:
        """The notifier's logger."""
        kind = type(self)
        return logging.getLogger(f"airflow.task.notifiers.{kind.__module__}.{kind.__qualname__}")

    @abstractmethod
    def notify(self, context: Any) -> None:
        """Tells somebody. Subclasses say how."""

    def render_template_fields(self, context: Any, jinja_env: Any = None) -> None:
        """Renders the template fields in place."""
        if Ambient.renderer is None:
            return
        for name in self.template_fields:
            value = getattr(self, name, None)
            if value:
                rendered = Ambient.renderer.render(self, value, context, jinja_env)
                setattr(self, name, rendered)

    def __call__(self, *args: Any) -> None:
        """Called as a callback: with a context, or as an SLA callback with its five arguments."""
        context = args[0] if args and isinstance(args[0], Mapping) else _sla_context(args)
        self.render_template_fields(context)
        self.notify(context)


def _sla_context(args: Sequence[Any]) -> dict[str, Any]:
    names = ("dag", "task_list", "blocking_task_list", "slas", "blocking_tis")
    return dict(zip(names, args, strict=False))

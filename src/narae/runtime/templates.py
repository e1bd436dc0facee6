"""Jinja templates in operator arguments (authoring facts, B7)."""

import importlib
import os
from collections import ChainMap
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from narae.authoring.xcom_arg import Deferred, resolved
from narae.errors import AirflowException

if TYPE_CHECKING:
    import jinja2

MARKS = ("{{", "{%", "{#")
"""A text with none of these needs no template engine (unless a DAG sets its own delimiters)."""

_ATOMS = (int, float, bool, bytes, type(None), datetime)


class Renderer:
    """Renders for one process; ``narae.authoring.backend.Renderer``."""

    def render_fields(self, task: Any, context: Any, environment: Any = None) -> None:
        """Renders all template fields of ``task`` in place."""
        task.prepare_template()
        scribe = Scribe(task, context, environment)
        for name in task.template_fields:
            if not hasattr(task, name):
                kind = type(task).__name__
                raise AirflowException(
                    f"{kind} ({task.task_id!r}) lists {name!r} in template_fields but has no such"
                    " attribute: set it in __init__"
                )
            value = getattr(task, name)
            if value:
                scribe.where = name
                setattr(task, name, scribe.rendered(value))

    def render(self, task: Any, content: Any, context: Any, environment: Any = None) -> Any:
        """One value of any nesting, rendered."""
        return Scribe(task, context, environment).rendered(content)

    def environment(self, dag: Any) -> Any:
        """The Jinja environment of ``dag``."""
        return environment_of(
            dag, native=bool(getattr(dag, "render_template_as_native_obj", False))
        )


class Scribe:
    """Renders values for one task and context."""

    def __init__(self, task: Any, context: Any, environment: Any = None) -> None:
        self._task = task
        self._context = context
        self._environment = environment
        self._extensions = tuple(getattr(task, "template_ext", ()) or ())
        dag = getattr(task, "known_dag", None)
        self._dag = dag
        own = getattr(task, "render_template_as_native_obj", None)
        self._native = bool(dag and dag.render_template_as_native_obj) if own is None else bool(own)
        plain = environment is None and not self._native
        self._may_skip = plain and not (dag is not None and dag.jinja_environment_kwargs)
        self._seen: set[int] = set()
        self.where = "a template"

    def rendered(self, value: Any) -> Any:
        """``value`` with every template in it rendered and every reference resolved."""
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, Deferred):
            return resolved(value, self._context.source)
        if isinstance(value, dict):
            return {key: self.rendered(part) for key, part in value.items()}
        if isinstance(value, tuple | list | set):
            return self._several(value)
        if not isinstance(value, _ATOMS):
            self._nested(value)
        return value

    def _several(self, value: Any) -> Any:
        parts = [self.rendered(part) for part in value]
        kind = type(value)
        if hasattr(value, "_fields"):
            return kind(*parts)
        return kind(parts) if kind in (tuple, list, set) else value

    def _text(self, text: str) -> Any:
        if self._extensions and text.endswith(self._extensions):
            return self._evaluate(self.environment.get_template(text), text)
        if self._may_skip and not any(mark in text for mark in MARKS):
            return _as_jinja_leaves(text)
        return self._evaluate(self.environment.from_string(text), text)

    def _evaluate(self, template: "jinja2.Template", text: str) -> Any:
        """Renders, and on failure says which field and which text it was."""
        try:
            return self._render(template)
        except Exception as error:
            shown = text if len(text) <= _SHOWN_MAX else text[:_SHOWN_MAX] + "..."
            error.add_note(f"while rendering {self.where} of {self._name!r}: {shown!r}")
            raise

    def _render(self, template: "jinja2.Template") -> Any:
        """As ``template.render(context)``, which would work out every key of the context."""
        environment = template.environment
        names = ChainMap(self._context, template.globals)
        try:
            parts = template.root_render_func(template.new_context(names, shared=True))  # type: ignore[arg-type]  # any mapping will do
            return environment.concat(parts)
        except Exception:  # noqa: BLE001 - raised again with the template's own lines
            environment.handle_exception()

    def _nested(self, value: Any) -> None:
        """An object with template fields of its own is rendered in place, once."""
        if id(value) in self._seen or value is self._task:
            return
        self._seen.add(id(value))
        for name in getattr(value, "template_fields", ()) or ():
            setattr(value, name, self.rendered(getattr(value, name)))

    @property
    def environment(self) -> Any:
        """The Jinja environment, made when the first template needs one."""
        if self._environment is None:
            self._environment = environment_of(self._dag, native=self._native)
        return self._environment

    @property
    def _name(self) -> str:
        return str(getattr(self._task, "task_id", type(self._task).__name__))


_SHOWN_MAX = 200


def _as_jinja_leaves(text: str) -> str:
    r"""Jinja drops one final line break and makes every other one ``\\n``."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.removesuffix("\n")


@cache
def environment_class(*, native: bool) -> type["jinja2.Environment"]:
    """The sandboxed environment; native gives Python values instead of text.

    Members whose name begins with one underscore may be read, as in Airflow; dunders may not.
    """
    sandbox = importlib.import_module("jinja2.sandbox")  # heavy, and a plain task needs none of it
    nativetypes = importlib.import_module("jinja2.nativetypes")
    bases = (nativetypes.NativeEnvironment,) if native else (sandbox.SandboxedEnvironment,)

    def is_safe_attribute(_self: Any, _obj: Any, attr: str, _value: Any) -> bool:
        return not attr.startswith("__")

    members = {} if native else {"is_safe_attribute": is_safe_attribute}
    return type("TemplateEnvironment", bases, members)


def environment_of(dag: Any, *, native: bool) -> Any:
    """The Jinja environment that a DAG's settings ask for; ``dag`` may be None."""
    jinja2 = importlib.import_module("jinja2")
    options: dict[str, Any] = {
        "loader": jinja2.FileSystemLoader(search_path(dag)),
        "undefined": getattr(dag, "template_undefined", None) or jinja2.StrictUndefined,
        "extensions": ["jinja2.ext.do"],
        "cache_size": 0,
    }
    options.update(getattr(dag, "jinja_environment_kwargs", None) or {})
    environment = environment_class(native=native)(**options)
    environment.filters.update(FILTERS)
    environment.globals.update(getattr(dag, "user_defined_macros", None) or {})
    environment.filters.update(getattr(dag, "user_defined_filters", None) or {})
    return environment


def search_path(dag: Any) -> list[str]:
    """Folders that template files are looked for in: the DAG file's, then those it names."""
    file = getattr(dag, "fileloc", None)
    more = getattr(dag, "template_searchpath", None) or ()
    own = [str(Path(file).parent)] if file else []
    return own + ([more] if isinstance(more, str) else [os.fspath(part) for part in more])


def _ds(moment: datetime | None) -> str | None:
    return None if moment is None else moment.strftime("%Y-%m-%d")


def _ts(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _with(format_: str) -> Any:
    def written(moment: datetime | None) -> str | None:
        return None if moment is None else moment.strftime(format_)

    return written


def _ts_nodash_with_tz(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat().replace("-", "").replace(":", "")


FILTERS: Mapping[str, Any] = {
    "ds": _ds,
    "ds_nodash": _with("%Y%m%d"),
    "ts": _ts,
    "ts_nodash": _with("%Y%m%dT%H%M%S"),
    "ts_nodash_with_tz": _ts_nodash_with_tz,
}
"""Filters of every template; the context keys of these names are made with them too."""

"""The context that user code gets: every key of both generations, worked out when it is read."""

import importlib
import os
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from datetime import datetime, timedelta
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any

from narae.authoring.backend import Ambient
from narae.authoring.params import ParamsDict
from narae.core.workload import RunFacts
from narae.errors import AirflowException
from narae.runtime import macros
from narae.runtime.accessors import (
    ConnectionAccessor,
    InletEvents,
    Lazy,
    OutletEvents,
    Variables,
)
from narae.runtime.moments import shown
from narae.runtime.neighbours import next_logical_date, previous_logical_date
from narae.runtime.run_view import DagRun
from narae.runtime.source import RunSource
from narae.runtime.task_instance import TaskInstance
from narae.runtime.templates import FILTERS, Renderer
from narae.telemetry.trace_ids import traceparent

_OFF = frozenset({"false", "f", "0", "no", "off"})
_DAY = timedelta(days=1)


class Context(MutableMapping[str, Any]):
    """Keys are computed on first access, so that a task pays only for what it reads.

    ``dag`` and ``run`` say what it is about; ``ti`` is there for a task only.
    """

    def __init__(
        self, run: RunFacts, dag: Any, *, ti: TaskInstance | None = None, task: Any = None
    ) -> None:
        self.run = run
        self.dag = dag
        self.ti = ti
        self.task = task
        self.generation: int = dag.generation
        self.dag_run = ti.dag_run if ti is not None else DagRun(run, dag=dag)
        self._values: dict[str, Any] = {}
        self._removed: set[str] = set()
        self._keys = keys_for(self)

    def __getitem__(self, key: str) -> Any:
        if key in self._values:
            return self._values[key]
        compute = self._keys.get(key)
        if compute is None or key in self._removed:
            near = get_close_matches(key, self._keys, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise KeyError(f"the context has no {key!r}{hint}")
        value = compute(self)
        self._values[key] = value
        return value

    def get(self, key: str, default: Any = None) -> Any:
        """The value, or ``default`` when there is no such key."""
        return self[key] if key in self else default  # noqa: SIM401 - this is the method itself

    def __setitem__(self, key: str, value: Any) -> None:
        self._removed.discard(key)
        self._values[key] = value

    def __delitem__(self, key: str) -> None:
        if key not in self:
            raise KeyError(key)
        self._values.pop(key, None)
        self._removed.add(key)

    def __contains__(self, key: object) -> bool:
        return key in self._values or (key in self._keys and key not in self._removed)

    def __iter__(self) -> Iterator[str]:
        known = (key for key in self._keys if key not in self._removed)
        return iter(dict.fromkeys((*known, *self._values)))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __repr__(self) -> str:
        return f"<Context of {self.run.dag_id} {self.run.run_id}: {', '.join(self)}>"

    def copy(self) -> "Context":
        """A context of its own with the same values."""
        twin = Context(self.run, self.dag, ti=self.ti, task=self.task)
        twin._values = dict(self._values)
        twin._removed = set(self._removed)
        return twin

    __copy__ = copy

    @property
    def source(self) -> RunSource:
        """Where references of the DAG file find their values."""
        if self.ti is None:
            raise AirflowException("results of tasks can be used inside a task only")
        return RunSource(self.ti, self.task, lambda: params_of(self))

    def bind(self, task: Any) -> None:
        """From now on the context is of ``task``: the one instance of a mapped task."""
        self.task = task
        if self.ti is not None:
            self.ti.task = task
        self._values.pop("task", None)

    def render(self, value: Any, *, task: Any = None) -> Any:
        """``value`` with the templates in it rendered in this context."""
        return Renderer().render(task or self.task or self.dag, value, self)


def get_current_context() -> MutableMapping[str, Any]:
    """The context of the task that runs now; AirflowException outside of one."""
    if not Ambient.context_stack:
        raise AirflowException(
            "get_current_context() works while a task runs, and none runs here: call it inside the"
            " task's function"
        )
    return Ambient.context_stack[-1]


def params_of(context: Context) -> ParamsDict:
    """DAG params, overruled by the task's and, where the deployment allows it, by the conf."""
    params = ParamsDict(context.dag.params)
    if context.task is not None and (context.task.own_params or context.task.defaults):
        params.update(context.task.params)
    if context.run.conf and _conf_overrides(os.environ):
        params.update(context.run.conf)
    if len(params):
        params.validate()
    return params


def _conf_overrides(environ: Mapping[str, str]) -> bool:
    key = "CORE__DAG_RUN_CONF_OVERRIDES_PARAMS"
    value = environ.get(f"NARAE__{key}") or environ.get(f"AIRFLOW__{key}", "")
    return value.strip().lower() not in _OFF


def environment_variables(context: Context) -> dict[str, str]:
    """The ``AIRFLOW_CTX_*`` variables that processes started by a task can read.

    And ``TRACEPARENT`` while traces are exported, so that the task's own spans join its run's.
    """
    run, ti = context.run, context.ti
    owner = getattr(context.task, "owner", "") if context.task is not None else ""
    email = getattr(context.task, "email", None) if context.task is not None else None
    found = {
        "AIRFLOW_CTX_DAG_EMAIL": email if isinstance(email, str) else ",".join(email or ()),
        "AIRFLOW_CTX_DAG_OWNER": owner,
        "AIRFLOW_CTX_DAG_ID": run.dag_id,
        "AIRFLOW_CTX_TASK_ID": ti.task_id if ti is not None else "",
        "AIRFLOW_CTX_EXECUTION_DATE": _iso(run.logical_date),
        "AIRFLOW_CTX_LOGICAL_DATE": _iso(run.logical_date),
        "AIRFLOW_CTX_TRY_NUMBER": str(ti.try_number) if ti is not None else "",
        "AIRFLOW_CTX_DAG_RUN_ID": run.run_id,
        "TRACEPARENT": _traceparent(context, os.environ),
    }
    return {name: value for name, value in found.items() if value}


def _traceparent(context: Context, environ: Mapping[str, str]) -> str:
    on = environ.get("NARAE__TRACES__OTEL_ON") or environ.get("AIRFLOW__TRACES__OTEL_ON", "")
    if context.ti is None or on.strip().lower() not in {"true", "1", "t", "yes", "y", "on"}:
        return ""
    return traceparent(context.run.uid, context.ti.workload.attempt)


def _iso(moment: datetime | None) -> str:
    return "" if moment is None else moment.isoformat()


# -- the keys, as tables --------------------------------------------------------------------

Compute = Callable[[Context], Any]


def _written(filter_name: str, moment: str = "logical_date") -> Compute:
    return lambda context: FILTERS[filter_name](context[moment])


def _shifted(filter_name: str, step: timedelta) -> Compute:
    return lambda context: FILTERS[filter_name](context["logical_date"] + step)


def _previous(attribute: str) -> Compute:
    """Of the latest successful run before this one; asked for when somebody looks at it."""

    def found(context: Context) -> Any:
        run = context.dag_run.get_previous_dagrun("success")
        return None if run is None else getattr(run, attribute)

    return lambda context: Lazy(lambda: found(context))


def _conf(_context: Context) -> Any:
    """The import layer's; loaded when somebody looks at it."""
    return Lazy(lambda: importlib.import_module("airflow.configuration").conf)


def _mapping_count(context: Context) -> Any:
    ti = context.ti
    if ti is None or ti.map_index < 0:
        return None
    return Lazy(ti.instance_count)


def _task_attribute(name: str, default: Any = None) -> Compute:
    return lambda context: getattr(context.task, name, default)


ALWAYS: Mapping[str, Compute] = MappingProxyType(
    {
        "dag": lambda context: context.dag,
        "dag_run": lambda context: context.dag_run,
        "run_id": lambda context: context.run.run_id,
        "params": params_of,
        "var": lambda _context: Variables(),
        "conn": lambda _context: ConnectionAccessor(),
        "macros": lambda _context: macros,
        "conf": _conf,
        "test_mode": lambda _context: False,
        "data_interval_start": lambda context: context.dag_run.data_interval_start,
        "data_interval_end": lambda context: context.dag_run.data_interval_end,
        "prev_data_interval_start_success": _previous("data_interval_start"),
        "prev_data_interval_end_success": _previous("data_interval_end"),
        "prev_start_date_success": _previous("start_date"),
        "prev_end_date_success": _previous("end_date"),
    }
)
"""Keys of every context."""

OF_TASKS: Mapping[str, Compute] = MappingProxyType(
    {
        "task": lambda context: context.task,
        "ti": lambda context: context.ti,
        "task_instance": lambda context: context.ti,
        "task_instance_key_str": lambda context: "__".join(
            (context.run.dag_id, context.task.task_id, context.get("ds_nodash", ""))
        ),
        "inlets": lambda context: list(context.task.inlets or ()),
        "outlets": lambda context: list(context.task.outlets or ()),
        "inlet_events": lambda _context: InletEvents(),
        "outlet_events": lambda _context: OutletEvents(),
        "map_index_template": _task_attribute("map_index_template"),
        "templates_dict": _task_attribute("templates_dict"),
        "try_number": lambda context: context.ti.try_number if context.ti else None,
        "expanded_ti_count": _mapping_count,
        "fence": lambda context: context.ti.workload.fence if context.ti else None,
    }
)
"""Keys of a task's context. ``fence`` is Narae's own: it grows with every attempt."""

OF_DATES: Mapping[str, Compute] = MappingProxyType(
    {
        "logical_date": lambda context: context.dag_run.logical_date,
        "ds": _written("ds"),
        "ds_nodash": _written("ds_nodash"),
        "ts": _written("ts"),
        "ts_nodash": _written("ts_nodash"),
        "ts_nodash_with_tz": _written("ts_nodash_with_tz"),
    }
)
"""Keys that a run without a logical date does not have."""

OF_GENERATION: Mapping[int, Mapping[str, Compute]] = MappingProxyType(
    {
        2: {
            "execution_date": lambda context: context["logical_date"],
            "next_execution_date": lambda c: shown(next_logical_date(c.run)),
            "prev_execution_date": lambda c: shown(previous_logical_date(c.run, c.dag)),
            "prev_execution_date_success": _previous("logical_date"),
            "next_ds": _written("ds", "next_execution_date"),
            "next_ds_nodash": _written("ds_nodash", "next_execution_date"),
            "prev_ds": _written("ds", "prev_execution_date"),
            "prev_ds_nodash": _written("ds_nodash", "prev_execution_date"),
            "tomorrow_ds": _shifted("ds", _DAY),
            "tomorrow_ds_nodash": _shifted("ds_nodash", _DAY),
            "yesterday_ds": _shifted("ds", -_DAY),
            "yesterday_ds_nodash": _shifted("ds_nodash", -_DAY),
            "triggering_dataset_events": lambda _context: {},
        },
        3: {
            "run_after": lambda context: context.dag_run.run_after,
            "triggering_asset_events": lambda _context: {},
            "task_reschedule_count": lambda _context: 0,
            "partition_key": lambda _context: None,
        },
    }
)
"""Keys that only one generation has."""


def keys_for(context: Context) -> Mapping[str, Compute]:
    """The keys that a context has, by what it is about."""
    return _keys(
        context.generation,
        of_task=context.ti is not None,
        dated=context.run.logical_date is not None,
    )


_KEYS: dict[tuple[int, bool, bool], Mapping[str, Compute]] = {}


def _keys(generation: int, *, of_task: bool, dated: bool) -> Mapping[str, Compute]:
    """One table for each kind of context, put together once."""
    kind = (generation, of_task, dated)
    if kind not in _KEYS:
        own = OF_GENERATION.get(generation, {})
        undated = {key: own[key] for key in own if dated or not key.startswith(_DATED)}
        _KEYS[kind] = {
            **ALWAYS,
            **(OF_TASKS if of_task else {}),
            **(OF_DATES if dated else {}),
            **undated,
        }
    return _KEYS[kind]


_DATED = ("execution_date", "next_", "prev_execution_date", "prev_ds", "tomorrow_", "yesterday_")

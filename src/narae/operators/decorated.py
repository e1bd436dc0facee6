"""The operators behind ``@task`` and its flavours.

Each takes ``python_callable``, ``op_args``, ``op_kwargs`` and its operator's own arguments.
"""

from importlib import import_module
from typing import Any

from narae.operators.python import BranchPythonOperator, PythonOperator, ShortCircuitOperator

_MORE = "narae.operators.decorated_more"
"""Where the flavours are that load more than a plain DAG file needs."""


def __getattr__(name: str) -> Any:
    """``BashTask``, ``SensorTask``, ``VirtualenvTask`` and the others of :data:`_MORE`."""
    if name.startswith("__"):
        raise AttributeError(name)
    return getattr(import_module(_MORE), name)


class PythonTask(PythonOperator):
    """``@task``."""

    custom_operator_name = "@task"


class BranchTask(BranchPythonOperator):
    """``@task.branch``."""

    custom_operator_name = "@task.branch"


class ShortCircuitTask(ShortCircuitOperator):
    """``@task.short_circuit``."""

    custom_operator_name = "@task.short_circuit"

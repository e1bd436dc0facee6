"""Narae: a workflow orchestrator. The names a DAG author imports, loaded when first asked for."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from narae.authoring.assets import Asset, AssetAlias, Metadata
    from narae.authoring.connection import Connection
    from narae.authoring.dag import DAG
    from narae.authoring.dag_decorator import dag
    from narae.authoring.decorators import setup, task, teardown
    from narae.authoring.edges import Label, chain, chain_linear, cross_downstream
    from narae.authoring.group import TaskGroup
    from narae.authoring.group_decorator import task_group
    from narae.authoring.operator import BaseOperator
    from narae.authoring.params import Param
    from narae.authoring.trigger_rule import TriggerRule
    from narae.authoring.variable import Variable
    from narae.authoring.weight_rule import WeightRule
    from narae.authoring.xcom_arg import XComArg
    from narae.operators.bash import BashOperator
    from narae.operators.empty import EmptyOperator
    from narae.operators.python import (
        BranchPythonOperator,
        PythonOperator,
        ShortCircuitOperator,
    )
    from narae.operators.trigger_dagrun import TriggerDagRunOperator
    from narae.runtime.context import get_current_context
    from narae.sensors.base import BaseSensorOperator

_WHERE = {
    "DAG": "authoring.dag",
    "Asset": "authoring.assets",
    "AssetAlias": "authoring.assets",
    "BaseOperator": "authoring.operator",
    "BaseSensorOperator": "sensors.base",
    "BashOperator": "operators.bash",
    "BranchPythonOperator": "operators.python",
    "Connection": "authoring.connection",
    "EmptyOperator": "operators.empty",
    "Label": "authoring.edges",
    "Metadata": "authoring.assets",
    "Param": "authoring.params",
    "PythonOperator": "operators.python",
    "ShortCircuitOperator": "operators.python",
    "TaskGroup": "authoring.group",
    "TriggerDagRunOperator": "operators.trigger_dagrun",
    "TriggerRule": "authoring.trigger_rule",
    "Variable": "authoring.variable",
    "WeightRule": "authoring.weight_rule",
    "XComArg": "authoring.xcom_arg",
    "chain": "authoring.edges",
    "chain_linear": "authoring.edges",
    "cross_downstream": "authoring.edges",
    "dag": "authoring.dag_decorator",
    "get_current_context": "runtime.context",
    "setup": "authoring.decorators",
    "task": "authoring.decorators",
    "task_group": "authoring.group_decorator",
    "teardown": "authoring.decorators",
}


def __getattr__(name: str) -> Any:
    where = _WHERE.get(name)
    if where is None:
        raise AttributeError(f"narae has no {name!r}; it has {', '.join(sorted(_WHERE))}")
    # Not kept: a file that uses Narae's own names is of generation 3, and each one must show.
    import_module("narae.authoring.parsing").prove_generation_3(f"narae.{name}")
    return getattr(import_module(f"narae.{where}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_WHERE})


__all__ = [
    "DAG",
    "Asset",
    "AssetAlias",
    "BaseOperator",
    "BaseSensorOperator",
    "BashOperator",
    "BranchPythonOperator",
    "Connection",
    "EmptyOperator",
    "Label",
    "Metadata",
    "Param",
    "PythonOperator",
    "ShortCircuitOperator",
    "TaskGroup",
    "TriggerDagRunOperator",
    "TriggerRule",
    "Variable",
    "WeightRule",
    "XComArg",
    "chain",
    "chain_linear",
    "cross_downstream",
    "dag",
    "get_current_context",
    "setup",
    "task",
    "task_group",
    "teardown",
]

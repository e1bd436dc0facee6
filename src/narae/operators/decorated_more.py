"""The operators behind the flavours of ``@task`` that few DAG files use."""

import inspect
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from narae.errors import AirflowException
from narae.hooks.calling import arguments_for, called
from narae.operators.bash import BashOperator
from narae.operators.python_elsewhere import (
    BranchExternalPythonOperator,
    BranchPythonVirtualenvOperator,
    ExternalPythonOperator,
    PythonVirtualenvOperator,
)
from narae.sensors.python import PythonSensor


class SensorTask(PythonSensor):
    """``@task.sensor``."""

    custom_operator_name = "@task.sensor"


class VirtualenvTask(PythonVirtualenvOperator):
    """``@task.virtualenv``."""

    custom_operator_name = "@task.virtualenv"


class ExternalPythonTask(ExternalPythonOperator):
    """``@task.external_python``."""

    custom_operator_name = "@task.external_python"


class BranchVirtualenvTask(BranchPythonVirtualenvOperator):
    """``@task.branch_virtualenv``."""

    custom_operator_name = "@task.branch_virtualenv"


class BranchExternalPythonTask(BranchExternalPythonOperator):
    """``@task.branch_external_python``."""

    custom_operator_name = "@task.branch_external_python"


class BashTask(BashOperator):
    """``@task.bash``: the function returns the command, which may hold templates."""

    template_fields: Sequence[str] = ("op_args", "op_kwargs", "env", "cwd")
    template_fields_renderers = {"env": "json", "op_args": "py", "op_kwargs": "py"}
    custom_operator_name = "@task.bash"

    def __init__(
        self,
        *,
        python_callable: Any,
        op_args: Collection[Any] | None = None,
        op_kwargs: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> None:
        if options.pop("multiple_outputs", None):
            raise AirflowException("@task.bash gives one text, so multiple_outputs makes no sense")
        super().__init__(bash_command="", **options)
        if not callable(python_callable) or inspect.iscoroutinefunction(python_callable):
            raise AirflowException("@task.bash decorates a plain function that returns a command")
        self.python_callable = python_callable
        self.op_args: Collection[Any] = op_args or ()
        self.op_kwargs: Mapping[str, Any] = op_kwargs or {}

    def execute(self, context: Any) -> Any:
        """Asks the function for the command, renders it and runs it."""
        kwargs = arguments_for(self.python_callable, self.op_args, self.op_kwargs, context)
        command = called(self.python_callable, self.op_args, kwargs)
        if not isinstance(command, str) or not command.strip():
            raise TypeError(
                f"the function of @task.bash {self.task_id!r} has to return a command, not "
                f"{command!r}"
            )
        self.bash_command = self.render_template(command, context)
        return super().execute(context)

"""Tasks that call a Python function in their own process."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from narae.authoring.operator import BaseOperator
from narae.errors import AirflowException
from narae.operators.branch import BranchMixIn, SkipMixin


class PythonOperator(BaseOperator):
    """Calls ``python_callable(*op_args, **op_kwargs)``.

    Context keys go to parameters of their names, all of them to ``**kwargs``. What it returns
    becomes the XCom.
    """

    template_fields: Sequence[str] = ("templates_dict", "op_args", "op_kwargs")
    template_fields_renderers = {"templates_dict": "json", "op_args": "py", "op_kwargs": "py"}
    ui_color = "#ffefeb"

    def __init__(
        self,
        *,
        python_callable: Callable[..., Any],
        op_args: Collection[Any] | None = None,
        op_kwargs: Mapping[str, Any] | None = None,
        templates_dict: dict[str, Any] | None = None,
        templates_exts: Sequence[str] | None = None,
        show_return_value_in_logs: bool = True,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        if not callable(python_callable):
            raise AirflowException(
                f"python_callable of {self.task_id!r} is a {type(python_callable).__name__}, "
                "which can't be called"
            )
        self.python_callable = python_callable
        self.op_args: Collection[Any] = op_args or ()
        self.op_kwargs: Mapping[str, Any] = op_kwargs or {}
        self.templates_dict = templates_dict
        if templates_exts:
            self.template_ext = tuple(templates_exts)
        self.show_return_value_in_logs = show_return_value_in_logs

    def execute(self, context: Any) -> Any:
        """Calls the function with what it takes of the context."""
        if self.templates_dict is not None:
            context["templates_dict"] = self.templates_dict
        self.op_kwargs = self.determine_kwargs(context)
        result = self.execute_callable()
        if self.show_return_value_in_logs:
            self.log.info("Done. Returned value was: %s", result)
        else:
            self.log.info("Done. The returned value is not shown.")
        return result

    def determine_kwargs(self, context: Mapping[str, Any]) -> dict[str, Any]:
        """``op_kwargs``, and of the context what the function's parameters name."""
        from narae.hooks.calling import arguments_for  # noqa: PLC0415 - loads inspect

        return arguments_for(self.python_callable, self.op_args, self.op_kwargs, context)

    def execute_callable(self) -> Any:
        """What the function returns; coroutines and generators are run to their end."""
        from narae.hooks.calling import called  # noqa: PLC0415 - loads inspect

        return called(self.python_callable, self.op_args, self.op_kwargs)


class BranchPythonOperator(BranchMixIn, PythonOperator):
    """The function returns the task or group ids that go on, or None to skip all downstream."""

    inherits_from_skipmixin = True

    def execute(self, context: Any) -> Any:
        """Calls the function and follows what it chose."""
        return self.do_branch(context, super().execute(context))


class ShortCircuitOperator(SkipMixin, PythonOperator):
    """A falsy result skips what is downstream: all of it, or only the direct tasks."""

    inherits_from_skipmixin = True

    def __init__(self, *, ignore_downstream_trigger_rules: bool = True, **options: Any) -> None:
        super().__init__(**options)
        self.ignore_downstream_trigger_rules = ignore_downstream_trigger_rules

    def execute(self, context: Any) -> Any:
        """Calls the function and judges its result."""
        condition = super().execute(context)
        self.log.info("Condition result is %s", condition)
        if not condition:
            self.log.info("Skipping downstream tasks...")
            context["ti"].cut_short()
        return condition

"""Waiting until a function says so."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from narae.hooks.calling import arguments_for, called
from narae.sensors.base import BaseSensorOperator, PokeReturnValue


class PythonSensor(BaseSensorOperator):
    """Calls ``python_callable`` until it returns something true, or a done PokeReturnValue."""

    template_fields: Sequence[str] = ("templates_dict", "op_args", "op_kwargs")

    def __init__(
        self,
        *,
        python_callable: Callable[..., Any],
        op_args: Sequence[Any] | None = None,
        op_kwargs: Mapping[str, Any] | None = None,
        templates_dict: dict[str, Any] | None = None,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.python_callable = python_callable
        self.op_args: Sequence[Any] = op_args or ()
        self.op_kwargs: Mapping[str, Any] = op_kwargs or {}
        self.templates_dict = templates_dict

    def poke(self, context: Any) -> bool | PokeReturnValue:
        """Calls the function once."""
        if self.templates_dict is not None:
            context["templates_dict"] = self.templates_dict
        kwargs = arguments_for(self.python_callable, self.op_args, self.op_kwargs, context)
        found = called(self.python_callable, self.op_args, kwargs)
        return found if isinstance(found, PokeReturnValue) else bool(found)

"""Params: named inputs of a DAG's runs, with defaults and JSON schemas."""

from collections.abc import Iterator, Mapping, MutableMapping
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from narae.authoring.notset import NOTSET, ArgNotSet
from narae.authoring.xcom_arg import Deferred, Source
from narae.errors import ParamValidationError

if TYPE_CHECKING:
    from narae.authoring.dag import DAG


class Param:
    """A default and a JSON schema (draft 2020-12): ``Param(5, type="integer", minimum=1)``."""

    def __init__(
        self,
        default: Any = NOTSET,
        description: str | None = None,
        source: str | None = None,
        **schema: Any,
    ) -> None:
        self.value = default
        self.description = description
        self.source = source
        nested = schema.pop("schema", None)
        self.schema: dict[str, Any] = dict(nested) if nested is not None else schema

    def __copy__(self) -> "Param":
        return Param(self.value, self.description, self.source, schema=self.schema)

    def __repr__(self) -> str:
        return f"Param({self.value!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Param) and self.dump() == other.dump()

    __hash__ = None  # type: ignore[assignment]  # its value may be changed

    @property
    def has_value(self) -> bool:
        """Whether there is a default, or a value was set."""
        return not isinstance(self.value, ArgNotSet) and self.value is not None

    def resolve(self, value: Any = NOTSET, suppress_exception: bool = False) -> Any:
        """The given value or the default, checked against the schema, and kept."""
        chosen = self.value if isinstance(value, ArgNotSet) else value
        if isinstance(chosen, ArgNotSet):
            if suppress_exception:
                return None
            raise ParamValidationError("it has no default and was not given a value")
        try:
            check_schema(chosen, self.schema)
        except ParamValidationError:
            if suppress_exception:
                return None
            raise
        self.value = chosen
        return chosen

    def dump(self) -> dict[str, Any]:
        """Value, description and schema as a dict."""
        value = None if isinstance(self.value, ArgNotSet) else self.value
        return {"value": value, "description": self.description, "schema": self.schema}

    def serialize(self) -> dict[str, Any]:
        """As :meth:`dump`."""
        return self.dump()

    @staticmethod
    def deserialize(data: Mapping[str, Any], version: int = 1) -> "Param":
        """The opposite of :meth:`serialize`."""
        del version
        return Param(data.get("value"), data.get("description"), schema=data.get("schema") or {})


def check_schema(value: Any, schema: Mapping[str, Any]) -> None:
    """ParamValidationError when ``value`` breaks ``schema``."""
    if not schema:
        return
    import jsonschema  # noqa: PLC0415  # heavy, and most DAG files have no schema

    try:
        jsonschema.validate(
            value,
            schema,
            cls=jsonschema.Draft202012Validator,
            format_checker=jsonschema.FormatChecker(),
        )
    except jsonschema.ValidationError as error:
        raise ParamValidationError(f"{error.message} (got {value!r})") from None
    except jsonschema.SchemaError as error:
        raise ParamValidationError(f"its schema is wrong: {error.message}") from None


class ParamsDict(MutableMapping[str, Any]):
    """Params by name. Reading gives the value, not the Param."""

    def __init__(
        self, dict_obj: Mapping[str, Any] | None = None, suppress_exception: bool = False
    ) -> None:
        self.suppress_exception = suppress_exception
        self._params: dict[str, Param] = {}
        for name, value in self._pairs(dict_obj):
            self._params[name] = value if isinstance(value, Param) else Param(value)

    @staticmethod
    def _pairs(given: Mapping[str, Any] | None) -> list[tuple[str, Any]]:
        if isinstance(given, ParamsDict):
            return [(name, deepcopy(param)) for name, param in given.items_as_params()]
        return list((given or {}).items())

    def __getitem__(self, key: str) -> Any:
        return self._params[key].resolve(suppress_exception=self.suppress_exception)

    def __setitem__(self, key: str, value: Any) -> None:
        if isinstance(value, Param):
            self._params[key] = value
        elif key in self._params:
            try:
                self._params[key].resolve(value, self.suppress_exception)
            except ParamValidationError as error:
                raise ParamValidationError(f"param {key!r}: {error}") from None
        else:
            self._params[key] = Param(value)

    def __delitem__(self, key: str) -> None:
        del self._params[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._params)

    def __len__(self) -> int:
        return len(self._params)

    def __contains__(self, key: object) -> bool:
        return key in self._params

    def __repr__(self) -> str:
        return repr({name: param.value for name, param in self._params.items()})

    def __eq__(self, other: object) -> bool:
        if isinstance(other, ParamsDict):
            return self._params == other.items_as_params_dict()
        return isinstance(other, dict) and self.dump() == other

    __hash__ = None  # type: ignore[assignment]  # as dicts

    def items_as_params(self) -> list[tuple[str, Param]]:
        """(name, Param) pairs."""
        return list(self._params.items())

    def items_as_params_dict(self) -> dict[str, Param]:
        """The Params by name."""
        return self._params

    def get_param(self, key: str) -> Param:
        """The Param itself."""
        return self._params[key]

    def update(self, *args: Any, **kwargs: Any) -> None:
        """Overrule values, keeping schemas; a Param replaces the Param of its name."""
        for given in (*args, kwargs):
            for name, value in self._pairs(given):
                self[name] = value

    def dump(self) -> dict[str, Any]:
        """The values by name, without checking them."""
        return {
            name: None if isinstance(param.value, ArgNotSet) else param.value
            for name, param in self._params.items()
        }

    def validate(self) -> dict[str, Any]:
        """The values by name, each checked against its schema."""
        values: dict[str, Any] = {}
        for name, param in self._params.items():
            try:
                values[name] = param.resolve(suppress_exception=self.suppress_exception)
            except ParamValidationError as error:
                raise ParamValidationError(f"param {name!r}: {error}") from None
        return values


class DagParam(Deferred):
    """A param of a DAG as a task's argument: the run's value, known when the task runs."""

    def __init__(self, current_dag: "DAG", name: str, default: Any = NOTSET) -> None:
        if not isinstance(default, ArgNotSet):
            current_dag.params[name] = default
        self._name = name

    @property
    def roots(self) -> Any:
        """None: a param comes from no task."""
        return ()

    @property
    def leaves(self) -> Any:
        """None: a param comes from no task."""
        return ()

    def resolve(self, source: Source) -> Any:
        """The run's value."""
        return source.param(self._name)

    def __repr__(self) -> str:
        return f"DagParam({self._name!r})"

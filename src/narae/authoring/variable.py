"""Variables: named texts of a deployment."""

import json
import os
from typing import Any

from narae.authoring.backend import Ambient, has_backend
from narae.authoring.notset import NOTSET, ArgNotSet
from narae.core.masking import looks_secret
from narae.errors import AirflowException, VariableNotFoundError

ENVIRONMENT = ("NARAE_VAR_", "AIRFLOW_VAR_")


class Variable:
    """``Variable.get("key")``: from the environment, else from the deployment."""

    def __init__(
        self,
        key: str | None = None,
        val: Any = None,
        description: str | None = None,
        value: Any = None,
    ) -> None:
        self.key = key
        self.val = val if val is not None else value
        self.description = description

    @property
    def value(self) -> Any:
        """``val`` by its name of Airflow 3."""
        return self.val

    @classmethod
    def get(
        cls,
        key: str,
        default_var: Any = NOTSET,
        deserialize_json: bool = False,
        default: Any = NOTSET,
    ) -> Any:
        """The variable's text or, with ``deserialize_json``, what its JSON says.

        The default is given as it is. Without one a missing variable is a KeyError.
        """
        text = cls._find(key)
        if text is None:
            fallback = default if isinstance(default_var, ArgNotSet) else default_var
            if isinstance(fallback, ArgNotSet):
                raise VariableNotFoundError(_missing(key))
            return fallback
        if not deserialize_json:
            return text
        try:
            return json.loads(text)
        except json.JSONDecodeError as error:
            raise ValueError(f"variable {key!r} holds no JSON: {error}") from None

    @staticmethod
    def _find(key: str) -> str | None:
        first = has_backend(os.environ)
        text = Ambient.client.get_variable(key) if first and Ambient.client else None
        for prefix in ENVIRONMENT:
            text = os.environ.get(prefix + key.upper()) if text is None else text
        if text is None and not first and Ambient.client is not None:
            text = Ambient.client.get_variable(key)
        if text and Ambient.remember_secret is not None and looks_secret(key):
            Ambient.remember_secret(text)
        return text

    @staticmethod
    def set(
        key: str,
        value: Any,
        description: str | None = None,
        serialize_json: bool = False,
        session: Any = None,
    ) -> None:
        """Store the value's text or, with ``serialize_json``, its JSON."""
        del session
        text = json.dumps(value, indent=2) if serialize_json else str(value)
        _client("set", key).put_variable(key, text, description)

    @classmethod
    def setdefault(
        cls, key: str, default: Any, description: str | None = None, deserialize_json: bool = False
    ) -> Any:
        """The variable; one that is missing is stored with the default first."""
        found = cls.get(key, NOTSET_AS_NONE, deserialize_json)
        if found is not NOTSET_AS_NONE:
            return found
        if default is None:
            raise ValueError(f"variable {key!r}: a default is needed to store one")
        cls.set(key, default, description, serialize_json=deserialize_json)
        return default

    @classmethod
    def update(
        cls, key: str, value: Any, serialize_json: bool = False, session: Any = None
    ) -> None:
        """Store a new value; KeyError when there is no such variable."""
        if cls._find(key) is None:
            raise VariableNotFoundError(_missing(key))
        cls.set(key, value, None, serialize_json, session)

    @staticmethod
    def delete(key: str, session: Any = None) -> int:
        """How many were deleted: 0 or 1."""
        del session
        return int(_client("delete", key).delete_variable(key))


NOTSET_AS_NONE = object()


def _client(verb: str, key: str) -> Any:
    if Ambient.client is None:
        raise AirflowException(f"can't {verb} variable {key!r} here: do it within a task")
    return Ambient.client


def _missing(key: str) -> str:
    where = "in the environment" if Ambient.client is None else "in the environment or the store"
    hint = (
        f"; while a file is read, give a default, use {{{{ var.value.{key} }}}} in a template, or"
        " read it within a task"
        if Ambient.client is None
        else f"; `narae variables set {key} VALUE` makes one"
    )
    return f"variable {key!r} is not {where}{hint}"

"""A call in another Python: what goes over, and what comes back."""

import ast
import importlib
import inspect
import json
import textwrap
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from narae.errors import (
    AirflowException,
    AirflowFailException,
    AirflowSkipException,
    DeserializingResultError,
)

SERIALIZERS = ("pickle", "cloudpickle", "dill")

_SIGNALS = MappingProxyType(
    {"AirflowSkipException": AirflowSkipException, "AirflowFailException": AirflowFailException}
)
"""Exceptions of the other Python that mean the same here."""

_SCRIPT = """\
from __future__ import annotations

import importlib
import json
import sys
import traceback

folder, serializer, expect_airflow = sys.argv[1:4]
if expect_airflow == "yes":
    try:
        import narae.airflow
    except ImportError:
        pass
    else:
        narae.airflow.install()
codec = importlib.import_module(serializer)

{source}

with open(folder + "/given", "rb") as file:
    given = codec.load(file)
if given["strings"]:
    virtualenv_string_args = given["strings"]
try:
    result = {name}(*given["args"], **given["kwargs"])
except Exception as error:
    with open(folder + "/error", "w", encoding="utf-8") as file:
        json.dump([type(error).__name__, str(error), traceback.format_exc()], file)
    raise
with open(folder + "/result", "wb") as file:
    codec.dump(result, file)
"""


@dataclass(frozen=True, kw_only=True)
class Call:
    """A function with its arguments, and how they travel."""

    function: Callable[..., Any]
    args: list[Any]
    kwargs: dict[str, Any]
    string_args: list[str]
    serializer: str
    expect_airflow: bool


def written(call: Call, interpreter: str, folder: Path) -> list[str]:
    """Writes the call into ``folder``; gives the command that carries it out."""
    codec = importlib.import_module(call.serializer)
    given = {"args": call.args, "kwargs": call.kwargs, "strings": call.string_args}
    try:
        (folder / "given").write_bytes(codec.dumps(given))
    except Exception as error:
        raise AirflowException(
            f"an argument of {call.function.__name__} can't go to another Python: {error}"
        ) from error
    script = _SCRIPT.replace("{source}", source_of(call.function)).replace(
        "{name}", call.function.__name__
    )
    (folder / "script.py").write_text(script, encoding="utf-8")
    airflow = "yes" if call.expect_airflow else "no"
    return [interpreter, str(folder / "script.py"), str(folder), call.serializer, airflow]


def source_of(function: Callable[..., Any]) -> str:
    """The function's source on its own, without decorators."""
    try:
        text = textwrap.dedent(inspect.getsource(function))
    except (OSError, TypeError) as error:
        raise AirflowException(f"the source of {function!r} can't be read: {error}") from error
    tree = ast.parse(text)
    node = tree.body[0]
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        raise AirflowException(f"{function!r} is no function with a def of its own")
    node.decorator_list = []
    return ast.unparse(tree)


def outcome(folder: Path, exit_code: int, *, serializer: str, skip_on: Collection[int]) -> Any:
    """What came back: the result, or the exception that stands for the failure."""
    if exit_code and exit_code in skip_on:
        raise AirflowSkipException(f"Process exited with code {exit_code}. Skipping.")
    error = folder / "error"
    if error.exists():
        name, words, trace = json.loads(error.read_text(encoding="utf-8"))
        if name in _SIGNALS:
            raise _SIGNALS[name](words)
        raise AirflowException(f"{name}: {words}\n{trace}")
    if exit_code:
        raise AirflowException(f"Process returned non-zero exit status {exit_code}.")
    result = folder / "result"
    if not result.exists():
        return None
    try:
        return importlib.import_module(serializer).loads(result.read_bytes())
    except Exception as problem:
        raise DeserializingResultError(
            f"the result can't be read here with {serializer}: {problem}; return plain data, or "
            "have the same packages on both sides"
        ) from problem

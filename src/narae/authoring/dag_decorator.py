"""``@dag``: a function whose tasks form a DAG."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Unpack, overload

from narae.authoring.calls import bound
from narae.authoring.dag import DAG
from narae.authoring.notset import NOTSET
from narae.authoring.options import DagOptions


@overload
def dag(dag_id: Callable[..., Any]) -> Callable[..., DAG]: ...
@overload
def dag(
    dag_id: str = "",
    description: str | None = None,
    schedule: Any = NOTSET,
    **options: Unpack[DagOptions],
) -> Callable[[Callable[..., Any]], Callable[..., DAG]]: ...
def dag(
    dag_id: Any = "",
    description: str | None = None,
    schedule: Any = NOTSET,
    **options: Unpack[DagOptions],
) -> Any:
    """``@dag`` or ``@dag(...)``. The function's parameters become the DAG's params."""
    if callable(dag_id):
        return _factory(dag_id, dag_id.__name__, description, schedule, options)

    def decorate(function: Any) -> Any:
        return _factory(function, dag_id or function.__name__, description, schedule, options)

    return decorate


def _factory(
    function: Any, dag_id: str, description: str | None, schedule: Any, options: DagOptions
) -> Any:
    @wraps(function)
    def make(*args: Any, **kwargs: Any) -> DAG:
        given = dict(options)
        if function.__doc__ and not given.get("doc_md"):
            given["doc_md"] = function.__doc__
        with DAG(dag_id, description, schedule, **given) as made:  # type: ignore[arg-type]  # options
            values = bound(function, args, kwargs)
            function(**{name: made.param(name, value) for name, value in values.items()})
        return made

    return make

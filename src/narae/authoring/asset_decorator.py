"""``@asset``: a function that makes one asset, as a DAG of one task.

Its parameters are ``self`` (the asset), ``context``, and names of assets that it reads.
"""

from collections.abc import Callable
from typing import Any

from narae.authoring.assets import Asset
from narae.authoring.calls import signature_of
from narae.authoring.dag import DAG
from narae.authoring.decorated import TaskFunction

Function = Callable[..., Any]

_OF_ASSET = frozenset({"name", "uri", "group", "extra", "watchers", "access_control"})


class MakesAssets:
    """``@asset(schedule=...)`` and ``@asset.multi(outlets=[...], schedule=...)``."""

    def __call__(self, *, schedule: Any, **options: Any) -> Callable[[Function], Asset]:
        """The decorated function becomes an :class:`Asset` of its name."""

        def decorate(function: Any) -> Asset:
            of_asset = {key: value for key, value in options.items() if key in _OF_ASSET}
            of_dag = {key: value for key, value in options.items() if key not in _OF_ASSET}
            of_asset.setdefault("name", function.__name__)
            made = Asset(**of_asset)
            _dag_of(function, schedule, [made], of_dag)
            return made

        return decorate

    @staticmethod
    def multi(*, schedule: Any, outlets: list[Any], **options: Any) -> Callable[[Function], DAG]:
        """One function, several assets."""

        def decorate(function: Any) -> DAG:
            return _dag_of(function, schedule, outlets, options)

        return decorate


def _dag_of(function: Any, schedule: Any, outlets: list[Any], options: dict[str, Any]) -> DAG:
    dag_id = options.pop("dag_id", None) or function.__name__
    found = signature_of(function)
    names = found.names if found is not None else ()
    free = [name for name in names if found is None or name not in found.defaults]
    inlets = {name: Asset.ref(name=name) for name in free if name not in {"self", "context"}}
    values = {"self": outlets[0], **inlets}

    def make(**context: Any) -> Any:
        given = {**values, "context": context}
        return function(*(given[name] for name in free))

    make.__name__, make.__doc__ = function.__name__, function.__doc__
    with DAG(dag_id, schedule=schedule, **options) as dag:
        TaskFunction(make, options={"outlets": outlets, "inlets": list(inlets.values())})()
    return dag


asset = MakesAssets()

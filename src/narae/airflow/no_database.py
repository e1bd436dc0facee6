"""Stand-ins for Airflow's database: a task of Narae's has none, by design.

Maintenance DAGs and type annotations name these. Importing is fine, use is refused.
"""

from typing import Any, NoReturn

from narae.airflow.placeholders import Refusing
from narae.errors import NotYetError

WHY = "because a task has no database in Narae; use `narae` commands or the REST API instead"


class Model(Refusing):
    """The class of stand-ins for Airflow's models."""

    why = WHY


def __getattr__(name: str) -> type:
    if name.startswith("__"):
        raise AttributeError(name)
    made = Model(name, (), {"__module__": __name__})
    globals()[name] = made
    return made


def provide_session(function: Any) -> Any:
    """Airflow's decorator that hands in a database session: a call is refused."""

    def refuse(*_args: Any, **_options: Any) -> NoReturn:
        raise NotYetError(f"{function.__name__} needs a database session, which there is not {WHY}")

    refuse.__name__ = function.__name__
    refuse.__doc__ = function.__doc__
    return refuse


def create_session(*_args: Any, **_options: Any) -> NoReturn:
    """Airflow's database session: refused."""
    raise NotYetError(f"there is no database session {WHY}")


NEW_SESSION: Any = None
engine: Any = None

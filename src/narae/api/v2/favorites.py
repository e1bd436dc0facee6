"""``/api/v2/dags/{dag_id}/favorite``: the DAGs that somebody likes."""

from narae.api.call import Call
from narae.api.operation import V2
from narae.api.routes import Routes
from narae.api.v2.dags import READ
from narae.engine.actions import favorites

routes = Routes(V2, tag="DAG")


@routes.post("/dags/{dag_id}/favorite", needs=READ)
def favorite_dag(call: Call, dag_id: str) -> None:
    """The caller likes a DAG."""
    favorites.add(call.act(), dag_id)


@routes.post("/dags/{dag_id}/unfavorite", needs=READ, errors=(409,))
def unfavorite_dag(call: Call, dag_id: str) -> None:
    """The caller likes a DAG no more."""
    favorites.remove(call.act(), dag_id)

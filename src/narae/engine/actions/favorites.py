"""The DAGs that a user likes. Each user sees and changes their own."""

from narae.core.commands import Audit, ChangeFavorite, Command
from narae.core.wire import Wake
from narae.engine.actions.act import Act, find_dag


def of(act: Act) -> frozenset[str]:
    """The ids of the DAGs that whoever acts likes."""
    return act.store.favorites(act.who)


def add(act: Act, dag_id: str) -> None:
    """Nothing happens when it is one already. Raises NotFound."""
    _set(act, dag_id, favorite=True)


def remove(act: Act, dag_id: str) -> None:
    """Nothing happens when it is none. Raises NotFound."""
    _set(act, dag_id, favorite=False)


def _set(act: Act, dag_id: str, *, favorite: bool) -> None:
    def decide() -> tuple[list[Command], Audit, None]:
        find_dag(act.store, dag_id)
        before = dag_id in act.store.favorites(act.who)
        what = "favorite_dag" if favorite else "unfavorite_dag"
        audit = act.audit(
            what,
            dag_id=dag_id,
            before={"favorite": before},
            after={"favorite": favorite},
            of_previous=True,
        )
        if before is favorite:
            return [], audit, None
        return [ChangeFavorite(dag_id=dag_id, user=act.who, favorite=favorite)], audit, None

    act.write(decide, wake=Wake())

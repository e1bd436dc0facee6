"""``dag.test()`` and ``dag.cli()``: what runs DAGs stands above authoring and is installed here."""

from typing import TYPE_CHECKING, Any

from narae.authoring.backend import Ambient
from narae.errors import AirflowException

if TYPE_CHECKING:
    from narae.authoring.dag import DAG


def run_locally(dag: "DAG", *args: Any, **options: Any) -> Any:
    """Call what is installed as ``Ambient.run_locally`` with the DAG and the arguments."""
    if Ambient.run_locally is None:
        raise AirflowException(
            f"DAG {dag.dag_id!r} can't be run from within this process; run"
            f" `narae run {dag.fileloc} --dag-id {dag.dag_id}`"
        )
    return Ambient.run_locally(dag, *args, **options)

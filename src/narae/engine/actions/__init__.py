"""What users do: one function for each, used by the API, the CLI and running tasks alike.

Each takes an :class:`Act` (who, when, on which store), writes an audit row with what it does,
and wakes the engine. Errors are those of ``engine.errors``.
"""

from narae.engine.actions import (
    backfills,
    bulk,
    connections,
    dag_files,
    favorites,
    instances,
    pools,
    runs,
    variables,
    xcoms,
)
from narae.engine.actions.act import Act, find_dag, find_run
from narae.engine.actions.clear import Selection, clear, retry_run
from narae.engine.actions.dags import delete_dag, pause, unpause
from narae.engine.actions.late import attempts_of, run_waits, why_late
from narae.engine.actions.mark import TaskMark, mark_run, mark_tasks, set_run_note, set_task_note
from narae.engine.actions.run_now import run_now
from narae.engine.actions.stored import (
    delete_connection,
    delete_variable,
    put_connections,
    put_variables,
)
from narae.engine.actions.trigger import RunWish, check_conf, trigger
from narae.engine.actions.why import why, why_all

__all__ = [
    "Act",
    "RunWish",
    "Selection",
    "TaskMark",
    "attempts_of",
    "backfills",
    "bulk",
    "check_conf",
    "clear",
    "connections",
    "dag_files",
    "delete_connection",
    "delete_dag",
    "delete_variable",
    "favorites",
    "find_dag",
    "find_run",
    "instances",
    "mark_run",
    "mark_tasks",
    "pause",
    "pools",
    "put_connections",
    "put_variables",
    "retry_run",
    "run_now",
    "run_waits",
    "runs",
    "set_run_note",
    "set_task_note",
    "trigger",
    "unpause",
    "variables",
    "why",
    "why_all",
    "why_late",
    "xcoms",
]

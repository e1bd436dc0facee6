"""Which row a command is about. One rule of ``apply`` rests on it.

A batch is decided from one view. When a command about a row does not take, the view of that row
was out of date, and so is everything later in the batch that was decided from it, even where the
revision happens to fit by now: none of it takes.
"""

from collections.abc import Hashable

from narae.core.commands import (
    ChangeDag,
    ChangeRun,
    ChangeTask,
    Command,
    DeleteInstance,
    DeleteRun,
    EndAttempt,
    Expand,
    MarkStarted,
    StartAttempt,
)


def subject(command: Command) -> Hashable:
    """The instance's key, the run's uid or the DAG's id; None for commands without a before."""
    match command:
        case (
            ChangeTask()
            | StartAttempt()
            | MarkStarted()
            | EndAttempt()
            | Expand()
            | DeleteInstance()
        ):
            return command.before.key
        case ChangeRun() | DeleteRun():
            return ("run", command.before.uid)
        case ChangeDag():
            return ("dag", command.before.dag_id)
        case _:
            return None

"""Running one instance now, whatever it depends on: the limits alone still hold it."""

from datetime import datetime

from narae.core.clear import clear_instance, run_again
from narae.core.commands import ChangeTask, Command
from narae.core.decide.step import schedule
from narae.core.ids import TaskRef
from narae.core.run_view import RunView
from narae.core.states import FINISHED, TaskState


def plan_run_now(view: RunView, ref: TaskRef, *, now: datetime) -> list[Command]:
    """Commands that make ``ref`` go out with the next free slot.

    A finished one is cleared first; a finished run is queued again. [] when it goes out anyway.
    """
    instance = view.instances[ref]
    if instance.state is TaskState.SCHEDULED:
        return []
    commands: list[Command] = []
    finished = instance.state in FINISHED
    if finished:
        for command in clear_instance(view, instance, now=now):
            commands.append(command)
            if isinstance(command, ChangeTask):
                instance = command.after
    commands.append(schedule(instance, now))
    return [*commands, *run_again(view.run, now=now, restart=True, cleared=finished)]

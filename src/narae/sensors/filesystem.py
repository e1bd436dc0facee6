"""Waiting for a file."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from narae.errors import AirflowException
from narae.hooks.filesystem import FSHook
from narae.sensors.base import BaseSensorOperator
from narae.triggers.base import StartTriggerArgs
from narae.triggers.file import FileTrigger, found


class FileSensor(BaseSensorOperator):
    """Waits until a file, or a file somewhere in a folder, is there.

    ``filepath`` may be a glob; ``**`` goes into folders with ``recursive``. It is taken from the
    folder of the connection.
    """

    template_fields: Sequence[str] = ("filepath",)
    ui_color = "#91818a"

    def __init__(
        self,
        *,
        filepath: str,
        fs_conn_id: str = FSHook.default_conn_name,
        recursive: bool = False,
        deferrable: bool = False,
        start_from_trigger: bool = False,
        trigger_kwargs: dict[str, Any] | None = None,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.filepath = filepath
        self.fs_conn_id = fs_conn_id
        self.recursive = recursive
        self.deferrable = deferrable
        self.start_from_trigger = start_from_trigger
        self.trigger_kwargs = trigger_kwargs
        self.start_trigger_args: StartTriggerArgs | None = None

    @property
    def path(self) -> str:
        """The path that is looked for, with the connection's folder."""
        return str(Path(FSHook(self.fs_conn_id).get_path()) / self.filepath)

    def poke(self, context: Any) -> bool:
        """Whether there is such a file."""
        del context
        self.log.info("Poking for file %s", self.path)
        return found(self.path, recursive=self.recursive)

    def execute(self, context: Any) -> Any:
        """Waits here, or in a trigger when it is deferrable."""
        if not self.deferrable:
            return super().execute(context)
        if not self.poke(context):
            self.defer(
                trigger=FileTrigger(self.path, self.recursive, poke_interval=self.poke_interval),
                method_name="execute_complete",
                timeout=timedelta(seconds=self.timeout),
            )
        return None

    def execute_complete(self, context: Any, event: bool | None = None) -> None:
        """After the trigger has fired."""
        del context
        if not event:
            raise AirflowException(f"the trigger ended, but {self.filepath} is not there")
        self.log.info("%s is there", self.filepath)

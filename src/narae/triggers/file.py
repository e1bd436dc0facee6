"""Triggers that wait for files."""

import glob
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from narae.triggers.base import BaseEventTrigger, BaseTrigger, TriggerEvent


def found(pattern: str, *, recursive: bool) -> bool:
    """Whether ``pattern`` leads to a file, or to a folder that holds one."""
    for path in map(Path, glob.iglob(pattern, recursive=recursive)):  # noqa: PTH207 - the pattern is absolute
        if path.is_file():
            return True
        if path.is_dir() and any(part.is_file() for part in path.rglob("*")):
            return True
    return False


class FileTrigger(BaseTrigger):
    """Fires once the file is there; its payload is True."""

    def __init__(
        self,
        filepath: str,
        recursive: bool = False,  # noqa: FBT001, FBT002 - Airflow's signature
        poke_interval: float = 5.0,
        **options: Any,
    ) -> None:
        super().__init__()
        self.filepath = filepath
        self.recursive = recursive
        self.poke_interval = float(options.get("poll_interval", poke_interval))

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """See :class:`BaseTrigger`."""
        return "narae.triggers.file.FileTrigger", {
            "filepath": self.filepath,
            "recursive": self.recursive,
            "poke_interval": self.poke_interval,
        }

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Looks every ``poke_interval`` seconds."""
        import asyncio  # noqa: PLC0415 - heavy, and few tasks defer

        while not found(self.filepath, recursive=self.recursive):  # noqa: ASYNC110 - a file tells nobody that it came
            await asyncio.sleep(self.poke_interval)
        yield TriggerEvent(True)


class FileDeleteTrigger(BaseEventTrigger):
    """Fires once the file is there, and deletes it; its payload is the path."""

    def __init__(self, filepath: str, poke_interval: float = 5.0) -> None:
        super().__init__()
        self.filepath = filepath
        self.poke_interval = poke_interval

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """See :class:`BaseTrigger`."""
        arguments = {"filepath": self.filepath, "poke_interval": self.poke_interval}
        return "narae.triggers.file.FileDeleteTrigger", arguments

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Looks every ``poke_interval`` seconds."""
        import asyncio  # noqa: PLC0415 - heavy, and few tasks defer

        path = Path(self.filepath)
        while not path.is_file():  # noqa: ASYNC110, ASYNC240 - the same; one system call
            await asyncio.sleep(self.poke_interval)
        path.unlink(missing_ok=True)  # noqa: ASYNC240 - the same
        yield TriggerEvent(self.filepath)

"""Paths below a connection's path."""

from pathlib import Path
from typing import Any

from narae.errors import AirflowNotFoundException
from narae.hooks.base import BaseHook


class FSHook(BaseHook):
    """A folder of this machine; the connection's extra holds it as ``path``.

    Without a connection ``fs_default`` the folder is ``/``.
    """

    conn_name_attr = "fs_conn_id"
    default_conn_name = "fs_default"
    conn_type = "fs"
    hook_name = "File (path)"

    def __init__(self, fs_conn_id: str = default_conn_name, **options: Any) -> None:
        super().__init__(**options)
        self.conn_id = fs_conn_id
        try:
            extra = self.get_connection(fs_conn_id).extra_dejson
        except AirflowNotFoundException:
            if fs_conn_id != self.default_conn_name:
                raise
            extra = {}
        self.basepath = str(extra.get("path", "/"))

    def get_conn(self) -> None:
        """There is nothing to talk through."""

    def get_path(self) -> str:
        """The folder."""
        return self.basepath

    def test_connection(self) -> tuple[bool, str]:
        """Whether the folder is there, and words for it."""
        if not self.basepath:
            return False, "the connection has no path"
        if not Path(self.basepath).exists():
            return False, f"{self.basepath} is not there"
        return True, f"{self.basepath} is there"

"""Puts the built web UI into the wheel: builds it when it is not there and Node is."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class UiHook(BuildHookInterface[Any]):
    """``[tool.hatch.build.targets.wheel.hooks.custom]``."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Before the wheel is put together. An editable install takes the folder as it is."""
        del build_data
        page = Path(self.root, "src/narae/api/static/ui/index.html")
        sources = Path(self.root, "ui")
        if version == "editable" or page.exists() or not sources.is_dir():
            return
        npm = shutil.which("npm")
        if npm is None:
            self.app.display_warning("There is no npm here: this wheel has no web UI")
            return
        for command in (["ci", "--no-audit", "--no-fund"], ["run", "build"]):
            subprocess.run([npm, *command], cwd=sources, check=True)  # noqa: S603 - our own

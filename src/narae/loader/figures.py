"""What the loader counts."""

from typing import Any

from narae.core.spec import ParsedFile
from narae.telemetry.metrics import LOADER
from narae.telemetry.own_process import own_figures
from narae.telemetry.registry import Registry, as_facts


class Figures:
    """The files that were parsed, and the process itself."""

    def __init__(self) -> None:
        self._registry = Registry(LOADER)
        self._files = self._registry.counter("narae_dag_files_parsed_total")
        self._seconds = self._registry.histogram("narae_dag_file_parse_seconds")

    def parsed(self, file: ParsedFile) -> None:
        """One was parsed."""
        self._files.add(("failed" if file.failures else "parsed",))
        self._seconds.observe(file.parse_seconds)

    def facts(self) -> dict[str, Any]:
        """All figures, for the heartbeat."""
        return {"metrics": as_facts(self._registry.snapshot() | own_figures("loader"))}

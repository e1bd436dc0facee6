"""A task for a quiet moment."""

from typing import Any

from narae.authoring.operator import BaseOperator


class SmoothOperator(BaseOperator):
    """Says something kind and succeeds."""

    ui_color = "#e8f7e4"

    def execute(self, context: Any) -> None:
        """One line in the log."""
        del context
        self.log.info("All quiet, all well: nothing to do here, and it went smoothly.")

"""A task that does nothing: a point that edges meet in."""

from typing import Any

from narae.authoring.operator import BaseOperator


class EmptyOperator(BaseOperator):
    """Does nothing. Without callbacks it succeeds without a process of its own."""

    ui_color = "#e8f7e4"
    runs_nothing = True

    def execute(self, context: Any) -> None:
        """Nothing."""

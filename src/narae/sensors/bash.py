"""Waiting until a Bash command succeeds."""

import os
from collections.abc import Sequence
from typing import Any

from narae.errors import AirflowFailException
from narae.hooks.subprocess import SubprocessHook, bash_path
from narae.sensors.base import BaseSensorOperator


class BashSensor(BaseSensorOperator):
    """Runs a command until its exit code is 0.

    With ``retry_exit_code`` every code but 0 and that one fails the task at once.
    """

    template_fields: Sequence[str] = ("bash_command", "env")

    def __init__(
        self,
        *,
        bash_command: str,
        env: dict[str, str] | None = None,
        output_encoding: str = "utf-8",
        retry_exit_code: int | None = None,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.bash_command = bash_command
        self.env = env
        self.output_encoding = output_encoding
        self.retry_exit_code = retry_exit_code
        self.hook: SubprocessHook | None = None

    def poke(self, context: Any) -> bool:
        """Runs the command once."""
        del context
        self.hook = SubprocessHook()
        environment = None if self.env is None else {str(k): str(v) for k, v in self.env.items()}
        code = self.hook.run_command(
            [bash_path(), "-c", self.bash_command],
            env=dict(os.environ) if environment is None else environment,
            output_encoding=self.output_encoding,
        ).exit_code
        if code and self.retry_exit_code is not None and code != self.retry_exit_code:
            raise AirflowFailException(
                f"the command ended with exit code {code}, which is neither 0 nor "
                f"retry_exit_code ({self.retry_exit_code})"
            )
        return code == 0

    def on_kill(self) -> None:
        """Ends the command."""
        if self.hook is not None:
            self.hook.send_sigterm()

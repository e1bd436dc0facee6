"""Tasks that run a Bash command."""

import os
from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, Any

from narae.authoring.operator import BaseOperator
from narae.authoring.parsing import notice
from narae.errors import AirflowException, AirflowSkipException

if TYPE_CHECKING:
    from narae.hooks.subprocess import SubprocessHook, SubprocessResult


class BashOperator(BaseOperator):
    """Runs ``bash -c bash_command``; its output goes to the log line by line.

    The last line of output becomes the XCom, through ``output_processor``. An exit code in
    ``skip_on_exit_code`` skips the task, any other but 0 fails it. ``env`` replaces the
    environment unless ``append_env``. A command that ends in ``.sh`` or ``.bash`` names a
    template file; a space at its end makes it a plain command.
    """

    template_fields: Sequence[str] = ("bash_command", "env", "cwd")
    template_fields_renderers = {"bash_command": "bash", "env": "json"}
    template_ext: Sequence[str] = (".sh", ".bash")
    ui_color = "#f0ede4"

    def __init__(
        self,
        *,
        bash_command: str,
        env: dict[str, str] | None = None,
        append_env: bool = False,
        output_encoding: str = "utf-8",
        skip_exit_code: int | None = None,
        skip_on_exit_code: int | Collection[int] | None = 99,
        cwd: str | None = None,
        output_processor: Callable[[str], Any] | None = None,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        if skip_exit_code is not None:
            notice("skip_exit_code is an old name: write skip_on_exit_code")
            skip_on_exit_code = skip_exit_code
        self.bash_command = bash_command
        self.env = env
        self.append_env = append_env
        self.output_encoding = output_encoding
        self.skip_on_exit_code = exit_codes(skip_on_exit_code)
        self.cwd = cwd
        self.output_processor = output_processor
        self.hook: SubprocessHook | None = None

    def execute(self, context: Any) -> Any:
        """Runs the command to its end."""
        del context
        result = self.run_command(self.bash_command)
        raise_for(result.exit_code, self.skip_on_exit_code)
        text = result.output
        return text if self.output_processor is None else self.output_processor(text)

    def run_command(self, command: Any) -> "SubprocessResult":
        """Runs one command with the operator's environment and folder."""
        from narae.hooks.subprocess import (  # noqa: PLC0415 - loads subprocess, and a DAG file runs nothing
            SubprocessHook,
            bash_path,
        )

        if not isinstance(command, str) or not command.strip():
            raise AirflowException(f"{self.task_id!r}: bash_command is {command!r}, no command")
        self._check_folder()
        self.hook = SubprocessHook()
        return self.hook.run_command(
            [bash_path(), "-c", command],
            env=self.environment(),
            output_encoding=self.output_encoding,
            cwd=self.cwd,
        )

    def environment(self) -> dict[str, str]:
        """What the command finds in its environment; ``AIRFLOW_CTX_*`` is always there."""
        if self.env is None:
            return dict(os.environ)
        base = os.environ if self.append_env else _context_variables()
        return {**base, **{str(name): str(value) for name, value in self.env.items()}}

    def _check_folder(self) -> None:
        if self.cwd is None:
            return
        if not os.path.exists(self.cwd):  # noqa: PTH110 - pathlib costs a DAG file 5 ms
            raise AirflowException(f"Can not find the cwd: {self.cwd}")
        if not os.path.isdir(self.cwd):  # noqa: PTH112 - the same
            raise AirflowException(f"The cwd {self.cwd} must be a directory")

    def on_kill(self) -> None:
        """Ends the command and everything that it started."""
        if self.hook is not None:
            self.hook.send_sigterm()


def exit_codes(value: int | Collection[int] | None) -> tuple[int, ...]:
    """One exit code, several or none, as a tuple."""
    if value is None:
        return ()
    return (value,) if isinstance(value, int) else tuple(value)


def raise_for(exit_code: int, skip_on: Collection[int]) -> None:
    """Skips or fails the task as the command's exit code has it."""
    if exit_code in skip_on:
        raise AirflowSkipException(f"Bash command returned exit code {exit_code}. Skipping.")
    if exit_code != 0:
        why = f"was ended by signal {-exit_code}" if exit_code < 0 else "failed"
        raise AirflowException(
            f"Bash command {why}. The command returned a non-zero exit code {exit_code}."
        )


def _context_variables() -> dict[str, str]:
    return {k: v for k, v in os.environ.items() if k.startswith("AIRFLOW_CTX_")}

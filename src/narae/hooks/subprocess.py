"""Running a command whose output goes to the task's log as it comes."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from typing import Any, NamedTuple

from narae.hooks.base import BaseHook

KILL_AFTER_SECONDS = 5.0
"""How long a command has between SIGTERM and SIGKILL when its task is over."""


class SubprocessResult(NamedTuple):
    """How a command ended: its exit code and the last line of its output."""

    exit_code: int
    output: str


class SubprocessHook(BaseHook):
    """Runs one command at a time, in a process group of its own."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.sub_process: subprocess.Popen[bytes] | None = None

    def run_command(
        self,
        command: Sequence[str],
        env: Mapping[str, str] | None = None,
        output_encoding: str = "utf-8",
        cwd: str | None = None,
        *,
        on_line: Callable[[str], None] | None = None,
    ) -> SubprocessResult:
        """Runs ``command`` in ``cwd`` (a temporary folder without one) and waits for its end.

        ``env`` replaces the environment. stdout and stderr are read together, line by line.
        """
        with ExitStack() as stack:
            if cwd is None:
                cwd = stack.enter_context(tempfile.TemporaryDirectory(prefix="narae_"))
            self.log.info("Running command: %s", list(command))
            stack.callback(self.end)
            process = subprocess.Popen(  # noqa: S603 - running the user's command is the purpose
                list(command),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                cwd=cwd,
                env=dict(os.environ if env is None else env),
                start_new_session=False,
                process_group=0,
                restore_signals=True,
            )
            self.sub_process = process
            self.log.info("Output:")
            last = self._read(process, output_encoding, on_line or self._log_line)
            code = process.wait()
        self.log.info("Command exited with return code %s", code)
        return SubprocessResult(exit_code=code, output=last)

    def _log_line(self, line: str) -> None:
        self.log.info("%s", line)

    def _read(
        self, process: subprocess.Popen[bytes], encoding: str, on_line: Callable[[str], None]
    ) -> str:
        """Passes every line on; returns the last one."""
        last = ""
        if process.stdout is None:
            return last
        with process.stdout as stream:
            for raw in stream:
                last = raw.decode(encoding, errors="backslashreplace").rstrip()
                on_line(last)
        return last

    def send_sigterm(self) -> None:
        """Asks the command and everything it started to end."""
        self._signal(signal.SIGTERM)

    def end(self) -> None:
        """Makes sure that nothing of the command runs any more; harmless when it has ended."""
        process = self.sub_process
        if process is None:
            return
        if process.poll() is None:
            self._signal(signal.SIGTERM)
            try:
                process.wait(KILL_AFTER_SECONDS)
            except subprocess.TimeoutExpired:
                self.log.warning("the command did not end in time: killing it")
        self._signal(signal.SIGKILL)
        if process.poll() is None:
            process.wait()
        self.sub_process = None

    def _signal(self, number: signal.Signals) -> None:
        if self.sub_process is None:
            return
        try:
            os.killpg(self.sub_process.pid, number)
        except ProcessLookupError:
            return
        if number is signal.SIGTERM:
            self.log.info("Sent SIGTERM to process group %d", self.sub_process.pid)


def bash_path() -> str:
    """Bash as this process's own PATH has it; the command may be given another one."""
    return shutil.which("bash") or "bash"

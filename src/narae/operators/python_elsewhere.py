"""Tasks that call a function in another Python: one made for them, or one that is there."""

import hashlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from narae.errors import AirflowException
from narae.hooks.calling import arguments_for
from narae.hooks.subprocess import SubprocessHook
from narae.operators.bash import exit_codes
from narae.operators.branch import BranchMixIn
from narae.operators.foreign_python import SERIALIZERS, Call, outcome, written
from narae.operators.python import PythonOperator

CONTEXT_KEYS = (
    "ds",
    "ds_nodash",
    "run_id",
    "task_instance_key_str",
    "test_mode",
    "ts",
    "ts_nodash",
    "ts_nodash_with_tz",
    "next_ds",
    "next_ds_nodash",
    "prev_ds",
    "prev_ds_nodash",
    "tomorrow_ds",
    "tomorrow_ds_nodash",
    "yesterday_ds",
    "yesterday_ds_nodash",
    "templates_dict",
    "try_number",
)
"""Context keys that any Python can be given."""

MOMENT_KEYS = (
    "data_interval_end",
    "data_interval_start",
    "execution_date",
    "logical_date",
    "next_execution_date",
    "prev_execution_date",
)
"""Context keys that need pendulum over there."""


class ForeignPythonOperator(PythonOperator):
    """The base: calls the function in the Python at ``interpreter()``.

    The function's source goes over, so what it needs it imports itself. Arguments and result go
    through ``serializer`` (``pickle``, ``cloudpickle`` or ``dill``).
    """

    def __init__(
        self,
        *,
        python_callable: Callable[..., Any],
        serializer: str | None = None,
        op_args: Collection[Any] | None = None,
        op_kwargs: Mapping[str, Any] | None = None,
        string_args: Iterable[str] | None = None,
        templates_dict: dict[str, Any] | None = None,
        templates_exts: list[str] | None = None,
        expect_airflow: bool = True,
        skip_on_exit_code: int | Collection[int] | None = None,
        env_vars: dict[str, str] | None = None,
        inherit_env: bool = True,
        use_dill: bool = False,
        **options: Any,
    ) -> None:
        if getattr(python_callable, "__name__", "<lambda>") == "<lambda>":
            raise AirflowException("a lambda has no source that could go to another Python")
        super().__init__(
            python_callable=python_callable,
            op_args=op_args,
            op_kwargs=op_kwargs,
            templates_dict=templates_dict,
            templates_exts=templates_exts,
            **options,
        )
        chosen = serializer or ("dill" if use_dill else "pickle")
        if chosen not in SERIALIZERS:
            raise AirflowException(
                f"serializer of {self.task_id!r} is {chosen!r}: one of {', '.join(SERIALIZERS)}"
            )
        self.serializer = chosen
        self.string_args = list(string_args or ())
        self.expect_airflow = expect_airflow
        self.skip_on_exit_code = exit_codes(skip_on_exit_code)
        self.env_vars = env_vars
        self.inherit_env = inherit_env
        self.hook: SubprocessHook | None = None

    def knows_pendulum(self) -> bool:
        """Whether moments can be given as pendulum's."""
        return False

    def determine_kwargs(self, context: Mapping[str, Any]) -> dict[str, Any]:
        """``op_kwargs``, and those context keys that the other Python can take."""
        keys = CONTEXT_KEYS + (MOMENT_KEYS if self.knows_pendulum() else ())
        there = _Part(context, keys)
        return arguments_for(self.python_callable, self.op_args, self.op_kwargs, there)

    def run_in(self, interpreter: str, folder: Path) -> Any:
        """Calls the function in ``interpreter``; ``folder`` holds what goes over and back."""
        call = Call(
            function=self.python_callable,
            args=list(self.op_args),
            kwargs=dict(self.op_kwargs),
            string_args=self.string_args,
            serializer=self.serializer,
            expect_airflow=self.expect_airflow,
        )
        command = written(call, interpreter, folder)
        self.hook = SubprocessHook()
        base = dict(os.environ) if self.inherit_env else {}
        result = self.hook.run_command(command, env={**base, **(self.env_vars or {})})
        return outcome(
            folder, result.exit_code, serializer=self.serializer, skip_on=self.skip_on_exit_code
        )

    def on_kill(self) -> None:
        """Ends the other Python."""
        if self.hook is not None:
            self.hook.send_sigterm()


class PythonVirtualenvOperator(ForeignPythonOperator):
    """Calls the function in a virtual environment made for it, by uv where there is one.

    With ``venv_cache_path`` the environment is kept and used again as long as the requirements
    stay the same.
    """

    template_fields: Sequence[str] = (
        "requirements",
        "index_urls",
        "venv_cache_path",
        *PythonOperator.template_fields,
    )
    template_ext: Sequence[str] = (".txt",)

    def __init__(
        self,
        *,
        requirements: Iterable[str] | str | None = None,
        python_version: str | None = None,
        system_site_packages: bool = True,
        pip_install_options: list[str] | None = None,
        index_urls: Collection[str] | str | None = None,
        venv_cache_path: str | os.PathLike[str] | None = None,
        index_urls_from_connection_ids: Any = None,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        del index_urls_from_connection_ids  # packages of such an index come with providers
        whole = requirements is None or isinstance(requirements, str)
        self.requirements: Any = (requirements or "") if whole else list(requirements or ())
        self.python_version = python_version
        self.system_site_packages = system_site_packages
        self.pip_install_options = pip_install_options or []
        self.index_urls = [index_urls] if isinstance(index_urls, str) else index_urls
        self.venv_cache_path = venv_cache_path

    def knows_pendulum(self) -> bool:
        """With the packages of this Python, or when it is asked for."""
        return self.system_site_packages or any("pendulum" in r for r in self.wanted())

    def wanted(self) -> list[str]:
        """The requirements, one a text."""
        if isinstance(self.requirements, str):
            lines = self.requirements.splitlines()
        else:
            lines = [str(line) for line in self.requirements]
        return [line.strip() for line in lines if line.strip() and not line.startswith("#")]

    def execute_callable(self) -> Any:
        """Makes the environment, or finds it, and calls the function in it."""
        with ExitStack() as stack:
            folder = Path(
                stack.enter_context(
                    tempfile.TemporaryDirectory(prefix="narae_venv_", ignore_cleanup_errors=True)
                )
            )
            place = folder / "venv"
            if self.venv_cache_path is not None:
                place = Path(self.venv_cache_path) / f"venv-{self.fingerprint()}"
            if not (place / "made").exists():
                self.make(place)
            return self.run_in(str(place / "bin" / "python"), folder)

    def fingerprint(self) -> str:
        """Equal for environments that can stand in for each other."""
        facts = [
            self.wanted(),
            self.pip_install_options,
            self.index_urls,
            self.system_site_packages,
            self.python_version or sys.version,
        ]
        return hashlib.sha256(json.dumps(facts, default=str).encode()).hexdigest()[:16]

    def make(self, place: Path) -> None:
        """Makes the virtual environment at ``place``."""
        uv = shutil.which("uv")
        site = ["--system-site-packages"] if self.system_site_packages else []
        version = f"python{self.python_version}" if self.python_version else sys.executable
        place.parent.mkdir(parents=True, exist_ok=True)
        if uv:
            wanted = self.python_version or sys.executable
            self._run([uv, "venv", "--quiet", "--allow-existing", "--python", wanted, *site, place])
        else:
            bare = [] if self.wanted() else ["--without-pip"]
            self._run([version, "-m", "venv", *bare, *site, place])
        if self.wanted():
            python = place / "bin" / "python"
            pip = (
                [uv, "pip", "install", "--python", python]
                if uv
                else [python, "-m", "pip", "install"]
            )
            self._run([*pip, *self._index(), *self.pip_install_options, *self.wanted()])
        (place / "made").touch()

    def _index(self) -> list[str]:
        if self.index_urls is None:
            return []
        urls = list(self.index_urls)
        if not urls:
            return ["--no-index"]
        more = [part for url in urls[1:] for part in ("--extra-index-url", url)]
        return ["--index-url", urls[0], *more]

    def _run(self, command: Sequence[Any]) -> None:
        """One step of the making; its output goes to the log, and a kill ends it."""
        words = [str(part) for part in command]
        self.hook = SubprocessHook()
        code = self.hook.run_command(words).exit_code
        if code:
            raise AirflowException(
                f"the virtual environment could not be made: {' '.join(words[:4])} ... ended with "
                f"exit code {code}; its output stands above"
            )


class ExternalPythonOperator(ForeignPythonOperator):
    """Calls the function in the Python at the path ``python``."""

    template_fields: Sequence[str] = ("python", *PythonOperator.template_fields)

    def __init__(self, *, python: str, expect_pendulum: bool = False, **options: Any) -> None:
        super().__init__(**options)
        if not python:
            raise ValueError("Python Path must be defined in ExternalPythonOperator")
        self.python = python
        self.expect_pendulum = expect_pendulum

    def knows_pendulum(self) -> bool:
        """As the author says."""
        return self.expect_pendulum

    def execute_callable(self) -> Any:
        """Calls the function over there."""
        path = Path(self.python)
        if not path.exists():
            raise ValueError(f"Python Path '{path}' must exists")
        if not os.access(path, os.X_OK):
            raise ValueError(f"Python Path '{path}' can't be executed")
        with tempfile.TemporaryDirectory(prefix="narae_python_") as folder:
            return self.run_in(str(path), Path(folder))


class BranchPythonVirtualenvOperator(BranchMixIn, PythonVirtualenvOperator):
    """The function, in its environment, says which branch goes on."""

    def execute(self, context: Any) -> Any:
        """Calls the function and follows what it chose."""
        return self.do_branch(context, super().execute(context))


class BranchExternalPythonOperator(BranchMixIn, ExternalPythonOperator):
    """The function, in another Python, says which branch goes on."""

    def execute(self, context: Any) -> Any:
        """Calls the function and follows what it chose."""
        return self.do_branch(context, super().execute(context))


class _Part(Mapping[str, Any]):
    """Some keys of a context."""

    def __init__(self, context: Mapping[str, Any], keys: Collection[str]) -> None:
        self._context = context
        self._keys = [key for key in keys if key in context]

    def __getitem__(self, key: str) -> Any:
        if key not in self._keys:
            raise KeyError(key)
        return self._context[key]

    def __iter__(self) -> Any:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)


def is_venv_installed() -> bool:
    """Whether virtual environments can be made here: ``venv`` is part of Python."""
    return True

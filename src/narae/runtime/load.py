"""Imports one DAG file the same way everywhere: in the loader's children and in task processes."""

import hashlib
import importlib.util
import os
import sys
import zipimport
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from difflib import get_close_matches
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Any

import narae.airflow
from narae.authoring import parsing
from narae.authoring.dag import DAG
from narae.core.workload import CodeRef
from narae.errors import DagNotFound, NaraeError

DAGS_ATTRIBUTE = "__narae_dags__"
"""On a loaded module: the DAGs that registered themselves while it was imported."""

PATH_PARTS = ("", "plugins", "config")
"""Folders within a DAG folder that its files may import from."""


def _seconds(text: str) -> timedelta:
    return timedelta(seconds=float(text))


OPERATOR_DEFAULTS: Mapping[str, tuple[str, Callable[[str], Any], Any]] = MappingProxyType(
    {
        "OPERATORS__DEFAULT_OWNER": ("owner", str, "airflow"),
        "OPERATORS__DEFAULT_QUEUE": ("queue", str, "default"),
        "CORE__DEFAULT_TASK_RETRIES": ("retries", int, 0),
        "CORE__DEFAULT_TASK_RETRY_DELAY": ("retry_delay", _seconds, timedelta(seconds=300)),
        "CORE__DEFAULT_TASK_EXECUTION_TIMEOUT": ("execution_timeout", _seconds, None),
        "CORE__DEFAULT_TASK_WEIGHT_RULE": ("weight_rule", str, "downstream"),
    }
)
"""Setting -> the argument that it is the default of, how it is read, and Airflow's default."""

_ON = frozenset({"true", "t", "1", "yes", "on"})


class CodeMissingError(NaraeError):
    """The file or the code version that a workload names is not on this machine."""


def module_name(file: str | Path) -> str:
    """A name that no import statement hits by accident; the same for the same path.

    >>> module_name("/dags/etl.py")
    '_narae_dag_cd03560606_etl'
    """
    path = str(file)
    tag = hashlib.sha256(path.encode("utf-8", "surrogateescape")).hexdigest()[:10]
    return f"_narae_dag_{tag}_{Path(path).stem}"


def settings_from(environ: Mapping[str, str]) -> parsing.FileSettings:
    """The deployment's defaults for DAG files, as the environment holds them."""

    def text(key: str, default: str) -> str:
        for prefix in ("NARAE__", "AIRFLOW__"):
            if (value := environ.get(prefix + key)) is not None:
                return value
        return default

    def flag(key: str) -> bool | None:
        value = text(key, "")
        return value.strip().lower() in _ON if value else None

    return parsing.FileSettings(
        default_timezone=text("CORE__DEFAULT_TIMEZONE", "UTC"),
        default_generation=3 if text("CORE__DEFAULT_GENERATION", "2") == "3" else 2,
        create_cron_data_intervals=flag("SCHEDULER__CREATE_CRON_DATA_INTERVALS"),
        create_delta_data_intervals=flag("SCHEDULER__CREATE_DELTA_DATA_INTERVALS"),
        catchup_by_default=flag("SCHEDULER__CATCHUP_BY_DEFAULT"),
        max_active_runs=int(text("CORE__MAX_ACTIVE_RUNS_PER_DAG", "16")),
        max_active_tasks=int(text("CORE__MAX_ACTIVE_TASKS_PER_DAG", "16")),
        max_consecutive_failed_runs=int(text("CORE__MAX_CONSECUTIVE_FAILED_DAG_RUNS_PER_DAG", "0")),
        operator_defaults={
            name: value
            for key, (name, read, default) in OPERATOR_DEFAULTS.items()
            if (given := text(key, "")) and (value := read(given)) != default
        },
    )


def load_file(
    path: str | Path, folder: str | Path, *, settings: parsing.FileSettings | None = None
) -> ModuleType:
    """Imports the DAG file at ``path`` (``.../a.zip/b.py`` for one inside a zip) and returns it.

    ``folder`` is its DAG folder, put on ``sys.path`` with its ``plugins`` and ``config``; the
    deployment's own come at the end (:func:`beside`).
    Whatever the file raises passes through; the half-made module is then forgotten.
    """
    narae.airflow.install()
    full, root = Path(os.path.abspath(path)), Path(os.path.abspath(folder))  # noqa: PTH100 - resolve() would follow the links of a code tree
    extend_path(root)
    sys.path.extend(p for p in beside(os.environ) if p not in sys.path and Path(p).is_dir())
    name = module_name(full)
    spec = _spec_of(name, full)
    state = parsing.begin_file(str(full), settings=settings or settings_from(os.environ))
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        if spec.loader is not None:
            spec.loader.exec_module(module)
    except BaseException:
        sys.modules.pop(name, None)
        raise
    setattr(module, DAGS_ATTRIBUTE, tuple(state.dags))
    return module


def load_code(code: CodeRef, *, tree: str | Path | None = None) -> ModuleType:
    """Imports the file that ``code`` names, from ``tree`` when its version is stored there."""
    root = Path(tree or code.folder)
    if not root.is_dir():
        raise CodeMissingError(f"code version {code.version or '(none)'} is not at {root}")
    path = root / code.file
    if zip_of(path) is None and not path.is_file():
        raise CodeMissingError(f"{code.file} is not in {root}")
    return load_file(path, root)


def extend_path(folder: Path) -> None:
    """Puts the folder and its import roots at the front of ``sys.path``, once."""
    wanted = [str(folder / part) if part else str(folder) for part in PATH_PARTS]
    for entry in reversed([p for p in wanted if p == str(folder) or Path(p).is_dir()]):
        if entry not in sys.path:
            sys.path.insert(0, entry)


def beside(environ: Mapping[str, str]) -> list[str]:
    """The deployment's folders of modules: its config and its plugins, as Airflow has them.

    >>> beside({"NARAE_HOME": "/home/n", "AIRFLOW__CORE__PLUGINS_FOLDER": "/p"})
    ['/home/n/config', '/p']
    """
    home = environ.get("NARAE_HOME") or environ.get("AIRFLOW_HOME")
    plugins = (
        environ.get("NARAE__CORE__PLUGINS_FOLDER")
        or environ.get("AIRFLOW__CORE__PLUGINS_FOLDER")
        or (f"{home}/plugins" if home else "")
    )
    return [place for place in (f"{home}/config" if home else "", plugins) if place]


def zip_of(path: Path) -> Path | None:
    """The zip file that ``path`` leads into, None when it does not."""
    return next((p for p in path.parents if p.suffix == ".zip" and p.is_file()), None)


def _spec_of(name: str, path: Path) -> ModuleSpec:
    archive = zip_of(path)
    if archive is None:
        spec = importlib.util.spec_from_file_location(name, path)
    else:
        spec = _zip_spec(name, archive, path)
    if spec is None:
        raise CodeMissingError(f"{path} can't be imported: not a Python file")
    return spec


class _ZipFileLoader:
    """Executes one module of a zip under a name of our choice."""

    def __init__(self, archive: Path, inner: str) -> None:
        self._zip = zipimport.zipimporter(str(archive))
        self._inner = inner

    def create_module(self, _spec: ModuleSpec) -> None:
        """The default module will do."""

    def exec_module(self, module: ModuleType) -> None:
        """Runs the file's code in ``module``."""
        exec(self._zip.get_code(self._inner), module.__dict__)  # noqa: S102 - importing a DAG file is running it


def _zip_spec(name: str, archive: Path, path: Path) -> ModuleSpec:
    if str(archive) not in sys.path:
        sys.path.insert(0, str(archive))
    inner = str(path.relative_to(archive).with_suffix("")).replace(os.sep, ".")
    spec = ModuleSpec(name, _ZipFileLoader(archive, inner), origin=str(path))  # type: ignore[arg-type]  # duck-typed loader
    spec.has_location = True
    return spec


def dags_of(module: ModuleType) -> list[DAG]:
    """All DAGs of a loaded module: its globals first, then those that registered themselves."""
    found: dict[int, DAG] = {}
    registered: Iterable[DAG] = getattr(module, DAGS_ATTRIBUTE, ())
    for value in (*vars(module).values(), *registered):
        if isinstance(value, DAG):
            found.setdefault(id(value), value)
    return list(found.values())


def find_dag(module: ModuleType, dag_id: str) -> DAG:
    """The DAG of that id; :class:`DagNotFound` names what there is instead."""
    dags = {dag.dag_id: dag for dag in reversed(dags_of(module))}
    if dag_id in dags:
        return dags[dag_id]
    near = get_close_matches(dag_id, dags, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else f"; it defines {sorted(dags) or 'no DAG'}"
    raise DagNotFound(f"{module.__file__} defines no DAG {dag_id!r}{hint}")

"""The four processes of a deployment: which there are, and what each begins with."""

import importlib
import logging
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from narae.bootstrap.home import prepare_home
from narae.bootstrap.user_environment import user_environment
from narae.config import Settings, load

COMPONENTS: MappingProxyType[str, str] = MappingProxyType(
    {
        "engine": "narae.bootstrap.engine_process:run_engine",
        "supervisor": "narae.bootstrap.supervisor_process:run_supervisor_process",
        "loader": "narae.bootstrap.loader_process:run_loader_process",
        "api": "narae.bootstrap.api_process:run_api_process",
    }
)
"""Component -> its main. Each is imported only where it runs: the others stay small."""


def run_component(name: str, environ: Mapping[str, str]) -> None:
    """Runs the component of that name until it is asked to stop."""
    settings = load(environ)
    logging.basicConfig(
        level=settings.logging.level,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
        stream=sys.stderr,
    )
    for words in settings.warnings:
        logging.getLogger("narae.config").warning(words)
    prepare_home(Path(settings.home))
    module, _, function = COMPONENTS[name].partition(":")
    main: Callable[[Settings], None] = getattr(importlib.import_module(module), function)
    main(settings)


def engine_socket(settings: Settings) -> Path:
    """Where the engine listens for supervisors and loaders."""
    return Path(settings.home) / "run" / "engine.sock"


def beside_folders(settings: Settings) -> list[Path]:
    """Folders that every DAG file may import from: the deployment's plugins and config.

    ``runtime.load`` finds the same in the environment of user-side processes.
    """
    return [Path(settings.core.plugins_folder), Path(settings.home) / "config"]


def enter_user_side(settings: Settings) -> None:
    """Makes this process's environment the one that user code may see."""
    environ = user_environment(settings, os.environ)
    os.environ.clear()
    os.environ.update(environ)

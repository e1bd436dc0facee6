"""The loader's process: watches the DAG folders and tells the engine what their files say."""

import importlib.util
import os
from pathlib import Path

from narae.bootstrap.clock import SystemClock
from narae.bootstrap.components import beside_folders, engine_socket, enter_user_side
from narae.bootstrap.standalone import Channel
from narae.config import Settings
from narae.loader.main import run_loader
from narae.loader.values import LoaderSettings, ParseSettings

EXAMPLES = "examples"


def run_loader_process(settings: Settings) -> None:
    """Runs until SIGTERM or SIGINT."""
    enter_user_side(settings)
    run_loader(
        home=Path(settings.home),
        folders=dag_folders(settings),
        engine_socket=engine_socket(settings),
        settings=loader_settings(settings),
        now=SystemClock().now,
        ready=Channel(os.environ).ready,
    )


def loader_settings(settings: Settings) -> LoaderSettings:
    """How files are found and parsed."""
    return LoaderSettings(
        parse=ParseSettings(
            import_timeout_seconds=settings.core.dagbag_import_timeout,
            memory_max_bytes=settings.core.dag_file_memory_max,
        ),
        beside=tuple(map(str, beside_folders(settings))),
        safe_mode=settings.core.dag_discovery_safe_mode,
        ignore_syntax=settings.core.dag_ignore_file_syntax,
        rescan_seconds=settings.scheduler.rescan_seconds,
        beat_seconds=settings.scheduler.heartbeat_seconds,
    )


def dag_folders(settings: Settings) -> list[Path]:
    """The deployment's DAG folder and, when wanted, the examples."""
    folder = Path(settings.core.dags_folder)
    folder.mkdir(parents=True, exist_ok=True)
    examples = [found] if settings.core.load_examples and (found := examples_folder()) else []
    return [folder, *(e for e in examples if e != folder)]


def examples_folder() -> Path | None:
    """Where the examples are: inside the wheel, or beside ``src`` in a checkout."""
    spec = importlib.util.find_spec("narae")
    if spec is None or spec.origin is None:
        return None
    package = Path(spec.origin).parent
    places = (package / "_examples", package.parent.parent / EXAMPLES)
    return next((place for place in places if place.is_dir()), None)

"""A work folder that is there while its tasks run and is taken away whatever becomes of them."""

import shutil
import tempfile
from pathlib import Path

from airflow.sdk import dag, setup, task, teardown


@dag(
    dag_id="example_setup_teardown",
    description="Set-up, work, tear-down",
    doc_md=__doc__,
    schedule=None,
    default_args={"owner": "examples"},
    tags=["example", "setup"],
)
def setup_teardown():
    @setup
    def make_folder() -> str:
        return tempfile.mkdtemp(prefix="narae-work-")

    @task
    def write(folder: str) -> int:
        return Path(folder, "notes.txt").write_text("one\ntwo\nthree\n", encoding="utf-8")

    @task
    def count_lines(folder: str) -> int:
        return len(Path(folder, "notes.txt").read_text(encoding="utf-8").splitlines())

    @teardown
    def remove_folder(folder: str) -> None:
        shutil.rmtree(folder)

    folder = make_folder()
    written = write(folder)
    counted = count_lines(folder)
    removed = remove_folder(folder)
    folder >> written >> counted >> removed
    folder >> removed


setup_teardown()

"""Fork servers: what they import, what they can't, and what happens when they die."""

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import pytest

from narae.core.reports import Failed, Succeeded
from narae.core.run import Cause, CauseKind
from narae.core.workload import CodeRef, Workload

if TYPE_CHECKING:
    from tests.executors.conftest import Deployment

pytestmark = pytest.mark.process

Deploy = Callable[..., "Deployment"]
SAYS = "import os, sys\ndef says(hands):\n    sys.stdout.write(f'{os.getppid()} {WORD}\\n')\n"
SLEEPS = (
    "import subprocess, sys, time\n"
    "def sleeps(hands):\n"
    "    child = subprocess.Popen(['sleep', '600'], start_new_session=True)\n"
    "    sys.stdout.write(f'{child.pid}\\n')\n"
    "    sys.stdout.flush()\n"
    "    time.sleep(600)\n"
    "def quiet(hands): pass\n"
)


def cause_of(report: object) -> Cause:
    assert isinstance(report, Failed), report
    return report.cause


def said(deployment: "Deployment", task: str = "says", **fields: Any) -> list[str]:
    workload, report = deployment.run(task, **fields)
    assert isinstance(report, Succeeded), report
    return deployment.events(workload, "stdout")[0].split()


def asleep(deployment: "Deployment") -> tuple[Workload, psutil.Process]:
    """A task that sleeps, and the process that it has started in another session."""
    workload = deployment.workload("sleeps")
    deployment.submit(workload)
    (pid,) = deployment.wait_until(lambda: deployment.events(workload, "stdout"))
    return workload, psutil.Process(int(pid))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("def task(:\n", "SyntaxError"),
        ("import nowhere_to_be_found\n", "No module named 'nowhere_to_be_found'"),
        ("raise SystemExit(3)\n", "SystemExit: 3"),
        ("import os\nos._exit(5)\n", "ended with exit code 5, importing it"),
        ("import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)\n", "SIGSEGV, importing it"),
    ],
)
def test_a_file_that_can_not_be_imported_says_why(
    shared: "Deployment", text: str, words: str
) -> None:
    name = f"broken_{abs(hash(text))}.py"
    shared.write(name, text)
    workload, report = shared.run("quiet", file=name)
    assert cause_of(report).kind is CauseKind.IMPORT_ERROR
    assert words in cause_of(report).words
    assert shared.events(workload, "supervisor") == [cause_of(report).words]
    _, report = shared.run("quiet")
    assert isinstance(report, Succeeded)  # no other file is harmed


def test_a_traceback_of_an_import_names_the_line(shared: "Deployment") -> None:
    shared.write("divides.py", "a = 1\nb = a / 0\n")
    _, report = shared.run("quiet", file="divides.py")
    assert 'divides.py", line 2' in cause_of(report).traceback


@pytest.mark.parametrize("execution", ["fork", "spawn"])
def test_an_import_without_end_is_cut_off(deploy: Deploy, execution: str) -> None:
    deployment = deploy("while True: pass\n", import_timeout_seconds=0.3)
    _, report = deployment.run("quiet", execution=execution)
    assert cause_of(report).kind is CauseKind.IMPORT_ERROR
    assert "longer than 0.3 seconds" in cause_of(report).words


@pytest.mark.parametrize(("version", "file"), [("", "gone.py"), ("0" * 64, "d.py")])
def test_code_that_is_not_there_is_named(shared: "Deployment", version: str, file: str) -> None:
    code = CodeRef(folder=str(shared.dags), version=version, file=file)
    _, report = shared.run("quiet", code=code)
    assert cause_of(report).kind is CauseKind.CODE_MISSING
    assert version in cause_of(report).words
    assert file in cause_of(report).words


def test_a_code_version_runs_from_its_own_tree(shared: "Deployment") -> None:
    for version in ("v1", "v2"):
        tree = shared.home / "code" / "trees" / version
        tree.mkdir(parents=True)
        (tree / "w.py").write_text(f"from word_{version} import WORD\n{SAYS}")
        (tree / f"word_{version}.py").write_text(f"WORD = {version!r}\n")
    words = [
        said(shared, code=CodeRef(folder="/nowhere", version=version, file="w.py"))[1]
        for version in ("v1", "v2", "v1")
    ]
    assert words == ["v1", "v2", "v1"]


def test_an_edited_file_or_module_is_imported_again(shared: "Deployment") -> None:
    shared.write("word.py", "WORD = 'one'\n")
    shared.write("edited.py", f"from word import WORD\n{SAYS}")
    first = said(shared, file="edited.py")
    assert said(shared, file="edited.py") == first  # the same server
    shared.write("word.py", "WORD = 'two'\n")
    os.utime(shared.dags / "word.py", ns=(1, 1))
    assert said(shared, file="edited.py")[1] == "two"


@pytest.mark.parametrize("how", ["workload", "code", "threads"])
def test_what_does_not_survive_a_fork_runs_in_a_fresh_python(
    shared: "Deployment", how: str
) -> None:
    threads = "import threading, time\n" * (how == "threads")
    start = "threading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n"
    name = f"spawn_{how}.py"
    text = f"WORD = 'x'\n{threads}{start * (how == 'threads')}{SAYS}"
    shared.write(name, text)
    fields: dict[str, Any] = {"file": name}
    if how == "workload":
        fields["execution"] = "spawn"
    if how == "code":
        fields["code"] = CodeRef(folder=str(shared.dags), version="", file=name, must_spawn=True)
    parent, _ = said(shared, **fields)
    assert int(parent) == shared.titled("narae fork server: base").pid


def test_an_import_error_in_a_fresh_python_is_an_import_error(shared: "Deployment") -> None:
    shared.write("fresh.py", "1 / 0\n")
    _, report = shared.run("quiet", file="fresh.py", execution="spawn")
    assert cause_of(report).kind is CauseKind.IMPORT_ERROR
    assert "ZeroDivisionError" in cause_of(report).words


def test_a_killed_child_is_no_harm_to_its_siblings(deploy: Deploy) -> None:
    deployment = deploy(SLEEPS)
    first, orphan = asleep(deployment)
    second, _ = asleep(deployment)
    os.kill(deployment.started(first).pid, signal.SIGKILL)
    cause = cause_of(deployment.ended(first))
    assert (cause.kind, cause.signal) == (CauseKind.SIGNAL, signal.SIGKILL)
    assert not orphan.is_running()
    assert psutil.pid_exists(deployment.started(second).pid)


@pytest.mark.parametrize("title", ["narae fork server: d.py", "narae fork server: base"])
def test_a_killed_server_takes_its_tasks_along_and_is_replaced(deploy: Deploy, title: str) -> None:
    deployment = deploy(SLEEPS)
    workload, orphan = asleep(deployment)
    pid = deployment.started(workload).pid
    deployment.titled(title).kill()
    assert cause_of(deployment.ended(workload)).kind is CauseKind.SUPERVISOR_LOST
    assert not psutil.pid_exists(pid)
    assert not orphan.is_running()
    _, report = deployment.run("quiet")
    assert isinstance(report, Succeeded)


def test_a_base_server_that_dies_while_a_file_is_imported_loses_nothing(deploy: Deploy) -> None:
    text = (
        "import os, time, pathlib\n"
        "flag = pathlib.Path('imported-once')\n"
        "if not flag.exists():\n"
        "    flag.touch()\n"
        "    time.sleep(600)\n"
        "def quiet(hands): pass\n"
    )
    deployment = deploy(text)
    workload = deployment.workload("quiet")
    deployment.submit(workload)
    deployment.wait_until((deployment.home / "imported-once").exists)
    deployment.titled("narae fork server: base").kill()
    assert isinstance(deployment.ended(workload), Succeeded)


def test_a_server_that_is_killed_while_it_imports_is_not_the_files_fault(deploy: Deploy) -> None:
    deployment = deploy("import time\ntime.sleep(600)\n")
    workload = deployment.workload("quiet")
    deployment.submit(workload)
    deployment.titled("narae fork server: d.py").kill()
    assert cause_of(deployment.ended(workload)).kind is CauseKind.SUPERVISOR_LOST


def test_idle_servers_go_when_there_are_too_many(deploy: Deploy) -> None:
    deployment = deploy("def quiet(hands): pass\n", servers_max=2)
    for name in ("a.py", "b.py", "c.py"):
        deployment.write(name, "def quiet(hands): pass\n")
        deployment.run("quiet", file=name)

    def files() -> set[str]:
        titles = [" ".join(process.cmdline()) for process in deployment.processes()]
        return {title.split()[-1] for title in titles if title.startswith("narae fork server")}

    deployment.wait_until(lambda: files() == {"base", "b.py", "c.py"})


def test_a_server_that_nobody_uses_goes(deploy: Deploy) -> None:
    deployment = deploy("def quiet(hands): pass\n", servers_idle_seconds=0.1)
    deployment.run("quiet")
    server = deployment.titled("narae fork server: d.py")
    server.wait(10)
    assert isinstance(deployment.run("quiet")[1], Succeeded)


def test_a_memory_limit_stops_a_hog(deploy: Deploy) -> None:
    text = "def hog(hands): bytearray(400 * 1024 * 1024)\n"
    deployment = deploy(text, memory_max_bytes=200 * 1024 * 1024)
    _, report = deployment.run("hog")
    assert cause_of(report).words.startswith("MemoryError")


def test_a_file_with_very_many_modules_can_be_served(shared: "Deployment") -> None:
    folder = shared.dags / ("package_" * 20)
    folder.mkdir()
    (folder / "__init__.py").touch()
    for number in range(400):
        (folder / f"module_{number}.py").touch()
    lines = [f"import {folder.name}.module_{number}" for number in range(400)]
    shared.write("many.py", "\n".join([*lines, "def quiet(hands): pass\n"]))
    _, report = shared.run("quiet", file="many.py")
    assert isinstance(report, Succeeded)


def test_an_error_with_very_long_words_is_reported(shared: "Deployment") -> None:
    shared.write("wordy.py", "raise ValueError('한' * 500_000)\n")
    _, report = shared.run("quiet", file="wordy.py")
    assert cause_of(report).kind is CauseKind.IMPORT_ERROR
    assert cause_of(report).words.startswith("ValueError: 한한한")


def test_a_pinned_server_is_left_when_a_module_beside_its_code_changes(
    deploy: Deploy, tmp_path: Path
) -> None:
    plugin = tmp_path / "our_words.py"
    plugin.write_text("WORD = 'one'\n")
    text = f"import sys\nsys.path.append({str(tmp_path)!r})\nfrom our_words import WORD\n" + SAYS
    deployment = deploy(text, beside=(str(tmp_path),))
    tree = deployment.home / "code" / "trees" / "v1"
    tree.mkdir(parents=True)
    (tree / "d.py").write_text(text)
    code = CodeRef(folder=str(deployment.dags), version="v1", file="d.py")
    first = said(deployment, code=code)
    assert first[1] == "one"
    os.utime(tree / "d.py", (0, 0))  # pinned code is not looked at
    assert said(deployment, code=code) == first
    plugin.write_text("WORD = 'another'\n")
    assert said(deployment, code=code)[1] == "another"

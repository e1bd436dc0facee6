"""Every way in which a DAG file can be broken, in real parse children."""

import os
import signal
import time
from typing import Any

import pytest

Parsing = Any  # conftest.Parsing: test folders are no packages

pytestmark = pytest.mark.process

GOOD = """
from datetime import datetime
from airflow import DAG
from airflow.operators.bash import BashOperator

with DAG("good", start_date=datetime(2026, 1, 1), schedule="@daily"):
    BashOperator(task_id="a", bash_command="true")
"""
HEAD = """
from datetime import datetime
from airflow import DAG
from airflow.operators.bash import BashOperator
"""


def is_well(parsing: Parsing) -> bool:
    """Whether another file is parsed as if nothing had been."""
    return [d.dag_id for d in parsing.one(GOOD).dags] == ["good"]


def test_a_good_file_gives_its_dag_and_no_failure(parsing: Parsing) -> None:
    parsed = parsing.one(GOOD)
    assert parsed.failures == ()
    assert [d.dag_id for d in parsed.dags] == ["good"]
    assert parsed.dags[0].file == "dag_file.py"
    assert parsed.parse_seconds > 0
    assert parsed.memory_peak_bytes > 10**6
    assert not parsed.must_spawn


def test_a_syntax_error_names_its_line(parsing: Parsing) -> None:
    failure = parsing.failure("x = 1\ny = (\nz ==\n")
    assert failure.message.startswith("SyntaxError: ")
    assert failure.line in {2, 3}
    assert str(parsing.folder) in failure.traceback


def test_an_error_in_a_module_names_both_lines(parsing: Parsing) -> None:
    parsing.write("lib.py", "x = 1\nboom = 1 / 0\n")
    failure = parsing.failure("\n\nimport lib\n")
    assert failure.message == "ZeroDivisionError: division by zero (lib.py line 2)"
    assert failure.line == 3
    assert "boom = 1 / 0" in failure.traceback


def test_a_missing_module_suggests_the_nearest(parsing: Parsing) -> None:
    parsing.write("my_tools.py", "")
    failure = parsing.failure("import my_tool\n")
    assert failure.message == (
        "ModuleNotFoundError: No module named 'my_tool'; did you mean 'my_tools'?"
    )
    assert failure.line == 1


def test_a_circular_import_is_said(parsing: Parsing) -> None:
    parsing.write("one.py", "import two\nx = 1\n")
    parsing.write("two.py", "from one import x\n")
    failure = parsing.failure("import one\n")
    assert "circular import" in failure.message
    assert "two.py line 1" in failure.message


def test_a_cycle_names_its_tasks(parsing: Parsing) -> None:
    failure = parsing.failure(
        HEAD
        + """
with DAG("loops", start_date=datetime(2026, 1, 1)):
    a = BashOperator(task_id="a", bash_command="true")
    b = BashOperator(task_id="b", bash_command="true")
    a >> b >> a
"""
    )
    assert "loops" in failure.message
    assert "cycle" in failure.message.lower()


def test_a_task_id_that_is_taken_is_named_with_its_line(parsing: Parsing) -> None:
    failure = parsing.failure(
        HEAD
        + """
with DAG("twice", start_date=datetime(2026, 1, 1)):
    BashOperator(task_id="a", bash_command="true")
    BashOperator(task_id="a", bash_command="true")
"""
    )
    assert "'a'" in failure.message
    assert failure.line == 8


def test_an_unknown_argument_suggests_the_nearest(parsing: Parsing) -> None:
    failure = parsing.failure(
        HEAD
        + """
with DAG("typo", start_date=datetime(2026, 1, 1)):
    BashOperator(task_id="a", retrys=3, bash_command="true")
"""
    )
    assert "'retrys'" in failure.message
    assert "'retries'" in failure.message
    assert failure.line == 7


def test_a_wrong_time_zone_is_named(parsing: Parsing) -> None:
    failure = parsing.failure(
        "from zoneinfo import ZoneInfo\nfrom airflow import DAG\nz = ZoneInfo('Asia/Seol')\n"
    )
    assert "Asia/Seol" in failure.message
    assert failure.line == 3


def test_two_dags_of_one_id_are_said_and_the_first_is_kept(parsing: Parsing) -> None:
    parsed = parsing.one(
        HEAD
        + """
one = DAG("same", start_date=datetime(2026, 1, 1), description="first")
two = DAG("same", start_date=datetime(2026, 1, 1))
"""
    )
    assert [d.description for d in parsed.dags] == ["first"]
    assert parsed.failures[0].message == (
        "two DAGs of this file have the id 'same'; the first is kept"
    )
    assert parsed.failures[0].line == 7


def test_a_bad_dag_does_not_take_the_good_one_of_its_file_along(parsing: Parsing) -> None:
    parsed = parsing.one(
        GOOD + "bad = DAG('bad', schedule='no cron', start_date=datetime(2026, 1, 1))"
    )
    assert [d.dag_id for d in parsed.dags] == ["good"]
    assert "no cron" in parsed.failures[0].message


def test_an_exit_at_import_is_said(parsing: Parsing) -> None:
    failure = parsing.failure("import sys\nsys.exit('bye')\n")
    assert "sys.exit('bye')" in failure.message
    assert failure.line == 2


def test_an_exit_of_the_process_is_said(parsing: Parsing) -> None:
    failure = parsing.failure(
        "import os\nprint('last words')\nimport sys\nsys.stdout.flush()\nos._exit(7)\n"
    )
    assert "exit code 7" in failure.message
    assert "last words" in failure.traceback


def test_a_crash_names_its_signal(parsing: Parsing) -> None:
    failure = parsing.failure("import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)\n")
    assert "SIGSEGV" in failure.message
    assert is_well(parsing)


def test_an_endless_loop_is_ended_and_its_line_is_named(parsing: Parsing) -> None:
    started = time.monotonic()
    failure = parsing.failure("x = 0\nwhile True:\n    x += 1\n", import_timeout_seconds=0.5)
    assert time.monotonic() - started < 5
    assert "took longer than 0.5 s" in failure.message
    assert failure.line in {2, 3}


def test_an_endless_sleep_in_a_module_names_the_line_of_the_file(parsing: Parsing) -> None:
    parsing.write("lib.py", "import time\ndef rest():\n    time.sleep(1000)\n")
    failure = parsing.failure("import lib\n\nlib.rest()\n", import_timeout_seconds=0.5)
    assert failure.line == 3
    assert "lib.py" in failure.traceback


def test_too_much_memory_is_refused(parsing: Parsing) -> None:
    failure = parsing.failure("x = b'x' * (2 * 1024**3)\n")
    assert "2048 MiB" in failure.message
    assert failure.line == 1
    assert is_well(parsing)


def test_memory_that_grows_bit_by_bit_is_refused(parsing: Parsing) -> None:
    failure = parsing.failure(
        "x = []\nwhile True:\n    x.append(b'x' * 1_000_000)\n",
        memory_max_bytes=300 * 1024 * 1024,
    )
    assert "300 MiB" in failure.message
    assert is_well(parsing)


def test_endless_recursion_is_said(parsing: Parsing) -> None:
    failure = parsing.failure("def f():\n    f()\nf()\n")
    assert "calls itself without end" in failure.message


def test_a_file_that_forks_answers_once_and_leaves_nobody(parsing: Parsing) -> None:
    parsed = parsing.one(
        GOOD
        + f"""
import os, time
if os.fork() == 0:
    if os.fork() == 0:
        os.setsid()
    open("{parsing.folder}/pid" + str(os.getpid()), "w").close()
    time.sleep(1000)
while len([p for p in os.listdir("{parsing.folder}") if p.startswith("pid")]) < 2:
    time.sleep(0.01)
"""
    )
    assert [d.dag_id for d in parsed.dags] == ["good"]
    assert is_well(parsing)
    for left in parsing.folder.glob("pid*"):
        assert not is_alive(int(left.name[3:]))


def test_a_fork_that_goes_on_with_the_import_does_not_answer_too(parsing: Parsing) -> None:
    parsed = parsing.one(GOOD + "\nimport os\nif pid := os.fork():\n    os.waitpid(pid, 0)\n")
    assert [d.dag_id for d in parsed.dags] == ["good"]
    assert is_well(parsing)


def test_threads_left_behind_are_noticed(parsing: Parsing) -> None:
    parsed = parsing.one(
        GOOD
        + """
import threading, time
threading.Thread(target=time.sleep, args=(1000,), daemon=True, name="poller").start()
"""
    )
    assert parsed.must_spawn
    assert "poller" in parsed.warnings[-1]
    assert [d.dag_id for d in parsed.dags] == ["good"]


def test_a_thread_that_ends_does_no_harm(parsing: Parsing) -> None:
    parsed = parsing.one(
        GOOD + "\nimport threading\nthreading.Thread(target=lambda: None).start()\n"
    )
    assert not parsed.must_spawn


def test_output_without_end_is_no_trouble(parsing: Parsing) -> None:
    parsed = parsing.one(GOOD + "\nfor _ in range(20_000):\n    print('x' * 500)\n")
    assert parsed.failures == ()


def test_what_a_failing_file_printed_is_kept(parsing: Parsing) -> None:
    failure = parsing.failure("print('before the fall')\nraise KeyError('x')\n")
    assert failure.message == "KeyError: 'x'"
    assert "before the fall" in failure.traceback


def test_closed_output_and_bad_error_texts_are_no_trouble(parsing: Parsing) -> None:
    failure = parsing.failure(
        """
import sys
sys.stdout.close()
class Bad(Exception):
    def __str__(self):
        raise RuntimeError
raise Bad
"""
    )
    assert "Bad" in failure.message
    assert failure.line == 7


def test_a_file_that_is_not_utf8_is_said(parsing: Parsing) -> None:
    (parsing.folder / "k.py").write_bytes("x = '한글'\n".encode("euc-kr"))
    parsed = parsing.all("k.py")["k.py"].parsed
    assert "utf-8" in parsed.failures[0].message.lower()


def test_a_korean_file_name_is_a_file_name(parsing: Parsing) -> None:
    parsing.write("보고서/매일.py", GOOD)
    parsed = parsing.all("보고서/매일.py")["보고서/매일.py"].parsed
    assert parsed.dags[0].file == "보고서/매일.py"


def test_a_file_that_deletes_itself_still_gives_its_dag(parsing: Parsing) -> None:
    parsed = parsing.one(GOOD + "\nimport os\nos.remove(__file__)\n")
    assert [d.dag_id for d in parsed.dags] == ["good"]


def test_a_missing_file_is_said(parsing: Parsing) -> None:
    done = parsing.all("none.py")["none.py"]
    assert "none.py" in done.parsed.failures[0].message


def test_a_file_that_kills_the_parse_server_is_blamed_and_no_other(parsing: Parsing) -> None:
    parsing.write("bad.py", "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)\n")
    parsing.write("good.py", GOOD)
    answers = parsing.all("bad.py", "good.py")
    assert answers["good.py"].parsed.failures == ()
    assert "ended the process that reads DAG files" in answers["bad.py"].parsed.failures[0].message
    assert is_well(parsing)


def test_modules_and_data_that_a_file_read_are_its_imports(parsing: Parsing) -> None:
    parsing.write("lib/__init__.py", "")
    parsing.write("lib/deep.py", "import other")
    parsing.write("other.py", "")
    parsing.write("conf/a.yaml", "x: 1")
    parsed = parsing.one(
        """
import os
from lib import deep
here = os.path.dirname(__file__)
for name in os.listdir(os.path.join(here, "conf")):
    open(os.path.join(here, "conf", name)).close()
open(os.path.join(here, "written"), "w").close()
"""
    )
    assert parsed.failures == ()
    assert parsed.imports == ("conf/", "conf/a.yaml", "lib/__init__.py", "lib/deep.py", "other.py")


def test_warnings_of_the_file_are_kept_with_their_lines(parsing: Parsing) -> None:
    parsed = parsing.one(GOOD + "\nimport warnings\nwarnings.warn('old style')\n")
    assert any("dag_file.py line 10: UserWarning: old style" in w for w in parsed.warnings)


def test_a_dag_that_is_only_imported_is_borrowed(parsing: Parsing) -> None:
    parsing.write("maker.py", GOOD.replace("):\n", ") as dag:\n", 1))
    parsing.write("user.py", "from maker import dag\n")
    assert parsing.all("user.py")["user.py"].borrowed == {"good": "maker.py"}


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_no_descriptor_of_the_server_reaches_a_file(parsing: Parsing) -> None:
    failure = parsing.failure(
        "import os\nraise ValueError(sorted(map(int, os.listdir('/proc/self/fd'))))\n"
    )
    assert failure.message.startswith("ValueError: [0, 1, 2, 3, 4, 5, 6]")


def test_the_signals_of_a_file_are_the_usual_ones(parsing: Parsing) -> None:
    failure = parsing.failure(
        "from signal import *\nraise ValueError(getsignal(SIGTERM), getsignal(SIGCHLD))\n"
    )
    assert failure.message.count(repr(signal.SIG_DFL)) == 2

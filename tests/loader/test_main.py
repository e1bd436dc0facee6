"""The loader as a process of its own, against an engine that the test plays."""

import signal
import time
import zipfile
from pathlib import Path

import pytest
from tests.loader.played_engine import Engine, dag, write

from narae.code_store import CodeStore
from narae.core.timetables.spec import DataInterval
from narae.core.wire import (
    CodeInUse,
    Gone,
    LoaderBeat,
    LoaderHello,
    PlanMore,
    Reparse,
)

pytestmark = pytest.mark.process


def test_the_first_look_sends_every_file_and_then_says_so(engine: Engine) -> None:
    write(engine, "a.py", dag("a"))
    write(engine, "깊은/b.py", dag("b"))
    write(engine, "broken.py", "import airflow, dag(")
    write(engine, "plain.py", "x = 1")
    (engine.dags / "empty.zip").touch()
    with zipfile.ZipFile(engine.dags / "pack.zip", "w") as made:
        made.writestr("z.py", "import inner\n" + dag("z"))
        made.writestr("inner.py", "")
    engine.start()
    scanned = engine.until_scanned()
    hello = engine.heard[0]
    assert isinstance(hello, LoaderHello)
    assert hello.folders == (str(engine.dags),)
    files = {"a.py", "깊은/b.py", "broken.py", "empty.zip", "pack.zip/z.py"}
    assert set(scanned.files) == files == set(engine.parsed)
    assert {f.dags[0].dag_id for f in engine.parsed.values() if f.dags} == {"a", "b", "z"}
    assert engine.parsed["pack.zip/z.py"].imports == ("pack.zip", "pack.zip/inner.py")
    assert "SyntaxError" in engine.parsed["broken.py"].failures[0].message
    (version,) = {f.code_version for f in engine.parsed.values()}
    tree = engine.home / "code" / "trees" / version
    assert (tree / "a.py").read_text() == dag("a")
    assert all(str(engine.dags) in f.traceback for f in engine.parsed["broken.py"].failures)


def test_an_edit_sends_the_file_and_then_moves_the_others(engine: Engine) -> None:
    write(engine, "a.py", dag("a"))
    write(engine, "b.py", dag("b"))
    engine.start()
    engine.until_scanned()
    first = engine.parsed["b.py"].code_version
    write(engine, "a.py", dag("a", "edited"))
    message = engine.next_parsed("a.py")
    assert [f.file for f in message.files] == ["a.py"]
    assert engine.parsed["a.py"].dags[0].description == "edited"
    moved = engine.next_parsed("b.py")
    assert [f.file for f in moved.files] == ["b.py"]
    assert engine.parsed["b.py"].code_version == engine.parsed["a.py"].code_version != first


def test_an_edited_module_sends_its_importers(engine: Engine) -> None:
    write(engine, "lib/words.py", "WORDS = 'one'\n")
    write(engine, "lib/mid.py", "from lib.words import WORDS\n")
    write(engine, "a.py", "from lib.mid import WORDS\n" + dag("a") + "    d.description = WORDS\n")
    write(engine, "a.py", (engine.dags / "a.py").read_text().replace('"):', '") as d:'))
    write(engine, "b.py", dag("b"))
    engine.start()
    engine.until_scanned()
    assert engine.parsed["a.py"].imports == ("lib/mid.py", "lib/words.py")
    write(engine, "lib/words.py", "WORDS = 'two'\n")
    message = engine.next_parsed("a.py", "b.py")
    assert [f.file for f in message.files] == ["a.py"]
    assert engine.parsed["a.py"].dags[0].description == "two"


def test_a_deleted_file_is_gone_and_a_new_one_comes(engine: Engine) -> None:
    write(engine, "a.py", dag("a"))
    engine.start()
    engine.until_scanned()
    write(engine, "b.py", dag("b"))
    engine.next_parsed("b.py")
    (engine.dags / "b.py").unlink()
    while not isinstance(message := engine.hear(), Gone):
        pass
    assert message.files == ("b.py",)


def test_a_broken_save_says_why_and_its_repair_is_seen(engine: Engine) -> None:
    write(engine, "a.py", dag("a"))
    engine.start()
    engine.until_scanned()
    write(engine, "a.py", dag("a")[:-20])
    engine.next_parsed("a.py")
    assert engine.parsed["a.py"].failures
    write(engine, "a.py", dag("a"))
    engine.next_parsed("a.py")
    assert not engine.parsed["a.py"].failures


def test_a_new_engine_is_told_everything_without_parsing_again(engine: Engine) -> None:
    write(engine, "a.py", dag("a"))
    write(engine, "b.py", dag("b"))
    engine.start()
    engine.until_scanned()
    before = dict(engine.parsed)
    engine.parsed.clear()
    assert engine.connection is not None
    engine.connection.close()
    engine.accept()
    engine.until_scanned()
    assert isinstance(engine.heard[0], LoaderHello)
    assert engine.parsed == before  # the very figures of the first parse


def test_a_missing_module_is_found_when_it_comes(engine: Engine) -> None:
    write(engine, "a.py", "import later\n" + dag("a"))
    engine.start()
    engine.until_scanned()
    assert "No module named 'later'" in engine.parsed["a.py"].failures[0].message
    write(engine, "later.py", "")
    engine.next_parsed("a.py")
    assert not engine.parsed["a.py"].failures


def test_code_beside_the_folder_is_used_and_not_pinned(engine: Engine) -> None:
    (engine.home / "include").mkdir()
    (engine.home / "include" / "beside.py").write_text("")
    text = "import sys, os\nsys.path.append(os.path.dirname(os.path.dirname(__file__)))\n"
    write(engine, "a.py", text + "from include import beside\n" + dag("a"))
    engine.start()
    engine.until_scanned()
    parsed = engine.parsed["a.py"]
    assert (parsed.failures, parsed.code_version) == ((), "")
    assert "outside of its DAG folder" in parsed.warnings[0]


def test_a_file_that_deletes_itself_is_put_back_into_its_version(engine: Engine) -> None:
    write(engine, "a.py", dag("a") + "\nimport os\nos.remove(__file__)\n")
    engine.start()
    engine.until_scanned()
    parsed = engine.parsed["a.py"]
    assert parsed.dags
    assert (engine.home / "code" / "trees" / parsed.code_version / "a.py").exists()
    assert (engine.dags / "a.py").exists()


def test_a_custom_timetable_is_planned_on_request(engine: Engine) -> None:
    write(
        engine,
        "a.py",
        """
from datetime import UTC, datetime, timedelta
from airflow import DAG
from airflow.timetables.base import DagRunInfo, DataInterval, Timetable

class Fridays(Timetable):
    def infer_manual_data_interval(self, *, run_after):
        return DataInterval.exact(run_after)
    def next_dagrun_info(self, *, last_automated_data_interval, restriction):
        if last_automated_data_interval is None:
            start = restriction.earliest
        else:
            start = last_automated_data_interval.start + timedelta(days=7)
        return DagRunInfo.interval(start, start + timedelta(days=1))

dag = DAG("fridays", schedule=Fridays(), start_date=datetime(2026, 1, 2, tzinfo=UTC), catchup=True)
""",
    )
    engine.start()
    engine.until_scanned()
    assert engine.parsed["a.py"].failures == ()
    runs = engine.parsed["a.py"].planned["fridays"]
    assert len(runs) == 50
    assert runs[0].start.isoformat() == "2026-01-02T00:00:00+00:00"
    after = DataInterval(start=runs[-1].start, end=runs[-1].end)
    assert engine.connection is not None
    engine.connection.send(PlanMore(dag_id="fridays", file="a.py", after=after))
    engine.next_parsed("a.py")
    more = engine.parsed["a.py"].planned["fridays"]
    assert (more[0].start - runs[-1].start).days == 7


def test_a_request_parses_a_file_again(engine: Engine) -> None:
    write(engine, "a.py", dag("a"))
    engine.start()
    engine.until_scanned()
    assert engine.connection is not None
    engine.connection.send(Reparse(file="a.py"))
    assert [f.file for f in engine.next_parsed("a.py").files] == ["a.py"]


def test_signs_of_life_come_and_the_parse_server_goes_with_the_loader(engine: Engine) -> None:
    write(engine, "a.py", dag("a"))
    engine.start()
    engine.until_scanned()
    while not isinstance(engine.hear(), LoaderBeat):
        pass
    assert engine.process is not None
    children = children_of(engine.process.pid)
    assert children
    engine.process.send_signal(signal.SIGKILL)
    engine.process.wait()
    deadline = time.monotonic() + 5
    while any(is_running(pid) for pid in children):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_nothing_happens_while_nothing_changes(engine: Engine) -> None:
    engine.rescan = "0.3"
    write(engine, "a.py", dag("a"))
    engine.start()
    engine.until_scanned()
    engine.heard.clear()
    while sum(isinstance(m, LoaderBeat) for m in engine.heard) < 6:  # more than two rescans
        engine.hear()
    assert {type(m) for m in engine.heard} == {LoaderBeat}


def children_of(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        found.extend(int(p) for p in (task / "children").read_text().split())
    return found


def is_running(pid: int) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def test_a_link_that_is_put_on_to_another_folder_is_followed(engine: Engine) -> None:
    for revision, words in (("1", "one"), ("2", "two")):
        write(engine, f"../revisions/{revision}/a.py", dag("a", words))
    engine.dags.rmdir()
    engine.dags.symlink_to("revisions/1")
    engine.start()
    engine.until_scanned()
    assert engine.parsed["a.py"].dags[0].description == "one"
    (engine.home / "next").symlink_to("revisions/2")
    (engine.home / "next").rename(engine.dags)
    engine.next_parsed("a.py")
    assert engine.parsed["a.py"].dags[0].description == "two"


def test_a_file_in_a_new_folder_is_found(engine: Engine) -> None:
    engine.start()
    engine.until_scanned()
    write(engine, "new/deep/a.py", dag("a"))
    engine.next_parsed("new/deep/a.py")
    assert not engine.parsed["new/deep/a.py"].failures


def test_a_module_of_the_deployments_plugins_is_found_and_its_edit_is_seen(engine: Engine) -> None:
    write(engine, "../plugins/our_words.py", "WORDS = 'one'\n")
    write(engine, "../config/our_settings.py", "ZONE = 'Asia/Seoul'\n")
    write(engine, "b.py", dag("b"))
    text = "from our_words import WORDS\nimport our_settings\n" + dag("a", "%")
    write(engine, "a.py", text.replace('"%"', "WORDS"))
    engine.start()
    engine.until_scanned()
    assert engine.parsed["a.py"].failures == ()
    assert engine.parsed["a.py"].dags[0].description == "one"
    assert engine.parsed["a.py"].code_version
    assert engine.parsed["a.py"].imports == tuple(
        str(engine.home / path) for path in ("config/our_settings.py", "plugins/our_words.py")
    )
    write(engine, "../plugins/our_words.py", "WORDS = 'edited'\n")
    message = engine.next_parsed("a.py", "b.py")
    assert [f.file for f in message.files] == ["a.py"]
    assert engine.parsed["a.py"].dags[0].description == "edited"


@pytest.mark.parametrize(
    ("grace", "left"), [("-10", {"run", "now"}), ("3600", {"gone", "run", "record", "now"})]
)
def test_code_that_nobody_needs_is_removed_after_its_grace(
    engine: Engine, grace: str, left: set[str]
) -> None:
    engine.grace = grace
    write(engine, "a.py", dag("a", "first"))
    engine.start()
    engine.until_scanned()
    versions = {"gone": engine.parsed["a.py"].code_version}
    for name in ("run", "record", "now"):
        write(engine, "a.py", dag("a", name))
        engine.next_parsed("a.py")
        versions[name] = engine.parsed["a.py"].code_version
    assert engine.connection is not None
    contents = (versions["run"], versions["record"])
    engine.connection.send(CodeInUse(trees=(versions["run"],), contents=contents))
    engine.connection.send(Reparse(file="a.py"))  # answered after that
    engine.next_parsed("a.py")
    store = CodeStore(engine.home)
    standing = set(store.versions())  # also of a file that was seen half written
    assert {name for name, version in versions.items() if version in standing} == left
    assert store.read(versions["record"], "a.py") == dag("a", "record").encode()
    assert store.rebuild(versions["record"])
    is_known = store.read(versions["gone"], "a.py") is not None
    assert is_known == ("gone" in left)

"""What DAG files ask of the engine while they are imported."""

import pytest
from tests.loader.conftest import Parsing
from tests.loader.played_engine import Engine, dag, write

from narae.core.requests import ConnectionValue
from narae.core.spec import ParsedFile
from narae.core.wire import FileAsk, Parsed, StoredChanged

COUNTED = """
from datetime import datetime
from airflow import DAG
from airflow.models import Variable
from airflow.operators.empty import EmptyOperator

with DAG("counted", start_date=datetime(2026, 1, 1)):
    for number in range(int(Variable.get("count"))):
        EmptyOperator(task_id=f"t{number}")
assert Variable.get("count") == Variable.get("count")
"""
CONNECTED = """
from datetime import datetime
from airflow import DAG
from airflow.hooks.base import BaseHook
from airflow.models import Variable

place = BaseHook.get_connection("db")
print("password is", place.password)
with DAG("connected", start_date=datetime(2026, 1, 1), description=place.host):
    pass
raise ValueError(f"{place.password} and {Variable.get('api_token')}")
"""
FORGIVING = """
from datetime import datetime
from airflow import DAG
from airflow.models import Variable

try:
    words = Variable.get("words")
except Exception:
    words = "nobody answered"
with DAG("forgiving", start_date=datetime(2026, 1, 1), description=words):
    pass
"""


def tasks(parsed: ParsedFile) -> int:
    return len(parsed.dags[0].tasks)


@pytest.mark.process
def test_a_variable_shapes_a_dag_and_its_change_shapes_it_anew(engine: Engine) -> None:
    engine.stored["count"] = "2"
    write(engine, "counted.py", COUNTED)
    write(engine, "other.py", dag("other"))
    engine.start()
    engine.until_scanned()
    assert tasks(engine.parsed["counted.py"]) == 2
    assert engine.parsed["counted.py"].variables == ("count",)
    assert [m.file for m in engine.heard if isinstance(m, FileAsk)] == ["counted.py"]
    engine.put(count="3", unrelated="x")
    message = engine.next_parsed("counted.py", "other.py")
    assert [f.file for f in message.files] == ["counted.py"]
    assert tasks(engine.parsed["counted.py"]) == 3


@pytest.mark.process
def test_a_missing_variable_is_named_and_its_coming_mends_the_file(engine: Engine) -> None:
    write(engine, "counted.py", COUNTED)
    engine.start()
    engine.until_scanned()
    (failure,) = engine.parsed["counted.py"].failures
    assert failure.line == 8
    assert "variable 'count' is not in the environment or the store" in failure.message
    assert "`narae variables set count VALUE` makes one" in failure.message
    engine.put(count="1")
    engine.next_parsed("counted.py")
    assert tasks(engine.parsed["counted.py"]) == 1


@pytest.mark.process
def test_without_an_engine_a_file_keeps_its_last_word_and_is_read_again(engine: Engine) -> None:
    engine.stored["words"] = "stored"
    write(engine, "forgiving.py", FORGIVING)
    engine.start()
    engine.until_scanned()
    engine.answering = False
    engine.stored["words"] = "new"
    assert engine.connection is not None
    engine.connection.send(StoredChanged(everything=True))
    while not isinstance(engine.hear(), FileAsk):
        pass
    engine.hang_up()
    engine.answering = True
    engine.accept()
    said = []
    while "new" not in said:
        message = engine.hear()
        if isinstance(message, Parsed):
            said += [f.dags[0].description for f in message.files]
    assert set(said) == {"stored", "new"}


@pytest.mark.process
def test_what_changed_while_there_was_no_engine_is_asked_for_anew(engine: Engine) -> None:
    engine.stored["count"] = "1"
    write(engine, "counted.py", COUNTED)
    engine.start()
    engine.until_scanned()
    engine.hang_up()
    engine.stored["count"] = "4"
    engine.accept()
    while tasks(engine.parsed["counted.py"]) != 4:
        engine.hear()


@pytest.mark.process
def test_a_silent_engine_holds_no_file_up_for_ever(engine: Engine) -> None:
    engine.answering = False
    write(engine, "forgiving.py", FORGIVING)
    write(engine, "other.py", dag("other"))
    engine.start()
    engine.until_scanned()
    assert set(engine.parsed) == {"other.py"}
    engine.answering = True
    engine.stored["words"] = "spoken"
    engine.hang_up()
    engine.accept()
    engine.next_parsed("forgiving.py")
    assert engine.parsed["forgiving.py"].dags[0].description == "spoken"


def test_a_connection_comes_and_its_secrets_stay_out_of_the_failure(parsing: Parsing) -> None:
    parsing.stored = {
        "db": ConnectionValue(conn_id="db", host="db.example", password="s3cret-w0rd"),
        "api_token": "t0ken-value",
    }
    parsed = parsing.one(CONNECTED)
    assert parsed.connections == ("db",)
    assert parsed.variables == ("api_token",)
    (failure,) = parsed.failures
    assert failure.message == "ValueError: *** and ***"
    assert "password is ***" in failure.traceback
    assert "s3cret-w0rd" not in failure.traceback
    assert "t0ken-value" not in failure.traceback


def test_the_environment_goes_first_and_is_no_reason_to_ask(parsing: Parsing) -> None:
    parsing.stored = {"count": "5"}
    text = "import os\nos.environ['AIRFLOW_VAR_COUNT'] = '1'\n" + COUNTED
    parsed = parsing.one(text)
    assert tasks(parsed) == 1
    assert parsed.variables == ()


def test_a_large_variable_comes_whole(parsing: Parsing) -> None:
    parsing.stored = {"large": "x" * 3_000_000}
    parsed = parsing.one(
        "from airflow.models import Variable\nraise ValueError(len(Variable.get('large')))\n"
    )
    assert parsed.failures[0].message == "ValueError: 3000000"


def test_a_variable_can_not_be_set_while_a_file_is_read(parsing: Parsing) -> None:
    failure = parsing.failure("from airflow.models import Variable\nVariable.set('a', 1)\n")
    assert "can't set variable 'a' here: do it within a task" in failure.message

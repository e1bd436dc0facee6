"""Where variables and connections come from, and whose they are."""

import select
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from narae.core.ids import AttemptId
from narae.core.requests import (
    ConnectionValue,
    DeleteVariable,
    GetConnection,
    GetVariable,
    PutVariable,
    Refused,
)
from narae.core.secret_scope import Scope
from narae.core.wire import FileAsk
from narae.engine.aside import Aside
from narae.engine.desk import NO_TOKEN, Desk, answer_file
from narae.engine.ports import VariableRow
from narae.engine.secret_lookup import Later, SecretLookup
from narae.engine.tokens import Tokens
from narae.errors import SecretsBackendError
from narae.testing.fake_executor import hangs
from narae.testing.samples import spec
from narae.testing.stage import Stage

TOKENS = Tokens(b"k" * 32)


class Backend:
    name = "the safe"

    def __init__(self, **values: Any) -> None:
        self.values = values
        self.asked: list[str] = []

    def variable(self, key: str) -> str | None:
        self.asked.append(key)
        value = self.values.get(key)
        if isinstance(value, Exception):
            raise value
        return None if value is None else str(value)

    def connection(self, conn_id: str) -> ConnectionValue | None:
        value = self.variable(conn_id)
        return None if value is None else ConnectionValue(conn_id=conn_id, password=value)

    def config(self, key: str) -> str | None:
        return self.variable(key)


class Talk:
    def __init__(
        self,
        stage: Stage,
        *backends: Backend,
        keeps: timedelta = timedelta(),
        scopes: tuple[Scope, ...] = (),
        tokens: Tokens | None = None,
    ) -> None:
        self.stage = stage
        stage.add_dag(spec("sales"))
        self.run = stage.trigger("sales", run_id="r1")
        stage.play(timedelta(seconds=1))
        (self.attempt,) = stage.executor.running
        self.desk = Desk(
            store=stage.store,
            notifier=stage,
            clock=stage.clock,
            chance=stage.chance,
            current=stage.scheduler.current,
            secrets=SecretLookup(
                store=stage.store,
                clock=stage.clock,
                backends=backends,
                keeps=keeps,
                scopes=scopes,
            ),
            tokens=tokens,
        )

    def ask(self, request: Any, token: str = "") -> Any:
        value = self.desk.answer(self.attempt, request, token)
        return value.now() if isinstance(value, Later) else value


@pytest.fixture
def stage(make_stage: Callable[..., Stage]) -> Stage:
    return make_stage(script=lambda _: hangs())


def test_back_ends_go_before_the_store_in_their_order(stage: Stage) -> None:
    talk = Talk(stage, Backend(a="first"), Backend(a="second", b="second"))
    for key in ("a", "b", "c"):
        stage.store.put_variable(VariableRow(key=key, value="stored"))
    found = [talk.ask(GetVariable(key=key)) for key in ("a", "b", "c", "d")]
    assert found == ["first", "second", "stored", None]
    assert talk.ask(GetConnection(conn_id="b")).password == "second"


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (SecretsBackendError("it is sealed"), "it is sealed"),
        (KeyError("hush-hush"), "its code raised KeyError"),
    ],
)
def test_a_back_end_that_fails_is_told_and_nobody_reads_none(
    stage: Stage, error: Exception, why: str
) -> None:
    talk = Talk(stage, Backend(a=error))
    stage.store.put_variable(VariableRow(key="a", value="stored"))
    answer = talk.ask(GetVariable(key="a"))
    assert answer == Refused(words=f"variable 'a' can't be read from the safe: {why}")


def test_answers_count_for_a_while_and_errors_never(stage: Stage) -> None:
    backend = Backend(a="1")
    talk = Talk(stage, backend, keeps=timedelta(seconds=30))
    for _ in range(3):
        assert talk.ask(GetVariable(key="a")) == "1"
        assert talk.ask(GetVariable(key="none")) is None
    assert backend.asked == ["a", "none"]
    backend.values["a"] = "2"
    stage.play(timedelta(seconds=31))
    assert talk.ask(GetVariable(key="a")) == "2"
    backend.values["b"] = SecretsBackendError("away")
    assert isinstance(talk.ask(GetVariable(key="b")), Refused)
    backend.values["b"] = "back"
    assert talk.ask(GetVariable(key="b")) == "back"


def test_a_slow_back_end_holds_nothing_up() -> None:
    aside = Aside()
    go = threading.Event()
    answers: list[Any] = []
    try:
        aside.answer(Later(work=lambda: go.wait(30), then=lambda it: ("late", it)), answers.append)
        aside.answer("at once", answers.append)
        assert answers == ["at once"]
        go.set()
        assert select.select([aside], [], [], 30)[0] == [aside]
        aside.take()
        assert answers == ["at once", ("late", True)]
    finally:
        go.set()
        aside.close()


SCOPES = (
    Scope(names="pay_*", dags=("billing*",)),
    Scope(names="connection:bank", dags=("billing*", "sal?s")),
    Scope(names="variable:own", dags=("sales",)),
)


def test_what_is_scoped_to_others_is_refused_in_words_and_audited(stage: Stage) -> None:
    talk = Talk(stage, scopes=SCOPES)
    for key in ("pay_key", "own", "bank", "city"):
        stage.store.put_variable(VariableRow(key=key, value="v"))
    for request in (
        GetVariable(key="pay_key"),
        PutVariable(key="pay_key", value="mine"),
        DeleteVariable(key="pay_key"),
        GetConnection(conn_id="pay_x"),
    ):
        answer = talk.ask(request)
        assert isinstance(answer, Refused)
        assert not answer.stop
        assert "is scoped to DAGs billing*, and 'sales' is none of them" in answer.words
    assert stage.store.variable("pay_key") == "v"
    assert [talk.ask(GetVariable(key=key)) for key in ("own", "bank", "city")] == ["v"] * 3
    assert talk.ask(GetConnection(conn_id="bank")) is None
    rows = [row for row in _audits(stage) if row.what == "secret_refused"]
    assert len(rows) == 4
    assert (rows[0].dag_id, rows[0].run_id, rows[0].task_id) == ("sales", "r1", "extract")
    assert rows[0].detail == {"kind": "variable", "name": "pay_key"}


def _audits(stage: Stage) -> list[Any]:
    return list(stage.store.tables.audits)  # type: ignore[attr-defined]  # the memory store's


def test_a_file_may_not_read_what_is_scoped_but_a_callback_of_the_dag_may(stage: Stage) -> None:
    talk = Talk(stage, scopes=SCOPES)
    stage.store.put_variable(VariableRow(key="own", value="v"))
    ask = FileAsk(id=1, file="f.py", request=GetVariable(key="own"))
    answer = answer_file(talk.desk, ask)
    assert isinstance(answer, Refused)
    assert "read it within a task" in answer.words
    own = FileAsk(id=1, file="f.py", request=GetVariable(key="own"), dag_id="sales")
    assert answer_file(talk.desk, own) == "v"


def test_a_token_is_good_for_its_attempt_alone(stage: Stage) -> None:
    talk = Talk(stage, tokens=TOKENS)
    other = AttemptId("00000000-0000-7000-8000-000000000000")
    stage.store.put_variable(VariableRow(key="k", value="v"))
    right = TOKENS.of(talk.attempt)
    assert talk.ask(GetVariable(key="k"), right) == "v"
    for wrong in ("", "x", right[:-1], TOKENS.of(other), Tokens(b"o" * 32).of(talk.attempt), "é"):
        assert talk.ask(GetVariable(key="k"), wrong) == NO_TOKEN
    stale = talk.desk.answer(other, GetVariable(key="k"), TOKENS.of(other))
    assert isinstance(stale, Refused)
    assert "no longer the current one" in stale.words
    assert NO_TOKEN.stop


def test_a_token_is_worthless_after_its_attempt(make_stage: Callable[..., Stage]) -> None:
    stage = make_stage()
    stage.add_dag(spec("sales"))
    stage.trigger("sales", run_id="r1")
    stage.play(timedelta(minutes=5))
    (first, *_) = stage.store.run_attempts(stage.runs("sales")[0].uid)
    desk = Desk(
        store=stage.store,
        notifier=stage,
        clock=stage.clock,
        chance=stage.chance,
        current=stage.scheduler.current,
        tokens=TOKENS,
    )
    answer = desk.answer(first.id, GetVariable(key="k"), TOKENS.of(first.id))
    assert isinstance(answer, Refused)
    assert answer.stop


def test_keys_of_tokens_are_long_and_not_shown() -> None:
    with pytest.raises(ValueError, match="at least 32"):
        Tokens(b"short")
    assert repr(TOKENS) == "Tokens(...)"

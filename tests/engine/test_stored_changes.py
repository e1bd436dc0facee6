"""Pools, variables, connections, favourites: what users change of them, and what is told of it."""

from collections.abc import Callable
from typing import Any

import pytest

from narae.core.commands import Audit
from narae.core.requests import ConnectionValue
from narae.core.run import Pool
from narae.core.spec import DagSpec
from narae.core.timetables.spec import Never
from narae.core.wire import Wake
from narae.engine import actions
from narae.engine.actions import Act, connections, dag_files, favorites, pools, variables
from narae.engine.actions.bulk import BulkFault, BulkResult, OnExisting, OnMissing
from narae.engine.actions.connections import ConnectionPatch
from narae.engine.actions.pools import PoolPatch
from narae.engine.actions.variables import VariablePatch
from narae.engine.errors import AlreadyExists, Invalid, NotBuilt, NotFound
from narae.engine.ports import VariableRow
from narae.testing.memory_store import MemoryStore
from narae.testing.stage import Stage

SECRET = "open-sesame-1"


def audits(stage: Stage) -> list[Audit]:
    assert isinstance(stage.store, MemoryStore)
    return stage.store.tables.audits


def last(stage: Stage) -> tuple[str, object, object]:
    row = audits(stage)[-1]
    return row.what, row.before, row.after


class Ears:
    """A notifier that keeps what it heard."""

    def __init__(self) -> None:
        self.heard: list[Wake] = []

    def wake(self, message: Wake) -> None:
        self.heard.append(message)


def listening(stage: Stage) -> tuple[Act, Ears]:
    ears, act = Ears(), stage.act()
    return Act(store=act.store, notifier=ears, now=act.now, chance=act.chance, who="ann"), ears


# -- pools ----------------------------------------------------------------------------------


def test_a_pool_is_made_once(stage: Stage) -> None:
    act, ears = listening(stage)
    pool = pools.create(act, Pool(name="db", slots=-1))
    assert pool in stage.store.pools()
    assert ears.heard == [Wake(pools=True)]
    what, before, after = last(stage)
    assert (what, before) == ("post_pool", None)
    assert after == {"name": "db", "slots": -1, "description": "", "include_deferred": False}
    with pytest.raises(AlreadyExists, match="there is a pool 'db' already"):
        pools.create(act, pool)
    assert len(audits(stage)) == 1


def test_a_pool_changes_in_what_is_given(stage: Stage) -> None:
    pools.create(stage.act(), Pool(name="db", slots=1, description="d"))
    assert pools.update(stage.act(), "db", PoolPatch(slots=5)).description == "d"
    assert last(stage)[0] == "patch_pool"
    pools.update(stage.act(), "db", PoolPatch(slots=5))
    assert len(audits(stage)) == 2
    assert pools.update(stage.act(), "db", PoolPatch(name="base")).slots == 5
    assert [pool.name for pool in stage.store.pools()] == ["base", "default_pool"]


def test_a_pool_gets_no_name_that_is_taken(stage: Stage) -> None:
    pools.create(stage.act(), Pool(name="db", slots=1))
    pools.create(stage.act(), Pool(name="base", slots=2))
    with pytest.raises(AlreadyExists):
        pools.update(stage.act(), "db", PoolPatch(name="base"))
    assert len(stage.store.pools()) == 3


@pytest.mark.parametrize(
    ("pool", "words"),
    [
        (Pool(name="", slots=1), "name: has to have 1 to 256 characters"),
        (Pool(name="x" * 257, slots=1), "name: has to have 1 to 256 characters"),
        (Pool(name="x", slots=-2), "slots: -2 is not from -1"),
        (Pool(name="x", slots=2**31), "slots: 2147483648 is not from -1"),
    ],
)
def test_a_pool_that_makes_no_sense_is_refused(stage: Stage, pool: Pool, words: str) -> None:
    with pytest.raises(Invalid) as caught:
        pools.create(stage.act(), pool)
    assert caught.value.words.startswith(words)


def test_of_the_default_pool_only_the_numbers_change(stage: Stage) -> None:
    act = stage.act()
    change = PoolPatch(slots=7, include_deferred=True)
    assert pools.update(act, "default_pool", change).slots == 7
    for patch in (PoolPatch(name="x"), PoolPatch(description="x")):
        with pytest.raises(Invalid, match="only slots and include_deferred may change"):
            pools.update(act, "default_pool", patch)
    with pytest.raises(Invalid, match="can't be deleted"):
        pools.delete(act, "default_pool")
    with pytest.raises(NotFound, match="did you mean 'default_pool'"):
        pools.delete(act, "defaultpool")


# -- in bulk --------------------------------------------------------------------------------


def test_each_of_many_has_its_own_result(stage: Stage) -> None:
    act = stage.act()
    pools.create(act, Pool(name="b", slots=1))
    wanted = [Pool(name="a", slots=2), Pool(name="b", slots=2), Pool(name="c", slots=-9)]
    result = pools.bulk_create(act, wanted)
    assert result.success == ("a",)
    assert [(fault.name, fault.status) for fault in result.errors] == [("b", 409), ("c", 400)]
    assert pools.find(act, "b").slots == 1


@pytest.mark.parametrize(
    ("on_existing", "success", "slots"),
    [(OnExisting.SKIP, ("a",), 1), (OnExisting.OVERWRITE, ("a", "b"), 2)],
)
def test_what_exists_is_left_or_replaced(
    stage: Stage, on_existing: OnExisting, success: tuple[str, ...], slots: int
) -> None:
    act = stage.act()
    pools.create(act, Pool(name="b", slots=1))
    wanted = [Pool(name="a", slots=2), Pool(name="b", slots=2)]
    assert pools.bulk_create(act, wanted, on_existing) == BulkResult(success=success)
    assert pools.find(act, "b").slots == slots


def test_what_is_missing_is_an_error_or_is_skipped(stage: Stage) -> None:
    act = stage.act()
    variables.create(act, VariableRow(key="a", value="1"))
    patches = [(key, VariablePatch(value="2")) for key in ("a", "zzz")]
    result = variables.bulk_update(act, patches)
    assert result.success == ("a",)
    words = "there is no variable 'zzz'"
    assert result.errors == (BulkFault(name="zzz", status=404, error=words),)
    assert variables.bulk_update(act, patches, OnMissing.SKIP).errors == ()
    assert variables.bulk_delete(act, ["zzz", "a"], OnMissing.SKIP).success == ("a",)
    assert connections.bulk_delete(act, ["x"]).errors[0].status == 404
    assert pools.bulk_delete(act, ["default_pool"]).errors[0].status == 400


# -- variables and connections --------------------------------------------------------------


def test_a_variable_is_written_and_told_without_its_value(stage: Stage) -> None:
    act, ears = listening(stage)
    variables.create(act, VariableRow(key="k", value=SECRET))
    assert last(stage) == ("post_variable", None, {"key": "k", "description": None})
    with pytest.raises(AlreadyExists):
        variables.create(act, VariableRow(key="k", value="x"))
    row = variables.update(act, "k", VariablePatch(description="d"))
    assert row == VariableRow(key="k", value=SECRET, description="d")
    assert stage.store.variables() == [row]
    assert variables.update(act, "k", VariablePatch(value="")).description == "d"
    variables.delete(act, "k")
    assert last(stage) == ("delete_variable", {"key": "k", "description": "d"}, None)
    assert ears.heard == [Wake(variables=("k",))] * 4
    assert SECRET not in repr(audits(stage))


@pytest.mark.parametrize("key", ["", "k" * 251])
def test_a_variable_has_a_key(stage: Stage, key: str) -> None:
    with pytest.raises(Invalid, match="key: has to have 1 to 250"):
        variables.create(stage.act(), VariableRow(key=key, value=""))


def test_a_connection_is_written_and_told_without_its_secrets(stage: Stage) -> None:
    act, ears = listening(stage)
    value = ConnectionValue(conn_id="db", conn_type="pg", host="h", password=SECRET, extra=SECRET)
    connections.create(act, value)
    after = connections.update(act, "db", ConnectionPatch(host=None, port=5432))
    assert (after.host, after.port, after.password) == (None, 5432, SECRET)
    assert stage.store.connection("db") == after
    assert audits(stage)[-1].detail["secrets_changed"] == []
    connections.update(act, "db", ConnectionPatch(password=None))
    assert audits(stage)[-1].detail["secrets_changed"] == ["password"]
    connections.update(act, "db", ConnectionPatch(password=None))
    with pytest.raises(AlreadyExists):
        connections.create(act, value)
    connections.delete(act, "db")
    assert [row.what for row in audits(stage)] == [
        *("post_connection", "patch_connection", "patch_connection", "delete_connection")
    ]
    assert ears.heard == [Wake(connections=("db",))] * 4
    assert SECRET not in repr(audits(stage))
    with pytest.raises(NotFound):
        connections.update(act, "db", ConnectionPatch())


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"conn_id": ""}, "connection_id"),
        ({"conn_id": "a b"}, "connection_id"),
        ({"port": -1}, "port"),
    ],
)
def test_a_connection_that_makes_no_sense_is_refused(
    stage: Stage, fields: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as caught:
        connections.create(stage.act(), ConnectionValue(**({"conn_id": "x"} | fields)))
    assert caught.value.field == field


def test_no_server_tests_a_connection(stage: Stage) -> None:
    with pytest.raises(NotBuilt, match="the server runs no hooks"):
        connections.test(stage.act(), ConnectionValue(conn_id="db"))


@pytest.mark.parametrize(
    "write",
    [
        lambda act: actions.put_variables(act, [VariableRow(key=k, value=k) for k in "ba"]),
        lambda act: actions.put_connections(act, [ConnectionValue(conn_id=k) for k in "ba"]),
    ],
)
def test_what_is_imported_is_told_of_one_by_one(stage: Stage, write: Callable[[Act], None]) -> None:
    act, ears = listening(stage)
    write(act)
    write(act)
    kinds = [row.what.partition("_")[0] for row in audits(stage)]
    assert kinds == ["post", "post", "patch", "patch"]
    assert len(ears.heard) == 2


# -- users' own, and files ------------------------------------------------------------------


def test_a_user_likes_a_dag_once(stage: Stage) -> None:
    stage.add_dag(DagSpec(dag_id="sales", timetable=Never()))
    before = len(audits(stage))
    for _ in range(2):
        favorites.add(stage.act("ann"), "sales")
    assert favorites.of(stage.act("ann")) == {"sales"}
    assert favorites.of(stage.act("bob")) == frozenset()
    for _ in range(2):
        favorites.remove(stage.act("ann"), "sales")
    told = [row.what for row in audits(stage)[before:]]
    assert told == ["favorite_dag", "unfavorite_dag"]
    with pytest.raises(NotFound, match="did you mean 'sales'"):
        favorites.add(stage.act(), "sale")


def test_a_file_is_asked_for_by_its_name(stage: Stage) -> None:
    stage.add_dag(DagSpec(dag_id="sales", timetable=Never()), file="a/sales.py")
    act, ears = listening(stage)
    dag_files.reparse(act, "a/sales.py")
    dag_files.reparse(act, "a/sales.py", folder="/dags")
    assert ears.heard == [Wake(files=("a/sales.py",))] * 2
    with pytest.raises(NotFound, match=r"did you mean 'a/sales\.py'"):
        dag_files.reparse(act, "a/sale.py")
    with pytest.raises(NotFound):
        dag_files.reparse(act, "a/sales.py", folder="/other")


# -- what may be stored ---------------------------------------------------------------------


@pytest.mark.parametrize("text", ["a\x00b", "\ud800"])
def test_what_no_database_takes_is_refused(stage: Stage, text: str) -> None:
    act = stage.act()
    writes: list[Callable[[], object]] = [
        lambda: pools.create(act, Pool(name=text, slots=1)),
        lambda: pools.create(act, Pool(name="a", slots=1, description=text)),
        lambda: variables.create(act, VariableRow(key=text, value="")),
        lambda: variables.create(act, VariableRow(key="k", value="", description=text)),
        lambda: connections.create(act, ConnectionValue(conn_id="c", host=text)),
    ]
    for write in writes:
        with pytest.raises(Invalid, match="can't be stored"):
            write()


def test_a_secret_may_hold_any_character(stage: Stage) -> None:
    row = variables.create(stage.act(), VariableRow(key="k", value="a\x00b"))
    assert stage.store.variables() == [row]

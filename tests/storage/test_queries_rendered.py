"""The rendered fields of a page of task instances."""

from narae.core.ids import TaskKey
from narae.storage.store import SqlStore
from narae.testing import samples as s
from narae.testing.samples import FOLDER, NOON, Samples


def test_rendered_fields_come_for_just_the_instances_of_the_page(
    sql_store: SqlStore, samples: Samples
) -> None:
    files = [s.parsed(s.spec("alpha"), file="a.py")]
    sql_store.record_parsed(files, folder=FOLDER, now=NOON, paused=True)
    creates = [s.create(samples.run(dag_id="alpha", run_id=f"r{n}")) for n in range(2)]
    sql_store.apply(creates, now=NOON)
    keys: list[TaskKey] = []
    for create in creates:
        start = samples.start(create.instances[0])
        sql_store.apply([start, s.begin(start.after)], now=NOON)
        assert sql_store.put_rendered(start.attempt.id, {"run": create.run.run_id}, None)
        keys.append(start.after.key)
    other = TaskKey(keys[0].run, "load")
    assert sql_store.queries.rendered([*keys, other]) == {
        keys[0]: {"run": "r0"},
        keys[1]: {"run": "r1"},
    }
    assert sql_store.queries.rendered(keys[:1]) == {keys[0]: {"run": "r0"}}
    assert sql_store.queries.rendered([other]) == {}
    assert sql_store.queries.rendered([]) == {}

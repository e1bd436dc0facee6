from typing import Any

import pytest

from narae.core.graph import Feed, Graph
from narae.core.weights import priorities


def _diamond(kit: Any, **more: Any) -> Any:
    return kit.dag(
        kit.task("a", **more),
        kit.task("b", "a", priority_weight=10, **more),
        kit.task("c", "a", **more),
        kit.task("d", "b c", priority_weight=100, **more),
    )


def test_edges_and_closures(kit: Any) -> None:
    graph = Graph(_diamond(kit))
    assert graph.roots == ("a",)
    assert graph.leaves == ("d",)
    assert graph.downstream["a"] == ("b", "c")
    assert graph.descendants("a") == {"b", "c", "d"}
    assert graph.ancestors("d") == {"a", "b", "c"}


# Weight rule -> priority of a, b, c, d.
WEIGHTS = {
    "downstream": (112, 110, 101, 100),
    "upstream": (1, 11, 2, 112),
    "absolute": (1, 10, 1, 100),
    "of.a.plugin": (1, 10, 1, 100),
}


@pytest.mark.parametrize("rule", sorted(WEIGHTS))
def test_weights_follow_their_rule(kit: Any, rule: str) -> None:
    graph = Graph(_diamond(kit, weight_rule=rule))
    assert tuple(graph.priorities.values()) == WEIGHTS[rule]


def test_a_weight_fits_a_database_integer(kit: Any) -> None:
    task = kit.task("a", priority_weight=2**40, weight_rule="absolute")
    found = priorities((task,), below=lambda: [0], above=lambda: [0])
    assert found == {"a": 2**31 - 1}


def test_mapping_levels_are_shared_from_the_outermost_on(kit: Any) -> None:
    graph = Graph(
        kit.dag(
            kit.task("a"),
            kit.task("g.x", "a", group_id="g", over=2),
            kit.task("g.h.y", "g.x", group_id="g.h"),
            kit.task("g.h.z", "g.h.y", group_id="g.h"),
            kit.task("k.w", "g.h.z", group_id="k"),
            groups=[
                kit.group("g", over=2),
                kit.group("g.h", over="a", parent="g"),
                kit.group("k", over=2),
            ],
        )
    )
    assert graph.levels["g.x"] == ("g", "g.x")
    assert graph.levels["g.h.y"] == ("g", "g.h")
    assert graph.shared("g.x", "g.h.y") == 1
    assert graph.shared("g.h.y", "g.h.z") == 2
    assert graph.shared("g.h.z", "k.w") == 0
    assert graph.feeds["g.x"] == (Feed("g.h.y", 1, direct=True, setup=False),)
    assert graph.gates == {"a": (("g.h", 0),)}


def test_the_run_is_decided_by_leaves_without_their_teardowns(kit: Any) -> None:
    def deciding(**teardown: Any) -> set[str]:
        spec = kit.dag(
            kit.task("s", is_setup=True),
            kit.task("w", "s"),
            kit.task("t", "s w", is_teardown=True, **teardown),
        )
        return set(Graph(spec).deciding)

    assert deciding() == {"w"}
    assert deciding(on_failure_fail_dagrun=True) == {"t"}
    assert Graph(kit.dag(kit.task("t", is_teardown=True))).deciding == {"t"}


def test_group_ids_stand_for_their_tasks(kit: Any) -> None:
    graph = Graph(
        kit.dag(
            kit.task("g.a", group_id="g"),
            kit.task("g.h.b", group_id="g.h"),
            kit.task("c"),
            groups=[kit.group("g"), kit.group("g.h", parent="g")],
        )
    )
    assert graph.resolve(["g", "nobody"]) == {"g.a", "g.h.b"}
    assert graph.resolve(["c"]) == {"c"}

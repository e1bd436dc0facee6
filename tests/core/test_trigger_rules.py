from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from narae.core.decide.new_run import new_run
from narae.core.ids import CodeVersion, RunUid
from narae.core.outlook import upstream_verdict
from narae.core.run_view import RunView
from narae.core.spec import DagSpec
from narae.core.states import RunType, TaskState
from narae.core.trigger_rules import RULES, Verdict, in_words

T0 = datetime(2026, 3, 2, tzinfo=UTC)
STATES = {
    "S": TaskState.SUCCESS,
    "F": TaskState.FAILED,
    "U": TaskState.UPSTREAM_FAILED,
    "K": TaskState.SKIPPED,
    "R": TaskState.REMOVED,
    "P": TaskState.RUNNING,
}
VERDICTS = {"r": Verdict.RUN, "f": Verdict.FAIL, "s": Verdict.SKIP, "w": Verdict.WAIT}

# The states of two upstream tasks, and what each rule makes of them:
# r run, f upstream_failed, s skipped, w wait.
MIXES = [
    "SS",
    "FF",
    "UU",
    "KK",
    "RR",
    "PP",
    "SF",
    "SU",
    "SK",
    "FU",
    "FK",
    "UK",
    "SR",
    "FR",
    "KR",
    "SP",
    "FP",
    "UP",
    "KP",
]
GOLDEN = {
    "all_success": "r  f  f  s  r  w  f  f  s  f  f  f  r  f  s  w  f  f  s",
    "all_failed": " s  r  r  s  r  w  s  s  s  r  s  s  s  r  s  s  w  w  s",
    "all_done": "   r  r  r  r  r  w  r  r  r  r  r  r  r  r  r  w  w  w  w",
    "all_skipped": "s  s  s  r  r  w  s  s  s  s  s  s  s  s  r  s  s  s  w",
    "one_success": "r  f  f  s  f  w  r  r  r  f  f  f  r  f  s  r  w  w  w",
    "one_failed": " s  r  r  s  s  w  r  r  s  r  r  r  s  r  s  w  r  r  w",
    "one_done": "   r  r  s  s  s  w  r  r  r  r  r  s  r  r  s  r  r  w  w",
    "none_failed": "r  f  f  r  r  w  f  f  r  f  f  f  r  f  r  w  f  f  w",
    "none_skipped": "r r  r  s  r  w  r  r  s  r  s  s  r  r  s  w  w  w  s",
    "always": "     r  r  r  r  r  r  r  r  r  r  r  r  r  r  r  r  r  r  r",
    "dummy": "      r  r  r  r  r  r  r  r  r  r  r  r  r  r  r  r  r  r  r",
    "none_failed_min_one_success": "r f f s r w f f r f f f r f s w f f w",
    "none_failed_or_skipped": "     r f f s r w f f r f f f r f s w f f w",
    "all_done_min_one_success": "   r f f s f w r r s f s s r f s w w w s",
    "all_done_setup_success": "     r r r r r w r r r r r r r r r w w w w",
}


def _view(spec: DagSpec, states: dict[str, str]) -> RunView:
    created = new_run(
        spec=spec,
        spec_id=1,
        code_version=CodeVersion("v"),
        uid=RunUid("u"),
        run_id="r",
        run_type=RunType.MANUAL,
        logical_date=None,
        interval=None,
        run_after=T0,
        conf={},
        now=T0,
    )
    instances = [
        msgspec.structs.replace(i, state=STATES[states[i.task_id]]) if i.task_id in states else i
        for i in created.instances
    ]
    return RunView.build(run=created.run, spec=spec, instances=instances)


def _verdict(view: RunView, task_id: str) -> Verdict:
    (instance,) = view.at(task_id, ())
    return upstream_verdict(view, instance)


def test_the_table_has_every_rule() -> None:
    assert GOLDEN.keys() == RULES.keys()


@pytest.mark.parametrize("rule", sorted(GOLDEN))
def test_every_rule_answers_every_mix_of_states(kit: Any, rule: str) -> None:
    spec = kit.dag(kit.task("a"), kit.task("b"), kit.task("c", "a b", trigger_rule=rule))
    for mix, expected in zip(MIXES, GOLDEN[rule].split(), strict=True):
        for first, second in {(mix[0], mix[1]), (mix[1], mix[0])}:
            view = _view(spec, {"a": first, "b": second})
            assert _verdict(view, "c") is VERDICTS[expected], (rule, mix)


# A setup s, work w after it, and the teardown t of both; w2 comes after w alone.
# State of s: verdict for w2 (once w is a success), by its rule.
SETUP_GOLDEN = {
    "all_success": {"S": "r", "F": "f", "U": "f", "K": "s", "P": "w", "R": "r"},
    "all_done": {"S": "r", "F": "f", "U": "f", "K": "s", "P": "w", "R": "r"},
    "one_success": {"S": "r", "F": "f", "U": "f", "K": "s", "P": "w", "R": "r"},
    "always": {"S": "r", "F": "r", "U": "r", "K": "r", "P": "r", "R": "r"},
}
# States of s and w: verdict for the teardown.
TEARDOWN_GOLDEN = {
    "SS": "r",
    "SF": "r",
    "SU": "r",
    "SK": "r",
    "SP": "w",
    "FU": "f",
    "UU": "f",
    "KK": "s",
    "PP": "w",
    "FP": "w",
}


def _setup_spec(kit: Any, rule: str = "all_success") -> DagSpec:
    spec: DagSpec = kit.dag(
        kit.task("s", is_setup=True),
        kit.task("w", "s"),
        kit.task("w2", "w", trigger_rule=rule),
        kit.task("t", "s w", is_teardown=True, trigger_rule="all_done_setup_success"),
    )
    return spec


@pytest.mark.parametrize("rule", sorted(SETUP_GOLDEN))
def test_work_relies_on_its_setup_whatever_its_rule(kit: Any, rule: str) -> None:
    for state, expected in SETUP_GOLDEN[rule].items():
        view = _view(_setup_spec(kit, rule), {"s": state, "w": "S"})
        assert _verdict(view, "w2") is VERDICTS[expected], (rule, state)


@pytest.mark.parametrize("mix", sorted(TEARDOWN_GOLDEN))
def test_a_teardown_cleans_up_after_a_setup_that_succeeded(kit: Any, mix: str) -> None:
    view = _view(_setup_spec(kit), {"s": mix[0], "w": mix[1]})
    assert _verdict(view, "t") is VERDICTS[TEARDOWN_GOLDEN[mix]]


def test_work_after_the_teardown_no_longer_relies_on_the_setup(kit: Any) -> None:
    spec = kit.dag(
        kit.task("s", is_setup=True),
        kit.task("t", "s", is_teardown=True, trigger_rule="all_done_setup_success"),
        kit.task("after", "t", trigger_rule="all_done"),
    )
    view = _view(spec, {"s": "F", "t": "F"})
    assert _verdict(view, "after") is Verdict.RUN


def test_every_rule_that_can_wait_says_for_what() -> None:
    silent = {rule for rule in RULES if in_words(rule) == "nothing"}
    assert silent == {"always", "dummy"}

"""The invariants' own trigger rules agree with the golden meaning of each rule."""

import pytest

from narae.core.spec import DagSpec, TaskSpec
from narae.core.states import TaskState
from narae.core.timetables.spec import Never
from narae.testing import invariants
from narae.testing.invariants import Rows
from narae.testing.samples import Samples, create

_STATES = {
    "S": TaskState.SUCCESS,
    "F": TaskState.FAILED,
    "U": TaskState.UPSTREAM_FAILED,
    "K": TaskState.SKIPPED,
    "R": TaskState.REMOVED,
    "P": TaskState.RUNNING,
}
_ANSWERS = {"r": "run", "f": "fail", "s": "skip", "w": "wait"}
_MIXES = """SS FF UU KK RR PP SF SU SK FU FK UK SR FR KR SP FP UP KP"""
_GOLDEN = {
    "all_success": "r f f s r w f f s f f f r f s w f f s",
    "all_failed": "s r r s r w s s s r s s s r s s w w s",
    "all_done": "r r r r r w r r r r r r r r r w w w w",
    "all_skipped": "s s s r r w s s s s s s s s r s s s w",
    "one_success": "r f f s f w r r r f f f r f s r w w w",
    "one_failed": "s r r s s w r r s r r r s r s w r r w",
    "one_done": "r r s s s w r r r r r s r r s r r w w",
    "none_failed": "r f f r r w f f r f f f r f r w f f w",
    "none_skipped": "r r r s r w r r s r s s r r s w w w s",
    "none_failed_min_one_success": "r f f s r w f f r f f f r f s w f f w",
    "all_done_min_one_success": "r f f s f w r r s f s s r f s w w w s",
    "always": "r r r r r r r r r r r r r r r r r r r",
}


@pytest.mark.parametrize("rule", _GOLDEN)
def test_the_reference_knows_every_rule(rule: str) -> None:
    tasks = [TaskSpec(task_id=name, operator="X") for name in ("a", "b")]
    last = TaskSpec(task_id="c", operator="X", upstream=("a", "b"), trigger_rule=rule)
    spec = DagSpec(dag_id="sales", timetable=Never(), tasks=(*tasks, last))
    for mix, wanted in zip(_MIXES.split(), _GOLDEN[rule].split(), strict=True):
        created = create(Samples().run(), "a", "b", "c", state=TaskState.NONE)
        rows = Rows(
            runs={created.run.uid: created.run},
            instances={created.run.uid: {i.ref: i for i in created.instances}},
            specs={1: spec},
        )
        a, b, c = created.instances
        for before, letter in ((a, mix[0]), (b, mix[1])):
            after = before.__class__(run=before.run, task_id=before.task_id, state=_STATES[letter])
            rows.instances[before.run][before.ref] = after
        assert invariants.reference_verdict(rows, last, c) == _ANSWERS[wanted], (rule, mix)

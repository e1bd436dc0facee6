"""Trigger rules: from which upstream states a task may run (Airflow's ``TriggerRule``).

What a rule has to know of the upstream side fits into a handful of bits: which states were
seen, and whether anything is still pending. Removed instances are never counted.
"""

from collections.abc import Callable, Mapping
from enum import Enum, auto
from types import MappingProxyType

PENDING, SUCCESS, FAILED, UPSTREAM_FAILED, SKIPPED = (1 << shift for shift in range(5))
"""Seen among the direct upstream instances."""
SETUP_SHIFT = 5
SETUP_PENDING, SETUP_SUCCESS, SETUP_FAILED, SETUP_UPSTREAM_FAILED, SETUP_SKIPPED = (
    1 << shift for shift in range(SETUP_SHIFT, 2 * SETUP_SHIFT)
)
"""The same of the setups that the task relies on."""
FORCED = 1 << 2 * SETUP_SHIFT
"""A branch or a short circuit upstream chose to skip the task."""

_BROKEN = FAILED | UPSTREAM_FAILED


class Verdict(Enum):
    """What the upstream side says about a task."""

    WAIT = auto()
    RUN = auto()
    SKIP = auto()
    FAIL = auto()
    """The task becomes ``upstream_failed``."""


def _all_success(seen: int) -> Verdict:
    if seen & _BROKEN:
        return Verdict.FAIL
    if seen & SKIPPED:
        return Verdict.SKIP
    return _once_done(seen)


def _all_failed(seen: int) -> Verdict:
    return Verdict.SKIP if seen & (SUCCESS | SKIPPED) else _once_done(seen)


def _all_done(seen: int) -> Verdict:
    return _once_done(seen)


def _all_skipped(seen: int) -> Verdict:
    return Verdict.SKIP if seen & (SUCCESS | _BROKEN) else _once_done(seen)


def _one_success(seen: int) -> Verdict:
    if seen & SUCCESS:
        return Verdict.RUN
    return _once_done(seen, Verdict.SKIP if _only_skipped(seen) else Verdict.FAIL)


def _one_failed(seen: int) -> Verdict:
    return Verdict.RUN if seen & _BROKEN else _once_done(seen, Verdict.SKIP)


def _one_done(seen: int) -> Verdict:
    return Verdict.RUN if seen & (SUCCESS | FAILED) else _once_done(seen, Verdict.SKIP)


def _none_failed(seen: int) -> Verdict:
    return Verdict.FAIL if seen & _BROKEN else _once_done(seen)


def _none_skipped(seen: int) -> Verdict:
    return Verdict.SKIP if seen & SKIPPED else _once_done(seen)


def _none_failed_min_one_success(seen: int) -> Verdict:
    if seen & _BROKEN:
        return Verdict.FAIL
    return _once_done(seen, Verdict.SKIP if _only_skipped(seen) else Verdict.RUN)


def _all_done_min_one_success(seen: int) -> Verdict:
    if seen & SKIPPED:
        return Verdict.SKIP
    return _once_done(seen, Verdict.RUN if seen & SUCCESS else Verdict.FAIL)


def _all_done_setup_success(seen: int) -> Verdict:
    """A teardown's own rule: it cleans up after any setup that succeeded."""
    if seen & (PENDING | SETUP_PENDING):
        return Verdict.WAIT
    if seen & SETUP_SUCCESS or not seen & _SETUP_ENDS:
        return Verdict.RUN
    return Verdict.FAIL if seen & (SETUP_FAILED | SETUP_UPSTREAM_FAILED) else Verdict.SKIP


def _always(seen: int) -> Verdict:  # noqa: ARG001 - one signature for every rule
    return Verdict.RUN


_SETUP_ENDS = SETUP_SUCCESS | SETUP_FAILED | SETUP_UPSTREAM_FAILED | SETUP_SKIPPED

RULES: Mapping[str, Callable[[int], Verdict]] = MappingProxyType(
    {
        "all_success": _all_success,
        "all_failed": _all_failed,
        "all_done": _all_done,
        "all_done_min_one_success": _all_done_min_one_success,
        "all_done_setup_success": _all_done_setup_success,
        "all_skipped": _all_skipped,
        "one_success": _one_success,
        "one_failed": _one_failed,
        "one_done": _one_done,
        "none_failed": _none_failed,
        "none_failed_or_skipped": _none_failed_min_one_success,
        "none_failed_min_one_success": _none_failed_min_one_success,
        "none_skipped": _none_skipped,
        "always": _always,
        "dummy": _always,
    }
)
"""By name, aliases included. Airflow 2.10's rules and 3.x's ``all_done_min_one_success``."""

_WORDS = MappingProxyType(
    {
        "all_success": "all upstream tasks to succeed",
        "all_failed": "all upstream tasks to fail",
        "all_done": "all upstream tasks to end",
        "all_done_min_one_success": "all upstream tasks to end, one of them with success",
        "all_done_setup_success": "all upstream tasks to end after a setup that succeeded",
        "all_skipped": "all upstream tasks to be skipped",
        "one_success": "one upstream task to succeed",
        "one_failed": "one upstream task to fail",
        "one_done": "one upstream task to succeed or fail",
        "none_failed": "all upstream tasks to end without a failure",
        "none_failed_or_skipped": "all upstream tasks to end without a failure",
        "none_failed_min_one_success": "all upstream tasks to end without a failure",
        "none_skipped": "all upstream tasks to end without a skip",
    }
)


def judge(rule: str, seen: int) -> Verdict:
    """The verdict for a task that has direct upstream tasks.

    Setups come first: whatever the rule, a task does not run where its setup did not
    succeed. Only ``always`` looks at nothing.

    >>> judge("none_failed", SUCCESS | SKIPPED)
    <Verdict.RUN: 2>
    >>> judge("all_success", SUCCESS | PENDING)
    <Verdict.WAIT: 1>
    """
    found = RULES[rule](seen)
    if rule in _LOOKS_AT_SETUPS_ITSELF:
        return found
    if seen & (SETUP_FAILED | SETUP_UPSTREAM_FAILED):
        return Verdict.FAIL
    if seen & SETUP_SKIPPED:
        return Verdict.SKIP
    return Verdict.WAIT if found is Verdict.RUN and seen & SETUP_PENDING else found


_LOOKS_AT_SETUPS_ITSELF = frozenset({"all_done_setup_success", "always", "dummy"})


def in_words(rule: str) -> str:
    """What a rule waits for, to follow ``waits for``."""
    return _WORDS.get(rule, "nothing")


def _once_done(seen: int, then: Verdict = Verdict.RUN) -> Verdict:
    return Verdict.WAIT if seen & PENDING else then


def _only_skipped(seen: int) -> bool:
    return seen & (SUCCESS | _BROKEN | SKIPPED) == SKIPPED

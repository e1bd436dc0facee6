"""Trigger rules: when a task may run, seen from its upstream tasks."""

from difflib import get_close_matches
from enum import StrEnum

from narae.errors import DagDefinitionError


class TriggerRule(StrEnum):
    """The rules that ``trigger_rule=`` takes."""

    ALL_SUCCESS = "all_success"
    ALL_FAILED = "all_failed"
    ALL_DONE = "all_done"
    ALL_DONE_SETUP_SUCCESS = "all_done_setup_success"
    ALL_DONE_MIN_ONE_SUCCESS = "all_done_min_one_success"
    ONE_SUCCESS = "one_success"
    ONE_FAILED = "one_failed"
    ONE_DONE = "one_done"
    NONE_FAILED = "none_failed"
    NONE_FAILED_OR_SKIPPED = "none_failed_or_skipped"
    NONE_SKIPPED = "none_skipped"
    NONE_FAILED_MIN_ONE_SUCCESS = "none_failed_min_one_success"
    ALL_SKIPPED = "all_skipped"
    ALWAYS = "always"
    DUMMY = "dummy"

    @classmethod
    def all_triggers(cls) -> set[str]:
        """Every rule's name."""
        return {str(rule) for rule in cls}

    @classmethod
    def is_valid(cls, trigger_rule: str) -> bool:
        """Whether it is a rule's name."""
        return trigger_rule in RULES


_ALIASES = {"dummy": "always", "none_failed_or_skipped": "none_failed_min_one_success"}

RULES: dict[str, str] = {str(rule): _ALIASES.get(rule, str(rule)) for rule in TriggerRule}
"""Every accepted name -> the rule's one name. The old names went with Airflow 3."""


def rule_named(name: str) -> str:
    """The rule's one name; an unknown one is an error that suggests the nearest."""
    found = RULES.get(name)
    if found is None:
        near = get_close_matches(str(name), RULES, 1)
        hint = f", did you mean {near[0]!r}?" if near else f"; known are {', '.join(RULES)}"
        raise DagDefinitionError(f"unknown trigger rule {str(name)!r}{hint}")
    return found

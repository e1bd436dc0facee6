"""Weight rules: what a task's priority adds up from."""

from difflib import get_close_matches
from enum import StrEnum
from typing import Any

from narae.errors import DagDefinitionError


class WeightRule(StrEnum):
    """The rules that ``weight_rule=`` takes."""

    DOWNSTREAM = "downstream"
    UPSTREAM = "upstream"
    ABSOLUTE = "absolute"

    @classmethod
    def all_weight_rules(cls) -> set[str]:
        """Every rule's name."""
        return {str(rule) for rule in cls}

    @classmethod
    def is_valid(cls, weight_rule: str) -> bool:
        """Whether it is a rule's name."""
        return weight_rule in RULES


RULES = {str(rule) for rule in WeightRule}


class PriorityWeightStrategy:
    """A weight rule of a deployment's own. Taken, and read as ``absolute``, for now."""

    def get_weight(self, ti: Any) -> int:
        """The priority of one task instance."""
        raise NotImplementedError

    def serialize(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {}

    @classmethod
    def deserialize(cls, data: dict[str, Any]) -> "PriorityWeightStrategy":
        """The opposite of :meth:`serialize`."""
        return cls(**data)


def weight_rule_named(rule: Any) -> str:
    """The rule's name; an unknown one is an error that suggests the nearest."""
    if isinstance(rule, PriorityWeightStrategy):
        return "absolute"
    if rule in RULES:
        return str(rule)
    near = get_close_matches(str(rule), RULES, 1)
    hint = f", did you mean {near[0]!r}?" if near else f"; known are {', '.join(sorted(RULES))}"
    raise DagDefinitionError(f"unknown weight rule {str(rule)!r}{hint}")

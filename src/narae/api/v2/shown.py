"""Data that people and tasks have left, as it may be shown: what looks secret is masked."""

from typing import Any

from narae.api.call import Call


def shown(call: Call, value: Any, name: object = None) -> Any:
    """A copy of plain data with the values masked that stand under a secret's name."""
    if not call.settings.core.hide_sensitive_var_conn_fields:
        return value
    return call.masker.mask_value(value, name)

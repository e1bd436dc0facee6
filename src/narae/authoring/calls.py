"""How user functions are called: signatures read from their code, without ``inspect``."""

from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, NamedTuple

from narae.authoring.notset import NOTSET

_VAR_POSITIONAL, _VAR_KEYWORD = 0x04, 0x08

_KEYS = """
    conf conn dag dag_run data_interval_end data_interval_start ds ds_nodash exception
    execution_date expanded_ti_count fence inlet_events inlets logical_date macros
    map_index_template next_ds next_ds_nodash next_execution_date outlet_events outlets params
    prev_data_interval_end_success prev_data_interval_start_success prev_ds prev_ds_nodash
    prev_end_date_success prev_execution_date prev_execution_date_success
    prev_start_date_success reason run_id start_date task task_instance task_instance_key_str
    task_reschedule_count templates_dict test_mode ti tomorrow_ds tomorrow_ds_nodash
    triggering_asset_events triggering_dataset_events try_number ts ts_nodash
    ts_nodash_with_tz var yesterday_ds yesterday_ds_nodash
"""

CONTEXT_KEYS = frozenset(_KEYS.split())
"""Parameters of these names are given by the context when the call leaves them out."""


class Signature(NamedTuple):
    """The parameters of a plain function."""

    positional: tuple[str, ...]
    keyword_only: tuple[str, ...]
    defaults: dict[str, Any]
    takes_more_positional: bool
    takes_more_keywords: bool

    @property
    def names(self) -> tuple[str, ...]:
        """All named parameters, in order."""
        return (*self.positional, *self.keyword_only)


def signature_of(function: Callable[..., Any]) -> Signature | None:
    """The signature, None of anything but a plain function (nothing is checked then)."""
    while hasattr(function, "__wrapped__"):
        function = function.__wrapped__
    code = getattr(function, "__code__", None)
    if code is None:
        return None
    count = code.co_argcount
    positional = code.co_varnames[:count]
    values = getattr(function, "__defaults__", None) or ()
    defaults = dict(zip(positional[count - len(values) :], values, strict=True))
    defaults |= getattr(function, "__kwdefaults__", None) or {}
    return Signature(
        positional=positional,
        keyword_only=code.co_varnames[count : count + code.co_kwonlyargcount],
        defaults=defaults,
        takes_more_positional=bool(code.co_flags & _VAR_POSITIONAL),
        takes_more_keywords=bool(code.co_flags & _VAR_KEYWORD),
    )


def check_call(
    function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any], *, whole: bool
) -> None:
    """TypeError when the arguments don't fit; ``whole``: all that are needed must be there."""
    name = getattr(function, "__name__", repr(function))
    found = signature_of(function)
    if found is None:
        return
    if len(args) > len(found.positional) and not found.takes_more_positional:
        raise TypeError(f"{name}() takes {len(found.positional)} arguments, {len(args)} were given")
    taken = set(found.positional[: len(args)])
    for key in kwargs:
        if key in taken:
            raise TypeError(f"{name}() got two values for {key!r}")
        if key not in found.names and not found.takes_more_keywords:
            near = get_close_matches(key, found.names, 1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise TypeError(f"{name}() has no parameter {key!r}{hint}")
    missing = [
        key
        for key in found.names
        if key not in found.defaults
        and key not in taken
        and key not in kwargs
        and key not in CONTEXT_KEYS
    ]
    if whole and missing:
        raise TypeError(f"{name}() needs {', '.join(missing)}")


def bound(
    function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]
) -> dict[str, Any]:
    """Every parameter's value: given, default, or NOTSET."""
    check_call(function, args, kwargs, whole=False)
    found = signature_of(function)
    if found is None:
        return dict(kwargs)
    values = {name: found.defaults.get(name, NOTSET) for name in found.names}
    values.update(zip(found.positional, args, strict=False))
    return {**values, **kwargs}

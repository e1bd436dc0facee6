"""Whether params fit their JSON schemas (draft 2020-12): when a DAG is parsed and triggered."""

from collections.abc import Mapping
from typing import Any

from narae.core.spec import DagSpec, ParamSpec


def param_faults(spec: DagSpec, conf: Mapping[str, Any]) -> dict[str, str]:
    """Param name -> what is wrong with its value: that of ``conf``, else its default.

    Airflow's rule: a param without a default has to be given unless its type allows null.
    """
    faults = {}
    for name, param in spec.params.items():
        fault = _fault(param, given=name in conf, value=conf.get(name, param.default))
        if fault is not None:
            faults[name] = fault
    return faults


def _fault(param: ParamSpec, *, given: bool, value: Any) -> str | None:
    if not given and not param.has_default:
        types = param.schema.get("type", ())
        nullable = types == "null" or (isinstance(types, list | tuple) and "null" in types)
        return None if nullable else "it has no default, so a value has to be given"
    if not param.schema:
        return None
    # jsonschema takes 60 ms to load, and most DAGs have no schema to check.
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - heavy, loaded when needed

    validator = Draft202012Validator(
        param.schema, format_checker=Draft202012Validator.FORMAT_CHECKER
    )
    error = min(validator.iter_errors(value), key=lambda each: str(each.path), default=None)
    if error is None:
        return None
    where = "".join(f"[{part!r}]" for part in error.absolute_path)
    return f"{where + ': ' if where else ''}{error.message}"

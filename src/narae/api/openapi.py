"""The OpenAPI 3.1 document of an API, made from the same structs that requests are read with.

https://spec.openapis.org/oas/v3.1.0
"""

import re
import types
from collections.abc import Iterable, Sequence
from typing import Any, Union, get_args, get_origin

import msgspec

from narae.api.operation import Open, Operation, is_optional
from narae.api.problems import MEDIA_TYPE, TITLES, ProblemView

_TEMPLATE = "#/components/schemas/{name}"
SERVICE_UNAVAILABLE = 503
EVENTS = "text/event-stream"
_PATH = ":path}"
_MASK = "update_mask"
"""The parameter that names fields of the body."""
_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "A text of your own: the same request with the same key is carried out once.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
}
_SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer"},
    "basic": {"type": "http", "scheme": "basic"},
    "session": {"type": "apiKey", "in": "cookie", "name": "narae_session"},
}


def document(operations: Sequence[Operation], *, title: str, version: str) -> dict[str, Any]:
    """The document of these operations, all of one flavour."""
    kinds = list(_kinds(operations))
    schemas, components = msgspec.json.schema_components(kinds, ref_template=_TEMPLATE)
    schema_of = dict(zip(map(repr, kinds), schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for each in operations:
        path = (each.flavour.prefix + each.path).replace(_PATH, "}")
        paths.setdefault(path, {})[each.method.lower()] = _operation(each, schema_of)
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version},
        "paths": paths,
        "components": {"schemas": components, "securitySchemes": _SCHEMES},
    }


def _kinds(operations: Iterable[Operation]) -> Iterable[Any]:
    seen: set[str] = set()
    for each in operations:
        found = [each.body, *_shapes(each.answer), ProblemView, *each.path_types.values()]
        found += [field.type for field in msgspec.structs.fields(each.query)]
        for kind in found:
            if kind is not None and repr(kind) not in seen and not _is_response(kind):
                seen.add(repr(kind))
                yield kind


def _shapes(answer: Any) -> tuple[Any, ...]:
    """The one shape of an answer, or each of several that the request chooses between."""
    kinds = get_args(answer) if get_origin(answer) in {Union, types.UnionType} else ()
    several = len(kinds) > 1 and all(_is_struct(kind) for kind in kinds)
    return kinds if several else (answer,)


def _is_struct(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def _is_response(kind: Any) -> bool:
    return isinstance(kind, type) and hasattr(kind, "render") and hasattr(kind, "media_type")


def _operation(each: Operation, schema_of: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "operationId": each.id,
        "tags": [each.tag],
        "summary": each.summary,
        "parameters": [*_path_parameters(each, schema_of), *_query_parameters(each, schema_of)],
        "responses": _responses(each, schema_of),
        "security": [] if each.needs is Open.ANYBODY else [{name: []} for name in _SCHEMES],
    }
    if each.idempotent_by_key:
        found["parameters"].append(_KEY)
    if each.body is not None:
        found["requestBody"] = {
            "required": not is_optional(each.body),
            "content": {each.body_media: {"schema": schema_of[repr(each.body)]}},
        }
    if not isinstance(each.needs, Open):
        found["x-permission"] = f"{each.needs.action.value} on {each.needs.resource.value}"
    return found


def _path_parameters(each: Operation, schema_of: dict[str, Any]) -> Iterable[dict[str, Any]]:
    for name in re.findall(r"\{(\w+)", each.path):
        schema = schema_of[repr(each.path_types[name])]
        yield {"name": name, "in": "path", "required": True, "schema": _not_empty(schema)}


def _not_empty(schema: dict[str, Any]) -> dict[str, Any]:
    return {"minLength": 1, **schema} if schema.get("type") == "string" else schema


def _query_parameters(each: Operation, schema_of: dict[str, Any]) -> Iterable[dict[str, Any]]:
    for field in msgspec.structs.fields(each.query):
        schema = dict(schema_of[repr(field.type)])
        if field.encode_name == _MASK and "enum" not in schema["items"]:
            schema["items"] = {"enum": list(each.body.__struct_fields__)}
        if field.default is not msgspec.NODEFAULT and field.default is not msgspec.UNSET:
            schema |= {"default": msgspec.to_builtins(field.default)}
        shown = _one(schema)
        said = {"description": shown.pop("description")} if "description" in shown else {}
        where = {"name": field.encode_name, "in": "query", "required": field.required}
        yield {**where, "schema": shown, **said}


def _one(schema: dict[str, Any]) -> dict[str, Any]:
    """Without null: a query string has none; a parameter that is left out has no value."""
    kinds = [kind for kind in schema.get("anyOf", ()) if kind != {"type": "null"}]
    rest = {name: value for name, value in schema.items() if name != "anyOf"}
    if rest.get("default", 0) is None:
        del rest["default"]
    if len(kinds) == 1:
        return {**kinds[0], **rest}
    return {**rest, "anyOf": kinds} if kinds else rest


def _content(media: str, schema: dict[str, Any]) -> dict[str, Any]:
    """JSON has the schema; a stream of events has none, other things are texts."""
    if media == EVENTS:
        return {}
    return {"schema": schema if media.endswith("json") else {"type": "string"}}


def _responses(each: Operation, schema_of: dict[str, Any]) -> dict[str, Any]:
    good: dict[str, Any] = {"description": "Done." if each.answer is None else "The answer."}
    if each.answer is not None:
        schemas = [schema_of.get(repr(shape), {}) for shape in _shapes(each.answer)]
        schema = schemas[0] if len(schemas) == 1 else {"anyOf": schemas}
        good["content"] = {media: _content(media, schema) for media in each.media}
    problem = {MEDIA_TYPE: {"schema": schema_of[repr(ProblemView)]}}
    found = {str(each.status): good}
    for status in each.statuses:
        # what is unwell says so in its own words
        content = good["content"] | problem if status == SERVICE_UNAVAILABLE else problem
        found[str(status)] = {"description": TITLES[status], "content": content}
    if each.etag:
        found["304"] = {"description": "What you have is what there is."}
    return found

"""``python -m narae.api.ui_documents FOLDER``: the OpenAPI documents that the UI's types come from.

Beside them goes their digest, by which a test sees that the types are out of date.

All of ``/api/v2``, and of ``/api/v1`` what only it has: users, roles and permissions.
"""

import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from narae.api.catalogue import OPERATIONS
from narae.api.openapi import document

DIGEST = "documents.sha256"
ONLY_IN_V1 = ("/api/v1/users", "/api/v1/roles", "/api/v1/permissions")


def documents() -> dict[str, dict[str, Any]]:
    """By name of the API. The version is left out, so that it changes nothing."""
    made = {name: document(OPERATIONS[name], title=name, version="0") for name in OPERATIONS}
    return made | {"v1": narrowed(made["v1"], ONLY_IN_V1)}


def narrowed(whole: dict[str, Any], prefixes: tuple[str, ...]) -> dict[str, Any]:
    """A document with the paths that begin so, and the schemas that they use."""
    paths = {path: item for path, item in whole["paths"].items() if path.startswith(prefixes)}
    schemas = whole["components"]["schemas"]
    used: set[str] = set()
    waiting = list(_references(paths))
    while waiting:
        name = waiting.pop()
        if name in schemas and name not in used:
            used.add(name)
            waiting += _references(schemas[name])
    components = whole["components"] | {"schemas": {name: schemas[name] for name in sorted(used)}}
    return whole | {"paths": paths, "components": components}


def _references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        target = part.get("$ref")
        if isinstance(target, str):
            yield target.rpartition("/")[2]
        for value in part.values():
            yield from _references(value)
    elif isinstance(part, list | tuple):
        for value in part:
            yield from _references(value)


def digest(made: dict[str, dict[str, Any]]) -> str:
    """Of all documents, whatever the order of their keys."""
    return hashlib.sha256(msgspec.json.encode(made, order="sorted")).hexdigest()


def main(folder: Path) -> None:
    """Writes the documents and their digest."""
    made = documents()
    for name, content in made.items():
        (folder / f"openapi.{name}.json").write_bytes(msgspec.json.encode(content))
    (folder / DIGEST).write_text(digest(made) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))

"""Collects operations, and turns them into Starlette's routes."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any, TypeVar

from starlette.routing import BaseRoute, Route, compile_path

from narae.api.endpoint import Endpoint
from narae.api.operation import Flavour, Needed, Operation, operation, specificity
from narae.api.problems import Problem
from narae.api.reading import read_path

F = TypeVar("F", bound=Callable[..., Any])

JSON = ("application/json",)


class Routes:
    """The operations of one noun in one API.

    Each decorator takes the path below the API's prefix and what the operation needs. A
    function may carry several decorators. Statuses of success are 200, and 204 without an
    answer, unless ``status`` says otherwise.
    """

    def __init__(self, flavour: Flavour, *, tag: str) -> None:
        self.flavour = flavour
        self.tag = tag
        self.operations: list[Operation] = []

    def add(  # noqa: PLR0913 - what can be said of an operation
        self,
        method: str,
        path: str,
        *,
        needs: Needed,
        status: int | None = None,
        media: tuple[str, ...] = JSON,
        errors: tuple[int, ...] = (),
        etag: bool = False,
    ) -> Callable[[F], F]:
        """A decorator for the function that answers ``method`` on ``path``."""

        def adds(handler: F) -> F:
            self.operations.append(
                operation(
                    handler,
                    method=method,
                    path=path,
                    flavour=self.flavour,
                    needs=needs,
                    status=status,
                    media=media,
                    errors=errors,
                    tag=self.tag,
                    etag=etag,
                )
            )
            return handler

        return adds

    def get(self, path: str, **more: Any) -> Callable[[F], F]:
        """See :meth:`add`."""
        return self.add("GET", path, **more)

    def post(self, path: str, **more: Any) -> Callable[[F], F]:
        """See :meth:`add`."""
        return self.add("POST", path, **more)

    def put(self, path: str, **more: Any) -> Callable[[F], F]:
        """See :meth:`add`."""
        return self.add("PUT", path, **more)

    def patch(self, path: str, **more: Any) -> Callable[[F], F]:
        """See :meth:`add`."""
        return self.add("PATCH", path, **more)

    def delete(self, path: str, **more: Any) -> Callable[[F], F]:
        """See :meth:`add`."""
        return self.add("DELETE", path, **more)


def operations_of(nouns: Iterable[Routes]) -> list[Operation]:
    """All of them, those on more specific paths first."""
    found = [each for noun in nouns for each in noun.operations]
    return sorted(found, key=lambda each: specificity(each.path))


def starlette_routes(operations: Sequence[Operation]) -> list[BaseRoute]:
    """One route for each path, so that a wrong method is answered with those that there are.

    :raises ValueError: two operations for the same method and path.
    """
    by_path: dict[str, dict[str, Operation]] = defaultdict(dict)
    for each in operations:
        path = each.flavour.prefix + each.path
        if each.method in by_path[path]:
            raise ValueError(f"{each.method} {path} is there twice")
        by_path[path][each.method] = each
    return [
        Route(
            path, Endpoint(methods), methods=None if _closed(path, operations) else sorted(methods)
        )
        for path, methods in by_path.items()
    ]


def _closed(path: str, operations: Sequence[Operation]) -> bool:
    """Whether nothing else can be meant by a path than what it says.

    A wrong method there is refused, rather than looked up among paths with parameters: nothing
    has the number ``dry_run``. But a connection may be named ``test``.
    """
    return "{" not in path and not any(_takes(each, path) for each in operations)


@cache
def _pattern(path: str) -> re.Pattern[str]:
    return compile_path(path)[0]


def _takes(operation: Operation, path: str) -> bool:
    """Whether ``path`` fills in the parameters of the operation's."""
    if not operation.path_types:
        return False
    found = _pattern(operation.flavour.prefix + operation.path).match(path)
    if found is None:
        return False
    try:
        read_path(operation, found.groupdict())
    except Problem:
        return False
    return True

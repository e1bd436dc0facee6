"""All operations as a page: ``python -m narae.api.page > docs/api.md``."""

from collections.abc import Iterator
from itertools import groupby

from narae.api.catalogue import OPERATIONS
from narae.api.operation import Open, Operation

NOT_BUILT = 501

HEAD = """# HTTP API

This page is made from the operations themselves: `python -m narae.api.page > docs/api.md`. With
all parameters, bodies and answers they are described in the OpenAPI 3.1 documents that a server
gives at `/api/v2/openapi.json` and `/api/v1/openapi.json`, and shows at `/docs` and `/redoc`.

`/api/v2` is the native API, in the shape of Airflow 3's public one; `/api/v1` is the stable API
of Airflow 2.10. Airflow's official Python clients of both work. Neither has logic of its own:
both read the same read models and call the same actions as the CLI.

**Who asks.** `Authorization: Bearer <token>`, with a token from `POST /auth/token` (`{"username",
"password"}`) or `narae tokens create`; or the session cookie of a browser, with `X-CSRF-Token` on
everything that changes something; or, with `auth.basic = true`, HTTP Basic. Who may do what is in
the column *needs*, in the names of Airflow 2.10. With `auth.mode = "none"`, on loopback addresses
only, everybody may do everything.

**Pages.** `limit` and `offset`, and on the big tables `cursor`: give it empty for the first page,
then `next_cursor` of the answer before. The cost of a page does not grow with the table.
`total_entries` is counted up to 10,000 and means "at least" from there on. `order_by` takes the
names in the document, with `-` in front for descending.

**Errors** are `application/problem+json`: `{"type", "title", "status", "detail", "field"}`;
`detail` names what is wrong, and the nearest name where there is one. What can be read but not
accepted is 422 in `/api/v2` and 400 in `/api/v1`. Unknown parameters and fields are refused, and
so are dates without an offset. 501 says that the part of Narae that an operation is about does
not exist yet.

**Repeating.** Every POST takes `Idempotency-Key`: the same request with the same key is carried
out once, within 24 hours, and answered alike. Lists that move slowly carry an `ETag` and answer
`If-None-Match` with 304.
"""

TITLES = {"v2": "`/api/v2`", "v1": "`/api/v1`"}


def markdown() -> str:
    """The whole page."""
    parts = [HEAD]
    for name, title in TITLES.items():
        parts.append(f"# {title}\n")
        ordered = sorted(OPERATIONS[name], key=lambda each: (each.tag, each.path, each.method))
        for tag, operations in groupby(ordered, key=lambda each: each.tag):
            parts += [f"## {tag}\n", "| | what | needs |", "|---|---|---|"]
            parts += [*_rows(operations), ""]
    return "\n".join(parts)


def _rows(operations: Iterator[Operation]) -> Iterator[str]:
    for each in operations:
        path = (each.flavour.prefix + each.path).replace(":path}", "}")
        built = " (501: not built yet)" if NOT_BUILT in each.errors else ""
        yield f"| `{each.method} {path}` | {each.summary}{built} | {_needs(each)} |"


def _needs(each: Operation) -> str:
    match each.needs:
        case Open.ANYBODY:
            return "nothing"
        case Open.LOGGED_IN:
            return "a login"
        case needs:
            return f"{needs.action.value} on {needs.resource.value}"


if __name__ == "__main__":
    print(markdown(), end="")  # noqa: T201 - its output

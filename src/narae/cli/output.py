"""How lists are shown: ``-o table|json|yaml|plain``, the same rows in each."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

import click

Row = Mapping[str, Any]
F = TypeVar("F", bound=Callable[..., Any])


def output_option(command: F) -> F:
    """Adds ``-o/--output``; its value arrives as ``output``."""
    return click.option(
        "-o",
        "--output",
        type=click.Choice(["table", "json", "yaml", "plain"]),
        default="table",
        show_default=True,
        help="How to print.",
    )(command)


def show(rows: Sequence[Row], output: str, *, empty: str = "No data found") -> None:
    """Prints rows. JSON is a list of objects; plain has a header and aligned columns."""
    FORMATS[output](rows, empty)


def text(value: object) -> str:
    """One cell: None is empty, times are ISO 8601, lists are joined by commas."""
    match value:
        case None:
            return ""
        case bool():
            return str(value)
        case datetime():
            return value.isoformat()
        case list() | tuple():
            return ", ".join(text(v) for v in value)
        case dict():
            return json.dumps(value, ensure_ascii=False, default=text)
        case _:
            return str(value)


def plain_value(value: object) -> Any:
    """The same for JSON and YAML: numbers, booleans and None stay, the rest becomes text."""
    match value:
        case None | bool() | int() | float():
            return value
        case str():
            return str(value)
        case list() | tuple():
            return [plain_value(v) for v in value]
        case dict():
            return {str(k): plain_value(v) for k, v in value.items()}
        case _:
            return text(value)


def _table(rows: Sequence[Row], empty: str) -> None:
    if not rows:
        click.echo(empty)
        return
    from rich.box import ASCII_DOUBLE_HEAD  # noqa: PLC0415 - heavy, and only tables need it
    from rich.console import Console  # noqa: PLC0415 - the same
    from rich.table import Table  # noqa: PLC0415 - the same

    table = Table(box=ASCII_DOUBLE_HEAD, show_edge=False, header_style="bold")
    for name in rows[0]:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*(text(v) for v in row.values()))
    console = Console(soft_wrap=False, highlight=False, markup=False, emoji=False)
    if not console.is_terminal:
        console.width = 240
    console.print(table)


def _plain(rows: Sequence[Row], empty: str) -> None:
    del empty
    if not rows:
        return
    lines = [list(rows[0]), *([text(v) for v in row.values()] for row in rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    for line in lines:
        click.echo(" | ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)).rstrip())


def _json(rows: Sequence[Row], empty: str) -> None:
    del empty
    click.echo(json.dumps([plain_value(dict(r)) for r in rows], ensure_ascii=False, indent=2))


def _yaml(rows: Sequence[Row], empty: str) -> None:
    del empty
    import yaml  # noqa: PLC0415 - only -o yaml needs it

    click.echo(
        yaml.safe_dump([plain_value(dict(r)) for r in rows], allow_unicode=True, sort_keys=False),
        nl=False,
    )


FORMATS: dict[str, Callable[[Sequence[Row], str], None]] = {
    "table": _table,
    "json": _json,
    "yaml": _yaml,
    "plain": _plain,
}

"""All commands as a page: ``python -m narae.cli.page > docs/cli.md``."""

from collections.abc import Iterator

import click

from narae.cli import COMMANDS, HIDDEN, root

HEAD = """# Commands

This page is made from the commands themselves: `python -m narae.cli.page > docs/cli.md`.

Lists take `-o table|json|yaml|plain`; JSON is a list of objects with the table's columns. Exit
codes: 0 done, 1 failed (the reason is on standard error), 2 wrong usage. `--home DIR` before a
command, or `NARAE_HOME`, chooses the deployment.
"""


def markdown() -> str:
    """The whole page."""
    context = click.Context(root)
    parts = [HEAD]
    for name in COMMANDS:
        if name not in HIDDEN and (command := root.get_command(context, name)) is not None:
            parts += _section(f"narae {name}", command)
    return "\n".join(parts)


def _section(name: str, command: click.Command) -> Iterator[str]:
    if not isinstance(command, click.Group):
        yield f"## `{name}`\n"
        yield from _body(command)
        return
    yield f"## `{name}`\n\n{_words(command)}\n"
    for child_name, child in sorted(command.commands.items()):
        if not child.hidden:
            yield f"### `{name} {child_name}`\n"
            yield from _body(child)


def _body(command: click.Command) -> Iterator[str]:
    yield f"{_words(command)}\n"
    lines = [line for parameter in command.params if (line := _line(parameter))]
    if lines:
        yield "\n".join(lines) + "\n"


def _words(command: click.Command) -> str:
    return " ".join((command.help or "").split())


def _line(parameter: click.Parameter) -> str | None:
    if isinstance(parameter, click.Argument):
        name = parameter.make_metavar(click.Context(click.Command("page")))
        return f"- `{name}`"
    assert isinstance(parameter, click.Option)  # noqa: S101 - Click has no third kind
    if parameter.hidden:
        return None
    names = ", ".join(f"`{each}`" for each in (*parameter.opts, *parameter.secondary_opts))
    kind = parameter.type
    choice = f" ({', '.join(map(str, kind.choices))})" if isinstance(kind, click.Choice) else ""
    must = " **required**" if parameter.required else ""
    return f"- {names}{choice}{must}{': ' if parameter.help else ''}{parameter.help or ''}"


if __name__ == "__main__":
    print(markdown(), end="")

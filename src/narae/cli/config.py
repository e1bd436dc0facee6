"""``narae config``."""

import os

import click

from narae.cli.groups import NearestGroup
from narae.cli.output import output_option, show
from narae.config import TABLE, explain, get, load
from narae.errors import NaraeError


@click.group(cls=NearestGroup)
def config() -> None:
    """Show settings and where they come from."""


@config.command("list")
@click.option("--section", default=None, help="Only this section.")
@click.option("-d", "--include-descriptions", is_flag=True)
@click.option("-s", "--include-sources", is_flag=True, hidden=True)
@output_option
def list_(
    section: str | None, include_descriptions: bool, include_sources: bool, output: str
) -> None:
    """List every option with its value and where the value stands. Secrets are masked."""
    del include_sources
    rows = [
        {
            "section": name,
            "key": key,
            "value": value,
            "source": source,
            **({"description": TABLE[name, key].option.words} if include_descriptions else {}),
        }
        for name, key, value, source in explain(os.environ)
        if section in {None, name}
    ]
    if not rows:
        sections = ", ".join(dict.fromkeys(name for name, _ in TABLE))
        raise NaraeError(f"there is no section {section!r}; there are {sections}")
    show(rows, output)


@config.command("get-value")
@click.argument("section")
@click.argument("option")
def get_value(section: str, option: str) -> None:
    """Print one option's value, by our name or Airflow's."""
    try:
        value = get(load(os.environ), section, option)
    except KeyError as error:
        raise NaraeError(str(error.args[0])) from error
    click.echo("" if value is None else value)

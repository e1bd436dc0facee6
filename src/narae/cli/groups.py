"""Groups of commands that suggest the nearest when there is none of that name."""

from difflib import get_close_matches

import click


class NearestGroup(click.Group):
    """``narae dags trigge`` is told of ``trigger``."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As Click does it, with a hint."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            near = get_close_matches(args[0], self.list_commands(ctx), n=3)
            if not near:
                raise
            hint = " or ".join(repr(name) for name in near)
            raise click.UsageError(f"{error.message} Did you mean {hint}?", ctx=ctx) from error

"""Things that accounts are about, by their names."""

from typing import Annotated

from msgspec import Meta

from narae.api.operation import Body
from narae.api.view import View


class Named(Body, frozen=True, kw_only=True):
    """A role, an action or a resource, by its name."""

    name: Annotated[str, Meta(min_length=1, max_length=500)]


class NameView(View, frozen=True, kw_only=True):
    """A name."""

    name: str

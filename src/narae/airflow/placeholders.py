"""Stand-ins for what Narae does not have yet: importing and annotating is fine, use is refused."""

from typing import NoReturn

from narae.errors import NotYetError


class Refusing(type):
    """The class of stand-ins: refuses attributes and calls, allows annotations and bases."""

    why = "yet"

    def __getattr__(cls, name: str) -> NoReturn:
        if name.startswith("__"):
            raise AttributeError(name)
        raise NotYetError(f"Narae does not have {cls.__name__}.{name} {cls.why}")

    def __call__(cls, *_args: object, **_options: object) -> NoReturn:
        """Refused."""
        raise NotYetError(f"Narae does not have {cls.__name__} {cls.why}")


def __getattr__(name: str) -> type:
    if name.startswith("__"):
        raise AttributeError(name)
    made = Refusing(name, (), {"__module__": __name__})
    globals()[name] = made
    return made

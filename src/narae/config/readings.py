"""How some texts of options are read. ValueError, whose text is a hint, for what can't be."""

import msgspec

_ON = frozenset({"t", "true", "1", "yes", "y", "on"})
_OFF = frozenset({"f", "false", "0", "no", "n", "off"})


def flag(text: str) -> bool:
    """Yes or no, in the words that Airflow takes too."""
    word = text.strip().lower()
    if word not in _ON | _OFF:
        raise ValueError
    return word in _ON


def basic_auth(text: str) -> bool:
    """Yes or no, or the ways in that Airflow allows: whether basic auth is one of them.

    >>> basic_auth("airflow.api.auth.backend.session,airflow.api.auth.backend.basic_auth")
    True
    """
    names = [name.strip() for name in text.split(",")]
    return any(name.endswith("basic_auth") for name in names) if "." in text else flag(text)


def json_object(text: str) -> str:
    """The text of a JSON object."""
    try:
        found = msgspec.json.decode(text)
    except msgspec.DecodeError as error:
        raise ValueError(str(error)) from None
    if not isinstance(found, dict):
        raise ValueError  # noqa: TRY004 - as all readings say it
    return text

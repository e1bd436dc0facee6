"""What may be stored at all: texts that every database takes, moments that can be reckoned with."""

from datetime import UTC, datetime

from narae.engine.errors import Invalid

NOTE_LENGTH_MAX = 1_000
MOMENT_MIN = datetime(1000, 1, 1, tzinfo=UTC)
MOMENT_MAX = datetime(9000, 1, 1, tzinfo=UTC)
"""Beyond these, going on by an interval or to another time zone may leave the calendar."""


def check_text(field: str, text: str | None, *, length_max: int, length_min: int = 0) -> None:
    """Invalid for a text that is too short or too long, or holds NUL or half a character."""
    if text is None:
        return
    if not length_min <= len(text) <= length_max:
        wanted = f"has to have {length_min} to" if length_min else "has at most"
        raise Invalid(field, f"{wanted} {length_max} characters, this one has {len(text)}")
    if "\x00" in text:
        raise Invalid(field, "holds a NUL character, which can't be stored")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Invalid(field, "holds half of a surrogate pair, which can't be stored") from None


def check_moment(field: str, at: datetime | None) -> None:
    """Invalid for a moment without a time zone, or out of reach."""
    if at is None:
        return
    if at.utcoffset() is None:
        raise Invalid(field, f"{at.isoformat()} has no time zone")
    if not MOMENT_MIN <= at <= MOMENT_MAX:
        words = f"{at.isoformat()} is not between the years {MOMENT_MIN.year} and {MOMENT_MAX.year}"
        raise Invalid(field, words)

"""Which of the media types that there are a client likes best."""

from collections.abc import Sequence

from narae.api.problems import Problem


def preferred(accept: str, offered: Sequence[str]) -> str:
    """The first of ``offered`` that the header ``Accept`` likes best; Problem 406 for none.

    >>> preferred("text/plain", ["application/json", "text/plain"])
    'text/plain'
    >>> preferred("text/*;q=0.2, */*;q=0.1", ["application/json", "text/plain"])
    'text/plain'
    >>> preferred("", ["application/json", "text/plain"])
    'application/json'
    """
    asked = [_weighed(part) for part in accept.split(",") if part.strip()] or [("*/*", 1.0)]
    marks = [_mark(media, asked) for media in offered]
    best = max(marks)
    if best <= 0:
        raise Problem(406, f"the answer comes as {' or '.join(offered)}, not as {accept}")
    return offered[marks.index(best)]


def _weighed(part: str) -> tuple[str, float]:
    media, *parameters = (each.strip().lower() for each in part.split(";"))
    quality = next((each[2:] for each in parameters if each.startswith("q=")), "1")
    try:
        return media, float(quality)
    except ValueError:
        return media, 1.0


def _mark(media: str, asked: Sequence[tuple[str, float]]) -> float:
    """What the closest of the ranges that it lies in says."""
    for range_ in (media, f"{media.partition('/')[0]}/*", "*/*"):
        found = [quality for name, quality in asked if name == range_]
        if found:
            return max(found)
    return 0.0

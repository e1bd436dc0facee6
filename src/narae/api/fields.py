"""Kinds of fields that many operations share."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta

INT32_MAX = 2**31 - 1

Limit = Annotated[
    int, Meta(ge=0, le=1000, description="How many rows. Deployments may allow fewer.")
]
Offset = Annotated[int, Meta(ge=0, le=INT32_MAX, description="How many rows to leave out.")]
Moment = Annotated[datetime, Meta(tz=True, description="A moment with its offset from UTC.")]
"""A naive date is refused: it would mean a time zone that nobody named."""
Id = Annotated[int, Meta(ge=0, le=2**63 - 1)]
Whole = Annotated[int, Meta(ge=-INT32_MAX, le=INT32_MAX)]
Natural = Annotated[int, Meta(ge=0, le=INT32_MAX)]
MapIndex = Annotated[
    int, Meta(ge=-1, le=INT32_MAX, description="Index of a mapped instance; -1: not mapped.")
]
Seconds = Annotated[float, Meta(ge=0, le=1e12)]
Name = Annotated[str, Meta(min_length=1, max_length=250)]
Text = Annotated[str, Meta(max_length=10_000)]
Cursor = Annotated[
    str, Meta(max_length=2000, description="Where to go on; from `next_cursor`. Empty: the start.")
]
Names = Annotated[
    tuple[str, ...], Meta(extra={"csv": True}, description="Separated by commas, or repeated.")
]
"""Of a parameter that Airflow's clients send with commas."""

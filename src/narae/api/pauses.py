"""Waiting within an answer that is sent piece by piece."""

import time

import anyio

from narae.api.call import Call

LOOK_SECONDS = 0.25
"""How long a server that stops may have to wait for those who wait."""


async def pause(call: Call, seconds: float) -> bool:
    """Waits so long; False at once when the server stops meanwhile."""
    until = time.monotonic() + seconds
    while not call.around.feed.has_ended:
        left = until - time.monotonic()
        if left <= 0:
            return True
        await anyio.sleep(min(left, LOOK_SECONDS))
    return False

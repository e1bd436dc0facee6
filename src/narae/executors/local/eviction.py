"""Which idle fork servers go. Pure."""

from collections.abc import Iterable, Sequence

from narae.core.spec import Value


class ServerFacts(Value, frozen=True, kw_only=True):
    """What counts about one fork server."""

    number: int
    is_idle: bool
    idle_since: float = 0.0
    private_bytes: int = 0


class ServerLimits(Value, frozen=True, kw_only=True):
    """See ``SupervisorSettings``."""

    servers_max: int
    idle_seconds: float
    memory_max_bytes: int


def to_make_room(servers: Sequence[ServerFacts], limits: ServerLimits) -> list[int]:
    """Numbers of the idle servers that go before another one starts, longest unused first.

    >>> limits = ServerLimits(servers_max=2, idle_seconds=60, memory_max_bytes=100)
    >>> old = ServerFacts(number=1, is_idle=True, idle_since=5)
    >>> new = ServerFacts(number=2, is_idle=True, idle_since=9)
    >>> to_make_room([new, old], limits)
    [1]
    """
    count = len(servers)
    held = sum(server.private_bytes for server in servers)
    going = []
    for server in sorted(servers, key=lambda server: server.idle_since):
        if count < limits.servers_max and held <= limits.memory_max_bytes:
            break
        if server.is_idle:
            going.append(server.number)
            count -= 1
            held -= server.private_bytes
    return going


def idle_too_long(servers: Iterable[ServerFacts], *, now: float, limits: ServerLimits) -> list[int]:
    """Numbers of those that nobody has used for long."""
    return [s.number for s in servers if s.is_idle and now - s.idle_since >= limits.idle_seconds]


def next_look(servers: Iterable[ServerFacts], *, now: float, limits: ServerLimits) -> float | None:
    """Seconds until the next one has been idle for too long; None when none is idle."""
    idle = [server.idle_since for server in servers if server.is_idle]
    return max(0.0, min(idle) + limits.idle_seconds - now) if idle else None

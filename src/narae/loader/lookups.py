"""What files ask for while they are imported, on its way to the engine and back."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from narae.core.requests import Refused
from narae.core.wire import Answer, ChildAnswer, FileAsk
from narae.loader.link import EngineLink
from narae.loader.parse_pool import ParsePool
from narae.loader.values import ParseAnswer, ParseAsk

AWAY = Refused(words="the engine is away; the file is read again when it is back")


@dataclass(frozen=True, kw_only=True)
class _Waiting:
    asked: ParseAsk
    sent: FileAsk
    deadline: float


class Lookups:
    """Asks of files under way. A refused one makes its file "starved": to be parsed again."""

    def __init__(
        self,
        pool: ParsePool,
        link: EngineLink,
        *,
        patience_seconds: float,
        now: Callable[[], float],
    ) -> None:
        """``patience_seconds`` is how long a file waits for an engine that is away or silent."""
        self._patience = patience_seconds
        self._pool = pool
        self._link = link
        self._now = now
        self._waiting: dict[int, _Waiting] = {}
        self._last_id = 0
        self._starved: set[int] = set()
        """Ids of jobs."""
        self._away_since = now()

    @property
    def due(self) -> float:
        """When somebody's patience ends, on the monotonic clock."""
        return min((each.deadline for each in self._waiting.values()), default=math.inf)

    def pass_on(self) -> None:
        """Sends to the engine what files have asked, and ends what has waited too long."""
        now = self._now()
        if self._link.connection is not None:
            self._away_since = now
        for asked in self._pool.take_asks():
            self._last_id += 1
            sent = FileAsk(id=self._last_id, file=asked.file, request=asked.request)
            deadline = self._away_since + self._patience
            self._waiting[sent.id] = _Waiting(asked=asked, sent=sent, deadline=deadline)
            self._link.tell(sent)
        for number in [n for n, each in self._waiting.items() if each.deadline <= now]:
            self.take(Answer(id=number, refused=AWAY))

    def connected(self) -> None:
        """A new engine is asked what the last one has left open."""
        self._away_since = self._now()
        for each in self._waiting.values():
            self._link.tell(each.sent)

    def take(self, answer: Answer) -> None:
        """Lets the file go on that waits for ``answer``."""
        waiting = self._waiting.pop(answer.id, None)
        if waiting is None:
            return
        if answer.refused is not None:
            self._starved.add(waiting.asked.job)
        told = ChildAnswer(id=waiting.asked.id, value=answer.value, refused=answer.refused)
        self._pool.reply(ParseAnswer(job=waiting.asked.job, answer=told))

    def is_starved(self, job: int) -> bool:
        """Whether the job that has just ended lacks an answer, so that its result means nothing."""
        for number in [n for n, each in self._waiting.items() if each.asked.job == job]:
            del self._waiting[number]
        starved = job in self._starved
        self._starved.discard(job)
        return starved

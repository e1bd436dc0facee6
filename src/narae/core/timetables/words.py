"""Timetables in words, and whether they make sense."""

from functools import lru_cache
from typing import assert_never

from narae.core.timetables.cron import PRESETS, CronError, parse
from narae.core.timetables.spec import (
    Assets,
    AssetsOrTime,
    Continuous,
    CronInterval,
    CronTrigger,
    Custom,
    DeltaInterval,
    DeltaTrigger,
    Events,
    Never,
    Once,
    Step,
    TimetableSpec,
)
from narae.core.timetables.steps import check_step, step_words
from narae.core.timetables.zones import zone


def describe(timetable: TimetableSpec) -> str:  # noqa: C901, PLR0911 - a return a kind
    """A short text for people, without a full stop.

    >>> describe(CronInterval(expression="30 2 * * *", timezone="Asia/Seoul"))
    'At 02:30 every day (Asia/Seoul)'
    """
    match timetable:
        case Never():
            return "Only when triggered"
        case Once():
            return "Once"
        case Continuous():
            return "As soon as the last run has ended"
        case CronInterval():
            return f"{_cron_words(timetable.expression)} ({timetable.timezone})"
        case CronTrigger():
            words = "; or ".join(map(_cron_words, timetable.expressions))
            return f"{words} ({timetable.timezone})"
        case DeltaInterval() | DeltaTrigger():
            return f"Every {_every(timetable.step)}"
        case Events():
            count = len(timetable.moments)
            return timetable.description or f"At {count} listed moment{'' if count == 1 else 's'}"
        case Assets():
            return timetable.description or "When its assets have been updated"
        case AssetsOrTime():
            return f"{describe(timetable.timetable)}, and when its assets have been updated"
        case Custom():
            return timetable.description or f"As {timetable.classpath.rpartition('.')[2]} says"
        case _:
            assert_never(timetable)


def check(timetable: TimetableSpec) -> None:
    """Raises :exc:`ValueError`, which names what is wrong and the nearest right thing."""
    match timetable:
        case Never() | Once() | Continuous() | Assets() | Custom() | Events():
            pass
        case CronInterval():
            zone(timetable.timezone)
            parse(timetable.expression)
        case CronTrigger():
            _check_trigger(timetable)
        case DeltaInterval():
            check_step(timetable.step, zone(timetable.timezone))
        case DeltaTrigger():
            check_step(timetable.step, zone(timetable.timezone))
        case AssetsOrTime():
            check(timetable.timetable)
        case _:
            assert_never(timetable)


def _check_trigger(timetable: CronTrigger) -> None:
    zone(timetable.timezone)
    if not timetable.expressions:
        raise CronError("a cron trigger needs at least one cron expression")
    for expression in timetable.expressions:
        parse(expression)


def _every(step: Step) -> str:
    words = step_words(step)
    return words.removeprefix("1 ") if words.count(" ") == 1 else words


@lru_cache(maxsize=4096)  # a page of a hundred DAGs would spend 15 ms on it
def _cron_words(expression: str) -> str:
    # Every DAG file's import loads this module, and only pages need the words.
    from cronsim.explain import Expression  # noqa: PLC0415 - 13 ms of import

    text = PRESETS.get(expression.strip().lower(), expression)
    try:
        cron = parse(text)
    except CronError:
        return expression
    fields = text.upper().replace("?", "*").split()
    seconds = fields[5:] or ["0"]
    written = [*seconds, *fields[:5]]
    # What cronsim can't say of the author's own text, or reads otherwise (*/2 beside another
    # day field), it can of the plain numbers.
    starred = {fields[2][:2], fields[4][:2]} & {"*/"}
    for parts in [list(cron.parts)] if starred else [written, list(cron.parts)]:
        try:
            return Expression(parts).explain()
        except (ValueError, KeyError, IndexError, AssertionError):
            continue
    return expression

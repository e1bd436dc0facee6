import pytest

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
from narae.core.timetables.words import check, describe
from narae.core.timetables.zones import zone

DAILY = CronInterval(expression="@daily", timezone="Asia/Seoul")


@pytest.mark.parametrize(
    ("timetable", "words"),
    [
        (Never(), "Only when triggered"),
        (Once(), "Once"),
        (Continuous(), "As soon as the last run has ended"),
        (DAILY, "At 00:00 every day (Asia/Seoul)"),
        (CronInterval(expression="0 9 * * 1-5"), "At 09:00 on Monday through Friday (UTC)"),
        (CronInterval(expression="0 0 * * L5"), "At 00:00 on the last Friday of the month (UTC)"),
        (
            CronTrigger(expressions=("0 6 * * *", "30 18 * * *")),
            "At 06:00 every day; or At 18:30 every day (UTC)",
        ),
        (DeltaInterval(step=Step(seconds=86400)), "Every day"),
        (DeltaTrigger(step=Step(seconds=5400)), "Every 1 hour 30 minutes"),
        (Events(moments=()), "At 0 listed moments"),
        (Events(moments=(), description="Exam days"), "Exam days"),
        (Assets(), "When its assets have been updated"),
        (
            AssetsOrTime(timetable=DAILY),
            "At 00:00 every day (Asia/Seoul), and when its assets have been updated",
        ),
        (Custom(classpath="plugins.days.Workdays"), "As Workdays says"),
    ],
)
def test_a_timetable_has_words(timetable: TimetableSpec, words: str) -> None:
    assert describe(timetable) == words
    check(timetable)


def test_an_expression_that_can_not_be_read_is_shown_as_it_is() -> None:
    assert describe(CronInterval(expression="every day")) == "every day (UTC)"


def test_the_words_of_two_day_fields_do_not_claim_that_both_have_to_match() -> None:
    words = describe(CronInterval(expression="0 0 */2 * 1"))
    assert "if it's on" not in words


@pytest.mark.parametrize(
    ("timetable", "message"),
    [
        (CronInterval(expression="0 25 * * *"), "'25' is no hour"),
        (CronInterval(expression="@daily", timezone="Asia/Seuol"), "did you mean 'Asia/Seoul'"),
        (CronTrigger(expressions=()), "at least one cron expression"),
        (CronTrigger(expressions=("@daily", "x")), "has 1 field:"),
        (DeltaInterval(step=Step()), "lead forward"),
        (DeltaTrigger(step=Step(seconds=-1)), "lead forward"),
        (AssetsOrTime(timetable=CronInterval(expression="@dialy")), "did you mean '@daily'"),
    ],
)
def test_a_bad_timetable_is_told(timetable: TimetableSpec, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        check(timetable)


@pytest.mark.parametrize("name", ["UTC", "utc", "Asia/Seoul", "+09:00", "UTC-03:30", "+0530"])
def test_zones_have_names_or_offsets(name: str) -> None:
    assert zone(name) is not None


@pytest.mark.parametrize(
    ("name", "hint"), [("Seoul", "Asia/Seoul"), ("europe/berlin", "Europe/Berlin"), ("x", "09:00")]
)
def test_an_unknown_zone_is_told_with_the_nearest(name: str, hint: str) -> None:
    with pytest.raises(ValueError, match=hint):
        zone(name)

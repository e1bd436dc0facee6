"""Lists about DAGs answer alike on SQLite and PostgreSQL, whatever they are asked."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from tests.api.conftest import OTHER, SALES, Api

from narae.config import load
from narae.core.spec import Expansion, ImportFailure, LiteralInput, ParsedFile, TaskSpec
from narae.core.timetables.spec import CronInterval
from narae.testing import samples as s

FIRST, LAST = "0002-01-01T00:00:00%2B14:00", "9998-12-31T23:59:59-14:00"
PATHS = (
    "dags",
    "dags?order_by=-last_run_start_date&order_by=-next_dagrun&order_by=dag_display_name",
    "dags?order_by=-last_run_state&order_by=next_dagrun&limit=2&offset=1",
    "dags?owners=ann&tags=money&tags=%25&tags_match_mode=any&dag_id_pattern=_A%25|x\\",
    "dags?dag_id_prefix_pattern=s|%25&dag_display_name_pattern='&exclude_stale=false",
    "dags?dag_run_state=success&dag_run_end_date_gt=2026-01-01T00:00:00%2B09:00",
    f"dags?dag_run_start_date_gte={FIRST}&dag_run_start_date_lt={LAST}",
    "dags?last_dag_run_state=success&has_import_errors=false&is_favorite=false",
    "dags/sales/details",
    "dags/daily/next_runs?limit=5",
    "dags/~/dagVersions?order_by=-bundle_version&order_by=id",
    "dags/sales/dagVersions?version_number=2147483647",
    "dagStats",
    "dagStats?dag_ids=sales&dag_ids=none",
    "dagTags?tag_name_pattern=m%25",
    "dagWarnings?warning_type=parsing&order_by=-message",
    "importErrors?order_by=-timestamp&order_by=filename&filename_pattern=%25.py",
    "importErrors/9223372036854775807",
    "grid/wide",
    "grid/sales?state=success&run_type=manual&limit=1000",
    f"grid/sales?run_after_lte={LAST}",
    "gantt/wide/mine",
    "calendar/sales?timezone=Asia/Seoul",
    "structure/wide",
)


def played(api: Api) -> Api:
    """Some runs, files that fail, a mapped task."""
    many = Expansion(inputs={"x": LiteralInput(length=3)})
    task = TaskSpec(task_id="many", operator="X", expansion=many)
    daily = msgspec.structs.replace(
        s.spec("daily", start_date=s.NOON, tags=("m%", "hr")),
        timetable=CronInterval(expression="@daily"),
    )
    api.stage.add_dag(SALES, OTHER)
    api.stage.add_dag(msgspec.structs.replace(s.spec("wide"), tasks=(task,)), file="w.py")
    api.stage.add_dag(daily, file="d.py")
    for file in ("b.py", "a.py"):
        failure = ImportFailure(file=file, message="no")
        parsed = ParsedFile(file=file, code_version="1", file_hash="1", failures=(failure,))
        api.stage.catalog.record([parsed], folder="/dags")
    warned = ParsedFile(
        file="d.py", code_version="1", file_hash="1", dags=(daily,), warnings=("w",)
    )
    api.stage.catalog.record([warned], folder="/dags")
    for dag_id in ("sales", "wide"):
        api.stage.trigger(dag_id, run_id="mine")
        api.stage.play(timedelta(minutes=5))
    return api


@pytest.fixture
def both(tmp_path: Path, empty_postgres: str) -> Iterator[list[Api]]:
    made = []
    for name, url in (("sqlite", None), ("postgres", empty_postgres)):
        home = tmp_path / name
        home.mkdir()
        made.append(played(Api(home, load({"NARAE_HOME": str(home)}), url=url)))
    with made[0].client, made[1].client:
        yield made
    for api in made:
        api.store.close()


def test_both_databases_answer_alike(both: list[Api]) -> None:
    for path in PATHS:
        answers = [api("GET", f"/api/v2/{path}") for api in both]
        wanted = 404 if path.startswith("importErrors/") else 200
        assert [each.status_code for each in answers] == [wanted] * 2, (path, answers[1].text)
        seen, expected = (each.json() for each in answers)
        for answer in (seen, expected):
            for one in (answer, *answer.get("dags", ()), *answer.get("import_errors", ())):
                one.pop("file_token", None)  # each deployment signs with a key of its own
        assert seen == expected, path

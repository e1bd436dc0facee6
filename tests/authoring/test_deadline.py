from datetime import UTC, datetime, timedelta

from narae.authoring.dag import DAG
from narae.authoring.deadline import DeadlineAlert, DeadlineReference, SyncCallback
from narae.authoring.operator import BaseOperator
from narae.authoring.parsing import current


def test_deadlines_and_slas_are_taken_with_a_remark_that_nobody_watches_them() -> None:
    alerts = [
        DeadlineAlert(reference, timedelta(hours=1), SyncCallback(print))
        for reference in (
            DeadlineReference.DAGRUN_QUEUED_AT,
            DeadlineReference.FIXED_DATETIME(datetime(2024, 1, 1, tzinfo=UTC)),
            DeadlineReference.AVERAGE_RUNTIME(max_runs=5),
        )
    ]
    with DAG("d", deadline=alerts) as dag:
        BaseOperator(task_id="t", sla=timedelta(hours=1))
    assert dag.deadline == alerts
    deadline, sla = current().notices
    assert "deadlines are not watched yet" in deadline
    assert "SLAs are not watched yet" in sla

"""One DAG for each way of waiting; each has tasks named ``t0``, ``t1``, ... that wait."""

import signal
from datetime import datetime, timedelta

from airflow.decorators import dag, task, task_group
from airflow.sensors.date_time import DateTimeSensorAsync
from holding import hold

MANY = 5
START = datetime(2024, 1, 1)
FAR = datetime(2098, 1, 1)
PLAIN = {"start_date": START, "schedule": None}


@task
def blocker():
    hold()


@task
def quick():
    pass


def many(made, **options):
    return [made.override(task_id=f"t{n}", **options)() for n in range(MANY)]


@dag(**PLAIN)
def upstream():
    blocker() >> many(quick)


@dag(**PLAIN)
def not_expanded():
    @task
    def source():
        hold()
        return [1]

    @task
    def each(n):
        pass

    each.expand(n=source()) >> many(quick)


@dag(**PLAIN)
def expansion():
    @task
    def source():
        hold()
        return [1]

    @task_group
    def group(n):
        @task
        def inside(n):
            pass

        for number in range(MANY):
            inside.override(task_id=f"t{number}")(n)

    group.expand(n=source())


@task
def fails_first(dag_run=None):
    if dag_run.conf.get("first"):
        raise ValueError("the first one fails")


@dag(**PLAIN, catchup=False, default_args={"depends_on_past": True})
def past():
    many(fails_first)


@dag(**PLAIN, catchup=False)
def past_downstream():
    for n in range(MANY):
        before = quick.override(task_id=f"t{n}", wait_for_downstream=True)()
        before >> fails_first.override(task_id=f"after{n}")()


@dag(**PLAIN)
def retry_delay():
    @task(retries=1, retry_delay=timedelta(hours=1))
    def fails():
        raise ValueError("not yet")

    many(fails)


@dag(**PLAIN)
def rescheduled():
    @task.sensor(mode="reschedule", poke_interval=3600, timeout=99999)
    def looks():
        return False

    many(looks)


@dag(**PLAIN)
def deferred():
    for n in range(MANY):
        DateTimeSensorAsync(task_id=f"t{n}", target_time="2098-01-01T00:00:00+00:00")


@dag(**PLAIN)
def start_date():
    many(quick, start_date=FAR)


@dag(**PLAIN, is_paused_upon_creation=True)
def paused():
    many(quick)


@dag(**PLAIN)
def not_due():
    many(quick)


@dag(**PLAIN, max_active_runs=1)
def run_queued():
    @task
    def first(dag_run=None):
        if dag_run.conf.get("first"):
            hold()

    first() >> many(quick)


@dag(**PLAIN)
def pool_full():
    blocker.override(pool="one", priority_weight=99)()
    many(quick, pool="one")


@dag(**PLAIN)
def pool_small():
    many(quick, pool="one", pool_slots=2)


@dag(**PLAIN)
def pool_missing():
    many(quick, pool="nowhere")


@dag(**PLAIN, max_active_tasks=1)
def active_tasks():
    blocker.override(priority_weight=99)()
    many(quick)


@dag(**PLAIN)
def per_dag():
    @task(max_active_tis_per_dag=1)
    def t(n):
        hold()

    t.expand(n=list(range(MANY + 1)))


@dag(**PLAIN)
def per_run():
    @task(max_active_tis_per_dagrun=1)
    def t(n):
        hold()

    t.expand(n=list(range(MANY + 1)))


@dag(**PLAIN)
def no_worker():
    many(quick, queue="gpu")


@dag(**PLAIN)
def restarting():
    @task
    def stubborn():
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        hold()

    many(stubborn)


@dag(**PLAIN, max_active_tasks=100)
def everything():
    for n in range(40):
        blocker.override(task_id=f"t{n}", max_active_tis_per_dag=None)()


upstream()
not_expanded()
expansion()
past()
past_downstream()
retry_delay()
rescheduled()
deferred()
start_date()
paused()
not_due()
run_queued()
pool_full()
pool_small()
pool_missing()
active_tasks()
per_dag()
per_run()
no_worker()
restarting()
everything()

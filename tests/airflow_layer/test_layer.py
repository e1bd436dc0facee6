import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from importlib import import_module
from typing import Any

import pytest

from narae.airflow.finder import AirflowFinder, install, resolve
from narae.airflow.modules import MODULES, PACKAGES
from narae.authoring.parsing import begin_file, current, generation
from narae.errors import MissingModuleError, NotYetError

TARGETS = sorted({target for table in MODULES.values() for target in table.values()})

CHECKLIST = """
airflow.DAG airflow.decorators.task airflow.operators.python.PythonOperator
airflow.exceptions.AirflowException airflow.operators.bash.BashOperator airflow.models.Variable
airflow.operators.empty.EmptyOperator airflow.utils.task_group.TaskGroup
airflow.operators.python.BranchPythonOperator airflow.utils.trigger_rule.TriggerRule
airflow.operators.trigger_dagrun.TriggerDagRunOperator airflow.hooks.base.BaseHook
airflow.operators.email.EmailOperator airflow.models.BaseOperator airflow.configuration.conf
airflow.decorators.task_group airflow.models.param.Param airflow.models.DagRun
airflow.sensors.base.BaseSensorOperator airflow.decorators.dag airflow.utils.state.State
airflow.models.baseoperator.chain airflow.sensors.external_task.ExternalTaskSensor
airflow.sdk.task airflow.sdk.DAG airflow.sdk.dag airflow.sdk.Asset airflow.models.DAG
airflow.operators.dummy.DummyOperator airflow.timetables.trigger.CronTriggerTimetable
airflow.providers.standard.operators.python.PythonOperator airflow.sdk.get_current_context
airflow.providers.standard.operators.empty.EmptyOperator airflow.utils.edgemodifier.Label
airflow.operators.dummy_operator.DummyOperator airflow.operators.python_operator.PythonOperator
airflow.utils.context.Context airflow.models.taskinstance.TaskInstance airflow.datasets.Dataset
airflow.operators.branch.BaseBranchOperator airflow.plugins_manager.AirflowPlugin
airflow.settings.Session airflow.utils.session.provide_session airflow.utils.dates.days_ago
airflow.utils.decorators.apply_defaults airflow.operators.bash_operator.BashOperator
airflow.sensors.filesystem.FileSensor airflow.timetables.base.Timetable airflow.macros.ds_add
airflow.utils.timezone.utcnow airflow.version.version airflow.triggers.base.BaseTrigger
airflow.models.xcom_arg.XComArg airflow.utils.email.send_email airflow.utils.weekday.WeekDay
"""


@pytest.fixture(autouse=True)
def layer() -> Iterator[None]:
    install()
    begin_file()
    yield
    begin_file()


@pytest.mark.parametrize("target", TARGETS)
def test_every_target_of_the_tables_is_there(target: str) -> None:
    assert resolve(target, target) is not False


@pytest.mark.parametrize("name", CHECKLIST.split())
def test_a_name_that_many_files_import_can_be_imported(name: str) -> None:
    module, _, attribute = name.rpartition(".")
    assert getattr(import_module(module), attribute)


def test_every_module_can_be_imported_and_lists_its_names() -> None:
    for path in PACKAGES:
        assert set(MODULES.get(path, {})) <= set(dir(import_module(path)))


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("from airflow.operators.bash import BashOperatr", "did you mean 'BashOperator'"),
        ("from airflow.operators.pyton import PythonOperator", "did you mean 'python'"),
        ("import airflow.utils.taskgroup", "did you mean 'task_group'"),
        ("from airflow.models import TaskGroup", "it is in airflow"),
        ("from airflow.providers.amazon.aws.hooks.s3 import S3Hook", "provider 'amazon'"),
        (
            "from airflow.providers.apache.spark.operators.spark_submit import SparkSubmitOperator",
            "provider 'apache.spark'",
        ),
        ("from airflow.operators.mysql_operator import MySqlOperator", "provider 'mysql'"),
        ("from airflow.www.app import create_app", "Narae does not have airflow.www"),
    ],
)
def test_a_missing_name_says_what_is_missing_and_what_is_near(statement: str, words: str) -> None:
    with pytest.raises(MissingModuleError, match=words):
        exec(statement, {})
    assert issubclass(MissingModuleError, ModuleNotFoundError)


@pytest.mark.parametrize(
    "path",
    sorted(
        path
        for path in PACKAGES
        if path.rpartition(".")[2] in MODULES.get(path.rpartition(".")[0], {})
    ),
)
def test_a_module_does_not_hide_the_name_that_it_shares(path: str) -> None:
    package, _, name = path.rpartition(".")
    for statement in (f"import {path}", f"from {path} import {name}"):
        with suppress(ImportError):
            exec(statement, {})
        scope: dict[str, Any] = {}
        exec(f"from {package} import {name}", scope)
        assert scope[name] is resolve(MODULES[package][name], path)


def test_a_fallback_on_import_error_works() -> None:
    scope: dict[str, Any] = {}
    exec(
        "try:\n    from airflow.operators.nowhere import X\n"
        "except ModuleNotFoundError:\n    from airflow.operators.empty import EmptyOperator as X",
        scope,
    )
    assert scope["X"].__name__ == "EmptyOperator"
    assert not hasattr(import_module("airflow"), "nowhere")


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("from airflow import DAG", 2),
        ("from airflow.providers.standard.operators.bash import BashOperator", 2),
        ("from airflow.sdk import DAG", 3),
        ("import airflow.sdk\nairflow.sdk.task", 3),
        ("from airflow.timetables.trigger import CronTriggerTimetable", 2),
        ("from airflow.timetables.trigger import DeltaTriggerTimetable", 3),
        ("from airflow.timetables.assets import AssetOrTimeSchedule", 3),
        ("from narae import DAG", 3),
        ("import narae", 2),
    ],
)
def test_what_a_file_imports_tells_its_generation_each_time(statement: str, expected: int) -> None:
    for _ in range(2):  # the second file finds the modules loaded
        begin_file()
        exec(statement, {})
        assert generation() == expected
    assert bool(current().proof) is (expected == 3)


def test_names_of_airflows_database_can_be_imported_and_refuse_their_use() -> None:
    models: Any = import_module("airflow.models")
    sessions: Any = import_module("airflow.utils.session")
    assert issubclass(models.DagModel, object)
    with pytest.raises(
        NotYetError, match=r"DagModel.get_paused_dag_ids because a task has no database"
    ):
        models.DagModel.get_paused_dag_ids()
    with pytest.raises(NotYetError, match="clean needs a database session"):
        sessions.provide_session(self_named("clean"))()


def self_named(name: str) -> Any:
    def function() -> None: ...

    function.__name__ = name
    return function


def test_settings_are_read_from_the_environment_then_from_the_process(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    conf: Any = import_module("airflow.configuration").conf
    monkeypatch.setenv("AIRFLOW__CORE__MINE", "yes")
    assert conf.getboolean("core", "mine") is True
    assert conf.getint("core", "parallelism") == 32
    assert conf.get("core", "nothing", fallback=None) is None
    with pytest.raises(Exception, match=r"no setting \[core\] nothing"):
        conf.get("core", "nothing")


def test_installing_twice_puts_one_finder_in_place() -> None:
    install()
    assert sum(isinstance(finder, AirflowFinder) for finder in sys.meta_path) == 1


def test_a_package_says_the_version_that_it_stands_for() -> None:
    assert import_module("airflow").__version__ == "2.10.5"
    assert import_module("airflow.version").version == "2.10.5"


LIGHT = """
import sys
import narae, narae.airflow
narae.airflow.install()
from airflow import DAG
from airflow.decorators import dag, task, task_group
from airflow.models import BaseOperator, Variable
from airflow.models.param import Param
from airflow.utils.task_group import TaskGroup
from datetime import datetime
with DAG("d", start_date=datetime(2024, 1, 1), schedule="@daily") as d:
    BaseOperator(task_id="a") >> BaseOperator(task_id="b")
heavy = "asyncio socket subprocess threading logging jinja2 pendulum jsonschema sqlalchemy pydantic"
heavy += " fastapi httpx2 click msgspec inspect dataclasses cronsim"
print(",".join(name for name in heavy.split() if name in sys.modules))
"""


@pytest.mark.process
def test_what_a_dag_file_needs_loads_nothing_heavy() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LIGHT], check=True, capture_output=True, text=True, timeout=60
    )
    assert done.stdout == "\n"

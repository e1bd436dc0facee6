"""Drives every operation of ``apache-airflow-client`` 2.10 against a server: URL USER PASSWORD.

Prints which methods were called and which the client has beside them.
"""

import ast
import json
import sys
from collections.abc import Callable
from typing import Any

from airflow_client import client
from airflow_client.client import apis, exceptions
from airflow_client.client.model.action import Action
from airflow_client.client.model.action_resource import ActionResource
from airflow_client.client.model.clear_dag_run import ClearDagRun
from airflow_client.client.model.clear_task_instances import ClearTaskInstances
from airflow_client.client.model.connection import Connection
from airflow_client.client.model.create_dataset_event import CreateDatasetEvent
from airflow_client.client.model.dag import DAG
from airflow_client.client.model.dag_run import DAGRun
from airflow_client.client.model.list_dag_runs_form import ListDagRunsForm
from airflow_client.client.model.list_task_instance_form import ListTaskInstanceForm
from airflow_client.client.model.pool import Pool
from airflow_client.client.model.resource import Resource
from airflow_client.client.model.role import Role
from airflow_client.client.model.set_dag_run_note import SetDagRunNote
from airflow_client.client.model.set_task_instance_note import SetTaskInstanceNote
from airflow_client.client.model.task_state import TaskState
from airflow_client.client.model.update_dag_run_state import UpdateDagRunState
from airflow_client.client.model.update_task_instance import UpdateTaskInstance
from airflow_client.client.model.update_task_instances_state import UpdateTaskInstancesState
from airflow_client.client.model.update_task_state import UpdateTaskState
from airflow_client.client.model.user import User
from airflow_client.client.model.user_collection_item_roles import UserCollectionItemRoles
from airflow_client.client.model.variable import Variable

CALLED: set[str] = set()
KNOWN: set[str] = set()


class Recorded:
    """One of the client's APIs; remembers what is called of it."""

    def __init__(self, kind: type[Any], to: Any) -> None:
        self._kind, self._api = kind.__name__, kind(to)
        for name, member in vars(kind).items():
            if callable(member) and not name.startswith("_"):
                KNOWN.add(f"{self._kind}.{name}")

    def __getattr__(self, name: str) -> Callable[..., Any]:
        CALLED.add(f"{self._kind}.{name}")
        found: Callable[..., Any] = getattr(self._api, name)
        return found


def refused(kind: type[Exception], do: Callable[..., Any], *given: Any, **named: Any) -> None:
    """``do`` has to raise just that."""
    try:
        do(*given, **named)
    except kind:
        return
    raise AssertionError(f"{do} was not refused")


def monitoring(to: Any) -> None:
    api = Recorded(apis.MonitoringApi, to)
    assert api.get_health().metadatabase.status.value == "healthy"
    assert api.get_version().version


def dags(to: Any) -> None:
    api = Recorded(apis.DAGApi, to)
    page = api.get_dags(tags=["money"], limit=10, order_by="dag_id", only_active=True)
    assert [dag.dag_id for dag in page.dags] == ["sales"]
    assert page.dags[0].schedule_interval.value == "@daily"
    assert api.get_dags(fields=["dag_id"], dag_id_pattern="oth").dags[0].dag_id == "other"
    assert api.get_dag("sales").is_paused is False
    details = api.get_dag_details("sales")
    assert (details.doc_md, details.timezone) == ("# fish", "UTC")
    assert api.patch_dag("sales", DAG(is_paused=True), update_mask=["is_paused"]).is_paused
    patched = api.patch_dags("sal", DAG(is_paused=False))
    assert [dag.is_paused for dag in patched.dags] == [False]
    tasks = api.get_tasks("sales", order_by="task_id").tasks
    assert [task.task_id for task in tasks] == ["each", "extract", "load"]
    assert tasks[0].is_mapped
    assert api.get_task("sales", "extract").execution_timeout.seconds == 180
    token = api.get_dag("sales").file_token
    assert api.get_dag_source(token).content == "print('fish')\n"
    api.reparse_dag_file(token)
    refused(exceptions.NotFoundException, api.get_dag, "sale")
    api.delete_dag("later")


def runs(to: Any) -> None:
    api = Recorded(apis.DAGRunApi, to)
    made = api.post_dag_run("sales", DAGRun(dag_run_id="mine", conf={"shop": "x"}, note="n"))
    assert (made.state.value, made.conf, made.external_trigger) == ("queued", {"shop": "x"}, True)
    refused(exceptions.ApiException, api.post_dag_run, "sales", DAGRun(dag_run_id="mine"))
    page = api.get_dag_runs("sales", state=["success"], order_by="-execution_date", limit=5)
    assert "done" in [run.dag_run_id for run in page.dag_runs]
    assert api.get_dag_runs("~", fields=["dag_run_id"]).total_entries >= 3
    batch = api.get_dag_runs_batch(ListDagRunsForm(dag_ids=["sales"], states=["success"]))
    assert {run.state.value for run in batch.dag_runs} == {"success"}
    assert api.get_dag_run("sales", "done").state.value == "success"
    noted = api.set_dag_run_note("sales", "mine", SetDagRunNote(note="hi"))
    assert noted.note == "hi"
    ended = api.update_dag_run_state("sales", "mine", UpdateDagRunState(state="failed"))
    assert ended.state.value == "failed"
    again = api.clear_dag_run("sales", "mine", ClearDagRun(dry_run=False))
    assert again["dag_run_id"] == "mine"
    api.clear_dag_run("sales", "done", ClearDagRun(dry_run=True))
    assert api.get_upstream_dataset_events("sales", "done").dataset_events == []
    api.update_dag_run_state("sales", "mine", UpdateDagRunState(state="failed"))
    api.delete_dag_run("sales", "mine")
    refused(exceptions.NotFoundException, api.get_dag_run, "sales", "mine")


def instances(to: Any) -> None:
    api = Recorded(apis.TaskInstanceApi, to)
    of = ("sales", "done")
    page = api.get_task_instances(*of, state=["success"], pool=["default_pool"])
    assert page.total_entries == 4
    form = ListTaskInstanceForm(dag_ids=["sales"], state=[TaskState("success")])
    assert api.get_task_instances_batch(form).total_entries >= 4
    assert api.get_task_instance(*of, "load").duration == 30
    assert api.get_mapped_task_instance(*of, "each", 1).map_index == 1
    mapped = api.get_mapped_task_instances(*of, "each", order_by="map_index")
    assert [one.map_index for one in mapped.task_instances] == [0, 1]
    assert api.get_task_instance_tries(*of, "load").total_entries == 1
    assert api.get_mapped_task_instance_tries(*of, "each", 0).total_entries == 1
    assert api.get_task_instance_try_details(*of, "load", 1).state.value == "success"
    assert api.get_mapped_task_instance_try_details(*of, "each", 0, 1).map_index == 0
    waits = api.get_task_instance_dependencies("sales", "new", "load").dependencies
    assert waits[0].reason
    api.get_mapped_task_instance_dependencies(*of, "each", 0)
    api.get_extra_links(*of, "load")
    log = api.get_log(*of, "load", 1)
    assert "one fish" in ast.literal_eval(log.content)[0][1]
    api.get_log(*of, "load", 1, full_content=True, token=log.continuation_token)
    note = SetTaskInstanceNote(note="hi")
    assert api.set_task_instance_note(*of, "load", note).note == "hi"
    assert api.set_mapped_task_instance_note(*of, "each", 0, note).note == "hi"
    change = UpdateTaskInstance(dry_run=False, new_state=UpdateTaskState("failed"))
    assert api.patch_task_instance(*of, "load", change).task_id == "load"
    api.patch_mapped_task_instance(*of, "each", 0, update_task_instance=change)
    assert api.get_task_instance(*of, "load").state.value == "failed"


def changes(to: Any) -> None:
    api = Recorded(apis.DAGApi, to)
    mark = UpdateTaskInstancesState(
        dry_run=True,
        task_id="extract",
        dag_run_id="done",
        include_upstream=False,
        include_downstream=True,
        include_future=False,
        include_past=False,
        new_state=UpdateTaskState("failed"),
    )
    assert api.post_set_task_instances_state("sales", mark).task_instances
    clear = ClearTaskInstances(dry_run=False, dag_run_id="done", reset_dag_runs=True)
    cleared = api.post_clear_task_instances("sales", clear).task_instances
    assert {one.task_id for one in cleared} == {"load", "each"}


def xcoms(to: Any) -> None:
    api = Recorded(apis.XComApi, to)
    page = api.get_xcom_entries("sales", "done", "load", xcom_key="rows")
    assert [entry.key for entry in page.xcom_entries] == ["rows"]
    assert api.get_xcom_entry("sales", "done", "load", "rows").value == "{'a': [1]}"


def stored(to: Any) -> None:
    variables = Recorded(apis.VariableApi, to)
    made = variables.post_variables(Variable(key="v", value="1", description="d"))
    assert made.value == "1"
    changed = Variable(key="v", value="2")
    assert variables.patch_variable("v", changed, update_mask=["value"]).value == "2"
    assert variables.get_variable("v").description == "d"
    assert variables.get_variables(order_by="-key").total_entries == 1
    variables.delete_variable("v")
    connections = Recorded(apis.ConnectionApi, to)
    whole = Connection(
        connection_id="c", conn_type="http", host="h", login="l", password="p", port=1, extra="{}"
    )
    assert connections.post_connection(whole).host == "h"
    other = Connection(connection_id="c", conn_type="ftp", host="q")
    assert connections.patch_connection("c", other, update_mask=["host"]).conn_type == "http"
    assert connections.get_connection("c").host == "q"
    assert connections.get_connections(limit=1).total_entries == 1
    refused(exceptions.ServiceException, connections.test_connection, whole)
    connections.delete_connection("c")
    pools = Recorded(apis.PoolApi, to)
    assert pools.post_pool(Pool(name="p", slots=3)).open_slots == 3
    assert pools.patch_pool("p", Pool(name="p", slots=4), update_mask=["slots"]).slots == 4
    assert pools.get_pool("p").slots == 4
    assert pools.get_pools(order_by="name").total_entries == 2
    pools.delete_pool("p")


def reports(to: Any) -> None:
    config = Recorded(apis.ConfigApi, to)
    assert config.get_config(section="core").sections[0].name == "core"
    assert config.get_value("core", "parallelism").sections[0].options[0].value == "32"
    errors = Recorded(apis.ImportErrorApi, to)
    found = errors.get_import_errors(order_by="-timestamp").import_errors[0]
    assert errors.get_import_error(found.import_error_id).filename == "/dags/bad.py"
    events = Recorded(apis.EventLogApi, to)
    first = events.get_event_logs(dag_id="sales", order_by="-when", limit=1).event_logs[0]
    assert events.get_event_log(first.event_log_id).dag_id == "sales"
    stats = Recorded(apis.DagStatsApi, to).get_dag_stats("sales,other")
    assert [dag.dag_id for dag in stats.dags] == ["other", "sales"]
    warnings = Recorded(apis.DagWarningApi, to).get_dag_warnings(dag_id="sales")
    assert warnings.dag_warnings[0]["message"] == "a thread is left"
    assert Recorded(apis.PluginApi, to).get_plugins().plugins == []
    assert Recorded(apis.ProviderApi, to).get_providers()["providers"] == []


def datasets(to: Any) -> None:
    api = Recorded(apis.DatasetApi, to)
    assert api.get_datasets(uri_pattern="s3").datasets == []
    assert api.get_dataset_events(order_by="-timestamp").dataset_events == []
    assert api.get_upstream_dataset_events("sales", "done").dataset_events == []
    event = CreateDatasetEvent(dataset_uri="s3://a")
    refused(exceptions.ServiceException, api.create_dataset_event, event)
    for name in ("get_dataset", "get_dataset_queued_events", "delete_dataset_queued_events"):
        refused(exceptions.NotFoundException, getattr(api, name), "s3://a")
    for name in ("get_dag_dataset_queued_events", "delete_dag_dataset_queued_events"):
        refused(exceptions.NotFoundException, getattr(api, name), "sales")
    for name in ("get_dag_dataset_queued_event", "delete_dag_dataset_queued_event"):
        refused(exceptions.NotFoundException, getattr(api, name), "sales", "s3://a")


def accounts(to: Any) -> None:
    permissions = Recorded(apis.PermissionApi, to).get_permissions(limit=3)
    assert permissions.total_entries == 5
    roles = Recorded(apis.RoleApi, to)
    read = ActionResource(action=Action(name="can_read"), resource=Resource(name="DAGs"))
    edit = ActionResource(action=Action(name="can_edit"), resource=Resource(name="DAGs"))
    assert roles.post_role(Role(name="R", actions=[read])).name == "R"
    assert len(roles.patch_role("R", Role(name="R", actions=[edit])).actions) == 2
    assert roles.get_role("R").actions[0].resource.name == "DAGs"
    assert roles.get_roles(order_by="name").total_entries == 6
    users = Recorded(apis.UserApi, to)
    user = User(
        username="uma",
        email="uma@example.com",
        first_name="U",
        last_name="M",
        password="long-enough-fish",
        roles=[UserCollectionItemRoles(name="R")],
    )
    assert users.post_user(user).username == "uma"
    user.first_name = "Una"
    assert users.patch_user("uma", user, update_mask=["first_name"]).first_name == "Una"
    assert users.get_user("uma").roles[0].name == "R"
    assert users.get_users(order_by="username").total_entries == 2
    users.delete_user("uma")
    roles.delete_role("R")


def main(url: str, username: str, password: str) -> None:
    """All of it, in an order in which each finds what it needs."""
    where = client.Configuration(host=f"{url}/api/v1", username=username, password=password)
    with client.ApiClient(where) as to:
        for part in (monitoring, reports, stored, accounts, datasets, dags, runs, xcoms):
            part(to)
        for part in (instances, changes):
            part(to)
    wrong = client.Configuration(host=f"{url}/api/v1", username=username, password="wrong")
    with client.ApiClient(wrong) as to:
        refused(exceptions.UnauthorizedException, apis.DAGApi(to).get_dags)
    print(json.dumps({"called": sorted(CALLED), "left": sorted(KNOWN - CALLED)}))  # noqa: T201


main(*sys.argv[1:])

"""Drives every operation of ``apache-airflow-client`` 3 against a server: URL USER PASSWORD.

Each step is a method with what it is given and the status that it has to be answered with: an
answer of a success has to fit the client's own model. Prints what went otherwise, and which
methods were not called.
"""

import json
import sys
from typing import Any, NamedTuple, get_args

import urllib3
from airflow_client import client
from airflow_client.client import api as apis
from airflow_client.client import exceptions

OK = 0
"""Any success."""
RUN = {"dag_id": "sales", "dag_run_id": "done"}
LOAD = {**RUN, "task_id": "load"}
EACH = {**RUN, "task_id": "each", "map_index": 0}
MINE = {"dag_id": "sales", "dag_run_id": "mine"}


class Step(NamedTuple):
    """One call; ``body`` is made into the model that the method takes."""

    name: str
    given: dict[str, Any]
    body: Any = None
    status: int = OK


BACKFILL = {
    "dag_id": "sales",
    "from_date": "2024-01-01T00:00:00Z",
    "to_date": "2024-01-02T00:00:00Z",
}


def bulk(entity: Any, **more: Any) -> dict[str, Any]:
    """One update of one entity."""
    return {"actions": [{"action": "update", "entities": [entity], **more}]}


READS = (
    Step("Monitor.get_health", {}),
    Step("Version.get_version", {}),
    Step("Config.get_config", {}),
    Step("Config.get_config_value", {"section": "core", "option": "parallelism"}),
    Step("DAG.get_dags", {"tags": ["money"], "order_by": ["dag_id"], "limit": 5}),
    Step("DAG.get_dag", {"dag_id": "sales"}),
    Step("DAG.get_dag", {"dag_id": "sale"}, None, 404),
    Step("DAG.get_dag_details", {"dag_id": "sales"}),
    Step("DAG.get_dag_tags", {}),
    Step("DagSource.get_dag_source", {"dag_id": "sales", "accept": "application/json"}),
    Step("DagStats.get_dag_stats", {"dag_ids": ["sales"]}),
    Step("DagVersion.get_dag_versions", {"dag_id": "sales"}),
    Step("DagVersion.get_dag_version", {"dag_id": "sales", "version_number": 1}),
    Step("DagWarning.list_dag_warnings", {}),
    Step("Task.get_tasks", {"dag_id": "sales"}),
    Step("Task.get_task", {"dag_id": "sales", "task_id": "load"}),
    Step("EventLog.get_event_logs", {"dag_id": "sales"}),
    Step("EventLog.get_event_log", {"event_log_id": 1}),
    Step("ImportError.get_import_errors", {}),
    Step("ImportError.get_import_error", {"import_error_id": 1}),
    Step("Job.get_jobs", {}),
    Step("Plugin.get_plugins", {}),
    Step("Plugin.import_errors", {}),
    Step("Provider.get_providers", {}),
    Step("DagRun.get_dag_runs", {"dag_id": "sales", "state": ["success"], "cursor": ""}),
    Step("DagRun.get_dag_run", RUN),
    Step("DagRun.get_list_dag_runs_batch", {"dag_id": "~"}, {"dag_ids": ["sales"]}),
    Step("DagRun.get_upstream_asset_events", RUN),
    Step("DagRun.wait_dag_run_until_finished", {**RUN, "interval": 1}),
    Step("Experimental.wait_dag_run_until_finished", {**RUN, "interval": 1}),
    Step("TaskInstance.get_task_instances", {**RUN, "state": ["success"], "pool": []}),
    Step(
        "TaskInstance.get_task_instances_batch",
        {"dag_id": "~", "dag_run_id": "~"},
        {"dag_ids": ["sales"]},
    ),
    Step("TaskInstance.get_task_instance", LOAD),
    Step("TaskInstance.get_mapped_task_instance", EACH),
    Step("TaskInstance.get_mapped_task_instances", {**RUN, "task_id": "each"}),
    Step("TaskInstance.get_task_instance_tries", LOAD),
    Step("TaskInstance.get_mapped_task_instance_tries", EACH),
    Step("TaskInstance.get_task_instance_try_details", {**LOAD, "task_try_number": 1}),
    Step("TaskInstance.get_mapped_task_instance_try_details", {**EACH, "task_try_number": 1}),
    Step("TaskInstance.get_task_instance_dependencies", LOAD),
    Step("TaskInstance.get_task_instance_dependencies_by_map_index", EACH),
    Step("TaskInstance.get_extra_links", LOAD),
    Step("ExtraLinks.get_extra_links", LOAD),
    Step("TaskInstance.get_log", {**LOAD, "try_number": 1, "accept": "application/json"}),
    Step("TaskInstance.get_external_log_url", {**LOAD, "try_number": 1}, None, 400),
    Step("TaskInstance.get_hitl_details", RUN),
    Step("TaskInstance.get_hitl_detail", EACH, None, 404),
    Step("TaskInstance.get_hitl_detail_try_detail", {**EACH, "try_number": 1}, None, 404),
    Step("XCom.get_xcom_entries", LOAD),
    Step("XCom.get_xcom_entry", {**LOAD, "xcom_key": "rows"}),
    Step("Asset.get_assets", {}),
    Step("Asset.get_asset", {"asset_id": 1}, None, 404),
    Step("Asset.get_asset_aliases", {}),
    Step("Asset.get_asset_alias", {"asset_alias_id": 1}, None, 404),
    Step("Asset.get_asset_events", {}),
    Step("Asset.get_asset_queued_events", {"asset_id": 1}, None, 404),
    Step("Asset.get_dag_asset_queued_events", {"dag_id": "sales"}),
    Step("Asset.get_dag_asset_queued_event", {"dag_id": "sales", "asset_id": 1}, None, 404),
    Step("AssetStateStore.list_asset_state_store", {"asset_id": 1}, None, 404),
    Step("AssetStateStore.get_asset_state_store", {"asset_id": 1, "key": "k"}, None, 404),
    Step("TaskStateStore.list_task_state_store", LOAD),
    Step("TaskStateStore.get_task_state_store", {**LOAD, "key": "k"}, None, 404),
)
POOL = {"name": "p", "slots": 3}
WHOLE = {"connection_id": "c", "conn_type": "http", "host": "h"}
STORED = (
    Step("Variable.post_variable", {}, {"key": "v", "value": "1", "description": "d"}),
    Step("Variable.get_variable", {"variable_key": "v"}),
    Step("Variable.get_variables", {}),
    Step("Variable.patch_variable", {"variable_key": "v"}, {"key": "v", "value": "2"}),
    Step("Variable.bulk_variables", {}, bulk({"key": "v", "value": "3"})),
    Step("Variable.delete_variable", {"variable_key": "v"}),
    Step("Connection.post_connection", {}, WHOLE),
    Step("Connection.get_connection", {"connection_id": "c"}),
    Step("Connection.get_connections", {}),
    Step("Connection.patch_connection", {"connection_id": "c"}, {**WHOLE, "host": "q"}),
    Step("Connection.bulk_connections", {}, bulk(WHOLE)),
    Step("Connection.test_connection", {}, WHOLE, 501),
    Step("Connection.enqueue_connection_test", {}, WHOLE, 501),
    Step("Connection.get_connection_test", {"airflow_connection_test_token": "t"}, None, 404),
    Step("Connection.delete_connection", {"connection_id": "c"}),
    Step("Connection.create_default_connections", {}, None, 501),
    Step("Pool.post_pool", {}, POOL),
    Step("Pool.get_pool", {"pool_name": "p"}),
    Step("Pool.get_pools", {}),
    Step("Pool.patch_pool", {"pool_name": "p", "update_mask": ["slots"]}, {"slots": 4}),
    Step("Pool.bulk_pools", {}, bulk({**POOL, "slots": 5})),
    Step("Pool.delete_pool", {"pool_name": "p"}),
)
FAILED = {"new_state": "failed"}
CHANGES = (
    Step("DAG.patch_dag", {"dag_id": "sales"}, {"is_paused": True}),
    Step("DAG.patch_dags", {"dag_id_pattern": "sales"}, {"is_paused": False}),
    Step("DAG.favorite_dag", {"dag_id": "sales"}),
    Step("DAG.unfavorite_dag", {"dag_id": "sales"}),
    Step("DAG.delete_dag", {"dag_id": "later"}),
    Step("DagRun.trigger_dag_run", {"dag_id": "sales"}, {"dag_run_id": "mine", "conf": {}}),
    Step("DagRun.trigger_dag_run", {"dag_id": "sales"}, {"dag_run_id": "mine"}, 409),
    Step("DagRun.patch_dag_run", MINE, {"state": "failed", "note": "n"}),
    Step("DagRun.clear_dag_run", MINE, {"dry_run": False}),
    Step(
        "DagRun.clear_dag_runs",
        {"dag_id": "sales"},
        {"dag_runs": [{"dag_id": "sales", "dag_run_id": "mine"}]},
    ),
    Step("DagRun.clear_dag_run_partitions", {"dag_id": "sales"}, {"partition_key": "p"}, 501),
    Step("DagRun.bulk_dag_runs", {"dag_id": "sales"}, bulk({"dag_run_id": "mine", "note": "m"})),
    Step("TaskInstance.patch_task_instance_dry_run", LOAD, FAILED),
    Step("TaskInstance.patch_task_instance_dry_run_by_map_index", EACH, FAILED),
    Step("TaskInstance.patch_task_instance", LOAD, {"note": "n"}),
    Step("TaskInstance.patch_task_instance_by_map_index", EACH, FAILED),
    Step("TaskInstance.patch_task_group_instances", {**RUN, "group_id": "g"}, FAILED, 404),
    Step("TaskInstance.patch_task_group_instances_dry_run", {**RUN, "group_id": "g"}, FAILED, 404),
    Step("TaskInstance.bulk_task_instances", RUN, bulk({"task_id": "load", "note": "m"})),
    Step("TaskInstance.delete_task_instance", LOAD, None, 409),
    Step(
        "TaskInstance.post_clear_task_instances",
        {"dag_id": "sales"},
        {"dag_run_id": "done", "dry_run": True, "only_failed": False},
    ),
    Step("TaskInstance.update_hitl_detail", EACH, {"chosen_options": ["a"]}, 501),
    Step("XCom.create_xcom_entry", LOAD, {"key": "more", "value": [1]}),
    Step("XCom.update_xcom_entry", {**LOAD, "xcom_key": "more"}, {"value": [2]}),
    Step("XCom.delete_xcom_entry", {**LOAD, "xcom_key": "more"}),
    Step("DagRun.patch_dag_run", MINE, {"state": "failed"}),
    Step("DagRun.delete_dag_run", MINE),
    Step("Backfill.create_backfill_dry_run", {}, BACKFILL),
    Step("Backfill.create_backfill", {}, BACKFILL),
    Step("Backfill.list_backfills", {"dag_id": "sales"}),
    Step("Backfill.get_backfill", {"backfill_id": 1}),
    Step("Backfill.pause_backfill", {"backfill_id": 1}),
    Step("Backfill.unpause_backfill", {"backfill_id": 1}),
    Step("Backfill.cancel_backfill", {"backfill_id": 1}),
    Step("Asset.create_asset_event", {}, {"asset_id": 1}, 501),
    Step("Asset.materialize_asset", {"asset_id": 1}, None, 501),
    Step("Asset.delete_asset_queued_events", {"asset_id": 1}, None, 404),
    Step("Asset.delete_dag_asset_queued_events", {"dag_id": "sales"}),
    Step("Asset.delete_dag_asset_queued_event", {"dag_id": "sales", "asset_id": 1}, None, 404),
    Step("AssetStateStore.set_asset_state_store", {"asset_id": 1, "key": "k"}, {"value": 1}, 501),
    Step("AssetStateStore.delete_asset_state_store", {"asset_id": 1, "key": "k"}, None, 404),
    Step("AssetStateStore.clear_asset_state_store", {"asset_id": 1}, None, 404),
    Step("TaskStateStore.set_task_state_store", {**LOAD, "key": "k"}, {"value": 1}, 501),
    Step("TaskStateStore.patch_task_state_store", {**LOAD, "key": "k"}, {"value": 1}, 501),
    Step("TaskStateStore.delete_task_state_store", {**LOAD, "key": "k"}, None, 404),
    Step("TaskStateStore.clear_task_state_store", LOAD),
    # They lead to the page of the login, which is the web UI's.
    Step("Login.login", {}),
    Step("Login.logout", {}),
)


def carried_out(step: Step, to: Any) -> str:
    """What is wrong with it; "" when nothing is."""
    api, _, method = step.name.partition(".")
    call = getattr(getattr(apis, f"{api}Api")(to), method)
    given = dict(step.given)
    if step.body is not None:
        name, model = body_of(call)
        given[name] = model.from_dict(step.body)
    try:
        call(**given)
    except exceptions.ApiException as error:
        if error.status != step.status:
            return f"{step.name}: {error.status} {error.body}"
        return ""
    except Exception as error:  # noqa: BLE001 - whatever the client says of an answer
        return f"{step.name}: {type(error).__name__} {error}"
    return "" if step.status == OK else f"{step.name}: no {step.status}"


def body_of(call: Any) -> tuple[str, Any]:
    """The name and the model of the body that a method of the client takes."""
    for name, hint in call.__annotations__.items():
        for kind in (hint, *get_args(hint)):
            if isinstance(kind, type) and kind.__name__.endswith(("Body", "Payload")):
                return name, kind
    raise LookupError(f"{call} takes no body")


def known() -> set[str]:
    """Every method of the client."""
    return {
        f"{name.removesuffix('Api')}.{method}"
        for name, kind in vars(apis).items()
        if isinstance(kind, type)
        for method in vars(kind)
        if not method.startswith("_")
        and not method.endswith(("_with_http_info", "_without_preload_content"))
    }


def main(url: str, username: str, password: str) -> None:
    """All of it."""
    answer = urllib3.request(
        "POST", f"{url}/auth/token", json={"username": username, "password": password}
    )
    where = client.Configuration(host=url, access_token=answer.json()["access_token"])
    wrong = []
    steps = [*READS, *STORED, *CHANGES]
    with client.ApiClient(where) as to:
        dags = apis.DAGApi(to)
        token = dags.get_dag("sales").file_token
        steps.insert(0, Step("DAGParsing.reparse_dag_file", {"file_token": token}))
        wrong = [words for step in steps if (words := carried_out(step, to))]
    with client.ApiClient(client.Configuration(host=url, access_token="wrong")) as to:
        words = carried_out(Step("DAG.get_dags", {}, None, 401), to)
        wrong += [words] if words else []
    left = sorted(known() - {step.name for step in steps})
    print(json.dumps({"steps": len(steps), "wrong": wrong, "left": left}))  # noqa: T201


main(*sys.argv[1:])

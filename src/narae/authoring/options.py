"""The arguments of DAGs and operators as tables of names and types (authoring facts A1, A2).

They are typed here once, for editors and mypy, and taken as ``**options``: a constructor with
fifty parameters would say the same at greater length and speed.
"""

from collections.abc import Callable, Iterable, Mapping, MutableMapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Required, TypedDict

if TYPE_CHECKING:
    from narae.authoring.dag import DAG
    from narae.authoring.group import TaskGroup

Callback = Callable[..., Any]
Callbacks = Callback | list[Callback] | None


class OperatorOptions(TypedDict, total=False):
    """Arguments that every operator takes."""

    task_id: Required[str]
    owner: str
    email: str | Iterable[str] | None
    email_on_retry: bool
    email_on_failure: bool
    retries: int | None
    retry_delay: timedelta | float
    retry_exponential_backoff: bool | float
    max_retry_delay: timedelta | float | None
    start_date: datetime | None
    end_date: datetime | None
    depends_on_past: bool
    ignore_first_depends_on_past: bool
    wait_for_past_depends_before_skipping: bool
    wait_for_downstream: bool
    dag: "DAG | None"
    params: MutableMapping[str, Any] | None
    default_args: dict[str, Any] | None
    priority_weight: int
    weight_rule: Any
    queue: str
    pool: str | None
    pool_slots: int
    sla: timedelta | None
    execution_timeout: timedelta | None
    on_execute_callback: Callbacks
    on_failure_callback: Callbacks
    on_success_callback: Callbacks
    on_retry_callback: Callbacks
    on_skipped_callback: Callbacks
    pre_execute: Callback | None
    post_execute: Callback | None
    trigger_rule: str
    resources: dict[str, Any] | None
    run_as_user: str | None
    task_concurrency: int | None
    map_index_template: str | None
    max_active_tis_per_dag: int | None
    max_active_tis_per_dagrun: int | None
    executor: str | None
    executor_config: dict[str, Any] | None
    do_xcom_push: bool
    multiple_outputs: bool
    inlets: Any
    outlets: Any
    task_group: "TaskGroup | None"
    doc: str | None
    doc_md: str | None
    doc_json: str | None
    doc_yaml: str | None
    doc_rst: str | None
    task_display_name: str | None
    logger_name: str | None
    allow_nested_operators: bool
    retry_policy: Any
    render_template_as_native_obj: bool | None


class DagOptions(TypedDict, total=False):
    """Arguments that DAG and @dag take besides ``dag_id``, ``description`` and ``schedule``."""

    schedule_interval: Any
    timetable: Any
    start_date: datetime | None
    end_date: datetime | None
    full_filepath: str | None
    template_searchpath: str | Iterable[str] | None
    template_undefined: Any
    user_defined_macros: dict[str, Any] | None
    user_defined_filters: dict[str, Any] | None
    default_args: dict[str, Any] | None
    concurrency: int | None
    max_active_tasks: int
    max_active_runs: int
    max_consecutive_failed_dag_runs: int
    dagrun_timeout: timedelta | None
    sla_miss_callback: Callbacks
    default_view: str
    orientation: str
    catchup: bool
    on_success_callback: Callbacks
    on_failure_callback: Callbacks
    doc_md: str | None
    params: Mapping[str, Any] | None
    access_control: dict[str, Any] | None
    is_paused_upon_creation: bool | None
    jinja_environment_kwargs: dict[str, Any] | None
    render_template_as_native_obj: bool
    tags: Iterable[str] | None
    owner_links: dict[str, str] | None
    auto_register: bool
    fail_stop: bool
    fail_fast: bool
    dag_display_name: str | None
    deadline: Any
    allowed_run_types: Any
    task_group: "TaskGroup | None"
    disable_bundle_versioning: bool
    rerun_with_latest_version: bool | None
    execution: str | None

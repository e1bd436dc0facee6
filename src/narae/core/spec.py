"""What a DAG file says, as plain values. Made by ``authoring.compile``, read by everybody else.

A spec holds nothing that only user code can evaluate: callables, templates and literal
mapping values stay in the file and are met again by the task's own process.
"""

from datetime import datetime, timedelta
from typing import Any

import msgspec

from narae.core.timetables.spec import PlannedRun, TimetableSpec


class Value(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The base of values that are stored or sent."""


# -- dynamic task mapping -------------------------------------------------------------------


class LiteralInput(Value, tag="literal", frozen=True, kw_only=True):
    """A list or dict that the file itself holds; only its length matters here."""

    length: int


class XComInput(Value, tag="xcom", frozen=True, kw_only=True):
    """The XCom of an upstream task. Its length is known when the upstream has pushed it.

    When the upstream is itself mapped over levels that the consumer does not share, the
    input is the list of all its instances' values, in the order of their paths.
    """

    task_id: str
    key: str = "return_value"


class MappedInput(Value, tag="map", frozen=True, kw_only=True):
    """``XComArg.map(f)``: as long as what it maps over."""

    source: "MapInput"


class ZippedInput(Value, tag="zip", frozen=True, kw_only=True):
    """``XComArg.zip(...)``: as long as the shortest part, or the longest with a fill value."""

    sources: tuple["MapInput", ...]
    longest: bool = False


class ConcatenatedInput(Value, tag="concat", frozen=True, kw_only=True):
    """``XComArg.concat(...)``: as long as all parts together."""

    sources: tuple["MapInput", ...]


MapInput = LiteralInput | XComInput | MappedInput | ZippedInput | ConcatenatedInput


class Expansion(Value, frozen=True, kw_only=True):
    """How many instances a mapped task or task group has.

    ``expand(a=..., b=...)`` has one input for each keyword and makes their cross product, the
    last keyword varying fastest. ``expand_kwargs(rows)`` has the one input ``""``.
    """

    inputs: dict[str, MapInput]


# -- retries --------------------------------------------------------------------------------


class RetryPolicy(Value, frozen=True, kw_only=True):
    """When a failed attempt is tried again (Airflow's BaseOperator parameters of these names)."""

    retries: int = 0
    delay: timedelta = timedelta(seconds=300)
    exponential_backoff: bool = False
    delay_max: timedelta | None = None


# -- tasks, groups, DAGs --------------------------------------------------------------------


class TaskSpec(Value, frozen=True, kw_only=True):
    """One task of a DAG."""

    task_id: str
    operator: str
    """Class name of the operator, such as ``BashOperator`` or ``@task``'s own."""
    operator_module: str = ""
    label: str = ""
    """The task id without its groups' prefix."""
    display_name: str = ""
    owner: str = "airflow"
    group_id: str | None = None
    """The innermost task group, None at the root."""
    upstream: tuple[str, ...] = ()
    """Direct upstream task ids, sorted."""
    edge_labels: dict[str, str] = {}
    """Label of the edge from an upstream task, by its id."""
    trigger_rule: str = "all_success"
    retry: RetryPolicy = RetryPolicy()
    start_date: datetime | None = None
    end_date: datetime | None = None
    execution_timeout: timedelta | None = None
    depends_on_past: bool = False
    ignore_first_depends_on_past: bool = True
    wait_for_past_depends_before_skipping: bool = False
    wait_for_downstream: bool = False
    pool: str = "default_pool"
    pool_slots: int = 1
    priority_weight: int = 1
    weight_rule: str = "downstream"
    queue: str = "default"
    executor: str | None = None
    max_active_tis_per_dag: int | None = None
    max_active_tis_per_dagrun: int | None = None
    is_setup: bool = False
    is_teardown: bool = False
    on_failure_fail_dagrun: bool = False
    """Only of a teardown: whether its failure fails the run."""
    setups: tuple[str, ...] = ()
    """Of a teardown: the setup tasks that it cleans up after."""
    expansion: Expansion | None = None
    """Not None for a mapped task."""
    mapped_over: tuple[str, ...] = ()
    """XCom keys of this task that some expansion counts; runtime reports their lengths."""
    inert: bool = False
    """Nothing to run (EmptyOperator without callbacks): succeeds without a process."""
    ignores_downstream_rules: bool = False
    """A short circuit that skips everything downstream, whatever its trigger rule says."""
    reschedules: bool = False
    """A sensor in reschedule mode."""
    callbacks: tuple[str, ...] = ()
    """Which of execute, success, failure, retry, skipped have user code."""
    email: tuple[str, ...] = ()
    email_on_failure: bool = True
    email_on_retry: bool = True
    params: dict[str, Any] = {}
    template_fields: tuple[str, ...] = ()
    template_fields_renderers: dict[str, str] = {}
    map_index_template: str | None = None
    inlets: tuple[Any, ...] = ()
    outlets: tuple[Any, ...] = ()
    extra_links: tuple[str, ...] = ()
    run_as_user: str | None = None
    ui_color: str = "#fff"
    ui_fgcolor: str = "#000"
    doc: str | None = None
    doc_format: str = "md"
    operator_facts: dict[str, Any] = {}
    """JSON-able facts for lists and pages, such as the DAG that a trigger operator triggers."""


class GroupSpec(Value, frozen=True, kw_only=True):
    """One task group."""

    group_id: str
    label: str = ""
    parent_id: str | None = None
    tooltip: str = ""
    ui_color: str = "CornflowerBlue"
    ui_fgcolor: str = "#000"
    expansion: Expansion | None = None
    """Not None for a mapped task group."""


class ParamSpec(Value, frozen=True, kw_only=True):
    """One param of a DAG: its default and its JSON schema (draft 2020-12)."""

    default: Any = None
    has_default: bool = True
    schema: dict[str, Any] = {}
    description: str | None = None


class DagSpec(Value, frozen=True, kw_only=True):
    """One DAG, whole. Equal specs have equal :func:`narae.core.codec.encode_json` bytes."""

    dag_id: str
    generation: int = 2
    """2: Airflow 2.10's defaults and context; 3: Airflow 3's and Narae's own."""
    display_name: str = ""
    description: str | None = None
    doc_md: str | None = None
    file: str = ""
    """Path of the file, relative to its DAG folder; inside a zip ``a.zip/b.py``."""
    timezone: str = "UTC"
    timetable: TimetableSpec
    schedule_text: str = ""
    """The schedule as the author wrote it, for display."""
    start_date: datetime | None = None
    end_date: datetime | None = None
    catchup: bool = True
    max_active_runs: int = 16
    max_active_tasks: int = 16
    max_consecutive_failed_runs: int = 0
    dagrun_timeout: timedelta | None = None
    fail_fast: bool = False
    is_paused_upon_creation: bool | None = None
    tags: tuple[str, ...] = ()
    owner_links: dict[str, str] = {}
    access_control: dict[str, Any] = {}
    params: dict[str, ParamSpec] = {}
    callbacks: tuple[str, ...] = ()
    """Which of success, failure have user code."""
    render_native: bool = False
    execution: str | None = None
    """"fork" or "spawn"; None is the deployment's choice."""
    tasks: tuple[TaskSpec, ...] = ()
    """In topological order, ties in the order of the file."""
    groups: tuple[GroupSpec, ...] = ()
    """Parents before children; the root group is not listed."""


class ImportFailure(Value, frozen=True, kw_only=True):
    """Why a file gave no DAG, or not all of them."""

    file: str
    line: int | None = None
    message: str = ""
    """One line: what is wrong and, where there is one, the nearest right name."""
    traceback: str = ""


class ParsedFile(Value, frozen=True, kw_only=True):
    """What parsing one file gave."""

    file: str
    code_version: str
    file_hash: str
    dags: tuple[DagSpec, ...] = ()
    failures: tuple[ImportFailure, ...] = ()
    warnings: tuple[str, ...] = ()
    """For the DAG's page: leftover threads, ignored arguments and such."""
    imports: tuple[str, ...] = ()
    """Local files, relative to the folder, that this file imported."""
    variables: tuple[str, ...] = ()
    """Keys of stored variables that it asked for while it was imported, sorted."""
    connections: tuple[str, ...] = ()
    """The same for connections, by id."""
    planned: dict[str, tuple[PlannedRun, ...]] = {}
    """By dag_id, for custom timetables only."""
    must_spawn: bool = False
    """The file left threads behind, so a fork of its process is not safe."""
    parse_seconds: float = 0.0
    memory_peak_bytes: int = 0

"""The table of all options: a frozen struct for each section, a field for each option.

The field's type is the option's type, its default the default, and its :class:`Option` says
the rest. ``{home}`` in a default is Narae's home folder.
"""

from typing import Annotated, NamedTuple

import msgspec


class Option(NamedTuple):
    """What is to be said of an option beyond its name, type and default."""

    words: str
    kind: str = "text"
    """A key of ``config.kinds.KINDS``."""
    airflow: tuple[str, ...] = ()
    """``section.option`` names of Airflow's that set it too, besides its own name."""
    sensitive: bool = False
    ours: bool = False
    """Airflow has an option of this name, but its value is not taken: see ``words``."""


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """The base of sections."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(...)"  # some of the values are secrets


_O = Option
_Text = str | None


class CoreOptions(Section, frozen=True, kw_only=True):
    """What DAGs are, where they are, and how their tasks run unless they say otherwise."""

    dags_folder: Annotated[str, _O("Where DAG files are.", "path")] = "{home}/dags"
    plugins_folder: Annotated[str, _O("Where plugins are.", "path")] = "{home}/plugins"
    default_timezone: Annotated[str, _O("The zone of dates without one.", "zone")] = "UTC"
    executor: Annotated[str, _O("What runs tasks.", "executor")] = "LocalExecutor"
    parallelism: Annotated[int, _O("How many tasks run at once, in all.", "count")] = 32
    max_active_tasks_per_dag: Annotated[
        int, _O("How many tasks of a DAG run at once.", "count", ("core.dag_concurrency",))
    ] = 16
    max_active_runs_per_dag: Annotated[int, _O("How many runs of a DAG at once.", "count")] = 16
    max_consecutive_failed_dag_runs_per_dag: Annotated[
        int, _O("After so many failed runs in a row a DAG is paused; 0: never.", "natural")
    ] = 0
    dags_are_paused_at_creation: Annotated[bool, _O("Whether a new DAG is paused.", "flag")] = True
    load_examples: Annotated[bool, _O("Whether the examples are shown.", "flag")] = True
    default_generation: Annotated[
        int,
        _O(
            "Defaults for DAG files that fit Airflow 2 and 3 alike: `2` has catchup and data "
            "intervals, `3` has neither.",
            "generation",
        ),
    ] = 2
    dagbag_import_timeout: Annotated[
        float, _O("Seconds that the import of a DAG file may take.", "seconds")
    ] = 30.0
    dag_file_memory_max: Annotated[
        int, _O("Memory that the import of a DAG file may take.", "bytes")
    ] = 1024**3
    dag_discovery_safe_mode: Annotated[
        bool, _O("Import only files that mention both a DAG and Airflow or Narae.", "flag")
    ] = True
    dag_ignore_file_syntax: Annotated[
        str,
        _O(
            "How `.airflowignore` is read: `regexp` as Airflow 2 does by default, `glob` as "
            "Airflow 3 does. A glob read as a regexp is mostly wrong and so gets reported, a "
            "regexp read as a glob just matches nothing. `.naraeignore` is always glob.",
            "ignore_syntax",
        ),
    ] = "regexp"
    execution: Annotated[
        str,
        _O("`fork` starts tasks from a warm process, `spawn` from a new one.", "execution"),
    ] = "fork"
    task_memory_max: Annotated[
        int | None, _O("Memory that a task's process may take; empty: no limit.", "bytes?")
    ] = None
    killed_task_cleanup_time: Annotated[
        float, _O("Seconds from SIGTERM to SIGKILL when a task is ended.", "seconds")
    ] = 60.0
    default_task_retries: Annotated[int, _O("Retries of a task.", "natural")] = 0
    default_task_retry_delay: Annotated[
        float, _O("Seconds between tries of a task.", "seconds")
    ] = 300.0
    max_task_retry_delay: Annotated[
        float, _O("Seconds between tries at most, however they grow.", "seconds")
    ] = 86400.0
    default_task_execution_timeout: Annotated[
        float | None, _O("Seconds that a task may run; empty: no limit.", "seconds?")
    ] = None
    default_task_weight_rule: Annotated[
        str, _O("What a task's priority counts.", "weight_rule")
    ] = "downstream"
    default_pool_task_slot_count: Annotated[
        int, _O("Slots of `default_pool` when it is first made.", "count")
    ] = 128
    max_map_length: Annotated[int, _O("Instances that a task is mapped to, at most.", "count")] = (
        1024
    )
    max_templated_field_length: Annotated[
        int, _O("Characters of a rendered field that are kept.", "count")
    ] = 4096
    dag_run_conf_overrides_params: Annotated[
        bool, _O("Whether a run's conf replaces params of the same name.", "flag")
    ] = True
    hide_sensitive_var_conn_fields: Annotated[
        bool, _O("Whether secrets are masked wherever they are shown.", "flag")
    ] = True
    sensitive_var_conn_names: Annotated[
        tuple[str, ...], _O("More words that mark a name as a secret's.", "list")
    ] = ()
    fernet_key: Annotated[
        str,
        _O(
            "Keys that encrypt connections and variables, comma-separated, the newest first; "
            "empty: one is made and kept in the home folder.",
            sensitive=True,
        ),
    ] = ""


class SchedulerOptions(Section, frozen=True, kw_only=True):
    """When things happen."""

    catchup_by_default: Annotated[
        bool | None,
        _O("Whether missed runs are made up for; empty: in generation 2 only.", "flag?"),
    ] = None
    create_cron_data_intervals: Annotated[
        bool | None,
        _O(
            "Whether a cron run covers the time since the tick before; empty: in generation 2.",
            "flag?",
        ),
    ] = None
    create_delta_data_intervals: Annotated[
        bool | None, _O("The same for timedelta schedules.", "flag?")
    ] = None
    ignore_first_depends_on_past_by_default: Annotated[
        bool | None,
        _O(
            "Whether the first run of a task may do without a past; empty: in generation 2 only.",
            "flag?",
        ),
    ] = None
    lease_seconds: Annotated[
        float, _O("A task that nobody has spoken of for so long is lost.", "seconds")
    ] = 60.0
    heartbeat_seconds: Annotated[float, _O("Time between signs of life.", "seconds")] = 5.0
    rescan_seconds: Annotated[
        float,
        _O(
            "Time between full looks at the DAG folder, beside being told of changes.",
            "seconds",
            ("scheduler.dag_dir_list_interval", "dag_processor.refresh_interval"),
        ),
    ] = 60.0
    lost_attempts_max: Annotated[
        int, _O("How often a task may be lost with its machine before it fails.", "natural")
    ] = 5
    allowed_run_id_pattern: Annotated[str, _O("What run ids users may give.", "regexp")] = (
        "^[A-Za-z0-9_.~:+-]+$"
    )


class DatabaseOptions(Section, frozen=True, kw_only=True):
    """Where everything is kept."""

    url: Annotated[
        str,
        _O(
            "SQLite or PostgreSQL, as in `postgresql://user:password@host/name`. Airflow's own "
            "SQLite file is never taken.",
            "url",
            ("database.sql_alchemy_conn", "core.sql_alchemy_conn"),
            sensitive=True,
        ),
    ] = "sqlite:///{home}/narae.db"


class LoggingOptions(Section, frozen=True, kw_only=True):
    """Logs of tasks and of Narae itself."""

    base_log_folder: Annotated[
        str, _O("Where task logs are.", "path", ("core.base_log_folder",))
    ] = "{home}/logs"
    level: Annotated[
        str,
        _O(
            "The least level that is logged.",
            "level",
            ("logging.logging_level", "core.logging_level"),
        ),
    ] = "INFO"


class ApiOptions(Section, frozen=True, kw_only=True):
    """The API and the web UI."""

    host: Annotated[
        str,
        _O(
            "The address to listen at. Airflow's is not taken: by default it is open to all.",
            ours=True,
        ),
    ] = "127.0.0.1"
    port: Annotated[int, _O("The port to listen at.", "port", ("webserver.web_server_port",))] = (
        8080
    )
    maximum_page_limit: Annotated[int, _O("Rows in one answer, at most.", "count")] = 100
    fallback_page_limit: Annotated[int, _O("Rows in one answer, unless asked.", "count")] = 100
    allowed_hosts: Annotated[
        tuple[str, ...],
        _O(
            "Names that the server answers to, beside localhost, its own and that of "
            "`webserver.base_url`; `*`: all.",
            "list",
        ),
    ] = ()
    body_bytes_max: Annotated[int, _O("Size of a request's body, at most.", "bytes")] = 2 * 1024**2
    reads_at_once: Annotated[
        int,
        _O(
            "Reads that are answered side by side, those of more than 0.1 s left out. More only "
            "where the database is far away: they slow changes down.",
            "count",
        ),
    ] = 1


class WebserverOptions(Section, frozen=True, kw_only=True):
    """What users see."""

    base_url: Annotated[str, _O("Where users reach the web UI.", "url", ("api.base_url",))] = (
        "http://localhost:8080"
    )
    instance_name: Annotated[
        str, _O("A name to tell deployments apart.", "text", ("api.instance_name",))
    ] = ""
    default_ui_timezone: Annotated[
        _Text,
        _O(
            "In which times are shown until a user chooses; empty: `core.default_timezone`.",
            "zone?",
        ),
    ] = None
    expose_config: Annotated[
        bool,
        _O(
            "Whether the API shows the configuration, without its secrets.",
            "flag",
            ("api.expose_config",),
        ),
    ] = False
    secret_key: Annotated[
        str,
        _O(
            "Signs sessions; empty: one is made and kept in the home folder.",
            "text",
            ("api.secret_key",),
            sensitive=True,
        ),
    ] = ""


class OperatorsOptions(Section, frozen=True, kw_only=True):
    """Defaults of operators' arguments."""

    default_owner: Annotated[str, _O("The owner of a task.")] = "airflow"
    default_queue: Annotated[str, _O("The queue of a task.", "text", ("celery.default_queue",))] = (
        "default"
    )
    default_deferrable: Annotated[bool, _O("Whether operators defer.", "flag")] = False
    allow_illegal_arguments: Annotated[
        bool, _O("Whether unknown arguments are dropped with a warning.", "flag")
    ] = False


class SensorsOptions(Section, frozen=True, kw_only=True):
    """Defaults of sensors' arguments."""

    default_timeout: Annotated[float, _O("Seconds until a sensor gives up.", "seconds")] = 604800.0


class EmailOptions(Section, frozen=True, kw_only=True):
    """Mail to users."""

    email_conn_id: Annotated[str, _O("The connection that mail is sent with.")] = "smtp_default"
    from_email: Annotated[_Text, _O("The sender; empty: `smtp.smtp_mail_from`.", "text?")] = None
    default_email_on_failure: Annotated[bool, _O("Mail when a task fails.", "flag")] = True
    default_email_on_retry: Annotated[bool, _O("Mail when a task is tried again.", "flag")] = True
    subject_template: Annotated[_Text, _O("File with a template of the subject.", "path?")] = None
    html_content_template: Annotated[_Text, _O("File with a template of the body.", "path?")] = None


class SmtpOptions(Section, frozen=True, kw_only=True):
    """The mail server."""

    smtp_host: Annotated[str, _O("Its name.")] = "localhost"
    smtp_port: Annotated[int, _O("Its port.", "port")] = 25
    smtp_starttls: Annotated[bool, _O("Whether to ask for encryption.", "flag")] = True
    smtp_ssl: Annotated[bool, _O("Whether it is encrypted from the start.", "flag")] = False
    smtp_user: Annotated[_Text, _O("Who to log in as.", "text?")] = None
    smtp_password: Annotated[_Text, _O("And with what.", "text?", sensitive=True)] = None
    smtp_mail_from: Annotated[str, _O("The sender.")] = "narae@example.com"
    smtp_timeout: Annotated[float, _O("Seconds to wait for it.", "seconds")] = 30.0
    smtp_retry_limit: Annotated[int, _O("How often to try.", "count")] = 5


class SecretsOptions(Section, frozen=True, kw_only=True):
    """Where variables and connections are besides the database, and whose they are."""

    backend: Annotated[
        str,
        _O(
            "A place that is asked first, then the environment, then the database: `files`, "
            "`vault`, `aws`, Airflow's name of one of these, an entry point of `narae.secrets`, "
            "or the dotted path of a class; empty: none."
        ),
    ] = ""
    backend_kwargs: Annotated[
        str, _O("What it is made with: a JSON object.", "json", sensitive=True)
    ] = "{}"
    cache_ttl_seconds: Annotated[
        float, _O("How long its answers count; 0: it is asked every time.", "seconds")
    ] = 30.0
    dag_scope: Annotated[bool, _O("Whether `secrets.scopes` counts.", "flag")] = False
    scopes: Annotated[
        str,
        _O(
            "Whose variables and connections are whose: a JSON object of a pattern of names "
            "(`variable:` or `connection:` in front makes it of that kind alone) to a list of "
            "patterns of DAG ids. What no pattern covers is everybody's.",
            "json",
        ),
    ] = "{}"

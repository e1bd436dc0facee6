from pathlib import Path

import msgspec
import pytest

from narae.config import TABLE, ConfigError, Settings, explain, get, home_of, load
from narae.config.airflow import KNOWN
from narae.config.kinds import KINDS
from narae.config.page import markdown

PAGE = Path(__file__).parent.parent / "docs" / "configuration.md"


def _load(home: Path, environ: dict[str, str] | None = None, **overrides: str) -> Settings:
    return load(
        environ or {}, home=home, overrides={k.replace("__", "."): v for k, v in overrides.items()}
    )


def _source(home: Path, environ: dict[str, str], section: str, key: str) -> tuple[str, str]:
    (row,) = [row for row in explain(environ, home=home) if row[:2] == (section, key)]
    return row[2], row[3]


# -- where values come from -----------------------------------------------------------------


def test_without_any_setting_the_defaults_stand_in_the_home_folder(tmp_path: Path) -> None:
    settings = _load(tmp_path)
    assert settings.home == str(tmp_path)
    assert settings.core.dags_folder == str(tmp_path / "dags")
    assert settings.core.parallelism == 32
    assert settings.core.default_timezone == "UTC"
    assert settings.database.url == f"sqlite:///{tmp_path}/narae.db"
    assert settings.api.host == "127.0.0.1"
    assert settings.scheduler.catchup_by_default is None
    assert settings.warnings == ()


def test_the_first_place_that_has_an_option_wins(tmp_path: Path) -> None:
    (tmp_path / "airflow.cfg").write_text("[core]\nparallelism = 5\n")
    environ: dict[str, str] = {}
    assert _load(tmp_path, environ).core.parallelism == 5
    assert _source(tmp_path, environ, "core", "parallelism")[1] == str(tmp_path / "airflow.cfg")
    (tmp_path / "narae.toml").write_text("\n[core]\nparallelism = 6\n")
    assert _load(tmp_path, environ).core.parallelism == 6
    assert _source(tmp_path, environ, "core", "parallelism") == (
        "6",
        f"{tmp_path / 'narae.toml'}:3",
    )
    environ["AIRFLOW__CORE__PARALLELISM"] = "7"
    assert _load(tmp_path, environ).core.parallelism == 7
    environ["NARAE__CORE__PARALLELISM"] = "8"
    assert _load(tmp_path, environ).core.parallelism == 8
    assert _source(tmp_path, environ, "core", "parallelism")[1] == "NARAE__CORE__PARALLELISM"
    assert _load(tmp_path, environ, core__parallelism="9").core.parallelism == 9


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"NARAE_HOME": "/n", "AIRFLOW_HOME": "/a", "HOME": "/u"}, "/n"),
        ({"AIRFLOW_HOME": "/a", "HOME": "/u"}, "/a"),
        ({"HOME": "/u"}, "/u/narae"),
        ({"NARAE_HOME": "~/x", "HOME": "/u"}, "/u/x"),
    ],
)
def test_the_home_folder(environ: dict[str, str], expected: str) -> None:
    assert home_of(environ) == Path(expected)


@pytest.mark.parametrize(
    ("variable", "value", "section", "key", "expected"),
    [
        ("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "postgresql://h/d", "database", "url", None),
        ("AIRFLOW__CORE__SQL_ALCHEMY_CONN", "postgresql://h/d", "database", "url", None),
        ("AIRFLOW__LOGGING__LOGGING_LEVEL", "debug", "logging", "level", "DEBUG"),
        ("AIRFLOW__CORE__DAG_CONCURRENCY", "3", "core", "max_active_tasks_per_dag", 3),
        ("AIRFLOW__WEBSERVER__WEB_SERVER_PORT", "9000", "api", "port", 9000),
        ("AIRFLOW__API__PORT", "9001", "api", "port", 9001),
        ("AIRFLOW__API__BASE_URL", "http://x", "webserver", "base_url", None),
        ("AIRFLOW__SCHEDULER__DAG_DIR_LIST_INTERVAL", "9", "scheduler", "rescan_seconds", 9.0),
        ("AIRFLOW__CORE__LOAD_EXAMPLES", "False", "core", "load_examples", False),
    ],
)
def test_airflows_variables_are_honoured_by_airflows_names(
    tmp_path: Path, variable: str, value: str, section: str, key: str, expected: object
) -> None:
    settings = _load(tmp_path, {variable: value})
    assert get(settings, section, key) == (value if expected is None else expected)
    assert settings.warnings == ()


def test_airflows_own_database_is_left_alone(tmp_path: Path) -> None:
    environ = {"AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{tmp_path}/airflow.db"}
    settings = _load(tmp_path, environ)
    assert settings.database.url == f"sqlite:///{tmp_path}/narae.db"
    assert "Airflow's own database" in settings.warnings[0]


def test_airflows_open_host_is_not_taken(tmp_path: Path) -> None:
    environ = {"AIRFLOW__WEBSERVER__WEB_SERVER_HOST": "0.0.0.0", "AIRFLOW__API__HOST": "0.0.0.0"}
    assert _load(tmp_path, environ).api.host == "127.0.0.1"
    assert _load(tmp_path, {"NARAE__API__HOST": "0.0.0.0"}).api.host == "0.0.0.0"


def test_a_secret_may_be_the_output_of_a_command(tmp_path: Path) -> None:
    environ = {
        "NARAE__DATABASE__URL_CMD": "echo 'postgresql://h/of a command'",
        "PATH": "/bin:/usr/bin",
    }
    assert _load(tmp_path, environ).database.url == "postgresql://h/of a command"
    theirs = {"AIRFLOW__CORE__FERNET_KEY_CMD": "echo k", "PATH": "/bin:/usr/bin"}
    assert _load(tmp_path, theirs).core.fernet_key == "k"
    (tmp_path / "airflow.cfg").write_text("[smtp]\nsmtp_password_cmd = echo 50%%\n")
    assert _load(tmp_path, {"PATH": "/bin:/usr/bin"}).smtp.smtp_password == "50%"


def test_a_command_that_fails_is_told_without_its_text(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        _load(tmp_path, {"NARAE__CORE__FERNET_KEY_CMD": "no-such-program hunter2"})
    assert str(caught.value).startswith("NARAE__CORE__FERNET_KEY_CMD: its command failed")
    assert "hunter2" not in str(caught.value)


def test_a_command_for_what_is_no_secret_is_unknown(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="NARAE__CORE__PARALLELISM_CMD is no option"):
        _load(tmp_path, {"NARAE__CORE__PARALLELISM_CMD": "echo 3"})


def test_paths_start_at_home(tmp_path: Path) -> None:
    environ = {"HOME": "/u", "NARAE__CORE__DAGS_FOLDER": "my/dags"}
    assert _load(tmp_path, environ).core.dags_folder == str(tmp_path / "my/dags")
    environ["NARAE__CORE__DAGS_FOLDER"] = "~/dags"
    assert _load(tmp_path, environ).core.dags_folder == "/u/dags"
    environ["NARAE__CORE__DAGS_FOLDER"] = "/srv/dags"
    assert _load(tmp_path, environ).core.dags_folder == "/srv/dags"


# -- types ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("flag", "True", True),
        ("flag", "off", False),
        ("flag?", "", None),
        ("natural", "0", 0),
        ("count", " 12 ", 12),
        ("seconds", "1.5", 1.5),
        ("seconds?", "None", None),
        ("bytes", "512MiB", 512 * 1024**2),
        ("bytes", "1.5 g", 1536 * 1024**2),
        ("bytes", "2GB", 2 * 1000**3),
        ("bytes", "1024", 1024),
        ("zone", "Asia/Seoul", "Asia/Seoul"),
        ("zone", "utc", "UTC"),
        ("list", "a, b,,c", ("a", "b", "c")),
        ("executor", "airflow.executors.local_executor.LocalExecutor", "LocalExecutor"),
        ("executor", "SequentialExecutor", "SequentialExecutor"),
        ("ignore_syntax", "GLOB", "glob"),
        ("generation", "3", 3),
        ("text", "", ""),
    ],
)
def test_text_becomes_a_value(kind: str, text: str, value: object) -> None:
    assert KINDS[kind].read(text.strip()) == value


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        (
            "NARAE__CORE__PARALLELISM",
            "many",
            "core.parallelism has to be a whole number from 1, 'many' is not",
        ),
        ("NARAE__CORE__PARALLELISM", "0", "a whole number from 1"),
        ("NARAE__CORE__LOAD_EXAMPLES", "maybe", "true or false"),
        ("NARAE__API__PORT", "99999", "a port from 1 to 65535"),
        ("NARAE__CORE__DEFAULT_TIMEZONE", "Asia/Seuol", "did you mean 'Asia/Seoul'"),
        ("NARAE__CORE__EXECUTOR", "LocalExecuter", "did you mean 'LocalExecutor'"),
        ("AIRFLOW__CORE__EXECUTOR", "CeleryExecutor", "Narae does not have this one yet"),
        ("NARAE__CORE__EXECUTION", "frok", "one of fork, spawn"),
        ("NARAE__CORE__DEFAULT_GENERATION", "4", "2 or 3"),
        ("NARAE__CORE__DAG_FILE_MEMORY_MAX", "3 elephants", "a size such as"),
        ("NARAE__CORE__KILLED_TASK_CLEANUP_TIME", "-1", "a number of seconds"),
        ("NARAE__CORE__KILLED_TASK_CLEANUP_TIME", "inf", "a number of seconds"),
        ("NARAE__SCHEDULER__ALLOWED_RUN_ID_PATTERN", "[", "a regular expression"),
        ("NARAE__LOGGING__LEVEL", "WARN", "did you mean 'WARNING'"),
        ("NARAE__DATABASE__URL", "narae.db", "a URL such as"),
    ],
)
def test_a_wrong_value_is_told_with_what_is_expected(
    tmp_path: Path, variable: str, value: str, message: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        _load(tmp_path, {variable: value})
    assert str(caught.value).startswith(f"{variable}: ")
    assert message in str(caught.value)


def test_a_wrong_secret_is_told_without_it(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        _load(tmp_path, {"NARAE__DATABASE__URL": "hunter2"})
    assert "hunter2" not in str(caught.value)


# -- names ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("variable", "message"),
    [
        ("NARAE__CORE__PARALELISM", "did you mean NARAE__CORE__PARALLELISM?"),
        ("NARAE__SCHEDULER__PARALLELISM", "did you mean NARAE__CORE__PARALLELISM?"),
        ("NARAE__CORE", "is no option of Narae"),
    ],
)
def test_an_unknown_variable_of_ours_is_an_error(
    tmp_path: Path, variable: str, message: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        _load(tmp_path, {variable: "1"})
    assert str(caught.value).startswith(variable)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            "[core]\n\nparalelism = 3\n",
            "narae.toml:3: no option core.paralelism; did you mean core.parallelism?",
        ),
        (
            "[croe]\nparallelism = 3\n",
            "narae.toml:2: no option croe.parallelism; did you mean core.parallelism?",
        ),
        ("parallelism = 3\n", "narae.toml:1: 'parallelism' stands outside of a section"),
        ("[core]\nparallelism = '3x'\n", "narae.toml:2: core.parallelism has to be a whole number"),
        ("[core]\nparallelism = [1]\n", "narae.toml:2: core.parallelism has to be text, a number"),
        ("[core]\nparallelism = \n", "line 2"),
    ],
)
def test_a_mistake_in_the_file_is_told_with_its_line(
    tmp_path: Path, content: str, message: str
) -> None:
    (tmp_path / "narae.toml").write_text(content)
    with pytest.raises(ConfigError) as caught:
        _load(tmp_path)
    assert message in str(caught.value)


def test_the_file_takes_values_of_each_type(tmp_path: Path) -> None:
    (tmp_path / "narae.toml").write_text(
        '[core]\nload_examples = false\ndag_file_memory_max = "2GiB"\n'
        "killed_task_cleanup_time = 0.5\n"
        'sensitive_var_conn_names = ["pin", "code"]\n[scheduler]\ncatchup_by_default = true\n'
    )
    settings = _load(tmp_path)
    assert settings.core.load_examples is False
    assert settings.core.dag_file_memory_max == 2 * 1024**3
    assert settings.core.killed_task_cleanup_time == 0.5
    assert settings.core.sensitive_var_conn_names == ("pin", "code")
    assert settings.scheduler.catchup_by_default is True


def test_airflows_other_options_are_accepted_and_what_airflow_does_not_know_is_doubted(
    tmp_path: Path,
) -> None:
    environ = {
        "AIRFLOW__WEBSERVER__NAVBAR_COLOR": "#000",
        "AIRFLOW__CELERY__BROKER_URL": "redis://",
        "AIRFLOW__CORE__MIN_SERIALIZED_DAG_UPDATE_INTERVAL": "5",
        "AIRFLOW__CORE__DAG_FOLDER": "/dags",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_SECRET": "x",
    }
    folder, secret = _load(tmp_path, environ).warnings
    assert folder.startswith("AIRFLOW__CORE__DAG_FOLDER is no option")
    assert "did you mean core.dags_folder?" in folder
    assert "options are not taken from secrets back ends" in secret


def test_an_airflow_cfg_that_can_not_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "airflow.cfg").write_text("parallelism = 3\n")
    with pytest.raises(ConfigError, match=r"airflow\.cfg"):
        _load(tmp_path)


@pytest.mark.parametrize(
    ("section", "key", "expected"),
    [
        ("core", "parallelism", 32),
        ("CORE", "Parallelism", 32),
        ("webserver", "web_server_port", 8080),
        ("logging", "logging_level", "INFO"),
        ("api", "base_url", "http://localhost:8080"),
    ],
)
def test_a_value_is_had_by_our_name_or_airflows(
    tmp_path: Path, section: str, key: str, expected: object
) -> None:
    assert get(_load(tmp_path), section, key) == expected


def test_an_unknown_name_is_told_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(KeyError, match=r"did you mean core\.dags_folder"):
        get(_load(tmp_path), "core", "dag_folder")


# -- what is shown --------------------------------------------------------------------------


def test_secrets_are_not_shown(tmp_path: Path) -> None:
    environ = {
        "NARAE__DATABASE__URL": "postgresql://ann:hunter2@h/db?sslmode=require&password=hunter2",
        "NARAE__CORE__FERNET_KEY": "hunter2",
        "NARAE__SMTP__SMTP_PASSWORD": "hunter2",
    }
    rows = explain(environ, home=tmp_path)
    shown = {(section, key): value for section, key, value, _ in rows}
    assert shown["core", "fernet_key"] == "***"
    assert shown["database", "url"] == "postgresql://ann:***@h/db?sslmode=require&password=***"
    assert "hunter2" not in repr(rows) + repr(load(environ, home=tmp_path))


def test_all_options_are_explained_in_the_order_of_the_page(tmp_path: Path) -> None:
    rows = explain({}, home=tmp_path)
    assert [(section, key) for section, key, _, _ in rows] == list(TABLE)
    assert {source for *_, source in rows} == {"default"}


def test_the_page_is_made_from_the_table() -> None:
    assert PAGE.read_text() == markdown(), "python -m narae.config.page > docs/configuration.md"


def test_each_option_has_words_a_kind_and_a_default_that_its_kind_reads() -> None:
    for entry in TABLE.values():
        assert entry.option.words.endswith((".", "`"))
        kind = KINDS[entry.option.kind]
        if isinstance(entry.default, str | int | float):
            assert kind.read(str(entry.default)) == entry.default, entry
        else:
            assert kind.read("") == entry.default, entry


def test_airflows_names_are_airflows() -> None:
    moved = {"core.dag_concurrency", "core.sql_alchemy_conn", "core.base_log_folder"}
    moved |= {"core.logging_level", "celery.default_queue"}
    for entry in TABLE.values():
        for name in entry.option.airflow:
            section, _, key = name.partition(".")
            assert name in moved or key in KNOWN[section], name


def test_settings_are_a_value_that_can_be_sent(tmp_path: Path) -> None:
    settings = _load(tmp_path, {"NARAE__CORE__PARALLELISM": "4"})
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(settings), type=Settings) == settings

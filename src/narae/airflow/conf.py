"""``airflow.configuration.conf``: what DAG files ask of the deployment's settings."""

import json
import os
from datetime import timedelta
from typing import Any

from narae.authoring.notset import NOTSET, ArgNotSet
from narae.authoring.parsing import current
from narae.errors import AirflowConfigException

_TRUE = frozenset({"t", "true", "1", "yes", "on"})
_FALSE = frozenset({"f", "false", "0", "no", "off"})

DEFAULTS: dict[tuple[str, str], str] = {
    ("core", "default_timezone"): "utc",
    ("core", "executor"): "LocalExecutor",
    ("core", "load_examples"): "True",
    ("core", "max_active_runs_per_dag"): "16",
    ("core", "max_active_tasks_per_dag"): "16",
    ("core", "parallelism"): "32",
    ("core", "default_task_retries"): "0",
    ("core", "max_map_length"): "1024",
    ("core", "unit_test_mode"): "False",
    ("core", "enable_xcom_pickling"): "False",
    ("operators", "default_deferrable"): "False",
    ("operators", "default_owner"): "airflow",
    ("operators", "default_queue"): "default",
    ("sensors", "default_timeout"): "604800",
    ("webserver", "base_url"): "http://localhost:8080",
    ("api", "base_url"): "http://localhost:8080",
    ("scheduler", "catchup_by_default"): "True",
    ("scheduler", "create_cron_data_intervals"): "True",
    ("smtp", "smtp_host"): "localhost",
    ("smtp", "smtp_port"): "25",
    ("smtp", "smtp_mail_from"): "airflow@example.com",
    ("smtp", "smtp_starttls"): "True",
    ("smtp", "smtp_ssl"): "False",
    ("email", "email_backend"): "airflow.utils.email.send_email_smtp",
}
"""Answers of last resort, as Airflow 2.10 has them."""


class Configuration:
    """Reads the environment, then what the process was given, then the defaults."""

    def get(self, section: str, key: str, fallback: Any = NOTSET, **_options: Any) -> Any:
        """The text; AirflowConfigException when there is none and no fallback."""
        found = self._find(section.lower(), key.lower())
        if found is not None:
            return found
        if isinstance(fallback, ArgNotSet):
            raise AirflowConfigException(f"there is no setting [{section}] {key}")
        return fallback

    @staticmethod
    def _find(section: str, key: str) -> str | None:
        name = f"{section}__{key}".upper().replace(".", "_")
        for prefix in ("NARAE__", "AIRFLOW__"):
            if prefix + name in os.environ:
                return os.environ[prefix + name]
        if (section, key) in {("core", "dags_folder"), ("core", "plugins_folder")}:
            home = os.environ.get("NARAE_HOME") or os.environ.get("AIRFLOW_HOME") or ""
            given = current().settings.conf.get((section, key))
            return given or os.path.join(home, key.partition("_")[0])  # noqa: PTH118 - a text
        return current().settings.conf.get((section, key), DEFAULTS.get((section, key)))

    get_mandatory_value = get

    def getboolean(self, section: str, key: str, fallback: Any = NOTSET, **_options: Any) -> Any:
        """As bool."""
        value = self.get(section, key, fallback)
        if not isinstance(value, str):
            return value
        word = value.split("#")[0].strip().lower()
        if word in _TRUE | _FALSE:
            return word in _TRUE
        raise AirflowConfigException(f"[{section}] {key} is {value!r}, which is no boolean")

    def getint(self, section: str, key: str, fallback: Any = NOTSET, **_options: Any) -> Any:
        """As int."""
        return self._number(int, section, key, fallback)

    def getfloat(self, section: str, key: str, fallback: Any = NOTSET, **_options: Any) -> Any:
        """As float."""
        return self._number(float, section, key, fallback)

    def _number(self, kind: type, section: str, key: str, fallback: Any) -> Any:
        value = self.get(section, key, fallback)
        if value is None:
            return None
        try:
            return kind(value)
        except ValueError:
            raise AirflowConfigException(
                f"[{section}] {key} is {value!r}, which is no {kind.__name__}"
            ) from None

    def getlist(self, section: str, key: str, fallback: Any = NOTSET, delimiter: str = ",") -> Any:
        """As list of texts."""
        value = self.get(section, key, fallback)
        if not isinstance(value, str):
            return value
        return [part.strip() for part in value.split(delimiter) if part.strip()]

    def getjson(self, section: str, key: str, fallback: Any = NOTSET) -> Any:
        """As JSON."""
        value = self.get(section, key, fallback)
        return json.loads(value) if isinstance(value, str) and value else value

    def gettimedelta(self, section: str, key: str, fallback: Any = NOTSET) -> Any:
        """As so many seconds."""
        value = self.getint(section, key, fallback)
        return value if value is None or isinstance(value, timedelta) else timedelta(seconds=value)

    def getsection(self, section: str) -> dict[str, str] | None:
        """All that is known of a section."""
        prefix = f"__{section.upper()}__"
        found = {key: value for (name, key), value in DEFAULTS.items() if name == section.lower()}
        for name, value in os.environ.items():
            for side in ("AIRFLOW", "NARAE"):
                if name.startswith(side + prefix):
                    found[name.removeprefix(side + prefix).lower()] = value
        return found or None

    def has_option(self, section: str, option: str) -> bool:
        """Whether there is an answer."""
        return self._find(section.lower(), option.lower()) is not None

    def set(self, section: str, option: str, value: str) -> None:
        """For this process."""
        os.environ[f"AIRFLOW__{section.upper()}__{option.upper()}"] = value


conf = Configuration()
get = conf.get
getboolean = conf.getboolean
getint = conf.getint
getfloat = conf.getfloat
has_option = conf.has_option

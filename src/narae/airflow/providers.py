"""Which package of Airflow's providers a module belongs to, for error messages."""

OLD_PLACES = {
    "postgres": "postgres",
    "mysql": "mysql",
    "docker": "docker",
    "http": "http",
    "hive": "apache.hive",
    "S3": "amazon",
    "s3": "amazon",
    "gcs": "google",
    "gcp": "google",
    "bigquery": "google",
    "slack": "slack",
    "sqlite": "sqlite",
    "oracle": "oracle",
    "mssql": "microsoft.mssql",
    "jdbc": "jdbc",
    "ssh": "ssh",
    "sftp": "sftp",
    "ftp": "ftp",
    "kubernetes": "cncf.kubernetes",
    "spark": "apache.spark",
    "dbapi": "common.sql",
    "sql": "common.sql",
    "presto": "presto",
    "druid": "apache.druid",
    "papermill": "papermill",
    "sqoop": "apache.sqoop",
    "samba": "samba",
    "pig": "apache.pig",
}
"""Part of an old module's name -> the provider that has it since Airflow 2."""

_OLD_PARENTS = ("airflow.contrib", "airflow.hooks", "airflow.operators", "airflow.sensors")
_KNOWN = ("standard", "smtp", "common.compat")
_TWO_PARTS = frozenset({"apache", "common", "cncf", "microsoft", "dbt"})


def provider_hint(full: str) -> str:
    """Words for a module of a provider that Narae does not have; "" for any other module."""
    if full.startswith("airflow.providers."):
        return _of_providers(full)
    if full.startswith(("airflow.kubernetes", "airflow.contrib")) or full.startswith(_OLD_PARENTS):
        last = full.removeprefix("airflow.").lower()
        for part, provider in OLD_PLACES.items():
            if part.lower() in last.replace(".", "_").split("_"):
                return (
                    f"{full} is part of Airflow's provider {provider!r}, which Narae does not"
                    " have yet"
                )
    return ""


def _of_providers(full: str) -> str:
    parts = full.split(".")[2:]
    count = 2 if parts[0] in _TWO_PARTS and len(parts) > 1 else 1
    provider = ".".join(parts[:count])
    if provider in _KNOWN:
        return ""
    return (
        f"{full} is part of Airflow's provider {provider!r}, which is not installed and which"
        " Narae does not have yet"
    )

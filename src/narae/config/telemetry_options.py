"""Options of metrics and traces."""

from typing import Annotated

from narae.config.options import Option, Section


class MetricsOptions(Section, frozen=True, kw_only=True):
    """Figures: `/metrics` for Prometheus is always there, StatsD on request."""

    per_dag: Annotated[
        bool, Option("Whether metrics of tasks and runs tell DAGs apart, by `dag_id`.", "flag")
    ] = False
    statsd_on: Annotated[
        bool, Option("Whether Airflow's StatsD names are sent over UDP.", "flag")
    ] = False
    statsd_host: Annotated[str, Option("Where to.")] = "localhost"
    statsd_port: Annotated[int, Option("And to which port.", "port")] = 8125
    statsd_prefix: Annotated[str, Option("What each name begins with.")] = "airflow"


class TracesOptions(Section, frozen=True, kw_only=True):
    """A trace for each run, to an OpenTelemetry collector; see `docs/tracing.md`."""

    otel_on: Annotated[
        bool, Option("Whether traces are exported; needs `narae[otel]`.", "flag")
    ] = False
    otel_endpoint: Annotated[
        str | None,
        Option(
            "Where to, by OTLP over HTTP; empty: `/v1/traces` at `otel_host` and `otel_port`.",
            "url?",
        ),
    ] = None
    otel_host: Annotated[str, Option("The collector's name.")] = "localhost"
    otel_port: Annotated[int, Option("And its port.", "port")] = 4318
    otel_ssl_active: Annotated[bool, Option("Whether it is https.", "flag")] = False
    otel_service: Annotated[str, Option("The service's name in traces.")] = "narae"
    otel_headers: Annotated[
        str | None,
        Option(
            "Headers for the collector: `name=value`, comma-separated.", "text?", sensitive=True
        ),
    ] = None

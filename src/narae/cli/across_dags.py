"""``narae dags show-dependencies``, ``list-jobs`` and ``reserialize``: about all DAGs at once."""

import os
from datetime import timedelta
from functools import partial

import click

from narae.bootstrap.clock import SystemClock
from narae.bootstrap.deployment import open_deployment
from narae.bootstrap.loader_process import dag_folders, loader_settings
from narae.bootstrap.local_run import stored_answer
from narae.bootstrap.user_environment import user_environment
from narae.cli.output import output_option, show
from narae.core.spec import DagSpec
from narae.core.wire import Wake
from narae.engine.catalog import Catalog
from narae.loader.local import parse_folder

ALIVE = timedelta(seconds=30)
REFERENCES = ("trigger_dag_id", "external_dag_id")
"""Facts of operators that name another DAG."""


@click.command("show-dependencies")
@output_option
def show_dependencies(output: str) -> None:
    """List which DAG triggers, or waits for, which other."""
    with open_deployment() as deployment:
        store = deployment.store
        rows = [
            row
            for dag in store.dags()
            if not dag.is_stale
            for row in _references(store.spec(dag.spec_id))
        ]
    show(rows, output, empty="No DAG names another")


def _references(spec: DagSpec) -> list[dict[str, str]]:
    return [
        {
            "dag_id": spec.dag_id,
            "task_id": task.task_id,
            "how": "triggers" if name == "trigger_dag_id" else "waits for",
            "other_dag_id": str(task.operator_facts[name]),
        }
        for task in spec.tasks
        for name in REFERENCES
        if task.operator_facts.get(name)
    ]


@click.command("list-jobs")
@output_option
def list_jobs(output: str) -> None:
    """List the components that have given signs of life, with the latest."""
    with open_deployment() as deployment:
        now = SystemClock().now()
        rows = [
            {
                "job_type": beat.component,
                "hostname": beat.name,
                "latest_heartbeat": beat.at,
                "state": "running" if now - beat.at <= ALIVE else "silent",
            }
            for beat in deployment.store.heartbeats()
        ]
    show(rows, output)


@click.command()
@output_option
def reserialize(output: str) -> None:
    """Parse all DAG files now and keep what they say, with or without a running loader."""
    with open_deployment() as deployment:
        settings = deployment.settings
        changed: list[str] = []
        catalog = Catalog(
            store=deployment.store,
            clock=SystemClock(),
            changed=changed.extend,
            paused_at_creation=settings.core.dags_are_paused_at_creation,
        )
        rows = []
        for folder in dag_folders(settings):
            files = parse_folder(
                folder,
                settings=loader_settings(settings),
                home=deployment.home,
                environ=user_environment(settings, os.environ),
                answer=partial(stored_answer, deployment.store),
            )
            catalog.record(files, folder=str(folder))
            rows += [
                {
                    "file": f"{folder}/{file.file}",
                    "dags": [dag.dag_id for dag in file.dags],
                    "errors": [failure.message for failure in file.failures],
                }
                for file in files
            ]
        deployment.notifier.wake(Wake(dags=tuple(d for row in rows for d in row["dags"])))
    show(rows, output)

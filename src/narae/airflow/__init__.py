"""The Airflow import layer: DAG files say ``import airflow...`` and are given Narae's own.

Called in user-side processes only. Every module is a table of names that are resolved when
asked for; see ``narae.airflow.modules`` for the tables.
"""

from narae.airflow.finder import install

__all__ = ["install"]

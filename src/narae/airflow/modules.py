"""The tables of the import layer: module -> name -> where Narae has it.

A target is ``module:name``, or ``module`` alone for a whole module. Nothing is imported before a
DAG file asks for it.
"""

from narae.airflow.modules_2 import GENERATION_2
from narae.airflow.modules_3 import COMPAT, GENERATION_3_MODULES
from narae.airflow.modules_standard import STANDARD

MODULES: dict[str, dict[str, str]] = {
    **GENERATION_2,
    **STANDARD,
    **COMPAT,
    **GENERATION_3_MODULES,
}

GENERATION_3 = ("airflow.sdk", "airflow.timetables.assets", "airflow.partition_mappers")
"""A name out of a module that begins so makes its file one of generation 3."""

GENERATION_3_NAMES = frozenset(
    {
        "airflow.Asset",
        "airflow.timetables.trigger.DeltaTriggerTimetable",
        "airflow.timetables.trigger.MultipleCronTriggerTimetable",
        "airflow.providers.standard.operators.hitl.HITLOperator",
    }
)
"""Single names that only generation 3 has."""


def _with_parents(paths: dict[str, dict[str, str]]) -> frozenset[str]:
    found: set[str] = set()
    for path in paths:
        while path:
            found.add(path)
            path = path.rpartition(".")[0]  # noqa: PLW2901 - walks up to the root
    return frozenset(found)


PACKAGES = _with_parents(MODULES)
"""Every module that can be imported: those with a table, and their parents."""

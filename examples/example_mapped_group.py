"""A group of tasks for each region; within it, a task for each of the region's shops."""

from datetime import datetime

from airflow.decorators import dag, task, task_group

SHOPS = {"north": ["Mapo", "Jongno"], "south": ["Haeundae"], "island": ["Jeju", "Seogwipo"]}


@dag(
    dag_id="example_mapped_group",
    description="A mapped task group with mapped tasks inside",
    doc_md=__doc__,
    schedule=None,
    start_date=datetime(2026, 1, 1),
    default_args={"owner": "examples"},
    tags=["example", "mapping", "group"],
)
def mapped_group():
    @task
    def regions() -> list:
        return list(SHOPS)

    @task
    def shops_of(region: str) -> list:
        return SHOPS[region]

    @task
    def visit(shop: str) -> int:
        print(f"visiting {shop}")
        return len(shop)

    @task
    def sum_up(visits: list) -> int:
        return sum(visits)

    @task_group
    def one_region(region: str):
        return sum_up(visit.expand(shop=shops_of(region)))

    @task
    def total(sums: list) -> int:
        return sum(sums)

    total(one_region.expand(region=regions()))


mapped_group()

"""As many tasks as there is work: `expand`, `expand_kwargs`, and two lists zipped into one."""

from airflow.sdk import dag, task


@dag(
    dag_id="example_dynamic_mapping",
    description="Mapped tasks over lists that other tasks make",
    doc_md=__doc__,
    schedule=None,
    default_args={"owner": "examples"},
    tags=["example", "mapping"],
)
def dynamic_mapping():
    @task
    def list_cities() -> list:
        return ["Seoul", "Busan", "Jeju"]

    @task
    def list_people() -> list:
        return [9_330_000, 3_260_000, 490_000]

    @task(map_index_template="{{ city_name }}")
    def measure(city: str, unit: str) -> dict:
        from airflow.sdk import get_current_context

        get_current_context()["city_name"] = city
        return {"city": city, "unit": unit, "letters": len(city)}

    @task
    def describe(pair: tuple) -> str:
        city, people = pair
        return f"{city} has {people:,} people"

    @task
    def area(width: int, height: int) -> int:
        return width * height

    @task
    def gather(rows: list, lines: list, areas: list) -> dict:
        for line in lines:
            print(line)
        return {"cities": len(list(rows)), "area": sum(areas)}

    cities = list_cities()
    rows = measure.partial(unit="letters").expand(city=cities)
    lines = describe.expand(pair=cities.zip(list_people()))
    areas = area.expand_kwargs([{"width": 2, "height": 3}, {"width": 4, "height": 5}])
    gather(rows, lines, areas)


dynamic_mapping()

"""
### How much heat does the house need?

Fits a line to `data/heating.csv` (outside temperature, heating energy of a day) by least squares,
compares it with the average of the nearest neighbours, and keeps the better one. Pure Python:
nothing to install.
"""

import csv
from datetime import datetime
from pathlib import Path

from airflow.decorators import dag, task

DATA = Path(__file__).parent / "data" / "heating.csv"
NEIGHBOURS = 5


def fit_line(points):
    mean_x = sum(x for x, _ in points) / len(points)
    mean_y = sum(y for _, y in points) / len(points)
    slope = sum((x - mean_x) * (y - mean_y) for x, y in points) / sum(
        (x - mean_x) ** 2 for x, _ in points
    )
    return slope, mean_y - slope * mean_x


def nearest(points, x):
    closest = sorted(points, key=lambda point: abs(point[0] - x))[:NEIGHBOURS]
    return sum(y for _, y in closest) / len(closest)


def mean_error(pairs):
    return sum(abs(said - true) for said, true in pairs) / len(pairs)


@dag(
    dag_id="example_train_model",
    description="Trains and compares two small models",
    doc_md=__doc__,
    schedule="@weekly",
    start_date=datetime(2026, 1, 1),
    catchup=False,
    default_args={"owner": "examples"},
    tags=["example", "model"],
)
def train_model():
    @task(multiple_outputs=True)
    def split() -> dict:
        with DATA.open(newline="", encoding="utf-8") as source:
            points = [
                [float(r["outside_celsius"]), float(r["heating_kwh"])]
                for r in csv.DictReader(source)
            ]
        # Every fourth day is kept back to judge the models by.
        return {
            "train": [p for i, p in enumerate(points) if i % 4],
            "test": [p for i, p in enumerate(points) if not i % 4],
        }

    @task
    def least_squares(train: list, test: list) -> dict:
        slope, base = fit_line(train)
        error = mean_error([(slope * x + base, y) for x, y in test])
        return {"model": "line", "error": round(error, 3), "slope": slope, "base": base}

    @task
    def neighbours(train: list, test: list) -> dict:
        error = mean_error([(nearest(train, x), y) for x, y in test])
        return {"model": f"{NEIGHBOURS} nearest", "error": round(error, 3)}

    @task
    def choose(results: list) -> str:
        best = min(results, key=lambda result: result["error"])
        for result in results:
            print(f"{result['model']:<12} is off by {result['error']} kWh a day")
        if best["error"] > 10:
            raise ValueError("neither model is of any use")
        return best["model"]

    data = split()
    train, test = data["train"], data["test"]
    choose([least_squares(train, test), neighbours(train, test)])


train_model()

from collections.abc import Mapping
from typing import Any, TypedDict

import pytest

from narae.authoring.dag import DAG
from narae.authoring.dag_decorator import dag
from narae.authoring.decorators import setup, task, teardown
from narae.authoring.group_decorator import task_group
from narae.authoring.params import DagParam
from narae.authoring.parsing import current
from narae.authoring.xcom_arg import XComArg
from narae.errors import AirflowSkipException, NotYetError


@task
def extract(day: str = "today") -> list[int]:
    """Get the rows.

    All of them.
    """
    return [len(day)]


@task
def load(rows: Any, table: str) -> None:
    del rows, table


def test_a_call_makes_a_task_and_its_result_makes_the_edge() -> None:
    with DAG("d") as made:
        result = load(extract(), table="t")
    assert isinstance(result, XComArg)
    assert made.task_ids == ["extract", "load"]
    assert made.get_task("load").upstream_task_ids == {"extract"}
    assert made.get_task("load").op_kwargs["table"] == "t"


def test_a_second_call_is_numbered() -> None:
    with DAG("d") as made:
        for _ in range(3):
            extract()
    assert made.task_ids == ["extract", "extract__1", "extract__2"]


def test_override_changes_the_operator_not_the_function() -> None:
    with DAG("d") as made:
        extract.override(task_id="other", retries=4)("day")
        extract()
    assert made.get_task("other").retries == 4
    assert made.get_task("extract").retries == 0


def test_the_docstring_documents_the_task() -> None:
    with DAG("d") as made:
        extract()
    assert made.get_task("extract").doc_md == "Get the rows.\n\nAll of them."


@pytest.mark.parametrize(
    ("args", "kwargs", "words"),
    [
        ((), {}, "needs rows, table"),
        ((1, 2, 3), {}, "takes 2 arguments, 3 were given"),
        ((1,), {"tabel": 2}, "no parameter 'tabel'; did you mean 'table'"),
        ((1,), {"rows": 2, "table": 3}, "two values for 'rows'"),
    ],
)
def test_a_call_that_does_not_fit_is_refused(args: Any, kwargs: Any, words: str) -> None:
    with DAG("d"), pytest.raises(TypeError, match=words):
        load(*args, **kwargs)


def test_context_keys_need_not_be_given() -> None:
    @task
    def show(ds: str, ti: Any, **context: Any) -> None: ...

    with DAG("d") as made:
        show()
    assert made.task_ids == ["show"]


def nothing() -> None: ...


class Row(TypedDict):
    a: int


@pytest.mark.parametrize(
    ("hint", "several"),
    [(dict, True), (dict[str, int], True), (Mapping[str, int], True), (Row, True), (list, False)],
)
def test_a_dict_annotation_means_multiple_outputs(hint: Any, several: bool) -> None:
    def make() -> None: ...

    make.__annotations__["return"] = hint
    with DAG("d") as made:
        task(make)()
        task(make, multiple_outputs=not several, task_id="told")()
    assert made.get_task("make").multiple_outputs is several
    assert made.get_task("told").multiple_outputs is not several


@pytest.mark.parametrize(
    ("flavour", "options", "kind"),
    [
        ("python", {}, "PythonTask"),
        ("branch", {}, "BranchTask"),
        ("short_circuit", {}, "ShortCircuitTask"),
        ("bash", {}, "BashTask"),
        ("sensor", {"poke_interval": 5, "mode": "reschedule"}, "SensorTask"),
        ("virtualenv", {"requirements": ["x"]}, "VirtualenvTask"),
        ("external_python", {"python": "/usr/bin/python3"}, "ExternalPythonTask"),
        ("branch_virtualenv", {}, "BranchVirtualenvTask"),
        ("branch_external_python", {"python": "/usr/bin/python3"}, "BranchExternalPythonTask"),
    ],
)
def test_every_flavour_makes_its_operator(flavour: str, options: Any, kind: str) -> None:
    with DAG("d") as made:
        getattr(task, flavour)(**options)(nothing).override(task_id="t")()
    assert made.get_task("t").task_type == kind


def test_an_unknown_flavour_is_an_attribute_error_with_the_nearest() -> None:
    with pytest.raises(AttributeError, match=r"@task.brunch; did you mean @task.branch"):
        _ = task.brunch


def test_a_flavour_of_a_provider_says_not_yet_when_it_is_used() -> None:
    decorate = task.docker
    with pytest.raises(NotYetError, match=r"@task\.docker"):
        decorate(image="x")


@pytest.mark.parametrize(("decorator", "holds"), [(task.run_if, False), (task.skip_if, True)])
def test_conditions_skip_before_the_function_runs(decorator: Any, holds: bool) -> None:
    with DAG("d") as made:
        decorator(lambda context: holds, "not today")(extract)()
    with pytest.raises(AirflowSkipException, match="not today"):
        made.get_task("extract").pre_execute({})


def test_setup_and_teardown_mark_their_tasks() -> None:
    @setup
    def make() -> None: ...

    @teardown(on_failure_fail_dagrun=True)
    @task
    def clean() -> None: ...

    with DAG("d") as made, make() >> clean():
        extract()
    assert made.get_task("make").is_setup
    assert made.get_task("clean").is_teardown
    assert made.get_task("clean").on_failure_fail_dagrun
    assert made.get_task("extract").upstream_task_ids == {"make"}


def test_a_group_function_gives_its_result_and_numbers_its_calls() -> None:
    @task_group
    def part(day: str) -> Any:
        """About the part."""
        return extract(day)

    @task_group(group_id="empty")
    def hollow() -> None: ...

    with DAG("d") as made:
        first = part("a")
        part("b")
        group = hollow()
    assert first.operator.task_id == "part.extract"
    assert made.task_ids == ["part.extract", "part__1.extract"]
    assert group.group_id == "empty"
    assert made.groups["part"].tooltip == "About the part."


def test_a_dag_function_makes_a_dag_with_params() -> None:
    seen: list[Any] = []

    @dag(schedule=None, tags=["x"])
    def pipeline(table: str = "t", size: int = 3) -> None:
        """What it does."""
        seen.extend([table, size])

    made = pipeline(size=4)
    assert made.dag_id == "pipeline"
    assert made.doc_md == "What it does."
    assert dict(made.params) == {"table": "t", "size": 4}
    assert all(isinstance(value, DagParam) for value in seen)
    assert current().dags == [made]


def test_a_bare_dag_decorator_works() -> None:
    @dag
    def plain() -> None:
        extract()

    assert plain().task_ids == ["extract"]


def test_iterating_over_a_result_says_what_to_do() -> None:
    with DAG("d"), pytest.raises(TypeError, match=r"use \.expand"):
        for _ in extract():
            pass

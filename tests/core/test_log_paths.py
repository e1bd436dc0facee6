from pathlib import PurePosixPath

from hypothesis import given
from hypothesis import strategies as st

from narae.core.log_paths import callback_log_path, log_path, quoted, run_folder, task_folder

NAMES = st.text(st.characters(codec="utf-8") | st.sampled_from("./%~= "), max_size=300)


def test_the_path_says_what_it_is_the_log_of() -> None:
    assert log_path("d", "r", "t", -1, 2) == "dag_id=d/run_id=r/task_id=t/attempt=2.log"
    assert log_path("d", "r", "t", 0, 1) == "dag_id=d/run_id=r/task_id=t/map_index=0/attempt=1.log"
    assert callback_log_path("d", "r", "dag_success") == (
        "dag_id=d/run_id=r/callbacks/dag_success.log"
    )


def test_korean_stays_readable() -> None:
    assert task_folder("매출", "예약", "적재.하기") == "dag_id=매출/run_id=예약/task_id=적재.하기"


@given(NAMES, NAMES, NAMES)
def test_no_name_leaves_its_folder(dag_id: str, run_id: str, task_id: str) -> None:
    path = PurePosixPath(log_path(dag_id, run_id, task_id, 3, 1))
    assert not path.is_absolute()
    assert ".." not in path.parts
    assert len(path.parts) == 5
    assert path.is_relative_to(run_folder(dag_id, run_id))
    assert max(len(part.encode()) for part in path.parts) <= 255


@given(NAMES, NAMES)
def test_two_names_never_share_a_folder(one: str, other: str) -> None:
    assert (quoted(one) == quoted(other)) == (one == other)

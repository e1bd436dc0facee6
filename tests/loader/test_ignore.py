import pytest

from narae.loader.ignore import IgnoreRules


@pytest.mark.parametrize(
    ("line", "path", "ignored"),
    [
        ("draft", "draft_a.py", True),
        ("draft", "sub/my_draft/a.py", True),
        ("^draft", "sub/draft.py", False),
        (r".*_test\.py", "a_test.py", True),
        ("draft  # later", "draft.py", True),
        ("# draft", "draft.py", False),
        ("", "a.py", False),
        ("helpers", "helpers/", True),
        ("helpers$", "helpers/", True),
    ],
)
def test_a_regexp_line_is_searched_for_in_the_path(line: str, path: str, ignored: bool) -> None:
    assert IgnoreRules().below("", [line], syntax="regexp").ignores(path) is ignored


@pytest.mark.parametrize(
    ("lines", "path", "ignored"),
    [
        (["*.sql"], "deep/a.sql", True),
        (["/a.py"], "deep/a.py", False),
        (["build/"], "x/build/", True),
        (["build/"], "build", False),
        (["*.py", "!keep.py"], "keep.py", False),
        (["*.py", "!keep.py"], "other.py", True),
        (["한글*.py"], "한글_일.py", True),
    ],
)
def test_a_glob_line_follows_gitignore(lines: list[str], path: str, ignored: bool) -> None:
    assert IgnoreRules().below("", lines, syntax="glob").ignores(path) is ignored


def test_glob_lines_count_from_the_folder_of_their_file() -> None:
    rules = IgnoreRules().below("team", ["/a.py"], syntax="glob")
    assert rules.ignores("team/a.py")
    assert not rules.ignores("team/deep/a.py")


def test_an_inner_file_has_the_last_word() -> None:
    outer = IgnoreRules().below("", ["*.py"], syntax="glob")
    inner = outer.below("team", ["!keep.py"], syntax="glob")
    assert inner.ignores("team/other.py")
    assert not inner.ignores("team/keep.py")


def test_a_line_that_is_no_regexp_is_named_and_the_others_count() -> None:
    rules = IgnoreRules().below("team", ["good", "*.py"], syntax="regexp")
    assert rules.ignores("good.py")
    (problem,) = rules.problems
    assert "team/.airflowignore line 2" in problem
    assert "glob" in problem

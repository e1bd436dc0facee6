"""What the documentation says is what there is."""

import re
from pathlib import Path

import pytest

from narae.api.page import markdown as api_page
from narae.cli.page import markdown

ROOT = Path(__file__).parent.parent
PAGES = [
    ROOT / n
    for n in ("README.md", "README.ko.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md")
] + [*sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"\[[^\]]+\]\((?!https?:|#)([^)#]+)[^)]*\)")
MODULE = re.compile(r"`((?:[a-z_]+/)+[a-z_0-9]+\.py)`")


def test_the_page_of_commands_is_in_step() -> None:
    assert (ROOT / "docs" / "cli.md").read_text() == markdown()


def test_the_page_of_the_api_is_in_step() -> None:
    assert (ROOT / "docs" / "api.md").read_text() == api_page()


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_a_page_points_at_what_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    missing = [target for target in LINK.findall(text) if not (page.parent / target).exists()]
    files = [f for f in MODULE.findall(text) if not _exists(f)]
    assert (missing, files) == ([], [])


def _exists(file: str) -> bool:
    return any((ROOT / base / file).exists() for base in ("", "src", "src/narae"))

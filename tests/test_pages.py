"""Links in the documents lead somewhere, and the paths and classes that they name exist."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "ossrec"
PAGES = sorted((*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "fixtures" / "README.md"))
LAYOUT = ("CONTRIBUTING.md", "docs/architecture.md")


def anchors(page: Path) -> set[str]:
    """The anchors of the headings of a page, as GitHub derives them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8")):
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


@pytest.mark.parametrize("page", LAYOUT)
def test_files_and_folders_that_a_page_names_exist(page: str) -> None:
    named = re.findall(r"`([a-z_][\w/]*(?:/|\.py))`", (ROOT / page).read_text("utf-8"))
    assert named
    patterns = ("NAME",)  # of files that the reader adds
    assert [
        path
        for path in named
        if not any(word in path for word in patterns) and not any((base / path).exists() for base in (ROOT, SOURCE))
    ] == []


def test_the_classes_of_a_segment_are_where_the_page_says() -> None:
    table = re.findall(
        r"^\| `(\w+)` \| `([\w/]+\.py)` \|", (ROOT / "docs/architecture.md").read_text("utf-8"), re.MULTILINE
    )
    assert table
    for name, path in table:
        assert re.search(rf"^class {name}\b", (SOURCE / path).read_text("utf-8"), re.MULTILINE), (name, path)


def test_the_tree_of_the_layout_names_every_package() -> None:
    tree = (ROOT / "docs/architecture.md").read_text("utf-8").partition("## Layout")[2].partition("\n## ")[0]
    named = set(re.findall(r"(\w+)/", tree))
    packages = [path.parent for path in SOURCE.rglob("__init__.py") if path.parent != SOURCE]
    assert [str(path.relative_to(SOURCE)) for path in packages if path.name not in named] == []

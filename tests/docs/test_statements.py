"""What the documentation names is there: files, modules, names in them, configuration keys, links."""

import re
from pathlib import Path

import pytest

from crescent.config.keys import all_keys, is_entry
from crescent.config.tree import Tree, conf_dir

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
PAGE = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
CODE = re.compile(r"`([^`\n]+)`")
INNER = {path.name for path in (ROOT / "src" / "crescent").iterdir() if path.is_dir()} | {"conf", "docs", "tests"}
FUNCTIONS = {"model.generate"}
"""Of transformers, where the docs speak of them."""
PLACES = (ROOT, ROOT / "src" / "crescent", ROOT / "src", ROOT / "docs")


def quoted(page: Path) -> list[str]:
    """What stands in backticks, outside of blocks of code."""
    return CODE.findall(re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL))


@PAGE
def test_files_of_the_house_exist(page: Path) -> None:
    named = [text for text in quoted(page) if re.fullmatch(r"(\.\./)?[\w./]+(\.py|/)", text)]
    sources = [name for name in named if name.endswith(".py") or name.split("/")[0] in INNER]
    known = {path.name for place in ("src", "benchmarks") for path in (ROOT / place).rglob("*.py")}
    missing = [name for name in sources if name not in known and not any((place / name).exists() for place in PLACES)]
    assert missing == []


INNER = {path.name for path in (ROOT / "src" / "crescent").iterdir() if path.is_dir()} | {
    "conf",
    "docs",
    "tests",
    "src",
}


@PAGE
def test_names_in_files_exist(page: Path) -> None:
    """`runs/stage.py: FollowedStage` says that the file has the name."""
    for text in quoted(page):
        if found := re.fullmatch(r"([\w./]+\.py): (\w+).*", text):
            files = [place / found[1] for place in PLACES if (place / found[1]).exists()]
            assert files, text
            assert re.search(rf"\b{found[2]}\b", files[0].read_text(encoding="utf-8")), text


@PAGE
def test_keys_exist(page: Path) -> None:
    keys, groups = set(all_keys()), set(Tree((conf_dir(),)).groups())
    sections = {key.rsplit(".", 1)[0] for key in keys if "." in key}
    for text in quoted(page):
        name = text.partition("=")[0].lstrip("+")
        if re.fullmatch(r"[a-z_]+(\.[a-z_]+)+", name) and name.split(".")[0] in {key.split(".")[0] for key in sections}:
            assert name in keys | sections | groups | FUNCTIONS or is_entry(name) or is_file(name), (
                f"{page.name}: {text}"
            )


def is_file(name: str) -> bool:
    return name.rsplit(".", 1)[-1] in {"json", "jsonl", "md", "py", "yaml", "html", "txt", "safetensors"}


@PAGE
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        if not target.startswith(("http", "mailto")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"

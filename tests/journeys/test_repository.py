"""Rules for the files of the repository itself."""

import pkgutil
import re
import tomllib
from pathlib import Path

import pytest
from django.urls import Resolver404, resolve

from tests.support.paths import CHECKOUT


@pytest.mark.parametrize(
    "name", ["requirements.txt", "requirements-dev.txt", "requirements-guard.txt", "requirements-mutants.txt"]
)
def test_a_lock_file_pins_by_hash_and_names_no_address(name: str) -> None:
    text = (CHECKOUT / name).read_text()
    assert "://" not in text
    pinned = [line for line in text.splitlines() if "==" in line and not line.lstrip().startswith("#")]
    assert pinned
    assert all(line.rstrip().endswith("\\") for line in pinned), "each is followed by its hashes"


def test_what_the_type_checker_shall_ignore_has_its_reason_beside_it() -> None:
    folders = ("benchmarks", "clients/python/codeport_client", "ingestion", "portal", "tests", "workorders")
    lines = [
        line for name in folders for path in (CHECKOUT / name).rglob("*.py") for line in path.read_text().splitlines()
    ]
    ignored = [line for line in lines if "# type: " + "ignore" in line]
    assert ignored
    assert [line for line in ignored if not re.search(r"ignore\[[\w, -]+\]  # \w", line)] == []


def test_no_test_file_imports_another() -> None:
    """What two of them need stands in `tests/support/`; `tests/chaos/` and `tests/mutants/` are programs."""
    files = [path for path in (CHECKOUT / "tests").rglob("*.py") if path.parent.name != "files"]
    imports = re.compile(r"^\s*(?:from|import) tests\.(?!support\b|chaos\b|mutants\b).*", re.MULTILINE)
    found = {str(path.relative_to(CHECKOUT)): imports.findall(path.read_text()) for path in files}
    assert len(found) > 100
    assert {name: lines for name, lines in found.items() if lines} == {}


def test_tests_stand_where_what_they_test_stands() -> None:
    """`tests/<app>/<package>/` as `<app>/<package>/`; what crosses apps is a journey."""
    folders = {path.parent.relative_to(CHECKOUT / "tests") for path in (CHECKOUT / "tests").rglob("test_*.py")}
    strangers = [str(folder) for folder in folders if not (CHECKOUT / folder / "__init__.py").exists()]
    assert strangers == ["journeys"]


OUTSIDE = ("README.md", "CONTRIBUTING.md", "clients/python/README.md")
PAGES = [*(CHECKOUT / name for name in OUTSIDE), *sorted((CHECKOUT / "docs").rglob("*.md"))]
OURS = r"(?:portal|workorders|ingestion|tests|benchmarks)"
FILE = re.compile(r"[\w./-]+\.(?:py|md|toml|yaml|html|css|js)")
PLACE = re.compile(rf"(?:{OURS}|docs|static|templates)/[\w./-]*")
DOTTED = re.compile(rf"{OURS}(?:\.\w+)+")


def words_in_backquotes(page: Path) -> list[str]:
    """Whatever stands between backquotes on the page, commands word by word."""
    text = re.sub(r"^ *```.*?^ *```", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)
    return [word for span in re.findall(r"`([^`]+)`", text) for word in re.split(r"[\s\"'=;()]+", span)]


def is_there(word: str) -> bool:
    """Whether `word` is a file, its name or a folder of this repository, or an address of the API."""
    if (CHECKOUT / word).exists() or ("/" not in word and any(CHECKOUT.glob(f"[!.]*/**/{word}"))):
        return True
    try:
        resolve(f"/api/v2/{word}")
    except Resolver404:
        return False
    return True


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_the_documents_name_is_there(page: Path) -> None:
    """Paths, dotted names of modules with what they hold, and links."""
    words = words_in_backquotes(page)
    paths = {word for word in words if FILE.fullmatch(word) or PLACE.fullmatch(word)}
    dotted = {word for word in words if DOTTED.fullmatch(word) and word not in paths}
    links = set(re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text()))
    missing = [word for word in paths if not is_there(word)]
    missing += [word for word in dotted if not can_be_resolved(word)]
    missing += [link for link in links if not (page.parent / link).exists()]
    assert sorted(missing) == []


def can_be_resolved(name: str) -> bool:
    """Whether `name` is that of a module, or of something in one."""
    try:
        pkgutil.resolve_name(name)
    except (ImportError, AttributeError):
        return False
    return True


def test_the_page_of_the_architecture_has_a_line_for_each_module() -> None:
    """Under the heading of its package, so that whoever looks for a subject finds its file."""
    sections = re.split(r"^### ", (CHECKOUT / "docs/architecture.md").read_text(), flags=re.MULTILINE)[1:]
    listed = set()
    for section in sections:
        if place := re.match(r"`([\w/]+)/`", section):
            listed |= {f"{place[1]}/{name}" for name in re.findall(r"^\| `(\w+\.py)` \|", section, re.MULTILINE)}
    there = {
        str(path.relative_to(CHECKOUT))
        for app in ("portal", "workorders", "ingestion")
        for path in (CHECKOUT / app).rglob("*.py")
        if path.name != "__init__.py" and path.parent.name != "migrations"
    }
    assert listed == there


def test_the_newest_version_of_the_changelog_is_that_of_the_project_and_the_client() -> None:
    versions = re.findall(
        r"^## \[(\d[\d.]*)\] - \d{4}-\d\d-\d\d$", (CHECKOUT / "CHANGELOG.md").read_text(), re.MULTILINE
    )
    for name in ("pyproject.toml", "clients/python/pyproject.toml"):
        assert versions[0] == tomllib.loads((CHECKOUT / name).read_text())["project"]["version"]
    assert versions == sorted(versions, key=lambda version: [int(part) for part in version.split(".")], reverse=True)


def test_the_list_of_decisions_has_each_with_its_title() -> None:
    folder = CHECKOUT / "docs/decisions"
    listed = re.findall(r"^\| (\d+) \| \[(.+)\]\(([\w-]+\.md)\) \|", (folder / "README.md").read_text(), re.MULTILINE)
    first_lines = {path.name: path.read_text().splitlines()[0] for path in folder.glob("0*.md")}
    assert {name: f"# {number}. {title}" for number, title, name in listed} == first_lines
    assert [name[:4] for _number, _title, name in listed] == [f"{int(number):04}" for number, _title, _name in listed]


def test_the_picture_of_the_packages_shows_the_layers_that_are_checked() -> None:
    with (CHECKOUT / "pyproject.toml").open("rb") as file:
        contracts = tomllib.load(file)["tool"]["importlinter"]["contracts"]
    checked = {
        contract["containers"][0]: [re.split(r" [|:] ", layer) for layer in contract["layers"]]
        for contract in contracts
        if contract["type"] == "layers" and "containers" in contract
    }
    page = (CHECKOUT / "docs/architecture.md").read_text()
    apps = re.findall(r"^    subgraph (\w+)\[.*?\n(.*?)^    end$", page, re.MULTILINE | re.DOTALL)
    drawn = {app: [box.split(" · ") for box in re.findall(r'\w+\["(.+?)"\]', boxes)] for app, boxes in apps}
    assert drawn == checked


@pytest.mark.parametrize("package", ["workorders/rendering", "workorders/identifiers", "ingestion/readers"])
def test_what_draws_reads_or_shapes_ids_imports_no_orm(package: str) -> None:
    """The contracts of import-linter hold it for models; they cannot tell one part of Django from another."""
    modules = list((CHECKOUT / package).glob("*.py"))
    assert len(modules) > 1
    orm = re.compile(r"^\s*(?:from|import) django\.(?:db|apps)\b.*|^\s*from django import .*\bdb\b.*", re.MULTILINE)
    found = {module.name: orm.findall(module.read_text()) for module in modules}
    assert {name: lines for name, lines in found.items() if lines} == {}


def test_the_contracts_name_every_module_of_pages_and_of_the_api() -> None:
    """Their patterns replace whole names, so that a module such as `secure/order_views.py` has to be named."""
    contracts = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (pages,) = [contract for contract in contracts if contract["name"] == "Pages import no API"]
    (calls,) = [contract for contract in contracts if contract["name"] == "The API imports no pages"]
    modules = ["workorders." + path.stem for path in (CHECKOUT / "workorders").glob("*.py")] + [
        f"workorders.{path.parent.name}.{path.stem}" for path in (CHECKOUT / "workorders").glob("*/*.py")
    ]

    def named(pattern: str) -> set[str]:
        found = {module for module in modules if re.fullmatch(pattern, module.rpartition(".")[2])}
        by_name = {module for module in found if module.rpartition(".")[2] in ("views", "api")}
        return {*(found - by_name), "workorders.views" if "views" in pattern else "workorders.api"}

    views, api = named(r"(?:.*_)?views"), named(r"(?:.*_)?api(?:_(?!docs).*)?")
    ours = {name for name in pages["source_modules"] if name.startswith("workorders.") and "*" not in name}
    theirs = {name for name in pages["forbidden_modules"] if name.startswith("workorders.") and "*" not in name}
    assert (ours, theirs) == (views, api)
    assert (set(calls["forbidden_modules"]), set(calls["source_modules"]) - {"portal.api"}) == (
        set(pages["source_modules"]),
        set(pages["forbidden_modules"]) - {"portal.api.me"},
    )

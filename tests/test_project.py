"""What holds for the project as a whole: it imports, agrees with itself, and keeps its promises."""

import ast
import importlib
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import qm_tui

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "qm_tui"
SOURCES = sorted(PACKAGE.rglob("*.py"))
LOCKS = ("requirements.lock", "requirements-dev.lock")

# How the brokers' libraries place, change or cancel an order, or exercise an option.
ORDERING = {
    "bracketOrder",
    "cancelOrder",
    "delete_complex_order",
    "delete_order",
    "exerciseOptions",
    "oneCancelsAll",
    "placeOrder",
    "place_complex_order",
    "place_order",
    "replace_order",
    "reqGlobalCancel",
    "whatIfOrder",
    "whatIfOrderAsync",
}
# They replace parts of asyncio for the whole process.
PATCHING = {"nest_asyncio", "patchAsyncio", "startLoop"}

NOT_FOR_READERS = {
    "a path of one machine": re.compile(r"(?<![\w.:/])/(?:root|home/\w+|Users/\w+|work)/\w"),
    "the host of a package registry": re.compile(
        r"\b(?:test\.)?pypi\.\w+|\bpythonhosted\.\w+|--(?:extra-)?index-url"
    ),
    "the number of an issue": re.compile(r"\bissues? ?#?\d+|\bGH-\d+", re.IGNORECASE),
}


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def importable() -> list[str]:
    """All modules but those that act when imported: the entry point, and what Alembic loads."""
    migrations = PACKAGE / "store" / "migrations"
    acting = {PACKAGE / "__main__.py", migrations / "env.py", *(migrations / "versions").glob("*")}
    return [module_name(path) for path in SOURCES if path not in acting]


def imported_roots(tree: ast.Module) -> set[str]:
    names = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    names |= {
        node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module
    }
    return {name.partition(".")[0] for name in names}


def words(tree: ast.Module) -> Iterator[str]:
    """Every name in code, also as a string for getattr; a docstring may well forbid one."""
    for node in ast.walk(tree):
        match node:
            case (
                ast.Name(id=word)
                | ast.Attribute(attr=word)
                | ast.alias(name=word)
                | ast.Constant(value=str(word))
            ):
                yield word
            case _:
                pass


def texts() -> list[Path]:
    """What readers of the repository see, but this file, which has to name what it forbids."""
    found = [ROOT / "Makefile", ROOT / ".ci" / "run"]
    found += [path for kind in ("md", "toml", "lock") for path in ROOT.glob(f"*.{kind}")]
    for folder in ("qm_tui", "tests", "benchmarks", "docs"):
        found += [
            path for kind in ("md", "py", "tcss") for path in (ROOT / folder).rglob(f"*.{kind}")
        ]
    return sorted(path for path in found if path != Path(__file__))


def pins(lock: str) -> set[str]:
    return set(
        re.findall(r"^[\w.-]+==[\w.]+", (ROOT / lock).read_text(encoding="utf-8"), re.MULTILINE)
    )


@pytest.fixture(scope="module")
def pyproject() -> dict[str, dict[str, object]]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", importable())
def test_every_module_imports(name: str) -> None:
    assert importlib.import_module(name).__name__ == name


def test_the_package_says_the_version_that_the_project_says(
    pyproject: dict[str, dict[str, object]],
) -> None:
    assert pyproject["project"]["version"] == qm_tui.__version__


def test_everything_the_project_depends_on_is_locked(
    pyproject: dict[str, dict[str, object]],
) -> None:
    dependencies = pyproject["project"]["dependencies"]
    assert isinstance(dependencies, list)
    wanted = {re.split(r"[\[<>=]", dependency)[0].replace("_", "-") for dependency in dependencies}
    assert wanted <= {pin.partition("==")[0] for pin in pins("requirements.lock")}


def test_the_tools_are_locked_on_top_of_what_users_get() -> None:
    assert pins("requirements.lock") < pins("requirements-dev.lock")


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_file_has_its_hash(lock: str) -> None:
    entries = re.split(r"\n(?=[\w.-]+==)", (ROOT / lock).read_text(encoding="utf-8"))[1:]
    assert len(entries) >= len(pins(lock))
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_the_example_configuration_holds_a_connection_of_every_broker_and_no_secret() -> None:
    example = tomllib.loads((ROOT / "config.example.toml").read_text(encoding="utf-8"))
    assert {entry["broker"] for entry in example["connection"]} == {
        "ibkr",
        "ibkr-flex",
        "tastytrade",
    }
    keys = {key for entry in example["connection"] for key in entry}
    assert keys & {"token", "client_secret", "refresh_token"} == set()


def test_what_the_documents_point_at_is_there() -> None:
    targets = set(
        re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    )
    for document in ROOT.glob("*.md"):
        text = document.read_text(encoding="utf-8")
        links = [link for link in re.findall(r"\]\(([^)#\s]+)", text) if "://" not in link]
        assert [link for link in links if not (ROOT / link).exists()] == [], document.name
        assert set(re.findall(r"(?:`|^\$? *)make (\w+)", text, re.MULTILINE)) <= targets, (
            document.name
        )


@pytest.mark.parametrize("path", sorted((PACKAGE / "domain").rglob("*.py")), ids=module_name)
def test_the_domain_is_plain_python_that_never_waits(path: Path) -> None:
    tree = ast.parse(path.read_bytes())
    assert imported_roots(tree) <= {*sys.stdlib_module_names, "qm_tui", "typing_extensions"}
    assert not any(isinstance(node, ast.AsyncFunctionDef | ast.Await) for node in ast.walk(tree))


@pytest.mark.parametrize("path", SOURCES, ids=module_name)
def test_nothing_can_place_an_order_or_patch_the_event_loop(path: Path) -> None:
    assert set(words(ast.parse(path.read_bytes()))) & (ORDERING | PATCHING) == set()


@pytest.mark.parametrize("what", NOT_FOR_READERS)
def test_no_file_names(what: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in texts()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if NOT_FOR_READERS[what].search(line)
    ]
    assert found == []

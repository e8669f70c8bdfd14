"""What README and docs/ say of the program is so."""

import datetime as dt
import re
import shlex
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import pytest
from textual.dom import DOMNode

from qm_tui.cli.arguments import WHAT, parser
from qm_tui.config import load
from qm_tui.ui import key_ids
from qm_tui.ui.complaints import complaints
from qm_tui.ui.condition_values import Present
from qm_tui.ui.conditions import ConditionError, parse
from qm_tui.ui.modes import MODES
from qm_tui.ui.screens.page import Page
from qm_tui.ui.themes import THEMES
from tests.docs import columns, keys
from tests.docs.blocks import ROOT, blocks, documents, made_anew
from tests.docs.shots import SHOTS

PICTURES = ROOT / "docs" / "pictures"
README = (ROOT / "README.md").read_text(encoding="utf-8")
SVG = "{http://www.w3.org/2000/svg}"
_NAMED = {"Enter", "Esc", "Tab", "Space", "Home", "End", "PgUp", "PgDn", "F1", "←", "→", "↑", "↓"}


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def name_of(path: Path) -> str:
    return path.name


def prose(text: str) -> str:
    """A document without code blocks and without what the program has made."""
    text = re.sub(r"<!-- (\w+) \S+ -->.*?<!-- end -->", "", text, flags=re.DOTALL)
    return re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)


def spans(text: str) -> Iterator[str]:
    """What stands between backticks."""
    for found in re.finditer(r"`([^`]+)`", prose(text)):
        yield " ".join(found[1].split())


@cache
def tables() -> dict[str, columns.Table]:
    return dict(columns.tables())


@cache
def owners() -> tuple[type[DOMNode], ...]:
    return tuple(key_ids._owners())


@cache
def written_keys() -> frozenset[str]:
    """Every key there is, as the documents write it."""
    bindings = [binding for owner in owners() for binding in key_ids._own(owner)]
    return frozenset(keys.written(key) for each in bindings for key in each.key.split(","))


# What the program has made


@pytest.mark.parametrize("path", documents(), ids=name_of)
def test_tables_of_keys_and_columns_are_those_of_the_program(path: Path) -> None:
    assert text_of(path) == made_anew(text_of(path)), "`make docs` writes them anew"


def test_every_table_has_its_columns_on_a_page() -> None:
    shown = {each for path in documents() for each in blocks(text_of(path))}
    assert {name for kind, name in shown if kind == "columns"} == set(tables())


def test_every_numbered_screen_has_a_page() -> None:
    assert set(MODES) <= set(keys.SCREENS)
    index = text_of(ROOT / "docs" / "README.md")
    for page in keys.SCREENS:
        assert (ROOT / "docs" / f"{page}.md").exists()
        assert f"({page}.md)" in index


def test_every_key_that_a_screen_or_a_dialog_has_is_on_a_page() -> None:
    told = {
        binding.id or ""
        for path in documents()
        for kind, name in blocks(text_of(path))
        if kind == "keys" or name != "screens"
        if kind != "columns"
        for binding in keys.bindings_of(name)
    }
    assert sorted(key_ids.key_ids() - told) == []
    assert sorted(told - key_ids.key_ids()) == []


@pytest.mark.parametrize("path", documents(), ids=name_of)
def test_every_key_that_is_named_is_one(path: Path) -> None:
    letters = {c.letter for table in tables().values() for c in table.columns} | {"n"}
    found = {
        span
        for span in spans(text_of(path))
        if (len(span) == 1 and not span.isdigit()) or span in _NAMED or span.startswith("Ctrl+")
    }
    signs = {"—", ">", "=", ":", "<", "-", "_"}
    assert sorted(found - written_keys() - letters - signs) == []


# Pictures


def test_every_picture_is_shown_and_every_one_that_is_shown_is_there() -> None:
    shown = {
        link.removeprefix("docs/").removeprefix("pictures/")
        for path in documents()
        for link in re.findall(r"!\[[^\]]+\]\(([^)]+)\)", text_of(path))
    }
    assert shown == {path.name for path in PICTURES.iterdir()}
    assert shown == {f"{shot.name}.svg" for shot in SHOTS}


@pytest.mark.parametrize("shot", SHOTS, ids=lambda shot: shot.name)
def test_a_picture_is_one_of_the_program_and_asks_nobody_for_anything(shot: object) -> None:
    name = getattr(shot, "name", "")
    text = text_of(PICTURES / f"{name}.svg")
    root = ElementTree.fromstring(text)  # noqa: S314 - ours
    assert root.get("class") == "rich-terminal"
    assert next(each.text for each in root.iter(f"{SVG}text")) == "qm-tui"
    assert "url(" not in text.replace(f"url(#{name}-", "")
    assert "@font-face" not in text
    shown = [each for each in root.iter(f"{SVG}text") if each.get("textLength")]
    assert len(shown) > 20
    assert all(each.text and not re.search(r"[ \xa0]", each.text) for each in shown)


# Links


@pytest.mark.parametrize("path", documents(), ids=name_of)
def test_every_link_leads_somewhere(path: Path) -> None:
    text = text_of(path)
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if "://" in link:
            continue
        place, _, heading = link.partition("#")
        target = path if not place else (path.parent / place).resolve()
        assert target.exists(), link
        if heading:
            assert heading in {anchor(line) for line in text_of(target).splitlines()}, link


def anchor(line: str) -> str | None:
    if not line.startswith("#"):
        return None
    title = line.lstrip("#").strip().lower()
    return re.sub(r"[^\w\- ]", "", title).replace(" ", "-")


# Commands


def commands() -> list[str]:
    """Every command of qm-tui that a document names."""
    found = []
    for path in documents():
        text = text_of(path)
        found += [span for span in spans(text) if span.startswith("qm-tui ")]
        for block in re.findall(r"^```\n(.*?)^```", text, re.DOTALL | re.MULTILINE):
            joined = re.sub(r"\n +(?=[|\[])", " ", block)
            found += [line for line in joined.splitlines() if line.startswith("qm-tui ")]
    return sorted(set(found))


def spelled(command: str) -> Iterator[list[str]]:
    """What one would type: each choice once, with all that may be added."""
    said = re.split(r"  +(?=[a-z(])|; | <|  to ", command)[0]
    said = re.sub(r"\b[a-z ]+(, [a-z]+)?: \[.*", "", said)
    said = re.sub(r"\bshow …", "show positions", said)
    said = re.sub(r"[\[\]…]", " ", said).replace(" |", "|")
    said = said.replace("DATE", "2026-01-31").replace("YYYY-MM-DD", "2026-01-31")
    words = shlex.split(said)[1:]
    choices = [word.split("|") for word in words]
    for place in range(max(map(len, choices), default=1)):
        yield [each[min(place, len(each) - 1)] for each in choices]


@pytest.mark.parametrize("command", commands())
def test_every_command_that_is_named_can_be_typed(command: str) -> None:
    for words in spelled(command):
        parser().parse_args(words)  # exits where it cannot


def test_every_choice_of_show_is_named() -> None:
    line = re.search(r"^qm-tui show (.*?)\n +\[--account", README, re.DOTALL | re.MULTILINE)
    assert line is not None
    assert set(re.split(r"[|\s]+", line[1])) == set(WHAT)


# Filters


def filters() -> list[str]:
    block = re.search(r"^## Filters.*?^```\n(.*?)^```", README, re.DOTALL | re.MULTILINE)
    assert block is not None
    return [re.split(r"  +", line)[0] for line in block[1].splitlines()]


def forms() -> list[str]:
    """What README says can be typed, by itself."""
    section = README.partition("## Filters")[2].partition("\n## ")[0]
    said = [span for span in spans(section) if re.match(r"(is|has|age)[:<>]", span)]
    return [*said, *(f"exp<{day}" for day in ("2026-12-31", "2026-11", "2026", "2026-Q4", "today"))]


PRESENT = Present(
    now=dt.datetime(2026, 3, 11, 19, tzinfo=dt.UTC), today=dt.date(2026, 3, 11), zone=dt.UTC
)


@pytest.mark.parametrize("text", [*filters(), *forms()])
def test_every_filter_that_is_named_is_understood_by_some_table(text: str) -> None:
    def is_understood(table: columns.Table) -> bool:
        try:
            parse(text, table.fields, PRESENT)
        except ConditionError:
            return False
        return True

    assert any(map(is_understood, tables().values()))


def test_every_short_name_that_readme_names_is_one_of_positions_or_options() -> None:
    said = README.partition("and by short ones:")[2].partition(". Each")[0]
    names = re.findall(r"`(\w+)`", said)
    assert len(names) > 15
    known = [tables()[name].fields for name in ("positions", "options")]
    assert [name for name in names if not any(fields.get(name) for fields in known)] == []


# Settings


def test_every_theme_is_named() -> None:
    for theme in THEMES:
        assert f"`{theme.name}`" in README, theme.name
        assert theme.name in text_of(ROOT / "config.example.toml")


def test_the_example_configuration_is_one_without_its_signs_too(tmp_path: Path) -> None:
    example = text_of(ROOT / "config.example.toml")
    # What stands behind a sign and is no sentence.
    whole = re.sub(r'^# (?=\[|"?[\w.-]+"? = )', "", example, flags=re.MULTILINE)
    path = tmp_path / "config.toml"
    path.write_text(whole, encoding="utf-8")
    config = load(path, required=True)
    assert config.ui.theme == "qm-dark"
    assert config.ui.locale == "de_DE"
    assert config.categories
    session = columns.a_session(config.ui.columns, config.keys)
    assert list(complaints(session, [theme.name for theme in THEMES])) == []


def test_the_keys_that_the_documents_configure_are_ids() -> None:
    for path in documents():
        for block in re.findall(r"^```toml\n(.*?)^```", text_of(path), re.DOTALL | re.MULTILINE):
            assert set(tomllib.loads(block).get("keys", {})) <= key_ids.key_ids()


def test_every_page_of_the_program_is_on_a_page_or_behind_one() -> None:
    told = {
        name.rpartition(".")[2]
        for path in documents()
        for kind, name in blocks(text_of(path))
        if kind == "keys"
    }
    pages = {
        owner.__name__
        for owner in owners()
        if issubclass(owner, Page) and not owner.__subclasses__() and keys.own_keys(owner)
    }
    assert sorted(pages - told) == []

"""Paths as they are typed, completed and matched."""

import errno
import os
from pathlib import Path
from typing import NoReturn

import pytest

from qm_tui.ui.file_names import list_matching


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with two statements, a folder and a hidden file."""
    for name in ("flex-2024.xml", "flex-2025.xml", ".secret", "notes.txt"):
        (tmp_path / name).touch()
    (tmp_path / "old").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path


async def test_names_that_begin_as_typed_are_listed(folder: Path) -> None:
    listing = await list_matching(f"{folder}/f")
    assert [entry.name for entry in listing.entries] == ["flex-2024.xml", "flex-2025.xml"]
    assert listing.files == ()


async def test_as_much_is_completed_as_all_names_have_in_common(folder: Path) -> None:
    assert (await list_matching(f"{folder}/f")).completion == f"{folder}/flex-202"
    assert (await list_matching(f"{folder}/flex-202")).completion is None
    assert (await list_matching(f"{folder}/ol")).completion == f"{folder}/old/"


async def test_home_stays_a_tilde(folder: Path) -> None:
    listing = await list_matching("~/n")
    assert listing.completion == "~/notes.txt"
    assert (await list_matching("~/notes.txt")).files == (folder / "notes.txt",)


@pytest.mark.usefixtures("folder")
async def test_a_name_without_a_folder_is_looked_for_here() -> None:
    listing = await list_matching("no")
    assert [entry.typed for entry in listing.entries] == ["notes.txt"]


async def test_a_pattern_means_every_file_it_matches(folder: Path) -> None:
    listing = await list_matching("~/*.xml")
    assert listing.files == (folder / "flex-2024.xml", folder / "flex-2025.xml")


async def test_hidden_files_are_listed_only_when_asked_for(folder: Path) -> None:
    assert ".secret" not in [entry.name for entry in (await list_matching(f"{folder}/")).entries]
    assert [entry.name for entry in (await list_matching(f"{folder}/.")).entries] == [".secret"]


@pytest.mark.parametrize(
    "typed",
    [
        "/no/such/folder/x", "\0", "a\0b/c", "~\0/x", "\ud800/x", "~nobody-here/x", "[", "",
        "x" * 300, "x/" * 3000, "[" * 2000,
    ],
)  # fmt: skip
@pytest.mark.usefixtures("folder")
async def test_what_means_nothing_lists_no_files(typed: str) -> None:
    assert (await list_matching(typed)).files == ()


@pytest.mark.usefixtures("folder")
async def test_a_folder_that_nobody_may_look_into_lists_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(path: str, *_args: object, **_kwargs: object) -> NoReturn:
        raise PermissionError(errno.EACCES, "Permission denied", path)

    # Who runs the tests may be somebody who may look everywhere.
    monkeypatch.setattr(os, "stat", refuse)
    monkeypatch.setattr(os, "listdir", refuse)

    assert (await list_matching("/sealed/flex.xml")).files == ()

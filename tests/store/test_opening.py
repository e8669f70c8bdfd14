"""What happens to a file when it is opened as a store: made private, kept, or left alone."""

import asyncio
import hashlib
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from qm_tui.store.engine import writing_engine
from qm_tui.store.migrate import backup, is_current, prepare
from qm_tui.store.migrations import HEAD
from qm_tui.store.reading.holdings import current_positions
from qm_tui.store.store import Store, open_reader, open_store
from qm_tui.store.troubles import StoreRefused
from tests.builders import a_batch, a_position, a_trade, holds
from tests.conftest import NOW
from tests.store.stores import contents, tell, told, values


def state_of(folder: Path) -> dict[str, str]:
    """The files of a folder with a digest of each."""
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.iterdir()
        if path.is_file()
    }


def dump(path: Path) -> list[str]:
    """All that a database holds, as the statements that would make it."""
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def at_revision(path: Path, revision: str) -> None:
    """Make a store as an older version of the program made it."""
    config = Config()
    config.set_main_option("script_location", "qm_tui:store/migrations")
    config.set_main_option("path_separator", "os")
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    engine.dispose()


async def test_a_new_store_is_for_its_owner_alone(store_path: Path) -> None:
    store = await open_store(store_path, lambda: NOW)
    await tell(store, told(a_batch(a_trade())))

    assert mode(store_path.parent) == 0o700
    assert {mode(path) for path in store_path.parent.iterdir()} == {0o600}
    await store.close()


def test_a_folder_that_is_there_keeps_its_mode(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    prepare(tmp_path / "portfolio.db", NOW)

    assert mode(tmp_path) == 0o755
    assert mode(tmp_path / "portfolio.db") == 0o600


def test_a_store_of_a_newer_version_is_refused_and_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "portfolio.db"
    prepare(path, NOW)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    before = state_of(tmp_path)

    for attempt in (lambda: prepare(path, NOW), lambda: is_current(path)):
        with pytest.raises(StoreRefused, match="newer version of qm-tui \\(schema 9999\\)"):
            attempt()

    assert state_of(tmp_path) == before


def a_text(path: Path) -> None:
    path.write_text("not a database at all, but long enough to be taken for one" * 100)


def a_foreign_database(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")


def a_foreign_database_with_a_log(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE recipes (name TEXT)")


def a_store_without_revision(path: Path) -> None:
    prepare(path, NOW)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DELETE FROM alembic_version")


def a_cut_off_store(path: Path) -> None:
    prepare(path, NOW)
    path.write_bytes(path.read_bytes()[:5000])


@pytest.mark.parametrize(
    "make",
    [
        a_text,
        a_foreign_database,
        a_foreign_database_with_a_log,
        a_store_without_revision,
        a_cut_off_store,
        Path.mkdir,
    ],
    ids=lambda make: make.__name__,
)
def test_what_is_no_store_is_refused_and_not_touched(tmp_path: Path, make: object) -> None:
    path = tmp_path / "portfolio.db"
    make(path)  # type: ignore[operator]
    before = state_of(tmp_path)

    with pytest.raises(StoreRefused, match=r"portfolio\.db"):
        prepare(path, NOW)
    with pytest.raises(StoreRefused, match=r"portfolio\.db"):
        backup(path, tmp_path / "copy.db")

    assert state_of(tmp_path) == before


def test_a_place_where_no_file_can_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(StoreRefused, match="cannot be created"):
        prepare(tmp_path / "file" / "portfolio.db", NOW)


@pytest.mark.parametrize("name", ["a?b=c.db", "a#b.db", "100%25 ü.db", "with space.db"])
async def test_any_name_is_the_name_of_the_file(tmp_path: Path, name: str) -> None:
    store = await open_store(tmp_path / name, lambda: NOW)
    await tell(store, told(a_batch(a_trade())))
    assert len((await contents(store.reader))["trades"]) == 1
    await store.close()

    assert set(state_of(tmp_path)) == {name}


def test_an_older_store_is_copied_before_it_is_brought_up_to_date(tmp_path: Path) -> None:
    path = tmp_path / "portfolio.db"
    at_revision(path, "0001")
    before = dump(path)
    assert not is_current(path)

    saved = prepare(path, NOW)

    assert saved == tmp_path / f"portfolio.before-{HEAD}.20260302T153000.backup.db"
    assert mode(saved) == 0o600
    assert dump(saved) == before
    assert is_current(path)
    assert prepare(path, NOW) is None


async def test_what_an_older_store_knew_is_still_known(tmp_path: Path, store: Store) -> None:
    await tell(store, told(a_batch(a_position(), holds=[holds("positions")])))
    path = tmp_path / "older.db"
    at_revision(path, "0001")
    with closing(sqlite3.connect(path)) as old, old:
        old.execute("ATTACH ? AS new", (str(store.path),))
        for (table,) in old.execute(
            "SELECT name FROM new.sqlite_master WHERE type='table'"
        ).fetchall():
            if table in {"alembic_version", "users"}:
                continue
            listed = ", ".join(
                f'"{row[1]}"' for row in old.execute(f"PRAGMA main.table_info({table})")
            )
            if not listed:
                continue  # a table that came later
            old.execute(f"INSERT INTO main.{table} ({listed}) SELECT {listed} FROM new.{table}")  # noqa: S608

    reader = await open_reader(path, lambda: NOW)
    found = await reader.read(current_positions, dict)
    await reader.close()

    assert values(found, "symbol") == ["AAPL"]


async def test_a_copy_holds_what_was_stored_while_it_was_made(store: Store, tmp_path: Path) -> None:
    await tell(store, told(a_batch(a_trade())))
    copy = tmp_path / "copy.db"

    await asyncio.to_thread(backup, store.path, copy)
    await tell(store, told(a_batch(a_trade(quantity=7))))

    copied = await open_store(copy, lambda: NOW)
    assert len((await contents(copied.reader))["trades"]) == 1
    await copied.close()
    assert mode(copy) == 0o600


async def test_a_copy_never_takes_the_place_of_a_file(store: Store, tmp_path: Path) -> None:
    (tmp_path / "precious.db").write_text("mine")

    with pytest.raises(StoreRefused, match="exists already"):
        backup(store.path, tmp_path / "precious.db")

    assert (tmp_path / "precious.db").read_text() == "mine"


def test_opening_again_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "portfolio.db"
    prepare(path, NOW)
    before = state_of(tmp_path)

    assert prepare(path, NOW) is None
    assert state_of(tmp_path) == before


async def test_an_error_that_is_logged_does_not_say_what_was_written_or_asked_for(
    store: Store, tmp_path: Path
) -> None:
    wrong = text("SELECT 1 FROM nowhere WHERE amount = :amount"), {"amount": "1234567.89"}
    writing = writing_engine(tmp_path / "another.db")

    with pytest.raises(OperationalError) as asked:
        await store.reader.read(lambda connection: connection.execute(*wrong))
    async with writing.connect() as connection:
        with pytest.raises(OperationalError) as written:
            await connection.execute(*wrong)
    await writing.dispose()

    for raised in (asked, written):
        assert "no such table: nowhere" in str(raised.value)
        assert "1234567.89" not in str(raised.value)

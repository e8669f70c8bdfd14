"""Bring a store's schema up to date, safely; refuse what this program must not touch."""

import datetime as dt
import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from qm_tui.store.migrations import HEAD, REVISIONS
from qm_tui.store.sealed import connect
from qm_tui.store.troubles import StoreRefused, in_words

_PRIVATE_FILE = 0o600
_PRIVATE_FOLDER = 0o700


def prepare(path: Path, now: dt.datetime) -> Path | None:
    """Create the store or bring it up to date; return the backup that was made, if one was.

    Raises:
        StoreRefused: the file is no store, or was written by a newer version.
    """
    if not path.exists():
        _create(path)
    revision = _revision(path)
    if revision == HEAD:
        return None
    saved = None
    if revision is not None:
        saved = path.with_name(f"{path.stem}.before-{HEAD}.{now:%Y%m%dT%H%M%S}.backup.db")
        backup(path, saved)
    with in_words(path):
        _upgrade(path)
    return saved


def is_current(path: Path) -> bool:
    """Tell whether the store is there and needs no migration; refuses like `prepare`."""
    return path.exists() and _revision(path) == HEAD


def backup(path: Path, target: Path) -> None:
    """Copy a store while it is in use; the copy is complete and private.

    Raises:
        StoreRefused: there is no store to copy, or the target exists or cannot be written.
    """
    if _revision(path) is None:
        raise StoreRefused(f"{path} is empty; there is nothing to copy.")
    if not target.parent.is_dir():
        raise StoreRefused(f"{target.parent} is no folder; make it first.")
    if target.exists():
        raise StoreRefused(f"{target} exists already; give another name for the backup.")
    # Under another name until it is whole: half a copy must not look like a backup.
    unfinished = target.with_name(f"{target.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    _create_private(unfinished)
    try:
        with (
            in_words(target),
            closing(_connect(path)) as source,
            closing(sqlite3.connect(unfinished)) as copy,
        ):
            source.backup(copy)
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)


def _create(path: Path) -> None:
    """Make an empty store that keeps a write-ahead log from its first moment.

    Turning the log on later is refused at once while another process is at work on the file, so
    two that make the same store together must never see it without.
    """
    new = path.with_name(f".{path.name}.{os.getpid()}.new")
    _create_private(new)
    try:
        with in_words(path), closing(_connect(new)) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
        with suppress(FileExistsError):  # the other one was first, and made the same
            os.link(new, path)
    except OSError as error:
        raise StoreRefused(f"{path} cannot be created: {error.strerror}.") from error
    finally:
        new.unlink(missing_ok=True)


def _create_private(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=_PRIVATE_FOLDER)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, _PRIVATE_FILE))
    except OSError as error:
        raise StoreRefused(f"{path} cannot be created: {error.strerror}.") from error


def _connect(path: Path) -> sqlite3.Connection:
    return connect(path, timeout=60)


def _revision(path: Path) -> str | None:
    """Return the schema's revision, None for an empty file."""
    try:
        with closing(_connect(path)) as connection:
            tables = {
                name
                for (name,) in connection.execute(
                    "SELECT name FROM sqlite_master WHERE type='table'"
                )
            }
            if not tables:
                return None
            if "alembic_version" not in tables:
                raise StoreRefused(f"{path} is an SQLite file, but not a store of this program.")
            rows = connection.execute("SELECT version_num FROM alembic_version").fetchall()
            if not rows:
                raise StoreRefused(f"{path} is not a whole store: it says no schema.")
    except sqlite3.DatabaseError as error:
        raise StoreRefused(f"{path} cannot be read as a store: {error}.") from error
    revision = str(rows[0][0])
    if revision not in REVISIONS:
        raise StoreRefused(
            f"{path} was written by a newer version of qm-tui (schema {revision}); "
            "install that version or newer. The store was not touched."
        )
    return revision


def _upgrade(path: Path) -> None:
    # Late: only a store that has to be changed pays for loading Alembic.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415
    from sqlalchemy import URL, create_engine, event  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", "qm_tui:store/migrations")
    config.set_main_option("path_separator", "os")
    address = URL.create("sqlite", database=str(path))
    engine = create_engine(address, connect_args={"timeout": 60}, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def configure(connection: sqlite3.Connection, _record: object) -> None:
        # With foreign keys on, rebuilding a table deletes the rows that refer to it.
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA foreign_keys=OFF")

    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchmany(3)
            if broken:
                connection.rollback()
                raise StoreRefused(
                    f"{path} could not be brought up to date: rows in "
                    f"{sorted({row[0] for row in broken})} refer to rows that are missing. "
                    "The store was left as it was."
                )
            connection.commit()
    finally:
        engine.dispose()

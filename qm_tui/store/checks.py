"""Whether a store is whole: the file, the references, the documents, and what facts rest on."""

import hashlib
import zlib
from collections.abc import Iterator

from sqlalchemy import Connection, func, select

from qm_tui.store.schema.activity import FACT_TABLES, fact_versions
from qm_tui.store.schema.sync import raw_blocks, raw_documents


def problems(connection: Connection) -> Iterator[str]:
    """Yield a sentence for everything that is not as it should be; nothing when all is well."""
    for (answer,) in connection.exec_driver_sql("PRAGMA integrity_check"):
        if answer != "ok":
            yield f"the file is damaged: {answer}"
    for table, row, parent, _ in connection.exec_driver_sql("PRAGMA foreign_key_check"):
        yield f"row {row} of {table} refers to a row of {parent} that is missing"
    yield from _documents(connection)
    yield from _versions(connection)


def _documents(connection: Connection) -> Iterator[str]:
    for document in connection.execute(select(raw_documents)).all():
        digest = hashlib.sha256()
        blocks = connection.execute(
            select(raw_blocks.c.data)
            .where(raw_blocks.c.document_id == document.id)
            .order_by(raw_blocks.c.offset)
        )
        try:
            for (data,) in blocks:
                digest.update(zlib.decompress(data))
        except zlib.error as error:
            yield f"document {document.id} ({document.name}) cannot be unpacked: {error}"
            continue
        if digest.hexdigest() != document.sha256:
            yield f"document {document.id} ({document.name}) is not what was read"


def _versions(connection: Connection) -> Iterator[str]:
    for table in FACT_TABLES.values():
        versions = (
            select(func.count())
            .select_from(fact_versions)
            .where(fact_versions.c.fact_table == table.name, fact_versions.c.fact_id == table.c.id)
            .scalar_subquery()
        )
        lost = connection.scalar(
            select(func.count()).select_from(table).where(table.c.restated == 1, versions < 1)
        )
        if lost:
            yield f"{lost} rows of {table.name} were restated, but their versions are missing"


def sizes(connection: Connection) -> dict[str, int]:
    """Return how many facts of each kind there are."""
    return {
        name: int(connection.scalar(select(func.count()).select_from(table)) or 0)
        for name, table in FACT_TABLES.items()
    }


def found_problems(connection: Connection) -> list[str]:
    """Return all problems."""
    return list(problems(connection))

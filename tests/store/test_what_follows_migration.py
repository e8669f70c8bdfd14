"""A store of an older version derives itself: everything in it is marked."""

import sqlite3
from contextlib import closing
from pathlib import Path

from qm_tui.store.migrate import prepare
from qm_tui.store.store import Store, open_store
from tests.book.following import derived, following, marks, quantities, rebuilt
from tests.builders import (
    a_batch,
    a_cash_transaction,
    a_corporate_action,
    a_position,
    a_trade,
    a_transfer,
    a_transfer_lot,
    an_equity,
)
from tests.conftest import NOW
from tests.store.stores import tell, told
from tests.store.test_opening import at_revision

LATER = {
    "booking_state", "booking_groups", "booking_group_members", "tax_lots", "realized_gains",
    "lot_adjustments", "booking_findings", "alembic_version", "users",
}  # fmt: skip


async def test_an_older_store_with_rows_is_brought_up_to_date_and_derives_itself(
    store: Store, tmp_path: Path
) -> None:
    def of(symbol: str) -> dict[str, object]:
        return {"instrument": an_equity(symbol)}

    await tell(
        store,
        told(
            a_batch(a_trade(**of("A")), a_trade(**of("A"), quantity=-40, trade_date="2024-05-01")),
            a_batch(a_transfer(**of("B"))),
            a_batch(a_transfer_lot(**of("C"))),
            a_batch(a_cash_transaction(**of("D"))),
            a_batch(a_corporate_action(**of("E"))),
            a_batch(a_position(**of("F"))),
        ),
    )
    older = tmp_path / "older.db"
    at_revision(older, "0002")
    with closing(sqlite3.connect(older)) as old, old:
        old.execute("ATTACH ? AS new", (str(store.path),))
        tables = old.execute("SELECT name FROM main.sqlite_master WHERE type='table'").fetchall()
        for (table,) in tables:
            if table not in LATER:
                listed = ", ".join(
                    f'"{row[1]}"' for row in old.execute(f"PRAGMA main.table_info({table})")
                )
                old.execute(f"INSERT INTO main.{table} ({listed}) SELECT {listed} FROM new.{table}")  # noqa: S608
        # One mark is there from before: it stays, and is not made twice.
        old.execute("DELETE FROM dirty_marks WHERE instrument_id > 1")
        marked_at = old.execute("SELECT marked_at FROM dirty_marks").fetchone()

    prepare(older, NOW)

    with closing(sqlite3.connect(older)) as now:
        assert now.execute("SELECT marked_at FROM dirty_marks LIMIT 1").fetchone() == marked_at
        assert now.execute("SELECT DISTINCT generation FROM dirty_marks").fetchall() == [(1,)]
        assert now.execute("SELECT generation FROM booking_state").fetchall() == [(1,)]
    opened = await open_store(older, lambda: NOW)
    assert await marks(opened.reader) == 5
    await derived(opened)
    assert quantities(await following(opened.reader))[0] == "A 60"
    assert (await rebuilt(opened)).differences == []
    assert await marks(opened.reader) == 0
    await opened.close()

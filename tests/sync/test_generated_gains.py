"""Gains as a broker tells them, who counts losses that it disallows or does not."""

from decimal import Decimal
from pathlib import Path

from sqlalchemy import Connection, text

from benchmarks.flex_generator import write_statement
from qm_tui.store.store import Store
from tests.book.reconciled import breaks, reconciled
from tests.sync.scripted import an_importer

_CLOSINGS = """
    SELECT t.quantity, t.realized_pnl, g.view, g.gain, g.wash_in_basis
    FROM realized_gains AS g JOIN trades AS t ON t.id = g.closing_id
    WHERE g.closing_table = 'trades' AND g.view IN ('broker', 'economic') ORDER BY t.id
"""


def _told_without_wash_sales(connection: Connection) -> set[bool]:
    """Say of which sides gains were told that are ours only where no loss is disallowed."""
    rows = connection.execute(text(_CLOSINGS)).all()
    told = [one for one in rows if one.view == "broker" and Decimal(one.wash_in_basis or 0)]
    return {Decimal(one.quantity) > 0 for one in told}


async def test_gains_told_without_disallowed_losses_agree_long_and_short(
    store: Store, tmp_path: Path
) -> None:
    path = tmp_path / "statement.xml"
    write_statement(path, executions=250, accounts=1, instruments=8, seed=6, details=True)
    [_ async for _ in an_importer(store).import_files([path])]

    await reconciled(store)

    assert await breaks(store) == []
    assert await store.reader.read(_told_without_wash_sales) == {True, False}

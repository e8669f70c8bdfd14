"""A row too many or too few in an export of Tastytrade: told beside the broker's positions."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from qm_tui.brokers.registry import recognize
from qm_tui.store.store import Store
from qm_tui.sync.service import Importer
from tests.book.reconciled import breaks, reconciled, told_of
from tests.brokers.tastytrade.histories import ACCOUNT, NEW
from tests.builders import a_batch, a_position, an_equity, holds
from tests.conftest import NOW
from tests.store.stores import tell, told

SEEN = NOW - dt.timedelta(hours=1)
XYZ = an_equity("XYZ")


def row(day: str, action: str, quantity: int, price: int) -> str:
    """A trade of shares as the present exports have it."""
    sign, verb = (-1, "Bought") if action.startswith("BUY") else (1, "Sold")
    words = action.replace("_", " ").title().replace(" To ", " to ")
    return (
        f"{day}T15:57:13+0200,Trade,{words},{action},XYZ,Equity,{verb} {quantity} XYZ @ {price}.00,"
        f"{sign * quantity * price}.00,{quantity},{sign * price}.00,0.00,-0.10,,,,,,,"
        f"{day[-2:]}41,USD"
    )


FIRST = row("2026-01-12", "BUY_TO_OPEN", 100, 20)
SECOND = row("2026-01-20", "BUY_TO_OPEN", 50, 21)
SALE = row("2026-02-03", "SELL_TO_CLOSE", 30, 22)


@pytest.mark.parametrize(
    ("rows", "difference", "cause"),
    [
        ([FIRST, SECOND, SALE], None, None),
        ([FIRST, SECOND, SECOND, SALE], "-50", "duplicate_import"),
        # Nobody says that the account is older than the export, which opens what is held.
        ([FIRST, SALE], "50", "missing_trade"),
        ([FIRST, SECOND], "-30", "missing_trade"),
    ],
    ids=["clean", "twice", "no purchase", "no sale"],
)
async def test_a_planted_row_is_told_with_its_cause(
    store: Store, tmp_path: Path, rows: Sequence[str], difference: str | None, cause: str | None
) -> None:
    path = tmp_path / "export.csv"
    path.write_text(NEW + "".join(f"{one}\n" for one in rows))
    importer = Importer(store.writer, recognize, ZoneInfo("America/New_York"))
    [_ async for _ in importer.import_files([path], account=ACCOUNT)]
    position = a_position(
        account=ACCOUNT, instrument=XYZ, quantity=120, cost_basis=None, as_of=SEEN
    )
    answer = a_batch(
        position, section="positions", holds=[holds("positions", account=ACCOUNT, as_of=SEEN)]
    )
    await tell(store, told(answer, at=SEEN, broker="tastytrade"))

    await reconciled(store)

    found = [one for one in told_of(await breaks(store)) if one[0] == "quantity"]
    assert [one[2:] for one in found] == ([(difference, cause)] if cause else [])
    assert bool(await breaks(store)) == bool(cause)

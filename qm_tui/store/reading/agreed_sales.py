"""Sales of more than is known to be held, and until when a broker's positions explain them."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping
from decimal import Decimal

from sqlalchemy import Connection, select

from qm_tui.domain.booking.words import FindingKind
from qm_tui.store.reading.agreed_days import DAYS, Place, agreed_days, goes_below
from qm_tui.store.reading.booking_rows import Rows, column
from qm_tui.store.reading.parts import parts
from qm_tui.store.schema.activity import trades
from qm_tui.store.schema.derived import booking_findings
from qm_tui.store.schema.instruments import instruments

_PLACES = {
    table: tuple(column(table, name) for name in ("account_id", "instrument_id", day, "quantity"))
    for table, day in DAYS.items()
}
_SAID = column("trades", "open_close")
_ZERO = Decimal(0)


def agreed_of(
    connection: Connection, groups: Mapping[int, Rows], same: Mapping[int, int]
) -> dict[int, dict[Place, dt.date]]:
    """Return by group until when positions agreed, of holdings sold below nothing.

    Args:
        connection: of the store.
        groups: root → its rows, which were read already.
        same: instrument → what stands for it, where that is another one.
    """
    doubtful = {place: root for root, rows in groups.items() for place in _sold_below(rows, same)}
    found: dict[int, dict[Place, dt.date]] = defaultdict(dict)
    for place, day in agreed_days(connection, doubtful).items():
        found[doubtful[place]][place] = day
    return found


def _sold_below(rows: Rows, same: Mapping[int, int]) -> list[Place]:
    """Return the holdings of which more is sold than is there, and nobody says that it opens."""
    account, instrument, _, sold = _PLACES["trades"]
    unsaid = {
        (row[account], same.get(row[instrument], row[instrument]))
        for row in rows.get("trades", ())
        if row[_SAID] is None and row[sold].startswith("-")
    }
    if not unsaid:
        return []
    changes: dict[Place, dict[str, tuple[Decimal, Decimal]]] = {place: {} for place in unsaid}
    for table, (who, what, when, size) in _PLACES.items():
        for row in rows.get(table, ()):
            place = (row[who], same.get(row[what], row[what]))
            if place in changes and row[size] is not None:
                out, into = changes[place].get(row[when], (_ZERO, _ZERO))
                moved = Decimal(row[size])
                if moved < 0:
                    changes[place][row[when]] = (out + moved, into)
                else:
                    changes[place][row[when]] = (out, into + moved)
    return [place for place, days in changes.items() if goes_below(days)]


def settled_by_positions(connection: Connection, accounts: Collection[int]) -> set[Place]:
    """Return what was derived with a hole before a sale, and has none as positions are by now."""
    f, t, i = booking_findings.c, trades.c, instruments.c
    days: dict[Place, dt.date] = {}
    for part in parts(accounts):
        rows = connection.execute(
            select(f.account_id, i.id, i.same_as_id, f.day)
            .join_from(booking_findings, trades, t.id == f.fact_id)
            .join(instruments, i.id == t.instrument_id)
            .where(
                f.kind == FindingKind.MISSING_HISTORY.value, f.fact_table == "trades",
                f.account_id.in_(part), t.open_close.is_(None), t.quantity < _ZERO,
            )
        )  # fmt: skip
        for account, instrument, same, day in rows:
            place = (account, same or instrument)
            days[place] = min(day, days.get(place, day))
    return {place for place, until in agreed_days(connection, days).items() if days[place] <= until}

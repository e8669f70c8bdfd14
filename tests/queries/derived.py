"""Derived rows as deriving writes them, for who only reads them."""

import datetime as dt
from decimal import Decimal
from typing import Any

from sqlalchemy import Engine, Table, create_engine, func, insert, select

from qm_tui.store.schema.accounts import accounts
from qm_tui.store.schema.activity import trades
from qm_tui.store.schema.booking import booking_groups
from qm_tui.store.schema.derived import booking_findings, lot_adjustments, realized_gains, tax_lots
from qm_tui.store.schema.instruments import instruments
from qm_tui.store.store import Store
from tests.builders import a_batch, a_trade, an_account
from tests.conftest import NOW
from tests.store.stores import tell, told

FIRST, SECOND = "U1234567", "U2"


def _value(column: Any, value: Any) -> Any:
    kind = column.type.__class__.__name__
    if kind == "ExactDecimal" and isinstance(value, int | str):
        return Decimal(value)
    if kind == "Date" and isinstance(value, str):
        return dt.date.fromisoformat(value)
    return value


class Derived:
    """Writes what followed from a fill of each of two accounts, one of them an IRA's."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def lot(self, **changes: Any) -> None:
        """An open lot of 100 for 1,000 since 2025-01-02."""
        self._add(
            tax_lots,
            {
                "number": self._next(tax_lots), "quantity": 100, "cost_basis": 1000,
                "tax_cost_basis": 1000, "basis_status": "known", "acquisition_date": "2025-01-02",
                "holding_start": "2025-01-02", "origin": "purchase", "wash_adjustment": 0,
                "tax_wash_adjustment": 0, "section_1256": 0, "in_transit": 0,
            },
            "fact", changes,
        )  # fmt: skip

    def gain(self, **changes: Any) -> None:
        """A short-term gain of 50 on 2025-06-02; tax amounts follow unless given."""
        row = {
            "number": self._next(realized_gains), "quantity": 10, "proceeds": 150,
            "cost_basis": 100, "gain": 50, "wash_disallowed": 0, "permanent_disallowed": 0,
            "wash_in_basis": 0, "acquisition_date": "2025-01-02", "holding_start": "2025-01-02",
            "disposition_date": "2025-06-02", "term": "short", "closing": "sale",
            "method": "fifo", "basis_status": "known", "lot_number": 1,
        } | changes  # fmt: skip
        for name in ("proceeds", "cost_basis", "gain", "wash_disallowed"):
            row.setdefault(f"tax_{name}", row[name])
        self._add(realized_gains, {}, "closing", row)

    def adjustment(self, **changes: Any) -> None:
        """A loss of 20 of gain 1 that went to lot 2."""
        row = {
            "kind": "wash_sale", "day": "2025-06-10", "gain_number": 1, "lot_number": 2,
            "quantity": 10, "amount": 20, "tax_amount": 20,
        }  # fmt: skip
        self._add(lot_adjustments, row, None, changes)

    def finding(self, **changes: Any) -> None:
        """Ten shares more sold than were bought, on 2025-06-02."""
        row = {"kind": "missing_history", "day": "2025-06-02", "quantity": 10, "detail": None}
        self._add(booking_findings, row, "fact", changes)

    def _next(self, table: Table) -> int:
        with self._engine.connect() as connection:
            return (connection.scalar(select(func.max(table.c.number))) or 0) + 1

    def _add(
        self, table: Table, usual: dict[str, Any], fact: str | None, changes: dict[str, Any]
    ) -> None:
        given = dict(changes)
        account = given.pop("account", FIRST)
        with self._engine.begin() as connection:
            row: dict[str, Any] = {"group_id": 1, "view": "every"} | usual
            if "account_id" in table.c:
                row["account_id"] = connection.scalar(
                    select(accounts.c.id).where(accounts.c.number == account)
                )
                row["instrument_id"] = connection.scalar(select(func.min(instruments.c.id)))
            if "currency" in table.c:
                row["currency"] = "USD"
            if fact is not None:
                row |= {f"{fact}_table": "trades"}
                row[f"{fact}_id"] = connection.scalar(select(func.min(trades.c.id)))
            row |= given
            values = {name: _value(table.c[name], value) for name, value in row.items()}
            connection.execute(insert(table).values(**values))


async def derived_in(store: Store) -> Derived:
    """A store with two accounts, the second an IRA, a stock, and a group that was booked."""
    await tell(
        store,
        told(
            a_batch(an_account(FIRST), an_account(SECOND, tax_treatment="ira")),
            a_batch(a_trade(account=FIRST, document_row=3), a_trade(account=SECOND)),
        ),
    )
    engine = create_engine(f"sqlite:///{store.path}")
    with engine.begin() as connection:
        root = connection.scalar(select(func.min(instruments.c.id)))
        connection.execute(
            insert(booking_groups).values(
                id=1, taxpayer="me", root_instrument_id=root, generation=1, derived_at=NOW
            )
        )
    return Derived(engine)

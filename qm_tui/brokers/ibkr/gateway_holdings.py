"""What the gateway has said is held and owned, as batches: complete ones, or none at all."""

import asyncio
import dataclasses
import datetime as dt
from collections.abc import Collection, Iterator
from decimal import Decimal
from typing import Any

from qm_tui.brokers.ibkr.gateway_instruments import GatewayInstruments
from qm_tui.brokers.ibkr.gateway_library import IB
from qm_tui.brokers.ibkr.gateway_numbers import BadRow
from qm_tui.brokers.ibkr.gateway_records import (
    balances_of,
    exchange_rates,
    latest_balances,
    pnl_balances,
    position_of,
)
from qm_tui.domain.batches import Batch, Holds
from qm_tui.domain.records import Balance, Position
from qm_tui.domain.words import Section

_ROWS_AT_ONCE = 100
"""Records made before the event loop turns: some 5 ms."""

Row = Any
_Rates = dict[tuple[str, str], Decimal]
_Made = tuple[Row, Row | None, Decimal | None, Position]


class Holdings:
    """Positions and account values as the library keeps them, and which of them are known whole.

    The library replaces a row by another object when it changes: what was made of a row stands for
    as long as the row is the same object.
    """

    def __init__(self, ib: IB, instruments: GatewayInstruments) -> None:
        self._ib = ib
        self._instruments = instruments
        self.with_profits: set[str] = set()
        """Accounts whose profit and loss was told, be it only that there is none."""
        ib.pnlEvent.connect(self._note_profit)
        self._made: dict[tuple[str, int], _Made] = {}
        self.value_requests: dict[str, int] = {}
        """Accounts whose values are pushed, and under which request."""
        self.whole_positions = False
        """The gateway said that these are all, of all accounts, on this connection."""
        self.not_ready: set[str] = set()
        """Accounts that were not when they were asked for last: ask again when they are."""
        self.whole_values: set[str] = set()
        """Accounts of which it said that these are all values."""

    def _note_profit(self, profit: Row) -> None:
        self.with_profits.add(profit.account)

    def contracts(self) -> dict[int, Any]:
        """Return the contracts of what is held, by id."""
        return {
            conid: row.contract
            for rows in list(self._ib.wrapper.positions.values())
            for conid, row in list(rows.items())
            if conid
        }

    def accounts(self) -> set[str]:
        """Return the accounts that hold something."""
        return {name for name, rows in list(self._ib.wrapper.positions.items()) if rows}

    def told(self) -> list[Row]:
        """Return the rows there are: to tell later which of them were not said again."""
        wrapper = self._ib.wrapper
        return [
            row
            for rows in (*wrapper.positions.values(), *wrapper.portfolio.values())
            for row in rows.values()
        ]

    def forget_unnamed(self, answer: Collection[Row], before: Collection[Row]) -> None:
        """Drop what a complete answer did not name: it was closed while nobody was told.

        Args:
            answer: what was named.
            before: the rows there were before it was asked for. Others came since: they stand,
                whether they came in the answer or behind its end.
        """
        named = {(row.account, row.contract.conId) for row in answer}
        old = set(map(id, before))
        for rows in (self._ib.wrapper.positions, self._ib.wrapper.portfolio):
            for account, held in rows.items():
                for conid, row in list(held.items()):
                    if (account, conid) not in named and id(row) in old:
                        del held[conid]

    def contradicted(self, account: str) -> list[str]:
        """Name what is in the portfolio of an account and not among its positions."""
        held = self._ib.wrapper.positions.get(account, {})
        rows = self._ib.wrapper.portfolio.get(account, {})
        return [
            item.contract.localSymbol or item.contract.symbol or str(conid)
            for conid, item in list(rows.items())
            if conid not in held
        ]

    def unready(self) -> set[str]:
        """Return the accounts of which the gateway says that it does not know them yet."""
        return {
            value.account
            for value in list(self._ib.wrapper.accountValues.values())
            if value.tag == "AccountReady" and value.value.strip().lower() == "false"
        }

    # --- positions -----------------------------------------------------------------------------

    async def positions(self, as_of: dt.datetime) -> tuple[list[Position], list[BadRow]]:
        """Return what is held, in pieces small enough that no key waits."""
        found: list[Position] = []
        bad: list[BadRow] = []
        rates = self._rates()
        for number, (row, item) in enumerate(self._rows(), start=1):
            try:
                found.append(self._position(row, item, rates, as_of))
            except BadRow as error:
                bad.append(error)
            if not number % _ROWS_AT_ONCE:
                await asyncio.sleep(0)
        return found, bad

    def snapshot_positions(self, accounts: Collection[str], as_of: dt.datetime) -> Batch | None:
        """Return what is held now; None when that is not known whole."""
        if not self.whole_positions:
            return None
        rates = self._rates()
        try:
            found = tuple(
                self._position(row, item, rates, as_of) for row, item in self._rows()
            )  # fmt: skip
        except BadRow:
            return None
        return Batch(
            section=Section.POSITIONS,
            records=found,
            holds=holds_of(Section.POSITIONS, {*accounts, *self.accounts()}, as_of),
        )

    def _rates(self) -> _Rates:
        return dict(exchange_rates(self._ib.wrapper.accountValues.values()))

    def _rows(self) -> Iterator[tuple[Row, Row | None]]:
        """Go through positions with their portfolio rows; more may come meanwhile."""
        positions, portfolio = self._ib.wrapper.positions, self._ib.wrapper.portfolio
        for account in list(positions):
            items = portfolio.get(account, {})
            for conid, row in list(positions[account].items()):
                yield row, items.get(conid)
        if self.whole_positions:
            return
        # A portfolio row tells of a holding too, where the position's own row was lost.
        for account in list(portfolio):
            held = positions.get(account, {})
            for conid, item in list(portfolio[account].items()):
                if conid not in held:
                    yield item, item

    def _position(
        self, row: Row, item: Row | None, rates: _Rates, as_of: dt.datetime
    ) -> Position:  # fmt: skip
        key = (row.account, row.contract.conId)
        rate = rates.get((row.account, row.contract.currency))
        made = self._made.get(key)
        if made is not None and made[0] is row and made[1] is item and made[2] == rate:
            return dataclasses.replace(made[3], as_of=as_of)
        found = position_of(row, item, as_of, self._instruments.of, rate)
        self._made[key] = (row, item, rate, found)
        return found

    def renew_instruments(self) -> None:
        """Make all records anew: more is known of what is held."""
        self._made.clear()

    # --- account values ------------------------------------------------------------------------

    def balances(self, as_of: dt.datetime) -> list[Balance]:
        """Return the values of all accounts; of what is pushed twice what is pushed sooner."""
        values = list(self._ib.wrapper.accountValues.values())
        return latest_balances(balances_of(values, as_of), self.profits(as_of))

    def profits(self, as_of: dt.datetime) -> list[Balance]:
        """Return the profit and loss of accounts, as far as it has come."""
        return list(pnl_balances(list(self._ib.wrapper.reqId2PnL.values()), as_of))

    def snapshot_balances(self, as_of: dt.datetime) -> Batch | None:
        """Return the values of those accounts that are known whole; None when none is."""
        if not self.whole_values:
            return None
        return Batch(
            section=Section.BALANCES,
            records=tuple(
                one for one in self.balances(as_of) if one.account in self.whole_values
            ),
            holds=holds_of(Section.BALANCES, self.whole_values, as_of),
        )  # fmt: skip


def holds_of(section: Section, accounts: Collection[str], as_of: dt.datetime) -> tuple[Holds, ...]:
    """Say that a batch holds all of a section of these accounts."""
    return tuple(
        Holds(account=account, section=section, as_of=as_of) for account in sorted(accounts)
    )

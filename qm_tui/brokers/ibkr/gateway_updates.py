"""What the gateway pushes, coalesced: handlers only mark, `drain` makes the latest records."""

import datetime as dt
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice
from typing import Any, TypeVar

from qm_tui.brokers.ibkr.gateway_fills import FillWatch
from qm_tui.brokers.ibkr.gateway_instruments import GatewayInstruments
from qm_tui.brokers.ibkr.gateway_numbers import BadRow, exact
from qm_tui.brokers.ibkr.gateway_records import (
    BASE,
    balances_of,
    exchange_rates,
    pnl_balances,
    position_of,
)
from qm_tui.domain.batches import Batch, RefusedRow
from qm_tui.domain.records import Balance, Position, Record, Trade
from qm_tui.domain.words import Section

_REMEMBERED = 1000

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")
_Holding = tuple[str, int]
"""An account's number and a contract id."""

# The client library's classes are untyped for us (it is imported late): only attributes are used.
Row = Any


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateSettings:
    """How often what was pushed is handed on. Seconds, unless said otherwise."""

    shortest_interval: float = 0.05
    largest_share: float = 0.2
    """Of the time, at most, that goes into making records."""
    largest_piece: int = 400
    """Records made in one go, so that no key waits."""
    commissions_every: float = 0.5
    """How often late commissions are looked for: nothing announces them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushed:
    """Pieces of an `Update`."""

    records: tuple[Record, ...] = ()
    changed: tuple[Batch, ...] = ()
    resync: bool = False
    """Rows came that no complete answer stands behind: everything should be pulled again."""

    def __bool__(self) -> bool:
        return bool(self.records or self.changed or self.resync)


_NOTHING = Pushed()


@dataclass(slots=True)
class _Found:
    """What one drain gathers."""

    records: list[Record] = field(default_factory=list)
    positions: list[Position] = field(default_factory=list)
    trades: list[Trade] = field(default_factory=list)
    bad: list[BadRow] = field(default_factory=list)
    resync: bool = False


class PushedUpdates:
    """Listens to one connection. Make and `start` it before connecting, so that nothing is missed.

    An account's positions are handed on only once it is said what it holds (`holds`, `doubts`):
    before, its rows are those of the answer that is being waited for.
    """

    def __init__(
        self, ib: Any, instruments: GatewayInstruments, settings: UpdateSettings = UpdateSettings()
    ) -> None:
        self._ib = ib
        self._instruments = instruments
        self._settings = settings
        self._rows: dict[_Holding, Row] = {}
        """Positions and portfolio rows, the latest of each holding."""
        self._parked: dict[_Holding, Row] = {}
        """The same of accounts of which no complete answer is known."""
        self._values: dict[tuple[str, str, str, str], Row] = {}
        self._profits: dict[str, Row] = {}
        self._held: dict[str, dict[int, Decimal]] = {}
        self._doubted: set[str] = set()
        """Accounts whose last answer was not complete."""
        self._resized: dict[_Holding, Position] = {}
        """What was told last of holdings whose quantity changed since the last answer."""
        self._asked: set[str] = set()
        """Accounts for which another pull was asked for since."""
        self._rates: dict[tuple[str, str], Decimal] = {}
        self._with_profit: set[str] = set()
        self._said_bad: set[tuple[str, str, str]] = set()
        self._fills = FillWatch(ib, instruments)
        self._due = 0.0
        self._commissions_due = 0.0
        self._hooks = self._handlers()

    def _handlers(self) -> list[tuple[Any, Callable[[Any], None]]]:
        """Make the handlers: closures that do no more than note the row they get.

        Tens of thousands of rows may come in a second, and the client library's own work on each is
        a few microseconds for an account value: what is added here has to vanish beside it.
        """
        rows, values, profits = self._rows, self._values, self._profits

        def row(said: Row) -> None:
            rows[said.account, said.contract.conId] = said

        def value(said: Row) -> None:
            values[said.account, said.tag, said.currency, said.modelCode] = said

        def profit(said: Row) -> None:
            profits[said.account] = said

        return [
            (self._ib.positionEvent, row),
            (self._ib.updatePortfolioEvent, row),
            (self._ib.accountValueEvent, value),
            (self._ib.pnlEvent, profit),
        ]

    def start(self) -> None:
        """Hook the library's events."""
        for event, handler in self._hooks:
            event.connect(handler)

    def stop(self) -> None:
        """Unhook them; may be called twice."""
        for event, handler in self._hooks:
            event.disconnect(handler)
        self._hooks = []

    def subscribe_pnl(self, accounts: Sequence[str]) -> None:
        """Ask for the profit and loss of each account to be pushed, where that was not done."""
        for account in accounts:
            # The library asserts that nobody asks twice.
            if (account, "") not in self._ib.wrapper.pnlKey2ReqId:
                self._ib.reqPnL(account)

    def holds(
        self, account: str, positions: Iterable[Position], as_of: dt.datetime | None = None
    ) -> None:
        """Take over what a complete answer said an account holds: changes are seen against it.

        Args:
            account: its number.
            positions: of this and of other accounts.
            as_of: of the answer: what was told since holds against it.
        """
        held: dict[int, Decimal] = {}
        for position in positions:
            conid = position.instrument.identifiers.conid
            if position.account == account and conid is not None and position.quantity:
                held[int(conid)] = position.quantity
        for key in [key for key in self._resized if key[0] == account]:
            later = self._resized.pop(key)
            if as_of is not None and later.as_of > as_of:
                held[key[1]] = later.quantity
        self._doubted.discard(account)
        self._begin(account, held)

    def doubts(self, account: str) -> None:
        """Take over that the answer about an account's positions was not complete.

        What it did name is followed. Anything else that comes may be a late part of that answer:
        it is not told, it asks for another pull.
        """
        rows = [
            *self._ib.wrapper.portfolio.get(account, {}).values(),
            *self._ib.wrapper.positions.get(account, {}).values(),
        ]
        quantities = {row.contract.conId: exact(row.position) for row in rows}
        self._doubted.add(account)
        self._begin(account, {conid: size for conid, size in quantities.items() if size})

    def _begin(self, account: str, held: dict[int, Decimal]) -> None:
        self._held[account] = held
        self._asked.discard(account)
        self._rates |= exchange_rates(self._ib.wrapper.accountValues.values())
        for key in [key for key in self._parked if key[0] == account]:
            self._rows.setdefault(key, self._parked.pop(key))

    def told(self, fills: Iterable[Any]) -> None:
        """Take over which fills (the library's) a pull handed on."""
        self._fills.told(fills)

    @property
    def pending(self) -> bool:
        """Whether there is something to hand on."""
        return bool(
            self._rows
            or self._values
            or self._profits
            or self._fills.has_news
            or (self._fills.waits and time.monotonic() >= self._commissions_due)
        )

    def drain(self, now: dt.datetime) -> Pushed:
        """Return the latest of what changed: at most `largest_piece` records, the rest next time.

        Nothing comes before it is time: so the making of records takes its share and no more,
        however often this is called.
        """
        started = time.monotonic()
        if started < self._due or not self.pending:
            return _NOTHING
        found = _Found()
        piece = self._settings.largest_piece
        self._drain_fills(found, started, piece)
        self._drain_values(found, now, piece)
        self._drain_rows(found, now, piece)
        spent = time.monotonic() - started
        rest = spent / self._settings.largest_share - spent
        self._due = started + spent + max(rest, self._settings.shortest_interval)
        return Pushed(
            records=tuple(found.records), changed=self._batches(found), resync=found.resync
        )

    def _drain_fills(self, found: _Found, started: float, piece: int) -> None:
        if not self._fills.has_news and started < self._commissions_due:
            return
        self._commissions_due = started + self._settings.commissions_every
        for trade in self._fills.fills(piece):
            if isinstance(trade, BadRow):
                found.bad.append(trade)
            else:
                found.trades.append(trade)

    def _drain_values(self, found: _Found, now: dt.datetime, piece: int) -> None:
        profits = _taken(self._profits, piece)
        balances = list(pnl_balances(profits, now))
        self._with_profit |= {balance.account for balance in balances}
        values = _taken(self._values, piece)
        self._rates |= exchange_rates(values)
        found.records += balances
        found.records += (one for one in balances_of(values, now) if not self._is_doubled(one))

    def _is_doubled(self, balance: Balance) -> bool:
        """Tell whether the stream of profit and loss says the same, only sooner."""
        return (
            balance.currency == BASE
            and balance.tag in {"UnrealizedPnL", "RealizedPnL"}
            and balance.account in self._with_profit
        )

    def _drain_rows(self, found: _Found, now: dt.datetime, piece: int) -> None:
        for row in _taken(self._rows, piece):
            held = self._held.get(row.account)
            if held is None or self._is_late(row, held):
                self._parked[row.account, row.contract.conId] = row
                if held is not None and row.account not in self._asked:
                    self._asked.add(row.account)
                    found.resync = True
                continue
            try:
                self._follow(self._position(row, now), row, held, found)
            except BadRow as bad:
                found.bad.append(bad)

    def _is_late(self, row: Row, held: Mapping[int, Decimal]) -> bool:
        """Tell whether a row may belong to an answer that did not come whole."""
        if row.account not in self._doubted or row.contract.conId in held:
            return False
        return bool(exact(row.position))

    def _follow(
        self, position: Position, row: Row, held: dict[int, Decimal], found: _Found
    ) -> None:
        conid = row.contract.conId
        before = held.get(conid, _ZERO)
        if position.quantity != before:
            found.positions.append(position)
            self._resized[row.account, conid] = position
            held[conid] = position.quantity
        if position.quantity or before:
            found.records.append(position)
        if not position.quantity:
            held.pop(conid, None)
            # The library keeps the former portfolio row of an account that is not its turn.
            self._ib.wrapper.portfolio.get(row.account, {}).pop(conid, None)

    def _position(self, row: Row, now: dt.datetime) -> Position:
        item = row
        if not hasattr(row, "marketPrice"):
            rows: Mapping[int, Row] = self._ib.wrapper.portfolio.get(row.account, {})
            item = rows.get(row.contract.conId)
        rate = self._rates.get((row.account, row.contract.currency))
        return position_of(row, item, now, self._instruments.of, rate)

    def _batches(self, found: _Found) -> tuple[Batch, ...]:
        refused = self._refused(found.bad)
        batches: list[Batch] = []
        for section, records in (
            (Section.POSITIONS, tuple(found.positions)),
            (Section.TRADES, tuple(found.trades)),
        ):
            bad = tuple(
                row
                for row in refused
                if (row.section == Section.TRADES) is (section is Section.TRADES)
            )
            if records or bad:
                batches.append(
                    Batch(
                        section=section, records=records, refused=bad,
                        amends=section is Section.POSITIONS,
                    )
                )  # fmt: skip
        return tuple(batches)

    def _refused(self, bad: Iterable[BadRow]) -> list[RefusedRow]:
        """Return what cannot be read, each once: it is pushed again and again."""
        found: list[RefusedRow] = []
        for row in bad:
            said = (row.section, row.field, row.text)
            if said not in self._said_bad and len(self._said_bad) < _REMEMBERED:
                self._said_bad.add(said)
                found.append(row.refused())
        return found


_ZERO = Decimal(0)


def _taken(marked: dict[_Key, _Value], at_most: int) -> list[_Value]:
    """Take what waits longest; what comes again meanwhile keeps its place."""
    return [marked.pop(key) for key in list(islice(marked, at_most))]

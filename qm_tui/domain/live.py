"""The latest of what brokers push: one value a holding, an account value or an instrument.

Ticks are not kept. What is stored is a snapshot now and then; what is shown is the later of both.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from qm_tui.domain.batches import Batch
from qm_tui.domain.instruments import Crypto, Instrument
from qm_tui.domain.records import Balance, Greeks, Position, Quote, Record
from qm_tui.domain.words import Section

V = TypeVar("V", Quote, Greeks)

Holding = tuple[str, str]
"""An account's number, and one of the names of an instrument (see `names_of`)."""


def names_of(instrument: Instrument) -> tuple[str, ...]:
    """Return what an instrument is looked up by, the surest first; they cannot be mistaken.

    There is a fund of the ticker BTC, which may be held beside the coin.
    """
    known = instrument.identifiers
    ticker = "coin" if isinstance(instrument, Crypto) else "symbol"
    named = (("conid", known.conid), ("osi", known.osi_symbol), (ticker, instrument.symbol))
    return tuple(f"{scheme}:{name}" for scheme, name in named if name)


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveChange:
    """What is other than it was; screens that show none of it need do nothing."""

    holdings: frozenset[Holding] = frozenset()
    """Under the surest name of the instrument."""
    accounts: frozenset[str] = frozenset()
    """Whose account values changed."""
    instruments: frozenset[str] = frozenset()
    """Quoted anew, or with other Greeks; under the surest name."""

    def __or__(self, other: "LiveChange") -> "LiveChange":
        return LiveChange(
            holdings=self.holdings | other.holdings,
            accounts=self.accounts | other.accounts,
            instruments=self.instruments | other.instruments,
        )

    def __bool__(self) -> bool:
        return bool(self.holdings or self.accounts or self.instruments)


class LiveBook:
    """The latest of everything, over all connections."""

    def __init__(self) -> None:
        self._positions: dict[Holding, Position] = {}
        self._held: dict[str, dict[str, Position]] = {}
        """Account → surest name → what is held of it; 0 is nothing any more."""
        self._doubts: dict[str, dt.datetime] = {}
        self._balances: dict[str, dict[tuple[str, str], Balance]] = {}
        self._quotes: dict[str, Quote] = {}
        self._greeks: dict[str, Greeks] = {}

    def as_it_is(self) -> "LiveBook":
        """Return a book that stays as this one is now, whatever comes."""
        still = LiveBook()
        still._positions = dict(self._positions)
        still._held = {account: dict(held) for account, held in self._held.items()}
        still._doubts = dict(self._doubts)
        still._balances = {account: dict(values) for account, values in self._balances.items()}
        still._quotes, still._greeks = dict(self._quotes), dict(self._greeks)
        return still

    def apply(self, records: Iterable[Record]) -> LiveChange:
        """Take over what was pushed; records of other kinds are none of its business."""
        holdings: set[Holding] = set()
        accounts: set[str] = set()
        instruments: set[str] = set()
        for record in records:
            match record:
                case Position():
                    names = names_of(record.instrument)
                    holdings.add((record.account, names[0]))
                    self._held.setdefault(record.account, {})[names[0]] = record
                    for name in names:
                        self._positions[record.account, name] = record
                case Balance():
                    accounts.add(record.account)
                    of = self._balances.setdefault(record.account, {})
                    of[record.tag, record.currency] = record
                case Quote():
                    instruments.add(_under_all(self._quotes, record))
                case Greeks():
                    instruments.add(_under_all(self._greeks, record))
                case _:
                    continue
        return LiveChange(
            holdings=frozenset(holdings),
            accounts=frozenset(accounts),
            instruments=frozenset(instruments),
        )

    def take(self, batch: Batch) -> LiveChange:
        """Take over what a broker answered; where that is whole, what it does not name is gone."""
        # It is made over a while, in which something newer may have been pushed.
        change = self.apply(record for record in batch.records if not self._is_outdated(record))
        gone: set[Holding] = set()
        emptied: set[str] = set()
        for holds in batch.holds:
            if holds.section is Section.POSITIONS:
                gone |= self._let_go(holds.account, holds.as_of)
            elif holds.section is Section.BALANCES and self._forget(holds.account, holds.as_of):
                emptied.add(holds.account)
        return change | LiveChange(holdings=frozenset(gone), accounts=frozenset(emptied))

    def doubt(self, accounts: Iterable[str], since: dt.datetime) -> None:
        """Take over that accounts were asked what they hold, and gave no whole answer.

        Args:
            accounts: their numbers.
            since: when the asking began: what was told before that is unconfirmed.
        """
        self._doubts |= dict.fromkeys(accounts, since)

    def is_doubted(self, record: Position) -> bool:
        """Tell whether a holding was asked for since, without a whole answer."""
        since = self._doubts.get(record.account)
        return since is not None and record.as_of < since

    def _is_outdated(self, record: Record) -> bool:
        match record:
            case Position():
                held = self._held.get(record.account, {}).get(names_of(record.instrument)[0])
                return held is not None and record.as_of < held.as_of
            case Balance():
                place = (record.tag, record.currency)
                value = self._balances.get(record.account, {}).get(place)
                return value is not None and record.as_of < value.as_of
            case _:
                return False

    def _forget(self, account: str, as_of: dt.datetime) -> bool:
        """Forget the values that a whole answer of that moment did not name; tell if any."""
        values = self._balances.get(account, {})
        gone = [place for place, balance in values.items() if balance.as_of < as_of]
        for place in gone:
            del values[place]
        return bool(gone)

    def _let_go(self, account: str, as_of: dt.datetime) -> set[Holding]:
        """Forget what a whole answer of that moment, in however many pages, did not name."""
        held = self._held.get(account, {})
        gone = [name for name, record in held.items() if record.as_of < as_of]
        for name in gone:
            record = held.pop(name)
            for other in names_of(record.instrument):
                if self._positions.get((account, other)) is record:
                    del self._positions[account, other]
        return {(account, name) for name in gone}

    def held(self) -> Iterable[Position]:
        """Return the latest of every holding that is open."""
        return [
            record for held in self._held.values() for record in held.values() if record.quantity
        ]

    def position(self, account: str, names: Iterable[str]) -> Position | None:
        """Return the latest of a holding, by the first of its names that is known."""
        found = (self._positions.get((account, name)) for name in names)
        return next((one for one in found if one is not None), None)

    def balances(self, account: str) -> tuple[Balance, ...]:
        """Return the latest values of an account."""
        return tuple(self._balances.get(account, {}).values())

    def quote(self, names: Iterable[str]) -> Quote | None:
        """Return the latest prices of an instrument."""
        found = (self._quotes.get(name) for name in names)
        return next((one for one in found if one is not None), None)

    def greeks(self, names: Iterable[str]) -> Greeks | None:
        """Return the latest Greeks of an option."""
        found = (self._greeks.get(name) for name in names)
        return next((one for one in found if one is not None), None)


def _under_all(latest: dict[str, V], record: V) -> str:
    names = names_of(record.instrument)
    for name in names:
        latest[name] = record
    return names[0]

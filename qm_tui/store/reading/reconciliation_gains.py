"""Gains of closings as brokers told them, beside ours, where they are not plainly the same."""

import datetime as dt
from collections import defaultdict
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection

from qm_tui.domain.booking.words import Closing
from qm_tui.domain.reconciliation.discrepancy import FactRef
from qm_tui.domain.reconciliation.realized import gains_agree
from qm_tui.domain.reconciliation.sides import ToldGain
from qm_tui.domain.words import OpenClose
from qm_tui.store.reading.parts import streamed

Place = tuple[int, int]
"""(account id, the instrument that stands for all its names)."""
_ZERO = Decimal(0)
_OURS = """
    SELECT g.closing_id, g.gain, g.quantity, g.acquisition_date, t.realized_pnl,
        t.account_id, t.instrument_id, t.trade_date, t.commission, t.taxes, t.key, t.currency,
        g.currency, t.commission_currency, t.document_id, t.open_close
    FROM realized_gains AS g JOIN trades AS t ON t.id = g.closing_id
    WHERE g.closing_table = 'trades' AND g.view IN ('every', 'broker')
"""
_WITHOUT_WASH_SALES = """
    SELECT closing_id, gain FROM realized_gains
    WHERE closing_table = 'trades' AND view = 'economic' AND gain IS NOT NULL
"""
_LOTS = """
    SELECT account_id, closing_trade_key, realized_pnl, quantity, acquisition_date
    FROM closed_lots WHERE closing_trade_key IS NOT NULL AND realized_pnl IS NOT NULL
"""
_MARKED = f"""
    SELECT DISTINCT account_id, instrument_id FROM realized_gains
    WHERE closing = '{Closing.MARK.value}' AND view IN ('every', 'broker')
"""  # noqa: S608 - our own names


@dataclass(slots=True)
class _Closing:
    """What a trade closed, by our lots."""

    trade: Any
    gain: Decimal = _ZERO
    plain: Decimal | None = None
    """The gain where no loss is disallowed; None where that is the same."""
    quantity: Decimal = _ZERO
    lots: int = 0
    known: bool = True
    days: list[tuple[str | None, Decimal]] = field(default_factory=list)

    def add(self, row: Any) -> None:
        """Count one of our lots."""
        _, gain, quantity, day, *_ = row
        self.lots += 1
        self.known = self.known and gain is not None
        self.gain += Decimal(gain or 0)
        self.quantity += abs(Decimal(quantity))
        self.days.append((day, abs(Decimal(quantity))))


def doubtful_gains(
    connection: Connection, canonical: Mapping[int, int]
) -> dict[Place, list[ToldGain]]:
    """Return by holding the closings whose gain a broker told otherwise than it follows here.

    What was marked to market at a year's end is left out: its closing gains what is left of it.
    """
    closings: dict[int, _Closing] = {}
    for row in streamed(connection, _OURS):
        closings.setdefault(row[0], _Closing(row)).add(row)
    if not closings:
        return {}
    for number, gain in streamed(connection, _WITHOUT_WASH_SALES):
        if number in closings:
            closings[number].plain = (closings[number].plain or _ZERO) + Decimal(gain)
    telling = _telling(closings.values())
    marked = {tuple(row) for row in streamed(connection, _MARKED)}
    by_key: defaultdict[tuple[int, str], list[Any]] = defaultdict(list)
    for row in streamed(connection, _LOTS):
        by_key[row[0], row[1]].append(row)
    found: defaultdict[Place, list[ToldGain]] = defaultdict(list)
    for number, one in closings.items():
        account, instrument = one.trade[5], one.trade[6]
        place = (account, canonical.get(instrument, instrument))
        if not one.known or place in marked or _is_foreign(one.trade):
            continue
        gain = _told(
            number, one, by_key.get((account, one.trade[10]), ()), zero=_says_zero(one, telling)
        )
        if gain is not None and not gains_agree(gain):
            found[place].append(gain)
    return dict(found)


def _is_foreign(trade: Any) -> bool:
    """Whether it was reckoned in several currencies."""
    traded_in, gained_in, paid_in = trade[11:14]
    return traded_in != gained_in or paid_in not in {None, traded_in}


def _telling(closings: Iterable[_Closing]) -> set[tuple[int, int]]:
    """Return the accounts and documents that tell gains: what gained nothing is told by a zero."""
    return {
        (one.trade[5], one.trade[14])
        for one in closings
        if one.trade[14] is not None and Decimal(one.trade[4] or 0)
    }


def _says_zero(one: _Closing, telling: Container[tuple[int, int]]) -> bool:
    """Whether a zero is the gain of a closing, and not what is written where none is told.

    Brokers write zeros at trades that open, too, and some do at all trades.
    """
    stated, place = one.trade[4], (one.trade[5], one.trade[14])
    closes = one.trade[15] == OpenClose.CLOSE.value
    return stated is not None and closes and place in telling


def _told(number: int, one: _Closing, lots: Iterable[Any], *, zero: bool) -> ToldGain | None:
    """Return what was told of a closing; None where nothing was."""
    stated = Decimal(one.trade[4] or 0)
    rows = [(row[4], abs(Decimal(row[3])), Decimal(row[2])) for row in lots]
    # Where its lots gained something, the zero of the trade is none.
    told = [stated] if stated or (zero and not any(row[2] for row in rows)) else []
    if sum((size for _, size, _ in rows), _ZERO) == one.quantity and any(row[2] for row in rows):
        told.append(sum((gain for *_, gain in rows), _ZERO))
    if not told:
        return None
    fees = sum((abs(Decimal(paid or 0)) for paid in one.trade[8:10]), _ZERO)
    return ToldGain(
        fact=FactRef("trades", number),
        day=dt.date.fromisoformat(one.trade[7]),
        told=tuple(told),
        ours=(one.gain,) if one.plain is None else (one.gain, one.plain),
        lots=max(one.lots, len(rows)),
        fees=fees,
        other_lots=bool(rows)
        and _by_day(one.days) != _by_day((day, size) for day, size, _ in rows),
    )


def _by_day(lots: Iterable[tuple[str | None, Decimal]]) -> dict[str | None, Decimal]:
    found: defaultdict[str | None, Decimal] = defaultdict(Decimal)
    for day, size in lots:
        found[day] += size
    return dict(found)

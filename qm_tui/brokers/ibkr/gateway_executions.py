"""What the gateway says of fills, their commissions and corrections, as records."""

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from qm_tui.brokers.ibkr.gateway_instruments import instrument_of
from qm_tui.brokers.ibkr.gateway_numbers import BadRow, exact, product
from qm_tui.brokers.ibkr.gateway_records import account_of
from qm_tui.domain.instruments import Instrument
from qm_tui.domain.records import Trade
from qm_tui.domain.words import Section

NEW_YORK = ZoneInfo("America/New_York")

_ZERO = Decimal(0)
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)

# The client library's classes are untyped for us (it is imported late): only attributes are used.
Row = Any
InstrumentOf = Callable[[Any], Instrument]

_SIDES = {"BOT": 1, "SLD": -1}


def trade_of(
    fill: Row, instrument: InstrumentOf = instrument_of, zone: ZoneInfo = NEW_YORK
) -> Trade:
    """Return a fill. Its key is that of the same execution in a statement without booking ids.

    Args:
        fill: an execution, with its commission where that has come.
        instrument: from a contract to its instrument.
        zone: of the exchange: it says on which day something was traded.

    Raises:
        BadRow: it cannot be told what was traded, how much, by whom or when.
    """
    done = fill.execution
    account = account_of(done.acctNumber, Section.TRADES)
    if not done.execId:
        raise BadRow(Section.TRADES, "execId", "", "an execution without id")
    sign = _SIDES.get((done.side or "").strip().upper())
    if sign is None:
        raise BadRow(Section.TRADES, "side", done.side, "neither bought nor sold")
    shares = exact(done.shares)
    if not shares or shares < 0:
        raise BadRow(Section.TRADES, "shares", done.shares, "not a quantity")
    price = exact(done.price)
    traded = instrument(fill.contract)
    quantity = shares * sign
    at = _time(done)
    commission, commission_currency, realized = _commission(fill)
    return Trade(
        account=account,
        key=f"EX:{done.execId}",
        broker_specific=_more_of(fill),
        instrument=traded,
        trade_date=at.astimezone(zone).date(),
        executed_at=at,
        quantity=quantity,
        price=price,
        currency=traded.currency,
        proceeds=None if price is None else -product(quantity, price, traded.multiplier),
        commission=commission,
        commission_currency=commission_currency,
        realized_pnl=realized,
        exchange=done.exchange or None,
        broker_execution_id=done.execId,
        broker_order_id=str(done.permId) if done.permId else None,
    )


def _time(done: Row) -> dt.datetime:
    at = done.time
    if not isinstance(at, dt.datetime) or at.tzinfo is None or at <= _EPOCH:
        raise BadRow(Section.TRADES, "time", at, "not a time")
    return at.astimezone(dt.UTC)


def has_commission(fill: Row) -> bool:
    """Tell whether the commission of a fill has come; it comes after the fill."""
    report = fill.commissionReport
    return bool(report is not None and report.execId) and exact(report.commission) is not None


def _commission(fill: Row) -> tuple[Decimal | None, str | None, Decimal | None]:
    """Return the commission (paid is negative), its currency, and the profit realized."""
    if not has_commission(fill):
        return None, None, None
    report = fill.commissionReport
    charged = exact(report.commission) or _ZERO
    # The client library writes 0 where the gateway says that nothing was realized.
    return (
        -charged if charged else _ZERO,
        report.currency or None,
        exact(report.realizedPNL) or None,
    )


def _more_of(fill: Row) -> Mapping[str, str] | None:
    done, report = fill.execution, fill.commissionReport
    found = {
        "liquidation": done.liquidation,
        "orderRef": done.orderRef,
        "evRule": done.evRule,
        "evMultiplier": exact(done.evMultiplier),
        "modelCode": done.modelCode,
        "lastLiquidity": done.lastLiquidity,
        "cumQty": exact(done.cumQty),
        "avgPrice": exact(done.avgPrice),
        "yield": exact(getattr(report, "yield_", None)),
    }
    return {name: str(value)[:200] for name, value in found.items() if value} or None


Lineage = tuple[str, int, str]
"""An account's number, a contract id, and what the ids of an execution's corrections share."""

_CORRECTION = re.compile(r"(.+)\.([0-9]{2})")


def corrected(fill: Row) -> tuple[Lineage, int]:
    """Return what a fill has in common with its corrections, and the number of the correction.

    A correction repeats the id of what it replaces with a higher number of two digits behind the
    last dot; it is of the same contract in the same account.
    """
    execution_id = fill.execution.execId or ""
    found = _CORRECTION.fullmatch(execution_id)
    shared, number = (found[1], int(found[2])) if found else (execution_id, -1)
    return (fill.execution.acctNumber, fill.contract.conId, shared), number


def trades_of(
    fills: Iterable[Row], instrument: InstrumentOf = instrument_of
) -> Iterator[Trade | BadRow]:
    """Return all fills but those that another one corrects.

    The store knows a correction by what its id shares with that of the fill before: it takes the
    place of it. A cancellation besides would wait for ever, or take the correction back.
    """
    newest: dict[Lineage, int] = {}
    told = list(fills)
    for fill in told:
        shared, number = corrected(fill)
        newest[shared] = max(newest.get(shared, number), number)
    for fill in told:
        shared, number = corrected(fill)
        if number < newest[shared]:
            continue
        try:
            yield trade_of(fill, instrument)
        except BadRow as bad:
            yield bad

"""Money that changes what lots cost: returned capital, refunded commissions."""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal

from qm_tui.domain.booking.events import Event, FeeRefund, ReturnOfCapital, Source
from qm_tui.domain.booking.facts import CashFact
from qm_tui.domain.booking.translate.desk import Desk
from qm_tui.domain.booking.translate.positions import Positions
from qm_tui.domain.booking.words import FindingKind
from qm_tui.domain.words import CashType

CASH = "cash_transactions"
_DIVIDENDS = frozenset({CashType.DIVIDEND, CashType.PAYMENT_IN_LIEU, CashType.OTHER})
_DAY = dt.timedelta(days=1)
_SHORT_LIVED = dt.timedelta(days=45)
"""What is paid in lieu of dividends on a short closed so soon adds to the cost of the closing
stock, instead of being an expense. Source: Publication 550, payments in lieu of dividends."""


def cash_events(desk: Desk, held: Positions) -> list[Event]:
    """Translate what of a group's cash touches lots; everything else does not."""
    facts = sorted(desk.facts.cash, key=lambda cash: desk.key(cash.key, cash.account))
    events: list[Event] = list(_refunds(desk, facts))
    events += _capital(desk, facts)
    _in_lieu_of_dividends(desk, facts, held)
    return events


def _refunds(desk: Desk, facts: Iterable[CashFact]) -> Iterable[FeeRefund]:
    """Commission adjustments that name their trade; any other is an expense of its own."""
    adjustments = [
        cash
        for cash in facts
        if cash.type is CashType.COMMISSION_ADJUSTMENT and cash.broker_trade_id
    ]
    if not adjustments:
        return
    trades = {
        (trade.account, trade.broker_trade_id): trade
        for trade in desk.facts.trades
        if trade.broker_trade_id
    }
    for cash in adjustments:
        trade = trades.get((cash.account, cash.broker_trade_id or ""))
        if trade is None:
            continue
        amount, rate = desk.money(
            cash.amount, cash.currency, trade.security, cash.date, cash.account,
            cash.fx_rate_to_base,
        )  # fmt: skip
        if amount is None:
            _rate_unknown(desk, cash, trade.security)
            continue
        yield FeeRefund(
            day=cash.date,
            account=cash.account,
            security=trade.security,
            at=cash.occurred_at,
            source=Source(CASH, cash.id),
            key=desk.key(cash.key, cash.account),
            amount=amount,
            trade=Source("trades", trade.id),
            rate=rate,
        )


def _capital(desk: Desk, facts: Iterable[CashFact]) -> Iterable[ReturnOfCapital]:
    """Dividends that are returns of capital; what was paid and taken back cancels out."""
    standing: list[CashFact] = []
    for cash in facts:
        if cash.security is None or not cash.amount or not _returns_capital(cash):
            continue
        taken_back = next((other for other in standing if _cancels(cash, other)), None)
        if taken_back is None:
            standing.append(cash)
        else:
            standing.remove(taken_back)
    for cash in standing:
        assert cash.security is not None
        amount, rate = desk.money(
            cash.amount, cash.currency, cash.security, cash.date, cash.account,
            cash.fx_rate_to_base,
        )  # fmt: skip
        if amount is None:
            _rate_unknown(desk, cash, cash.security)
        else:
            yield ReturnOfCapital(
                day=cash.date,
                account=cash.account,
                security=cash.security,
                at=cash.occurred_at,
                source=Source(CASH, cash.id),
                key=desk.key(cash.key, cash.account),
                amount=amount,
                # Whoever buys on the ex-date or later gets nothing of it.
                record_day=None if cash.ex_date is None else cash.ex_date - _DAY,
                rate=rate,
            )


def _returns_capital(cash: CashFact) -> bool:
    return cash.type in _DIVIDENDS and "RETURN OF CAPITAL" in (cash.description or "").upper()


def _cancels(cash: CashFact, other: CashFact) -> bool:
    return (cash.account, cash.security, cash.amount, cash.currency) == (
        other.account, other.security, -other.amount, other.currency,
    ) and _text(cash) == _text(other)  # fmt: skip


def _text(cash: CashFact) -> str:
    text = (cash.description or "").upper()
    return " ".join(text.replace("- REVERSAL", "").split())


def _in_lieu_of_dividends(desk: Desk, facts: Iterable[CashFact], held: Positions) -> None:
    """Say where a payment on a short belongs into the cost of what closed it."""
    for cash in facts:
        if cash.type is not CashType.PAYMENT_IN_LIEU or cash.security is None or cash.amount >= 0:
            continue
        short = held.spell(cash.account, cash.security, cash.ex_date or cash.date, _is_short)
        if short is None:
            continue
        opened, closed = short
        if closed is not None and closed - opened <= _SHORT_LIVED:
            desk.find(
                FindingKind.NOT_BOOKED, Source(CASH, cash.id), cash.account, cash.security,
                cash.date,
                f"{-cash.amount:f} {cash.currency} paid in lieu of a dividend on a short position "
                "that was closed within 45 days adds to the cost of the shares that closed it.",
            )  # fmt: skip


def _is_short(quantity: Decimal) -> bool:
    return quantity < 0


def _rate_unknown(desk: Desk, cash: CashFact, security: int) -> None:
    desk.find(
        FindingKind.RATE_UNKNOWN,
        Source(CASH, cash.id),
        cash.account,
        security,
        cash.date,
        f"{cash.amount:f} {cash.currency} was not booked: its exchange rate is not known.",
    )

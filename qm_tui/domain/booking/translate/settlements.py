"""What was paid for options that are settled in cash, while the option itself went at no price.

Brokers tell it in up to four ways: as an option event of its own (of no contracts, beside the
exercise), as cash, as a line of the statement of funds in its own currency, and as one in the
base currency. One of them counts.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from qm_tui.domain.booking.events import ZERO, Fill, Source
from qm_tui.domain.booking.facts import OptionEventFact, TradeFact
from qm_tui.domain.booking.money import PRECISION, spread
from qm_tui.domain.booking.translate.desk import Desk
from qm_tui.domain.booking.translate.ends import Leg
from qm_tui.domain.booking.translate.option_events import NEAR, paid_at_end
from qm_tui.domain.booking.words import FindingKind

_EVENT, _CASH, _LINE, _BASE_LINE = range(4)
"""Whoever tells of a payment: what comes first counts before the others."""
_BASE_CURRENCY = "BaseCurrency"
_TEXT = "CASH SETTLEMENT"
_CENT = Decimal("0.01")


class _Payment(NamedTuple):
    teller: int
    day: dt.date
    amount: Decimal
    currency: str | None
    stated: Decimal | None
    """What one unit of its currency is in the base currency."""
    source: Source
    fees: Decimal = ZERO


class Paid(NamedTuple):
    """What was paid for an option, whoever paid it, and what the settlement cost beside."""

    amount: Decimal
    fees: Decimal


_Place = tuple[int, int]
"""Account and option."""


def settled(
    desk: Desk, legs: Iterable[Leg], told: Iterable[OptionEventFact]
) -> Mapping[Source, Paid]:
    """Return what was paid for options that went at no price, by what booked them.

    What was paid for all of them together is spread by the number of contracts.
    """
    payments = _payments(desk, told)
    if not payments:
        return {}
    went: defaultdict[tuple[int, int, dt.date], list[Fill]] = defaultdict(list)
    for leg in legs:
        fill = leg.fill
        if leg.end is not None and not fill.amount and (fill.account, fill.security) in payments:
            went[fill.account, fill.security, fill.day].append(fill)
    rates = {trade.id: trade.fx_rate_to_base for trade in desk.facts.trades} if went else {}
    found: dict[Source, Paid] = {}
    for (account, security, day), fills in sorted(went.items(), key=lambda group: group[0]):
        near = _taken(payments[account, security], day)
        stated = next((rate for fill in fills if (rate := rates.get(fill.source.id))), None)
        amounts = [_converted(desk, payment, fills[0], stated) for payment in near]
        paid, fees = sum(amounts, ZERO), sum((payment.fees for payment in near), ZERO)
        if not paid and not fees:
            continue
        weights = [abs(fill.quantity) for fill in fills]
        parts = zip(fills, spread(paid, weights), spread(fees, weights), strict=True)
        found |= {fill.source: Paid(part, cost) for fill, part, cost in parts}
    return found


def _payments(desk: Desk, told: Iterable[OptionEventFact]) -> defaultdict[_Place, list[_Payment]]:
    found: defaultdict[_Place, list[_Payment]] = defaultdict(list)
    facts = desk.facts
    for event in told:
        amount = event.proceeds or paid_at_end(event, facts.securities[event.security])
        source = Source("option_events", event.id)
        fees = -(event.commission or ZERO)
        found[event.account, event.security].append(
            _Payment(_EVENT, event.date, amount, event.currency, None, source, fees)
        )
    for cash in facts.cash:
        if cash.security is not None and _TEXT in (cash.description or "").upper():
            source = Source("cash_transactions", cash.id)
            found[cash.account, cash.security].append(
                _Payment(_CASH, cash.date, cash.amount, cash.currency, cash.fx_rate_to_base, source)
            )
    for line in facts.statement_lines:
        if _TEXT in (line.description or "").upper():
            source = Source("statement_lines", line.id)
            teller = _BASE_LINE if line.level == _BASE_CURRENCY else _LINE
            found[line.account, line.security].append(
                _Payment(teller, line.date, line.amount, line.currency, None, source)
            )
    return found


def _taken(payments: list[_Payment], day: dt.date) -> Sequence[_Payment]:
    """Take what was paid around a day, and return it as the best of its tellers has it."""
    near = [payment for payment in payments if abs((payment.day - day).days) <= NEAR]
    for payment in near:
        payments.remove(payment)
    best = min((payment.teller for payment in near), default=None)
    return [payment for payment in near if payment.teller == best]


def _converted(desk: Desk, payment: _Payment, fill: Fill, stated: Decimal | None) -> Decimal:
    """Return a payment in the option's currency; what cannot be converted is a finding.

    Args:
        desk: The desk.
        payment: The payment.
        fill: The option's end.
        stated: What one unit of the option's currency is in the base currency, as its end says.
    """
    amount, _ = desk.money(
        payment.amount, payment.currency, fill.security, payment.day, fill.account, payment.stated
    )
    if amount is not None:
        return amount
    own = desk.facts.securities[fill.security].currency
    rate = desk.rates.between(payment.currency, own, payment.day, fill.account, stated)
    if rate is not None:
        return (payment.amount * rate).quantize(PRECISION)
    desk.find(
        FindingKind.RATE_UNKNOWN,
        payment.source,
        fill.account,
        fill.security,
        payment.day,
        f"{payment.amount:f} {payment.currency} was paid for this option, and its exchange rate "
        "is not known.",
        abs(fill.quantity),
    )
    return ZERO


def reckoned(desk: Desk, option: Fill) -> Decimal | None:
    """Return what was paid for an option, from the broker's own gain and basis of its end.

    An option that delivers has no gain; one that was paid for, and went at no price, has one.
    None where the broker does not say, or where the option expired worthless.
    """
    trade = _trade_of(desk, option)
    if trade is None or not trade.realized_pnl or trade.cost_basis is None:
        return None
    paid = trade.realized_pnl - trade.cost_basis
    received = paid if option.quantity < 0 else -paid
    return received if received > _CENT else None


def _trade_of(desk: Desk, option: Fill) -> TradeFact | None:
    if option.source.table != "trades":
        return None
    return next((trade for trade in desk.facts.trades if trade.id == option.source.id), None)

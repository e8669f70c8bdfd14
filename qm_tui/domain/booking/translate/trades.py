"""Trades become fills: what changed hands, what it cost beside, and whether it opens or closes."""

from collections.abc import Mapping
from decimal import Decimal

from qm_tui.domain.booking.events import ZERO, Event, Fill, Pick, Source, TransferIn, TransferOut
from qm_tui.domain.booking.facts import GroupFacts, TradeFact
from qm_tui.domain.booking.money import PRECISION
from qm_tui.domain.booking.securities import Security
from qm_tui.domain.booking.translate.codes import FRACTION, IN_LIEU, REINVESTED, codes_of
from qm_tui.domain.booking.translate.desk import Desk
from qm_tui.domain.booking.words import Closing, FindingKind, Origin
from qm_tui.domain.instruments import InstrumentType
from qm_tui.domain.words import OpenClose

TRADES = "trades"
_OPENS = {OpenClose.OPEN: True, OpenClose.CLOSE: False, OpenClose.CLOSE_OPEN: None}
_DERIVATIVES = frozenset(
    {InstrumentType.EQUITY_OPTION, InstrumentType.FUTURE, InstrumentType.FUTURE_OPTION}
)

Picks = Mapping[int, tuple[Pick, ...]]
"""Trade id → the lots that were named for it."""


def shorted(facts: GroupFacts) -> set[tuple[int, int]]:
    """Return (account, security) of what is, or was, held short as far as anybody says so."""
    short = {place for place, quantity in facts.reported.items() if quantity < 0}
    for trade in facts.trades:
        said = trade.open_close
        if said is None:
            continue
        if said is OpenClose.CLOSE_OPEN or (said is OpenClose.CLOSE) is (trade.quantity > 0):
            short.add((trade.account, trade.security))
    return short


class Fills:
    """Makes fills of trades."""

    def __init__(self, desk: Desk, picks: Picks) -> None:
        self._desk = desk
        self._picks = picks
        self._short = shorted(desk.facts)
        self._securities = desk.facts.securities

    def of(self, trade: TradeFact) -> Fill | None:
        """Return the fill of a trade; None where its money is not known."""
        security = self._securities[trade.security]
        amount = _amount(trade, security)
        if amount is None:
            return None
        conversion = self._desk.rates.conversion(
            trade.currency, security.currency, trade.trade_date, trade.account,
            trade.fx_rate_to_base,
        )  # fmt: skip
        if conversion is None:
            return None
        fees = self._fees(trade)
        if conversion.factor != 1:
            amount = (amount * conversion.factor).quantize(PRECISION)
            fees = (fees * conversion.factor).quantize(PRECISION)
        how, origin = _kind(trade)
        return Fill(
            day=trade.trade_date,
            account=trade.account,
            security=trade.security,
            at=trade.executed_at,
            source=Source(TRADES, trade.id),
            sequence=_turn(trade),
            key=self._key(trade),
            quantity=trade.quantity,
            amount=amount,
            fees=fees,
            opens=self._opens(trade, security),
            rate=conversion.rate,
            order=trade.broker_order_id,
            opening_id=trade.broker_transaction_id,
            picks=self._picks.get(trade.id, ()),
            how=how,
            origin=origin,
        )

    def event(self, trade: TradeFact) -> Event | None:
        """Return the event of a trade that is nothing but a trade; None: it moved nothing."""
        return (self.of(trade) or self.unvalued(trade)) if trade.quantity else None

    def unvalued(self, trade: TradeFact) -> Event:
        """Move the shares of a trade whose money nobody knows, and say so."""
        stated = _amount(trade, self._securities[trade.security]) is not None
        self._desk.find(
            FindingKind.RATE_UNKNOWN if stated else FindingKind.NOT_BOOKED,
            Source(TRADES, trade.id),
            trade.account,
            trade.security,
            trade.trade_date,
            f"The money of this trade is in {trade.currency}, and its exchange rate is not known: "
            "its shares are booked without it."
            if stated
            else "This trade states neither price nor proceeds: its shares are booked without "
            "their money.",
            trade.quantity,
        )
        came = trade.quantity > 0
        return (TransferIn if came else TransferOut)(
            day=trade.trade_date,
            account=trade.account,
            security=trade.security,
            at=trade.executed_at,
            source=Source(TRADES, trade.id),
            key=self._desk.key(trade.key, trade.account),
            quantity=trade.quantity,
        )

    def _key(self, trade: TradeFact) -> str:
        """Order fills of one moment by the exchange's id, and the parts of one fill by theirs."""
        told = trade.broker_execution_id or trade.broker_transaction_id
        if told is None:
            return self._desk.key(trade.key, trade.account)
        return self._desk.key(told, trade.account) + trade.key

    def _opens(self, trade: TradeFact, security: Security) -> bool | None:
        if trade.open_close is not None:
            return _OPENS[trade.open_close]
        if trade.quantity > 0 or security.kind in _DERIVATIVES:
            return None
        # A sale of more than is known to be there: a short sale only where shorts are known, or
        # nothing was held before; otherwise the history is incomplete.
        place = (trade.account, trade.security)
        whole = self._desk.facts.agreed.get(place)
        agreed = whole is not None and trade.trade_date <= whole
        return None if agreed or place in self._short else False

    def _fees(self, trade: TradeFact) -> Decimal:
        """Return what was paid beside the price, in the trade's currency; a rebate is negative."""
        commission = trade.commission
        fees = -trade.taxes if trade.taxes else ZERO
        if not commission:
            return fees
        currency = trade.commission_currency
        if currency is None or currency == trade.currency:
            return fees - commission
        rate = self._desk.rates.between(
            currency, trade.currency, trade.trade_date, trade.account, trade.fx_rate_to_base
        )
        if rate is None:
            self._desk.find(
                FindingKind.RATE_UNKNOWN,
                Source(TRADES, trade.id),
                trade.account,
                trade.security,
                trade.trade_date,
                f"The commission of {-commission:f} {currency} is left out: its rate into "
                f"{trade.currency} is not known.",
            )
            return fees
        return fees - (commission * rate).quantize(PRECISION)


def _turn(trade: TradeFact) -> int:
    """Put what opens before what closes, where no id tells which of one moment came first.

    Files whose times have no seconds tell a purchase and its sale as of the same minute.
    """
    told = trade.broker_execution_id or trade.broker_transaction_id
    return int(told is None and trade.open_close is OpenClose.CLOSE)


def _amount(trade: TradeFact, security: Security) -> Decimal | None:
    """Return what changed hands before fees; negative only at a negative price."""
    proceeds, price = trade.proceeds, trade.price
    if proceeds:
        amount = -proceeds if trade.quantity > 0 else proceeds
        if amount < 0 and (price is None or price >= 0):
            return -amount  # some sources do not sign it
        return amount
    if price is not None:
        return abs(trade.quantity) * price * security.multiplier
    return proceeds if proceeds is not None else _told_otherwise(trade)


def _told_otherwise(trade: TradeFact) -> Decimal | None:
    """Return what changed hands before fees, from the cash it moved or from the basis it gave."""
    fees = -(trade.commission or ZERO) - (trade.taxes or ZERO)
    other_currency = trade.commission_currency not in (None, trade.currency)
    if other_currency and trade.commission:
        fees = -(trade.taxes or ZERO)
    bought = trade.quantity > 0
    if trade.net_cash:
        return abs(trade.net_cash) - fees if bought else abs(trade.net_cash) + fees
    if not trade.cost_basis or trade.open_close is OpenClose.CLOSE:
        return None  # that of a close is of what was opened before
    if trade.open_close is OpenClose.OPEN or bought:
        return abs(trade.cost_basis) - fees if bought else abs(trade.cost_basis) + fees
    return None


def _kind(trade: TradeFact) -> tuple[Closing, Origin | None]:
    """Say whether a trade is one of the special ones: a fraction paid out, a reinvestment."""
    if trade.transaction_type == FRACTION:
        return (Closing.CASH_IN_LIEU, None) if trade.quantity < 0 else (Closing.SALE, None)
    if trade.codes:
        codes = codes_of(trade)
        if IN_LIEU in codes and trade.quantity < 0:
            return Closing.CASH_IN_LIEU, None
        if REINVESTED in codes and trade.quantity > 0:
            return Closing.SALE, Origin.REINVESTMENT
    return Closing.SALE, None

"""The latest that is known of one instrument's market, and the records it makes."""

import datetime as dt
from decimal import Decimal, InvalidOperation

from qm_tui.brokers.tastytrade.dxlink_events import EventRow
from qm_tui.domain.instruments import Derivative, EquityOption, Instrument, Option
from qm_tui.domain.records import Greeks, Quote

SOURCE = "tastytrade"

_LONGEST = 40
_LARGEST = 24
"""Digits before the point, or zeros behind it, of a number that can be meant."""
_EARLIEST = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
_TWO = Decimal(2)
_ZERO = Decimal(0)


class Ticks:
    """What came last of each kind of event of one symbol."""

    __slots__ = (
        "_is_option", "_negative", "answered", "ask", "bid", "close", "greeks", "instrument",
        "last", "quoted_at",
    )  # fmt: skip

    def __init__(self, instrument: Instrument) -> None:
        self.become(instrument)
        self.bid: Decimal | None = None
        self.ask: Decimal | None = None
        self.last: Decimal | None = None
        self.close: Decimal | None = None
        self.quoted_at: dt.datetime | None = None
        """When a price came last."""
        self.greeks: Greeks | None = None
        self.answered: set[str] = set()
        """Kinds of event that came, be it without a number."""

    def become(self, instrument: Instrument) -> None:
        """Take over that more is known of the instrument."""
        self.instrument = instrument
        # It can cost less than nothing, as a future on oil once did.
        self._negative = isinstance(instrument, Derivative) and not isinstance(
            instrument, EquityOption
        )
        self._is_option = isinstance(instrument, Option)

    @property
    def mark(self) -> Decimal | None:
        """What a unit is worth: the middle of bid and ask, else the last price within them.

        An option that nobody bids for is worth something between nothing and the ask, whatever was
        paid for it weeks ago. Where the two are far apart, as of shares at night, they say little.
        """
        bid, ask, last = self.bid, self.ask, self.last
        if ask is None or ask <= 0:
            return last if bid is None or bid <= 0 else max(bid, last or bid)
        if bid is None or bid <= 0:
            most = ask / _TWO if last is None or self._is_option else ask
            return most if last is None else min(last, most)
        middle = (bid + ask) / _TWO
        if ask - bid > middle and last is not None and not self._is_option:
            return min(max(last, bid), ask)
        return middle

    def take(self, kind: str, row: EventRow, now: dt.datetime, *, delayed: bool) -> None:
        """Take over an event; a number that is none is unknown and costs only itself."""
        self.answered.add(kind)
        if kind == "Greeks":
            self._take_greeks(row, now, delayed=delayed)
            return
        self.quoted_at = now
        if kind == "Quote":
            _, bid, ask, bid_size, ask_size = row
            self.bid, self.ask = self._offered(bid, bid_size), self._offered(ask, ask_size)
        elif kind == "Trade":
            self.last = self._traded(row[1])
        else:
            self.close = self._traded(row[1])

    def quote(self, *, delayed: bool) -> Quote | None:
        """Return the prices; None while there is none."""
        bid, ask, last, close = self.bid, self.ask, self.last, self.close
        if self.quoted_at is None or (bid is ask is last is close is None):
            return None
        return Quote(
            account="", instrument=self.instrument, as_of=self.quoted_at,
            bid=bid, ask=ask, last=last, close=close, delayed=delayed,
        )  # fmt: skip

    def _offered(self, price: object, size: object) -> Decimal | None:
        """Return a bid or an ask; 0 without size means that there is none."""
        number = exact(price)
        if number is None or number > 0:
            return number
        if number < 0:
            return number if self._negative else None
        return number if exact(size) else None

    def _traded(self, price: object) -> Decimal | None:
        """Return a last or closing price; 0 means that there is none."""
        number = exact(price)
        return None if not number or (number < 0 and not self._negative) else number

    def _take_greeks(self, row: EventRow, now: dt.datetime, *, delayed: bool) -> None:
        _, time, price, volatility, *greeks = row
        delta, gamma, theta, rho, vega = map(exact, greeks)
        known = (delta, gamma, theta, rho, vega, implied := _positive(exact(volatility)))
        if all(value is None for value in known):
            return  # what came before grows old
        as_of, before = _moment(time, now), self.greeks
        if before is not None and as_of <= before.as_of:
            as_of = now  # news, whatever time they are stamped with
        worth = exact(price)
        self.greeks = Greeks(
            account="",
            instrument=self.instrument,
            as_of=as_of,
            delta=delta,
            gamma=gamma,
            theta=theta,
            vega=vega,
            rho=rho,
            implied_volatility=implied,
            option_price=None if worth is None or worth < 0 else worth,
            source=SOURCE,
            delayed=delayed,
        )


def exact(value: object) -> Decimal | None:
    """Return a number as JSON gives it, or as text; None for what is no finite number."""
    if isinstance(value, float):
        number = Decimal(repr(value))
    elif isinstance(value, Decimal | int) and not isinstance(value, bool):
        number = Decimal(value)
    elif isinstance(value, str) and len(value) <= _LONGEST:
        try:
            number = Decimal(value)
        except InvalidOperation:
            return None
    else:
        return None
    if not number.is_finite() or number.adjusted() > _LARGEST:
        return None
    return number if number.adjusted() > -_LARGEST else _ZERO


def _positive(number: Decimal | None) -> Decimal | None:
    return None if number is None or number <= 0 else number


def _moment(milliseconds: object, now: dt.datetime) -> dt.datetime:
    """Return when the broker's model was run: what it says, where that can be."""
    number = exact(milliseconds)
    if number is None:
        return now
    try:
        moment = dt.datetime.fromtimestamp(float(number) / 1000, dt.UTC)
    except (OverflowError, ValueError, OSError):
        return now
    return moment if _EARLIEST < moment < now else now

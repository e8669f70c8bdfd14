"""Lines of market data: how they are taken and let go, and when one has answered."""

import copy
import time
from collections import deque
from typing import Any

from qm_tui.brokers.ibkr.gateway_instruments import GatewayInstruments, is_option
from qm_tui.brokers.ibkr.gateway_numbers import exact
from qm_tui.domain.instruments import Instrument

_ROUTED = frozenset({"STK", "OPT", "BOND", "BILL", "WAR", "IOPT", "CFD", "FUND", "CMDTY"})
"""Kinds that the broker routes by itself; the others are quoted where they are listed."""
_BY_KIND = {"CASH": "IDEALPRO", "CRYPTO": "PAXOS"}
_MARKET_DATA = "mktData"
"""The kind under which the client library keeps such requests."""
_DELAYED_WHERE_NOT_LIVE = 4
"""Market data type: live where subscribed to, else delayed; the last ones outside of hours."""

# The client library's classes are untyped for us (it is imported late): only attributes are used.
Contract = Any


class Wanted:
    """An instrument that is held, and when it may be asked for."""

    __slots__ = ("contract", "instrument", "is_option", "quiet_until")

    def __init__(self, contract: Contract, instrument: Instrument) -> None:
        self.contract = contract
        self.instrument = instrument
        self.is_option = is_option(instrument)
        self.quiet_until = 0.0

    @property
    def conid(self) -> int:
        """The contract's id."""
        conid: int = self.contract.conId
        return conid


class Line:
    """A subscription."""

    __slots__ = ("contract", "number", "since", "ticker", "wanted")

    def __init__(self, ib: Any, wanted: Wanted, exchange: str, since: float) -> None:
        self.wanted = wanted
        self.since = since
        # A contract of its own: the library finds a ticker by the identity of the contract, and
        # one that was used before would come back with the prices it had then.
        self.contract = copy.copy(wanted.contract)
        self.contract.exchange = exchange
        self.ticker = ib.reqMktData(self.contract, "", False, False)  # noqa: FBT003 - theirs
        self.number: int = ib.wrapper.ticker2ReqId[_MARKET_DATA][self.ticker]

    @property
    def has_answered(self) -> bool:
        """Whether all came that is wanted of it: Greeks of an option, else prices."""
        ticker = self.ticker
        model = ticker.modelGreeks
        if self.wanted.is_option and (model is None or exact(model.delta) is None):
            return False
        return exact(ticker.last) is not None or (
            exact(ticker.bid) is not None and exact(ticker.ask) is not None
        )


class Lines:
    """The subscriptions of one connection, and those that ended a moment ago.

    Args:
        ib: the client library's connection.
        instruments: of the same connection.
        linger: seconds for which ticks may come of what was let go.
    """

    def __init__(self, ib: Any, instruments: GatewayInstruments, linger: float) -> None:
        self._ib = ib
        self._instruments = instruments
        self._linger = linger
        self.open: dict[int, Line] = {}
        """By contract id."""
        self._by_number: dict[int, Line] = {}
        self._by_ticker: dict[Any, Line] = {}
        self._ended: deque[tuple[float, Line]] = deque()
        self._asked_for_delayed = False

    def take(self, wanted: Wanted, now: float) -> bool:
        """Subscribe; return whether it is known where.

        Raises:
            ConnectionError: the connection is lost.
        """
        exchange = exchange_of(wanted.contract, self._instruments)
        if exchange is None:
            return False
        if not self._asked_for_delayed:
            self._ib.reqMarketDataType(_DELAYED_WHERE_NOT_LIVE)
            self._asked_for_delayed = True
        wanted.instrument = self._instruments.of(wanted.contract)  # it may be described by now
        line = Line(self._ib, wanted, exchange, now)
        self.open[wanted.conid] = line
        self._by_number[line.number] = line
        self._by_ticker[line.ticker] = line
        return True

    def let_go(self, line: Line, *, cancel: bool = True) -> None:
        """End a subscription; `cancel` where the gateway does not know that yet."""
        del self.open[line.wanted.conid]
        number = self._ib.wrapper.endTicker(line.ticker, _MARKET_DATA)
        if cancel and number and self._ib.isConnected():
            self._ib.client.cancelMktData(number)
        self._ended.append((time.monotonic() + self._linger, line))

    def lose(self) -> list[Line]:
        """Take over that the gateway has forgotten all subscriptions; return what they were."""
        lost = list(self.open.values())
        for line in lost:
            self.let_go(line, cancel=False)
        self._asked_for_delayed = False
        return lost

    def forget(self, now: float) -> None:
        """Have the library forget what ended: it keeps everything for ever otherwise.

        Not at once: it would log an error for each tick that was under way.
        """
        while self._ended and self._ended[0][0] <= now:
            line = self._ended.popleft()[1]
            self._ib.wrapper.tickers.pop(id(line.contract), None)
            self._ib.wrapper.reqId2Ticker.pop(line.number, None)
            del self._by_number[line.number]
            del self._by_ticker[line.ticker]

    def numbered(self, number: int) -> Line | None:
        """Return the line of a request."""
        return self._by_number.get(number)

    def of(self, ticker: Any) -> Line | None:
        """Return the line of a ticker."""
        return self._by_ticker.get(ticker)


def exchange_of(contract: Contract, instruments: GatewayInstruments) -> str | None:
    """Return the exchange to ask at; the contracts of positions come without. None: not known."""
    kind = (contract.secType or "").upper()
    if kind in _ROUTED:
        return "SMART"
    candidates = [contract.exchange, contract.primaryExchange]
    details = instruments.details(contract.conId)
    if details is not None:
        valid = (details.validExchanges or "").split(",")
        candidates += [details.contract.exchange, *(one for one in valid if one != "SMART")]
    candidates += [instruments.listed_at(contract.conId), _BY_KIND.get(kind)]
    return next((one for one in candidates if one), None)

"""Each thing of the book as the message that tells it."""

from collections.abc import Iterator

from tests.simulators.tws_book import Execution, Greeks, Holding, Instrument, Pnl, Ticker
from tests.simulators.tws_wire import Field, Message, Say

_STOCK_LIKE = frozenset({"STK", "FUND"})


def _contract(instrument: Instrument) -> tuple[Field, ...]:
    """The first seven fields of a contract, the same everywhere."""
    return (
        instrument.con_id,
        instrument.symbol,
        instrument.kind,
        instrument.expiry,
        instrument.strike,
        instrument.right,
        instrument.multiplier,
    )


def _names(instrument: Instrument) -> tuple[str, str, str]:
    """Currency, local symbol and trading class, which follow the exchange."""
    return instrument.currency, instrument.local_symbol, instrument.trading_class


def position(holding: Holding) -> Message:
    """A position. Only stocks have an exchange here; a request with the others' contract fails."""
    instrument = holding.instrument
    exchange = instrument.exchange if instrument.kind in _STOCK_LIKE else ""
    head = (Say.POSITION, 3, holding.account, *_contract(instrument), exchange)
    return (*head, *_names(instrument), holding.quantity, holding.average_cost)


def position_multi(request: int, holding: Holding) -> Message:
    """A position for one who asked for one account."""
    _, _, account, *rest = position(holding)
    return (Say.POSITION_MULTI, 1, request, account, *rest, "")


def portfolio(holding: Holding) -> Message:
    """A portfolio row: the exchange is the primary one, and a stock's right is "0"."""
    instrument = holding.instrument
    *head, right, multiplier = _contract(instrument)
    return (
        *(Say.PORTFOLIO, 8, *head, right or "0", multiplier, instrument.exchange),
        *_names(instrument),
        *(holding.quantity, holding.mark, holding.value, holding.average_cost),
        *(holding.unrealized, holding.realized, holding.account),
    )


def account_value(account: str, tag: str, value: Field, currency: str) -> Message:
    """One value of the account that is being watched."""
    return (Say.ACCOUNT_VALUE, 2, tag, value, currency, account)


def account_value_multi(
    request: int, account: str, tag: str, value: Field, currency: str
) -> Message:
    """One value of an account for one who asked for several."""
    return (Say.ACCOUNT_VALUE_MULTI, 1, request, account, "", tag, value, currency)


def execution(request: int, done: Execution) -> Message:
    """A fill."""
    exchange = done.instrument.exchange or done.exchange
    return (
        *(Say.EXECUTION, request, done.order_id, *_contract(done.instrument), exchange),
        *_names(done.instrument),
        *(done.exec_id, done.time, done.account, done.exchange, done.side, done.shares, done.price),
        *(done.perm_id, done.client_id, done.liquidation, done.shares, done.price),
        *("", "", "", "", 1),
    )


def commission(done: Execution) -> Message:
    """What a fill cost, and what it realized."""
    head = (Say.COMMISSION, 1, done.exec_id, done.commission, done.commission_currency)
    return (*head, done.realized, "1.7976931348623157E308", "")


def pnl(request: int, now: Pnl) -> Message:
    """Profit and loss of an account."""
    return (Say.PNL, request, now.daily, now.unrealized, now.realized)


def pnl_single(request: int, holding: Holding) -> Message:
    """Profit and loss of a position."""
    head = (Say.PNL_SINGLE, request, holding.quantity, holding.daily)
    return (*head, holding.unrealized, holding.realized, holding.value)


def contract_details(request: int, instrument: Instrument, exchange: str) -> Message:
    """All about an instrument."""
    if instrument.kind == "BOND":
        return _bond_details(request, instrument, exchange)
    return (
        *(Say.CONTRACT_DETAILS, request, instrument.symbol, instrument.kind, instrument.expiry),
        *(instrument.strike, instrument.right, exchange, instrument.currency),
        *(instrument.local_symbol, instrument.trading_class, instrument.trading_class),
        *(instrument.con_id, instrument.min_tick, instrument.multiplier),
        *("ACTIVETIM,LMT,MKT", instrument.valid_exchanges, 1, instrument.underlying_con_id),
        *(instrument.long_name, instrument.exchange, instrument.expiry[:6]),
        *(instrument.industry, instrument.category, instrument.subcategory, instrument.time_zone),
        *("20260302:0930-20260302:1600", "20260302:0930-20260302:1600", "", 0),
        *_identifiers(instrument),
        *(1, instrument.underlying_symbol, instrument.underlying_kind, "26"),
        *(instrument.expiry, instrument.stock_type, "1", "1", "100"),
    )


def _bond_details(request: int, instrument: Instrument, exchange: str) -> Message:
    return (
        *(Say.BOND_DETAILS, request, instrument.symbol, instrument.kind),
        *(instrument.identifiers.get("CUSIP", ""), instrument.coupon, instrument.maturity),
        *("20251115", "AAA", "", "FIXED", 0, 0, 0, "", exchange, instrument.currency),
        *(instrument.trading_class, instrument.trading_class, instrument.con_id),
        *(instrument.min_tick, "LMT,MKT", "SMART", "", "", 0, "", instrument.long_name, "", 0),
        *_identifiers(instrument),
        *(1, "26", "1", "1", "1"),
    )


def _identifiers(instrument: Instrument) -> Iterator[Field]:
    yield len(instrument.identifiers)
    for scheme, number in instrument.identifiers.items():
        yield scheme
        yield number


def line_begins(request: int, *, delayed: bool) -> Iterator[Message]:
    """What is said before the first price: live or delayed, and how prices move."""
    yield (Say.MARKET_DATA_TYPE, 1, request, 3 if delayed else 1)
    yield (Say.TICK_PARAMETERS, request, "0.01", "9c0001", 3)


def ticks(request: int, ticker: Ticker, *, delayed: bool) -> Iterator[Message]:
    """The prices there are, in the numbers for live or for delayed ones."""
    bid, ask, last, close, volume, model = (
        (66, 67, 68, 75, 74, 83) if delayed else (1, 2, 4, 9, 8, 13)
    )
    for kind, price, size in (
        (bid, ticker.bid, ticker.bid_size),
        (ask, ticker.ask, ticker.ask_size),
        (last, ticker.last, ticker.last_size),
        (close, ticker.close, 0),
    ):
        if price is not None:
            yield (Say.PRICE, 6, request, kind, price, size, 0)
    yield (Say.SIZE, 6, request, volume, ticker.volume)
    if ticker.greeks:
        yield option_computation(request, ticker.greeks, model)


def option_computation(request: int, greeks: Greeks, kind: int = 13) -> Message:
    """What a model makes of an option: 10 of the bid, 11 the ask, 12 the last, 13 its own price."""
    return (
        *(Say.OPTION_COMPUTATION, request, kind, 0),
        *(greeks.volatility, greeks.delta, greeks.price, greeks.dividends),
        *(greeks.gamma, greeks.vega, greeks.theta, greeks.underlying),
    )

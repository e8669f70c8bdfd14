"""What TWS answers about instruments and their prices."""

from collections.abc import Iterable, Iterator

from tests.simulators import tws_messages as as_message
from tests.simulators.tws_book import Book, Instrument
from tests.simulators.tws_desk import Desk, Fields, number
from tests.simulators.tws_faults import words_of
from tests.simulators.tws_wire import Message, Say, error


def contract_details(desk: Desk, fields: Fields) -> Iterator[Message]:
    """All about the instruments a contract means."""
    request = number(fields[2])
    found = list(_instruments(desk.book, fields[3:15], fields[16:18]))
    if not found:
        yield error(200, words_of(200), request)
        return
    for instrument in found:
        exchange = fields[10] or instrument.valid_exchanges.split(",")[0]
        yield as_message.contract_details(request, instrument, exchange)
    yield (Say.CONTRACT_DETAILS_END, 1, request)


def _instruments(book: Book, contract: Fields, identifier: Fields) -> Iterator[Instrument]:
    """Those a request's contract means: by number, by identifier, or by what is filled in.

    None of them when the exchange is not one of the instrument's: "SMART" finds no future.
    """
    scheme, name = (*identifier, "", "")[:2]
    if number(contract[0]):
        by_number = book.instruments.get(number(contract[0]))
        found = [by_number] if by_number else []
    elif name:
        found = [i for i in book.instruments.values() if i.identifiers.get(scheme) == name]
    else:
        found = [i for i in book.instruments.values() if _alike(i, contract)]
    exchange = contract[7]
    yield from (i for i in found if not exchange or exchange in i.valid_exchanges.split(","))


def _alike(instrument: Instrument, contract: Fields) -> bool:
    _, symbol, kind, expiry, strike, right, multiplier, _, _, currency, local, trading = contract
    return (
        (symbol or local) in {instrument.symbol, instrument.local_symbol}
        and kind in {"", instrument.kind}
        and instrument.expiry.startswith(expiry)
        and (not float(strike or 0) or float(strike) == float(str(instrument.strike)))
        and right[:1] in {"", "0", instrument.right}
        and multiplier in {"", instrument.multiplier}
        and currency in {"", instrument.currency}
        and local in {"", instrument.local_symbol}
        and trading in {"", instrument.trading_class}
    )


def data_type(desk: Desk, fields: Fields) -> Iterable[Message]:
    """Whether delayed prices are wanted where there are no live ones."""
    desk.data_type = number(fields[2])
    return ()


def market_data(desk: Desk, fields: Fields) -> Iterator[Message]:
    """A line of prices, or a snapshot of them."""
    request, snapshot = number(fields[2]), fields[-3] == "1"
    code = _market_data_error(desk, fields)
    if code:
        yield error(code, words_of(code), request)
        return
    con_id = next(_instruments(desk.book, fields[3:15], ())).con_id
    if not snapshot:
        desk.tickers[request] = con_id
    if desk.faults.no_ticks:
        return
    yield from ticks(desk, request, con_id)
    if snapshot:
        yield (Say.SNAPSHOT_END, 1, request)


def _market_data_error(desk: Desk, fields: Fields) -> int | None:
    """Why a request for market data fails, if it does."""
    if desk.faults.market_data_error:
        return desk.faults.market_data_error
    if not fields[10]:
        return 321
    if len(desk.tickers) >= desk.faults.market_data_lines:
        return 101
    found = next(_instruments(desk.book, fields[3:15], ()), None)
    if found is None:
        return 200
    ticker = desk.book.tickers.get(found.con_id)
    return 354 if ticker and not ticker.live and desk.data_type < 3 else None


def ticks(desk: Desk, request: int, con_id: int) -> Iterator[Message]:
    """The first prices of a line, live or delayed as they are subscribed."""
    ticker = desk.book.tickers.get(con_id)
    if ticker is None:
        return
    if not ticker.live:
        yield error(10167, words_of(10167), request)
    yield from as_message.line_begins(request, delayed=not ticker.live)
    yield from as_message.ticks(request, ticker, delayed=not ticker.live)

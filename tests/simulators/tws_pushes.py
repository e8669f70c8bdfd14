"""Who is told of a change, and in which of TWS's words: what a client subscribed to decides."""

from collections.abc import Iterator

from tests.simulators import tws_messages as as_message
from tests.simulators.tws_book import Execution, Holding
from tests.simulators.tws_desk import Desk
from tests.simulators.tws_wire import Message


def of_holding(desk: Desk, holding: Holding, *, moved: bool) -> Iterator[Message]:
    """A position that changed; `moved`: in its quantity or cost and not in its mark alone."""
    if desk.positions and moved:
        yield as_message.position(holding)
    if moved:
        for request, account in desk.positions_multi.items():
            if account in {"", holding.account}:
                yield as_message.position_multi(request, holding)
    if desk.account == holding.account:
        yield as_message.portfolio(holding)
    for request, key in desk.pnl_single.items():
        if key == holding.key:
            yield as_message.pnl_single(request, holding)


def of_value(desk: Desk, account: str, tag: str, currency: str) -> Iterator[Message]:
    """A value of an account."""
    value = desk.book.accounts[account].values[tag, currency]
    if desk.account == account:
        yield as_message.account_value(account, tag, value, currency)
    for request, asked in desk.multi.items():
        if asked in {"", account}:
            yield as_message.account_value_multi(request, account, tag, value, currency)


def of_pnl(desk: Desk, account: str) -> Iterator[Message]:
    """Profit and loss of an account."""
    for request, asked in desk.pnl.items():
        if asked == account:
            yield as_message.pnl(request, desk.book.accounts[account].pnl)


def of_ticker(desk: Desk, con_id: int) -> Iterator[Message]:
    """Prices of an instrument."""
    ticker = desk.book.tickers[con_id]
    for request, asked in desk.tickers.items():
        if asked == con_id:
            yield from as_message.ticks(request, ticker, delayed=not ticker.live)


def of_execution(_desk: Desk, done: Execution) -> Iterator[Message]:
    """A fill: everybody is told of it, without having asked."""
    yield as_message.execution(-1, done)
    if done.commission_known:
        yield as_message.commission(done)

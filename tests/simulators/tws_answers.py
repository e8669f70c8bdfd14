"""What TWS answers to each request, out of the book and of what the client subscribed to before."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal, InvalidOperation

from tests.simulators import tws_market as market
from tests.simulators import tws_messages as as_message
from tests.simulators.tws_book import Book, Execution, Holding
from tests.simulators.tws_desk import Desk, Fields, number
from tests.simulators.tws_faults import READ_ONLY, words_of
from tests.simulators.tws_wire import UNSET, Ask, Field, Message, Say, error

_SUMMARIES = 2
"""Account summaries a client may have at one time."""

Answer = Callable[[Desk, Fields], Iterable[Message]]


def _nothing(_desk: Desk, _fields: Fields) -> Iterable[Message]:
    return ()


def _always(*messages: Message) -> Answer:
    return lambda _desk, _fields: messages


def _with_request(say: Say, *rest: str | int) -> Answer:
    """An empty answer that carries the request's number, which is the second field."""
    return lambda _desk, fields: ((say, number(fields[1]), *rest),)


def _refused(code: int, at: int) -> Answer:
    """An error for the request whose number is in that field."""
    return lambda _desk, fields: (error(code, words_of(code), number(fields[at])),)


def _orders(answer: Answer) -> Answer:
    """What has to do with orders: refused while the API is read-only."""

    def answered(desk: Desk, fields: Fields) -> Iterable[Message]:
        if desk.faults.read_only:
            return (error(321, f"Error validating request.-'bW' : cause - {READ_ONLY}"),)
        return answer(desk, fields)

    return answered


def _forget(*names: str) -> Answer:
    """The end of a subscription whose request number is the third field."""

    def answered(desk: Desk, fields: Fields) -> Iterable[Message]:
        for name in names:
            getattr(desk, name).pop(number(fields[2]), None)
        return ()

    return answered


def _start_api(desk: Desk, _fields: Fields) -> Iterator[Message]:
    said = desk.faults.managed_accounts
    yield (Say.MANAGED_ACCOUNTS, 1, ",".join(desk.book.accounts) if said is None else said)
    yield (Say.NEXT_VALID_ID, 1, 1)
    for code in (1100, 2110) if desk.faults.offline or desk.without_ib else (2104, 2106, 2158):
        yield error(code, words_of(code))


def _managed_accounts(desk: Desk, _fields: Fields) -> Iterator[Message]:
    yield (Say.MANAGED_ACCOUNTS, 1, ",".join(desk.book.accounts))


def _positions(desk: Desk, _fields: Fields) -> Iterator[Message]:
    desk.positions = True
    yield from (as_message.position(h) for h in desk.book.held())
    yield (Say.POSITION_END, 1)


def _cancel_positions(desk: Desk, _fields: Fields) -> Iterable[Message]:
    desk.positions = False
    return ()


def _positions_multi(desk: Desk, fields: Fields) -> Iterator[Message]:
    request, account = number(fields[2]), fields[3]
    desk.positions_multi[request] = account
    yield from (as_message.position_multi(request, h) for h in desk.book.held(account or None))
    yield (Say.POSITION_MULTI_END, 1, request)


def _account_updates(desk: Desk, fields: Fields) -> Iterator[Message]:
    account = fields[3] or next(iter(desk.book.accounts), "")
    if fields[2] != "1":
        desk.account = None
        return
    if account not in desk.book.accounts:
        yield error(321, _no_account(account))
        return
    desk.account = account
    for (tag, currency), value in desk.book.accounts[account].values.items():
        yield as_message.account_value(account, tag, value, currency)
    yield from (as_message.portfolio(h) for h in desk.book.held(account))
    yield (Say.ACCOUNT_TIME, 1, "10:31")
    yield (Say.ACCOUNT_DOWNLOAD_END, 1, account)


def _account_updates_multi(desk: Desk, fields: Fields) -> Iterator[Message]:
    request, account = number(fields[2]), fields[3]
    if account and account not in desk.book.accounts:
        yield error(321, _no_account(account), request)
        return
    desk.multi[request] = account
    for name in [account] if account else desk.book.accounts:
        for (tag, currency), value in desk.book.accounts[name].values.items():
            yield as_message.account_value_multi(request, name, tag, value, currency)
    yield (Say.ACCOUNT_MULTI_END, 1, request)


def _no_account(account: str) -> str:
    return f"Error validating request.-'bN' : cause - Invalid account code '{account}'"


def _summary(desk: Desk, fields: Fields) -> Iterator[Message]:
    request, tags = number(fields[2]), fields[4].split(",")
    if request not in desk.summaries and len(desk.summaries) >= _SUMMARIES:
        yield error(322, words_of(322), request)
        return
    desk.summaries[request] = fields[4]
    for account in desk.book.accounts.values():
        for (tag, currency), value in account.values.items():
            if tag in tags:
                yield (Say.SUMMARY, 1, request, account.name, tag, value, currency)
    if any(tag.startswith("$LEDGER") for tag in tags):
        for (tag, currency), amount in _ledger(desk.book).items():
            yield (Say.SUMMARY, 1, request, "All", tag, amount, currency)
    yield (Say.SUMMARY_END, 1, request)


def _ledger(book: Book) -> dict[tuple[str, str], Field]:
    """What is said for each currency, summed over the accounts; rates are what they are."""
    found: dict[tuple[str, str], Field] = {}
    for account in book.accounts.values():
        for (tag, currency), value in account.values.items():
            if (tag, "BASE") in account.values:
                before = found.get((tag, currency))
                adds = before is not None and tag != "ExchangeRate"
                found[tag, currency] = _sum(before, value) if adds else value
    return found


def _sum(one: Field, other: Field) -> Field:
    """Of what are no numbers it is the second."""
    try:
        return Decimal(str(one)) + Decimal(str(other))
    except InvalidOperation:
        return other


def _executions(desk: Desk, fields: Fields) -> Iterator[Message]:
    request = number(fields[2])
    for done in list(desk.book.executions):
        if _wanted(done, fields):
            yield as_message.execution(request, done)
            if done.commission_known:
                yield as_message.commission(done)
    yield (Say.EXECUTION_END, 1, request)


def _wanted(done: Execution, fields: Fields) -> bool:
    """Whether a fill passes the request's filter: client, account, time, symbol, kind, side."""
    client, account, since, symbol, kind, _exchange, side = (*fields[3:10], *[""] * 7)[:7]
    instrument = done.instrument
    return (
        client in {"", "0", str(done.client_id)}
        and account in {"", done.account}
        and symbol in {"", instrument.symbol}
        and kind in {"", instrument.kind}
        and side in {"", done.side, {"BOT": "BUY", "SLD": "SELL"}[done.side]}
        and since.replace("-", " ")[:17] <= done.time[:17]
    )


def _pnl(desk: Desk, fields: Fields) -> Iterator[Message]:
    request, account = number(fields[1]), fields[2]
    if account not in desk.book.accounts:
        yield error(321, _no_account(account), request)
        return
    desk.pnl[request] = account
    yield as_message.pnl(request, desk.book.accounts[account].pnl)


def _pnl_single(desk: Desk, fields: Fields) -> Iterator[Message]:
    request, account, con_id = number(fields[1]), fields[2], number(fields[4])
    if account not in desk.book.accounts:
        yield error(321, _no_account(account), request)
        return
    desk.pnl_single[request] = account, con_id
    held: Holding | None = desk.book.holdings.get((account, con_id))
    if held:
        yield as_message.pnl_single(request, held)
    else:
        yield (Say.PNL_SINGLE, request, 0, UNSET, UNSET, UNSET, UNSET)


def _cancel_by_second(name: str) -> Answer:
    """The end of a subscription whose request number is the second field."""

    def answered(desk: Desk, fields: Fields) -> Iterable[Message]:
        getattr(desk, name).pop(number(fields[1]), None)
        return ()

    return answered


def _current_time(_desk: Desk, _fields: Fields) -> Iterator[Message]:
    yield (Say.CURRENT_TIME, 1, int(time.time()))


ANSWERS: Mapping[Ask, Answer] = {
    Ask.START_API: _start_api,
    Ask.IDS: _always((Say.NEXT_VALID_ID, 1, 1)),
    Ask.MANAGED_ACCOUNTS: _managed_accounts,
    Ask.CURRENT_TIME: _current_time,
    Ask.POSITIONS: _positions,
    Ask.CANCEL_POSITIONS: _cancel_positions,
    Ask.POSITIONS_MULTI: _positions_multi,
    Ask.CANCEL_POSITIONS_MULTI: _forget("positions_multi"),
    Ask.ACCOUNT_UPDATES: _account_updates,
    Ask.ACCOUNT_UPDATES_MULTI: _account_updates_multi,
    Ask.CANCEL_ACCOUNT_UPDATES_MULTI: _forget("multi"),
    Ask.ACCOUNT_SUMMARY: _summary,
    Ask.CANCEL_ACCOUNT_SUMMARY: _forget("summaries"),
    Ask.EXECUTIONS: _executions,
    Ask.CONTRACT_DETAILS: market.contract_details,
    Ask.PNL: _pnl,
    Ask.CANCEL_PNL: _cancel_by_second("pnl"),
    Ask.PNL_SINGLE: _pnl_single,
    Ask.CANCEL_PNL_SINGLE: _cancel_by_second("pnl_single"),
    Ask.MARKET_DATA_TYPE: market.data_type,
    Ask.MARKET_DATA: market.market_data,
    Ask.CANCEL_MARKET_DATA: _forget("tickers"),
    Ask.OPEN_ORDERS: _orders(_always((Say.OPEN_ORDER_END, 1))),
    Ask.ALL_OPEN_ORDERS: _orders(_always((Say.OPEN_ORDER_END, 1))),
    Ask.AUTO_OPEN_ORDERS: _orders(_nothing),
    Ask.COMPLETED_ORDERS: _orders(_always((Say.COMPLETED_ORDERS_END,))),
    Ask.PLACE_ORDER: _orders(_nothing),
    Ask.CANCEL_ORDER: _orders(_nothing),
    Ask.REPLACE_ADVISOR_SETTINGS: _orders(_nothing),
    Ask.EXERCISE_OPTIONS: _orders(_nothing),
    Ask.GLOBAL_CANCEL: _orders(_nothing),
    Ask.ADVISOR_SETTINGS: _always(error(321, "FA data operations ignored for non FA customers.")),
    Ask.HISTORICAL_DATA: _refused(162, at=1),
    Ask.HEAD_TIMESTAMP: _refused(162, at=1),
    Ask.HISTOGRAM: _refused(162, at=1),
    Ask.HISTORICAL_TICKS: _refused(162, at=1),
    Ask.REAL_TIME_BARS: _refused(354, at=2),
    Ask.MARKET_DEPTH: _refused(354, at=2),
    Ask.TICK_BY_TICK: _refused(354, at=1),
    Ask.FUNDAMENTAL_DATA: _refused(354, at=2),
    Ask.IMPLIED_VOLATILITY: _refused(200, at=2),
    Ask.OPTION_PRICE: _refused(200, at=2),
    Ask.SCANNER_SUBSCRIPTION: _refused(162, at=1),
    Ask.NEWS_ARTICLE: _refused(354, at=1),
    Ask.SCANNER_PARAMETERS: _always((Say.SCANNER_PARAMETERS, 1, "<ScanParameterResponse/>")),
    Ask.OPTION_CHAIN: _with_request(Say.OPTION_CHAIN_END),
    Ask.SOFT_DOLLAR_TIERS: _with_request(Say.SOFT_DOLLAR_TIERS, 0),
    Ask.MATCHING_SYMBOLS: _with_request(Say.MATCHING_SYMBOLS, 0),
    Ask.SMART_COMPONENTS: _with_request(Say.SMART_COMPONENTS, 0),
    Ask.HISTORICAL_NEWS: _with_request(Say.HISTORICAL_NEWS_END, 0),
    Ask.USER_INFO: _with_request(Say.USER_INFO, ""),
    Ask.MARKET_RULE: _with_request(Say.MARKET_RULE, 1, "0", "0.01"),
    Ask.FAMILY_CODES: _always((Say.FAMILY_CODES, 0)),
    Ask.NEWS_PROVIDERS: _always((Say.NEWS_PROVIDERS, 0)),
    Ask.DEPTH_EXCHANGES: _always((Say.DEPTH_EXCHANGES, 0)),
    **dict.fromkeys(
        (
            Ask.NEWS_BULLETINS,
            Ask.CANCEL_NEWS_BULLETINS,
            Ask.LOG_LEVEL,
            Ask.CANCEL_MARKET_DEPTH,
            Ask.CANCEL_HISTORICAL_DATA,
            Ask.CANCEL_REAL_TIME_BARS,
            Ask.CANCEL_FUNDAMENTAL_DATA,
            Ask.CANCEL_IMPLIED_VOLATILITY,
            Ask.CANCEL_OPTION_PRICE,
            Ask.CANCEL_SCANNER_SUBSCRIPTION,
            Ask.CANCEL_HISTOGRAM,
            Ask.CANCEL_HEAD_TIMESTAMP,
            Ask.CANCEL_TICK_BY_TICK,
        ),
        _nothing,
    ),
}

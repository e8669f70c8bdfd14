"""What can go wrong with market data, Greeks and P&L, and with what a login may ask for."""

from collections.abc import Callable
from dataclasses import replace

from tests.simulators.tws_book import Book, Greeks, Holding, Instrument, Pnl, Ticker
from tests.simulators.tws_fault import Fault, Outcome, once
from tests.simulators.tws_faults import Faults
from tests.simulators.tws_wire import UNSET, Field

_NO_PRICE = "Show a price of zero, or call the mark of the portfolio row a quote."
_NO_GREEKS = "Show Greeks of zero, or sum them."


def _refused(code: int, words: str) -> Fault:
    return Fault(
        name=f"market-data-{code}",
        says=f"Every request for market data fails with {code}: {words}.",
        never=_NO_PRICE,
        outcome=Outcome.QUIET,
        faults=Faults(market_data_error=code),
    )


def _tickers(**new: Field) -> Callable[[Book], None]:
    def prepare(book: Book) -> None:
        for con_id, ticker in book.tickers.items():
            book.tickers[con_id] = _changed(ticker, new)

    return prepare


def _changed(ticker: Ticker, new: dict[str, Field]) -> Ticker:
    return replace(ticker, **new)  # type: ignore[arg-type] # fields by name


def _greeks(greeks: Greeks) -> Callable[[Book], None]:
    def prepare(book: Book) -> None:
        for con_id, ticker in book.tickers.items():
            if ticker.greeks:
                book.tickers[con_id] = replace(ticker, greeks=greeks)

    return prepare


def _all_greeks(one: Field) -> Greeks:
    return Greeks(
        volatility=one,
        delta=one,
        price=one,
        dividends=one,
        gamma=one,
        vega=one,
        theta=one,
        underlying=one,
    )


def _pnl(pnl: Pnl) -> Callable[[Book], None]:
    def prepare(book: Book) -> None:
        for account in book.accounts.values():
            account.pnl = pnl

    return prepare


def _many_options(book: Book) -> None:
    """More options than there are market data lines."""
    pattern = book.holding("SPY", kind="OPT")
    for number in range(130):
        strike = f"{400 + number}.0"
        instrument: Instrument = replace(
            pattern.instrument,
            con_id=710_000 + number,
            strike=strike,
            local_symbol=f"SPY   261218C00{400 + number}000",
        )
        book.hold(Holding.of(pattern.account, instrument, "1", "1000.0", "12.5"))
        book.tickers[instrument.con_id] = Ticker(bid="12.4", ask="12.6", greeks=Greeks())


PRICES: tuple[Fault, ...] = (
    _refused(354, "it is not subscribed"),
    _refused(10197, "another session of the same user has it"),
    _refused(10089, "it needs a further subscription"),
    _refused(200, "no such contract"),
    _refused(321, "the exchange is missing"),
    _refused(101, "there are too many lines"),
    Fault(
        name="no-ticks",
        says="Market data is accepted and never sent.",
        never=_NO_PRICE,
        outcome=Outcome.QUIET,
        faults=Faults(no_ticks=True),
    ),
    Fault(
        name="no-greeks",
        says="Options have prices and no Greeks.",
        never=_NO_GREEKS,
        outcome=Outcome.QUIET,
        faults=Faults(no_greeks=True),
    ),
    Fault(
        name="delayed-only",
        says="Only delayed prices are subscribed, for everything.",
        never="Show them without saying that they are delayed.",
        outcome=Outcome.WHOLE,
        prepare=_tickers(live=False),
    ),
    Fault(
        name="few-lines",
        says="Two market data lines are there, the third fails with 101.",
        never="Ask for a third again and again; or leave out instruments for good.",
        outcome=Outcome.WHOLE,
        faults=Faults(market_data_lines=2),
    ),
    Fault(
        name="more-options-than-lines",
        says="A hundred and thirty options more are held, and a hundred lines are there.",
        never="Ask for more than a hundred at one time, or leave out any for good.",
        outcome=Outcome.WHOLE,
        prepare=_many_options,
    ),
    Fault(
        name="no-quotes",
        says="Bid and ask are -1 with a size of 0: there is no quote.",
        never="Show a price of -1.",
        outcome=Outcome.QUIET,
        prepare=_tickers(bid="-1.0", bid_size=0, ask="-1.0", ask_size=0, last=None, close=None),
    ),
    Fault(
        name="zero-prices",
        says="Bid, ask and last are 0.",
        never="Reckon a value of zero from them.",
        outcome=Outcome.QUIET,
        prepare=_tickers(bid="0.0", bid_size=0, ask="0.0", ask_size=0, last="0.0", last_size=0),
    ),
    Fault(
        name="unset-prices",
        says="Bid, ask, last and close are 1.8e308.",
        never="Show it as a price.",
        outcome=Outcome.QUIET,
        prepare=_tickers(bid=UNSET, ask=UNSET, last=UNSET, close=UNSET),
    ),
    Fault(
        name="greeks-not-computed",
        says='All Greeks are "not computed": -1 and -2.',
        never="Show -1 or -2, above all for vega and theta, where the client library lets it pass.",
        outcome=Outcome.QUIET,
        prepare=_greeks(Greeks.unknown()),
    ),
    Fault(
        name="greeks-unset",
        says="All Greeks are 1.8e308.",
        never=_NO_GREEKS,
        outcome=Outcome.QUIET,
        prepare=_greeks(_all_greeks(UNSET)),
    ),
    Fault(
        name="greeks-nan",
        says="All Greeks are NaN.",
        never=_NO_GREEKS,
        outcome=Outcome.QUIET,
        prepare=_greeks(_all_greeks("NaN")),
    ),
    Fault(
        name="pnl-unset",
        says="The P&L of every account is 1.8e308.",
        never="Show it as a number.",
        outcome=Outcome.WHOLE,
        prepare=_pnl(Pnl(daily=UNSET, unrealized=UNSET, realized=UNSET)),
    ),
    Fault(
        name="pnl-empty",
        says="The P&L of every account is empty: the client library makes 0.0 of it.",
        never="End, or lose the positions.",
        outcome=Outcome.WHOLE,
        prepare=_pnl(Pnl(daily="", unrealized="", realized="")),
    ),
    Fault(
        name="competing-session",
        says="In the middle, another session of the same user takes the market data (10197).",
        never=_NO_PRICE,
        outcome=Outcome.QUIET,
        happen=once(lambda tws: tws.notify(10197)),
    ),
    Fault(
        name="pacing",
        says="The gateway says that requests come too fast (100).",
        never="Go on as fast as before, or take it for the end of the connection.",
        outcome=Outcome.WHOLE,
        happen=once(lambda tws: tws.notify(100)),
    ),
    Fault(
        name="pacing-ends-it",
        says="More than 50 requests in a second end the connection.",
        never="Send more than 50 requests in a second.",
        outcome=Outcome.WHOLE,
        faults=Faults(pacing_drops=True),
    ),
)

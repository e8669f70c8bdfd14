"""The broker's symbols as instruments: the same ones that the other broker's records name."""

import datetime as dt
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, select

from qm_tui.brokers.ibkr.gateway_instruments import instrument_of
from qm_tui.brokers.ibkr.gateway_library import library
from qm_tui.brokers.tastytrade.answers import BadRow, Item, Row
from qm_tui.brokers.tastytrade.described import adjusted, answered, products, questions
from qm_tui.brokers.tastytrade.details import DELIVERABLE, DELIVERABLE_CASH
from qm_tui.brokers.tastytrade.instruments import Instruments
from qm_tui.brokers.tastytrade.symbols import parse_future_option
from qm_tui.domain.batches import Batch
from qm_tui.domain.instruments import (
    Bond,
    Crypto,
    Equity,
    EquityOption,
    Forex,
    Future,
    FutureOption,
    Instrument,
    OtherInstrument,
    Right,
    osi_symbol,
)
from qm_tui.domain.words import Section
from qm_tui.store.schema.instruments import instruments as table
from qm_tui.store.store import open_store
from tests.builders import a_batch, a_position
from tests.conftest import NOW
from tests.store.live import LIVE, details_of
from tests.store.stores import an_empty_store

PUT = "SPY   261218P00602500"
ES_PUT = "./ESZ6 E3AX6 261120P5800"

EQUITY: Row = {
    "id": 726, "symbol": "AAPL", "instrument-type": "Equity", "cusip": "037833100",
    "description": "APPLE INC", "is-index": False, "is-etf": False, "listed-market": "XNAS",
    "lendability": "Easy To Borrow", "borrow-rate": "0.0", "streamer-symbol": "AAPL",
    "tick-sizes": [{"value": "0.01"}],
}  # fmt: skip
FUTURE: Row = {
    "symbol": "/ESZ6", "product-code": "ES", "notional-multiplier": "50.0",
    "last-trade-date": "2026-12-18", "expiration-date": "2026-12-18", "exchange": "CME",
    "streamer-exchange-code": "XCME", "streamer-symbol": "/ESZ26:XCME",
    "future-product": {"code": "ES", "description": "E Mini S&P", "cash-settled": True},
}  # fmt: skip
FUTURE_OPTION: Row = {
    "symbol": ES_PUT, "underlying-symbol": "/ESZ6", "product-code": "ES",
    "expiration-date": "2026-11-20", "strike-price": "5800.0", "option-type": "P",
    "multiplier": "1.0", "notional-value": "0.5", "display-factor": "0.01",
    "streamer-symbol": "./E3AX26P5800:XCME", "exchange-symbol": "E3AX6 P5800",
}  # fmt: skip


def told(record: object, *names: str) -> tuple[Any, ...]:
    """Some fields of a record."""
    return tuple(getattr(record, name) for name in names)


def option_row(symbol: str = PUT, **more: Any) -> Row:
    """What the broker says of an option."""
    return {
        "symbol": symbol, "instrument-type": "Equity Option", "root-symbol": symbol[:6].strip(),
        "underlying-symbol": "SPY", "shares-per-contract": 100, "option-chain-type": "Standard",
        "exercise-style": "American",
        **{name.replace("_", "-"): said for name, said in more.items()},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("symbol", "word", "kind", "ours"),
    [
        ("AAPL", "Equity", Equity, "AAPL"),
        ("BRK/B", "Equity", Equity, "BRK B"),
        ("NEWCO", "Equity Offering", Equity, "NEWCO"),
        (PUT, "Equity Option", EquityOption, PUT),
        ("/ESZ6", "Future", Future, "ESZ6"),
        (ES_PUT, "Future Option", FutureOption, "E3AX6 P5800"),
        ("BTC/USD", "Cryptocurrency", Crypto, "BTC"),
        ("EUR/USD", "Currency Pair", Forex, "EUR.USD"),
        ("912828ZT0", "Bond", Bond, "912828ZT0"),
        ("912828ZT0", "Fixed Income Security", Bond, "912828ZT0"),
        ("SPX", "Equity", OtherInstrument, "SPX"),
        ("ABC WS", "Warrant", OtherInstrument, "ABC WS"),
        ("KXFED-27", "Event Contract", OtherInstrument, "KXFED-27"),
        ("POOL", "Liquidity Pool", OtherInstrument, "POOL"),
        ("X-1", "Hologram", OtherInstrument, "X-1"),
    ],
)
def test_each_kind_has_its_shape_and_our_symbol(
    symbol: str, word: str, kind: type[Instrument], ours: str
) -> None:
    instruments = Instruments()
    found = instruments.of(symbol, word)
    assert type(found) is kind
    assert told(found, "symbol", "currency") == (ours, "USD")
    assert instruments.written(found) == symbol
    assert instruments.of(symbol, word) is found


@pytest.mark.parametrize(
    ("word", "kind"),
    [("Warrant", "WAR"), ("Index", "IND"), ("Event Contract", "Event Contract"), ("Foo", "Foo")],
)
def test_what_has_no_shape_keeps_its_word(word: str, kind: str) -> None:
    found = Instruments().of("ZZZ", word)
    assert isinstance(found, OtherInstrument)
    assert found.kind == kind


def test_an_option_is_known_by_its_osi_symbol_however_it_is_padded() -> None:
    instruments = Instruments()
    found = instruments.of("SPY 261218P00602500", "Equity Option", underlying="SPY")
    assert isinstance(found, EquityOption)
    assert found.symbol == found.identifiers.osi_symbol == PUT
    assert told(found, "expiry", "right") == (dt.date(2026, 12, 18), Right.PUT)
    assert told(found, "strike", "multiplier") == (Decimal("602.5"), 100)
    assert instruments.of(PUT, "Equity Option", underlying="SPY") is found


@pytest.mark.parametrize(
    ("root", "told", "underlying"),
    [
        ("USO1", None, "USO"), ("USO1", "USO1", "USO"), ("SPXW", "SPX", "SPX"),
        ("SPXW", None, "SPX"),
        ("BRKB", "BRK/B", "BRK B"), ("BRKB", None, "BRK B"), ("AAPL", None, "AAPL"),
    ],
)  # fmt: skip
def test_options_know_what_they_are_on(root: str, told: str | None, underlying: str) -> None:
    found = Instruments().of(f"{root:<6}261218C00010000", "Equity Option", underlying=told)
    assert isinstance(found, EquityOption)
    assert found.underlying_symbol == underlying


@pytest.mark.parametrize(
    ("symbol", "future", "ours"),
    [
        (ES_PUT, "ESZ6", "E3AX6 P5800"),
        ("./RTYM1RTOM1 210618C2460", "RTYM1", "RTOM1 C2460"),
        ("./CLZ2 LOZ2  221116C91", "CLZ2", "LOZ2 C91"),
        ("./MESZ3EX2Z3  231208C4600", "MESZ3", "EX2Z3 C4600"),
        ("./6EZ6 EUUZ6 261204P1.085", "6EZ6", "EUUZ6 P1.085"),
        ("./ZBZ6 OZBZ6 261120C118.50", "ZBZ6", "OZBZ6 C118.5"),
        ("./M2KZ6R3EX6 261120C2100", "M2KZ6", "R3EX6 C2100"),
    ],
)
def test_the_parts_of_a_future_option_have_places_not_gaps(
    symbol: str, future: str, ours: str
) -> None:
    parts = parse_future_option(symbol)
    assert parts is not None
    assert told(parts, "future", "symbol") == (future, ours)


def test_a_future_option_brings_its_future_along() -> None:
    instruments = Instruments()
    option = instruments.of(ES_PUT, "Future Option")
    assert isinstance(option, FutureOption)
    assert option.underlying_symbol == "ESZ6"
    future = instruments.underlying(option)
    assert isinstance(future, Future)
    assert told(future, "symbol", "underlying_symbol") == ("ESZ6", "ES")


@pytest.mark.parametrize(
    ("symbol", "kind"),
    [
        ("AAPL", Equity), (PUT, EquityOption), ("/ESZ6", Future), (ES_PUT, FutureOption),
        ("ETH/USD", Crypto), ("./garbled", FutureOption), ("VIX", OtherInstrument),
    ],
)  # fmt: skip
def test_a_row_without_a_kind_shows_it_in_the_symbol(symbol: str, kind: type[Instrument]) -> None:
    assert type(Instruments().of(symbol, None)) is kind


# --- the same at both brokers ------------------------------------------------------------------

ib = library()
BOTH = {
    "AAPL": ("Equity", ib.Contract(secType="STK", conId=265598, symbol="AAPL", currency="USD")),
    "BRK/B": ("Equity", ib.Contract(secType="STK", conId=72063691, symbol="BRK B", currency="USD")),
    PUT: (
        "Equity Option",
        ib.Contract(
            secType="OPT", conId=700001, symbol="SPY", localSymbol=PUT, right="P", strike=602.5,
            lastTradeDateOrContractMonth="20261218", multiplier="100", currency="USD",
        ),
    ),
    "/ESZ6": (
        "Future",
        ib.Contract(
            secType="FUT", conId=495512563, symbol="ES", localSymbol="ESZ6", exchange="CME",
            lastTradeDateOrContractMonth="20261218", multiplier="50", currency="USD",
        ),
    ),
    ES_PUT: (
        "Future Option",
        ib.Contract(
            secType="FOP", conId=800001, symbol="ES", localSymbol="E3AX6 P5800", right="P",
            strike=5800.0, lastTradeDateOrContractMonth="20261120", multiplier="50",
            currency="USD", exchange="CME",
        ),
    ),
    "BTC/USD": (
        "Cryptocurrency",
        ib.Contract(secType="CRYPTO", conId=479624278, symbol="BTC", currency="USD"),
    ),
    "SPX": ("Index", ib.Contract(secType="IND", conId=416904, symbol="SPX", currency="USD")),
}  # fmt: skip


def known_instruments(connection: Connection) -> list[Any]:
    return list(connection.execute(select(table).order_by(table.c.id)))


@pytest.mark.parametrize("first", ["ibkr", "tastytrade"])
async def test_what_is_held_at_both_brokers_is_one_instrument(tmp_path: Path, first: str) -> None:
    instruments = Instruments()
    theirs = [instruments.of(symbol, word) for symbol, (word, _) in BOTH.items()]
    theirs.append(instruments.learn(EQUITY, NOW.isoformat()).instrument)
    ours = [instrument_of(contract) for _, contract in BOTH.values()]
    said = [ours, theirs] if first == "ibkr" else [theirs, ours]
    store = await open_store(an_empty_store(tmp_path), lambda: NOW)
    try:
        for listed in said:
            async with store.writer.run(LIVE) as run:
                held: Batch = a_batch(*(a_position(instrument=one) for one in listed))
                await run.save(held)
                await run.save(a_batch(*(details_of(one) for one in listed)))
        rows = await store.reader.read(known_instruments)
    finally:
        await store.close()

    shown = [row for row in rows if row.same_as_id is None]
    assert sorted(row.symbol for row in shown) == sorted(one.symbol for one in ours)
    assert all(row.conid for row in shown)
    assert not any(row.unresolved for row in rows)


# --- what is learned ---------------------------------------------------------------------------


def test_what_is_learned_holds_for_all_that_is_named_from_then_on() -> None:
    instruments = Instruments()
    before = instruments.of("AAPL", "Equity")
    info = instruments.learn(EQUITY, "2026-11-20T17:00:00+00:00")
    after = instruments.of("AAPL", "Equity")

    assert before.description is None
    assert after is info.instrument
    assert told(after, "description", "listing_exchange") == ("APPLE INC", "NASDAQ")
    assert after.broker_specific is not None
    assert after.broker_specific["cusip"] == "037833100"
    assert "tick-sizes" not in after.broker_specific
    assert instruments.is_described("AAPL")
    assert not instruments.is_described("MSFT")


def test_the_multiplier_of_a_future_option_is_not_the_one_its_row_says() -> None:
    found = Instruments().learn(FUTURE_OPTION).instrument
    assert isinstance(found, FutureOption)
    assert told(found, "multiplier", "multiplier_stated") == (50, True)
    assert str(found.multiplier) == "50"
    assert found.expiry == dt.date(2026, 11, 20)

    held = Instruments().of(ES_PUT, "Future Option", multiplier=Decimal(1))
    assert told(held, "multiplier", "multiplier_stated") == (50, False)


def test_a_future_knows_its_multiplier_from_whoever_says_it() -> None:
    assert Instruments().of("/ESZ6", "Future").multiplier == 50
    assert not Instruments().of("/ESZ6", "Future").multiplier_stated
    assert Instruments().of("/QQQQZ6", "Future").multiplier == 1

    stated = Instruments()
    stated.of("/QQZ6", "Future", multiplier=Decimal("0.5"))
    assert stated.of("/QQZ6", "Future").multiplier == Decimal("0.5")
    assert stated.of("/QQH5", "Future").multiplier == Decimal("0.5")
    assert stated.of("./QQZ6 QQOZ6 261120C10", "Future Option").multiplier == Decimal("0.5")


def test_kinds_of_futures_tell_the_multipliers_of_contracts_long_gone() -> None:
    instruments = Instruments()
    gone = instruments.of("/QQQH9", "Future")
    lacking = instruments.lacks_products
    row = {"code": "QQQ", "root-symbol": "/QQQ", "notional-multiplier": "250.0"}
    found = answered(products(), [Item(row, 0, 0), Item({"code": "Z"}, 0, 0)], instruments)

    assert gone.multiplier == 1
    assert [told(one.instrument, "symbol", "multiplier") for one in found.infos] == [("QQQH9", 250)]
    assert [row.field for row in found.refused] == ["notional-multiplier"]
    assert (lacking, instruments.lacks_products) == (True, False)
    assert instruments.of("/QQQH9", "Future").multiplier_stated


def test_a_position_tells_when_a_future_ends_and_what_the_feed_calls_it() -> None:
    instruments = Instruments()
    instruments.of("/ESZ6", "Future")
    assert instruments.streamer("/ESZ6") is None
    instruments.note("/ESZ6", expiry=dt.date(2026, 12, 18))
    assert instruments.streamer("/ESZ6") == "/ESZ26:XCME"
    instruments.note("/ESZ6", streamer="/ESZ26:ELSEWHERE")
    assert instruments.streamer("ESZ6") == "/ESZ26:ELSEWHERE"
    found = instruments.by_streamer("/ESZ26:ELSEWHERE")
    assert isinstance(found, Future)
    assert found.expiry == dt.date(2026, 12, 18)


def test_what_was_learned_at_another_time_is_remembered() -> None:
    first = Instruments()
    first.learn(FUTURE, "2026-11-20T17:00:00+00:00")
    first.learn(FUTURE_OPTION, "2026-11-20T17:00:00+00:00")
    held = [first.of("/ESZ6", None), first.of(ES_PUT, None)]

    later = Instruments()
    later.remember(held)
    assert later.is_described("/ESZ6")
    assert later.streamer(held[0]) == "/ESZ26:XCME"
    assert later.by_streamer("./E3AX26P5800:XCME") == later.of(ES_PUT, "Future Option")
    assert later.of("/ESZ6", "Future").multiplier_stated
    assert questions(held, later) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"symbol": None}, {"symbol": "X", "instrument-type": []},
        {**FUTURE, "notional-multiplier": "fifty"}, {**FUTURE, "notional-multiplier": "-50"},
        {**FUTURE, "last-trade-date": "soon"}, option_row(shares_per_contract="many"),
    ],
)  # fmt: skip
def test_a_description_that_cannot_be_read_is_refused_and_changes_nothing(wrong: Row) -> None:
    instruments = Instruments()
    before = instruments.of("/ESZ6", "Future")
    with pytest.raises(BadRow):
        instruments.learn(wrong)
    assert instruments.of("/ESZ6", "Future") is before


# --- what options deliver ----------------------------------------------------------------------


def shares(symbol: str | None, amount: str, kind: str = "Shares") -> Row:
    return {"deliverable-type": kind, "symbol": symbol, "amount": amount, "description": "…"}


def test_an_adjusted_option_says_what_it_delivers() -> None:
    odd = option_row(
        "SPY1  261218P00602500", shares_per_contract=10, option_chain_type="Non-standard",
        deliverables=[shares("SPY", "10"), shares(None, "12.34", "Cash")],
    )  # fmt: skip
    found = Instruments().learn(odd).instrument
    kept = found.broker_specific or {}

    assert isinstance(found, EquityOption)
    assert (kept[DELIVERABLE], kept[DELIVERABLE_CASH]) == ("10", "12.34")
    # The price of an adjusted option is still of a hundredth of a contract.
    assert told(found, "multiplier", "underlying_symbol") == (100, "SPY")


def test_a_usual_option_keeps_nothing_of_that_and_one_for_several_securities_no_number() -> None:
    usual = Instruments().learn(option_row(deliverables=[shares("SPY", "100.0")])).instrument
    assert DELIVERABLE not in (usual.broker_specific or {})

    both = option_row("SPY2  261218P00602500", deliverables=[shares("SPY", "50"), shares("X", "9")])
    kept = Instruments().learn(both).instrument.broker_specific or {}
    assert "deliverables" in kept
    assert DELIVERABLE not in kept


def test_the_number_of_shares_is_kept_where_it_is_unusual_and_nothing_else_is_said() -> None:
    few = option_row("SPY1  261218P00602500", shares_per_contract=25)
    hundred = option_row("SPY2  261218P00602500", option_chain_type="Non-standard")
    kept = [Instruments().learn(row).instrument.broker_specific or {} for row in (few, hundred)]
    assert [one.get(DELIVERABLE) for one in kept] == ["25", None]


def test_the_chain_of_an_adjusted_root_says_it_for_all_of_its_options() -> None:
    instruments = Instruments()
    option = instruments.of("USO1  261218P00003500", "Equity Option", underlying="USO")
    (question,) = adjusted([option], instruments)
    assert question.path == "/option-chains/USO/compact"

    rows = [
        {"underlying-symbol": "USO", "root-symbol": root, "deliverables": [shares("USO", amount)]}
        for root, amount in (("USO", "100"), ("USO1", "12.5"))
    ]
    found = answered(question, [Item(row, 0, 0) for row in rows], instruments)
    (info,) = found.infos
    assert (info.instrument.broker_specific or {})[DELIVERABLE] == "12.5"
    assert instruments.of(option.symbol, "Equity Option") == info.instrument
    assert adjusted([info.instrument], instruments) == []


# --- what is asked -----------------------------------------------------------------------------


def test_what_is_held_is_asked_for_with_what_its_options_are_on() -> None:
    instruments = Instruments()
    held = [
        instruments.of("AAPL", "Equity"), instruments.of(PUT, "Equity Option", underlying="SPY"),
        instruments.of("SPXW  261218P05000000", "Equity Option", underlying="SPX"),
        instruments.of(ES_PUT, "Future Option"), instruments.of("BTC/USD", "Cryptocurrency"),
        instruments.of("BRKB  261218C00500000", "Equity Option", underlying="BRK/B"),
        instruments.of("THING", "Hologram"),
    ]  # fmt: skip
    asked = {one.path: one.params.get("symbol[]") for one in questions(held, instruments)}

    assert asked == {
        "/instruments/equities": ("AAPL", "SPY", "SPX", "BRK/B"),
        "/instruments/equity-options": (
            PUT, "SPXW  261218P05000000", "BRKB  261218C00500000",
        ),
        "/instruments/futures": ("/ESZ6",),
        "/instruments/future-options": (ES_PUT,),
        "/instruments/cryptocurrencies": ("BTC/USD",),
        "/instruments/future-products": None,
    }  # fmt: skip


def test_many_symbols_are_asked_for_in_portions_and_one_by_one_where_lists_are_refused() -> None:
    instruments = Instruments()
    held = [instruments.of(f"/Q{n}Z6", "Future", multiplier=Decimal(5)) for n in range(10)]
    held += [instruments.of(f"T{n}", "Equity") for n in range(120)]
    asked = questions(held, instruments)
    assert [len(one.params["symbol[]"]) for one in asked] == [50, 50, 20, 10]

    single = asked[-1].one_by_one()
    assert len(single) == 10
    assert single[0].path == "/instruments/futures/%2FQ0Z6"
    assert single[0].params == {}


def test_an_answer_teaches_what_it_can_and_refuses_the_rest() -> None:
    instruments = Instruments()
    (question, *_) = questions([instruments.of("AAPL", "Equity")], instruments)
    rows = [EQUITY, {"symbol": None}, None, {**EQUITY, "symbol": "SPX", "is-index": True}]
    found = answered(question, [Item(row, 0, 0) for row in rows], instruments, "2026-11-20")

    assert [one.instrument.symbol for one in found.infos] == ["AAPL", "SPX"]
    assert [(one.document_row, one.section) for one in found.refused] == [
        (1, Section.INSTRUMENTS),
        (2, Section.INSTRUMENTS),
    ]
    assert questions([instruments.of("AAPL", "Equity")], instruments) == []


def test_a_thing_that_the_broker_calls_an_index_is_one_whatever_rows_call_it() -> None:
    instruments = Instruments()
    instruments.of("ABCX", "Equity")
    instruments.learn({**EQUITY, "symbol": "ABCX", "is-index": True})
    assert isinstance(instruments.of("ABCX", "Equity"), OtherInstrument)


# --- the feed's names --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("symbol", "word", "streamed"),
    [
        ("AAPL", "Equity", "AAPL"),
        ("BRK/B", "Equity", "BRK/B"),
        (PUT, "Equity Option", ".SPY261218P602.5"),
        ("SPXW  261218C05000000", "Equity Option", ".SPXW261218C5000"),
        ("F     261218C00012125", "Equity Option", ".F261218C12.125"),
        (ES_PUT, "Future Option", "./E3AX26P5800:XCME"),
        ("./CLH9 LOG9  290115C91.5", "Future Option", "./LOG29C91.5:XNYM"),
        ("./QQQQZ6QQZ6 261120C1", "Future Option", None),
        ("BTC/USD", "Cryptocurrency", "BTC/USD:CXTALP"),
        ("VIX", "Index", "VIX"),
        ("XYZ", "Warrant", None),
    ],
)
def test_the_feed_has_names_of_its_own(symbol: str, word: str, streamed: str | None) -> None:
    instruments = Instruments()
    found = instruments.of(symbol, word)
    assert instruments.streamer(found) == streamed
    assert instruments.streamer(symbol) == streamed
    assert instruments.streamer(found.symbol) == streamed
    if streamed is not None:
        assert instruments.by_streamer(streamed) == found
    assert instruments.by_streamer("NOBODY") is None


def test_a_stock_and_a_coin_of_one_name_are_told_apart() -> None:
    instruments = Instruments()
    coin, stock = instruments.of("BTC/USD", "Cryptocurrency"), instruments.of("BTC", "Equity")
    assert instruments.streamer(coin) == "BTC/USD:CXTALP"
    assert instruments.streamer(stock) == "BTC"


def test_a_stock_that_nobody_named_can_be_followed() -> None:
    assert Instruments().streamer("BRK B") == "BRK/B"


@given(
    root=st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=6),
    expiry=st.dates(dt.date(2001, 1, 1), dt.date(2090, 1, 1)),
    right=st.sampled_from(Right),
    strike=st.integers(1, 99_999_999),
)
def test_the_feeds_name_of_an_option_says_the_option(
    root: str, expiry: dt.date, right: Right, strike: int
) -> None:
    symbol = osi_symbol(root, expiry, right, Decimal(strike).scaleb(-3))
    assert symbol is not None
    name = Instruments().streamer(symbol)
    assert name is not None
    parts = re.fullmatch(r"\.([A-Z]+)(\d{6})([CP])([\d.]+)", name)
    assert parts is not None
    thousandths = f"{int(Decimal(parts[4]).scaleb(3)):08d}"
    assert f"{parts[1]:<6}{parts[2]}{parts[3]}{thousandths}" == symbol


@given(symbol=st.text(max_size=40), word=st.text(max_size=20) | st.sampled_from(["Future Option"]))
def test_whatever_a_row_names_becomes_an_instrument(symbol: str, word: str) -> None:
    instruments = Instruments()
    found = instruments.of(symbol, word, multiplier=Decimal(7))
    assert instruments.of(symbol, word, multiplier=Decimal(7)) is found
    instruments.streamer(found)
    instruments.streamer(symbol)
    instruments.note(symbol, streamer="x", expiry=dt.date(2026, 1, 1))
    instruments.remember([found])
    questions([found], instruments)

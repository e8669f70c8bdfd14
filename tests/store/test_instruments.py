"""Which instrument a row means: one however it is written, never guessed where two could be."""

import itertools
from dataclasses import replace
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from qm_tui.domain.instruments import Equity, Identifiers, canonical_ticker
from qm_tui.domain.records import InstrumentInfo
from qm_tui.domain.selection import Order, Scope
from qm_tui.store.reader import Reader
from qm_tui.store.reading.activity import TRADES
from qm_tui.store.reading.listing import page
from qm_tui.store.schema.booking import dirty_marks
from qm_tui.store.schema.instruments import instruments
from qm_tui.store.schema.people import decisions
from qm_tui.store.schema.sync import sync_runs
from qm_tui.store.store import Store
from tests.builders import a_batch, a_position, a_trade, an_equity, an_option, holds
from tests.store.stores import T1, T2, T3, Contents, Told, after, differences, tell, told, values

CONID = "265598"
KNOWN = an_equity("AAPL", conid=CONID)
TICKER = an_equity("AAPL")


def in_any_order(*all_told: Told) -> Contents:
    first = after(*all_told)
    for order in itertools.permutations(all_told):
        assert differences(first, after(*order)) == []
    return first


def ledger(*trades: Any, at: Any = T1) -> Told:
    return told(a_batch(*trades), at=at, broker="files", connection="import")


async def shown(reader: Reader, **scope: Any) -> list[dict[str, Any]]:
    order = Order(field="trade_date")
    return await reader.read(page, TRADES, dict, Scope(**scope), order, None, 1000)


def test_a_ticker_and_a_contract_id_that_comes_later_are_one() -> None:
    found = in_any_order(
        told(a_batch(a_trade(instrument=TICKER, trade_date="2024-03-01")), at=T1),
        told(a_batch(a_trade(instrument=KNOWN)), at=T2),
    )

    assert values(found["trades"], "instrument_conid") == [CONID, CONID]


async def test_what_was_joined_is_shown_under_one_symbol(store: Store) -> None:
    await tell(
        store,
        told(a_batch(a_trade(instrument=TICKER, trade_date="2024-03-01")), at=T1),
        told(a_batch(a_trade(instrument=KNOWN)), at=T2),
    )

    rows = await shown(store.reader, symbol="AAPL")
    assert [row["symbol"] for row in rows] == ["AAPL", "AAPL"]


def test_positions_under_a_ticker_and_a_contract_id_are_one_position() -> None:
    found = in_any_order(
        told(a_batch(a_position(instrument=TICKER)), at=T1),
        told(a_batch(a_trade(instrument=KNOWN)), at=T2),
    )

    assert values(found["positions"], "symbol", "conid") == [("AAPL", CONID)]


def test_a_ticker_in_another_currency_is_another_instrument() -> None:
    found = in_any_order(
        told(a_batch(a_trade(instrument=KNOWN)), at=T1),
        told(a_batch(a_trade(instrument=an_equity("AAPL", currency="EUR"), quantity=7)), at=T2),
    )

    assert set(values(found["trades"], "instrument_conid")) == {CONID, None}


def test_every_way_to_write_a_share_class_is_one_instrument() -> None:
    ways = ("BRK.B", "BRK B", "BRK/B", "brk.b")
    found = after(
        *(ledger(a_trade(instrument=an_equity(canonical_ticker(way)), key=way)) for way in ways)
    )

    assert set(values(found["trades"], "instrument_symbol")) == {"BRK B"}
    assert len(found["trades"]) == len(ways)


def test_an_instrument_that_changed_its_ticker_is_shown_under_the_latest() -> None:
    found = in_any_order(
        told(
            a_batch(a_trade(instrument=an_equity("FB", conid="107113386"), trade_date="2021-06-01"))
        ),
        told(
            a_batch(
                a_trade(instrument=an_equity("META", conid="107113386"), trade_date="2022-07-01")
            )
        ),
    )

    assert set(values(found["trades"], "instrument_symbol")) == {"META"}


def test_a_ticker_told_without_a_day_yields_to_one_that_was_borne_on_a_day() -> None:
    described = InstrumentInfo(account="", instrument=an_equity("FB", conid="107113386"))
    found = in_any_order(
        told(a_batch(described), at=T1),
        told(
            a_batch(
                a_trade(instrument=an_equity("META", conid="107113386"), trade_date="2022-07-01")
            ),
            at=T2,
        ),
    )

    assert values(found["trades"], "instrument_symbol") == ["META"]


def test_the_latest_ticker_is_shown_whoever_told_it() -> None:
    one = an_equity("FB", conid="107113386", identifiers=Identifiers(isin="US30303M1027"))
    other = an_equity("META", identifiers=Identifiers(isin="US30303M1027"))
    found = in_any_order(
        told(a_batch(a_trade(instrument=one, trade_date="2021-06-01")), at=T1),
        told(
            a_batch(a_trade(instrument=other, trade_date="2022-07-01")),
            at=T2,
            broker="tastytrade",
            connection="tasty",
        ),
    )

    assert set(values(found["trades"], "instrument_symbol")) == {"META"}


def described(at: Any, **changes: Any) -> Told:
    stock = Equity(
        **{
            "symbol": "AAPL", "currency": "USD", "identifiers": Identifiers(conid=CONID),
            **changes,
        }
    )  # fmt: skip
    return told(a_batch(a_trade(instrument=stock, key="TX:1")), at=at)


def test_the_newest_description_holds_word_by_word() -> None:
    found = in_any_order(
        described(T1, description="APPLE", listing_exchange="ISLAND"),
        described(T2, description="APPLE INC"),
        described(T3, listing_exchange="NASDAQ"),
    )

    (trade,) = found["trades"]
    assert trade["instrument_description"] == "APPLE INC"
    assert trade["instrument_listing_exchange"] == "NASDAQ"


def test_a_description_confirmed_later_is_not_undone_by_one_in_between() -> None:
    found = in_any_order(
        described(T1, description="APPLE INC"),
        described(T2, description="APPLE COMPUTER"),
        described(T3, description="APPLE INC"),
    )

    assert values(found["trades"], "instrument_description") == ["APPLE INC"]


def test_an_isin_traded_in_two_currencies_is_two_instruments() -> None:
    listings = [
        Equity(symbol="SAP", currency=currency, identifiers=Identifiers(isin="DE0007164600"))
        for currency in ("EUR", "USD")
    ]
    found = in_any_order(*(told(a_batch(a_trade(instrument=listing))) for listing in listings))

    assert sorted(values(found["trades"], "instrument_currency")) == ["EUR", "USD"]


def trades_of(found: Contents) -> list[Any]:
    return values(found["trades"], "instrument_conid")


def test_a_ticker_that_two_instruments_bear_is_nobodys_in_any_order() -> None:
    found = in_any_order(
        told(a_batch(a_trade(instrument=an_equity("ABC", conid="1"), quantity=1))),
        told(a_batch(a_trade(instrument=an_equity("ABC", conid="2"), quantity=2))),
        ledger(a_trade(instrument=an_equity("ABC"), quantity=3)),
    )

    by_quantity = {row["quantity"]: row for row in found["trades"]}
    assert [by_quantity[number]["instrument_conid"] for number in (1, 2, 3)] == ["1", "2", None]
    assert [by_quantity[number]["instrument_unresolved"] for number in (1, 2, 3)] == [0, 0, 1]


async def test_an_unresolved_ticker_is_one_instrument_and_warned_of_once(store: Store) -> None:
    await tell(
        store,
        told(a_batch(a_trade(instrument=an_equity("ABC", conid="1"), quantity=1))),
        told(a_batch(a_trade(instrument=an_equity("ABC", conid="2"), quantity=2))),
        ledger(a_trade(instrument=an_equity("ABC"), quantity=3)),
        ledger(a_trade(instrument=an_equity("ABC"), quantity=4)),
    )

    rows = await store.reader.read(
        lambda connection: connection.execute(select(instruments.c.conid)).scalars().all()
    )
    warnings = await store.reader.read(
        lambda connection: [
            text
            for details in connection.execute(select(sync_runs.c.details)).scalars()
            for text in details["warnings"]
        ]
    )
    assert sorted(map(str, rows)) == ["1", "2", "None"]
    assert len([text for text in warnings if "ABC could be any of 2" in text]) == 1


def test_a_ticker_means_who_bore_it_on_the_day_where_the_others_were_called_otherwise() -> None:
    old = an_equity("META", conid="1")
    facebook, meta = an_equity("FB", conid="2"), an_equity("META", conid="2")
    found = in_any_order(
        told(
            a_batch(
                a_trade(instrument=old, trade_date="2019-01-02", quantity=1),
                a_trade(instrument=old, trade_date="2021-01-04", quantity=2),
            )
        ),
        told(
            a_batch(
                a_trade(instrument=facebook, trade_date="2019-01-02", quantity=3),
                a_trade(instrument=facebook, trade_date="2021-01-04", quantity=4),
                a_trade(instrument=meta, trade_date="2022-07-01", quantity=5),
            )
        ),
        ledger(a_trade(instrument=an_equity("META"), trade_date="2020-01-06", quantity=6)),
    )

    by_quantity = {row["quantity"]: row["instrument_conid"] for row in found["trades"]}
    assert by_quantity[6] == "1"


def test_a_ledger_does_not_change_what_a_contract_is_said_to_be() -> None:
    contract, written = an_option(conid="888", multiplier=10), an_option()
    found = in_any_order(
        told(a_batch(a_trade(instrument=contract)), at=T1),
        told(a_batch(a_trade(instrument=written, quantity=7)), at=T2),
    )

    assert values(found["trades"], "instrument_multiplier") == [10, 10]


def test_what_is_known_under_an_isin_fills_the_gaps_of_the_contract() -> None:
    isin = Identifiers(isin="US0378331005")
    contract = an_equity("AAPL", identifiers=Identifiers(conid=CONID, isin="US0378331005"))
    found = in_any_order(
        told(a_batch(a_trade(instrument=contract)), at=T1),
        told(
            a_batch(
                a_trade(
                    instrument=an_equity("AAPL", identifiers=isin, description="APPLE"), quantity=7
                )
            ),
            at=T2,
        ),
    )

    assert values(found["trades"], "instrument_description") == ["APPLE", "APPLE"]
    assert trades_of(found) == [CONID, CONID]


def test_a_ticker_is_not_the_only_bearer_when_that_was_called_otherwise_then() -> None:
    found = in_any_order(
        told(
            a_batch(
                a_trade(instrument=an_equity("FB", conid="2"), trade_date="2019-01-02"),
                a_trade(instrument=an_equity("FB", conid="2"), trade_date="2021-01-04"),
                a_trade(instrument=an_equity("META", conid="2"), trade_date="2022-07-01"),
            )
        ),
        ledger(a_trade(instrument=an_equity("META"), trade_date="2020-01-06", quantity=6)),
    )

    by_quantity = {row["quantity"]: row["instrument_conid"] for row in found["trades"]}
    assert by_quantity[6] is None


async def test_what_turned_out_to_be_another_instrument_is_derived_again(store: Store) -> None:
    await tell(store, ledger(a_trade(instrument=TICKER)))
    writer = store.writer
    async with writer.unit(told().source) as unit:
        await unit.save(a_batch(a_trade(instrument=KNOWN, quantity=7)))

    marked = await store.reader.read(
        lambda connection: (
            connection.execute(
                select(instruments.c.conid)
                .join(dirty_marks, dirty_marks.c.instrument_id == instruments.c.id)
                .where(dirty_marks.c.run_id == unit.run)
            )
            .scalars()
            .all()
        )
    )
    assert sorted(map(str, marked)) == [CONID, "None"]


async def test_a_joining_is_a_decision_on_record(store: Store) -> None:
    await tell(
        store,
        told(a_batch(a_trade(instrument=KNOWN))),
        ledger(a_trade(instrument=TICKER, quantity=7)),
        ledger(a_trade(instrument=TICKER, quantity=8)),
    )

    kept = await store.reader.read(
        lambda connection: [
            tuple(row) for row in connection.execute(select(decisions.c.kind, decisions.c.value))
        ]
    )
    assert [(kind, value["conid"]) for kind, value in kept] == [("same_instrument", CONID)]


def test_an_assumed_multiplier_gives_way_to_a_stated_one_whenever_that_was_said() -> None:
    stated = replace(an_equity("ESZ6", conid="9"), multiplier=Decimal(50))
    assumed = replace(an_equity("ESZ6", conid="9"), multiplier_stated=False)
    found = in_any_order(
        told(a_batch(a_position(instrument=stated), holds=[holds("positions")]), at=T1),
        told(a_batch(a_trade(instrument=assumed)), at=T2),
    )

    assert [row["multiplier"] for row in found["positions"]] == [Decimal(50)]

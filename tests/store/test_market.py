"""The latest of what is quoted, what holds for accounts, and what need not be asked again."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Table, select

from qm_tui.domain.events import SectionCounts
from qm_tui.domain.words import Section
from qm_tui.store.reading.known import covered, known
from qm_tui.store.reading.links import link_history
from qm_tui.store.reading.market import current_options, latest_greeks, latest_quotes
from qm_tui.store.reading.notices import current_notices
from qm_tui.store.schema.accounts import account_notices
from qm_tui.store.schema.market import greeks, quotes
from qm_tui.store.store import Store
from tests.builders import (
    ACCOUNT,
    MOMENT,
    a_batch,
    a_position,
    a_trade,
    an_equity,
    an_option,
    covers,
    holds,
)
from tests.conftest import NOW
from tests.store.live import (
    BETWEEN,
    LIVE,
    Clock,
    a_notice,
    a_quote,
    details_of,
    some_greeks,
)
from tests.store.stores import tell, told

LATER = MOMENT + dt.timedelta(seconds=30)
CALL, PUT = an_option(conid="11"), an_option(right="P", conid="12")


async def save(store: Store, *records: Any, **fields: Any) -> SectionCounts:
    section = fields.pop("section", None) or _SECTIONS[type(records[0]).__name__]
    async with store.writer.run(LIVE) as run:
        return await run.save(a_batch(*records, section=section, **fields))


_SECTIONS = {
    "Quote": "quotes", "Greeks": "greeks", "AccountNotice": "notices", "Position": "positions",
    "InstrumentInfo": "instruments",
}  # fmt: skip


def rows(connection: Connection, table: Table) -> Sequence[Any]:
    return connection.execute(select(table).order_by(table.c.id)).all()


async def test_of_quotes_the_newest_is_kept(store: Store) -> None:
    counted = [
        await save(store, a_quote(bid=Decimal("1.10"), ask=Decimal("1.20"))),
        await save(store, a_quote(last=Decimal("1.15"), as_of=LATER, delayed=True)),
        await save(store, a_quote(bid=Decimal(9))),
    ]

    (row,) = await store.reader.read(rows, quotes)
    assert (row.bid, row.ask, row.last, row.delayed) == (None, None, Decimal("1.15"), 1)
    assert (row.as_of, row.source) == (LATER, "ibkr")
    assert [(one.added, one.changed, one.unchanged) for one in counted] == [
        (1, 0, 0),
        (0, 1, 0),
        (0, 0, 1),
    ]


async def test_of_two_quotes_in_one_batch_the_newer_is_kept(store: Store) -> None:
    await save(store, a_quote(last=Decimal(2), as_of=LATER), a_quote(last=Decimal(1)))

    assert [row.last for row in await store.reader.read(rows, quotes)] == [2]


async def test_greeks_are_kept_by_source(store: Store) -> None:
    await save(store, some_greeks(delta=Decimal("0.5")), some_greeks(source="computed"))
    await save(store, some_greeks(delta=Decimal("0.6"), as_of=LATER))

    found = await store.reader.read(rows, greeks)
    assert [(row.source, row.delta) for row in found] == [
        ("ibkr", Decimal("0.6")),
        ("computed", None),
    ]


async def test_what_a_broker_says_comes_before_what_was_computed_later(store: Store) -> None:
    await save(store, some_greeks(CALL, delta=Decimal("0.5")))
    await save(store, some_greeks(CALL, delta=Decimal("0.7"), source="computed", as_of=LATER))
    await save(store, some_greeks(PUT, delta=Decimal("-0.3"), source="computed"))

    found = await store.reader.read(latest_greeks)
    assert [row.delta for row in found.values()] == [Decimal("0.5"), Decimal("-0.3")]
    assert await store.reader.read(latest_greeks, [99]) == {}
    assert await store.reader.read(latest_quotes) == {}


async def test_options_that_are_held_have_their_greeks_and_quotes(store: Store) -> None:
    await save(
        store,
        a_position(instrument=CALL, quantity=2),
        a_position(instrument=PUT, quantity=-1),
        a_position(instrument=an_equity("AAPL", "1")),
        holds=[holds("positions")],
    )
    model = {"delta": Decimal("0.5"), "theta": Decimal("-0.02"), "implied_volatility": Decimal(1)}
    await save(store, some_greeks(CALL, **model, delayed=True))
    await save(store, a_quote(CALL, bid=Decimal(3), as_of=LATER))

    call, put = await store.reader.read(current_options, dict[str, Any])

    assert (call["symbol"], call["quantity"], call["delta"]) == (CALL.symbol, 2, Decimal("0.5"))
    assert (call["greeks_source"], call["greeks_as_of"], call["greeks_delayed"]) == (
        "ibkr",
        MOMENT,
        1,
    )
    assert (call["bid"], call["quote_as_of"], call["quote_delayed"]) == (3, LATER, 0)
    assert (put["quantity"], put["delta"], put["greeks_source"], put["bid"]) == (
        -1,
        None,
        None,
        None,
    )


async def test_a_notice_is_open_until_it_is_not_said_any_more(store: Store) -> None:
    again = a_notice(noticed_at=LATER)
    counted = [
        await save(store, a_notice(), a_notice("No options."), holds=[holds("notices")]),
        await save(store, again, a_notice(account="U7"), holds=[holds("notices", as_of=LATER)]),
    ]

    found = await store.reader.read(rows, account_notices)
    assert [(row.message, row.noticed_at, row.ended_at) for row in found] == [
        ("Only closing orders.", MOMENT, None),
        ("No options.", MOMENT, LATER),
        ("Only closing orders.", MOMENT, None),
    ]
    assert [(one.added, one.unchanged) for one in counted] == [(2, 0), (1, 1)]
    assert len(await store.reader.read(current_notices)) == 2


async def test_notices_that_did_not_come_whole_end_nothing_and_one_may_come_back(
    store: Store,
) -> None:
    await save(store, a_notice(), holds=[holds("notices")])
    await save(store, section="notices", incomplete="Notices did not come.")
    assert len(await store.reader.read(current_notices)) == 1

    await save(store, section="notices", holds=[holds("notices", as_of=LATER)])
    assert await store.reader.read(current_notices) == []

    await save(store, a_notice(noticed_at=LATER), holds=[holds("notices", as_of=LATER)])
    assert len(await store.reader.read(current_notices)) == 1


async def test_what_is_known_of_a_connection_need_not_be_asked_again(store: Store) -> None:
    assert await store.reader.read(known, "ib") == ({}, frozenset(), ())

    apple, gone = an_equity("AAPL", "1"), an_equity("GONE", "2")
    await save(store, a_position(instrument=apple), a_position(instrument=gone))
    await save(
        store, a_position(instrument=apple, as_of=LATER), holds=[holds("positions", as_of=LATER)],
        cursor="42",
    )  # fmt: skip
    await save(store, details_of(gone))
    elsewhere = replace(LIVE, connection="other")
    async with store.writer.run(elsewhere) as run:
        await run.save(a_batch(a_position(account="U7", instrument=an_equity("X", "3"))))

    found = await store.reader.read(known, "ib")
    assert found.cursors == {Section.POSITIONS: "42"}
    assert found.described == {"2"}
    assert found.held == (apple,)


async def test_the_days_that_statements_of_a_connection_cover_are_known(store: Store) -> None:
    days = [covers("2024-01-01", "2024-03-31"), covers("2024-01-01", "2024-01-31", "U7")]
    await tell(
        store,
        told(a_batch(a_trade(), coverage=days), connection="flex"),
        told(a_batch(a_trade(), coverage=days[:1]), connection="flex"),
        told(a_batch(a_trade(), coverage=[covers("2023-01-01", "2023-12-31")])),
    )

    assert await store.reader.read(covered, "flex") == [days[0], days[1]]
    assert await store.reader.read(covered, "ib") == []


async def test_how_a_connection_did_is_on_record(store: Store, clock: Clock) -> None:
    positions = a_batch(a_position(), holds=[holds("positions")])
    async with store.writer.run(LIVE) as run:
        await run.save(positions)
    clock.passes(minutes=15)
    async with store.writer.run(LIVE) as run:
        await run.save(a_batch(section="balances", incomplete="Nothing came."))
    clock.passes(minutes=15)
    await store.writer.note_failure(LIVE, "Nobody listens on port 4001.", clock())
    await store.writer.save(BETWEEN, a_batch(a_position(quantity=3, as_of=LATER), amends=True))
    await store.writer.lease("ib", "ibkr", "1@desk monitor")
    await tell(store, told(positions, connection="file"))

    (link,) = await store.reader.read(link_history)

    assert (link.connection, link.broker) == ("ib", "ibkr")
    assert link.states == ("failed", "failed", "done")
    assert (link.last_success, link.newest_as_of, link.last_run_at) == (NOW, LATER, clock())
    assert link.error == "Nobody listens on port 4001."
    assert (link.lease_holder, link.lease_since) == ("1@desk monitor", clock())
    assert await store.reader.read(link_history, ["unknown"]) == []
    assert [one.connection for one in await store.reader.read(link_history, ["ib", "file"])] == [
        "file",
        "ib",
    ]


async def test_only_the_last_twenty_syncs_count(store: Store, clock: Clock) -> None:
    for number in range(25):
        clock.passes(minutes=1)
        await store.writer.note_failure(LIVE, f"No {number}.", clock())

    (link,) = await store.reader.read(link_history, ["ib"])
    assert (len(link.states), link.last_success, link.error) == (20, None, "No 24.")
    assert ACCOUNT not in str(link)

"""What follows from facts is stored, kept up to date, and the same as a rebuild makes it."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import delete, func, insert, select, update

from qm_tui.book.deriving import derive_waiting
from qm_tui.domain.booking.group import derived as booked
from qm_tui.domain.booking.rows import COLUMNS
from qm_tui.domain.records import Trade
from qm_tui.domain.settings import AccountSettings
from qm_tui.domain.words import (
    CashType,
    CorporateActionType,
    OpenClose,
    TaxTreatment,
    TradeKind,
)
from qm_tui.store.derived import replace_groups
from qm_tui.store.reading.booking_marks import Portion, groups_of
from qm_tui.store.schema.booking import booking_group_members, booking_groups, dirty_marks
from qm_tui.store.schema.derived import DERIVED_TABLES, tax_lots
from qm_tui.store.schema.instruments import instruments
from qm_tui.store.store import Store, open_store
from tests.book.following import derived, following, groups, marks, quantities, rebuilt
from tests.builders import (
    a_balance,
    a_batch,
    a_cash_transaction,
    a_corporate_action,
    a_position,
    a_trade,
    a_transfer,
    an_account,
    an_equity,
    an_fx_rate,
    an_option,
    holds,
)
from tests.conftest import NOW
from tests.store.stores import differences, tell, told

AAPL, MSFT = an_equity("AAPL", conid="1"), an_equity("MSFT", conid="2")


def bought(quantity: int = 100, day: str = "2024-01-02", **more: Any) -> Trade:
    return a_trade(**{"instrument": AAPL, "quantity": quantity, "trade_date": day} | more)


def sold(quantity: int = 100, day: str = "2024-03-01", **more: Any) -> Trade:
    return bought(-quantity, day, **more)


async def changed(store: Store, *statements: Any) -> None:
    """Do something to a store that nobody may."""
    async with store.writer._engine.begin() as connection:
        for statement in statements:
            await connection.execute(statement)


def test_rows_have_the_columns_of_their_tables() -> None:
    for name, table in DERIVED_TABLES.items():
        assert [column.name for column in table.c] == ["id", "group_id", *COLUMNS[name]]


async def test_lots_and_gains_follow_from_trades(store: Store) -> None:
    await tell(store, told(a_batch(bought(100, price=10), sold(40, price=12))))

    outcome = await derived(store)

    found = await following(store.reader)
    [lot], [gain] = found["tax_lots"], found["realized_gains"]
    assert (outcome.groups, outcome.lots, outcome.gains, outcome.findings) == (1, 1, 1, 0)
    assert (lot["quantity"], lot["cost_basis"], lot["view"]) == (60, Decimal("600.6"), "every")
    assert (gain["quantity"], gain["proceeds"], gain["cost_basis"]) == (40, 479, Decimal("400.4"))
    assert (gain["gain"], gain["term"]) == (Decimal("78.6"), "short")
    assert gain["closing_id"] != gain["opening_id"]
    assert await marks(store.reader) == 0


async def test_a_short_lot_is_signed_and_a_short_gain_is_not(store: Store) -> None:
    short = bought(-100, price=10, commission=0, open_close=OpenClose.OPEN)
    await tell(store, told(a_batch(short, bought(40, "2024-02-01", price=8, commission=0))))

    await derived(store)

    found = await following(store.reader)
    [lot], [gain] = found["tax_lots"], found["realized_gains"]
    assert (lot["quantity"], lot["cost_basis"]) == (-60, -600)
    assert (gain["quantity"], gain["proceeds"], gain["cost_basis"]) == (-40, 400, 320)
    assert gain["gain"] == 80


async def test_views_that_differ_are_stored_one_by_one(store: Store) -> None:
    await tell(
        store,
        told(
            a_batch(
                bought(100, "2024-01-02", price=10, account="U1"),
                sold(100, "2024-03-01", price=8, account="U1"),
                bought(100, "2024-03-10", price=9, account="U2"),
            )
        ),
    )

    await derived(store)

    found = await following(store.reader)
    disallowed = {row["view"]: row["wash_disallowed"] for row in found["realized_gains"]}
    assert disallowed == {"taxpayer": 202, "economic": 0, "broker": 0}
    lots = {row["view"]: row["cost_basis"] for row in found["tax_lots"]}
    assert lots == {"taxpayer": 1103, "economic": 901, "broker": 901}
    [added] = found["lot_adjustments"]
    assert (added["view"], added["amount"]) == ("taxpayer", 202)


async def test_nothing_is_derived_where_nothing_is_marked(store: Store) -> None:
    await tell(store, told(a_batch(bought())))
    await derived(store)

    assert (await derived(store)).groups == 0


async def test_only_what_changed_is_derived_again(store: Store) -> None:
    await tell(store, told(a_batch(bought(), bought(instrument=MSFT))))
    await derived(store)
    await tell(store, told(a_batch(sold(10))))

    assert (await derived(store)).groups == 1
    assert quantities(await following(store.reader)) == ["AAPL 90", "MSFT 100"]


async def test_what_is_marked_while_it_is_booked_is_booked_again(store: Store) -> None:
    await tell(store, told(a_batch(bought())))
    later = [told(a_batch(bought(7, "2024-01-03")))]

    class Rival:
        """Stores another fact between reading and writing, once."""

        async def save_groups(self, *arguments: Any, **more: Any) -> Any:
            if later:
                await tell(store, later.pop())
            return await store.writer.save_groups(*arguments, **more)

    outcome = await derive_waiting(store.reader, Rival(), lambda: NOW)  # type: ignore[arg-type]

    assert outcome.groups == 1
    assert quantities(await following(store.reader)) == ["AAPL 100", "AAPL 7"]
    assert await marks(store.reader) == 0


async def test_groups_become_one_when_a_corporate_action_ties_them(store: Store) -> None:
    await tell(store, told(a_batch(bought(), bought(instrument=MSFT))))
    await derived(store)
    assert await groups(store.reader) == [("me", ("AAPL",)), ("me", ("MSFT",))]

    merger = {"type": CorporateActionType.MERGER, "action_id": "77", "date": "2024-02-01"}
    await tell(
        store,
        told(
            a_batch(
                a_corporate_action(instrument=AAPL, quantity=-100, **merger),
                a_corporate_action(instrument=MSFT, quantity=50, **merger),
            )
        ),
    )
    await derived(store)

    assert await groups(store.reader) == [("me", ("AAPL", "MSFT"))]
    assert (await rebuilt(store)).differences == []


async def test_an_option_is_booked_with_its_underlying_however_that_is_named(store: Store) -> None:
    by_ticker = an_option("AAPL", conid="9")
    by_contract = an_option("MS", conid="8", underlying_conid="2")
    await tell(store, told(a_batch(bought(instrument=by_ticker), bought(instrument=by_contract))))
    await derived(store)
    assert len(await groups(store.reader)) == 2

    await tell(store, told(a_batch(bought(), bought(instrument=MSFT))))
    await derived(store)

    assert [len(members) for _, members in await groups(store.reader)] == [2, 2]
    assert (await rebuilt(store)).differences == []


async def test_a_group_that_falls_apart_leaves_nothing_behind(store: Store) -> None:
    option = an_option("AAPL", conid="9")
    await tell(store, told(a_batch(bought(), bought(instrument=option))))
    await derived(store)
    assert len(await groups(store.reader)) == 1

    # A ticker that turns out to have been another one's.
    await changed(
        store,
        update(instruments).where(instruments.c.conid == "9").values(underlying_symbol="MSFT"),
    )
    await tell(store, told(a_batch(sold(10))))
    await derived(store)

    assert len(await groups(store.reader)) == 2
    found = await following(store.reader)
    assert sorted(row["quantity"] for row in found["tax_lots"]) == [90, 100]
    assert (await rebuilt(store)).differences == []


async def test_what_turns_out_to_be_one_instrument_is_booked_as_one(store: Store) -> None:
    await tell(store, told(a_batch(bought(100, instrument=an_equity("AAPL")))))
    await derived(store)
    await tell(store, told(a_batch(sold(40, instrument=AAPL))))
    await derived(store)

    found = await following(store.reader)
    assert quantities(found) == ["AAPL 60"]
    assert {row["instrument_id"][2] for row in found["tax_lots"]} == {"1"}


async def test_an_account_that_changes_its_taxpayer_leaves_the_lots_of_the_former(
    store: Store,
) -> None:
    wash = (
        bought(100, "2024-01-02", price=10, account="U1"),
        sold(100, "2024-03-01", price=8, account="U1"),
        bought(100, "2024-03-10", price=9, account="U2"),
    )
    await tell(store, told(a_batch(*wash)))
    await derived(store)

    await store.writer.apply_account_settings([AccountSettings(number="U2", taxpayer="friend")])
    await derived(store)

    found = await following(store.reader)
    assert found["lot_adjustments"] == []
    assert await groups(store.reader) == [("friend", ("AAPL",)), ("me", ("AAPL",))]
    assert len(found["tax_lots"]) == 1


@pytest.mark.parametrize(
    "settings",
    [
        AccountSettings(number="U2", tax_treatment=TaxTreatment.IRA),
        AccountSettings(number="U2", lot_method="lifo"),
    ],
    ids=["tax treatment", "lot method"],
)
async def test_a_change_of_an_accounts_settings_derives_it_again(
    store: Store, settings: AccountSettings
) -> None:
    await tell(
        store,
        told(
            a_batch(
                bought(100, "2024-01-02", price=10, account="U1"),
                sold(100, "2024-03-01", price=8, account="U1"),
                bought(100, "2024-03-10", price=9, account="U2"),
                bought(100, "2024-04-10", price=19, account="U2"),
                sold(100, "2024-07-10", price=30, account="U2"),
            )
        ),
    )
    await derived(store)
    before = await following(store.reader)

    await store.writer.apply_account_settings([settings])
    assert await marks(store.reader) == 1
    await derived(store)
    after = await following(store.reader)
    assert differences(before, after)

    await store.writer.apply_account_settings([])
    await derived(store)
    assert differences(before, await following(store.reader)) == []


async def test_a_brokers_word_on_how_an_account_is_taxed_derives_it_again(store: Store) -> None:
    await tell(store, told(a_batch(bought(account="U1"))))
    await derived(store)

    await tell(store, told(a_batch(an_account("U1", tax_treatment=TaxTreatment.ROTH))))

    assert await marks(store.reader) == 1


@pytest.mark.parametrize("kind", ["balance", "position", "dividend without name"])
async def test_what_books_nothing_marks_nothing(store: Store, kind: str) -> None:
    await tell(store, told(a_batch(bought()), a_batch(a_position(instrument=AAPL))))
    await derived(store)
    said = {
        "balance": a_batch(a_balance()),
        "position": a_batch(
            a_position(instrument=AAPL, as_of="2024-05-01T20:00:00+00:00"),
            holds=[holds("positions", as_of=dt.datetime(2024, 5, 1, 20, tzinfo=dt.UTC))],
        ),
        "dividend without name": a_batch(a_cash_transaction(instrument=None)),
    }[kind]

    await tell(store, told(said))

    assert await marks(store.reader) == 0


async def test_a_price_at_the_end_of_a_year_marks_what_may_be_marked_to_market(
    store: Store,
) -> None:
    future = an_option("SPX", expiry="2025-06-20", conid="5")
    year_end = {"as_of": "2024-12-31T21:00:00+00:00", "instrument": future}
    await tell(
        store,
        told(a_batch(bought(1, instrument=future))),
        told(a_batch(a_position(instrument=future, quantity=1))),
    )
    await derived(store)

    await tell(store, told(a_batch(a_position(quantity=1, market_price=20, **year_end))))
    assert await marks(store.reader) == 1
    await derived(store)

    found = await following(store.reader)
    assert [row["closing"] for row in found["realized_gains"]] == ["mark"]
    assert [row["origin"] for row in found["tax_lots"]] == ["mark"]
    assert (await rebuilt(store)).differences == []


async def test_a_position_that_turns_short_is_looked_at_again(store: Store) -> None:
    await tell(store, told(a_batch(bought()), a_batch(a_position(instrument=AAPL))))
    await derived(store)
    later = dt.datetime(2024, 5, 1, 20, tzinfo=dt.UTC)

    await tell(
        store,
        told(
            a_batch(
                a_position(instrument=AAPL, quantity=-5, as_of=later),
                holds=[holds("positions", as_of=later)],
            )
        ),
    )

    assert await marks(store.reader) == 1


async def test_an_exchange_rate_derives_what_it_converts_again(store: Store) -> None:
    euro = an_equity("SAP", conid="4", currency="EUR")
    await tell(
        store, told(a_batch(bought(currency="EUR", commission_currency="EUR", instrument=euro)))
    )
    await derived(store)
    [lot] = (await following(store.reader))["tax_lots"]
    assert lot["tax_cost_basis"] is None

    await tell(store, told(a_batch(an_fx_rate(date="2024-01-01", rate="1.1"))))
    await derived(store)

    [lot] = (await following(store.reader))["tax_lots"]
    assert lot["tax_cost_basis"] == lot["cost_basis"] * Decimal("1.1")


async def test_a_fee_that_names_a_trade_alone_marks_the_trades_instrument(store: Store) -> None:
    await tell(store, told(a_batch(bought(broker_trade_id="t1"))))
    await derived(store)
    fee = a_cash_transaction(
        instrument=None, type=CashType.COMMISSION_ADJUSTMENT, broker_trade_id="t1", amount=1
    )

    await tell(store, told(a_batch(fee)))

    assert await marks(store.reader) == 1


async def test_a_trade_restated_with_another_instrument_leaves_no_lot_of_the_former(
    store: Store,
) -> None:
    await tell(store, told(a_batch(bought(key="TX:1"))))
    await derived(store)
    await tell(store, told(a_batch(bought(key="TX:1", instrument=MSFT)), at=NOW))
    await derived(store)

    assert quantities(await following(store.reader)) == ["MSFT 100"]
    assert (await rebuilt(store)).differences == []


async def test_a_cancellation_that_comes_later_takes_the_gain_back(store: Store) -> None:
    sale = sold(40, key="TX:2", broker_transaction_id="2")
    await tell(store, told(a_batch(bought(key="TX:1"), sale)))
    await derived(store)
    cancellation = bought(
        40, "2024-03-01", key="TX:3", kind=TradeKind.CANCEL, original_transaction_id="2"
    )
    await tell(store, told(a_batch(cancellation), at=NOW))
    await derived(store)

    found = await following(store.reader)
    assert quantities(found) == ["AAPL 100"]
    assert not found["realized_gains"]
    assert (await rebuilt(store)).differences == []


async def test_a_trade_restated_at_another_price_is_derived_again(store: Store) -> None:
    await tell(store, told(a_batch(bought(key="TX:1"))))
    await derived(store)
    await tell(store, told(a_batch(bought(key="TX:1", price=99)), at=NOW))
    await derived(store)

    [lot] = (await following(store.reader))["tax_lots"]
    assert lot["cost_basis"] == 9901
    assert (await rebuilt(store)).differences == []


async def test_a_transfer_between_accounts_moves_lots(store: Store) -> None:
    await tell(
        store,
        told(
            a_batch(bought(100, price=10, account="U1", commission=0)),
            a_batch(
                a_transfer(
                    instrument=AAPL,
                    quantity=-100,
                    account="U1",
                    date="2024-02-01",
                    counterparty_account="U2",
                ),
                a_transfer(
                    instrument=AAPL,
                    quantity=100,
                    account="U2",
                    date="2024-02-01",
                    counterparty_account="U1",
                ),
            ),
        ),
    )

    await derived(store)

    [lot] = (await following(store.reader))["tax_lots"]
    assert (lot["account_id"], lot["quantity"], lot["cost_basis"]) == ("U2", 100, 1000)


async def test_a_rebuild_finds_and_corrects_what_does_not_follow(store: Store) -> None:
    await tell(store, told(a_batch(bought(), bought(instrument=MSFT))))
    await derived(store)
    right = await following(store.reader)
    await changed(
        store,
        update(tax_lots).values(quantity=Decimal(7)).where(tax_lots.c.id == 1),
        delete(tax_lots).where(tax_lots.c.id == 2),
    )

    found = (await rebuilt(store)).differences

    assert [(one.symbol, one.table, one.stored, one.derived) for one in found] == [
        ("AAPL", "tax_lots", 1, 1),
        ("MSFT", "tax_lots", 0, 1),
    ]
    assert differences(right, await following(store.reader)) == []
    assert (await rebuilt(store)).differences == []


async def test_a_rebuild_takes_what_waits_for_no_difference(store: Store) -> None:
    await tell(store, told(a_batch(bought())))
    await derived(store)
    await tell(store, told(a_batch(sold(10))))

    assert (await rebuilt(store)).differences == []
    assert quantities(await following(store.reader)) == ["AAPL 90"]


async def test_a_group_is_not_written_whose_former_one_reaches_further(store: Store) -> None:
    """Somebody else derived in the meantime, from facts that tie more."""
    await tell(store, told(a_batch(bought(), bought(instrument=MSFT))))
    await derived(store)
    first = select(func.min(booking_groups.c.id)).scalar_subquery()
    await changed(store, update(booking_group_members).values(group_id=first))
    [one] = await store.reader.read(groups_of, Portion("me", (1,), 1, 1))
    rows = booked(one)
    async with store.writer._engine.begin() as connection:
        saved = await connection.run_sync(
            lambda sync: replace_groups(sync, [rows], 10**9, NOW, compare=False)
        )

    assert (saved.groups, saved.stale) == ([], 1)


async def test_a_reader_notices_what_another_process_derived(store: Store) -> None:
    await tell(store, told(a_batch(bought())))
    other = await open_store(store.path, lambda: NOW)
    before = await store.reader.data_version()

    await derived(other)
    await other.close()

    assert await store.reader.data_version() != before


async def test_marks_of_what_is_never_booked_are_cleared(store: Store) -> None:
    await tell(store, told(a_batch(bought())))
    await derived(store)
    await changed(
        store,
        insert(dirty_marks).values(taxpayer="nobody", instrument_id=1, marked_at=NOW),
    )

    await derived(store)

    assert await marks(store.reader) == 0
    assert await groups(store.reader) == [("me", ("AAPL",))]


async def test_a_group_whose_facts_are_all_another_taxpayers_by_now_is_gone(store: Store) -> None:
    await tell(store, told(a_batch(bought(account="U1"))))
    await derived(store)

    await store.writer.apply_account_settings([AccountSettings(number="U1", taxpayer="spouse")])
    outcome = await derived(store)

    assert outcome.groups == 1
    assert await groups(store.reader) == [("spouse", ("AAPL",))]
    assert await marks(store.reader) == 0


async def test_progress_is_told_from_nothing_to_all(store: Store) -> None:
    await tell(store, told(a_batch(bought(), bought(instrument=MSFT))))
    heard: list[tuple[int, int]] = []

    await derive_waiting(
        store.reader, store.writer, lambda: NOW, tell=lambda *how_far: heard.append(how_far)
    )

    assert (heard[0], heard[-1]) == ((0, 2), (2, 2))

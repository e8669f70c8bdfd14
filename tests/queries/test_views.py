"""Every view is filled from its listing, and pages of it are the rows in their order."""

from collections.abc import Callable, Sequence
from dataclasses import fields
from decimal import Decimal
from typing import Any

import pytest

from qm_tui.cli.arguments import WHAT
from qm_tui.cli.shapes import columns
from qm_tui.domain.selection import Order, Scope
from qm_tui.domain.words import TransferDirection
from qm_tui.queries import (
    account_views,
    activity,
    activity_views,
    lot_views,
    lots,
    position_views,
    sync_views,
)
from qm_tui.queries.accounts import account_totals, accounts
from qm_tui.queries.listed import ListedPages
from qm_tui.queries.paging import PAGE_SIZE
from qm_tui.queries.syncs import runs, syncs
from qm_tui.store.reading.activity import LISTINGS
from qm_tui.store.reading.holdings import current_broker_lots, current_positions
from qm_tui.store.store import Store
from tests.builders import (
    a_balance,
    a_batch,
    a_broker_lot,
    a_cash_transaction,
    a_closed_lot,
    a_margin_interest,
    a_position,
    a_trade,
    a_transfer,
    an_account,
    an_equity,
    holds,
)
from tests.store.stores import tell, told

LISTED: dict[str, type[Any]] = {
    "trades": activity_views.TradeView,
    "cash": activity_views.CashView,
    "transfers": activity_views.TransferView,
    "interest": activity_views.InterestView,
    "gains": lot_views.GainView,
}
QUERIES: dict[str, Callable[..., ListedPages[Any]]] = {
    "trades": activity.trades,
    "cash": activity.cash,
    "transfers": activity.transfers,
    "interest": activity.interest,
    "gains": lots.broker_gains,
}
RECKONED = {
    "gains": {
        "proceeds", "number", "net_gain", "proceeds_usd", "cost_basis_usd", "gain_usd",
        "wash_disallowed_usd", "net_gain_usd", "closing", "method", "provisional",
        "form_8949_box", "form_8949_code", "tax_treatment",
    }
}  # fmt: skip
"""Fields that follow from the listing's own, or that brokers do not say."""
PRINTED: dict[str, type[Any]] = {
    "accounts": account_views.AccountView,
    "balances": account_views.BalanceView,
    "positions": position_views.PositionView,
    "lots": lot_views.LotView,
    "syncs": sync_views.SyncView,
    **LISTED,
}


def names(view: type[Any]) -> set[str]:
    return {field.name for field in fields(view)}


@pytest.mark.parametrize("what", LISTED)
def test_the_labels_of_a_listing_are_the_fields_of_its_view(what: str) -> None:
    assert set(LISTINGS[what].columns) == names(LISTED[what]) - RECKONED.get(what, set())


@pytest.mark.parametrize("what", LISTED)
def test_a_listing_is_searched_in_and_sorted_by_its_own_labels(what: str) -> None:
    listing = LISTINGS[what]

    assert {*listing.searched, *listing.natural} <= set(listing.columns)


@pytest.mark.parametrize("what", sorted(set(WHAT) & set(PRINTED)))
def test_what_is_printed_is_in_the_view(what: str) -> None:
    assert set(columns(what)) <= names(PRINTED[what])


async def everything(store: Store) -> None:
    await tell(
        store,
        told(
            a_batch(an_account(), an_account("U2", nickname="Second")),
            a_batch(
                *(a_trade(key=f"TX:{number}", price=number % 7 + 1) for number in range(450)),
                a_trade(key="TX:none", price=None, proceeds=None, account="U2"),
            ),
            a_batch(*(a_cash_transaction(key=f"C:{n}", amount=n % 5) for n in range(10))),
            a_batch(a_transfer(), a_transfer(quantity=-5, direction=TransferDirection.OUT)),
            a_batch(a_margin_interest()),
            a_batch(a_closed_lot()),
            a_batch(a_position(), holds=[holds("positions")]),
            a_batch(a_broker_lot(), holds=[holds("broker_lots")]),
            a_batch(a_balance(tag="NetLiquidation"), holds=[holds("balances")]),
        ),
    )


async def walked(pages: Any) -> list[Any]:
    """All rows, a page at a time, as a screen would come upon them."""
    found = list(await pages.page(None))
    for anchor in await pages.anchors():
        found += await pages.page(anchor)
    return found


@pytest.mark.parametrize("what", LISTED)
@pytest.mark.parametrize("descending", [False, True])
async def test_every_field_of_a_listing_sorts_and_pages(
    store: Store, what: str, descending: bool
) -> None:
    await everything(store)
    for field in sorted(set(LISTINGS[what].columns)):
        pages = QUERIES[what](store.reader, order=Order(field=field, descending=descending))
        rows = await walked(pages)

        assert len(rows) == await pages.count() == len({row.id for row in rows}), field
        assert list(await pages.last_page()) == rows[-PAGE_SIZE:], field
        assert_sorted([getattr(row, field) for row in rows], descending=descending)


def assert_sorted(found: Sequence[Any], *, descending: bool) -> None:
    """Whether values are in order, with the unknown ones last in either direction."""
    known = [value for value in found if value is not None]

    assert found[: len(known)] == known
    assert known == sorted(known, reverse=descending)


async def test_a_page_begins_behind_its_anchor_even_while_rows_are_added(store: Store) -> None:
    await everything(store)
    pages = activity.trades(store.reader, order=Order(field="price"))
    anchors = await pages.anchors()
    before = await pages.page(anchors[0])

    await tell(store, told(a_batch(a_trade(key="TX:new", price="0.5"))))

    assert await pages.page(anchors[0]) == before


async def test_selections_fill_their_views(store: Store) -> None:
    await everything(store)

    assert await store.reader.read(current_positions, position_views.PositionView)
    assert await store.reader.read(current_broker_lots, lots._lot)
    assert await syncs(store.reader)
    assert await runs(store.reader)


async def test_a_text_finds_rows_in_any_case_and_takes_no_sign_for_more_than_itself(
    store: Store,
) -> None:
    await tell(
        store,
        told(
            a_batch(
                a_cash_transaction(key="1", description="100% BONUS_issue"),
                a_cash_transaction(key="2", description="1000 bonus issue"),
            )
        ),
    )

    async def found(text: str) -> int:
        return await activity.cash(store.reader, Scope(text=text)).count()

    assert await found("bonus") == 2
    assert await found("BONUS 100%") == 1
    assert await found("bonus_") == 1
    assert await found("'; DROP TABLE trades; --") == 0


async def test_a_day_shows_what_had_happened_by_its_end(store: Store) -> None:
    await tell(
        store,
        told(
            a_batch(
                a_trade(key="1", trade_date="2024-03-14"),
                a_trade(key="2", trade_date="2024-03-15"),
                a_trade(key="3", trade_date="2024-03-16"),
            )
        ),
    )
    scope = Scope(as_of=a_trade().trade_date)

    assert await activity.trades(store.reader, scope).count() == 2


async def test_an_unknown_value_of_an_account_is_named_and_not_taken_for_zero(
    store: Store,
) -> None:
    await everything(store)

    (total,) = account_totals(await accounts(store.reader))

    assert total.net_liquidation == Decimal(1000)
    assert total.missing["net_liquidation"] == ("U2",)


async def test_a_position_of_unknown_gain_makes_the_accounts_gain_unknown(store: Store) -> None:
    rows = (a_position(), a_position(instrument=an_equity("X"), unrealized_pnl=None))
    await tell(store, told(a_batch(an_account()), a_batch(*rows, holds=[holds("positions")])))

    (account,) = await accounts(store.reader)

    assert account.unrealized_pnl is None


@pytest.mark.parametrize(("quantity", "term"), [(100, "long"), (-100, None)])
async def test_a_lot_has_a_term_where_its_own_holding_decides_it(
    store: Store, quantity: int, term: str | None
) -> None:
    """A short sale's term follows from the shares delivered one day (Publication 550, p. 85)."""
    lot = a_broker_lot(quantity=quantity, acquisition_date="2020-01-02", holding_start="2020-01-02")
    await tell(store, told(a_batch(lot, holds=[holds("broker_lots")])))

    [view] = await lots.broker_lots(store.reader)

    assert view.term == term

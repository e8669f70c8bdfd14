"""Rows of Tastytrade's history, through the store, end at the right lots and gains."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import count
from typing import Any

from qm_tui.brokers.tastytrade.instruments import Instruments
from qm_tui.brokers.tastytrade.transactions import records_of
from qm_tui.domain.batches import Batch
from qm_tui.domain.words import Section
from qm_tui.store.store import Store
from tests.book.following import derived, following, groups, rebuilt
from tests.builders import a_batch, a_trade, an_account, an_equity
from tests.store.stores import differences, tell, told

ACCOUNT = "5WX00001"
_ids = count(1000)


def row(kind: str, sub_type: str, symbol: str, quantity: int | str, **more: Any) -> dict[str, Any]:
    """A row as the API sends it: numbers are texts, money is unsigned with an effect."""
    instrument = "Equity Option" if len(symbol) == 21 else "Equity"
    value = Decimal(more.pop("value", "0"))
    fees = Decimal(more.pop("fees", "0"))
    when = more.pop("when")
    return {
        "id": next(_ids), "account-number": ACCOUNT, "symbol": symbol,
        "instrument-type": instrument, "underlying-symbol": symbol[:6].strip().rstrip("1"),
        "transaction-type": kind, "transaction-sub-type": sub_type, "description": sub_type,
        "quantity": str(quantity), "executed-at": f"{when}:00.000+00:00",
        "transaction-date": when[:10], **money("value", value), **money("net-value", value - fees),
        **money("clearing-fees", -fees), "is-estimated-fee": True,
    } | {name.replace("_", "-"): said for name, said in more.items()}  # fmt: skip


def money(name: str, amount: Decimal) -> dict[str, str]:
    effect = "None" if not amount else "Credit" if amount > 0 else "Debit"
    return {name: str(abs(amount)), f"{name}-effect": effect}


def traded(
    when: str, action: str, quantity: int, price: str, symbol: str, **more: Any
) -> dict[str, Any]:
    sign = 1 if action.startswith("Sell") else -1
    value = sign * quantity * Decimal(price) * (100 if len(symbol) == 21 else 1)
    kind = more.pop("kind", "Trade")
    return row(
        kind, action, symbol, quantity, when=when, action=action, price=price, value=value,
        order_id=next(_ids), **more,
    )  # fmt: skip


def delivered(when: str, action: str, quantity: int, price: str, symbol: str) -> dict[str, Any]:
    return traded(when, action, quantity, price, symbol, kind="Receive Deliver", fees="5")


def ended(when: str, how: str, quantity: int, symbol: str, **more: Any) -> dict[str, Any]:
    return row("Receive Deliver", how, symbol, quantity, when=when, **more)


def leg(when: str, how: str, action: str, quantity: int, symbol: str, value: int) -> dict[str, Any]:
    side = "Open" if action.endswith("Open") else "Close"
    return row(
        "Receive Deliver", how, symbol, quantity, when=when, action=action, value=value,
        description=f"{how.capitalize()}: {side} {quantity}.0 {symbol}",
    )  # fmt: skip


def page(*rows: dict[str, Any]) -> Batch:
    """A page of the history."""
    instruments = Instruments()
    records = [
        record
        for number, one in enumerate(rows)
        for record in records_of(one, ACCOUNT, instruments, number).records
    ]
    return a_batch(*records, section=Section.TRANSACTIONS)


async def synced(store: Store, *pages: Batch) -> dict[str, list[dict[str, Any]]]:
    """What follows, of which nothing is to be looked at."""
    await tell(store, told(a_batch(an_account(ACCOUNT)), *pages, broker="tastytrade", live=True))
    await derived(store)
    found = await following(store.reader)
    assert not found["booking_findings"], found["booking_findings"]
    return found


def gains(found: dict[str, list[dict[str, Any]]]) -> Sequence[tuple[str, Any]]:
    return sorted((row["instrument_id"][1], row["gain"]) for row in found["realized_gains"])


def lots(found: dict[str, list[dict[str, Any]]]) -> Sequence[tuple[str, Any, Any]]:
    return sorted(
        (row["instrument_id"][1], row["quantity"], row["cost_basis"]) for row in found["tax_lots"]
    )


HIGH, LOW = "USO   200717P00003500", "USO   200717P00002000"
NEW_HIGH, NEW_LOW = "USO1  200717P00003500", "USO1  200717P00002000"
INDEX = "SPXW  200717P03200000"


async def test_a_spread_is_assigned_and_exercised_at_its_end(store: Store) -> None:
    found = await synced(
        store,
        page(
            traded("2020-05-01T15:00", "Sell to Open", 2, "0.9", HIGH, fees="2"),
            traded("2020-05-01T15:00", "Buy to Open", 2, "0.3", LOW, fees="2"),
            ended("2020-07-17T20:00", "Assignment", 1, HIGH),
            ended("2020-07-17T20:00", "Expiration", 1, HIGH),
            ended("2020-07-17T20:00", "Expiration", 2, LOW),
            delivered("2020-07-17T20:00", "Buy to Open", 100, "3.50", "USO"),
        ),
    )
    assert lots(found) == [("USO", 100, 350 + 5 - 89)]
    assert gains(found) == [(LOW, -62), (HIGH, 89)]


async def test_a_reverse_split_makes_other_contracts_that_are_closed_later(store: Store) -> None:
    split = "Reverse Split"
    history = (
        traded("2020-04-23T19:30", "Sell to Open", 6, "1.08", HIGH, fees="6.862"),
        traded("2020-04-23T19:30", "Buy to Open", 6, "0.29", LOW, fees="6.83"),
        leg("2020-04-29T12:34", split, "Buy to Close", 6, HIGH, -648),
        leg("2020-04-29T12:34", split, "Sell to Open", 6, NEW_HIGH, 648),
        leg("2020-04-29T12:35", split, "Sell to Close", 6, LOW, 174),
        leg("2020-04-29T12:35", split, "Buy to Open", 6, NEW_LOW, -174),
        traded("2020-05-19T15:30", "Buy to Close", 6, "0.63", NEW_HIGH),
        traded("2020-05-19T15:30", "Sell to Close", 6, "0.05", NEW_LOW),
    )
    found = await synced(store, *(page(one) for one in history))
    assert gains(found) == [
        (NEW_LOW, 30 - Decimal("180.83")),
        (NEW_HIGH, Decimal("641.138") - 378),
    ]
    assert not found["tax_lots"]
    before = found
    await rebuilt(store)
    assert not differences(before, await following(store.reader))


async def test_splits_and_changes_of_symbol_keep_what_was_paid_and_since_when(
    store: Store,
) -> None:
    found = await synced(
        store,
        page(
            traded("2019-06-03T15:00", "Buy to Open", 54, "20", "TQQQ"),
            leg("2021-01-21T12:30", "Forward Split", "Sell to Close", 54, "TQQQ", 1080),
            leg("2021-01-21T12:30", "Forward Split", "Buy to Open", 108, "TQQQ", -1080),
            traded("2021-03-01T15:00", "Buy to Open", 100, "17.5", "VGAC"),
            leg("2021-06-18T10:48", "Symbol Change", "Sell to Close", 100, "VGAC", 1750),
            leg("2021-06-18T10:48", "Symbol Change", "Buy to Open", 100, "ME", -1750),
        ),
    )
    assert lots(found) == [("ME", 100, 1750), ("TQQQ", 108, 1080)]
    assert {str(lot["acquisition_date"]) for lot in found["tax_lots"]} == {
        "2019-06-03",
        "2021-03-01",
    }


async def test_an_index_option_is_settled_in_cash_by_two_rows(store: Store) -> None:
    found = await synced(
        store,
        page(
            traded("2020-07-17T14:00", "Sell to Open", 1, "6", INDEX, fees="1"),
            ended(
                "2020-07-17T21:00", "Cash Settled Assignment", 1, INDEX,
                price="3200.0", value=-364, fees="5",
            ),
            ended("2020-07-17T21:00", "Assignment", 1, INDEX),
        ),
    )  # fmt: skip
    assert gains(found) == [(INDEX, 599 - 369)]
    assert {gain["closing"] for gain in found["realized_gains"]} == {"cash_settlement"}
    assert not found["tax_lots"]


async def test_what_is_taken_back_counts_for_nothing_also_when_it_comes_later(
    store: Store,
) -> None:
    wrong = ended("2020-07-17T20:00", "Expiration", 1, LOW)
    first = await synced(
        store, page(traded("2020-05-01T15:00", "Buy to Open", 1, "0.3", LOW), wrong)
    )
    assert gains(first) == [(LOW, -30)]

    back = ended("2020-07-18T14:00", "Expiration", 1, LOW, reverses_id=wrong["id"])
    found = await synced(store, page(back))

    assert lots(found) == [(LOW, 1, 30)]
    assert not found["realized_gains"]


async def test_a_loss_here_is_washed_by_a_purchase_at_another_broker(store: Store) -> None:
    elsewhere = a_trade(
        account="U1", instrument=an_equity("SPY", conid="9"), quantity=100, price=9,
        trade_date="2020-03-16", commission=0, transaction_type="ExchTrade",
    )  # fmt: skip
    await tell(store, told(a_batch(an_account("U1"), elsewhere)))

    found = await synced(
        store,
        page(
            traded("2020-01-02T15:00", "Buy to Open", 100, "10", "SPY"),
            traded("2020-03-02T15:00", "Sell to Close", 100, "8", "SPY"),
        ),
    )

    assert [names for _, names in await groups(store.reader)] == [("SPY",)]
    washed = {gain["view"]: gain["wash_disallowed"] for gain in found["realized_gains"]}
    assert washed == {"taxpayer": 200, "economic": 0, "broker": 0}
    bases = {lot["view"]: (lot["account_id"], lot["cost_basis"]) for lot in found["tax_lots"]}
    assert bases["taxpayer"] == ("U1", 1100)


async def test_an_option_on_a_future_that_is_assigned_delivers_the_future(store: Store) -> None:
    future, put = "/ESZ6", "./ESZ6 E3AX6 261120P5800"
    of_put = {"instrument_type": "Future Option", "underlying_symbol": future}
    of_future = {"instrument_type": "Future", "underlying_symbol": future}
    found = await synced(
        store,
        page(
            row(
                "Trade", "Sell to Open", put, 2, when="2026-11-02T15:00", action="Sell to Open",
                price="40", value="4000", **of_put,
            ),
            row("Receive Deliver", "Assignment", put, 2, when="2026-11-20T21:00", **of_put),
            row(
                "Receive Deliver", "Buy", future, 2, when="2026-11-20T21:00", action="Buy",
                price="5800", **of_future,
            ),
        ),
    )  # fmt: skip
    ((symbol, quantity, cost),) = lots(found)
    assert (symbol, quantity) == ("ESZ6", 2)
    assert cost == 2 * 5800 * 50 - 4000


async def test_a_future_is_not_booked_with_the_share_that_bears_its_products_name(
    store: Store,
) -> None:
    future = {"instrument_type": "Future", "underlying_symbol": "/ES"}
    await synced(
        store,
        page(
            traded("2026-11-02T15:00", "Buy to Open", 10, "60", "ES"),
            row(
                "Trade", "Buy", "/ESZ6", 1, when="2026-11-02T15:00", action="Buy", price="5800",
                **future,
            ),
        ),
    )  # fmt: skip
    assert len(await groups(store.reader)) == 2

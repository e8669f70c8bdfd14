"""Exports say nothing of the days they are of: when one begins with the account, it has all."""

import pytest

from qm_tui.domain.words import OpenClose
from qm_tui.store.store import Store
from tests.book.reconciled import breaks, reconciled, told_of
from tests.book.test_reconciling import MSFT, bought, held, seen
from tests.builders import a_batch, a_cash_transaction, an_account
from tests.store.stores import tell, told

FUNDED = a_cash_transaction(amount=20_000, date="2023-01-05", key="TX:1")


@pytest.mark.parametrize(
    ("opened", "cause"),
    [("2023-01-03", "missing_trade"), ("2019-05-02", "history_starts_later")],
    ids=["with the account", "years later"],
)
async def test_a_purchase_that_lacks_in_an_export_was_held_before_only_if_it_can_have_been(
    store: Store, opened: str, cause: str
) -> None:
    await tell(
        store,
        told(
            a_batch(
                an_account(opened=opened), FUNDED, bought(40, "2023-02-01", instrument=MSFT),
                bought(-70, "2024-03-01", open_close=OpenClose.CLOSE), bought(20, "2024-04-01"),
            )
        ),
        seen(held(40, MSFT), held(20)),
    )  # fmt: skip

    await reconciled(store)

    found = [one for one in told_of(await breaks(store)) if one[0] == "quantity"]
    assert found == [("quantity", "AAPL", "70", cause)]


async def test_an_export_that_begins_with_the_account_is_clean_where_both_sides_agree(
    store: Store,
) -> None:
    await tell(
        store,
        told(a_batch(an_account(opened="2023-01-03"), FUNDED, bought(40, "2023-02-01"))),
        seen(held(40)),
    )

    await reconciled(store)

    assert await breaks(store) == []

"""What several accounts hold of the same, taken together on a screen and apart again."""

from decimal import Decimal

from qm_tui.store.store import Store
from tests.builders import a_batch, a_position, an_account, an_equity
from tests.conftest import NOW
from tests.queries.test_netting import CALL, HERE, TASTY, THERE, at_both_brokers, greeks
from tests.ui.books import a_context, monitor
from tests.ui.scripted_syncs import ScriptedSyncs


async def test_m_merges_positions_and_takes_them_apart_again(store: Store) -> None:
    await at_both_brokers(store)
    async with monitor(a_context(store), (160, 30)) as it:
        await it.press("2")
        assert "4 positions" in it.text
        await it.press("m")
        assert it.trail == "Positions / merged"
        assert "2 instruments" in it.text
        assert "2 accounts" in it.row("AAPL ")
        assert "150" in it.row("AAPL ")
        await it.press("m")
        assert it.trail == "Positions"


async def test_enter_takes_a_merged_row_apart_into_its_accounts(store: Store) -> None:
    await at_both_brokers(store)
    async with monitor(a_context(store), (160, 30)) as it:
        await it.press("2", "m", "g", "enter")
        assert it.trail == "Positions / merged / AAPL"
        assert HERE in it.text
        assert THERE in it.text
        await it.press("escape", "escape")
        assert it.trail == "Positions"


async def test_x_nets_shares_and_options_by_underlying(store: Store) -> None:
    await at_both_brokers(store)
    async with monitor(a_context(store), (200, 30)) as it:
        await it.press("2", "x")
        assert it.trail == "Positions / exposure"
        assert "100.00" in it.row("2 accounts")
        await it.press("enter")
        assert "4 positions" in it.text


async def test_what_is_pushed_changes_the_exposure_on_the_screen(store: Store) -> None:
    await at_both_brokers(store)
    syncs = ScriptedSyncs()
    async with monitor(a_context(store, open_syncs=syncs.open), (200, 30)) as it:
        await it.press("3", "x")
        await it.until(lambda: syncs.subscribed)
        syncs.push(greeks("0.9"))
        await it.until(lambda: "60.00" in it.row("2 accounts"))


async def test_exposure_of_options_without_greeks_says_how_many(store: Store) -> None:
    await store.writer.save(TASTY, a_batch(an_account(HERE)))
    await store.writer.save(
        TASTY,
        a_batch(
            a_position(account=HERE, instrument=CALL, quantity=3, as_of=NOW),
            a_position(account=HERE, instrument=an_equity("KO"), quantity=Decimal(1), as_of=NOW),
        ),
    )
    async with monitor(a_context(store), (200, 30)) as it:
        await it.press("2", "x")
        assert " 1 " in it.row("AAPL")
        assert "—" in it.row("AAPL")


async def test_at_80_columns_the_net_delta_is_still_there(store: Store) -> None:
    await at_both_brokers(store)
    async with monitor(a_context(store), (80, 24)) as it:
        await it.press("2", "x")
        assert "Net delta" in it.text
        assert "100.00" in it.row("AAPL")


async def test_a_net_delta_that_lacks_greeks_is_marked_where_nothing_else_says_so(
    store: Store,
) -> None:
    await store.writer.save(TASTY, a_batch(an_account(HERE)))
    held = [
        a_position(account=HERE, instrument=CALL, quantity=3, as_of=NOW),
        a_position(account=HERE, instrument=an_equity("AAPL"), quantity=100, as_of=NOW),
    ]
    await store.writer.save(TASTY, a_batch(*held))
    async with monitor(a_context(store), (80, 24)) as it:
        await it.press("2", "x")
        assert "? 100.00" in it.row("AAPL")

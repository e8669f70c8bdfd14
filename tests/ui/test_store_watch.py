"""What the monitor notices by itself: another process's work, and wishes it cannot fulfil."""

from dataclasses import replace

from qm_tui.store.engine import writing_engine
from qm_tui.store.runs import Source
from qm_tui.store.store import Store
from qm_tui.store.writer import Writer
from tests.builders import a_batch, an_account
from tests.conftest import NOW
from tests.ui.books import a_book, a_context, monitor


async def test_what_another_connection_writes_appears_by_itself(store: Store) -> None:
    await a_book(store)
    elsewhere = Writer(writing_engine(store.path), lambda: NOW)
    async with monitor(a_context(store)) as it:
        assert "Elsewhere" not in it.text
        await it.until(lambda: it.app.session.version is not None)
        await elsewhere.save(
            Source(connection="import", broker="ibkr", kind="import"),
            a_batch(an_account("U0000009", nickname="Elsewhere")),
        )
        await it.until_shown("Elsewhere")
    await elsewhere.close()


async def test_a_key_id_that_is_none_is_said(store: Store) -> None:
    context = replace(a_context(store), keys={"app.hepl": "h", "app.help": "H"})
    async with monitor(context) as it:
        assert [toast for toast in it.toasts if "app.hepl" in toast]
        assert not [toast for toast in it.toasts if "app.help " in toast]


async def test_a_theme_that_is_none_is_said_and_the_own_one_is_used(store: Store) -> None:
    async with monitor(replace(a_context(store), theme="no-such")) as it:
        assert it.toasts == ["[ui] theme: there is no 'no-such'; E says more."]
        assert it.app.theme == "qm-dark"

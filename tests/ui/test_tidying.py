"""What is left is let go of, though the collector hardly ever runs by itself."""

import gc
import weakref

from qm_tui.store.store import Store
from qm_tui.ui.dialogs.help import HelpDialog
from tests.ui.books import a_context, monitor


async def test_a_dialog_that_was_left_does_not_stay_in_memory(store: Store) -> None:
    async with monitor(a_context(store)) as it:
        gc.disable()
        try:
            await it.press("question_mark")
            assert isinstance(it.app.screen, HelpDialog)
            left = weakref.ref(it.app.screen)
            await it.press("escape")
            await it.until(lambda: left() is None or not left().is_attached)  # type: ignore[union-attr]
            # What was done last is remembered until something else is.
            await it.press("j", "k")
            it.app._tidying._done -= 3600
            it.app._tidying.look()
            assert left() is None
        finally:
            gc.enable()

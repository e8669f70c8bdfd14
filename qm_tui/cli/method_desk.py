"""Where the monitor writes lot methods down: decided or undone, and derived before it answers."""

import datetime as dt
from collections.abc import Callable, Sequence

from qm_tui.book.deriving import derive_waiting
from qm_tui.book.reconciling import Reconciler
from qm_tui.decisions import lot_methods
from qm_tui.decisions.lot_methods import ChosenMethod
from qm_tui.domain.booking.words import LotMethod
from qm_tui.store.store import Store


class MethodDesk:
    """The lot methods of a store's accounts."""

    def __init__(self, store: Store, now: Callable[[], dt.datetime]) -> None:
        self._store = store
        self._now = now

    async def chosen_methods(self, account: str) -> Sequence[ChosenMethod]:
        """What holds now, the newest first."""
        return await lot_methods.chosen_methods(self._store.reader, account)

    async def choose_method(
        self, account: str, method: LotMethod, from_day: dt.date, reason: str | None
    ) -> None:
        """Use a method for the sales of an account from a day on."""
        await lot_methods.choose_method(
            self._store.writer, account, method, from_day, reason=reason
        )
        await self._derive()

    async def undo_method(self, decision: int) -> None:
        """Take a decision back."""
        await lot_methods.undo(self._store.writer, decision)
        await self._derive()

    async def _derive(self) -> None:
        reader, writer = self._store.reader, self._store.writer
        await derive_waiting(reader, writer, self._now)
        await Reconciler(reader, writer, self._now).reconcile()

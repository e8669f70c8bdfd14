"""Screens of what is held, which also show how it was at the end of a former day."""

from asyncio import Lock
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, TypeVar

from textual import work
from textual.binding import Binding, BindingType
from typing_extensions import override

from qm_tui.domain.selection import Scope
from qm_tui.domain.words import Section
from qm_tui.ui.screens.table_screen import TableScreen
from qm_tui.ui.session import Session

if TYPE_CHECKING:
    from qm_tui.domain.live import LiveBook

V = TypeVar("V")


class PastScreen(TableScreen[V]):
    """`[` goes back by a stored day, `]` forward again; Esc returns to the day one came with."""

    observed: ClassVar[Section | None] = Section.POSITIONS
    """The days of what are stepped through; None is of anything."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left_square_bracket", "earlier", "Earlier day", id="rows.earlier", show=False),
        Binding("right_square_bracket", "later", "Later day", id="rows.later", show=False),
    ]

    def __init__(self, session: Session, trail: Sequence[str], scope: Scope = Scope()) -> None:
        super().__init__(session, trail, scope)
        self._came_with = scope.as_of
        self._stepping = Lock()
        """Each step begins where the one before led to."""

    @property
    def live(self) -> "LiveBook | None":
        """What was pushed; nothing where a former day is shown."""
        return None if self.scope.as_of is not None else self.session.live

    @property
    def has_stepped(self) -> bool:
        """Whether another day is shown than one came with."""
        return self.scope.as_of != self._came_with

    @override
    def summary(self) -> str:
        rows = super().summary()
        if (day := self.scope.as_of) is None:
            return rows
        return f"◂ as of {day.isoformat()} ▸ · {rows}" if rows else f"◂ as of {day.isoformat()} ▸"

    def action_earlier(self) -> None:
        """Show the stored day before."""
        self._step(backward=True)

    def action_later(self) -> None:
        """Show the stored day after; after the last one, now."""
        if self.scope.as_of is None:
            self.notify("This is how it stands now.", timeout=3, markup=False)
        else:
            self._step(backward=False)

    @work(group="list", exit_on_error=False)
    async def _step(self, *, backward: bool) -> None:
        async with self._stepping:
            await self._step_from_here(backward=backward)

    async def _step_from_here(self, *, backward: bool) -> None:
        from qm_tui.queries.snapshots import days, earlier, later  # noqa: PLC0415 - brings SQLAlchemy

        shown, today = self.scope.as_of, self.session.today
        known = await days(await self.session.reader(), self.scope, self.observed)
        if backward:
            day = earlier(known, shown, today)
            if day is None:
                self.notify("Nothing earlier is stored.", timeout=3, markup=False)
                return
        else:
            day = None if shown is None else later(known, shown, today)
        self._show_day(replace(self.scope, as_of=day))

    def _show_day(self, scope: Scope) -> None:
        self.scope = scope
        self.show_header()
        self.action_reload()
        self.refresh_bindings()

    @override
    async def action_back(self) -> None:
        if self.has_stepped and not self.filter.text:
            self._show_day(replace(self.scope, as_of=self._came_with))
        else:
            await super().action_back()

    @override
    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "back" and self.has_stepped:
            return True
        return super().check_action(action, parameters)

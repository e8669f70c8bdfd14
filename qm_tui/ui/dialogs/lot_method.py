"""Which method an account uses from a day on: decided here, and undone here."""

import datetime as dt
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Label
from textual.worker import Worker
from typing_extensions import override

from qm_tui.domain.booking.words import LotMethod
from qm_tui.ui.cell import Cell, Tone
from qm_tui.ui.context import MethodDesk
from qm_tui.ui.dialogs.failing import failure
from qm_tui.ui.left_once import LeftOnce
from qm_tui.ui.screens.lots_pages.choice import METHOD_WORDS, METHODS
from qm_tui.ui.widgets.bar import Bar, words
from qm_tui.ui.widgets.columns import Column
from qm_tui.ui.widgets.fields import Fields
from qm_tui.ui.widgets.key_hints import key_hints
from qm_tui.ui.widgets.record_table import RecordTable
from qm_tui.ui.widgets.row_source import ListSource

if TYPE_CHECKING:
    from qm_tui.decisions.lot_methods import ChosenMethod

_HINT = "Choose a method, the first day it holds for, and say why."


class LotMethodDialog(LeftOnce[None], ModalScreen[None]):
    """Asks before it decides; everything it decided can be undone in it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Close", id="lot-method.leave", priority=True),
    ]

    def __init__(
        self,
        account: str,
        today: dt.date,
        desk: Callable[[], Awaitable[MethodDesk]],
        decided: Callable[[], None],
    ) -> None:
        """Ask for a method.

        Args:
            account: The account's number.
            today: From which it holds, unless another day is typed.
            desk: Opens what writes decisions down.
            decided: Told when lots may be others now.
        """
        super().__init__()
        self._account = account
        self._today = today
        self._desk = desk
        self._decided = decided
        self._method: LotMethod | None = None
        self._pending: Callable[[MethodDesk], Awaitable[None]] | None = None
        """What the next Enter does."""
        methods = [METHODS[letter] for letter in METHODS]
        self._methods: ListSource[LotMethod] = ListSource(methods, key=lambda method: method)
        self._earlier: ListSource[ChosenMethod] = ListSource([], key=lambda each: each.id)

    @override
    def compose(self) -> ComposeResult:
        with Vertical(id="box", classes="dialog"):
            yield Label(f"Lot method of {self._account}", classes="title", markup=False)
            yield RecordTable(_METHOD_COLUMNS, self._methods, id="methods")
            yield Fields({"from": ("from", self._today.isoformat()), "reason": ("because", "")})
            yield Bar(id="question")
            yield RecordTable(
                _EARLIER_COLUMNS, self._earlier, empty="Nothing was decided yet.", id="earlier"
            )
            yield Bar(id="form-hints")

    def on_mount(self) -> None:
        """Begin with the methods."""
        self.query_one("#methods").focus()
        hints = (
            ("enter", "Choose", "screen.go_on"),
            ("tab", "Next field", "app.focus_next"),
            ("esc", "Close", "screen.leave"),
        )
        self.query_one("#form-hints", Bar).say(key_hints(hints))
        self._say(_HINT)
        self._read()

    # What is asked

    @on(RecordTable.Chosen, "#methods")
    def _take_method(self, event: RecordTable.Chosen) -> None:
        self._method = event.row
        self.query_one("#from", Input).focus()
        self._say(f"{event.row.upper()}: from which day on?")

    @on(Input.Submitted, "#from")
    def _take_day(self) -> None:
        if self._day() is not None:
            self.query_one("#reason", Input).focus()
            self._say("Why? The reason is kept with the decision.")

    @on(Input.Submitted, "#reason")
    async def _take_reason(self, event: Input.Submitted) -> None:
        if self._pending is not None:
            self.action_go_on()
            return
        method, day, account = self._method, self._day(), self._account
        if method is None:
            self._say("Choose the method first.", bad=True)
            self.query_one("#methods").focus()
        elif day is not None:
            reason = event.value.strip() or None
            self._ask(
                f"Sales of {account} from {day} on use {method.upper()}.",
                lambda desk: desk.choose_method(account, method, day, reason),
            )

    @on(RecordTable.Chosen, "#earlier")
    def _take_back(self, event: RecordTable.Chosen) -> None:
        chosen: ChosenMethod = event.row
        if self._pending is not None:
            self.action_go_on()
            return
        self._ask(
            f"Undo {chosen.method.upper()} from {chosen.from_day} on.",
            lambda desk: desk.undo_method(chosen.id),
        )

    @on(Input.Changed)
    @on(RecordTable.Highlighted)
    def _changed(self) -> None:
        # What was asked for a moment ago is not what stands there now.
        if self._pending is not None:
            self._pending = None
            self._say(_HINT)

    def _day(self) -> dt.date | None:
        typed = self.query_one("#from", Input).value.strip()
        try:
            return dt.date.fromisoformat(typed)
        except ValueError:
            self._say(f"{typed or 'Nothing'} is no day; write it as {self._today}.", bad=True)
            return None

    def _ask(self, what: str, then: Callable[[MethodDesk], Awaitable[None]]) -> None:
        self._pending = then
        self._say(f"{what} Enter does it, Esc does not.", bad=True)

    # What is done

    def action_go_on(self) -> None:
        """Do what was asked."""
        if (pending := self._pending) is not None:
            self._pending = None
            self._say("working…")
            self._decide(pending)

    @work(group="decide", exit_on_error=False)
    async def _decide(self, then: Callable[[MethodDesk], Awaitable[None]]) -> None:
        desk = await self._desk()
        await then(desk)
        self._decided()
        self._earlier.replace(await desk.chosen_methods(self._account))
        self._say("Done; lots and gains follow it.")

    @work(group="load", exclusive=True, exit_on_error=False)
    async def _read(self) -> None:
        desk = await self._desk()
        self._earlier.replace(await desk.chosen_methods(self._account))

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Say why a decision was refused."""
        if (reason := failure(event)) is not None:
            self._say(reason, bad=True)

    def action_leave(self) -> None:
        """Answer a question with no; else close."""
        if self._pending is not None:
            self._pending = None
            self._say(_HINT)
        else:
            self.dismiss()

    def _say(self, text: str, *, bad: bool = False) -> None:
        self.query_one("#question", Bar).say(words(text, "bold $warning" if bad else "$text-muted"))


_METHOD_COLUMNS: tuple[Column[LotMethod], ...] = (
    Column(key="method", title="Method", width=8, cell=lambda m: Cell(m.upper(), Tone.ACCENT)),
    Column(
        key="words",
        title="closes",
        width=24,
        flexible=True,
        cell=lambda m: Cell(METHOD_WORDS[m]),
    ),
)
_EARLIER_COLUMNS: "tuple[Column[ChosenMethod], ...]" = (
    Column(key="from", title="Since", width=10, cell=lambda c: Cell(c.from_day.isoformat())),
    Column(key="method", title="Method", width=8, cell=lambda c: Cell(c.method.upper())),
    Column(
        key="reason",
        title="Decided earlier, because (Enter undoes)",
        width=30,
        flexible=True,
        cell=lambda c: Cell(c.reason or "—"),
    ),
)

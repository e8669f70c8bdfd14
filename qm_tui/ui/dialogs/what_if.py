"""What a sale would bring under each method, side by side; nothing is decided here."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.timer import Timer
from textual.widgets import Input, Label, Static
from textual.worker import Worker
from typing_extensions import override

from qm_tui.ui.dialogs.failing import failure
from qm_tui.ui.dialogs.what_if_rows import Supposed, WhatIfRow, columns_of
from qm_tui.ui.format import Format, exact
from qm_tui.ui.left_once import LeftOnce
from qm_tui.ui.widgets.bar import Bar, words
from qm_tui.ui.widgets.fields import Fields
from qm_tui.ui.widgets.key_hints import key_hints
from qm_tui.ui.widgets.record_table import RecordTable
from qm_tui.ui.widgets.row_source import ListSource

_PAUSE = 0.25
"""Seconds without a key after which what is typed is reckoned."""

Reckon = Callable[[Decimal, Decimal, Decimal], Awaitable[Supposed]]
"""Quantity, price and fees → what it would bring."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What is asked about, as far as the screen knows it."""

    title: str
    verb: str
    """`sell`, or `buy back` of what is short."""
    quantity: Decimal | None
    """Positive."""
    price: Decimal | None


class WhatIfDialog(LeftOnce[None], ModalScreen[None]):
    """Reckons anew while one types, the former answer staying until the next is here."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Close", id="what-if.leave", priority=True),
    ]

    def __init__(self, offer: Offer, reckon: Reckon, form: Format) -> None:
        super().__init__()
        self._offer = offer
        self._reckon = reckon
        self._pause: Timer | None = None
        self._rows: ListSource[WhatIfRow] = ListSource([], key=lambda row: row.method)
        self._columns = columns_of(form)

    @override
    def compose(self) -> ComposeResult:
        offer = self._offer
        fields = {
            "quantity": (offer.verb, "" if offer.quantity is None else _typed(offer.quantity)),
            "price": ("at", "" if offer.price is None else _typed(offer.price)),
            "fees": ("fees", "0"),
        }
        with Vertical(id="box", classes="dialog"):
            yield Label(offer.title, classes="title", markup=False)
            yield Fields(fields)
            yield Bar(id="question")
            yield RecordTable(self._columns, self._rows, empty="", id="outcomes")
            yield Static(id="outcome", markup=False)
            yield Bar(id="form-hints")

    def on_mount(self) -> None:
        """Reckon with what is known already."""
        self.query_one("#quantity", Input).focus()
        hints = (
            ("tab", "Next field", "app.focus_next"),
            ("enter", "Reckon", "screen.reckon"),
            ("esc", "Close", "screen.leave"),
        )
        self.query_one("#form-hints", Bar).say(key_hints(hints))

    @on(Input.Changed)
    def _wait_for_a_pause(self) -> None:
        if self._pause is not None:
            self._pause.stop()
        self._pause = self.set_timer(_PAUSE, self.action_reckon)

    @on(Input.Submitted)
    def _submitted(self) -> None:
        self.action_reckon()

    def action_reckon(self) -> None:
        """Reckon with what is typed."""
        quantity, price, fees = (self._number(name) for name in ("quantity", "price", "fees"))
        complaint = _complaint(quantity, price, fees)
        if complaint is not None or quantity is None or price is None or fees is None:
            self._say(complaint or "", bad=True)
            return
        self._say("working…")
        self.run_worker(
            self._show(quantity, price, fees), group="what-if", exclusive=True, exit_on_error=False
        )

    def _number(self, name: str) -> Decimal | None:
        return number_in(self.query_one(f"#{name}", Input).value)

    async def _show(self, quantity: Decimal, price: Decimal, fees: Decimal) -> None:
        supposed = await self._reckon(quantity, price, fees)
        self._rows.replace(supposed.rows)
        self._say(supposed.headline)
        lines = [words(line) for line in supposed.lines]
        self.query_one("#outcome", Static).update(Content("\n").join(lines))

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Say why nothing could be reckoned."""
        if (reason := failure(event)) is not None:
            self._say(reason, bad=True)

    def _say(self, text: str, *, bad: bool = False) -> None:
        self.query_one("#question", Bar).say(words(text, "bold $warning" if bad else "$text-muted"))

    def action_leave(self) -> None:
        """Back to the lots, which are as they were."""
        self.dismiss()


_GROUPED = re.compile(r"\d{1,3}(,\d{3})+(\.\d*)?")
_LARGEST = Decimal(10) ** 15
"""Nobody holds so much, and what it would bring fits no column."""


def number_in(typed: str) -> Decimal | None:
    """Read what was typed; None when it is no number, or none that anybody can mean.

    A comma only where it separates thousands: for many it is the decimal point.
    """
    text = typed.strip()
    if _GROUPED.fullmatch(text):
        text = text.replace(",", "")
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) < _LARGEST else None


def _typed(number: Decimal) -> str:
    return exact(abs(number)).replace(",", "")


def _complaint(quantity: Decimal | None, price: Decimal | None, fees: Decimal | None) -> str | None:
    """Say which number is missing or makes no sense; None when all are good."""
    if quantity is None or quantity <= 0:
        return "How many? A number above 0, such as 1,000 or 0.5."
    if price is None or price < 0:
        return "At which price? A number, 0 or more, such as 12.50."
    if fees is None or fees < 0:
        return "Which fees? A number, 0 or more."
    return None

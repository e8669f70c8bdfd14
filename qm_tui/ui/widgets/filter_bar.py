"""The line in which rows are filtered while one types, with what could come next below it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Protocol

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Input, Label, Static
from typing_extensions import override

from qm_tui.ui.cell import plain, width_of
from qm_tui.ui.widgets.bar import words

if TYPE_CHECKING:
    from qm_tui.ui.condition_hints import Offer, Offers
    from qm_tui.ui.condition_text import ConditionError

_PAUSE = 0.12
"""Seconds without a key after which the filter is applied."""
_MARGINS = 2
"""Cells left and right of what is written."""


class Desk(Protocol):
    """Whoever reads what is typed."""

    text: str
    error: "ConditionError | None"

    @property
    def history(self) -> list[str]:
        """What was filtered by before, the newest last."""

    def set(self, text: str, *, live: bool = False) -> None:
        """Show the rows that a filter means."""

    def offers(self, text: str, cursor: int) -> "Offers":
        """Say what could stand where the cursor is."""


class FilterBar(Vertical):
    """Takes the text of a filter; a single line with it while the keyboard is elsewhere."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "clear", "Clear the filter", id="filter.clear"),
        Binding("enter", "keep", "Keep it", id="filter.keep", priority=True),
        Binding("tab", "take", "Take what is offered", id="filter.take", priority=True),
        Binding("up", "older", "Former filter", id="filter.older", show=False, priority=True),
        Binding(
            "down",
            "newer",
            "Next filter, or the rows",
            id="filter.newer",
            show=False,
            priority=True,
        ),
    ]

    DEFAULT_CSS = """
    FilterBar {
        height: auto; background: $panel; padding: 0 1;
        & Horizontal { height: 1; }
        & Label { color: $accent; text-style: bold; width: 2; }
        & Input {
            border: none; height: 1; padding: 0; background: $panel; width: 1fr;
            &:focus { border: none; background-tint: transparent; }
        }
        & > Static { height: auto; max-height: 2; width: 1fr; }
        & #chip { display: none; height: 1; }
        & #wrong { display: none; color: $text-error; }
        &.-wrong #wrong { display: block; }
        &.-closed { & #typed, & #offered { display: none; } & #chip { display: block; } }
    }
    """

    class Left(Message):
        """The keyboard goes back to the rows; `cleared` when the filter is over."""

        def __init__(self, *, cleared: bool) -> None:
            super().__init__()
            self.cleared = cleared

    def __init__(self, desk: Desk, text: str = "", *, closed: bool = False) -> None:
        super().__init__(classes="-closed" if closed else None)
        self._desk = desk
        self._first = text
        self._pause: Timer | None = None
        self._applied = text
        self._place: int | None = None
        """In the history; None is what was typed after it."""
        self._unkept = ""

    @override
    def compose(self) -> ComposeResult:
        with Horizontal(id="typed"):
            yield Label("/", markup=False)
            yield Input(
                self._first,
                placeholder="words, or conditions as qty<0 pnl<-500 symbol:AAPL is:option",
                select_on_focus=False,
            )
        yield Static(id="offered", markup=False)
        yield Static(id="wrong", markup=False)
        yield Static(id="chip", markup=False)

    def on_mount(self) -> None:
        """Say what there is to type."""
        self._offer()
        self._write_chip()

    @property
    def input(self) -> Input:
        """Where one types."""
        return self.query_one(Input)

    @property
    def closed(self) -> bool:
        """Whether only the filter is shown, and nobody types."""
        return self.has_class("-closed")

    def take_keyboard(self) -> None:
        """Let the user type."""
        self.remove_class("-closed")
        self.input.focus()
        self._offer()

    def show(self, text: str) -> None:
        """Have another text in the line, which is applied already."""
        self._applied = text
        self.input.value = text
        self._write_chip()

    def say(self, error: "ConditionError | None") -> None:
        """Say what is wrong with the filter, or that nothing is."""
        self.set_class(error is not None, "-wrong")
        if error is not None:
            self.query_one("#wrong", Static).update(words(f"✗ {plain(error.says)}", "$text-error"))
        self._write_chip()

    # What is typed

    @on(Input.Changed)
    def _wait_for_a_pause(self, event: Input.Changed) -> None:
        event.stop()
        if self._pause is not None:
            self._pause.stop()
        self._offer()
        self._pause = self.set_timer(_PAUSE, self._apply)

    def _apply(self, *, live: bool = True) -> None:
        text = self.input.value.strip() if not live else self.input.value.lstrip()
        if text != self._applied or not live:
            self._applied = text
            self._desk.set(text, live=live)

    def action_keep(self) -> None:
        """Apply what is typed and go back to the rows, unless it means nothing."""
        if self._pause is not None:
            self._pause.stop()
        self._apply(live=False)
        if self._desk.error is not None:
            return
        self._remember(self._applied)
        self._leave(cleared=not self._applied)

    def action_clear(self) -> None:
        """Show all rows again."""
        if self._pause is not None:
            self._pause.stop()
        self._applied = ""
        self._leave(cleared=True)

    def _leave(self, *, cleared: bool) -> None:
        self._close()
        self.post_message(self.Left(cleared=cleared))

    def _close(self) -> None:
        self.add_class("-closed")
        self._write_chip()

    def on_descendant_blur(self, event: events.DescendantBlur) -> None:
        """Show only what rows are filtered by when the keyboard is elsewhere."""
        del event
        self.call_after_refresh(self._close_if_left)

    def _close_if_left(self) -> None:
        if self.is_attached and self.screen.is_active and not self.input.has_focus:
            self._close()

    def on_click(self) -> None:
        """Let the user change what he clicks on."""
        if self.closed:
            self.take_keyboard()

    def _write_chip(self) -> None:
        if not self.is_mounted:
            return
        chip = Content.assemble(
            words("/ ", "bold $accent"),
            words(self._desk.text, "bold on $boost"),
            words("   / changes it, Esc clears it", "$text-muted"),
        )
        self.query_one("#chip", Static).update(chip)

    # What was typed before

    def _remember(self, text: str) -> None:
        history = self._desk.history
        if text:
            if text in history:
                history.remove(text)
            history.append(text)
        self._place = None

    def action_older(self) -> None:
        """Type what was filtered by before."""
        history = self._desk.history
        if not history or self._place == 0:
            return
        if self._place is None:
            self._unkept = self.input.value
            self._place = len(history)
            if history[-1] == self._unkept.strip():
                self._place -= 1
        if self._place:
            self._place -= 1
            self._type(history[self._place])

    def action_newer(self) -> None:
        """Type what was filtered by after it; beyond the newest, go to the rows."""
        history = self._desk.history
        if self._place is None:
            self.action_keep()
            return
        self._place += 1
        if self._place < len(history):
            self._type(history[self._place])
        else:
            self._place = None
            self._type(self._unkept)

    def _type(self, text: str) -> None:
        self.input.value = text
        self.input.cursor_position = len(text)

    # What could come next

    def action_take(self) -> None:
        """Take the first of what is offered."""
        entry = self.input
        text, cursor = self._offers().taken(entry.value)
        entry.value = text
        entry.cursor_position = cursor

    def _offers(self) -> "Offers":
        return self._desk.offers(self.input.value, self.input.cursor_position)

    def _offer(self) -> None:
        offered = self.query_one("#offered", Static)
        offered.update(_written(self._offers().offers, self.size.width - _MARGINS))

    def on_resize(self) -> None:
        """Offer as much as fits."""
        self._offer()


def _written(offers: "Sequence[Offer]", width: int) -> Content:
    """As many offers as fit, the one that Tab takes first."""
    if not offers:
        return words(" ")
    parts = [words("⇥ ", "bold $accent")]
    room = width - 2
    for place, offer in enumerate(offers):
        text = plain(offer.text)
        says = f" {plain(offer.says)}" if offer.says else ""
        needed = width_of(text) + width_of(says) + (2 if place else 0)
        if needed > room and says:
            says, needed = "", width_of(text) + (2 if place else 0)
        if needed > room:
            break
        room -= needed
        style = "bold $accent underline" if place == 0 else "bold"
        parts += [words("  " if place else ""), words(text, style), words(says, "$text-muted")]
    return Content.assemble(*parts)

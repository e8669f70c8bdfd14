"""The stops of the tour: where each is, what it says, and how one gets there by hand."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from qm_tui.ui.screens.table_screen import TableScreen

if TYPE_CHECKING:
    from qm_tui.ui.app import MonitorApp

_PATIENCE = 4.0
"""Seconds that a stop waits for what it points at; it is shown without that, too."""
_LOOK_EVERY = 0.03


class Stop(NamedTuple):
    """A place where the tour stops."""

    keys: str
    """How one gets there without a tour."""
    title: str
    text: str
    go: "Callable[[MonitorApp], Awaitable[None]]"
    leave: "Callable[[MonitorApp], None] | None" = None
    """Takes back what was changed only to show it."""


async def _pulse(app: "MonitorApp") -> None:
    await _show(app, "pulse")


async def _breaks(app: "MonitorApp") -> None:
    await _show(app, "discrepancies")
    await _point_at(app, _cause_is_duplicate)


async def _reason(app: "MonitorApp") -> None:
    await _breaks(app)
    page = app.page
    if isinstance(page, TableScreen) and page.table.cursor_row is not None:
        await _open(app, page.table.action_choose)


async def _lots(app: "MonitorApp") -> None:
    await _breaks(app)
    await _act(app, "lots")


async def _trades(app: "MonitorApp") -> None:
    await _breaks(app)
    await _act(app, "trades")
    await _point_at(app, lambda _: True)


async def _raw(app: "MonitorApp") -> None:
    await _trades(app)
    await _act(app, "raw")


async def _expiring(app: "MonitorApp") -> None:
    await _show(app, "options")
    await _filter(app, "dte<30 qty<0")


def _no_filter(app: "MonitorApp") -> None:
    if isinstance(app.page, TableScreen):
        app.page.show_filter("")


async def _grouped(app: "MonitorApp") -> None:
    await _show(app, "positions")
    await _group(app, "underlying")


def _not_grouped(app: "MonitorApp") -> None:
    from qm_tui.ui.screens.positions import PositionsScreen  # noqa: PLC0415 - when it is shown

    if isinstance(app.page, PositionsScreen):
        app.page.group_by(None)


async def _hidden(app: "MonitorApp") -> None:
    await _show(app, "accounts")
    await until(lambda: app.page is not None and app.page.loaded is not None)
    if not app.session.format.hidden:
        app.action_toggle_amounts()


def _shown(app: "MonitorApp") -> None:
    if app.session.format.hidden:
        app.action_toggle_amounts()


async def _syncs(app: "MonitorApp") -> None:
    await _show(app, "syncs")


async def _end(app: "MonitorApp") -> None:
    await _show(app, "pulse")


STOPS = (
    Stop(
        "0",
        "One look in the morning",
        "What everything is worth and how it got there, what expires this week, who is connected, "
        "and how many things do not add up. All of it is alive: watch the numbers move.",
        _pulse,
    ),
    Stop(
        "5",
        "What does not add up",
        "After every sync all that brokers told is replayed and compared with what they say is "
        "held. In this portfolio a handful of things are wrong on purpose. Nothing else is here: "
        "no alarm is false.",
        _breaks,
    ),
    Stop(
        "5 Enter",
        "Why, and what proves it",
        "Both sides, the probable cause with how sure that is, what to do, and the evidence. "
        "These purchases were imported twice, under other ids.",
        _reason,
    ),
    Stop(
        "5 L",
        "The lots behind it",
        "Every share has a purchase. These lots follow from the trades; b shows the broker's own, "
        "w tells step by step how a lot came about.",
        _lots,
    ),
    Stop(
        "5 t",
        "The trades behind the lots",
        "The same day, quantity and price twice: here they are.",
        _trades,
    ),
    Stop(
        "5 t o",
        "Down to the broker's own bytes",
        "o on any row ends here: the answer it was read from. Esc goes back, the cursor is where "
        "it was.",
        _raw,
    ),
    Stop(
        "3 /",
        "Ask for what matters",
        "/ takes words and conditions: dte<30 qty<0 is what was sold and ends within a month. "
        "tab completes, up brings back what was asked before.",
        _expiring,
        _no_filter,
    ),
    Stop(
        "2 w",
        "One underlying at a time",
        "w groups: by underlying, account, type, broker. Stock and options stand together, with "
        "their sums; Enter folds.",
        _grouped,
        _not_grouped,
    ),
    Stop(
        "$",
        "When somebody looks over your shoulder",
        "$ hides all amounts, also in exports and screenshots, and brings them back.",
        _hidden,
        _shown,
    ),
    Stop(
        "7",
        "Brokers come and go",
        "In this demo Tastytrade is away now and then. What is stored stays on the screen, its "
        "age is told, and the connection mends itself. No key ever waits for a broker.",
        _syncs,
    ),
    Stop(
        "ctrl+p  ?",
        "The rest is in the hand",
        "ctrl+p finds every action, account and symbol; ? shows the keys that work where you are. "
        "F1 begins again. Have a good look around.",
        _end,
    ),
)


# --- how one gets there ------------------------------------------------------------------------


def _cause_is_duplicate(row: object) -> bool:
    return getattr(row, "cause", None) == "duplicate_import" and bool(getattr(row, "symbol", None))


async def until(there: Callable[[], object]) -> None:
    """Wait for something, but not for long: who took the tour elsewhere is not waited for."""
    left = int(_PATIENCE / _LOOK_EVERY)
    while not there() and left:
        await asyncio.sleep(_LOOK_EVERY)
        left -= 1


async def _show(app: "MonitorApp", mode: str) -> None:
    """Show the screen of a number."""
    # Not by its key: that is heard later, and would take away what is opened here meanwhile.
    await app.show(mode)


async def _point_at(app: "MonitorApp", wanted: Callable[[object], bool]) -> None:
    """Put the cursor on the first row that is wanted."""
    page = app.page
    if not isinstance(page, TableScreen):
        return

    def found() -> Sequence[int]:
        source = page.table.source
        rows = ((index, source.row(index)) for index in range(len(source)))
        return [index for index, row in rows if row is not None and wanted(row)]

    # Whoever begins the tour at once is here before there is anything to point at.
    await until(lambda: page.loaded is not None and found())
    if at := found():
        page.table.move_cursor(at[0])


async def _open(app: "MonitorApp", action: Callable[[], object]) -> None:
    """Do what opens another page, and wait for that."""
    before = app.page
    action()
    await until(lambda: app.page is not before and app.page and app.page.loaded is not None)


async def _act(app: "MonitorApp", action: str) -> None:
    """Have the page in front do what one of its keys does."""
    page = app.page
    if isinstance(page, TableScreen) and page.table.cursor_row is not None:
        await _open(app, getattr(page, f"action_{action}"))


async def _filter(app: "MonitorApp", text: str) -> None:
    page = app.page
    await until(lambda: page is not None and page.loaded is not None)
    if isinstance(page, TableScreen):
        page.show_filter(text)


async def _group(app: "MonitorApp", by: str) -> None:
    from qm_tui.ui.screens.positions import PositionsScreen  # noqa: PLC0415 - when it is shown

    page = app.page
    await until(lambda: page is not None and page.loaded is not None)
    if isinstance(page, PositionsScreen):
        page.group_by(by)

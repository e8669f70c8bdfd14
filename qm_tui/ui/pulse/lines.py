"""What the panels' lines are made of: gains with arrows, meters, columns that stand straight."""

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal

from textual.content import Content

from qm_tui.domain.instruments import parse_osi
from qm_tui.ui.cell import Cell, Tone
from qm_tui.ui.format import Format, exact
from qm_tui.ui.tones import STYLES, toned
from qm_tui.ui.widgets.bar import words

MUTED = "$text-muted"
_FULL, _EMPTY = "━", "╌"
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_WEEK = dt.timedelta(days=7)


def arrow(value: Decimal | None) -> str:
    """Which way it went; as wide in every case."""
    if value is None or not value:
        return "·"
    return "▲" if value > 0 else "▼"


def tone_of(value: Decimal | None) -> Tone:
    """How a gain or loss is colored."""
    if value is None or not value:
        return Tone.MUTED
    return Tone.POSITIVE if value > 0 else Tone.NEGATIVE


def day_word(day: dt.date | None, today: dt.date) -> str:
    """Name the day that gains of a day are of: on a weekend they are Friday's."""
    if day is None or day >= today:
        return "day"
    return _DAYS[day.weekday()] if today - day < _WEEK else f"{day:%m-%d}"


def gain(form: Format, value: Decimal | None, share: Decimal | None = None) -> Content:
    """A gain with its arrow and, where it is known, its percentage: `▲ +12.00  +1.2 %`."""
    style = STYLES[tone_of(value)]
    parts = [words(f"{arrow(value)} ", style), toned(form.gain(value))]
    if share is not None and value is not None:
        parts.append(words(f"  {form.change(share).text}", style))
    return Content.assemble(*parts)


def meter(share: Decimal | None, width: int, style: str) -> Content:
    """A bar that is filled as far as a share; full and empty differ in shape as well."""
    if share is None:
        return words(_EMPTY * width, MUTED)
    part = min(max(share, Decimal(0)), Decimal(1))
    full = int((part * width).to_integral_value())
    # What is used at all is seen.
    full = max(full, 1) if part > 0 else 0
    return Content.assemble(words(_FULL * full, style), words(_EMPTY * (width - full), MUTED))


def beside(left: Content, right: Content, width: int) -> Content:
    """Something on the left and something on the right; the left is cut where there is no room."""
    room = max(width - right.cell_length - 1, 0)
    left = left.truncate(room, ellipsis=True)
    return Content.assemble(left, " " * max(width - left.cell_length - right.cell_length, 0), right)


def columned(
    rows: Sequence[Sequence[Content]], widths: Sequence[int], apart: int = 1
) -> list[Content]:
    """Rows of columns; a width below zero is right-aligned."""
    return [
        Content(" " * apart).join(
            [in_width(cell, width) for cell, width in zip(row, widths, strict=True)]
        )
        for row in rows
    ]


def in_width(cell: Content, width: int) -> Content:
    """Exactly so many cells: right-aligned where the width is below zero."""
    room = abs(width)
    # A number that is cut would be another number.
    if width < 0 and cell.cell_length > room:
        return words("#" * room)
    cell = cell.truncate(room, ellipsis=True)
    blank = " " * (room - cell.cell_length)
    return Content.assemble(blank, cell) if width < 0 else Content.assemble(cell, blank)


def widest(cells: Iterable[Content], least: int = 0) -> int:
    """How wide the widest of them is."""
    return max((cell.cell_length for cell in cells), default=0) or least


def shown(cell: Cell) -> Content:
    """A cell's text in its color, without the blanks that align it."""
    return toned(cell)


def named(names: Sequence[str], at_most: int = 2) -> str:
    """A few names, and how many more there are."""
    told = ", ".join(names[:at_most])
    more = len(names) - at_most
    return f"{told} and {more:,} more" if more > 0 else told


def short_symbol(symbol: str) -> str:
    """A symbol as one says it: of an option the underlying, strike and right, and the day."""
    option = parse_osi(symbol)
    if option is None:
        return symbol
    strike = exact(option.strike).replace(",", "")
    return f"{option.root} {strike}{option.right[:1]} {option.expiry:%m-%d}"

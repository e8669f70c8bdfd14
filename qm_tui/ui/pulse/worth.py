"""What all accounts are worth together: the figure, what it did, and its line over time."""

import datetime as dt
from collections.abc import Iterator, Sequence
from decimal import Decimal

from textual.content import Content

from qm_tui.queries.net_liquidation import APART, Point
from qm_tui.queries.pulse_views import Figure, PulseView
from qm_tui.ui.format import Format
from qm_tui.ui.pulse.lines import MUTED, arrow, beside, day_word, gain, named, shown, tone_of
from qm_tui.ui.tones import STYLES
from qm_tui.ui.widgets.bar import words
from qm_tui.ui.widgets.sparkline import blocks, braille, over_time

RANGES = {"90 days": dt.timedelta(days=90), "1 year": dt.timedelta(days=365)}
"""How far back the line goes."""
_SHORT = {"90 days": "90 d", "1 year": "1 y"}
_ROOM_BELOW = 9
"""Lines from which on the line stands below the figures and not beside them."""
_FIGURES = 24
"""Cells that the figures need beside it."""
_APART = 2
_WITH_AXIS = 56
"""Cells from which on there is room for what the line's height stands for."""
_TALL_AXIS = 5
"""Lines of the drawing from which on it is told."""


def draw_worth(
    view: PulseView, form: Format, today: dt.date, span: str, width: int, height: int
) -> Sequence[Content]:
    """Lines for the panel.

    Args:
        view: what there is.
        form: how numbers are written.
        today: the last day of the line.
        span: one of `RANGES`.
        width: in cells.
        height: in lines.
    """
    if height < _ROOM_BELOW:
        figures = list(_figures(view, form, today, one_line=False))
        room = width - max(_FIGURES, *(line.cell_length for line in figures)) - _APART
        if room < 12:
            return [
                *figures,
                *_line(view, form, today, span, width, max(height - len(figures) - 1, 1)),
            ]
        chart = list(_line(view, form, today, span, room, max(height - 1, 1)))
        return _side_by_side(figures, chart, width - room, height)
    figures = list(_figures(view, form, today, one_line=width >= 70))
    chart = list(_line(view, form, today, span, width, height - len(figures) - 2))
    return [*figures, Content(), *chart]


def _figures(view: PulseView, form: Format, today: dt.date, *, one_line: bool) -> Iterator[Content]:
    net = view.net_liquidation
    yield Content.assemble(
        shown(form.money(net.value)).stylize("bold"),
        words(f" {view.base_currency or ''}", MUTED),
    )
    day = _labeled(day_word(view.day, today), form, view.daily_pnl)
    whole = _labeled("open", form, view.unrealized_pnl)
    if one_line:
        yield Content("     ").join([day, whole])
    else:
        yield day
        yield whole
    if lacking := _lacking(view):
        yield words(lacking, "$text-warning")


def _labeled(label: str, form: Format, figure: Figure) -> Content:
    return Content.assemble(words(f"{label:<4} ", MUTED), gain(form, figure.value, figure.share))


def _lacking(view: PulseView) -> str:
    """Who is not in the figures, and why."""
    if view.unconverted:
        pairs = [f"{who} ({money})" if money else who for who, money in view.unconverted.items()]
        why = "no rate" if any(view.unconverted.values()) else "no currency"
        return f"without {named(pairs)}: {why}"
    for figure, name in (
        (view.net_liquidation, ""), (view.daily_pnl, "day "), (view.unrealized_pnl, "open "),
    ):  # fmt: skip
        if figure.missing and figure.value is not None:
            return f"{name}without {named(figure.missing)}"
    return ""


def _line(
    view: PulseView, form: Format, today: dt.date, span: str, width: int, height: int
) -> Iterator[Content]:
    """The line over time, and what it did."""
    begin = today - RANGES[span]
    series = view.history.since(begin)
    known = [value for _, value in series.points if value is not None]
    axis = _axis(known, form, height) if width >= _WITH_AXIS else []
    room = width - (axis[0].cell_length + 1 if axis else 0)
    values = over_time(drawable(series.points), begin, today, room * 2, APART)
    if len(known) < 2:
        yield from (Content() for _ in range(height - 1))
        yield words("no history yet", MUTED)
        return
    # What an account brought along when its history began is nothing that was gained.
    came = [who for who, day in view.begun if day > begin + APART]
    share = None if came else change(series.points)
    style = STYLES[tone_of(share)] if share else "$primary"
    for number, row in enumerate(braille(values, height, filled=True)):
        line = words(row, style)
        yield Content.assemble(axis[number], " ", line) if axis else line
    said = words(
        "" if share is None else f"{arrow(share)} {form.change(share, digits=1).text}", style
    )
    if came:
        said = words(f"{named(came, 1)} came later", MUTED)
    is_narrow = width < len(span) + said.cell_length + 1
    since = f"{begin:%d %b %Y} " if axis else ""
    left = " " * (width - room) + f"{since}· {span}" if axis else span
    yield beside(words(_SHORT[span] if is_narrow else left, MUTED), said, width)


def _axis(known: Sequence[Decimal], form: Format, height: int) -> list[Content]:
    """What each line of the drawing stands for, told at its ends and in the middle; as wide."""
    if len(known) < 2 or form.hidden or height < _TALL_AXIS:
        return []
    low, high = min(known), max(known)
    told = {0: high, height // 2: (low + high) / 2, height - 1: low}
    labels = {row: form.decimal(value, digits=0).text.strip() for row, value in told.items()}
    width = max(map(len, labels.values()))
    return [words(labels.get(row, "").rjust(width), MUTED) for row in range(height)]


def drawable(points: Sequence[Point]) -> list[tuple[dt.date, float | None]]:
    """The only place where exact values become floats: to be drawn."""
    return [(day, None if value is None else float(value)) for day, value in points]


def change(points: Sequence[Point]) -> Decimal | None:
    """What was gained from the first known to the last, of the first, as a fraction."""
    known = [value for _, value in points if value is not None]
    if len(known) < 2 or known[0] <= 0:
        return None
    return known[-1] / known[0] - 1


def spark(points: Sequence[Point], today: dt.date, width: int) -> str:
    """The last 90 days in one line."""
    begin = today - RANGES["90 days"]
    recent = [point for point in points if point[0] >= begin]
    return blocks(over_time(drawable(recent), begin, today, width, APART))


def _side_by_side(
    left: Sequence[Content], right: Sequence[Content], width: int, height: int
) -> list[Content]:
    lines = []
    for row in range(height):
        one = left[row] if row < len(left) else Content()
        other = right[row] if row < len(right) else Content()
        one = one.truncate(width - 1, ellipsis=True)
        lines.append(Content.assemble(one, " " * (width - one.cell_length), other))
    return lines

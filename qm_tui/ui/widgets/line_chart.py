"""A line over time with axes, drawn by plotext in braille; colors are ours, text is only text."""

import datetime as dt
import math
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from textual.content import Content

from qm_tui.ui.widgets.bar import words
from qm_tui.ui.widgets.sparkline import Points

_ESCAPE = "\x1b[0m"
_NICE = (1, 2, 2.5, 5, 10)
_MONTHS = (1, 2, 3, 6, 12, 24, 60)
_TICK_WIDTH = 13
"""Cells for one date below the line."""
_TICK_HEIGHT = 4


class Look(NamedTuple):
    """How it is drawn."""

    line: str
    """Style of the line."""
    axes: str
    label: Callable[[float, float], str] | None
    """Value and step → what stands beside it; None where amounts are hidden."""


def line_chart(
    points: Points,
    first: dt.date,
    last: dt.date,
    apart: dt.timedelta,
    look: Look,
    size: tuple[int, int],
) -> list[Content]:
    """Lines of exactly the width and height: where nothing is known there is no line.

    Args:
        points: days and values; None is unknown.
        first: the day at the left.
        last: the day at the right.
        apart: between days further from each other no line is drawn.
        look: of the line and of the axes.
        size: width and height in cells.
    """
    width, height = size
    runs = list(_runs(points, apart))
    if not runs or width < 20 or height < 4:
        return []
    # It needs 50 ms to be imported, and only who looks at a chart needs it.
    import plotext  # noqa: PLC0415

    values = [value for run in runs for _, value in run]
    low, high = _padded(min(values), max(values))
    plotext.clf()
    plotext.theme("clear")
    # What it takes for the terminal's size is not ours.
    plotext.limitsize(False, False)  # noqa: FBT003 - width and height, in its own words
    plotext.plotsize(width, height)
    for run in runs:
        plotext.plot([day for day, _ in run], [value for _, value in run], marker="braille")
    plotext.xlim(first.toordinal(), max(last.toordinal(), first.toordinal() + 1))
    plotext.ylim(low, high)
    # What is hidden has no marks either: they stand at round amounts.
    steps, step = nice(low, high, max(height // _TICK_HEIGHT, 2)) if look.label else ([], 0.0)
    plotext.yticks(steps, [look.label(one, step) for one in steps] if look.label else [])
    ticks = day_ticks(first, last, width // _TICK_WIDTH)
    plotext.xticks([day.toordinal() for day, _ in ticks], [label for _, label in ticks])
    plotext.xaxes(True, False)  # noqa: FBT003 - lower and upper, in its own words
    plotext.yaxes(True, False)  # noqa: FBT003 - left and right
    drawn = plotext.build().replace(_ESCAPE, "").splitlines()
    plotext.clf()
    return [_colored(line, look) for line in drawn[:height]]


def _runs(points: Points, apart: dt.timedelta) -> Iterator[list[tuple[int, float]]]:
    """Yield stretches that one line may go through."""
    run: list[tuple[int, float]] = []
    before: dt.date | None = None
    for day, value in points:
        if run and (value is None or (before is not None and day - before > apart)):
            yield run
            run = []
        if value is not None:
            run.append((day.toordinal(), value))
            before = day
    if run:
        yield run


def _padded(low: float, high: float) -> tuple[float, float]:
    room = (high - low) * 0.05 or abs(high) * 0.05 or 1.0
    return low - room, high + room


def nice(low: float, high: float, at_most: int) -> tuple[list[float], float]:
    """Return round numbers within two others, and what lies between two of them."""
    raw = (high - low) / max(at_most, 1)
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * one for one in _NICE if power * one >= raw)
    first = math.ceil(low / step)
    last = math.floor(high / step)
    return [number * step for number in range(first, last + 1)], step


def day_ticks(first: dt.date, last: dt.date, at_most: int) -> Sequence[tuple[dt.date, str]]:
    """Return days that are worth a mark, and how they are written: weeks, months or years."""
    span = (last - first).days
    room = max(at_most, 1)
    if span <= 45:
        weeks = -(-(span // 7 + 1) // room)
        start = first + dt.timedelta(days=(7 - first.weekday()) % 7)
        days = [start + dt.timedelta(weeks=weeks * number) for number in range(span // 7 + 1)]
        return [(day, f"{day:%d %b}") for day in days if _is_inside(day, first, last)]
    months = next((one for one in _MONTHS if span / 30.4 / one <= room), _MONTHS[-1])
    found = []
    for number in range(first.year * 12, (last.year + 1) * 12):
        day = dt.date(number // 12, number % 12 + 1, 1)
        if number % months == 0 and _is_inside(day, first, last):
            found.append((day, f"{day:%Y}" if months >= 12 else f"{day:%b %Y}"))
    return found


def _is_inside(day: dt.date, first: dt.date, last: dt.date) -> bool:
    """Tell whether a mark has room for its words: not at the very edge."""
    edge = (last - first) / 25
    return first + edge <= day <= last - edge


def _colored(line: str, look: Look) -> Content:
    """The line's dots in its style, all else in that of the axes."""
    parts: list[Content] = []
    start = 0
    for end in range(1, len(line) + 1):
        if end == len(line) or _is_dots(line[end]) != _is_dots(line[start]):
            style = look.line if _is_dots(line[start]) else look.axes
            parts.append(words(line[start:end], style))
            start = end
    return Content.assemble(*parts)


def _is_dots(character: str) -> bool:
    return 0x2800 <= ord(character) <= 0x28FF

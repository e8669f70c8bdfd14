"""A line of values drawn with characters: one row of blocks, or several of braille dots."""

import datetime as dt
from bisect import bisect_left
from collections.abc import Sequence

Points = Sequence[tuple[dt.date, float | None]]
"""Days and what was there; None is unknown. The oldest first."""
Values = Sequence[float | None]

BLOCKS = "▁▂▃▄▅▆▇"
"""Not the full one: lines above each other would run into one another."""
_BRAILLE = 0x2800
_DOTS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))
"""Left and right column of a cell, from the top."""
_TALL = 4


def over_time(
    points: Points, first: dt.date, last: dt.date, columns: int, apart: dt.timedelta
) -> list[float | None]:
    """Return what to draw in each of some columns that stand for a time, from its first day on.

    Between two known days a straight line is taken, unless they are too far apart: there, before
    the first and after the last, nothing is known.

    Args:
        points: what is known.
        first: the day of the first column.
        last: the day of the last one.
        columns: how many there are.
        apart: the longest time that a straight line may bridge.
    """
    days = [day.toordinal() for day, _ in points]
    begin, end = first.toordinal(), last.toordinal()
    step = (end - begin) / max(columns - 1, 1)
    drawn = [_at(points, days, begin + step * column, apart.days) for column in range(columns)]
    for (_, value), day in zip(points, days, strict=True):
        # A day that stands alone between two gaps may fall between two columns.
        place = round((day - begin) / step) if step else 0
        if value is not None and 0 <= place < columns and drawn[place] is None:
            drawn[place] = value
    return drawn


def _at(points: Points, days: Sequence[int], day: float, apart: int) -> float | None:
    after = bisect_left(days, day)
    if after == len(days):
        return None
    until = points[after][1]
    if days[after] == day:
        return until
    if not after or days[after] - days[after - 1] > apart:
        return None
    since = points[after - 1][1]
    if since is None or until is None:
        return None
    part = (day - days[after - 1]) / (days[after] - days[after - 1])
    return since + (until - since) * part


def blocks(values: Values) -> str:
    """One character a value, the least and the most as low and as high as it gets; gaps are blank.

    What never changes is drawn in the middle.
    """
    levels = scaled(values, len(BLOCKS))
    return "".join(" " if level is None else BLOCKS[level] for level in levels)


def braille(values: Values, height: int, *, filled: bool = False) -> list[str]:
    """Rows of braille from the top, two values a character; neighbors are joined, gaps are not.

    Args:
        values: from the left.
        height: how many rows.
        filled: whether all below the line is drawn too.
    """
    levels = scaled(values, height * _TALL)
    cells = [[0] * ((len(values) + 1) // 2) for _ in range(height)]
    before: int | None = None
    for column, level in enumerate(levels):
        if level is not None:
            for dot in range(*_stroke(level, before, filled=filled)):
                from_top = height * _TALL - 1 - dot
                cells[from_top // _TALL][column // 2] |= _DOTS[column % 2][from_top % _TALL]
        before = level
    return ["".join(chr(_BRAILLE + cell) if cell else " " for cell in row) for row in cells]


def _stroke(level: int, before: int | None, *, filled: bool) -> tuple[int, int]:
    """Return from which dot to before which one a column is drawn."""
    if filled:
        return 0, level + 1
    if before is None or before == level:
        return level, level + 1
    return (before + 1, level + 1) if before < level else (level, before)


def scaled(values: Values, steps: int) -> list[int | None]:
    """Return each value as one of some steps from 0: the least is the first, the most the last."""
    known = [value for value in values if value is not None]
    if not known:
        return [None] * len(values)
    low, high = min(known), max(known)
    span = high - low
    if not span > 0 or span == float("inf"):
        return [None if value is None else steps // 2 for value in values]
    return [
        None if value is None else min(int((value - low) / span * steps), steps - 1)
        for value in values
    ]

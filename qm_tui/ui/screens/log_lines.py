"""The end of the log, line by line: read late and never more than a little of it."""

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from qm_tui.ui.cell import Cell, Tone

MOST = 2000
"""Lines that are shown."""
_OCTETS = 2_000_000
"""Read from the end, at most; the log is begun anew at about so many."""
_LONGEST = 4000
"""Characters of a line that are shown."""

_LINE = re.compile(
    r"(?P<at>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)[,.]?\d* (?P<level>[A-Z]+) (?P<where>\S+) (?P<says>.*)",
    re.DOTALL,
)
_LEVELS = {
    "DEBUG": Cell("debug", Tone.MUTED),
    "INFO": Cell("info", Tone.MUTED),
    "WARNING": Cell("△ warning", Tone.WARNING),
    "ERROR": Cell("! error", Tone.ERROR),
    "CRITICAL": Cell("! critical", Tone.ERROR),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """A line, taken apart where it is one of ours."""

    place: int
    """Of its first byte in the file."""
    at: str
    """When, as it is written there; empty where the line says nothing of it."""
    level: str
    where: str
    says: str


def level_of(line: LogLine) -> Cell:
    """How grave it is, with its sign."""
    return _LEVELS.get(line.level, Cell(line.level.lower()))


def read_end(path: Path) -> Sequence[LogLine]:
    """Read the last lines; of a file that is not there, none.

    Args:
        path: of the log.

    Raises:
        OSError: When it is there and cannot be read.
    """
    try:
        with path.open("rb") as file:
            end = file.seek(0, os.SEEK_END)
            start = max(end - _OCTETS, 0)
            file.seek(start)
            octets = file.read(_OCTETS)
    except FileNotFoundError:
        return []
    lines = octets.splitlines(keepends=True)
    places = [start]
    for line in lines:
        places.append(places[-1] + len(line))
    # What the reading began in the middle of is no line.
    first = max(len(lines) - MOST, 1 if start else 0)
    return [
        _line(place, line)
        for place, line in zip(places[first:], lines[first:], strict=False)
        if line.strip()
    ]


def _line(place: int, octets: bytes) -> LogLine:
    text = octets[: 4 * _LONGEST].decode("utf-8", errors="replace").rstrip("\r\n")[:_LONGEST]
    found = _LINE.fullmatch(text)
    if found is None:
        return LogLine(place=place, at="", level="", where="", says=text)
    return LogLine(
        place=place,
        at=found["at"],
        level=found["level"],
        where=found["where"].removeprefix("qm_tui."),
        says=found["says"],
    )

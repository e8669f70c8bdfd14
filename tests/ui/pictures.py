"""Pictures of the screens, on a book and at a moment that never change.

`python -m tests.ui.pictures` makes those anew that the tests compare with: look at what has changed
before it is kept. `python -m tests.ui.pictures FOLDER` makes one of every screen at every size.
"""

import asyncio
import html
import os
import re
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

from textual.widgets import Input

from qm_tui.store.store import Store
from tests.ui.books import Monitor, monitor
from tests.ui.whole_book import a_whole_context, the_syncs, whole_store

FOLDER = Path(__file__).parent / "snapshots"
SMALL, MIDDLE, LARGE = (80, 24), (120, 40), (250, 70)
SIZES = (SMALL, MIDDLE, LARGE)
_FIRST = 8
"""Lines that are named, of those that differ."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """A screen, and how one comes to it from any other."""

    name: str
    keys: Sequence[str]
    shown: str
    """Stands on the screen when all is there."""
    back: Sequence[str] = ()
    """Keys after which it is as if one had not been there."""
    kept: Sequence[tuple[int, int]] = ()
    """The sizes at which the picture is compared with the one that is kept."""


SHOTS = (
    Shot(name="pulse", keys=["0"], shown="Net liquidation", kept=SIZES),
    Shot(name="charts", keys=["0", "c"], shown="Net liq", back=["escape"], kept=[MIDDLE]),
    Shot(name="accounts", keys=["1"], shown="3 accounts", kept=[SMALL]),
    Shot(name="positions", keys=["2"], shown="10 positions", kept=[SMALL, LARGE]),
    Shot(
        name="grouped", keys=["2", "w", "u"], shown="by underlying", back=["w", "n"], kept=[MIDDLE]
    ),
    Shot(name="options", keys=["3"], shown="2 options", kept=[MIDDLE]),
    Shot(name="lots", keys=["4"], shown="5 open lots", kept=[MIDDLE]),
    Shot(name="discrepancies", keys=["5"], shown="compared", kept=[MIDDLE]),
    Shot(name="evidence", keys=["5", "enter"], shown="Discrepancies", back=["escape"]),
    Shot(name="activity", keys=["6"], shown="21 happenings"),
    Shot(name="syncs", keys=["7"], shown="5 runs"),
    Shot(name="errors", keys=["E"], shown="4 errors", kept=[SMALL]),
    Shot(name="help", keys=["2", "question_mark"], shown="keys that work", back=["escape"]),
    Shot(name="export", keys=["2", "e"], shown="Format", back=["escape"], kept=[SMALL]),
    Shot(name="columns", keys=["2", "C"], shown="space shows", back=["escape"]),
)


def name_of(shot: Shot, size: tuple[int, int]) -> str:
    """What the file of a picture is called."""
    return f"{shot.name}-{size[0]}x{size[1]}.svg"


def kept_at(size: tuple[int, int]) -> Sequence[Shot]:
    """The pictures of a size that are kept."""
    return [shot for shot in SHOTS if size in shot.kept]


# --- taking them -------------------------------------------------------------------------------


async def pictures(
    store: Store, size: tuple[int, int], shots: Sequence[Shot]
) -> AsyncIterator[tuple[str, str]]:
    """Take pictures in one session: the file name of each, and the SVG."""
    syncs = the_syncs()
    # A theme that is named does not depend on the terminal.
    context = a_whole_context(store, open_syncs=syncs.open, theme="qm-dark")
    async with monitor(context, size, first="pulse") as it:
        await it.until(lambda: syncs.subscribed)
        await it.settle()
        for shot in shots:
            await it.press(*shot.keys)
            await it.until_shown(shot.shown)
            await _come_to_rest(it)
            yield name_of(shot, size), taken(it)
            await it.press(*shot.back)


async def _come_to_rest(it: Monitor) -> None:
    """Wait until the screen is the same twice; cursors stop blinking."""
    for line in it.app.screen.query(Input):
        line.cursor_blink = False
    before: Sequence[str] = ()
    while before != it.lines:
        before = it.lines
        await it.settle()


def taken(it: Monitor) -> str:
    """The screen as SVG, without the names that Rich makes up for each picture."""
    svg = it.app.export_screenshot(title="qm-tui", simplify=True)
    plain = re.sub(r"terminal-\d+", "terminal", svg)
    # One line for each thing drawn: so that a comparison of two versions can be read.
    return re.sub(r"(?<=>)(<(?:text|rect|g)\b)", r"\n\1", plain).rstrip() + "\n"


# --- comparing them ----------------------------------------------------------------------------

_TEXT = re.compile(r'<text class="terminal-r\d+" x="([\d.]+)" y="([\d.]+)"[^>]*>(.*?)</text>')
_CELL = 12.2
"""How wide Rich draws a cell."""


def lines_of(svg: str) -> Sequence[str]:
    """The text of a picture, line by line."""
    lines: dict[float, str] = {}
    for x, y, text in _TEXT.findall(svg):
        before = lines.get(float(y), "")
        said = html.unescape(text).replace("\xa0", " ")
        lines[float(y)] = before.ljust(round(float(x) / _CELL)) + said
    return [lines[y].rstrip() for y in sorted(lines)]


def difference(kept: str, now: str) -> str:
    """Say in which lines a picture differs from the one that was kept; nothing if in none."""
    if kept == now:
        return ""
    said = [
        f"  was: {before}\n  is:  {after}"
        for before, after in zip_longest(lines_of(kept), lines_of(now), fillvalue="")
        if before != after
    ]
    if said:
        more = [f"  … and {len(said) - _FIRST} more"] if len(said) > _FIRST else []
        return "\n".join([*said[:_FIRST], *more])
    drawn = zip_longest(kept.splitlines(), now.splitlines(), fillvalue="")
    was, is_now = next((a, b) for a, b in drawn if a != b)
    return f"  the same text in other colors or places, first:\n  was: {was}\n  is:  {is_now}"


# --- making them anew --------------------------------------------------------------------------


async def _make(folder: Path, wanted: Mapping[tuple[int, int], Sequence[Shot]]) -> None:
    for size, shots in wanted.items():
        with tempfile.TemporaryDirectory() as place:
            async with whole_store(Path(place)) as store:
                async for name, svg in pictures(store, size, shots):
                    _write(folder / name, svg)


def _write(path: Path, svg: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    before = path.read_text(encoding="utf-8") if path.exists() else None
    if before != svg:
        path.write_text(svg, encoding="utf-8")
        sys.stdout.write(f"{path.name}: {'new' if before is None else 'changed'}\n")
        sys.stdout.write("" if before is None else f"{difference(before, svg)}\n")


def _main(*arguments: Any) -> None:
    os.environ.pop("NO_COLOR", None)
    if arguments:
        asyncio.run(_make(Path(arguments[0]), dict.fromkeys(SIZES, SHOTS)))
        return
    wanted = {size: kept_at(size) for size in SIZES}
    names = {name_of(shot, size) for size, shots in wanted.items() for shot in shots}
    for path in FOLDER.glob("*.svg"):
        if path.name not in names:
            path.unlink()
            sys.stdout.write(f"{path.name}: gone\n")
    asyncio.run(_make(FOLDER, wanted))


if __name__ == "__main__":
    _main(*sys.argv[1:])

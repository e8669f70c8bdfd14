"""What holds on every screen at every size, with any names and numbers."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from rich.cells import cell_len

from tests.ui.books import Monitor, monitor
from tests.ui.pictures import SHOTS, Shot
from tests.ui.whole_book import a_whole_context, hostile, the_syncs, whole_store

LARGEST = (250, 70)
SIZES = (
    (200, 14), (160, 50), (131, 43), (120, 40), (107, 12), (96, 33), (80, 24), (72, 61), (63, 18),
    (50, 20), (40, 30), (40, 10),
)  # fmt: skip

_NUMBER = re.compile(r"(?<![\w.,])[-+−]?\d[\d,]*\.\d+")
"""Written with a point: names have such things not, and what is cut in its middle is another."""
_CUT = re.compile(r"(?<!\w)[-+−]?\d[\d,]*\.?\d*…")
_DRAWN_TO_SIZE = {"charts"}
"""An axis has other numbers at another size."""
_PROSE = {"errors"}
"""Sentences are cut where they do not fit, whatever stands in them."""
_SHIFTED = "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
"""Would have the terminal draw what follows elsewhere."""


def _wrong_strips(it: Monitor, size: tuple[int, int]) -> Iterator[str]:
    strips = it.app.screen._compositor.render_strips()
    if len(strips) != size[1]:
        yield f"{len(strips)} lines"
    for y, strip in enumerate(strips):
        text = strip.text
        if cell_len(text) != size[0]:
            yield f"line {y} is {cell_len(text)} wide: {text!r}"
        bad = {c for c in text if unicodedata.category(c) in {"Cc", "Cs"} or c in _SHIFTED}
        if bad:
            yield f"line {y} holds {bad!r}: {text!r}"


def _wrong_numbers(it: Monitor, shot: Shot, whole: set[str]) -> Iterator[str]:
    for line in it.lines:
        if shot.name not in _PROSE and (found := _CUT.search(line)):
            yield f"{found.group()} is cut: {line}"
        if shot.name not in _DRAWN_TO_SIZE:
            for number in set(_NUMBER.findall(line)) - whole:
                yield f"{number} stands nowhere at {LARGEST}: {line}"


async def _resize(it: Monitor, size: tuple[int, int]) -> None:
    await it.pilot.resize_terminal(*size)
    await it.until(lambda: it.app.screen.size == size)
    await it.settle()


async def _wrong(it: Monitor, shot: Shot) -> Sequence[str]:
    await _resize(it, LARGEST)
    await it.press(*shot.keys)
    await it.until_shown(shot.shown)
    await it.settle()
    whole = set(_NUMBER.findall(it.text))
    said = list(_wrong_strips(it, LARGEST))
    for size in SIZES:
        await _resize(it, size)
        said += [f"{shot.name} at {size}: {what}" for what in _wrong_strips(it, size)]
        said += [f"{shot.name} at {size}: {what}" for what in _wrong_numbers(it, shot, whole)]
    await it.press(*shot.back)
    return said


@pytest.mark.parametrize("part", range(3))
async def test_lines_fit_and_numbers_are_whole_at_every_size(tmp_path: Path, part: int) -> None:
    said: list[str] = []
    syncs = the_syncs(hostile)
    async with whole_store(tmp_path, hostile) as store:
        context = a_whole_context(store, hostile, open_syncs=syncs.open)
        async with monitor(context, LARGEST, first="pulse") as it:
            await it.until(lambda: syncs.subscribed)
            for shot in SHOTS[part::3]:
                said += await _wrong(it, shot)
            assert not [each.says for each in it.app.session.troubles]
    assert not said, "\n".join(said)


async def test_what_is_pasted_into_a_line_is_not_obeyed(tmp_path: Path) -> None:
    size = (80, 24)
    async with (
        whole_store(tmp_path) as store,
        monitor(a_whole_context(store), size, first="pulse") as it,
    ):
        for keys in (["2", "slash"], ["e"], ["I"]):
            await it.press(*keys)
            await it.type("\x1b]52;c;eA==\x07\u202e\ud83d[/]漢字👩‍👩‍👧 ")
            await it.until_shown("]52;c;eA==")
            assert not list(_wrong_strips(it, size))
            await it.press("escape")

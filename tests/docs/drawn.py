"""Lines, blocks and dots of a terminal as shapes: fonts draw them too wide, or leave gaps."""

import unicodedata
from collections.abc import Iterator

WIDTH, HEIGHT = 12.2, 24.4
"""Of one cell, in the units of the picture."""
_LIGHT, _HEAVY = 1.4, 3.0
"""How thick lines are."""
_DOT, _SEAM = 2.6, 0.25
Box = tuple[float, float, float, float]
"""Left, top, width and height of something within its cell."""

_BLOCKS: dict[str, Box] = {
    **{chr(0x2580 + n): (0, 1 - n / 8, 1, n / 8) for n in range(1, 9)},
    **{chr(0x2590 - n): (0, 0, n / 8, 1) for n in range(1, 8)},
    "▀": (0, 0, 1, 1 / 2), "▐": (1 / 2, 0, 1 / 2, 1), "▔": (0, 0, 1, 1 / 8),
    "▕": (7 / 8, 0, 1 / 8, 1),
}  # fmt: skip


def is_drawn(sign: str) -> bool:
    """Tell whether a sign is a shape rather than something to be read."""
    return sign in _BLOCKS or "─" <= sign <= "╿" or "⠀" <= sign <= "⣿"


def path(text: str, left: float, top: float) -> str:
    """Return the path that draws signs that stand side by side."""
    return "".join(
        f"M{left + n * WIDTH + x:.5g} {top + y:.5g}h{width:.4g}v{height:.4g}h{-width:.4g}z"
        for n, sign in enumerate(text)
        for x, y, width, height in _boxes(sign)
    )


def _boxes(sign: str) -> Iterator[Box]:
    if sign in _BLOCKS:
        x, y, width, height = _BLOCKS[sign]
        # A little more below, or a seam is seen between what should be one.
        more = _SEAM if y + height == 1 else 0
        yield x * WIDTH, y * HEIGHT, width * WIDTH, height * HEIGHT + more
    elif sign >= "⠀":
        yield from _dots(ord(sign) - 0x2800)
    else:
        yield from _arms(unicodedata.name(sign))


def _dots(bits: int) -> Iterator[Box]:
    """Of a Braille sign: three rows of two are counted first, the last row after them."""
    for bit in range(8):
        if bits >> bit & 1:
            column, row = (bit // 3, bit % 3) if bit < 6 else (bit - 6, 3)
            x, y = (column + 0.5) * WIDTH / 2, (row + 0.5) * HEIGHT / 4
            yield x - _DOT / 2, y - _DOT / 2, _DOT, _DOT


def _arms(name: str) -> Iterator[Box]:
    """Of a line or a corner, whose name says where it leads."""
    words = set(name.split())
    thick = _HEAVY if "HEAVY" in words else _LIGHT
    x, y = (WIDTH - thick) / 2, (HEIGHT - thick) / 2
    if words & {"LEFT", "HORIZONTAL"}:
        yield 0, y, (WIDTH + thick) / 2, thick
    if words & {"RIGHT", "HORIZONTAL"}:
        yield x, y, (WIDTH + thick) / 2, thick
    if words & {"UP", "VERTICAL"}:
        yield x, 0, thick, (HEIGHT + thick) / 2
    if words & {"DOWN", "VERTICAL"}:
        yield x, y, thick, (HEIGHT + thick) / 2

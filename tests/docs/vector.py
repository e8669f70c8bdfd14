"""A screenshot as it is kept: the same wherever it is taken, and whoever shows it."""

import html
import re
from itertools import groupby

from rich.cells import cell_len

from tests.docs.drawn import WIDTH, is_drawn, path

_BASE = 18.5
"""From the top of a cell to the line that letters stand on."""
_FONTS = "'DejaVu Sans Mono', 'Fira Code', Menlo, Consolas, monospace"
_ATTRIBUTES = re.compile(r'(\w[\w-]*)="([^"]*)"')
_FIRST_SIGN = "\u2000"
"""From here on fonts know what they want of how wide signs are."""


def kept(svg: str, name: str, background: str, foreground: str) -> str:
    """Return a screenshot of Textual's without what is other each time, or elsewhere.

    Fonts that would be fetched are left out. Blanks are kept by viewers or not: each word is
    put where it belongs, and as wide as it is, so that none has to be.

    Args:
        svg: as `App.export_screenshot` gives it.
        name: of the picture; the names in it begin so.
        background: of the frame, which is else that of no theme.
        foreground: of its title.
    """
    svg = re.sub(r"terminal-\d+", name, svg)
    svg = re.sub(r"\s*@font-face \{.*?\}", "", svg, flags=re.DOTALL)
    svg = svg.replace("font-family: Fira Code, monospace", f"font-family: {_FONTS}")
    svg = re.sub(r'<clipPath id="[\w-]+-line-\d+">.*?</clipPath>\s*', "", svg, flags=re.DOTALL)
    svg = re.sub(r"<text ([^>]*)>([^<]*)</text>", _in_words, svg)
    svg = svg.replace('fill="#292929"', f'fill="{background}"')
    svg = re.sub(r'(-title" fill=")#\w+', rf"\g<1>{foreground}", svg)
    return "\n".join(line.rstrip() for line in svg.splitlines() if line.strip()) + "\n"


def _in_words(found: re.Match[str]) -> str:
    attributes = dict(_ATTRIBUTES.findall(found[1]))
    if "textLength" not in attributes:
        return f"{found[0]}\n"
    text = html.unescape(found[2]).replace("\xa0", " ")
    left, base = float(attributes["x"]), float(attributes["y"])
    pieces = []
    for kind, signs in groupby(enumerate(text), lambda each: _kind(*each)):
        numbers, word = zip(*signs, strict=True)
        piece, x = "".join(word), left + cell_len(text[: numbers[0]]) * WIDTH
        if kind == _DRAWN:
            drawn = path(piece, x, base - _BASE)
            pieces.append(f'<path class="{attributes["class"]}" d="{drawn}"/>\n')
        elif kind != _BLANK:
            pieces.append(
                f'<text class="{attributes["class"]}" x="{x:g}" y="{base:g}"'
                f' textLength="{cell_len(piece) * WIDTH:g}" xml:space="preserve">'
                f"{html.escape(piece, quote=False)}</text>\n"
            )
    return "".join(pieces)


_BLANK, _WORD, _DRAWN = -1, -2, -3


def _kind(number: int, sign: str) -> int:
    """What belongs together; signs that are neither letters nor drawn stand by themselves."""
    if sign == " ":
        return _BLANK
    if is_drawn(sign):
        return _DRAWN
    return _WORD if sign < _FIRST_SIGN else number

"""Numbers are shown whole or not at all: half of one is another number."""

import re

from textual.content import Content

_HALF = re.compile(r"(?<!\w)[-+−]?(?:\d[\d.,\u00a0\u202f]*)?(?<=[-+−\d.,])…$")
"""What a line must not end with: who reads it cannot tell whether the number goes on."""


def whole(line: Content, width: int) -> Content:
    """Cut a line to a width; a number that there is no room for becomes `####`."""
    if line.cell_length <= width:
        return line
    cut = line.truncate(width, ellipsis=True)
    half = _HALF.search(cut.plain)
    if half is None:
        return cut
    return Content.assemble(cut[: half.start()], "#" * len(half.group()))

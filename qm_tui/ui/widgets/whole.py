"""Numbers are shown whole or not at all: half of one is another number."""

import re

from textual.content import Content

_HALF = re.compile(r"[-+−]?\d[\d.,\u00a0\u202f]*…$|[-+−]…$")
"""What a line must not end with, if it went on with a digit."""


def whole(line: Content, width: int) -> Content:
    """Cut a line to a width; a number that there is no room for becomes `####`."""
    if line.cell_length <= width:
        return line
    cut = line.truncate(width, ellipsis=True)
    kept = len(cut.plain) - 1
    goes_on = line.plain[kept : kept + 2].lstrip(".,\u00a0\u202f")[:1].isdigit()
    half = _HALF.search(cut.plain) if goes_on else None
    if half is None:
        return cut
    return Content.assemble(cut[: half.start()], "#" * len(half.group()))

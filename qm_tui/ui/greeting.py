"""What stands where accounts would be while there are none: what is on its way, and what is not."""

import textwrap
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from qm_tui.domain.health import LinkState
from qm_tui.ui.cell import plain
from qm_tui.ui.link_words import WORDS

if TYPE_CHECKING:
    from qm_tui.domain.health import Health

_UNWELL = frozenset({LinkState.STALE, LinkState.WAITING, LinkState.REFUSED, LinkState.LEASED})
"""Nothing comes from these until something changes."""
_DONE = frozenset({LinkState.OFF, LinkState.LIVE, LinkState.IDLE})
_TOLD = 3
"""Connections whose trouble is told here; Syncs tells of all."""
_LONGEST = 400
"""Characters that are told of one."""
_WIDTH = 72
_MARGIN = 8
"""Cells that are left free beside the lines."""

WELCOME = (
    "There is nothing in the store yet. Connect TWS, IB Gateway, the Flex web",
    "service or Tastytrade (qm-tui doctor says which file to write), or import",
    "a statement, for example of Interactive Brokers:",
    "",
    "  1  Client Portal → Performance & Reports → Flex Queries: create an",
    "     Activity Flex Query with all sections, as XML, dates yyyyMMdd.",
    "  2  Run it for the longest period there is, and save the file.",
    "  3  Press I here and name the file, or run  qm-tui import FILE",
    "",
    "Just looking?  qm-tui --demo  opens a portfolio that is made up.",
)

ON_ITS_WAY = (
    "There is nothing in the store yet. Your connections are being synced:",
    "what they bring is shown here by itself, section by section.",
    "",
    "  7  shows how far each connection is, and what to do if one is refused.",
    "  I  imports a statement from a file.",
)

_KEYS = (
    "  7  shows more of each connection,  R  syncs all of them now.",
    "  I  imports a statement from a file.",
)


def greeting(health: "Sequence[Health]", *, syncs: bool, width: int) -> Sequence[str]:
    """Return the lines; what is wrong with a connection is said in full.

    Args:
        health: of all connections.
        syncs: whether there are any.
        width: of the screen, in cells.
    """
    if not syncs:
        return WELCOME
    unwell = _unwell(health)
    if not unwell:
        return ON_ITS_WAY
    lines = ["There is nothing in the store yet."]
    for each in unwell[:_TOLD]:
        lines += ["", *_about(each, max(min(_WIDTH, width - _MARGIN), 1))]
    return (*lines, "", *_KEYS)


def is_due(health: "Sequence[Health]") -> bool:
    """Tell whether something may still come, so that having nothing is not the last word."""
    return any(each.state not in _DONE for each in health)


def _unwell(health: "Sequence[Health]") -> "Sequence[Health]":
    """Return the connections from which nothing comes, those first that wait for the user."""
    found = [
        each
        for each in health
        # One that failed says why while it is tried again.
        if each.state in _UNWELL or (each.state is LinkState.CONNECTING and each.failures)
    ]
    return sorted(found, key=lambda each: each.state is not LinkState.REFUSED)


def _about(health: "Health", width: int) -> Iterator[str]:
    mark, word, _ = WORDS[health.state]
    yield f"{mark} {plain(health.connection)}: {word}"
    said = plain(health.says[:_LONGEST])
    yield from textwrap.wrap(said, width, initial_indent="  ", subsequent_indent="  ")

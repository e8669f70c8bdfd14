"""Who is connected: each connection's state in words, how old its data is, when it last synced."""

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from textual.content import Content

from qm_tui.domain.health import Health, LinkState
from qm_tui.ui.cell import Tone
from qm_tui.ui.context import UnderWay
from qm_tui.ui.format import age, countdown
from qm_tui.ui.link_words import DELAYED, LACKING, WORDS, doing
from qm_tui.ui.pulse.lines import MUTED, beside
from qm_tui.ui.session import Session
from qm_tui.ui.tones import STYLES
from qm_tui.ui.widgets.bar import words

if TYPE_CHECKING:
    from qm_tui.queries.sync_views import StatusView

_WIDE = 32
_WELL = frozenset({LinkState.LIVE, LinkState.IDLE})


def draw_links(session: Session, width: int, height: int) -> Sequence[Content]:
    """Lines for the panel: one a connection, and a second where there is room."""
    now = session.context.now()
    if not session.health:
        return list(_without_connections(session.status, now, width))
    at = {sync.connection: sync for sync in session.progress}
    lines: list[Content] = []
    has_room = height >= 2 * len(session.health)
    for health in session.health:
        lines.append(state_of(health, now, width, with_age=not has_room))
        if has_room:
            lines.append(_times(health, at.get(health.connection), session, width))
    if len(lines) > height:
        more = len(lines) - height + 1
        lines = [*lines[: height - 1], words(f"and {session.format.number(more)} more", MUTED)]
    return lines


def state_of(health: Health, now: dt.datetime, width: int, *, with_age: bool) -> Content:
    """How a connection is and how old its data: of both as much as leaves its name whole."""
    mark, word, tone = WORDS[health.state]
    style = STYLES[tone]
    if health.lacking and health.state in _WELL:
        word, style = LACKING, STYLES[Tone.WARNING]
    name = Content.assemble(words(f"{mark} ", style), words(health.connection, "bold"))
    old = "" if health.data_as_of is None or not with_age else age(now, health.data_as_of)
    aged = words(f"  {old}", MUTED) if old else Content()
    states = list(_said(health, now, words(word, style)))
    told = [*(state + aged for state in states), *states]
    room = width - name.cell_length - 1
    fits = (each for each in told if each.cell_length <= room)
    return beside(name, next(fits, told[-1]), width)


def _said(health: Health, now: dt.datetime, state: Content) -> Iterator[Content]:
    """Yield what is said of a connection, in ever fewer words: its name is the last to be cut."""
    if health.delayed and health.state in {LinkState.LIVE, LinkState.SYNCING}:
        yield Content.assemble(state, words(f" {DELAYED}", STYLES[Tone.WARNING]))
    elif health.state is LinkState.WAITING and health.next_try is not None:
        style = STYLES[WORDS[health.state][2]]
        left = countdown(now, health.next_try)
        yield words(f"again in {left}", style)
        yield words(f"in {left}", style)
    else:
        yield state


def _times(health: Health, sync: UnderWay | None, session: Session, width: int) -> Content:
    now = session.context.now()
    if sync is not None:
        return words(f"  {doing(sync, now, session.format, width - 2)}", MUTED)
    data = None if health.data_as_of is None else age(now, health.data_as_of)
    synced = None if health.last_success is None else age(now, health.last_success)
    if width < _WIDE:
        parts = [data and f"{data} old", "never whole" if synced is None else f"sync {synced}"]
    else:
        whole = "never synced whole" if synced is None else f"synced {synced} ago"
        parts = [data and f"data {data} old", whole]
    return words("  " + " · ".join(filter(None, parts)), MUTED)


def _without_connections(
    status: "StatusView | None", now: dt.datetime, width: int
) -> Iterator[Content]:
    if status is None:
        return
    yield words("○ no connection configured" if width >= _WIDE else "○ none configured", MUTED)
    if status.newest_as_of is not None:
        yield words(f"data {age(now, status.newest_as_of)} old", MUTED)
    if status.last_run_at is not None:
        yield words(f"last import {age(now, status.last_run_at)} ago", MUTED)
    yield words("qm-tui doctor says how", MUTED)

"""How a connection's state is written: a sign, a word, and how grave it is."""

import datetime as dt
from collections.abc import Mapping

from qm_tui.domain.health import LinkState
from qm_tui.ui.cell import Tone
from qm_tui.ui.context import UnderWay
from qm_tui.ui.format import Format, countdown, size

WORDS: Mapping[LinkState, tuple[str, str, Tone]] = {
    LinkState.OFF: ("○", "off", Tone.MUTED),
    LinkState.CONNECTING: ("○", "connecting", Tone.ACCENT),
    LinkState.SYNCING: ("↻", "syncing", Tone.ACCENT),
    LinkState.LIVE: ("●", "live", Tone.POSITIVE),
    LinkState.IDLE: ("●", "up to date", Tone.POSITIVE),
    LinkState.STALE: ("◐", "out of touch", Tone.WARNING),
    LinkState.WAITING: ("○", "waiting", Tone.WARNING),
    LinkState.REFUSED: ("!", "refused", Tone.ERROR),
    LinkState.LEASED: ("⇄", "elsewhere", Tone.WARNING),
}

_PATIENT = dt.timedelta(seconds=2)
"""So long a sync may wait for its place in the store before that is said."""
DELAYED = "delayed"
"""Said of prices that come some fifteen minutes late."""


LACKING = "part missing"
"""Said of a connection whose last sync was not whole."""


def doing(sync: UnderWay, now: dt.datetime, form: Format, room: int | None = None) -> str:
    """What a sync is at: `positions, 1,200 rows`, `waits for the statement, 12 s`.

    Args:
        sync: which.
        now: the moment countdowns are for.
        form: how numbers are written.
        room: characters; its sentence is cut to them, its numbers are not.
    """
    rows = sum(counts.received for counts in sync.sections.values())
    last = next(reversed(list(sync.sections)), None)
    parts = [
        sync.says.rstrip(".")
        or (last.value.replace("_", " ") if last is not None else _beginning(sync, now))
    ]
    if rows:
        parts.append(f"{form.number(rows)} rows")
    if sync.done_bytes:
        whole = f" of {size(sync.total_bytes)}" if sync.total_bytes else ""
        parts.append(f"{size(sync.done_bytes)}{whole}")
    if sync.until is not None:
        parts.append(countdown(now, sync.until))
    if room is not None:
        left = max(room - sum(len(part) + 2 for part in parts[1:]), 1)
        parts[0] = parts[0] if len(parts[0]) <= left else f"{parts[0][: left - 1].rstrip()}…"
    return ", ".join(parts)


def _beginning(sync: UnderWay, now: dt.datetime) -> str:
    """Before anything came: a sync without a number cannot write to the store yet."""
    if sync.run is None and now - sync.started_at >= _PATIENT:
        return "waits for the store, another program writes to it"
    return "begins"

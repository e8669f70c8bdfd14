"""How a connection is doing, in words for the user."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum


class LinkState(StrEnum):
    """What a connection is at."""

    OFF = "off"
    """Not begun yet, or ended."""
    CONNECTING = "connecting"
    SYNCING = "syncing"
    LIVE = "live"
    """Connected; what changes arrives by itself."""
    IDLE = "idle"
    """All is well and nothing is to be done until the next time."""
    STALE = "stale"
    """Connected, but the broker's side is away: what is shown may be old."""
    WAITING = "waiting"
    """It could not be reached; `next_try` says when it is tried again."""
    REFUSED = "refused"
    """The user has to act; nothing is tried before."""
    LEASED = "leased"
    """Another program syncs this connection."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """A connection at a moment."""

    connection: str
    broker: str
    state: LinkState
    since: dt.datetime
    """When the state began."""
    says: str = ""
    """What is going on: one sentence, with what to do where there is something."""
    accounts: tuple[str, ...] = ()
    next_try: dt.datetime | None = None
    next_sync: dt.datetime | None = None
    latency: dt.timedelta | None = None
    """From a question to its answer, when last measured."""
    last_success: dt.datetime | None = None
    """When a sync last ended with every section whole."""
    data_as_of: dt.datetime | None = None
    """When anything last arrived."""
    runs: int = 0
    """Of the last 20: how many are known."""
    failures: int = 0
    """Of those, how many were not whole."""
    lacking: bool = False
    """The last sync was not whole: something of what is shown is older than the rest."""
    delayed: bool = False
    """Prices come some fifteen minutes late."""

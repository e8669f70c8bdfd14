"""Syncs that say what a test tells them to: a double at the protocol between screens and syncs."""

import asyncio
import datetime as dt
from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from qm_tui.domain.events import SectionCounts, SyncEvent
from qm_tui.domain.health import Health, LinkState
from qm_tui.domain.live import LiveBook, LiveChange
from qm_tui.domain.records import Record
from qm_tui.domain.words import Section
from tests.conftest import NOW

News = SyncEvent | Health | LiveChange


@dataclass(frozen=True, slots=True, kw_only=True)
class Going:
    """A sync that goes on."""

    connection: str = "ib"
    run: int | None = None
    started_at: dt.datetime = NOW
    sections: Mapping[Section, SectionCounts] = field(default_factory=dict)
    says: str = ""
    until: dt.datetime | None = None
    done_bytes: int = 0
    total_bytes: int = 0


class ScriptedSyncs:
    """Two connections, both well; what is asked of them is noted."""

    def __init__(self) -> None:
        self.live = LiveBook()
        self.links = {each.connection: each for each in (a_health(), a_health("ib-flex"))}
        self.going: list[Going] = []
        self.asked: list[Collection[str] | None] = []
        self.cancelled: list[str] = []
        self.subscribed = 0
        self._news: asyncio.Queue[News | BaseException] = asyncio.Queue()

    async def open(self) -> "ScriptedSyncs":
        """As `Context.open_syncs`."""
        return self

    def health(self) -> Sequence[Health]:
        return tuple(self.links.values())

    def request(self, connections: Collection[str] | None = None) -> None:
        self.asked.append(connections)

    def cancel(self, connection: str) -> None:
        self.cancelled.append(connection)

    def progress(self) -> Sequence[Going]:
        return self.going

    async def news(self) -> AsyncGenerator[News]:
        self.subscribed += 1
        while True:
            item = await self._news.get()
            if isinstance(item, BaseException):
                raise item
            yield item

    # What a test says

    def tell(self, *news: News) -> None:
        """Tell all who listen."""
        for item in news:
            if isinstance(item, Health):
                self.links[item.connection] = item
            self._news.put_nowait(item)

    def push(self, *records: Record) -> None:
        """Have something pushed by a broker."""
        self.tell(self.live.apply(records))

    def change(self, connection: str, **changes: Any) -> None:
        """Have a connection do otherwise."""
        self.tell(replace(self.links[connection], **changes))

    def die(self, reason: str) -> None:
        """Have the subscription break."""
        self._news.put_nowait(RuntimeError(reason))


def a_health(connection: str = "ib", **changes: Any) -> Health:
    """A connection that is well."""
    live = connection == "ib"
    usual: dict[str, Any] = {
        "connection": connection,
        "broker": "ibkr",
        "state": LinkState.LIVE if live else LinkState.IDLE,
        "since": NOW - dt.timedelta(minutes=3),
        "accounts": ("U1234567", "U7654321") if live else ("U1234567",),
        "data_as_of": NOW - (dt.timedelta(seconds=2) if live else dt.timedelta(hours=18)),
        "last_success": NOW - dt.timedelta(minutes=3 if live else 1080),
        "latency": dt.timedelta(milliseconds=4) if live else None,
        "next_sync": NOW + dt.timedelta(minutes=12),
        "runs": 20,
        "failures": 0,
    }
    return Health(**usual | changes)

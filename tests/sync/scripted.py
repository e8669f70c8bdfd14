"""Brokers that follow a script, a clock that can be set, and a program that syncs with them."""

import asyncio
import datetime as dt
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from typing_extensions import override

from qm_tui.brokers.client import (
    BrokerClient,
    Fetched,
    Greeting,
    Known,
    Progress,
    StatementService,
    Update,
    Waits,
)
from qm_tui.brokers.registry import recognize
from qm_tui.domain.batches import Batch, Coverage
from qm_tui.domain.health import Health, LinkState
from qm_tui.store.reading.runs import runs
from qm_tui.store.store import Store
from qm_tui.sync.deriving import Deriver
from qm_tui.sync.fleet import Syncs
from qm_tui.sync.hub import News
from qm_tui.sync.links import Link
from qm_tui.sync.schedule import Intervals
from qm_tui.sync.service import Importer
from tests.conftest import NOW

PATIENCE = 20.0
"""Seconds after which a condition that did not come true fails the test."""
ZONE = ZoneInfo("America/New_York")
HOLDER = "4711@desk test"

QUICK = Intervals(
    every=3600,
    snapshot_every=3600,
    back_off_first=0.02,
    back_off_most=0.05,
    statements_first=0.02,
    statements_most=0.05,
    again_after=3600,
    resync_pause=0.01,
    lease_every=0.05,
    lease_again=0.02,
    look_every=0.01,
    store_after=0.005,
    live_every=0.02,
    derive_after=0.01,
    close_within=0.5,
    grace=0.2,
)


class Clock:
    """The present: it goes on by itself, and can be set."""

    def __init__(self, start: dt.datetime = NOW) -> None:
        self._start = start - dt.timedelta(seconds=time.monotonic())

    def __call__(self) -> dt.datetime:
        return self._start + dt.timedelta(seconds=time.monotonic())

    def later(self, **by: float) -> None:
        self._start += dt.timedelta(**by)


Step = Batch | Exception | asyncio.Event
"""What a pull does next: brings a batch, fails, or waits until the test lets it go on."""


@dataclass(slots=True)
class Scene:
    """What one connection does."""

    connect: Exception | None = None
    pulls: Sequence[Sequence[Step]] = ((),)
    """One after the other; the last again and again."""
    pushes: bool = True
    snapshot: Sequence[Batch] = ()
    closes: bool = True
    """Whether it closes when it is told to."""
    pushed: "asyncio.Queue[Update | Exception]" = field(default_factory=asyncio.Queue)


class Broker:
    """A broker's side: the connections that were made to it, each with its scene."""

    def __init__(self, *scenes: Scene, broker: str = "ibkr") -> None:
        self.broker = broker
        self.scenes = scenes or (Scene(),)
        self.made: list[ScriptedClient] = []

    def make(self) -> "ScriptedClient":
        client = ScriptedClient(self, self.scenes[min(len(self.made), len(self.scenes) - 1)])
        self.made.append(client)
        return client

    @property
    def pulls(self) -> int:
        """How many syncs were begun."""
        return sum(client.pulls for client in self.made)

    def link(self, name: str = "ib") -> Link:
        return Link(name=name, broker=self.broker, make=self.make)


class ScriptedClient(BrokerClient):
    """One connection."""

    def __init__(self, side: Broker, scene: Scene) -> None:
        self._side = side
        self.scene = scene
        self.pulls = 0
        self.closed = 0
        self.known: list[Known] = []

    @property
    @override
    def broker(self) -> str:
        return self._side.broker

    @override
    async def connect(self) -> Greeting:
        await asyncio.sleep(0)
        if self.scene.connect is not None:
            raise self.scene.connect
        return Greeting(
            accounts=("U1",), latency=dt.timedelta(milliseconds=12), says="Connected to a script."
        )

    @override
    async def pull(self, known: Known) -> AsyncIterator[Batch]:
        self.known.append(known)
        steps = self.scene.pulls[min(self.pulls, len(self.scene.pulls) - 1)]
        self.pulls += 1
        for step in steps:
            await asyncio.sleep(0)
            match step:
                case asyncio.Event():
                    await step.wait()
                case Exception():
                    raise step
                case Batch():
                    yield step

    @override
    def snapshot(self) -> Sequence[Batch]:
        return self.scene.snapshot

    @override
    async def updates(self) -> AsyncIterator[Update]:
        while self.scene.pushes:
            match await self.scene.pushed.get():
                case Exception() as error:
                    raise error
                case update:
                    yield update

    @override
    async def close(self) -> None:
        self.closed += 1
        if not self.scene.closes:
            await asyncio.Event().wait()


Telling = bytes | Waits | Progress | Exception | asyncio.Event
"""What a fetch does next; bytes are a document."""


class Service(StatementService):
    """Makes statements as it is told to: one list of steps a fetch, the last again and again."""

    def __init__(self, *fetches: Sequence[Telling], due_after: dt.timedelta | None = None) -> None:
        self._fetches = fetches
        self._due_after = due_after or dt.timedelta(days=1)
        self.asked: list[tuple[Sequence[Coverage], bool]] = []
        """What was known, and whether the fetch before was unfinished."""
        self.folders: list[Path] = []
        self.says: Sequence[str] = ()
        self.closed = 0

    def link(self, name: str = "flex") -> Link:
        return Link(name=name, broker="ibkr-flex", make=lambda: self)

    @property
    @override
    def broker(self) -> str:
        return "ibkr-flex"

    @property
    @override
    def warnings(self) -> Sequence[str]:
        return self.says

    @override
    async def check(self) -> str:
        return "All is well."

    @override
    def due(
        self, covered: Sequence[Coverage], now: dt.datetime, asked: dt.datetime | None = None
    ) -> dt.datetime:
        return now if asked is None else max(now, asked + self._due_after)

    @override
    async def fetch(
        self, covered: Sequence[Coverage], folder: Path, *, unfinished: bool = False
    ) -> AsyncIterator[Fetched | Waits | Progress]:
        steps = self._fetches[min(len(self.asked), len(self._fetches) - 1)]
        self.asked.append((covered, unfinished))
        self.folders.append(folder)
        for number, step in enumerate(steps):
            await asyncio.sleep(0)
            match step:
                case asyncio.Event():
                    await step.wait()
                case Exception():
                    raise step
                case bytes():
                    path = folder / f"{len(self.asked)}-{number}.xml"
                    path.write_bytes(step)
                    yield Fetched(path=path, name=f"flex {number}")
                case _:
                    yield step

    @override
    async def close(self) -> None:
        self.closed += 1


def an_importer(store: Store) -> Importer:
    return Importer(store.writer, recognize, ZONE)


def a_deriver(store: Store) -> Deriver:
    return Deriver(store.reader, store.writer, lambda: NOW)


class Program:
    """A monitor without its screens."""

    def __init__(self, syncs: Syncs) -> None:
        self.syncs = syncs
        self.told: list[News] = []

    def health(self, connection: str = "ib") -> Health:
        return next(one for one in self.syncs.health() if one.connection == connection)

    async def until(self, condition: Callable[[], object], what: str) -> None:
        """Wait until a condition is true."""
        deadline = asyncio.get_running_loop().time() + PATIENCE
        while not condition():
            assert asyncio.get_running_loop().time() < deadline, (
                f"waited in vain until {what}; {self.syncs.health()}; {self.told[-5:]}"
            )
            await asyncio.sleep(0.002)

    async def state(self, state: LinkState, connection: str = "ib") -> Health:
        """Wait until a connection is in a state."""
        await self.until(
            lambda: self.health(connection).state is state, f"{connection} is {state.value}"
        )
        return self.health(connection)

    def all(self, kind: type[Any]) -> list[Any]:
        """What was told, of a kind."""
        return [news for news in self.told if isinstance(news, kind)]


@asynccontextmanager
async def a_program(
    store: Store,
    *links: Link,
    intervals: Intervals = QUICK,
    now: Callable[[], dt.datetime] | None = None,
    holder: str = HOLDER,
) -> AsyncIterator[Program]:
    """Run a program that syncs, until the test is done with it."""
    syncs = Syncs(
        store,
        an_importer(store),
        a_deriver(store),
        links,
        now or Clock(),
        holder=holder,
        intervals=intervals,
        chance=Random(1),  # noqa: S311 - no secret
    )
    program = Program(syncs)

    async def listen() -> None:
        async with aclosing(syncs.news()) as news:
            async for one in news:
                program.told.append(one)

    listening = asyncio.create_task(listen())
    await asyncio.sleep(0)
    syncs.start()
    try:
        yield program
    finally:
        await syncs.close()
        await listening


async def runs_of(store: Store, kind: str = "sync") -> list[Any]:
    """The runs of a kind, the oldest first."""
    return list(reversed(await store.reader.read(runs, (kind,))))

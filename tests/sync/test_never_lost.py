"""Pulls that are whole, in part, lost or cancelled, and pushes between and within them.

Whatever comes, in whatever order: a position goes when a whole answer leaves it out or a push says
that nothing is left of it, never otherwise; and no fill is lost or doubled.
"""

import asyncio
import datetime as dt
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

from hypothesis import given, settings
from hypothesis import strategies as st

from qm_tui.brokers.client import BrokerUnavailable, Update
from qm_tui.domain.batches import Batch
from qm_tui.domain.events import SectionDone, SyncFailed, SyncFinished
from qm_tui.domain.health import LinkState
from qm_tui.domain.records import Position
from qm_tui.domain.selection import Scope
from qm_tui.domain.words import Section
from qm_tui.queries.positions import positions
from qm_tui.store.store import open_store
from tests.builders import a_batch, a_position, a_trade, an_account, an_equity, holds
from tests.conftest import NOW
from tests.examples import examples
from tests.store.stores import an_empty_store, contents
from tests.sync.scripted import Broker, Program, Scene, Step, a_program

LOST = BrokerUnavailable("The gateway has closed the connection.")
SYMBOLS = ("AAPL", "MSFT", "IBM")

Kind = Literal[
    "whole", "part", "nothing", "lost in it", "cancelled", "pushed", "dropped",
    "pushed before it was asked", "pushed after it was answered",
]  # fmt: skip
Held = Mapping[str, int]
ACTIONS = st.lists(
    st.tuples(
        st.sampled_from(get_args(Kind)),
        st.dictionaries(st.sampled_from(SYMBOLS), st.integers(1, 3)),
        st.dictionaries(st.sampled_from(SYMBOLS), st.integers(0, 3), min_size=1),
        st.booleans(),
    ),
    min_size=1,
    max_size=7,
)
"""What happens, what a pull names, what a push names (0: closed), and whether a fill is told."""


@dataclass(slots=True)
class World:
    """A program, its broker, and what must be known."""

    program: Program
    broker: Broker
    held: dict[str, int] = field(default_factory=dict)
    fills: int = 0
    moment: dt.datetime = NOW

    def later(self) -> dt.datetime:
        self.moment += dt.timedelta(minutes=1)
        return self.moment

    async def happens(self, kind: Kind, named: Held, pushed: Held, *, filled: bool) -> None:
        fill = self._fill() if filled else ()
        match kind:
            case "pushed":
                await self._push(pushed, fill)
            case "dropped":
                await self._drop((*fill, part({}, self.later())))
            case "pushed before it was asked" | "pushed after it was answered":
                await self._push_within(named, pushed, fill, first=kind.endswith("asked"))
            case "lost in it":
                answer = whole(named, self.later())
                await self._pull((*fill, answer, LOST), answers=1)
                self.held = dict(named)
            case "cancelled":
                await self._cancel((*fill, part(named, self.later())))
                self.held.update(named)
            case "whole":
                await self._pull((*fill, whole(named, self.later())))
                self.held = dict(named)
            case "part":
                await self._pull((*fill, part(named, self.later())))
                self.held.update(named)
            case "nothing":
                await self._pull((*fill, part({}, self.later())))

    def _fill(self) -> tuple[Batch]:
        self.fills += 1
        return (a_batch(a_trade(account="U1", quantity=self.fills)),)

    @property
    def _scene(self) -> Scene:
        return self.broker.made[-1].scene

    async def _pull(self, steps: Sequence[Step], *, answers: int = 0) -> None:
        """Sync; after one that fails, another connection finds out nothing."""
        before, made = self._ended(), len(self.broker.made)
        self._scene.pulls = [(a_batch(an_account("U1")), *steps)]
        self._reconnecting()
        self.program.syncs.request()
        await self.program.until(lambda: self._ended() > before + answers, "it is synced")
        await self.program.until(lambda: len(self.broker.made) == made + answers, "it is back")
        await self.program.state(LinkState.LIVE)

    async def _cancel(self, steps: Sequence[Step]) -> None:
        before, done = self._ended(), self._stored()
        self._scene.pulls = [(a_batch(an_account("U1")), *steps, asyncio.Event())]
        self.program.syncs.request()
        await self.program.until(lambda: self._stored() > done + len(steps), "something is stored")
        self.program.syncs.cancel("ib")
        await self.program.until(lambda: self._ended() > before, "it is cancelled")
        await self.program.state(LinkState.LIVE)

    async def _push(self, pushed: Held, more: Sequence[Batch] = ()) -> None:
        done = self._stored()
        self._scene.pushed.put_nowait(Update(changed=(amends(pushed, self.later()), *more)))
        self._follow(pushed)
        await self.program.until(lambda: self._stored() > done + len(more), "it is stored")

    async def _push_within(
        self, named: Held, pushed: Held, fill: Sequence[Batch], *, first: bool
    ) -> None:
        """Push while a sync goes on, something of before or of after its answer."""
        gate, before = asyncio.Event(), self._ended()
        one, other = self.later(), self.later()
        answer, change = (
            (whole(named, other), amends(pushed, one)) if first
            else (whole(named, one), amends(pushed, other))
        )  # fmt: skip
        done = self._stored()
        self._scene.pulls = [(a_batch(an_account("U1")), *fill, gate, answer)]
        self.program.syncs.request()
        await self.program.until(lambda: self._stored() > done + len(fill), "it syncs")
        self._scene.pushed.put_nowait(Update(changed=(change,)))
        gate.set()
        await self.program.until(lambda: self._ended() > before, "it is synced")
        await self.program.until(lambda: self._stored() > done + len(fill) + 2, "all is stored")
        if first:
            self.held = dict(named)
        else:
            self.held = dict(named)
            self._follow(pushed)

    async def _drop(self, steps: Sequence[Step]) -> None:
        before, made, scene = self._ended(), len(self.broker.made), self._scene
        self._reconnecting(*steps)
        scene.pushed.put_nowait(LOST)
        await self.program.until(lambda: len(self.broker.made) > made, "another is made")
        await self.program.until(lambda: self._ended() > before, "it is synced")
        await self.program.state(LinkState.LIVE)

    def _reconnecting(self, *steps: Step) -> None:
        nothing = part({}, self.later())
        self.broker.scenes = (Scene(pulls=[(a_batch(an_account("U1")), *(steps or (nothing,)))]),)

    def _follow(self, pushed: Held) -> None:
        self.held.update(pushed)
        self.held = {symbol: quantity for symbol, quantity in self.held.items() if quantity}

    def _ended(self) -> int:
        return len(self.program.all(SyncFinished)) + len(self.program.all(SyncFailed))

    def _stored(self) -> int:
        return len(self.program.all(SectionDone))


def found(named: Held, at: dt.datetime) -> tuple[Position, ...]:
    return tuple(
        a_position(
            account="U1", instrument=an_equity(symbol, str(SYMBOLS.index(symbol) + 1)),
            quantity=quantity, as_of=at,
        )
        for symbol, quantity in sorted(named.items())
    )  # fmt: skip


def whole(named: Held, at: dt.datetime) -> Batch:
    return Batch(
        section=Section.POSITIONS, records=found(named, at), holds=(holds("positions", "U1", at),)
    )


def part(named: Held, at: dt.datetime) -> Batch:
    return Batch(section=Section.POSITIONS, records=found(named, at), incomplete="Some are away.")


def amends(named: Held, at: dt.datetime) -> Batch:
    return Batch(section=Section.POSITIONS, records=found(named, at), amends=True)


async def lived(path: Path, actions: Sequence[tuple[Kind, Held, Held, bool]]) -> None:
    store = await open_store(path, lambda: NOW)
    broker = Broker(Scene(pulls=[(a_batch(an_account("U1")), whole({}, NOW))]))
    try:
        async with a_program(store, broker.link()) as program:
            await program.until(lambda: program.all(SyncFinished), "it is synced")
            world = World(program, broker)
            for kind, named, pushed, filled in actions:
                await program.state(LinkState.LIVE)
                await world.happens(kind, named, pushed, filled=filled)
                shown = await positions(store.reader, Scope())
                assert {view.symbol: int(view.quantity) for view in shown} == world.held, kind
        assert len((await contents(store.reader))["trades"]) == world.fills
    finally:
        await store.close()


@given(ACTIONS)
@settings(max_examples=examples(8), deadline=None)
def test_nothing_is_closed_by_mistake_and_nothing_is_lost(
    actions: Sequence[tuple[Kind, Held, Held, bool]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(lived(an_empty_store(Path(folder)), actions))

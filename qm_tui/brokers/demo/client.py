"""The demo's brokers: an invented portfolio that comes in by the same door as a real one."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from itertools import islice

from qm_tui.brokers.client import BrokerUnavailable, Greeting, Known, Update
from qm_tui.brokers.demo.answers import with_answer
from qm_tui.brokers.demo.market import Market
from qm_tui.brokers.demo.outages import Outages
from qm_tui.brokers.demo.portfolio import Account, accounts
from qm_tui.brokers.demo.sections import FACTS, REFERENCE, openings, references
from qm_tui.brokers.demo.settings import DemoSettings
from qm_tui.brokers.demo.tape import Tape
from qm_tui.brokers.demo.world import World
from qm_tui.domain.batches import Batch, Coverage, Holds
from qm_tui.domain.records import Record
from qm_tui.domain.words import Section

CONNECTIONS: Mapping[str, str] = {"ib": "ibkr", "tasty": "tastytrade"}
"""Connection → broker, as a user would name them."""

Sleep = Callable[[float], Awaitable[None]]
"""Seconds on the wall."""

_ROWS_A_BATCH = 500
_USUAL = 45
"""So many instruments are held without any that is invented by number."""
_NAMES = {"ibkr": "TWS", "tastytrade": "Tastytrade"}
_UNSTEADY = "tastytrade"
"""Who is away now and then."""
_LATE = (Section.MARGIN, "ibkr")


class Demo:
    """An invented portfolio at two brokers, and the market that moves it."""

    def __init__(
        self,
        settings: DemoSettings,
        now: Callable[[], dt.datetime],
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        """Live through all the years.

        Args:
            settings: what kind of demo.
            now: the time of the demo; the books end with the trading day before it.
            sleep: waits for so many seconds on the wall.
        """
        self.settings = settings
        self.now = now
        self.sleep = sleep
        self.begun = now()
        world = World(settings.seed, self.begun, more=_more(settings))
        self.market = Market(world, settings)
        self.accounts = accounts(world)
        self.outages = Outages(settings, self.begun)

    def client(self, broker: str) -> "DemoClient":
        """Make a client of one of the brokers, for one connection."""
        its_accounts = [one for one in self.accounts if one.book.profile.broker == broker]
        return DemoClient(self, broker, its_accounts)

    def step(self) -> int:
        """Return how far the market is by now."""
        seconds = (self.now() - self.begun).total_seconds()
        return int(seconds * self.settings.ticks_per_second / self.settings.speed)

    def back_at(self, broker: str) -> dt.datetime | None:
        """Return until when a broker is away; None when it is not."""
        if not self.settings.drops or broker != _UNSTEADY:
            return None
        return self.outages.back_at(self.now())


class DemoClient:
    """One connection to a broker of the demo. It has no secrets."""

    def __init__(self, demo: Demo, broker: str, its_accounts: Sequence[Account]) -> None:
        self.broker = broker
        self._demo = demo
        self._accounts = its_accounts
        self._numbers = [account.book.profile.number for account in its_accounts]
        self._tape = Tape(its_accounts, demo.market)
        self._step = 0

    async def connect(self) -> Greeting:
        """Connect to nobody.

        Raises:
            BrokerUnavailable: it is away.
        """
        self._look()
        self._price()
        return Greeting(
            accounts=tuple(self._numbers),
            latency=dt.timedelta(milliseconds=18 if self.broker == "ibkr" else 43),
            says=f"Connected to the demo's {_NAMES[self.broker]}.",
        )

    async def pull(self, known: Known) -> AsyncIterator[Batch]:
        """Bring everything; facts that were brought to the same day before are left out.

        Raises:
            BrokerUnavailable: it went away meanwhile.
        """
        accounts = self._batches(Section.ACCOUNTS, self._at)
        # What is held and what it is worth are of one moment, whatever moves meanwhile.
        for batch in (*accounts, *self.snapshot()):
            self._look()
            yield batch
            # The next page of a real answer is waited for: keys may have their turn.
            await asyncio.sleep(0)
        yield Batch(
            section=Section.BALANCES,
            records=tuple(one for account in self._accounts for one in openings(account)),
            amends=True,
        )
        for section in (*REFERENCE, *FACTS):
            if section in FACTS and known.cursors.get(section) == self._day:
                continue
            if (section, self.broker) == _LATE:
                continue
            for page, batch in enumerate(self._batches(section, self._at), 1):
                self._look()
                yield self._answered(batch, page)
                await asyncio.sleep(0)
        repeated = tuple(one for account in self._accounts for one in account.book.repeated)
        if repeated and known.cursors.get(Section.TRADES) != self._day:
            yield self._answered(Batch(section=Section.TRADES, records=repeated), 2)
        section, broker = _LATE
        if broker == self.broker:
            await self._demo.sleep(self._demo.settings.late / self._demo.settings.speed)
            self._look()
            for batch in self._batches(section, self._at):
                yield batch

    def snapshot(self) -> Sequence[Batch]:
        """Return what is held and worth now, whole."""
        at = self._price()
        return [batch for section in _SEEN for batch in self._batches(section, at)]

    async def updates(self) -> AsyncIterator[Update]:
        """Tell what moves, several times a second.

        Raises:
            BrokerUnavailable: it went away.
        """
        settings = self._demo.settings
        while True:
            await self._demo.sleep(1 / settings.ticks_per_second)
            self._look()
            since, self._step = self._step, self._advance()
            records = self._tape.changes(since, self._at)
            if records:
                yield Update(records=records)

    async def close(self) -> None:
        """Let go of nothing."""

    # --- how it is done --------------------------------------------------------------------

    @property
    def _day(self) -> str:
        return self._at.date().isoformat()

    @property
    def _at(self) -> dt.datetime:
        return self._demo.now().astimezone(dt.UTC)

    def _look(self) -> None:
        """Raise when the broker is away."""
        back_at = self._demo.back_at(self.broker)
        if back_at is not None:
            raise BrokerUnavailable(
                f"{_NAMES[self.broker]} closed the connection (the demo shows what that is like). "
                "Nothing to do: what is stored stays on the screen.",
                not_before=back_at,
            )

    def _answered(self, batch: Batch, page: int) -> Batch:
        """A batch of facts with the bytes it came in."""
        if batch.section not in FACTS:
            return batch
        said = batch.section.value.replace("_", " ")
        return with_answer(batch, f"{_NAMES[self.broker]}, {said}, page {page}", self._at)

    def _advance(self) -> int:
        self._demo.market.advance(self._demo.step())
        return self._demo.market.step

    def _price(self) -> dt.datetime:
        """Price everything anew, as of one moment; return which."""
        at = self._at
        self._step = self._advance()
        self._tape.everything(at)
        return at

    def _records(self, section: Section, at: dt.datetime) -> Sequence[Record]:
        tape = self._tape
        match section:
            case Section.POSITIONS:
                return tape.positions()
            case Section.BALANCES:
                return list(tape.balances(at))
            case Section.QUOTES:
                return list(tape.quotes(at))
            case Section.GREEKS:
                return list(tape.greeks(at))
            case _ if section in FACTS:
                return [record for one in self._accounts for record in one.book.records[section]]
            case _:
                return [record for one in self._accounts for record in references(section, one, at)]

    def _batches(self, section: Section, at: dt.datetime) -> Iterator[Batch]:
        """The pages of a section; the last one says that now all of it is there."""
        records = iter(self._records(section, at))
        page = tuple(islice(records, _ROWS_A_BATCH))
        while following := tuple(islice(records, _ROWS_A_BATCH)):
            yield Batch(section=section, records=page)
            page = following
        world = self._demo.market.world
        yield Batch(
            section=section,
            records=page,
            holds=tuple(
                Holds(account=number, section=section, as_of=at)
                for number in self._numbers
                if section not in _OF_NOBODY
            ),
            coverage=tuple(
                Coverage(account=number, from_date=world.days[0], to_date=at.date())
                for number in self._numbers
                if section is Section.TRADES
            ),
            cursor=self._day if section in FACTS else None,
        )


def _more(settings: DemoSettings) -> int:
    """Return how many stocks have to be invented, with a call on every other one."""
    return max(settings.instruments - _USUAL, 0) * 2 // 3


_SEEN = (Section.POSITIONS, Section.BALANCES, Section.QUOTES, Section.GREEKS)
"""What is other at every moment."""
_OF_NOBODY = frozenset({Section.FX_RATES, Section.QUOTES, Section.GREEKS})
"""These are of no account."""

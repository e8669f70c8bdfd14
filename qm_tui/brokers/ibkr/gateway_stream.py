"""What changes on a connection, as updates: values, prices, news of the connection itself."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Coroutine
from typing import Any

from qm_tui.brokers.client import Update
from qm_tui.brokers.ibkr.gateway_session import Session
from qm_tui.domain.batches import Batch
from qm_tui.domain.words import Section

_POSITION_ROWS = (61,)
_POSITIONS = (61, None)


class Stream:
    """Puts together what one connection has to tell, until it ends."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._link = session.link
        self._said: str | None = session.link.condition.says
        self._state: tuple[object, ...] = ()
        self._lost = session.link.losses.count

    async def updates(self) -> AsyncGenerator[Update, None]:
        """Yield updates, no more often than `look_every`.

        Raises:
            BrokerUnavailable: the connection is lost.
        """
        session = self._session
        turns = self._start()
        try:
            while True:
                self._link.check()
                self._raise_of(turns)
                update = self._update()
                if update is not None:
                    yield update
                await asyncio.sleep(session.settings.look_every)
        finally:
            for turn in turns:
                turn.cancel()
            await asyncio.gather(*turns, return_exceptions=True)

    def _start(self) -> list["asyncio.Task[None]"]:
        """Start what takes turns: the instruments that are quoted, the accounts that are marked."""
        session = self._session
        turns: list[Coroutine[Any, Any, None]] = [
            self._rotate(),
        ]
        if session.settings.market_data:
            turns.append(session.market.rotate())
        return [asyncio.create_task(turn) for turn in turns]

    async def _rotate(self) -> None:
        # The first pull asks for all of them: this would ask twice at the same time.
        await asyncio.sleep(self._session.settings.portfolio_dwell)
        await self._session.portfolios.rotate(self._link.accounts)

    def _raise_of(self, turns: "list[asyncio.Task[None]]") -> None:
        for turn in turns:
            if turn.done() and not turn.cancelled():
                with contextlib.suppress(ConnectionError):  # the link says it in words
                    turn.result()

    def _update(self) -> Update | None:
        session, link = self._session, self._link
        now = session.now()
        pushed = session.pushed.drain(now)
        prices = session.market.drain(now) if session.settings.market_data else ()
        changed = self._with_says(pushed.changed)
        if any(batch.section is Section.POSITIONS for batch in changed):
            session.market.hold(session.holdings.contracts().values())
        resync = pushed.resync or link.condition.resync or self._lost_a_position()
        resync = resync or self._is_ready()
        link.condition.resync = False
        says = link.condition.says if link.condition.says != self._said else None
        self._said = link.condition.says
        delayed = link.condition.delayed or session.market.delayed
        state = (link.fresh, delayed, link.latency)
        moved = state != self._state
        self._state = state
        if not (pushed.records or prices or changed or says or resync or moved):
            return None
        return Update(
            records=(*pushed.records, *prices),
            changed=changed,
            says=says,
            fresh=link.fresh,
            delayed=delayed,
            latency=link.latency,
            resync=resync,
        )

    def _with_says(self, changed: tuple[Batch, ...]) -> tuple[Batch, ...]:
        """Add what the market data have to say, as warnings of a batch without records."""
        says = self._session.market.says() if self._session.settings.market_data else ()
        if not says:
            return changed
        return (*changed, Batch(section=Section.QUOTES, warnings=says, amends=True))

    def _is_ready(self) -> bool:
        """Tell, once, whether accounts that were not ready when they were asked for now are."""
        holdings = self._session.holdings
        if not holdings.not_ready or holdings.unready():
            return False
        holdings.not_ready = set()
        return True

    def _lost_a_position(self) -> bool:
        """Tell whether a row of a position was lost: what is held is not known any more."""
        losses = self._link.losses
        if losses.count == self._lost:
            return False
        # Numbers that nobody knows are no rows of ours here: nothing was asked for.
        lost = [
            row for row in losses.since(self._lost, _POSITION_ROWS) if row.message in _POSITIONS
        ]
        self._lost = losses.count
        if not lost or not self._session.holdings.whole_positions:
            return False  # what is held is not known anyway: said once
        self._session.holdings.whole_positions = False
        return True

"""Quotes and Greeks of what is held, in turns, within the lines of market data a user has."""

import asyncio
import datetime as dt
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from qm_tui.brokers.ibkr.gateway_instruments import GatewayInstruments
from qm_tui.brokers.ibkr.gateway_lines import Line, Lines, Wanted
from qm_tui.brokers.ibkr.gateway_numbers import BadRow
from qm_tui.brokers.ibkr.gateway_quotes import greeks_of, is_delayed, quote_of
from qm_tui.brokers.ibkr.gateway_refused_data import (
    ANOTHER_SESSION,
    DELAYED,
    LINES_USED_UP,
    NOT_THERE_ANY_MORE,
    is_refusal,
    is_worth_saying,
    sentence,
    started,
)
from qm_tui.brokers.ibkr.gateway_turns import Allowance, Turns
from qm_tui.domain.records import Greeks, Quote

_DATA_LOST = 1101
"""Connectivity is back, and the gateway has forgotten what was subscribed to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketSettings:
    """How the lines of market data are shared. Seconds, unless said otherwise."""

    enabled: bool = True
    lines: int = 90
    """At a time: a user has 100, and his TWS takes from the same."""
    requests_per_second: float = 30.0
    """Of the client's 45, so that others are not kept waiting."""
    dwell: float = 4.0
    """How long an instrument may keep a line that others wait for, without having answered."""
    shortest_dwell: float = 1.0
    """How long it may keep it in any case: prices move on after the first ones."""
    give_up: float = 600.0
    """How long an instrument is left alone after an error."""
    give_up_briefly: float = 60.0
    """The same where the reason may be over soon."""
    idle: float = 0.1
    """Between looking who is next."""
    largest_piece: int = 200
    """Instruments that are handed on in one go."""
    linger: float = 5.0
    """How long ticks may come of what was let go."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketRound:
    """What one round over everything held brought."""

    quotes: tuple[Quote, ...] = ()
    greeks: tuple[Greeks, ...] = ()
    unanswered: tuple[str, ...] = ()
    """Symbols of what was not answered in time, or refused."""
    says: tuple[str, ...] = ()
    """What is refused or delayed: sentences for the user, each said once a connection."""


class MarketData:
    """The market data of one connection: `close` it with that."""

    def __init__(
        self,
        ib: Any,
        instruments: GatewayInstruments,
        now: Callable[[], dt.datetime],
        settings: MarketSettings = MarketSettings(),
    ) -> None:
        self._ib = ib
        self._instruments = instruments
        self._now = now
        self._settings = settings
        self._turns = Turns()
        self._lines = Lines(ib, instruments, settings.linger)
        self._allowance = Allowance(settings.requests_per_second)
        self._limit = settings.lines
        self._limited_until = 0.0
        self._let_in_at = 0.0
        self._throttled = False
        """Whether requests wait in the client library, because there were too many."""
        self._moved: set[Any] = set()
        """Tickers with something new."""
        self._served: dict[int, Line] | None = None
        """Of a round under way: who had his turn, by contract id."""
        self._said: set[int] = set()
        self._to_say: list[str] = []
        self._hooks = self._handlers() if settings.enabled else []
        for event, handler in self._hooks:
            event.connect(handler, keep_ref=True)

    def _handlers(self) -> list[tuple[Any, Callable[..., None]]]:
        moved = self._moved

        def tickers(those: set[Any]) -> None:
            moved.update(those)

        return [
            (self._ib.pendingTickersEvent, tickers),
            (self._ib.errorEvent, self._on_error),
            (self._ib.client.throttleStart, self._wait_for_others),
            (self._ib.client.throttleEnd, self._go_on),
        ]

    def _wait_for_others(self) -> None:
        self._throttled = True

    def _go_on(self) -> None:
        self._throttled = False

    @property
    def delayed(self) -> bool:
        """Whether any of the prices that stream come late."""
        return any(is_delayed(line.ticker) for line in self._lines.open.values())

    @property
    def pending(self) -> bool:
        """Whether there is something to hand on."""
        return bool(self._moved or self._to_say)

    def hold(self, contracts: Iterable[Any]) -> None:
        """Take over what is held now (the library's contracts); what is not is let go."""
        held = {contract.conId: contract for contract in contracts if contract.conId}
        wanted = self._turns.wanted
        for conid in [conid for conid in wanted if conid not in held]:
            del wanted[conid]
            if conid in self._lines.open:
                self._lines.let_go(self._lines.open[conid])
        for conid, contract in held.items():
            if conid not in wanted:
                try:
                    instrument = self._instruments.of(contract)
                except BadRow:
                    continue  # it was told of as a position
                self._turns.want(Wanted(contract, instrument))

    def prefer(self, names: Iterable[str]) -> None:
        """Serve these first and longest (see `names_of`): what is on screen."""
        self._turns.prefer(names, self._lines.open)

    async def one_round(self, budget: float) -> MarketRound:
        """Ask once for everything held, for at most `budget` seconds; the last lines are kept.

        Raises:
            ConnectionError: the connection is lost.
        """
        if not self._settings.enabled:
            return MarketRound()
        until = time.monotonic() + budget
        self._served = served = dict[int, Line]()
        try:
            while (now := time.monotonic()) < until and self._limit:
                if next(self._turns.unserved(served, now), None) is None:
                    break
                self._step()
                await asyncio.sleep(self._settings.idle)
                self._note_served(served)
        finally:
            self._served = None
        return self._round(served)

    async def rotate(self) -> None:
        """Keep quotes and Greeks coming, until cancelled; `drain` hands them on.

        Raises:
            ConnectionError: the connection is lost.
        """
        while self._settings.enabled:
            self._step()
            await asyncio.sleep(self._settings.idle)

    def drain(self, now: dt.datetime) -> tuple[Quote | Greeks, ...]:
        """Return the latest of what changed: of a few instruments, the rest next time."""
        found: list[Quote | Greeks] = []
        for _ in range(min(len(self._moved), self._settings.largest_piece)):
            line = self._lines.of(self._moved.pop())
            if line is not None:
                found += _records(line, now)
        return tuple(found)

    def says(self) -> tuple[str, ...]:
        """Return the sentences that were not said yet."""
        found = tuple(self._to_say)
        self._to_say.clear()
        return found

    def renew(self) -> None:
        """Ask anew for all that streamed: the gateway has forgotten it."""
        self._turns.first(line.wanted for line in self._lines.lose())

    def asked(self, number: int) -> bool:
        """Tell whether a request is one of these: its errors are told of by `says`."""
        return self._lines.numbered(number) is not None

    def close(self) -> None:
        """Let go of everything; may be called twice, and without connection."""
        for event, handler in self._hooks:
            event.disconnect(handler)
        self._hooks = []
        for line in list(self._lines.open.values()):
            self._lines.let_go(line)
        self._turns.clear()

    # --- whose turn it is ----------------------------------------------------------------------

    def _step(self) -> None:
        """Let go of who had his turn while others wait, and take on as many as there is room."""
        now = time.monotonic()
        self._allowance.grow(now)
        self._lines.forget(now)
        if self._throttled:
            return
        if now >= self._limited_until:
            self._limit = self._settings.lines
        if now >= self._let_in_at:
            self._let_in_at = now + 10 * self._settings.idle
            self._turns.let_in(self._lines.open, now)
        self._make_room(now)
        while len(self._lines.open) < self._limit and self._allowance.allows(1):
            wanted = self._turns.next(self._lines.open, now)
            if wanted is None:
                return
            if self._lines.take(wanted, now):
                self._allowance.use()

    def _make_room(self, now: float) -> None:
        missing = len(self._turns) - (self._limit - len(self._lines.open))
        kept = self._turns.preferred(self._limit)
        for conid, line in list(self._lines.open.items()):
            if missing <= 0 or not self._allowance.allows(2):
                return
            if conid not in kept and self._had_turn(line, now):
                self._lines.let_go(line)
                self._allowance.use()
                self._turns.again(line.wanted)
                if self._served is not None:
                    self._served[conid] = line
                missing -= 1

    def _had_turn(self, line: Line, now: float) -> bool:
        since = now - line.since
        if since < self._settings.shortest_dwell:
            return False
        return since >= self._settings.dwell or line.has_answered

    # --- what comes of it ----------------------------------------------------------------------

    def _on_error(self, number: int, code: int, message: str, _contract: Any) -> None:
        if code == _DATA_LOST:
            self.renew()
            return
        line = self._lines.numbered(number)
        if line is None or code == NOT_THERE_ANY_MORE or not is_worth_saying(code):
            return
        if code not in self._said:
            self._said.add(code)
            self._to_say.append(sentence(code, message, line.wanted.instrument.symbol))
        if code in DELAYED and not is_delayed(line.ticker):
            line.ticker.marketDataType = 3  # some versions say it in no other way
        if is_refusal(code) and self._lines.open.get(line.wanted.conid) is line:
            self._refused(line, code)

    def _refused(self, line: Line, code: int) -> None:
        now = time.monotonic()
        briefly = now + self._settings.give_up_briefly
        self._lines.let_go(line, cancel=started(code))
        if code == LINES_USED_UP:
            self._limit = len(self._lines.open)
            self._limited_until = briefly
            self._turns.again(line.wanted)
        elif code == ANOTHER_SESSION:
            line.wanted.quiet_until = briefly
        else:
            line.wanted.quiet_until = now + self._settings.give_up

    def _note_served(self, served: dict[int, Line]) -> None:
        before = time.monotonic() - self._settings.dwell
        served |= {
            conid: line
            for conid, line in self._lines.open.items()
            if line.has_answered or line.since <= before
        }

    def _round(self, served: dict[int, Line]) -> MarketRound:
        now = self._now()
        found = {conid: _records(line, now) for conid, line in (self._lines.open | served).items()}
        records = [record for some in found.values() for record in some]
        answered = {conid for conid, some in found.items() if some}
        silent = self._turns.unserved(answered, time.monotonic())
        return MarketRound(
            quotes=tuple(record for record in records if isinstance(record, Quote)),
            greeks=tuple(record for record in records if isinstance(record, Greeks)),
            unanswered=tuple(wanted.instrument.symbol for wanted in silent),
            says=self.says(),
        )


def _records(line: Line, now: dt.datetime) -> list[Quote | Greeks]:
    instrument = line.wanted.instrument
    found = [quote_of(line.ticker, now, instrument)]
    records: list[Quote | Greeks] = [quote for quote in found if quote is not None]
    greeks = greeks_of(line.ticker, now, instrument) if line.wanted.is_option else None
    return records if greeks is None else [*records, greeks]

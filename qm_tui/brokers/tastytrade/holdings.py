"""What each account holds and owns, as far as it was told: whole answers, and pushes since."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from qm_tui.brokers.tastytrade.positions import marked
from qm_tui.domain.batches import Batch, Holds
from qm_tui.domain.live import names_of
from qm_tui.domain.records import Balance, Position
from qm_tui.domain.words import Section

Place = tuple[str, str]
"""An account, and the surest name of an instrument; or a tag and a currency."""


@dataclass(slots=True)
class _Account:
    """What one account holds and owns."""

    held: dict[str, Position]
    """By the surest name of the instrument; nothing of quantity 0."""
    as_of: dt.datetime | None = None
    """Of the last answer about it; before there was one, what is pushed waits for it."""
    is_whole: bool = True
    """Whether every row of that answer could be read."""
    balances: dict[Place, Balance] | None = None
    balances_as_of: dt.datetime | None = None


class Holdings:
    """The latest of every position and balance, and what of it was not told yet."""

    def __init__(self) -> None:
        self._accounts: dict[str, _Account] = {}
        self._pushed: dict[Place, Position] = {}
        """What was pushed last of holdings, for as long as no later answer confirms it."""
        self._news: dict[Place, Position | None] = {}
        """To be shown, in the order in which it came; None: what is held then."""
        self._resized: dict[Place, Position] = {}
        """To be stored: another quantity than was told before."""
        self._balance_news: dict[tuple[str, Place], Balance] = {}
        self._unmarked: set[Place] = set()
        """Told with a price of their own, that of the stream may be newer."""

    @property
    def told(self) -> bool:
        """Whether there was a whole answer about some account."""
        return any(mine.as_of is not None for mine in self._accounts.values())

    # --- what is told ----------------------------------------------------------------------------

    def take(
        self,
        account: str,
        positions: Iterable[Position],
        as_of: dt.datetime,
        *,
        is_whole: bool = True,
    ) -> None:
        """Take over an answer; what was pushed since it was asked for holds against it.

        Where a row of it could not be read, what it does not name stays.
        """
        mine = self._account(account)
        before = mine.held
        named = {names_of(one.instrument)[0]: one for one in positions if one.account == account}
        rows = named if is_whole else before | named
        mine.held = {name: one for name, one in rows.items() if one.quantity}
        mine.as_of, mine.is_whole = as_of, is_whole
        self._unmarked |= {(account, name) for name in mine.held}
        for name, told in before.items():
            if told.as_of > as_of:
                # It was marked meanwhile: what was told is later than the answer, and outdated.
                self._news[account, name] = None if name in mine.held else _closed(told)
        for place in [place for place in self._pushed if place[0] == account]:
            later = self._pushed[place]
            if later.as_of > as_of:
                self._hold(mine, place, later)
            else:
                del self._pushed[place]

    def push(self, position: Position) -> None:
        """Take over what is held now of one instrument; 0 is nothing any more."""
        place = (position.account, names_of(position.instrument)[0])
        self._pushed[place] = position
        mine = self._account(position.account)
        if mine.as_of is not None:
            self._hold(mine, place, position)

    def _hold(self, mine: _Account, place: Place, position: Position) -> None:
        before = mine.held.get(place[1])
        self._unmarked.add(place)
        if position.quantity:
            mine.held[place[1]] = position
        else:
            mine.held.pop(place[1], None)
        self._news[place] = position
        if (before.quantity if before else Decimal(0)) != position.quantity:
            self._resized[place] = position

    def unmarked(self) -> set[Place]:
        """Return whose price is that of an answer or a push, each once."""
        found, self._unmarked = self._unmarked, set()
        return found

    def mark(
        self, places: Iterable[Place], price: Decimal, as_of: dt.datetime, day: dt.date
    ) -> None:
        """Value holdings at another price."""
        for place in places:
            held = self._accounts[place[0]].held
            position = held.get(place[1])
            if position is not None and position.market_price != price:
                held[place[1]] = marked(position, price, as_of, day)
                self._news[place] = None

    def take_balances(self, account: str, balances: Iterable[Balance], as_of: dt.datetime) -> None:
        """Take over a whole answer about what an account is worth."""
        mine = self._account(account)
        before = mine.balances or {}
        mine.balances = {(one.tag, one.currency): one for one in balances}
        for place, later in before.items():
            if later.as_of > as_of:
                mine.balances[place] = later
        mine.balances_as_of = as_of

    def push_balances(self, balances: Iterable[Balance]) -> None:
        """Take over values that changed."""
        for one in balances:
            mine, place = self._account(one.account), (one.tag, one.currency)
            if mine.balances is None:
                mine.balances = {}
            mine.balances[place] = one
            self._balance_news[one.account, place] = one

    def _account(self, number: str) -> _Account:
        return self._accounts.setdefault(number, _Account(held={}))

    # --- what is to be told ----------------------------------------------------------------------

    def news(self, at_most: int) -> list[Position | Balance]:
        """Return the latest of what changed since the last time; the rest waits."""
        found: list[Position | Balance] = list(self._balance_news.values())
        self._balance_news.clear()
        for place in list(self._news)[:at_most]:
            position = self._news.pop(place) or self.held(place)
            if position is not None:
                found.append(position)
        return found

    def changed(self) -> Batch | None:
        """Return what is to be stored now: what was opened, closed or resized."""
        if not self._resized:
            return None
        records = tuple(self.held(place) or closed for place, closed in self._resized.items())
        self._resized.clear()
        return Batch(section=Section.POSITIONS, records=records, amends=True)

    def held(self, place: Place) -> Position | None:
        """Return one holding, None where there is nothing of it."""
        mine = self._accounts.get(place[0])
        return None if mine is None else mine.held.get(place[1])

    def all(self) -> Iterator[tuple[Place, Position]]:
        """Go through everything that is held."""
        for number, mine in self._accounts.items():
            for name, position in mine.held.items():
                yield (number, name), position

    def snapshot(self, as_of: dt.datetime, since: dt.datetime) -> list[Batch]:
        """Return what is held and owned, of accounts that were told whole since a moment.

        Args:
            as_of: what it is dated with.
            since: from then on nothing can have been missed.
        """
        batches: list[Batch] = []
        for number, mine in self._accounts.items():
            if mine.is_whole and mine.as_of is not None and mine.as_of >= since:
                held = tuple(replace(one, as_of=as_of) for one in mine.held.values())
                batches.append(_whole(Section.POSITIONS, number, held, as_of))
            if mine.balances and mine.balances_as_of is not None and mine.balances_as_of >= since:
                values = tuple(replace(one, as_of=as_of) for one in mine.balances.values())
                batches.append(_whole(Section.BALANCES, number, values, as_of))
        return batches


def _closed(position: Position) -> Position:
    return replace(
        position, quantity=Decimal(0), cost_basis=None, market_value=None, unrealized_pnl=None,
        daily_pnl=None, realized_pnl=None,
    )  # fmt: skip


def _whole(
    section: Section, account: str, records: tuple[Position, ...] | tuple[Balance, ...],
    as_of: dt.datetime,
) -> Batch:  # fmt: skip
    holds = Holds(account=account, section=section, as_of=as_of)
    return Batch(section=section, records=records, holds=(holds,))

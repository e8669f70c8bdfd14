"""Adjusted contracts that a file goes on calling by the name they had before.

Tastytrade's files write `USO   200717P00003500` also for what a reverse split made
`USO1  200717P00003500` of, when it is closed months later. A closing of what is not there, while as
much of what became of it is, is one of the latter.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple

from qm_tui.domain.booking.events import ZERO
from qm_tui.domain.booking.facts import GroupFacts, OptionEventFact, TradeFact
from qm_tui.domain.booking.translate.contracts import parted
from qm_tui.domain.booking.translate.desk import Desk
from qm_tui.domain.booking.translate.legs import Action, actions_of
from qm_tui.domain.booking.translate.sides import leaving
from qm_tui.domain.words import OpenClose, OptionEventType

_Place = tuple[int, int]
"""Account and contract."""
_BEFORE, _TRADED, _AT_THE_END = range(3)
_MIDNIGHT = dt.datetime.min.replace(tzinfo=dt.UTC)


class _Deed(NamedTuple):
    """Something that changed what is held, or an action that made another contract of it."""

    day: dt.date
    turn: int
    at: dt.datetime
    key: str
    told: TradeFact | OptionEventFact | Action

    @property
    def place(self) -> tuple[dt.date, int, dt.datetime, str]:
        return self[:4]


def under_new_names(desk: Desk) -> None:
    """Call what was closed under an old name by the name it had by then."""
    securities = desk.facts.securities
    if not any(
        leg.security is not None and securities[leg.security].is_option
        for leg in desk.facts.actions
    ):
        return
    changes = [action for action in parted(desk, actions_of(desk)) if _is_change(desk, action)]
    if not changes:
        return
    renamed = _renamed(desk, changes)
    if renamed:
        desk.facts = _rewritten(desk.facts, renamed)


def _is_change(desk: Desk, action: Action) -> bool:
    securities = desk.facts.securities
    return len(action.given) == len(action.taken) == 1 and all(
        securities[security].is_option for security in action.moves
    )


def _renamed(desk: Desk, changes: Iterable[Action]) -> Mapping[object, int]:
    """Return (table, row) → the contract that it is of."""
    changes = list(changes)
    places = {(action.account, security) for action in changes for security in action.moves}
    held: defaultdict[_Place, Decimal] = defaultdict(Decimal)
    successors: defaultdict[_Place, list[int]] = defaultdict(list)
    found: dict[object, int] = {}
    for deed in sorted(_deeds(desk, changes, places), key=lambda deed: deed.place):
        told = deed.told
        if isinstance(told, Action):
            one, other = told.moves
            successors[told.account, one].append(other)
            successors[told.account, other].append(one)
            for security, change in told.moves.items():
                held[told.account, security] += change
            continue
        place = (told.account, told.security)
        change = _change(told, held, place)
        if not _covers(held[place], change) and _closes(told):
            for other in successors[place]:
                moved = _change(told, held, (told.account, other))
                if _covers(held[told.account, other], moved):
                    found[type(told), told.id] = other
                    place, change = (told.account, other), moved
                    break
        held[place] += change
    return found


def _deeds(desk: Desk, changes: Iterable[Action], places: set[_Place]) -> Iterable[_Deed]:
    for action in changes:
        yield _Deed(action.eve, _BEFORE, _MIDNIGHT, action.key, action)
    for trade in desk.facts.trades:
        if (trade.account, trade.security) in places:
            key = desk.key(trade.key, trade.account)
            yield _Deed(trade.trade_date, _TRADED, trade.executed_at or _MIDNIGHT, key, trade)
    for event in desk.facts.option_events:
        if (event.account, event.security) in places:
            key = desk.key(event.key, event.account)
            yield _Deed(event.date, _AT_THE_END, _MIDNIGHT, key, event)


def _change(
    told: TradeFact | OptionEventFact, held: Mapping[_Place, Decimal], place: _Place
) -> Decimal:
    if isinstance(told, TradeFact):
        return told.quantity
    return leaving(told, held.get(place, ZERO))


def _covers(held: Decimal, change: Decimal) -> bool:
    """Whether so much is there that a change takes away, and no more."""
    return not change or (held * change < 0 and abs(change) <= abs(held))


def _closes(told: TradeFact | OptionEventFact) -> bool:
    if isinstance(told, TradeFact):
        return told.open_close is OpenClose.CLOSE
    return told.type is not OptionEventType.DELIVERY


def _rewritten(facts: GroupFacts, renamed: Mapping[object, int]) -> GroupFacts:
    return replace(
        facts,
        trades=[
            trade._replace(security=renamed.get((TradeFact, trade.id), trade.security))
            for trade in facts.trades
        ],
        option_events=[
            event._replace(security=renamed.get((OptionEventFact, event.id), event.security))
            for event in facts.option_events
        ],
    )

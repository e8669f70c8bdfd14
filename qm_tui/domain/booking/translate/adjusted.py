"""Adjusted contracts: what they deliver is not their multiplier, and no broker states it.

After a spin-off or a split of 3 for 2 a contract may deliver 150 shares. What is paid for all of
them together stays what it was: the strike times the multiplier.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from qm_tui.domain.booking.events import Fill, Source
from qm_tui.domain.booking.money import ZERO
from qm_tui.domain.booking.securities import Security
from qm_tui.domain.booking.translate.codes import DELIVERED, codes_of
from qm_tui.domain.booking.translate.desk import Desk
from qm_tui.domain.instruments import InstrumentType, Right
from qm_tui.domain.words import OptionEventType

_CENT = Decimal("0.01")
_OF_EVENTS = {
    OptionEventType.EXERCISE: frozenset({"Ex"}),
    OptionEventType.ASSIGNMENT: frozenset({"A"}),
}
_NONE: frozenset[str] = frozenset()
_Codes = Mapping[Source, frozenset[str]]


def adjusted(
    desk: Desk, options: Sequence[Fill], shares: Sequence[Fill]
) -> list[tuple[Fill, Fill]]:
    """Pair whole options with whole deliveries of their underlying, of that day and those codes.

    The money has to fit; else each has to be the only one there is of that underlying that day,
    and both have to be stated as of the same exercise or assignment.

    Args:
        desk: The desk.
        options: Options that left for nothing, without the shares that came or went for them.
        shares: Deliveries of which no option has been found.
    """
    ends = [fill for fill in options if _may_be_adjusted(desk.facts.securities[fill.security])]
    if not ends or not shares:
        return []
    codes = _codes(desk, {fill.source for fill in (*ends, *shares)})
    left = list(shares)
    found: list[tuple[Fill, Fill]] = []
    alone: list[Fill] = []
    for option in ends:
        match = next((one for one in left if _fits(desk, option, one, codes)), None)
        if match is None:
            alone.append(option)
            continue
        left.remove(match)
        found.append((option, match))
    return found + _only_ones(desk, alone, left, codes)


def _may_be_adjusted(security: Security) -> bool:
    return (
        security.kind is InstrumentType.EQUITY_OPTION
        and security.underlying is not None
        and security.strike is not None
        and security.deliverable is None
    )


def _codes(desk: Desk, wanted: set[Source]) -> _Codes:
    """Return what the broker says of each side: assigned, exercised, or how else."""
    trades = {source.id for source in wanted if source.table == "trades"}
    found = {
        Source("trades", trade.id): codes_of(trade) & DELIVERED
        for trade in desk.facts.trades
        if trade.id in trades
    }
    return found | {
        Source("option_events", event.id): _OF_EVENTS.get(event.type, _NONE)
        for event in desk.facts.option_events
    }


def _belongs(desk: Desk, option: Fill, shares: Fill) -> bool:
    """Whether shares are of the option's underlying and day, and go the right way."""
    security = desk.facts.securities[option.security]
    if (shares.account, shares.security, shares.day) != (
        option.account,
        security.underlying,
        option.day,
    ):
        return False
    opposite = (option.quantity > 0) is not (shares.quantity > 0)
    return security.right is None or opposite is (security.right is Right.CALL)


def _fits(desk: Desk, option: Fill, shares: Fill, codes: _Codes) -> bool:
    if not _belongs(desk, option, shares):
        return False
    security = desk.facts.securities[option.security]
    money = abs(option.quantity) * (security.strike or ZERO) * security.multiplier
    if abs(shares.amount - money) > _CENT:
        return False
    of_option, of_shares = codes.get(option.source, _NONE), codes.get(shares.source, _NONE)
    if of_option and of_shares:
        return not of_option.isdisjoint(of_shares)
    return not _at_a_strike(desk, shares)


def _only_ones(
    desk: Desk, options: Sequence[Fill], shares: Sequence[Fill], codes: _Codes
) -> list[tuple[Fill, Fill]]:
    found: list[tuple[Fill, Fill]] = []
    for option in options:
        deliveries = [one for one in shares if _belongs(desk, option, one)]
        if len(deliveries) != 1:
            continue
        (delivery,) = deliveries
        rivals = [one for one in options if _belongs(desk, one, delivery)]
        same = codes.get(option.source, _NONE) & codes.get(delivery.source, _NONE)
        if len(rivals) == 1 and same and not _at_a_strike(desk, delivery):
            found.append((option, delivery))
    return found


def _at_a_strike(desk: Desk, shares: Fill) -> bool:
    """Whether shares cost just the strike of some option on them: they are of a plain contract."""
    return any(
        security.underlying == shares.security
        and security.strike is not None
        and abs(shares.amount - abs(shares.quantity) * security.strike) <= _CENT
        for security in desk.facts.securities.values()
    )

"""Which holdings need a close look: those whose two sides do not come to the same."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from qm_tui.store.reading.reconciliation import LotSum, Place, Seen, Sums

_ZERO, _ONE = Decimal(0), Decimal(1)
_CENT = Decimal("0.01")
_NO_LOTS = LotSum(_ZERO, _ZERO)


def suspicious(sums: Sums) -> Sequence[Place]:
    """Return the holdings whose sides do not plainly agree, in an order of their own."""
    return sorted(place for place in sums.places() if not _agrees(sums, place))


def compared_accounts(sums: Sums) -> set[int]:
    """Return the accounts whose brokers say what is held, or which lots are open."""
    told = {account for account, _ in (*sums.seen, *sums.broker_lots)}
    return {*sums.answers, *sums.lots_told, *told} - sums.untold


def compared_places(sums: Sums) -> set[Place]:
    """Return what is held by either side, of accounts whose brokers say what is held."""
    return {
        place
        for place in sums.places()
        if (seen := sums.position(place)) is not None
        and (seen.quantity or sums.replayed.get(place) or (sums.lots or {}).get(place))
    }


def _agrees(sums: Sums, place: Place) -> bool:
    seen = sums.position(place)
    if place in sums.gains:
        return False
    if seen is None:
        return not _may_be_compared_otherwise(sums, place)
    if sums.replayed.get(place, _ZERO) != seen.quantity or not _is_worth(sums, place, seen):
        return False
    if not _lots_agree(sums, place, seen) or not _broker_lots_agree(sums, place, seen):
        return False
    return not seen.quantity or not _is_over(sums.expired.get(place[1]), seen.as_of)


def _may_be_compared_otherwise(sums: Sums, place: Place) -> bool:
    """Whether a broker that never said what is held says which lots are open."""
    told = sums.broker_lots.get(place)
    return told is not None and told.quantity != sums.replayed.get(place, _ZERO)


def _lots_agree(sums: Sums, place: Place, seen: Seen) -> bool:
    if sums.lots is None:
        return True
    lots = sums.lots.get(place, _NO_LOTS)
    if lots.quantity != seen.quantity:
        return False
    if lots.quantity and lots.cost_basis is None:
        # Nobody may know what it cost: that is said as well.
        return False
    return _alike(lots.cost_basis, seen.cost_basis)


def _is_worth(sums: Sums, place: Place, seen: Seen) -> bool:
    """Whether the value of a position is its quantity at its price."""
    if seen.market_price is None or seen.market_value is None:
        return True
    units = seen.quantity * sums.multipliers.get(place[1], _ONE)
    return abs(units * seen.market_price - seen.market_value) <= _CENT


def _broker_lots_agree(sums: Sums, place: Place, seen: Seen) -> bool:
    told = sums.broker_lots.get(place)
    if told is None:
        answered = sums.lots_told.get(place[0])
        return not seen.quantity or answered is None or answered < seen.as_of
    if told.quantity != seen.quantity:
        return False
    ours = (sums.lots or {}).get(place)
    return ours is None or _alike(ours.cost_basis, told.cost_basis)


def _alike(ours: Decimal | None, theirs: Decimal | None) -> bool:
    """Whether two costs are the same; what nobody states says nothing."""
    if theirs is None:
        return True
    return ours is not None and abs(ours - theirs) <= _CENT


def _is_over(expiry: dt.date | None, as_of: dt.datetime) -> bool:
    return expiry is not None and expiry < as_of.date()

"""Transfers: what left one account of the taxpayer and came into another is one move."""

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from qm_tui.domain.booking.events import (
    ZERO,
    Event,
    GivenLot,
    Move,
    Pick,
    Source,
    TransferIn,
    TransferOut,
)
from qm_tui.domain.booking.facts import TransferFact, TransferLotFact
from qm_tui.domain.booking.money import PRECISION
from qm_tui.domain.booking.translate.desk import Desk
from qm_tui.domain.booking.words import FindingKind
from qm_tui.domain.instruments import InstrumentType
from qm_tui.domain.words import TransferDirection

TRANSFERS = "transfers"
_APART = dt.timedelta(days=10)
_INTERNAL = re.compile("INTERNAL|JOURNAL", re.IGNORECASE)


def transfers(desk: Desk) -> list[Event]:
    """Translate the transfers of a group: moves first, then what came from or went elsewhere."""
    facts = [
        transfer
        for transfer in sorted(desk.facts.transfers, key=lambda t: desk.key(t.key, t.account))
        if transfer.quantity
        and desk.facts.securities[transfer.security].kind is not InstrumentType.FOREX
    ]
    lots = _lots(desk, facts)
    pairs = _pairs(desk, facts)
    paired = {transfer.id for pair in pairs for transfer in pair}
    events: list[Event] = [_move(desk, out, came, lots) for out, came in pairs]
    for transfer in facts:
        if transfer.id in paired:
            continue
        if transfer.direction is TransferDirection.IN:
            events.append(_arrival(desk, transfer, lots.get(transfer.id, ())))
        else:
            events.append(_departure(desk, transfer, lots.get(transfer.id, ())))
    return events


# --- what belongs together -----------------------------------------------------------------------


def _pairs(desk: Desk, facts: Sequence[TransferFact]) -> list[tuple[TransferFact, TransferFact]]:
    """Find what left together with what came: the best pairs first, each transfer once."""
    arrivals: defaultdict[tuple[int, Decimal], list[TransferFact]] = defaultdict(list)
    for transfer in facts:
        if transfer.direction is TransferDirection.IN:
            arrivals[transfer.security, transfer.quantity].append(transfer)
    possible = [
        (_strangeness(desk, out, came), abs(came.date - out.date), number, out, came)
        for number, out in enumerate(facts)
        if out.direction is TransferDirection.OUT
        for came in arrivals[out.security, -out.quantity]
        if came.account != out.account
        and abs(came.date - out.date) <= _APART
        and _strangeness(desk, out, came) is not None
    ]
    pairs: list[tuple[TransferFact, TransferFact]] = []
    taken: set[int] = set()
    for _, _, _, out, came in sorted(possible, key=lambda pair: pair[:3]):
        if out.id not in taken and came.id not in taken:
            pairs.append((out, came))
            taken |= {out.id, came.id}
    return pairs


def _strangeness(desk: Desk, out: TransferFact, came: TransferFact) -> int | None:
    """Rate how little speaks for a pair: 0 is best; None: the broker names another account."""
    points = 0
    for transfer, other in ((out, came), (came, out)):
        named = _own_account(desk, transfer.counterparty_account)
        if named is not None and named != other.account:
            return None
        points += named is None
        points += named is None and transfer.counterparty_account is not None
    return points


def _own_account(desk: Desk, number: str | None) -> int | None:
    """Return the account of the taxpayer that a number names, dashes and spaces aside."""
    if number is None:
        return None
    wanted = _bare(number)
    for account, rules in desk.facts.accounts.items():
        if _bare(rules.number) == wanted:
            return account
    return None


def _bare(number: str) -> str:
    return "".join(filter(str.isalnum, number)).upper()


def _lots(desk: Desk, facts: Sequence[TransferFact]) -> dict[int, list[TransferLotFact]]:
    """Return the lots of each transfer, by the transfer's id."""
    by_key = {(transfer.account, transfer.key): transfer for transfer in facts}
    by_day = {(t.account, t.security, t.date, t.direction): t for t in reversed(facts)}
    lots: defaultdict[int, list[TransferLotFact]] = defaultdict(list)
    lost: set[tuple[object, ...]] = set()
    for lot in sorted(desk.facts.transfer_lots, key=_order):
        place = (lot.account, lot.security, lot.date, lot.direction)
        transfer = by_key.get((lot.account, lot.transfer_key or "")) or _on(by_day, place)
        if transfer is not None:
            lots[transfer.id].append(lot)
        elif lot.security is not None and place not in lost:
            lost.add(place)
            desk.find(
                FindingKind.NOT_BOOKED, Source("transfer_lots", lot.id), lot.account,
                lot.security, lot.date, "Lots of a transfer that was not reported itself.",
            )  # fmt: skip
    return {
        number: some
        for number, some in lots.items()
        if _adds_up(desk, next(t for t in facts if t.id == number), some)
    }


def _on(
    by_day: dict[tuple[int, int, dt.date, TransferDirection], TransferFact],
    place: tuple[int, int | None, dt.date, TransferDirection],
) -> TransferFact | None:
    account, security, day, direction = place
    return None if security is None else by_day.get((account, security, day, direction))


def _order(lot: TransferLotFact) -> tuple[object, ...]:
    return (
        str(lot.acquisition_date or ""),
        str(lot.opened_at or ""),
        lot.quantity,
        lot.cost_basis is None,
        lot.cost_basis or ZERO,
        lot.id,
    )


def _adds_up(desk: Desk, transfer: TransferFact, lots: Sequence[TransferLotFact]) -> bool:
    """Whether lots can be a transfer's; where they are fewer the rest is of unknown basis."""
    total = sum((abs(lot.quantity) for lot in lots), ZERO)
    if total <= abs(transfer.quantity):
        return True
    desk.find(
        FindingKind.SHARES_DISAGREE, Source(TRANSFERS, transfer.id), transfer.account,
        transfer.security, transfer.date,
        f"The lots stated for this transfer are of {total:f}, more than it is of: they are not "
        "used.", transfer.quantity,
    )  # fmt: skip
    return False


# --- what they become ----------------------------------------------------------------------------


def _move(
    desk: Desk,
    out: TransferFact,
    came: TransferFact,
    lots: dict[int, list[TransferLotFact]],
) -> Move:
    first = min(out, came, key=lambda transfer: (transfer.date, transfer is came))
    worth = out if out.market_value else came
    value, rate = _valued(desk, worth, first.date)
    return Move(
        day=first.date,
        account=out.account,
        security=out.security,
        at=first.occurred_at,
        source=Source(TRANSFERS, out.id),
        key=desk.key(out.key, out.account),
        to_account=came.account,
        quantity=out.quantity,
        picks=_picks(lots.get(out.id) or lots.get(came.id) or ()),
        value=value,
        rate=rate,
    )


class _Worth(NamedTuple):
    value: Decimal | None
    rate: Decimal | None


def _valued(desk: Desk, transfer: TransferFact, day: dt.date) -> _Worth:
    value = None if not transfer.market_value else abs(transfer.market_value)
    money, rate = desk.money(
        value or ZERO, transfer.currency, transfer.security, day, transfer.account,
        transfer.fx_rate_to_base,
    )  # fmt: skip
    return _Worth(money if value else None, rate)


def _arrival(desk: Desk, transfer: TransferFact, lots: Sequence[TransferLotFact]) -> TransferIn:
    basis = transfer.cost_basis
    conversion = desk.rates.conversion(
        transfer.currency, desk.facts.securities[transfer.security].currency, transfer.date,
        transfer.account, transfer.fx_rate_to_base,
    )  # fmt: skip
    factor = None if conversion is None else conversion.factor
    return TransferIn(
        day=transfer.date,
        account=transfer.account,
        security=transfer.security,
        at=transfer.occurred_at,
        source=Source(TRANSFERS, transfer.id),
        key=desk.key(transfer.key, transfer.account),
        quantity=transfer.quantity,
        lots=_given(desk, transfer, lots, factor),
        basis=_times(basis, factor),
        rate=None if conversion is None else conversion.rate,
        opening_id=transfer.key.partition("TX:")[2] or None,
    )


def _given(
    desk: Desk, transfer: TransferFact, lots: Sequence[TransferLotFact], factor: Decimal | None
) -> tuple[GivenLot, ...]:
    if not lots:
        return ()
    sign = Decimal(1).copy_sign(transfer.quantity)
    given = [
        GivenLot(
            quantity=abs(lot.quantity) * sign,
            basis=_times(lot.cost_basis, factor),
            acquired=lot.acquisition_date,
            acquired_at=lot.opened_at,
            holding_start=lot.holding_start,
            rate=_rate(desk, transfer, lot),
        )
        for lot in lots
    ]
    rest = transfer.quantity - sum((lot.quantity for lot in given), ZERO)
    if rest:
        given.append(GivenLot(quantity=rest, basis=None, acquired=None))
    return tuple(given)


def _rate(desk: Desk, transfer: TransferFact, lot: TransferLotFact) -> Decimal | None:
    """Return the rate of the day on which a lot was bought: its basis is from then."""
    own = desk.facts.securities[transfer.security].currency
    if lot.acquisition_date is None or own == desk.rates.tax:
        return None
    return desk.rates.into_tax(own, lot.acquisition_date, transfer.account)


def _times(basis: Decimal | None, factor: Decimal | None) -> Decimal | None:
    """Return an unsigned basis in the security's currency; None is unknown, not zero."""
    if basis is None or factor is None:
        return None
    return abs(basis) if factor == 1 else (abs(basis) * factor).quantize(PRECISION)


def _departure(desk: Desk, transfer: TransferFact, lots: Sequence[TransferLotFact]) -> TransferOut:
    internal = _INTERNAL.search(transfer.type or "") is not None
    return TransferOut(
        day=transfer.date,
        account=transfer.account,
        security=transfer.security,
        at=transfer.occurred_at,
        source=Source(TRANSFERS, transfer.id),
        key=desk.key(transfer.key, transfer.account),
        quantity=transfer.quantity,
        picks=_picks(lots),
        in_transit=_own_account(desk, transfer.counterparty_account) is not None
        or (internal and transfer.counterparty_account is None),
    )


def _picks(lots: Sequence[TransferLotFact]) -> tuple[Pick, ...]:
    return tuple(
        Pick(
            quantity=abs(lot.quantity),
            acquired=lot.acquisition_date,
            acquired_at=lot.opened_at,
            basis=None if lot.cost_basis is None else abs(lot.cost_basis),
        )
        for lot in lots
        if lot.acquisition_date is not None or lot.opened_at is not None
    )

"""The broker's cost of a holding, and what our lots cost."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from qm_tui.domain.booking.sentences import count
from qm_tui.domain.booking.words import Origin, View
from qm_tui.domain.reconciliation.case import Suspicion, suspicion
from qm_tui.domain.reconciliation.cost_causes import money, paid, why_cost_differs
from qm_tui.domain.reconciliation.discrepancy import Discrepancy, Evidence, evidence
from qm_tui.domain.reconciliation.holding_breaks import money_break, not_known
from qm_tui.domain.reconciliation.replay import ZERO, Replay
from qm_tui.domain.reconciliation.sides import Holding, Movement, MovementKind, OpenLot
from qm_tui.domain.reconciliation.tolerance import average_tolerance
from qm_tui.domain.reconciliation.words import SPLITS, Cause, Verdict


def bases_agree(holding: Holding, replay: Replay) -> bool | None:
    """Whether the broker's cost is one that our lots can have; None: it cannot be said."""
    told, cost = holding.position, holding.own_cost
    if told is None or told.cost_basis is None or cost is None or not holding.lots:
        return None
    return any(_agrees(holding, each) for each in _ways_to_count(holding, replay, cost))


def judge_cost(holding: Holding, replay: Replay) -> Sequence[Discrepancy]:
    """Compare the costs, where the quantities agree and nothing has happened since.

    A broker may leave wash sales or commissions out, or go by average cost: its way to count is no
    discrepancy.
    """
    told = holding.position
    if told is None or not told.quantity or told.cost_basis is None or not holding.lots:
        return _unknown_on_both_sides(holding)
    if replay.moved_after(told.as_of) or sum(lot.quantity for lot in holding.lots) != told.quantity:
        return ()
    cost = holding.own_cost
    if cost is None:
        return (_without_basis(holding, holding.lots, told.cost_basis),)
    if bases_agree(holding, replay):
        return ()
    found = why_cost_differs(holding, replay, cost, told.cost_basis - cost)
    return (_cost_break(holding, cost, told.cost_basis - cost, found),)


def _cost_break(
    holding: Holding, cost: Decimal | None, value: Decimal, found: Suspicion
) -> Discrepancy:
    """Put it into words; `value` is the difference, or what it may be where our cost is unknown."""
    told = holding.position
    return money_break(
        Verdict.COST_BASIS,
        holding,
        found,
        expected=cost,
        actual=None if told is None else told.cost_basis,
        value=value,
        more=_broker_row(holding),
    )


def _broker_row(holding: Holding) -> Sequence[Evidence]:
    told = holding.position
    if told is None or told.fact is None or told.cost_basis is None:
        return ()
    says = f"the broker's cost on {told.as_of.date()}: {money(holding, told.cost_basis)}"
    return (evidence(says, told.fact),)


# --- what nobody says ----------------------------------------------------------------------------


def _without_basis(holding: Holding, lots: Sequence[OpenLot], told: Decimal) -> Discrepancy:
    unknown = [lot for lot in lots if lot.cost_basis is None]
    known = sum((lot.cost_basis for lot in lots if lot.cost_basis is not None), ZERO)
    rest = told - known
    quantity = sum((abs(lot.quantity) for lot in unknown), ZERO)
    symbol = holding.instrument.symbol
    says = (
        f"{count(quantity)} {symbol} {_came(unknown)} without a basis; by the broker's cost of "
        f"{money(holding, told)} it would be {money(holding, rest)}."
    )
    if not known:
        says = (
            f"{count(quantity)} {symbol} {_came(unknown)} without a basis; the broker says that "
            f"all of it cost {money(holding, told)}."
        )
    found = suspicion(_unknown_cause(unknown), "0.95", says, *_lots_shown(unknown))
    return _cost_break(holding, None, rest, found)


def _unknown_on_both_sides(holding: Holding) -> Sequence[Discrepancy]:
    unknown = [lot for lot in holding.lots or () if lot.cost_basis is None]
    told = holding.position
    if not unknown or told is None or not told.quantity or told.cost_basis is not None:
        return ()
    quantity = sum((abs(lot.quantity) for lot in unknown), ZERO)
    says = (
        f"{count(quantity)} {holding.instrument.symbol} {_came(unknown)} without a basis, and the "
        f"broker does not say what they cost either."
    )
    return (
        not_known(
            holding, suspicion(_unknown_cause(unknown), "0.9", says, *_lots_shown(unknown))
        ),
    )  # fmt: skip


def _came(lots: Sequence[OpenLot]) -> str:
    transferred = all(lot.origin is Origin.TRANSFER for lot in lots)
    return "came by transfer" if transferred else "are in our lots"


def _unknown_cause(lots: Sequence[OpenLot]) -> Cause:
    origins = {lot.origin for lot in lots}
    if Origin.TRANSFER in origins:
        return Cause.TRANSFER_WITHOUT_BASIS
    if origins & {Origin.SPIN_OFF, Origin.EXCHANGE, Origin.RIGHTS}:
        return Cause.CORPORATE_ACTION
    return Cause.UNEXPLAINED


def _lots_shown(lots: Sequence[OpenLot]) -> list[Evidence]:
    return [
        evidence(f"{count(lot.quantity)} {_since(lot)}", lot.opened_by or lot.fact)
        for lot in lots[:5]
    ]


def _since(lot: OpenLot) -> str:
    if lot.acquisition_date is None:
        return "acquired on a day that nobody says"
    return f"acquired on {lot.acquisition_date}"


# --- ways to count -------------------------------------------------------------------------------


def _ways_to_count(holding: Holding, replay: Replay, cost: Decimal) -> Iterator[Decimal]:
    """Return what the lots cost by each way in which a broker may count."""
    ways = [cost]
    economic = holding.bases.get(View.ECONOMIC)
    if economic is not None:
        ways.append(economic)
    commissions = commissions_in(holding, replay)
    for way in ways:
        yield way
        if commissions:
            yield way - commissions
    average = average_cost(holding, replay)
    if average is not None:
        yield from average


def _agrees(holding: Holding, cost: Decimal) -> bool:
    told = holding.position
    if told is None or told.cost_basis is None:
        return False
    units = told.quantity * holding.instrument.multiplier
    tolerance = average_tolerance(told.cost_basis, units, len(holding.lots or ()))
    return abs(told.cost_basis - cost) <= tolerance


def commissions_in(holding: Holding, replay: Replay) -> Decimal:
    """Return what of our cost is commissions and taxes of the trades that opened the lots."""
    trades = {each.fact: each for each in replay.movements if each.kind is MovementKind.TRADE}
    total = ZERO
    for lot in holding.lots or ():
        if lot.commission is not None:
            total += lot.commission
            continue
        trade = None if lot.opened_by is None else trades.get(lot.opened_by)
        if trade is None or not trade.commission or lot.cost_basis is None:
            continue
        whole = paid(trade, holding.instrument.multiplier)
        if whole:
            # Splits change quantities, so that the share is that of the money.
            total += -trade.commission * min(abs(lot.cost_basis / whole), Decimal(1))
    return total


def average_cost(holding: Holding, replay: Replay) -> tuple[Decimal, Decimal] | None:
    """Return the cost at the moving average, with commissions and without; None: not known."""
    held = with_fees = without = ZERO
    told = holding.position
    for each in replay.movements:
        quantity = each.quantity
        if quantity is None or told is None:
            return None
        if each.type in SPLITS:
            # It changes what is held, and not what it cost.
            held += quantity
            continue
        if not held * quantity < 0:
            came_in = _cost_in(each, holding.instrument.multiplier)
            if came_in is None:
                return None
            with_fees, without, held = with_fees + came_in[0], without + came_in[1], held + quantity
            continue
        left = held + quantity
        if left * held < 0:
            came_in = _cost_in(each, holding.instrument.multiplier)
            if came_in is None:
                return None
            share = left / quantity
            with_fees, without = came_in[0] * share, came_in[1] * share
        else:
            with_fees, without = with_fees * left / held, without * left / held
        held = left
    return with_fees, without


def _cost_in(movement: Movement, multiplier: Decimal) -> tuple[Decimal, Decimal] | None:
    """Return what came in cost, with its commission and without."""
    if movement.kind is MovementKind.CORPORATE_ACTION:
        return None
    if movement.kind is MovementKind.TRANSFER:
        stated = movement.cost_basis
        return None if stated is None else (stated, stated)
    cost_in = paid(movement, multiplier)
    return None if cost_in is None else (cost_in, cost_in + (movement.commission or ZERO))

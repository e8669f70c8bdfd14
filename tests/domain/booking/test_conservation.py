"""Nothing is lost and nothing is made: shares, basis and cash (rules, section 12, laws 1 to 3)."""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from hypothesis import given, settings

from qm_tui.domain.booking.events import (
    CashInLieu,
    Event,
    Exchange,
    Exercise,
    FeeRefund,
    Fill,
    ReturnOfCapital,
    RightsExercise,
    TransferIn,
)
from qm_tui.domain.booking.lots import Lot, Slice
from qm_tui.domain.booking.results import Booked
from qm_tui.domain.booking.words import FindingKind, LotMethod, View
from tests.domain.booking.lives import ACTIONS, OPTION_LIFE, TRADES, Life, lives
from tests.domain.booking.world import METHODS, SECURITIES, ZERO, booked
from tests.examples import examples

FEW = settings(max_examples=examples(40), deadline=None)
CASH_ONLY = (*TRADES, *OPTION_LIFE, *ACTIONS, "transfer in", "refund", "mark")
"""Without what takes basis out of the accounts: that goes for no cash."""


def held(lots: Iterable[Lot]) -> dict[tuple[int, int], Decimal]:
    """Signed quantities by account and security; nothing is left out but nothing."""
    found: dict[tuple[int, int], Decimal] = defaultdict(Decimal)
    for lot in lots:
        found[lot.account, lot.security] += -lot.quantity if lot.short else lot.quantity
    return {place: quantity for place, quantity in found.items() if quantity}


def basis_of(closed: Slice) -> Decimal:
    """What the lot of a slice was in the books at: what a short brought."""
    return (closed.proceeds if closed.short else closed.basis) or ZERO


def unknown(result: Booked) -> bool:
    """Whether some basis or some share of these histories was not known after all."""
    return any(lot.basis is None for lot in result.lots) or any(
        closed.gain is None for closed in result.slices
    )


@FEW
@given(lives(), METHODS)
def test_what_is_held_is_what_came_less_what_went(life: Life, methods: list[LotMethod]) -> None:
    for view in View:
        result = booked(life.events, view=view, methods=methods)
        expected = {place: quantity for place, quantity in life.held.items() if quantity}
        assert held(result.lots) == expected
        assert all(lot.quantity > 0 for lot in result.lots)
        assert not any(one.kind is FindingKind.MISSING_HISTORY for one in result.findings)


@FEW
@given(lives(), METHODS)
def test_no_slice_exceeds_its_lot_and_only_money_closes_nothing(
    life: Life, methods: list[LotMethod]
) -> None:
    result = booked(life.events, view=View.TAXPAYER, methods=methods)
    assert all(closed.quantity >= 0 and closed.lot is not None for closed in result.slices)
    lots = [lot.number for lot in result.lots]
    assert len(lots) == len(set(lots))
    numbers = [closed.number for closed in result.slices]
    assert numbers == sorted(set(numbers))


@FEW
@given(lives(), METHODS)
def test_basis_that_came_in_is_in_lots_in_slices_or_has_left(
    life: Life, methods: list[LotMethod]
) -> None:
    for view in View:
        result = booked(life.events, view=view, methods=methods)
        assert not unknown(result)
        totals = result.totals
        lots = sum((lot.basis or ZERO for lot in [*result.lots, *result.in_transit]), ZERO)
        slices = sum((basis_of(closed) for closed in result.slices), ZERO)
        left = totals.returned + totals.moved_out + totals.premium_moved
        assert totals.cost_in + totals.wash_added == lots + slices + left


@FEW
@given(lives(CASH_ONLY), METHODS)
def test_gains_are_the_cash_and_what_is_still_invested(
    life: Life, methods: list[LotMethod]
) -> None:
    result = booked(life.events, methods=methods)
    assert not unknown(result)
    gains = sum((closed.gain or ZERO for closed in result.slices), ZERO)
    invested = sum((_signed(lot) for lot in result.lots), ZERO)
    assert gains == cash(life.events) + invested


def _signed(lot: Lot) -> Decimal:
    basis = lot.basis or ZERO
    return -basis if lot.short else basis


def cash(events: Iterable[Event]) -> Decimal:
    """What all events brought, less what they cost; what is transferred in counts as bought."""
    return sum((_cash(event) for event in events), ZERO)


def _cash(event: Event) -> Decimal:
    brought = ZERO
    match event:
        case Fill(quantity=quantity, amount=amount, fees=fees):
            brought = -amount - fees if quantity > 0 else amount - fees
        case Exercise(shares=Fill() as shares) | RightsExercise(shares=shares):
            brought = _cash(shares)
        case Exchange(cash=cash, fees=fees):
            brought = cash - fees
        case CashInLieu(cash=cash):
            brought = cash
        case ReturnOfCapital(amount=amount) | FeeRefund(amount=amount):
            brought = amount
        case TransferIn(lots=lots):
            brought = -sum((lot.basis or ZERO for lot in lots), ZERO)
        case _:
            pass
    return brought


@FEW
@given(lives(), METHODS)
def test_money_in_the_tax_currency_is_the_same_money(life: Life, methods: list[LotMethod]) -> None:
    result = booked(life.events, view=View.TAXPAYER, methods=methods)
    home = [number for number, one in SECURITIES.items() if one.currency == "USD"]
    assert all(lot.tax_basis == lot.basis for lot in result.lots if lot.security in home)
    assert all(
        (closed.tax_proceeds, closed.tax_basis, closed.tax_disallowed)
        == (closed.proceeds, closed.basis, closed.disallowed)
        for closed in result.slices
        if closed.security in home
    )
    assert all(lot.wash_added == lot.tax_wash_added for lot in result.lots if lot.security in home)

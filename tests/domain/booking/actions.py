"""Short ways to write corporate actions, and what they must conserve."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from qm_tui.domain.booking.events import (
    CashInLieu,
    Event,
    Exchange,
    Received,
    ReturnOfCapital,
    Rights,
    RightsExercise,
    Source,
    SpinOff,
    Split,
)
from qm_tui.domain.booking.lots import Lot, Slice
from qm_tui.domain.booking.results import Booked
from qm_tui.domain.booking.securities import Security
from qm_tui.domain.booking.words import FindingKind
from tests.domain.booking.histories import ACCOUNT, STOCK, Number, book, bought, day, sold

ZERO = Decimal(0)
NEW, SECOND, EURO, EURO_NEW = 11, 12, 13, 14
SECURITIES: Mapping[int, Security] = {
    STOCK: Security(id=STOCK, symbol="OLD"),
    NEW: Security(id=NEW, symbol="NEW"),
    SECOND: Security(id=SECOND, symbol="SEC"),
    EURO: Security(id=EURO, symbol="EUA", currency="EUR"),
    EURO_NEW: Security(id=EURO_NEW, symbol="EUB", currency="EUR"),
}


def booked(*events: Event, **how: Any) -> Booked:
    return book(*events, securities=SECURITIES, **how)


def _place(on: str, changes: dict[str, Any]) -> dict[str, Any]:
    given = {
        "day": day(on), "account": ACCOUNT, "security": STOCK,
        "source": Source("corporate_actions", 1),
    }  # fmt: skip
    return given | changes


def number(value: Number | None) -> Decimal | None:
    return None if value is None else Decimal(value)


def split(
    on: str, ratio: str | Fraction | None, shares: Number | None = None, **changes: Any
) -> Split:
    """`ratio` is new for old: "4", "1/10"."""
    given = None if ratio is None else Fraction(ratio)
    return Split(**_place(on, changes), ratio=given, shares=number(shares))


def spun_off(
    on: str,
    shares: Number,
    fraction: str | Fraction | None = None,
    *,
    value: Number | None = None,
    **changes: Any,
) -> SpinOff:
    return SpinOff(
        **_place(on, {"child": NEW} | changes),
        shares=Decimal(shares),
        fraction=None if fraction is None else Fraction(fraction),
        taxable_value=number(value),
    )


def got(
    quantity: Number,
    security: int = NEW,
    *,
    fraction: str | None = None,
    value: Number | None = None,
) -> Received:
    part = None if fraction is None else Fraction(fraction)
    return Received(security, Decimal(quantity), part, number(value))


def exchanged(
    on: str, *received: Received, given: Number | None = None, cash: Number = 0, **changes: Any
) -> Exchange:
    return Exchange(
        **_place(on, changes), given=number(given), received=received, cash=Decimal(cash)
    )


def paid_for_fraction(on: str, quantity: Number | None, cash: Number, **changes: Any) -> CashInLieu:
    return CashInLieu(**_place(on, changes), quantity=number(quantity), cash=Decimal(cash))


def capital_returned(
    on: str, amount: Number, *, record: str | None = None, **changes: Any
) -> ReturnOfCapital:
    return ReturnOfCapital(
        **_place(on, changes),
        amount=Decimal(amount),
        record_day=None if record is None else day(record),
    )


def rights(on: str, quantity: Number, fraction: str | None, **changes: Any) -> Rights:
    return Rights(
        **_place(on, {"right": NEW} | changes),
        quantity=Decimal(quantity),
        fraction=None if fraction is None else Fraction(fraction),
    )


def subscribed(on: str, used: Number, shares: Number, price: Number) -> RightsExercise:
    fill = bought(on, shares, price)
    return RightsExercise(**_place(on, {"security": NEW}), quantity=Decimal(used), shares=fill)


# --- what came of it -----------------------------------------------------------------------------


def lots(result: Booked, security: int = STOCK) -> list[tuple[Decimal, Decimal | None, str]]:
    """Quantity, basis and acquisition of the open lots; quantities of shorts are negative."""
    return [
        (-lot.quantity if lot.short else lot.quantity, lot.basis, lot.acquired.isoformat())
        for lot in result.lots
        if lot.security == security
    ]


def of(
    *rows: tuple[Number, Number | None, str],
) -> list[tuple[Decimal, Decimal | None, str]]:
    return [(Decimal(quantity), number(basis), on) for quantity, basis, on in rows]


def each(*values: Number | None) -> tuple[Decimal | None, ...]:
    """Amounts to compare a row with."""
    return tuple(number(value) for value in values)


def gains(result: Booked) -> list[Decimal | None]:
    return [closed.gain for closed in result.slices]


def findings(result: Booked) -> list[FindingKind]:
    return [finding.kind for finding in result.findings]


def conserves_basis(result: Booked) -> bool:
    """Whether all basis that came in is in lots, in slices, or is said to have left."""
    totals = result.totals
    there = sum((lot.basis or ZERO for lot in result.lots), ZERO)
    closed = sum((_basis_of(closed) for closed in result.slices), ZERO)
    left = totals.returned + totals.moved_out + totals.premium_moved
    return totals.cost_in + totals.wash_added == there + closed + left


def _basis_of(closed: Slice) -> Decimal:
    return (closed.proceeds if closed.short else closed.basis) or ZERO


def same_but_for(one: Lot, other: Lot, *names: str) -> bool:
    """Whether two lots differ in nothing but the fields named."""
    fields = set(Lot.__slots__) - {*names, "shelf_key"}
    return all(getattr(one, name) == getattr(other, name) for name in fields)


QUANTITIES = st.decimals(Decimal("0.0001"), Decimal(100_000), places=4)
PRICES = st.decimals(Decimal("0.01"), Decimal(5_000), places=2)
RATIOS = st.fractions(Fraction(1, 100), Fraction(100), max_denominator=100)


@st.composite
def holdings(draw: st.DrawFn) -> list[Event]:
    """Up to six lots of the stock, all long or all short."""
    opened = draw(st.sampled_from([bought, sold]))
    return [
        opened(f"2020-0{month}-15", draw(QUANTITIES), draw(PRICES))
        for month in range(1, draw(st.integers(2, 7)))
    ]

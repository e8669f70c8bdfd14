"""From what was booked, in the store or just now, to lots and gains as they are shown."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, overload

from qm_tui.domain.booking.events import NOWHERE
from qm_tui.domain.booking.form_8949 import Form8949Row, form_8949_row
from qm_tui.domain.booking.holding_period import days_to_long_term, is_long_term
from qm_tui.domain.booking.lots import Slice
from qm_tui.domain.booking.money import CONTEXT
from qm_tui.domain.booking.securities import NEVER_WASHES, Security
from qm_tui.domain.booking.wash_pools import WINDOW
from qm_tui.domain.booking.words import BasisStatus, Closing, LotMethod, Term, View
from qm_tui.domain.exact import canonical
from qm_tui.domain.instruments import InstrumentType
from qm_tui.domain.words import TaxTreatment
from qm_tui.queries.lot_views import GainView, LotView
from qm_tui.queries.position_views import PositionView
from qm_tui.store.reading.booked import FactPlace

Holding = tuple[str, str, int]
"""(broker, account, instrument id)."""


def lot_view(
    row: Mapping[str, Any],
    *,
    view: View,
    today: dt.date,
    mark: PositionView | None,
    place: FactPlace | None,
) -> LotView:
    """Make the view of a derived lot.

    Args:
        row: What `store.reading.booked.lots` selects.
        view: Whose wash sales are in it.
        today: The day on which it is looked at.
        mark: The position it is part of, for its price.
        place: Where the fact that opened it stands.
    """
    quantity, cost = row["quantity"], row["cost_basis"]
    start = row["holding_start"]
    term = _term(start, today, short=quantity < 0, section_1256=bool(row["section_1256"]))
    price = _price(mark, row["currency"])
    units = CONTEXT.multiply(quantity, row["multiplier"])
    value = None if price is None else exact(CONTEXT.multiply(units, price))
    return LotView(
        id=row["id"],
        number=row["number"],
        instrument_id=row["instrument_id"],
        account=row["account"],
        symbol=row["symbol"],
        currency=row["currency"],
        quantity=quantity,
        acquisition_date=row["acquisition_date"],
        holding_start=start,
        cost_basis=cost,
        cost_basis_usd=row["tax_cost_basis"],
        unit_cost=_unit(cost, units),
        basis_status=row["basis_status"],
        wash_adjustment=row["wash_adjustment"],
        term=term,
        origin=row["origin"],
        days_held=None if start is None else (today - start).days,
        days_to_long_term=_days_left(term, quantity, start, today),
        in_transit=bool(row["in_transit"]),
        market_price=price,
        market_value=value,
        unrealized_pnl=(
            None if value is None or cost is None else exact(CONTEXT.subtract(value, cost))
        ),
        as_of=None if mark is None else mark.as_of,
        source="derived",
        view=view.value,
        document_id=None if place is None else place.document_id,
        document_row=None if place is None else place.document_row,
    )


def _days_left(
    term: str | None, quantity: Decimal, start: dt.date | None, today: dt.date
) -> int | None:
    if start is None or quantity < 0 or term != Term.SHORT:
        return None
    return days_to_long_term(start, today)


def _term(start: dt.date | None, today: dt.date, *, short: bool, section_1256: bool) -> str | None:
    """Say what a sale today would be; a short sale is covered with what is bought today."""
    if section_1256:
        return Term.SECTION_1256.value
    if start is None:
        return None
    if short:
        return Term.SHORT.value
    return (Term.LONG if is_long_term(start, today) else Term.SHORT).value


def _price(mark: PositionView | None, currency: str | None) -> Decimal | None:
    """Return the price of a position, where it is in the money of the lot."""
    if mark is None or mark.currency != currency:
        return None
    return mark.market_price


def _unit(cost: Decimal | None, units: Decimal) -> Decimal | None:
    return None if cost is None or not units else cost / units


# --- gains -----------------------------------------------------------------------------------


def gain_view(*, today: dt.date, **row: Any) -> GainView:
    """Make the view of a derived gain of what `store.reading.booked.gains_of` lists."""
    kind = InstrumentType(row.pop("instrument_type"))
    row.pop("wash_in_basis")
    status = BasisStatus(row.pop("basis_status"))
    row["net_gain"] = net(row["gain"], row["wash_disallowed"])
    row["net_gain_usd"] = net(row["gain_usd"], row["wash_disallowed_usd"])
    form = _form_8949(row, kind, status)
    return GainView(
        **row,
        provisional=_may_be_washed(row, kind, today),
        form_8949_box=None if form is None else form.box,
        form_8949_code=None if form is None else form.codes or None,
    )


def _form_8949(
    row: Mapping[str, Any], kind: InstrumentType, status: BasisStatus
) -> Form8949Row | None:
    """Return the row of the form: there is none for an IRA, nor without wash sales."""
    if row["tax_treatment"] != TaxTreatment.TAXABLE or row["view"] == View.ECONOMIC:
        return None
    term = row["term"]
    security = Security(
        id=row["instrument_id"], symbol=row["symbol"], kind=kind, currency=row["currency"],
        section_1256=term == Term.SECTION_1256,
    )  # fmt: skip
    if term is None:
        return None
    closed = Slice(
        number=row["number"], account=0, security=security.id, short=row["quantity"] < 0,
        quantity=abs(row["quantity"]), proceeds=row["proceeds"], basis=row["cost_basis"],
        tax_proceeds=row["proceeds_usd"], tax_basis=row["cost_basis_usd"],
        acquired=row["acquisition_date"], acquired_at=None, holding_start=row["holding_start"],
        disposed=row["disposition_date"], disposed_at=None, acquisition=(),
        how=Closing(row["closing"]), status=status, method=LotMethod(row["method"]),
        opened_by=NOWHERE, closed_by=NOWHERE, lot=None,
        tax_disallowed=row["wash_disallowed_usd"], long_term=term == Term.LONG,
    )  # fmt: skip
    return form_8949_row(closed, security)


def net(gain: Decimal | None, disallowed: Decimal) -> Decimal | None:
    """Return the gain that counts."""
    return None if gain is None else exact(CONTEXT.add(gain, disallowed))


def _may_be_washed(row: Mapping[str, Any], kind: str, today: dt.date) -> bool:
    """Say whether a purchase that is still to come could disallow a loss, or more of it."""
    loss = row["net_gain"] if row["net_gain_usd"] is None else row["net_gain_usd"]
    return (
        loss is not None
        and loss < 0
        and row["disposition_date"] + WINDOW >= today
        and row["view"] != View.ECONOMIC
        and row["tax_treatment"] == TaxTreatment.TAXABLE
        and row["term"] != Term.SECTION_1256
        and kind not in NEVER_WASHES
    )


# --- exact amounts ---------------------------------------------------------------------------


@overload
def exact(value: Decimal) -> Decimal: ...
@overload
def exact(value: None) -> None: ...
@overload
def exact(value: Decimal | None) -> Decimal | None: ...
def exact(value: Decimal | None) -> Decimal | None:
    """Return an amount without the zeros that say nothing, as the store gives it."""
    return None if value is None else Decimal(canonical(value))


@overload
def minus(value: Decimal) -> Decimal: ...
@overload
def minus(value: None) -> None: ...
@overload
def minus(value: Decimal | None) -> Decimal | None: ...
def minus(value: Decimal | None) -> Decimal | None:
    """Return an amount with the other sign: that of a short lot."""
    return None if value is None else exact(-value)

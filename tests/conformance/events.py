"""A vector's events in the engine's terms."""

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal, localcontext
from typing import Any

from qm_tui.domain.booking.events import (
    Fill,
    GivenLot,
    Move,
    Pick,
    TransferIn,
    TransferOut,
)
from qm_tui.domain.booking.lots import Lot
from qm_tui.domain.booking.money import CONTEXT
from qm_tui.domain.booking.words import Closing, Origin
from tests.conformance.actions import ACTIONS
from tests.conformance.telling import ZERO, History, Refused, label_of
from tests.conformance.vectors import Row, Vector, number

# --- trades ---------------------------------------------------------------------------------------


def _trade(sign: int, *, opens: bool) -> Callable[[History, Row], None]:
    def trade(told: History, row: Row) -> None:
        common = told.common(row)
        quantity = Decimal(row["qty"])
        told.add(
            Fill(
                **common,
                quantity=sign * quantity,
                amount=told.money(row, quantity),
                fees=number(row, "fee") or ZERO,
                opens=opens,
                order=row.get("acquisition") or row.get("order"),
                picks=_picks(row),
                label=label_of(row),
                origin=Origin.REINVESTMENT if row.get("drip") else None,
            )
        )

    return trade


def _picks(row: Row) -> tuple[Pick, ...]:
    return tuple(
        _pick(Decimal(one.get("qty", row["qty"])), one["lot"]) for one in row.get("select") or ()
    )


def _pick(quantity: Decimal, label: str) -> Pick:
    """Name a lot: one that was bought by its label, one that was given by its opening id."""
    return Pick(quantity, lot=label, opening_id=label)


def _income(told: History, row: Row) -> None:
    quantity = Decimal(row["qty"])
    told.add(
        Fill(
            **told.common(row), quantity=quantity, amount=told.money(row, quantity),
            fees=number(row, "fee") or ZERO, opens=True, origin=Origin.INCOME,
            label=label_of(row),
        )
    )  # fmt: skip


def _given_lot(told: History, row: Row) -> None:
    quantity = Decimal(row["qty"])
    unit_cost = number(row, "unit_cost")
    basis = number(row, "basis", "amount")
    if basis is None and unit_cost is not None:
        basis = abs(unit_cost * quantity)
    acquired = dt.date.fromisoformat(row.get("acquired") or row["date"])
    start = row.get("holding_start")
    lot = GivenLot(
        quantity, basis, acquired, holding_start=dt.date.fromisoformat(start) if start else None
    )
    told.add(
        TransferIn(**told.common(row), quantity=quantity, lots=(lot,), opening_id=label_of(row))
    )


def _expire(told: History, row: Row) -> None:
    common = told.common(row)
    sign = -1 if told.position(common["account"], row["symbol"]) > 0 else 1
    told.add(
        Fill(
            **common, quantity=sign * Decimal(row["qty"]), amount=ZERO, opens=False,
            how=Closing.EXPIRY, picks=_picks(row),
        )
    )  # fmt: skip


def _deliver(told: History, row: Row) -> None:
    """Deliver shares that are held against a short: sold for what the short had brought.

    The cover at the same money then makes nothing: what is gained is the delivered shares'.
    """
    common = told.common(row)
    wanted = Decimal(row["qty"])
    shorts = [lot for lot in told.held(common["account"], row["symbol"]) if lot.short]
    brought, left = ZERO, wanted
    for lot in shorts:
        part = min(left, lot.quantity)
        brought += (lot.basis or ZERO) * part / lot.quantity
        left -= part
    if left:
        raise Refused("more is delivered than was sold short")
    told.add(
        Fill(**common, quantity=-wanted, amount=brought, opens=False, picks=_picks(row)),
        Fill(**told.common(row), quantity=wanted, amount=brought, opens=False),
    )


def _inventory(told: History, row: Row) -> None:
    """Augment or reduce as beancount does: what matches the other side reduces, all else opens."""
    common = told.common(row)
    quantity, match = Decimal(row["qty"]), row.get("match") or {}
    candidates = [
        lot
        for lot in told.held(common["account"], row["symbol"])
        if lot.short == (quantity > 0) and _matches(told, lot, match)
    ]
    opposite = any(
        lot.short == (quantity > 0) for lot in told.held(common["account"], row["symbol"])
    )
    if told.vector.method == "NONE" or not opposite:
        _augment(told, row, common, match)
        return
    chosen = _chosen(told.vector.method, candidates, abs(quantity))
    if sum((lot.quantity for lot in candidates), ZERO) < abs(quantity):
        raise Refused("insufficient")
    picks = tuple(_pick(lot.quantity, lot.label or lot.opening_id or "") for lot in chosen)
    told.add(Fill(**common, quantity=quantity, amount=ZERO, opens=False, picks=picks))


def _augment(told: History, row: Row, common: Mapping[str, Any], match: Row) -> None:
    quantity = Decimal(row["qty"])
    cost = number(row, "unit_cost", "price") or number(match, "cost", "unit_cost") or ZERO
    acquired = dt.date.fromisoformat(row.get("acquired") or match.get("date") or row["date"])
    lot = GivenLot(quantity, abs(cost * quantity), acquired)
    told.add(TransferIn(**common, quantity=quantity, lots=(lot,), opening_id=label_of(row)))


def _matches(told: History, lot: Lot, match: Row) -> bool:
    """Whether a lot has the cost, the day, the label and the currency that are asked for."""
    cost = number(match, "cost", "unit_cost")
    opened = next(row for row in told.vector.events if int(row["seq"]) == lot.opened_by.id)
    tests = (
        cost is None or (lot.basis is not None and lot.basis == cost * lot.quantity),
        not match.get("date") or lot.acquired.isoformat() == match["date"],
        not match.get("label") or label_of(opened) == match["label"],
        not match.get("currency") or _currency(opened) in (None, match["currency"]),
    )
    return all(tests)


def _currency(row: Row) -> str | None:
    return row.get("currency") or (row.get("match") or {}).get("currency")


def _chosen(method: str, candidates: list[Lot], quantity: Decimal) -> list[Lot]:
    if method not in ("SPECIFIC", "STRICT", "SPECIFIC_WITH_SIZE"):
        return []
    if len(candidates) > 1 and sum((lot.quantity for lot in candidates), ZERO) != quantity:
        same = [lot for lot in candidates if lot.quantity == quantity]
        if method == "SPECIFIC_WITH_SIZE" and same:
            return same[:1]
        raise Refused("ambiguous")
    return candidates


# --- transfers ------------------------------------------------------------------------------------


def _transfer(told: History, row: Row) -> None:
    """Between accounts; where both are one pool, nothing changes."""
    sender = row.get("from_account") or row.get("account")
    if not row.get("to_account"):
        _gift(told, row | {"account": sender})
        return
    common = told.common(row, account=sender)
    receiver = told.account(row["to_account"])
    if receiver == common["account"]:
        return
    sign = 1 if told.position(common["account"], row["symbol"]) < 0 else -1
    told.add(
        Move(
            **common, to_account=receiver, quantity=sign * Decimal(row["qty"]),
            picks=_picks(row), value=_market_value(row),
        )
    )  # fmt: skip


def _market_value(row: Row) -> Decimal | None:
    unit = number(row, "fmv", "price")
    return number(row, "amount", "value") if unit is None else unit * Decimal(row["qty"])


def _gift(told: History, row: Row) -> None:
    common = told.common(row)
    told.add(TransferOut(**common, quantity=-Decimal(row["qty"]), picks=_picks(row)))


TYPES: dict[str, Callable[[History, Row], None]] = {
    "BUY": _trade(1, opens=True),
    "SELL": _trade(-1, opens=False),
    "SHORT": _trade(-1, opens=True),
    "COVER": _trade(1, opens=False),
    "OPEN_LOT": _given_lot,
    "AUGMENT_OR_REDUCE": _inventory,
    "EXPIRE": _expire,
    **ACTIONS,
    "TRANSFER": _transfer,
    "GIFT_OUT": _gift,
    "INCOME_RECEIPT": _income,
    "DELIVER_TO_CLOSE_SHORT": _deliver,
}


def history(vector: Vector) -> History:
    """Translate all events of a vector."""
    told = History(vector)
    with localcontext(CONTEXT):
        for row in vector.events:
            TYPES[row["type"]](told, row)
            told.ends[int(row["seq"])] = len(told.events)
    return told

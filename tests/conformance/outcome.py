"""What the engine made of a vector, in the vector's words, to be compared as sums."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal, localcontext

from qm_tui.domain.booking.holding_period import term_of
from qm_tui.domain.booking.lots import Lot, Slice
from qm_tui.domain.booking.money import CONTEXT, share
from qm_tui.domain.booking.results import Booked
from qm_tui.domain.booking.section_1256 import split_60_40
from qm_tui.domain.booking.words import Closing, Term
from tests.conformance.telling import ZERO, History, label_of
from tests.conformance.vectors import Row, number

CLOSING = ("SELL", "COVER", "EXPIRE", "DELIVER_TO_CLOSE_SHORT", "AUGMENT_OR_REDUCE", "GIFT_OUT")
_TERMS = {Term.SHORT: "short", Term.LONG: "long", Term.SECTION_1256: "1256", None: ""}
_KINDS = {Closing.EXPIRY: "EXPIRED", Closing.RETURN_OF_CAPITAL: "ROC_EXCESS"}
Sums = dict[tuple[object, ...], dict[str, Decimal]]


def realized(told: History, booked: Booked) -> list[Row]:
    """Return the slices in the order of their events; a partly washed one is two rows."""
    with localcontext(CONTEXT):
        return [
            row
            for closed in booked.slices
            if not _delivered_cover(told, closed)
            for row in _rows(told, booked, closed)
        ]


def _delivered_cover(told: History, closed: Slice) -> bool:
    """A short that was closed by delivery: its gain is the row of what was delivered."""
    return closed.short and event_of(told, closed.closed_by.id)["type"] == CLOSING[3]


def _rows(told: History, booked: Booked, closed: Slice) -> list[Row]:
    washed = [one for one in booked.adjustments if one.slice == closed.number]
    quantity = sum((one.quantity for one in washed), ZERO)
    parts = [(quantity, True)] if quantity else []
    if quantity < closed.quantity or not closed.quantity:
        parts.append((closed.quantity - quantity, False))
    rows: list[Row] = []
    left = [closed.proceeds or ZERO, closed.basis or ZERO]
    for part, is_washed in parts:
        whole = sum((size for size, _ in parts[len(rows) :]), ZERO)
        money = [share(amount, part, whole) for amount in left]
        left = [amount - taken for amount, taken in zip(left, money, strict=True)]
        rows.append(_row(told, closed, part, money[0], money[1], washed=is_washed))
    return rows


def _row(
    told: History, closed: Slice, qty: Decimal, proceeds: Decimal, basis: Decimal, *, washed: bool
) -> Row:
    symbol = told.symbol(closed.security)
    term = _TERMS[term_of(closed, told.securities[symbol])]
    closing = event_of(told, closed.closed_by.id)
    gain = proceeds - basis
    short_part, long_part = _by_term(gain, term)
    disallowed = closed.disallowed if washed else ZERO
    return {
        "seq": closed.closed_by.id,
        "event_seq": closed.closed_by.id,
        "close_id": closing.get("id"),
        "account": told.account_name(closed.account),
        "symbol": symbol,
        "lot": label_of(event_of(told, closed.opened_by.id)),
        "acquired": closed.acquired and closed.acquired.isoformat(),
        "holding_start": closed.holding_start and closed.holding_start.isoformat(),
        "sold": closed.disposed.isoformat(),
        "tax_year": closed.disposed.year,
        "term": term,
        "kind": _KINDS.get(closed.how),
        "form": "6781" if term == "1256" else "8949",
        "washed": washed,
        "permanent": bool(closed.permanent) if washed else False,
        "qty": qty,
        "proceeds": proceeds,
        "basis": basis,
        "gain": gain,
        "wash_disallowed": disallowed,
        "net_gain": gain + disallowed,
        "gain_st": short_part,
        "gain_lt": long_part,
    }


def _by_term(gain: Decimal, term: str) -> tuple[Decimal, Decimal]:
    if term == "1256":
        return split_60_40(gain)
    return (ZERO, gain) if term == "long" else (gain, ZERO)


def open_lots(told: History, lots: Iterable[Lot]) -> list[Row]:
    """Return the open lots; a short one has a negative quantity."""
    return [
        {
            "account": told.account_name(lot.account),
            "symbol": told.symbol(lot.security),
            "lot": label_of(event_of(told, lot.opened_by.id)),
            "acquired": lot.acquired.isoformat(),
            "holding_start": lot.holding_start.isoformat(),
            "qty": -lot.quantity if lot.short else lot.quantity,
            "basis": lot.basis or ZERO,
        }
        for lot in lots
    ]


def consumed(told: History) -> list[Row]:
    """Return what each closing event took of which lot: closed slices, and what left as a gift."""
    booked = told.book()
    rows = [
        {"event_seq": row["seq"], "lot": row["lot"], "qty": row["qty"], "basis": row["basis"]}
        for row in realized(told, booked)
    ]
    for event in told.vector.events:
        if event["type"] == "GIFT_OUT":
            rows += _left(told, int(event["seq"]))
    return rows


def _left(told: History, seq: int) -> list[Row]:
    """What is less in each lot after an event than before it."""
    through = told.ends[seq]
    before = sums(open_lots(told, told.book(through - 1).lots), ("lot",), ("qty", "basis"))
    after = sums(open_lots(told, told.book(through).lots), ("lot",), ("qty", "basis"))
    nothing = {"qty": ZERO, "basis": ZERO}
    return [
        {"event_seq": seq, "lot": key[0]}
        | {what: had[what] - after.get(key, nothing)[what] for what in had}
        for key, had in before.items()
        if had != after.get(key, nothing)
    ]


def event_of(told: History, seq: int) -> Row:
    """Return a vector's event by its number."""
    return next(row for row in told.vector.events if int(row["seq"]) == seq)


def stated(rows: Sequence[Row]) -> list[Row]:
    """Return expected rows with their numbers read, and what is stated per unit multiplied out."""
    return [_stated(row) for row in rows]


_PER_UNIT = {"proceeds_unit": "proceeds", "cost_unit": "basis", "unit_cost": "basis"}


def _stated(row: Row) -> Row:
    read = dict(row)
    quantity = number(row, "qty") or ZERO
    for unit, total in _PER_UNIT.items():
        price = number(row, unit)
        if price is not None and total not in row:
            read[total] = price * abs(quantity)
    for name in MEASURES:
        if name in read:
            read[name] = number(read, name) or ZERO
    read["washed"] = bool(read.get("wash_disallowed"))
    return read


MEASURES = (
    "qty", "proceeds", "basis", "gain", "wash_disallowed", "net_gain", "gain_st", "gain_lt",
)  # fmt: skip


def sums(rows: Iterable[Row], keys: Sequence[str], measures: Sequence[str]) -> Sums:
    """Add rows up by what they have in common."""
    found: Sums = defaultdict(lambda: dict.fromkeys(measures, ZERO))
    for row in rows:
        sum_of = found[tuple(row[key] for key in keys)]
        for measure in measures:
            sum_of[measure] += row[measure]
    return dict(found)


def common(rows: Sequence[Row], names: Iterable[str]) -> tuple[str, ...]:
    """Return the names that every row has."""
    return tuple(name for name in names if all(name in row for row in rows))

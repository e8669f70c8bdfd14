"""How the outcome of a vector differs from what it expects: nothing, or a line for each."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from typing import Any

from qm_tui.domain.booking.form_8949 import Form8949Options, Form8949Row, form_8949_row
from qm_tui.domain.booking.words import FindingKind
from tests.conformance.events import history
from tests.conformance.outcome import (
    CLOSING,
    MEASURES,
    common,
    consumed,
    open_lots,
    realized,
    stated,
    sums,
)
from tests.conformance.telling import ZERO, History, Refused
from tests.conformance.vectors import Row, Vector, number

Choice = Callable[[History], History]
EXACT = Decimal("1e-8")
CENT = Decimal("0.01")
REFUSALS = frozenset(
    {
        FindingKind.MISSING_HISTORY, FindingKind.SHARES_DISAGREE, FindingKind.ACTION_UNKNOWN,
        FindingKind.SELECTION_MISSING, FindingKind.FRACTION_UNKNOWN, FindingKind.NOT_BOOKED,
        FindingKind.IN_TRANSIT, FindingKind.PREMIUM_UNKNOWN,
    }
)  # fmt: skip
"""How the engine says that something cannot be booked as it was reported."""


def differences(vector: Vector, choose: Choice | None = None) -> list[str]:
    """Return how the outcome differs, in the order of the names; nothing when it agrees.

    Args:
        vector: The case.
        choose: Does what the source chose: names lots, or sets a switch.
    """
    expected = vector.expected
    try:
        told = history(_with_trades(vector))
    except Refused as refused:
        return [] if "error" in expected else [f"refused: {refused}"]
    if choose is not None:
        told = choose(told)
    found: list[str] = []
    for name in sorted(expected):
        found += _CHECKS[name](told, expected[name])
    return found


def _tolerance(told: History) -> Decimal:
    return number(told.vector.options, "money_quantum") or EXACT


def _unequal(
    what: str, ours: Decimal | None, theirs: Decimal, tolerance: Decimal = EXACT
) -> list[str]:
    if ours is not None and abs(ours - theirs) <= tolerance:
        return []
    return [f"{what}: {plain(ours)} instead of {plain(theirs)}"]


def plain(value: Decimal | None) -> str:
    """Print an amount to ten places, without an exponent."""
    return "nothing" if value is None else f"{value:.10f}".rstrip("0").rstrip(".")


def _compare(
    told: History, what: str, ours: Sequence[Row], theirs: Sequence[Row], keys: Iterable[str]
) -> list[str]:
    """Compare sums by the keys, and for the measures, that every expected row states."""
    by = common(theirs, keys)
    measures = common(theirs, MEASURES)
    got, wanted = sums(ours, by, measures), sums(theirs, by, measures)
    found: list[str] = []
    for key in sorted({*got, *wanted}, key=str):
        nothing = dict.fromkeys(measures, ZERO)
        for measure in measures:
            name = " ".join([what, *(str(part) for part in key), measure])
            one, other = got.get(key, nothing)[measure], wanted.get(key, nothing)[measure]
            found += _unequal(name, one, other, _tolerance(told))
    return found


def _realized(told: History, rows: list[Row]) -> list[str]:
    ours, theirs = realized(told, told.book()), stated(rows)
    if not theirs:
        return [f"realised: {len(ours)} rows instead of none"] if ours else []
    keys = ("account", "symbol", "acquired", "sold", "washed", "holding_start", "term", "lot",
            "close_id", "event_seq", "tax_year", "form")  # fmt: skip
    found = _compare(told, "realised", ours, theirs, keys)
    for flag in ("permanent", "kind"):
        marked = {row[flag] for row in theirs if row.get(flag)}
        if marked and marked != {row[flag] for row in ours if row[flag]}:
            found.append(f"realised: {flag} is not {marked}")
    return found


def _open_lots(told: History, rows: list[Row]) -> list[str]:
    ours, theirs = open_lots(told, told.book().lots), stated(rows)
    if not theirs:
        return [f"open: {len(ours)} lots instead of none"] if ours else []
    keys = ("account", "symbol", "acquired", "holding_start", "lot")
    return _compare(told, "open", ours, _of_short(theirs), keys)


def _of_short(rows: list[Row]) -> list[Row]:
    """The amount of a short lot's basis, whatever its sign."""
    return [row | {"basis": abs(row["basis"])} if "basis" in row else row for row in rows]


def _consumed(told: History, rows: list[Row]) -> list[str]:
    ours, theirs = consumed(told), stated(rows)
    closing = [int(row["seq"]) for row in told.vector.events if row["type"] in CLOSING]
    if len(closing) == len(theirs):  # one row for each: which event it is goes without saying
        theirs = [{"event_seq": seq} | row for seq, row in zip(closing, theirs, strict=True)]
    return _compare(told, "consumed", ours, theirs, ("event_seq", "lot"))


def _in_event_order(told: History, rows: list[Row]) -> list[str]:
    """Row for row; what is received as income is a row of its own, with its value as the gain."""
    income = [
        {"seq": int(row["seq"]), "qty": Decimal(row["qty"]), "gain": _received_as_income(row)}
        for row in told.vector.events
        if row["type"] == "INCOME_RECEIPT"
    ]
    ours = sorted([*income, *realized(told, told.book())], key=lambda row: int(row["seq"]))
    if len(ours) != len(rows):
        return [f"rows: {len(ours)} instead of {len(rows)}"]
    return [
        line
        for place, (our, their) in enumerate(zip(ours, rows, strict=True), 1)
        for name in ("qty", "gain")
        for line in _unequal(f"row {place} {name}", our[name], Decimal(their[name]))
    ]


def _received_as_income(row: Row) -> Decimal:
    return (number(row, "amount") or ZERO) + (number(row, "fee") or ZERO)


def _gains_in_event_order(told: History, gains: list[str]) -> list[str]:
    rows = realized(told, told.book())
    ours = [
        sum((row["gain"] for row in event), ZERO)
        for _, event in groupby(rows, key=lambda row: row["seq"])
    ]
    if len(ours) != len(gains):
        return [f"gains: {len(ours)} events instead of {len(gains)}"]
    return [
        line
        for place, (our, their) in enumerate(zip(ours, gains, strict=True), 1)
        for line in _unequal(f"gain of event {place}", our, Decimal(their))
    ]


def _sum(rows: Iterable[Row], measure: str) -> Decimal:
    return sum((row[measure] for row in rows), ZERO)


def _sale(rows: Sequence[Row], place: int) -> list[Row]:
    """Return the rows of the first, second … last closing event."""
    events = list(dict.fromkeys(row["seq"] for row in rows))
    return [row for row in rows if row["seq"] == events[place]]


_TOTALS: dict[str, tuple[Callable[[list[Row]], Decimal], Decimal]] = {
    "gain": (lambda rows: _sum(rows, "gain"), EXACT),
    "gains": (lambda rows: sum((max(row["gain"], ZERO) for row in rows), ZERO), EXACT),
    "loss": (lambda rows: sum((min(row["gain"], ZERO) for row in rows), ZERO), EXACT),
    "losses": (lambda rows: sum((min(row["gain"], ZERO) for row in rows), ZERO), EXACT),
    "disallowed": (lambda rows: _sum(rows, "wash_disallowed"), EXACT),
    "permanently_disallowed": (
        lambda rows: _sum((row for row in rows if row["permanent"]), "wash_disallowed"), EXACT,
    ),
    "allowed": (lambda rows: _sum(rows, "net_gain"), EXACT),
    "net_gain": (lambda rows: _sum(rows, "net_gain"), EXACT),
    "proceeds": (lambda rows: _sum(rows, "proceeds"), EXACT),
    "basis": (lambda rows: _sum(rows, "basis"), EXACT),
    "gain_st": (lambda rows: _sum(rows, "gain_st"), EXACT),
    "gain_lt": (lambda rows: _sum(rows, "gain_lt"), EXACT),
    "short_term": (lambda rows: _sum(rows, "gain_st"), EXACT),
    "long_term": (lambda rows: _sum(rows, "gain_lt"), EXACT),
    "disallowed_first_sale": (lambda rows: _sum(_sale(rows, 0), "wash_disallowed"), EXACT),
    "disallowed_second_sale": (lambda rows: _sum(_sale(rows, 1), "wash_disallowed"), EXACT),
    "final_loss": (lambda rows: _sum(rows, "net_gain"), EXACT),
    "basis_sold_in_sale": (lambda rows: _sum(rows, "basis"), EXACT),
    "basis_sold_exact": (lambda rows: _sum(rows, "basis"), CENT / 2),
    "basis_sold_as_published": (lambda rows: _sum(rows, "basis"), EXACT),
}  # fmt: skip
"""What a total is made of, and to how much it is stated."""


def _totals(told: History, totals: Row) -> list[str]:
    rows = realized(told, told.book())
    found: list[str] = []
    for name, text in totals.items():
        total, tolerance = _TOTALS[name]
        found += _unequal(name, total(rows), Decimal(text), tolerance)
    return found


def _open_total(measure: str) -> Callable[[History, str], list[str]]:
    def check(told: History, text: str) -> list[str]:
        ours = _sum(open_lots(told, told.book().lots), measure)
        return _unequal(f"open {measure}", ours, Decimal(text))

    return check


def _error(told: History, error: object) -> list[str]:
    """What cannot be booked as it says is found, and no basis is made out of nothing for it.

    The engine raises nothing: a broker's statement is a fact. What is not known to have been held
    stays without a basis, and everything else stays right.
    """
    del error
    booked = told.book()
    refused = {one.source.id for one in booked.findings if one.kind in REFUSALS}
    if not refused:
        return ["nothing was refused"]
    first = min(refused)
    before = _sum(open_lots(told, told.book(told.ends[first] - 1).lots), "basis")
    after = _sum(open_lots(told, told.book(told.ends[first]).lots), "basis")
    return [] if after <= before else ["refused, and more basis than before"]


def _unmatched(told: History, text: str) -> list[str]:
    missing = [
        one.quantity or ZERO
        for one in told.book().findings
        if one.kind is FindingKind.MISSING_HISTORY
    ]
    return _unequal("unmatched", sum(missing, ZERO), Decimal(text))


def _form(told: History, rows: list[Row]) -> list[str]:
    """Columns (d) to (h) of Form 8949, as they add up."""
    if told.vector.events and told.vector.events[0]["symbol"] == _form_symbol(0):
        pairs = [(_form_rows(told, place, row), [row]) for place, row in enumerate(rows)]
    else:
        pairs = [(_form_rows(told, None, {}), rows)]
    found: list[str] = []
    for place, (ours, theirs) in enumerate(pairs):
        for column, name in _COLUMNS.items():
            mine = sum((getattr(one, name) or ZERO for one in ours), ZERO)
            stated_in_all = sum((number(row, column) or ZERO for row in theirs), ZERO)
            found += _unequal(f"row {place} ({column})", mine, stated_in_all)
        codes = {row["f"] for row in theirs if row.get("f") not in (None, "", "?")}
        if codes and codes != {one.codes for one in ours if one.codes}:
            found.append(f"row {place} (f) is not {codes}")
    return found


_COLUMNS = {"d": "proceeds", "e": "basis", "g": "adjustment", "h": "gain"}


def _form_rows(told: History, place: int | None, stated_row: Row) -> list[Form8949Row]:
    """Return the form's rows of all slices, or of those that stand for a stated row."""
    adjustment, code = number(stated_row, "g"), stated_row.get("f") or "?"
    options = Form8949Options(
        others={} if adjustment is None else {"O" if code == "?" else code: adjustment}
    )
    rows = [
        form_8949_row(closed, told.securities[told.symbol(closed.security)], options)
        for closed in told.book().slices
        if place is None or told.symbol(closed.security) == _form_symbol(place)
    ]
    return [row for row in rows if row is not None]


def _form_symbol(place: int) -> str:
    return f"ROW {place}"


def _with_trades(vector: Vector) -> Vector:
    """Where a case states rows of the form alone: buy each for (e), and sell it for (d)."""
    rows = vector.expected.get("form8949")
    if vector.events or not rows:
        return vector
    events: list[Row] = []
    for place, row in enumerate(rows):
        for day, kind, column in (("2024-01-02", "BUY", "e"), ("2024-02-01", "SELL", "d")):
            events.append(
                {
                    "seq": str(len(events) + 1), "date": day, "type": kind, "qty": "1",
                    "symbol": _form_symbol(place), "amount": row[column],
                }
            )  # fmt: skip
    return replace(vector, events=tuple(sorted(events, key=itemgetter("date"))))


_CHECKS: dict[str, Callable[[History, Any], list[str]]] = {
    "realised": _realized,
    "open_lots": _open_lots,
    "consumed": _consumed,
    "booked": _consumed,
    "rows_in_event_order": _in_event_order,
    "gains_in_event_order": _gains_in_event_order,
    "totals": _totals,
    "open_qty": _open_total("qty"),
    "open_basis": _open_total("basis"),
    "error": _error,
    "unmatched_qty": _unmatched,
    "form8949": _form,
}

"""The adapter by itself: every type of event can be told, and what is wrong is seen."""

from typing import Any

import pytest

from tests.conformance.choices import CHOICES
from tests.conformance.comparing import differences
from tests.conformance.events import TYPES
from tests.conformance.vectors import Row, Vector, read_vector


def a_vector(*events: Row, expected: Row, **changes: Any) -> Vector:
    """A case of our own: events on the days of a January, numbered as they are written."""
    rows = [
        {"seq": str(place), "date": f"2024-01-{place:02}", "symbol": "X"} | event
        for place, event in enumerate(events, 1)
    ]
    return read_vector(
        {
            "id": "own__case", "status": "firm", "method": "FIFO", "options": {},
            "accounts": {"T1": {"type": "taxable"}}, "events": rows, "expected": expected,
        } | changes
    )  # fmt: skip


def an_event(
    kind: str, qty: int | str | None = None, amount: int | None = None, **more: Any
) -> Row:
    row: Row = {"type": kind, **more}
    if qty is not None:
        row["qty"] = str(qty)
    if amount is not None:
        row["amount"] = str(amount)
    return row


BOUGHT = an_event("BUY", 10, 100, lot="A")
STORIES: dict[str, tuple[list[Row], Row, dict[str, Any]]] = {
    "a purchase and a sale": (
        [BOUGHT, an_event("SELL", 4, 60, fee="2")],
        {"totals": {"gain": "18"}, "open_qty": "6", "open_basis": "60"},
        {},
    ),
    "more sold than there was": (
        [BOUGHT, an_event("SELL", 12, 120)],
        {"unmatched_qty": "2", "open_lots": []},
        {},
    ),
    "a short and its cover": (
        [an_event("SHORT", 10, 100, lot="S"), an_event("COVER", 4, 20)],
        {"totals": {"gain": "20"}, "open_lots": [{"symbol": "X", "qty": "-6", "basis": "60"}]},
        {},
    ),
    "a short that is closed with shares held": (
        [BOUGHT, an_event("SHORT", 10, 150, lot="S"), an_event("DELIVER_TO_CLOSE_SHORT", 10)],
        {
            "realised": [{"symbol": "X", "qty": "10", "acquired": "2024-01-01", "gain": "50"}],
            "open_lots": [],
        },
        {},
    ),
    "a short sale of what is held, as the law has it": (
        [
            an_event("BUY", 100, 1000, date="2024-05-07", lot="A"),
            an_event("SHORT", 100, 1600, date="2024-09-03", lot="S"),
            an_event("COVER", 100, 1800, date="2024-11-06"),
            an_event("SELL", 100, 1800, date="2025-05-08"),
        ],
        {
            "realised": [
                {"symbol": "X", "lot": "S", "qty": "100", "gain": "-200", "term": "short"},
                {"symbol": "X", "lot": "A", "qty": "100", "gain": "800", "term": "short"},
            ]
        },
        {"id": "pub550__own"},
    ),
    "a given lot": (
        [
            an_event("OPEN_LOT", 10, unit_cost="7", acquired="2020-05-05", lot="G"),
            BOUGHT,
            an_event("SELL", 10, 100, select=[{"lot": "G", "qty": "10"}]),
        ],
        {"consumed": [{"event_seq": 3, "lot": "G", "qty": "10", "basis": "70"}]},
        {"method": "SPECIFIC"},
    ),
    "an expiry": (
        [an_event("SHORT", 1, 100, lot="S", asset="option"), an_event("EXPIRE", 1)],
        {"realised": [{"symbol": "X", "qty": "1", "gain": "100", "kind": "EXPIRED"}]},
        {},
    ),
    "a split": (
        [BOUGHT, an_event("SPLIT", 10, ratio="2")],
        {"open_lots": [{"symbol": "X", "qty": "20", "unit_cost": "5"}]},
        {},
    ),
    "a stock dividend whose ratio is not said": (
        [BOUGHT, an_event("STOCK_DIVIDEND", 5)],
        {"open_lots": [{"symbol": "X", "qty": "15", "basis": "100"}]},
        {},
    ),
    "a spin-off by a fraction": (
        [BOUGHT, an_event("SPINOFF", new_symbol="Y", new_qty="5", basis_fraction="0.25")],
        {
            "open_lots": [
                {"symbol": "X", "qty": "10", "basis": "75"},
                {"symbol": "Y", "qty": "5", "basis": "25"},
            ]
        },
        {},
    ),
    "a merger for shares and cash": (
        [
            BOUGHT,
            an_event("MERGER_BOOT", new_symbol="Y", ratio="1", cash_per_share="3", fmv_new="9"),
        ],
        {
            "totals": {"gain": "20"},
            "open_lots": [{"symbol": "Y", "qty": "10", "basis": "90", "acquired": "2024-01-01"}],
        },
        {},
    ),
    "a return of capital": (
        [BOUGHT, an_event("RETURN_OF_CAPITAL", amount=120)],
        {"open_basis": "0", "totals": {"gain": "20"}},
        {},
    ),
    "rights, and shares bought with them": (
        [
            BOUGHT,
            an_event(
                "RIGHTS_DISTRIBUTION", new_symbol="R", new_qty="10", fmv_old="150", fmv_new="50"
            ),
            an_event("EXERCISE_RIGHTS", 10, 40, symbol="R", new_symbol="X", new_qty="2"),
        ],
        {
            "open_lots": [
                {"symbol": "X", "qty": "10", "basis": "75", "acquired": "2024-01-01"},
                {"symbol": "X", "qty": "2", "basis": "65", "acquired": "2024-01-03"},
            ]
        },
        {},
    ),
    "a transfer between accounts": (
        [BOUGHT, an_event("TRANSFER", 4, from_account="T1", to_account="T2")],
        {
            "open_lots": [
                {"account": "T1", "symbol": "X", "qty": "6", "basis": "60"},
                {"account": "T2", "symbol": "X", "qty": "4", "basis": "40"},
            ]
        },
        {"accounts": {"T1": {"type": "taxable"}, "T2": {"type": "taxable"}}},
    ),
    "one pool for all accounts": (
        [BOUGHT, an_event("SELL", 10, 130, account="T2")],
        {"totals": {"gain": "30"}, "open_lots": []},
        {
            "accounts": {"T1": {"type": "taxable"}, "T2": {"type": "taxable"}},
            "options": {"scope": "universal"},
        },
    ),
    "a method of its own for an account": (
        [
            BOUGHT,
            an_event("BUY", 10, 300, lot="B"),
            an_event("SELL", 10, 300),
        ],
        {"consumed": [{"event_seq": 3, "lot": "B", "qty": "10", "basis": "300"}]},
        {"options": {"method_by_account": {"T1": "LIFO"}}},
    ),
    "a gift": (
        [BOUGHT, an_event("GIFT_OUT", 4)],
        {"consumed": [{"lot": "A", "qty": "4", "basis": "40"}], "realised": []},
        {},
    ),
    "income in shares": (
        [an_event("INCOME_RECEIPT", 2, 30), an_event("SELL", 2, 40)],
        {"rows_in_event_order": [{"qty": "2", "gain": "30"}, {"qty": "2", "gain": "10"}]},
        {},
    ),
    "an inventory that is reduced by what it matches": (
        [
            an_event("AUGMENT_OR_REDUCE", 10, match={"cost": "5", "date": "2023-12-01"}),
            an_event("AUGMENT_OR_REDUCE", 10, match={"cost": "6", "label": "dear"}),
            an_event("AUGMENT_OR_REDUCE", -4, match={"label": "dear"}),
        ],
        {
            "booked": [{"event_seq": 3, "qty": "4", "unit_cost": "6"}],
            "open_lots": [
                {"symbol": "X", "qty": "10", "unit_cost": "5", "acquired": "2023-12-01"},
                {"symbol": "X", "qty": "6", "unit_cost": "6", "acquired": "2024-01-02"},
            ],
        },
        {"method": "SPECIFIC"},
    ),
    "an inventory in which the size decides": (
        [
            an_event("AUGMENT_OR_REDUCE", 10, match={"cost": "5"}),
            an_event("AUGMENT_OR_REDUCE", 4, match={"cost": "6"}),
            an_event("AUGMENT_OR_REDUCE", -4),
        ],
        {"booked": [{"event_seq": 3, "qty": "4", "unit_cost": "6"}]},
        {"method": "SPECIFIC_WITH_SIZE"},
    ),
    "an inventory in which nothing decides": (
        [
            an_event("AUGMENT_OR_REDUCE", 10, match={"cost": "5"}),
            an_event("AUGMENT_OR_REDUCE", 4, match={"cost": "6"}),
            an_event("AUGMENT_OR_REDUCE", -3),
        ],
        {"error": "ambiguous"},
        {"method": "SPECIFIC"},
    ),
    "an inventory that matches nothing": (
        [
            an_event("AUGMENT_OR_REDUCE", 10, match={"cost": "5"}),
            an_event("AUGMENT_OR_REDUCE", -3),
        ],
        {"open_lots": [{"symbol": "X", "qty": "7"}]},
        {"method": "NONE"},
    ),
    "a loss whose replacement is bought": (
        [
            BOUGHT,
            an_event("SELL", 10, 60),
            an_event("BUY", 4, 24, lot="B"),
        ],
        {
            "realised": [
                {"symbol": "X", "qty": "4", "gain": "-16", "wash_disallowed": "16"},
                {"symbol": "X", "qty": "6", "gain": "-24", "wash_disallowed": "0"},
            ],
            "open_lots": [{"symbol": "X", "qty": "4", "basis": "40"}],
        },
        {"options": {"wash_sales": True}},
    ),
    "rows of a form": (
        [],
        {"form8949": [{"d": "60", "e": "20", "f": "B", "g": "-10", "h": "30"}]},
        {"method": "N/A"},
    ),
}


@pytest.mark.parametrize("name", STORIES)
def test_a_case_of_every_kind_can_be_told_and_comes_out(name: str) -> None:
    events, expected, changes = STORIES[name]
    assert differences(a_vector(*events, expected=expected, **changes)) == []


def test_there_is_a_case_of_every_type() -> None:
    told = {event["type"] for events, _, _ in STORIES.values() for event in events}
    assert told | {"MERGER"} == set(TYPES)


@pytest.mark.parametrize(
    "expected",
    [
        {"totals": {"gain": "18.00000002"}},
        {"open_qty": "5"},
        {"open_basis": "61"},
        {"realised": []},
        {"realised": [{"symbol": "X", "qty": "4", "gain": "17"}]},
        {"realised": [{"symbol": "X", "qty": "4", "gain": "18", "term": "long"}]},
        {"open_lots": []},
        {"open_lots": [{"symbol": "X", "qty": "6", "acquired": "2024-01-02"}]},
        {"consumed": [{"lot": "B", "qty": "4"}]},
        {"rows_in_event_order": [{"qty": "4", "gain": "19"}]},
        {"gains_in_event_order": ["18", "0"]},
        {"error": "insufficient"},
        {"unmatched_qty": "1"},
        {"form8949": [{"d": "58", "e": "40", "f": "", "g": "", "h": "19"}]},
    ],
    ids=str,
)
def test_what_comes_out_wrong_is_seen(expected: Row) -> None:
    vector = a_vector(BOUGHT, an_event("SELL", 4, 60, fee="2"), expected=expected)
    assert differences(vector) != []


@pytest.mark.parametrize(("method", "gain"), [("HIFO", "40"), ("LOFO", "30")])
def test_a_source_that_ranks_by_price_comes_out_when_its_lots_are_named(
    method: str, gain: str
) -> None:
    """The first lot is the cheaper one by its price, and the dearer one by what it cost."""
    vector = a_vector(
        an_event("BUY", 1, 100, fee="20", fmv="100"),
        an_event("BUY", 1, 110, fee="0", fmv="110"),
        an_event("SELL", 1, 150),
        expected={"totals": {"gain": gain}},
        method=method,
        options={"scope": "universal"},
    )
    assert differences(vector) != []
    (choice,) = [one for one in CHOICES if one.may_be(vector)]
    assert differences(vector, choice.choose) == []

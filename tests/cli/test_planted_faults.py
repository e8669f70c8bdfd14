"""One fault in a book that adds up: from the broker's file to the words that name it, nothing else.

Whoever reads them is no programmer: they say what, when and how much, and end in the broker's row.
"""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from tests.brokers.ibkr.flex_builder import document
from tests.cli.program import Program
from tests.cli.small_broker import (
    Event,
    a_statement,
    again,
    bought,
    ledger,
    listed,
    moved,
    option,
    sold,
    split,
)

AAA, BBB = listed("AAA", "101", "21"), listed("BBB", "102", "55")
OLD = listed("OLD", "103", "30", isin="US1234561011")
NEW = listed("NEW", "104", "30", isin="US1234562029")
SPLIT = listed("SPL", "105", "16")
PUT = option("AAA   250620P00020000", "106", AAA, "20250620", strike="20", putCall="P")

FIRST_BUY = bought(AAA, "2025-02-03", 100, "20.13")
SECOND_BUY = bought(AAA, "2025-03-04", 50, "21.47")
SALE = sold(AAA, "2025-05-06", 30, "22.19")
SHORT = sold(BBB, "2025-05-12", 40, "54")
BOOK = [FIRST_BUY, SECOND_BUY, SALE, SHORT]


def ended(of: dict[str, str], quantity: int, price: str) -> Event:
    """An option assigned, or the shares that it delivers."""
    return bought(of, "2025-06-20", quantity, price, transactionType="BookTrade", notes="A")


WRITTEN = sold(PUT, "2025-05-05", 2, "1.75")
ASSIGNED = [ended(PUT, 2, "0"), ended(AAA, 200, "20")]
BEFORE = [bought(SPLIT, "2025-02-10", 100, "60")]
HALVED = split(SPLIT, "2025-06-10", Fraction(4))


@dataclass(frozen=True)
class Fault:
    """The files that are imported, and what must be told: symbol, difference, cause."""

    files: Callable[[], Sequence[str]]
    symbol: str
    difference: str | None
    cause: str


def told(events: Sequence[Event], truth: Sequence[Event] = BOOK, **how: Any) -> str:
    return document(a_statement(events, truth, **how))


def without(*gone: Event) -> list[Event]:
    return [each for each in BOOK if each not in gone]


FAULTS = {
    "a ledger tells what the statement tells": Fault(
        lambda: [told(BOOK), ledger([FIRST_BUY, SALE])], "AAA", "-70", "duplicate_import"
    ),
    "a ledger goes by days of settlement": Fault(
        lambda: [told(BOOK), ledger([FIRST_BUY, SECOND_BUY, SALE], later=1)],
        "AAA", "-120", "duplicate_import",
    ),
    "one row stands there twice": Fault(
        lambda: [told([*BOOK, again(SECOND_BUY)])], "AAA", "-50", "duplicate_import"
    ),
    "a purchase is missing": Fault(
        lambda: [told(without(SECOND_BUY))], "AAA", "50", "missing_trade"
    ),
    "a purchase is missing, and the broker tells no lots": Fault(
        lambda: [told(without(SECOND_BUY), lots=False)], "AAA", "50", "missing_trade"
    ),
    "a sale is missing": Fault(lambda: [told(without(SALE))], "AAA", "-30", "missing_trade"),
    "a short sale is missing": Fault(
        lambda: [told(without(SHORT))], "BBB", "-40", "missing_trade"
    ),
    "what was bought once and is held twice was bought again": Fault(
        lambda: [told(BEFORE, [*BEFORE, bought(SPLIT, "2025-07-01", 100, "61")])],
        "SPL", "100", "missing_trade",
    ),
    "the history starts later": Fault(
        lambda: [told([SHORT], since="2025-05-08", opened="2020-01-02")],
        "AAA", "120", "history_starts_later",
    ),
    "a split was not applied": Fault(
        lambda: [told(BEFORE, [*BEFORE, HALVED])], "SPL", "300", "split_not_applied"
    ),
    "a split was applied twice": Fault(
        lambda: [
            told([*BEFORE, HALVED], [*BEFORE, HALVED]),
            told([*BEFORE, again(HALVED)], [*BEFORE, HALVED]),
        ],
        "SPL", "-300", "split_applied_twice",
    ),
    "shares came without a basis": Fault(
        lambda: [
            told(
                [*BOOK, moved(OLD, "2025-06-02", 85, None)],
                [*BOOK, moved(OLD, "2025-06-02", 85, "850")],
            )
        ],
        "OLD", None, "transfer_without_basis",
    ),
    "an assignment is missing": Fault(
        lambda: [told([*BOOK, WRITTEN], [*BOOK, WRITTEN, *ASSIGNED])],
        "AAA", "200", "option_event_missing",
    ),
    "the shares of an assignment are missing": Fault(
        lambda: [told([*BOOK, WRITTEN, ASSIGNED[0]], [*BOOK, WRITTEN, *ASSIGNED])],
        "AAA", "200", "option_event_missing",
    ),
    "a sale is told as a purchase": Fault(
        lambda: [told([*without(SALE), replace(SALE, quantity=Decimal(30))])],
        "AAA", "-60", "wrong_sign",
    ),
    "a company changed its name": Fault(
        lambda: [
            told(
                [*BOOK, bought(OLD, "2025-02-03", 70, "31")],
                [*BOOK, bought(NEW, "2025-02-03", 70, "31")],
            )
        ],
        "NEW", "70", "identity_change",
    ),
    "a trade was cancelled": Fault(
        lambda: [told([*BOOK, bought(AAA, "2025-10-20", 11, "19.5")])],
        "AAA", "-11", "cancelled_or_corrected",
    ),
}  # fmt: skip
_STRANGE = re.compile(r"None|E[+-]\d|\b1 (shares|trades|lots|breaks)\b|[a-z]_[a-z]|  short")


def imported(program: Program, folder: Path, files: Sequence[str]) -> list[dict[str, Any]]:
    for number, text in enumerate(files):
        path = folder / f"{number}.{'xml' if text.startswith('<') else 'csv'}"
        path.write_text(text)
        ran = program("import", "--account", "U1", path)
        assert ran.status == 0, ran
    ran = program("show", "discrepancies", "--format", "json", "--why")
    rows: list[dict[str, Any]] = json.loads(ran.out)
    return rows


def test_a_book_that_adds_up_has_no_discrepancy(program: Program, tmp_path: Path) -> None:
    bought_back = bought(PUT, "2025-06-02", 2, "0.75")
    everything = [*BOOK, WRITTEN, bought_back, *BEFORE, HALVED]

    assert imported(program, tmp_path, [told(everything, everything)]) == []


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_told_with_its_cause(program: Program, tmp_path: Path, name: str) -> None:
    fault = FAULTS[name]

    found = imported(program, tmp_path, fault.files())

    [one] = [each for each in found if each["symbol"] == fault.symbol]
    assert (one["account"], one["cause"]) == ("U1", fault.cause), one
    assert one["difference"] == fault.difference
    if one["difference"] is not None:
        assert Decimal(one["actual"]) - Decimal(one["expected"]) == Decimal(one["difference"])
    assert (one["severity"], Decimal(one["currency_value"]) > 0) == ("major", True)
    assert any(each["document"] and each["document_row"] for each in one["evidence"])
    said = " ".join([one["explanation"], *(each["text"] for each in one["evidence"])])
    assert not _STRANGE.search(said), said
    # Besides, only the other end of the same thing.
    assert {each["cause"] for each in found} <= {fault.cause}


def test_it_closes_by_itself_and_opens_again_as_the_same(program: Program, tmp_path: Path) -> None:
    [broken] = imported(program, tmp_path, [told(without(SALE))])

    assert imported(program, tmp_path, [told(without(SALE)), told(BOOK)]) == []
    [closed] = json.loads(program("show", "discrepancies", "--format", "json", "--all").out)
    assert (closed["id"], closed["status"]) == (broken["id"], "closed")
    assert closed["first_seen"] == broken["first_seen"]

    [back] = imported(program, tmp_path, [told(BOOK), told(BOOK), told([*BOOK, again(SALE)])])
    assert (back["id"], back["status"], back["difference"]) == (broken["id"], "open", "30")

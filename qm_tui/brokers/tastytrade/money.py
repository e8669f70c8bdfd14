"""Money that moved: dividends, interest, deposits, fees; the words of a row tell which."""

import re
from collections.abc import Mapping
from decimal import Decimal

from qm_tui.brokers.tastytrade.answers import BadRow
from qm_tui.brokers.tastytrade.entries import Entry, Told, unknown
from qm_tui.domain.instruments import Future
from qm_tui.domain.records import CashTransaction
from qm_tui.domain.words import CashType

_INTEREST = re.compile(r"\bINTEREST\b|\bFROM \d\d/\d\d THRU \d\d/\d\d\b")
"""Interest on debit balances is told by its days: `FROM 07/16 THRU 08/15 @ 8    %`."""
_WITHHELD = re.compile(r"WITHH|\bW/H\b|\bNRA\b|FOREIGN TAX|TAX PAID AT SOURCE")
_IN_LIEU = re.compile(r"IN LIEU|SUBSTITUTE PAY|\bPIL\b")
_DIVIDEND = re.compile(r"\bDIV(IDEND)?S?\b")
_FEE = re.compile(r"\b(FEE|FEES|CHARGE)\b")
_GIFT = re.compile(r"\b(REBATE|PROMO\w*|BONUS|REWARD|REFERRAL|CREDIT ADJ\w*)\b")

_BY_SUB_TYPE: Mapping[str, CashType] = {
    "credit interest": CashType.INTEREST_RECEIVED,
    "debit interest": CashType.INTEREST_PAID,
    "bond interest": CashType.INTEREST_RECEIVED,
    "coupon": CashType.INTEREST_RECEIVED,
    "fully paid stock lending income": CashType.INTEREST_RECEIVED,
    "fee": CashType.FEE,
    "fees": CashType.FEE,
    "withholding": CashType.WITHHOLDING_TAX,
    "withholding tax": CashType.WITHHOLDING_TAX,
    "tax": CashType.TAX,
    "mark to market": CashType.OTHER,
    "futures settlement": CashType.OTHER,
}
"""What a future gains in a day is no gain of its own: it is in the prices of its trades."""
_FLOWS = frozenset(
    {
        "deposit", "withdrawal", "transfer", "cash", "ach", "wire", "check", "journal", "acat",
        "disbursement", "receipt",
    }
)  # fmt: skip
_AMBIGUOUS = frozenset({"", "deposit", "withdrawal"})
"""Dividends go by these names, too: what a stock is named beside is no deposit."""


def money_of(entry: Entry) -> Told:
    """Return the movement of money; one of a kind that is not known is kept as another.

    Raises:
        BadRow: it does not say how much.
    """
    amount = entry.net or entry.value or entry.net
    if amount is None:
        raise BadRow("net-value", "", "is missing")
    known = _type(entry, amount)
    said = entry.with_terms(
        quantity=entry.quantity or None,
        price=entry.price or None,
    )
    record = CashTransaction(
        account=entry.account,
        document_row=entry.document_row,
        broker_specific=said,
        key=entry.key,
        date=entry.day,
        occurred_at=entry.executed_at,
        type=known or CashType.OTHER,
        broker_type=entry.sub_type or entry.type,
        instrument=entry.instrument,
        currency=entry.currency,
        amount=amount,
        description=entry.description,
        broker_id=entry.transaction_id,
        reverses=entry.reversed_key,
        likeness=entry.likeness,
    )
    return Told((record,), () if known is not None else (unknown(entry),))


def _type(entry: Entry, amount: Decimal) -> CashType | None:
    kind, words = entry.kind, (entry.description or "").upper()
    known: CashType | None = _BY_SUB_TYPE.get(kind)
    if known is not None:
        return known
    if not kind:
        return _of_untold(entry, words, amount)
    if "dividend" in kind:
        known = _of_dividend(words)
    elif kind == "balance adjustment":
        known = CashType.FEE if _FEE.search(words) else CashType.OTHER
    elif not _FLOWS.isdisjoint(kind.split()):
        known = _of_flow(entry, words, amount)
    elif "interest" in kind:
        known = _of_interest(amount)
    return known


def _of_untold(entry: Entry, words: str, amount: Decimal) -> CashType:
    """Tell what money was of an export that has no sub types."""
    if isinstance(entry.instrument, Future) or "MARK TO MARKET" in words:
        return CashType.OTHER
    if "ADJUSTMENT" in words:
        return CashType.FEE if _FEE.search(words) else CashType.OTHER
    return _of_flow(entry, words, amount)


def _of_dividend(words: str) -> CashType:
    if _WITHHELD.search(words):
        return CashType.WITHHOLDING_TAX
    return CashType.PAYMENT_IN_LIEU if _IN_LIEU.search(words) else CashType.DIVIDEND


def _of_interest(amount: Decimal) -> CashType:
    return CashType.INTEREST_RECEIVED if amount >= 0 else CashType.INTEREST_PAID


def _of_flow(entry: Entry, words: str, amount: Decimal) -> CashType:
    """Tell what a deposit or withdrawal is: interest, dividends and rebates go by those names, too.

    Old exports call a wire that came in a withdrawal: its sign tells.
    """
    if _INTEREST.search(words):
        return _of_interest(amount)
    if _WITHHELD.search(words):
        return CashType.WITHHOLDING_TAX
    if amount < 0 and _FEE.search(words):
        return CashType.FEE
    is_named = entry.instrument is not None and entry.kind in _AMBIGUOUS
    if is_named or _DIVIDEND.search(words):
        return _of_dividend(words)
    if _GIFT.search(words):
        return CashType.OTHER
    return CashType.DEPOSIT if amount >= 0 else CashType.WITHDRAWAL

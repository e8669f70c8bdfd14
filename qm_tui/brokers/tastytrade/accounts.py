"""An account as the broker describes it."""

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from qm_tui.brokers.quoting import quoted
from qm_tui.brokers.tastytrade.answers import BadRow, Row
from qm_tui.brokers.tastytrade.values import (
    day,
    flag,
    leftovers,
    moment,
    needed_text,
    new_york_day,
    text,
)
from qm_tui.domain.records import AccountInfo
from qm_tui.domain.words import TaxTreatment

T = TypeVar("T")

_NUMBER = re.compile(r"[A-Za-z0-9_-]{1,40}")
"""The number becomes part of addresses."""
_ROTH = re.compile(r"\broth\b", re.IGNORECASE)
_IRA = re.compile(r"\bIRA\b", re.IGNORECASE)
_USED = frozenset(
    {
        "account-number", "account-type-name", "margin-or-cash", "nickname", "opened-at",
        "closed-at", "created-at",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account that a login may look into."""

    number: str
    info: AccountInfo
    opened: dt.date | None
    """No transaction is older."""
    is_closed: bool


def account_of(item: Row) -> Account:
    """Read an account of a customer.

    A day that cannot be read is left away: it must not cost the account.

    Raises:
        BadRow: it has no number, or one that no account can have.
    """
    row, authority = _inner(item)
    number = needed_text(row, "account-number")
    if not _NUMBER.fullmatch(number):
        raise BadRow("account-number", quoted(number), "no account can have that number")
    said = text(row, "account-type-name")
    opened = _day_of(row, "opened-at") or _day_of(row, "created-at")
    funded = _readable(lambda: day(row, "funding-date"))
    closed = _day_of(row, "closed-at")
    kept = dict(leftovers(row, _USED) or {}) | ({"authority-level": authority} if authority else {})
    return Account(
        number=number,
        info=AccountInfo(
            account=number,
            broker_specific=kept or None,
            account_type=_type(said, text(row, "margin-or-cash")),
            tax_treatment=_treatment(said),
            base_currency="USD",
            nickname=text(row, "nickname"),
            opened=opened or funded,
            closed=closed,
        ),
        opened=min((one for one in (opened, funded) if one is not None), default=None),
        is_closed=bool(_readable(lambda: flag(row, "is-closed"))) or closed is not None,
    )


def _inner(item: Row) -> tuple[Row, str | None]:
    """Return the account itself, which lies in an envelope, and what one may do with it."""
    inner = item.get("account")
    if isinstance(inner, dict):
        return inner, _readable(lambda: text(item, "authority-level"))
    return item, None


def _type(said: str | None, margin_or_cash: str | None) -> str | None:
    if said is None or margin_or_cash is None or said.lower() == margin_or_cash.lower():
        return said or margin_or_cash
    return f"{said}, {margin_or_cash.lower()}"


def _treatment(said: str | None) -> TaxTreatment | None:
    if said is None:
        return None
    if _ROTH.search(said):
        return TaxTreatment.ROTH
    return TaxTreatment.IRA if _IRA.search(said) else None


def _day_of(row: Row, name: str) -> dt.date | None:
    at = _readable(lambda: moment(row, name))
    return new_york_day(at) if at is not None else _readable(lambda: day(row, name))


def _readable(read: Callable[[], T]) -> T | None:
    try:
        return read()
    except BadRow:
        return None

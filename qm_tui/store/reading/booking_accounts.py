"""Whose accounts, how they are taxed, and what was decided about their lots."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row, func, select

from qm_tui.domain.booking.events import Pick
from qm_tui.domain.booking.securities import AccountRules, MethodFrom
from qm_tui.domain.booking.words import LotMethod
from qm_tui.domain.words import TaxTreatment
from qm_tui.store.schema.accounts import account_settings, accounts
from qm_tui.store.schema.people import decisions

LOT_METHOD = "lot_method"
LOT_CHOICE = "lot_choice"
SECTION_1256 = "section_1256"
"""Kinds of decisions."""


@dataclass(frozen=True, slots=True)
class Household:
    """The accounts of one taxpayer."""

    rules: tuple[AccountRules, ...]
    base_currencies: Mapping[int, str | None]

    def numbers(self) -> dict[int, str]:
        """Return the number of each account, by its id."""
        return {account.id: account.number for account in self.rules}


def household(connection: Connection, taxpayer: str) -> Household:
    """Read the accounts of a taxpayer, in the order of their numbers."""
    a, said = accounts.c, account_settings.c
    rows = connection.execute(
        select(
            a.id, a.number, a.base_currency, said.lot_method,
            func.coalesce(said.tax_treatment, a.tax_treatment, TaxTreatment.TAXABLE.value).label(
                "tax"
            ),
        )
        .outerjoin(account_settings, said.number == a.number)
        .where(a.taxpayer == taxpayer)
        .order_by(a.number, a.broker)
    ).all()  # fmt: skip
    chosen = standing(connection, LOT_METHOD)
    rules = tuple(
        AccountRules(
            id=row.id,
            number=row.number,
            tax=TaxTreatment(row.tax),
            methods=_methods(row.lot_method, row.id, chosen),
        )
        for row in rows
    )
    return Household(rules, {row.id: row.base_currency for row in rows})


def _methods(
    configured: str | None, account_id: int, chosen: Iterable[Row[Any]]
) -> tuple[MethodFrom, ...]:
    """Return the methods of an account; of two from the same day the one decided last holds."""
    by_day = {dt.date.min: LotMethod(configured)} if configured else {}
    for decision in chosen:
        if decision.subject["account_id"] == account_id:
            day = dt.date.fromisoformat(decision.value["from_day"])
            by_day[day] = LotMethod(decision.value["method"])
    return tuple(MethodFrom(from_day=day, method=method) for day, method in sorted(by_day.items()))


def standing(connection: Connection, kind: str) -> list[Row[Any]]:
    """Return the decisions of a kind that were not undone, oldest first."""
    d = decisions.c
    return list(
        connection.execute(
            select(d.id, d.subject, d.value, d.reason, d.decided_at)
            .where(d.kind == kind, d.undone_at.is_(None))
            .order_by(d.decided_at, d.id)
        )
    )


def overrides(connection: Connection) -> dict[str, bool]:
    """Return what the user says of roots: whether their contracts are marked to market."""
    return {
        decision.subject["root"]: bool(decision.value["section_1256"])
        for decision in standing(connection, SECTION_1256)
    }


def picks_of(value: Mapping[str, Any]) -> tuple[Pick, ...]:
    """Make the picks of a decision."""
    return tuple(
        Pick(
            quantity=Decimal(pick["quantity"]),
            opening_id=pick.get("opening_id"),
            acquired=_day(pick.get("acquired")),
            acquired_at=_moment(pick.get("acquired_at")),
            basis=None if pick.get("basis") is None else Decimal(pick["basis"]),
            lot=pick.get("lot"),
        )
        for pick in value["picks"]
    )


def _day(text: str | None) -> dt.date | None:
    return None if text is None else dt.date.fromisoformat(text)


def _moment(text: str | None) -> dt.datetime | None:
    return None if text is None else dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)

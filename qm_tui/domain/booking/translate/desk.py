"""What every translator works with: the facts, the rates, and a place for what it finds."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from qm_tui.domain.booking.events import Source
from qm_tui.domain.booking.facts import GroupFacts
from qm_tui.domain.booking.money import PRECISION
from qm_tui.domain.booking.results import Finding
from qm_tui.domain.booking.translate.rates import Rates
from qm_tui.domain.booking.words import FindingKind

_WIDTH = 20
"""Digits of the longest id a broker gives."""


@dataclass(slots=True, kw_only=True)
class Desk:
    """The facts of a group on their way to becoming events."""

    facts: GroupFacts
    rates: Rates
    spin_off_fractions: Mapping[str, Fraction] = field(default_factory=dict)
    """As the user says: symbol of what was spun off → the part of the parent's basis."""
    findings: list[Finding] = field(default_factory=list)
    _numbers: dict[int, str] = field(default_factory=dict)

    def find(
        self,
        kind: FindingKind,
        source: Source,
        account: int,
        security: int,
        day: dt.date,
        detail: str,
        quantity: Decimal | None = None,
    ) -> None:
        """Note something that cannot be translated; what is known is booked all the same."""
        self.findings.append(
            Finding(
                kind=kind, account=account, security=security, day=day, quantity=quantity,
                source=source, detail=detail,
            )
        )  # fmt: skip

    def key(self, text: str, account: int) -> str:
        """Return an event's key: the same whatever order the facts were stored in."""
        number = self._numbers.get(account)
        if number is None:
            rules = self.facts.accounts.get(account)
            number = self._numbers[account] = f"/{rules.number if rules else account}"
        return sortable(text) + number

    def money(
        self,
        amount: Decimal,
        currency: str | None,
        security: int,
        day: dt.date,
        account: int,
        stated: Decimal | None,
    ) -> tuple[Decimal | None, Decimal | None]:
        """Return an amount in a security's currency, and that currency's rate into the tax one."""
        own = self.facts.securities[security].currency
        conversion = self.rates.conversion(currency, own, day, account, stated)
        if conversion is None:
            return None, None
        if conversion.factor == 1:
            return amount, conversion.rate
        return (amount * conversion.factor).quantize(PRECISION), conversion.rate


def sortable(text: str) -> str:
    """Pad the number at the end of an id, so that its text sorts as the number does."""
    if text.isdecimal():
        return text.zfill(_WIDTH)
    head, colon, number = text.rpartition(":")
    return f"{head}:{number.zfill(_WIDTH)}" if colon and number.isdecimal() else text

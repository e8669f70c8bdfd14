"""Cash in lieu of fractions of a share, whoever tells of it: the action, the cash, or a trade."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from qm_tui.domain.booking.events import ZERO, CashInLieu, Source
from qm_tui.domain.booking.facts import CashFact
from qm_tui.domain.booking.translate.codes import FRACTION, IN_LIEU, codes_of
from qm_tui.domain.booking.translate.desk import Desk
from qm_tui.domain.booking.translate.legs import Action, cash_of

_WITHIN = dt.timedelta(days=60)
"""How long after the action the cash may come."""
_LEAST = Decimal("0.0001")
"""Less of a share is how a broker rounds, not a fraction that is paid."""


class Fractions:
    """The cash in lieu of a group, on its way to the action it belongs to."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        # What a trade tells as well is booked as that trade.
        self._left = [
            cash
            for cash in sorted(
                filter(_of_fraction, desk.facts.cash),
                key=lambda cash: desk.key(cash.key, cash.account),
            )
            if (cash.account, cash.amount) not in self._sold
        ]

    @cached_property
    def _sold(self) -> set[tuple[int, Decimal]]:
        """Account and proceeds of every fraction that a trade sold."""
        return {
            (trade.account, abs(trade.proceeds))
            for trade in self._desk.facts.trades
            if trade.proceeds and (trade.transaction_type == FRACTION or IN_LIEU in codes_of(trade))
        }

    def paid(
        self, action: Action, security: int, credited: Decimal, exact: Decimal | None
    ) -> tuple[Decimal, list[CashInLieu]]:
        """Return what came with the fraction that was paid out, and the payment.

        Args:
            action: What the fraction is of.
            security: Of what the fraction is.
            credited: What the broker credited, positive.
            exact: What the ratio gives; None is not known.
        """
        fraction = None if exact is None else exact - credited
        if fraction is not None and not _LEAST <= fraction < 1:
            fraction = None
        cash = self._claimed(action)
        if cash is not None:
            event = self._event(cash, security, fraction)
        else:
            event = self._told_by_legs(action, security, fraction)
        if event is None:
            return credited, []
        return credited + (fraction or ZERO), [event]

    def awaits(self, action: Action) -> bool:
        """Whether cash was paid for a fraction that an action left."""
        return any(_belongs(cash, action) for cash in self._left)

    def rest(self) -> list[CashInLieu]:
        """Return the payments that belong to no action that is known."""
        events = [
            self._event(cash, cash.security, None)
            for cash in self._left
            if cash.security is not None
        ]
        self._left = []
        return [event for event in events if event]

    def _claimed(self, action: Action) -> CashFact | None:
        for cash in self._left:
            if _belongs(cash, action):
                self._left.remove(cash)
                return cash
        return None

    def _told_by_legs(
        self, action: Action, security: int, fraction: Decimal | None
    ) -> CashInLieu | None:
        """Money of an action whose text names none is for a fraction."""
        if action.said.money:
            return None
        cash, rate = cash_of(self._desk, action, security)
        if cash is None or cash <= 0:
            return None
        return CashInLieu(
            day=action.day,
            account=action.account,
            security=security,
            at=action.at,
            source=action.source,
            sequence=action.sequence,
            key=action.key,
            quantity=fraction,
            cash=cash,
            rate=rate,
        )

    def _event(self, cash: CashFact, security: int, fraction: Decimal | None) -> CashInLieu | None:
        amount, rate = self._desk.money(
            cash.amount, cash.currency, security, cash.date, cash.account, cash.fx_rate_to_base
        )
        if amount is None or amount <= 0:
            return None
        return CashInLieu(
            day=cash.date,
            account=cash.account,
            security=security,
            at=cash.occurred_at,
            source=Source("cash_transactions", cash.id),
            key=self._desk.key(cash.key, cash.account),
            quantity=fraction,
            cash=amount,
            rate=rate,
        )


def _of_fraction(cash: CashFact) -> bool:
    """Whether cash was paid for a fraction of a share (and not for a dividend)."""
    if cash.security is None:
        return False
    text = (cash.description or "").upper().replace("-", " ")
    return "CASH IN LIEU" in text or ("IN LIEU" in text and "FRACTION" in text)


def _belongs(cash: CashFact, action: Action) -> bool:
    if cash.account != action.account or cash.date < action.day:
        return False
    if cash.action_id is not None and any(leg.action_id == cash.action_id for leg in action.legs):
        return True
    return cash.security in action.securities and cash.date - action.day <= _WITHIN


def exactly(quantity: Decimal, ratio: Fraction | None) -> Decimal | None:
    """Return a quantity times a ratio."""
    if ratio is None or not quantity:
        return None
    return quantity * ratio.numerator / ratio.denominator

"""What does not add up, and why, as the rules hand it on."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from qm_tui.domain.reconciliation.words import Cause, Severity, Verdict


class FactRef(NamedTuple):
    """A row of the store: the table it stands in, and its id there."""

    table: str
    id: int


class Evidence(NamedTuple):
    """One thing that speaks for a cause."""

    says: str
    """In words for the user, with its numbers."""
    table: str | None = None
    fact: int | None = None
    """The row of `table` that shows it; None where no single row does."""


def evidence(says: str, fact: FactRef | None = None) -> Evidence:
    """Say something of a fact, or of none."""
    return Evidence(says) if fact is None else Evidence(says, fact.table, fact.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Discrepancy:
    """Something that does not add up. `difference` = `actual` − `expected`."""

    verdict: Verdict
    account: int
    instrument: int | None
    """None for cash and for totals."""
    symbol: str | None
    currency: str | None
    tag: str = ""
    """Which total it is, where it is one."""
    expected: Decimal | None
    """What follows from our facts; None: it is not known."""
    actual: Decimal | None
    """What the broker reports."""
    difference: Decimal | None
    currency_value: Decimal | None
    """What the difference is worth, in `currency`; not negative. None is unknown."""
    severity: Severity
    cause: Cause
    confidence: Decimal
    """0 to 1."""
    explanation: str
    """The cause in a sentence for the user, with its numbers."""
    evidence: Sequence[Evidence] = ()

    @property
    def key(self) -> str:
        """Return what stays the same as long as it is the same discrepancy."""
        where = self.currency or "" if self.instrument is None else self.instrument
        return f"{self.verdict}|{self.account}|{where}|{self.tag}"

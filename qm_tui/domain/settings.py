"""What the user's configuration says of an account; it overrides what the broker says."""

from dataclasses import dataclass

from qm_tui.domain.words import TaxTreatment


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSettings:
    """One `[[account]]` of the configuration."""

    number: str
    nickname: str | None = None
    tax_treatment: TaxTreatment | None = None
    taxpayer: str | None = None
    """Accounts of one taxpayer share wash sales."""
    lot_method: str | None = None

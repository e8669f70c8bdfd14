"""What the user's configuration says of accounts and taxes; it overrides what the broker says."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from qm_tui.domain.booking.policy import CallAsReplacement, Policy, PreSale
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


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxSettings:
    """`[tax]` of the configuration: what the law leaves open, and the user decided."""

    section_1256: Mapping[str, bool] = field(default_factory=dict)
    """Root of a contract's symbol, in capitals → whether it is marked to market."""
    call_as_replacement: CallAsReplacement = CallAsReplacement.FLAG
    pre_sale: PreSale = PreSale.STILL_HELD
    identical: tuple[tuple[str, ...], ...] = ()
    """Groups of symbols that are substantially identical to each other for wash sales."""
    spin_offs: Mapping[str, Decimal] = field(default_factory=dict)
    """Symbol of what was spun off → the fraction of the parent's basis that moves to it."""

    @property
    def policy(self) -> Policy:
        """The switches as the engine takes them."""
        return Policy(
            pre_sale=self.pre_sale,
            call_as_replacement=self.call_as_replacement,
            spin_off_fractions={
                symbol: Fraction(fraction) for symbol, fraction in self.spin_offs.items()
            },
        )

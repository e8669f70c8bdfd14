"""What lots and gains come to together: nothing is converted, nothing unknown is zero."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from qm_tui.domain.booking.words import Term
from qm_tui.queries.lot_views import GainView, LotView
from qm_tui.ui.sums import known_sum

if TYPE_CHECKING:
    from qm_tui.queries.lot_views import GainYear

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class LotSum:
    """Open lots in one currency."""

    currency: str | None
    cost_basis: Decimal | None
    """Of those whose basis is known; None if it is known of none."""
    market_value: Decimal | None
    unrealized_pnl: Decimal | None
    without_basis: int
    """How many are not in the sum of bases."""
    without_value: int
    without_gain: int


def lot_sums(lots: Iterable[LotView]) -> list[LotSum]:
    """One sum a currency, in the order of their names."""
    groups: dict[str | None, list[LotView]] = {}
    for lot in lots:
        groups.setdefault(lot.currency, []).append(lot)
    return [
        LotSum(
            currency=currency,
            cost_basis=known_sum(lot.cost_basis for lot in group),
            market_value=known_sum(lot.market_value for lot in group),
            unrealized_pnl=known_sum(lot.unrealized_pnl for lot in group),
            without_basis=sum(lot.cost_basis is None for lot in group),
            without_value=sum(lot.market_value is None for lot in group),
            without_gain=sum(lot.unrealized_pnl is None for lot in group),
        )
        for currency, group in sorted(groups.items(), key=lambda item: item[0] or "")
    ]


@dataclass(slots=True, kw_only=True)
class GainSum:
    """Net gains, in the tax currency, of the accounts that are taxed alike."""

    tax_treatment: str | None
    short: Decimal = _ZERO
    long: Decimal = _ZERO
    section_1256: Decimal = _ZERO
    total: Decimal = _ZERO
    disallowed: Decimal = _ZERO
    unknown: int = 0
    """How many are in no sum."""


def sums_of_years(years: "Iterable[GainYear]") -> list[GainSum]:
    """One sum a tax treatment, in the order in which they come."""
    sums: dict[str, GainSum] = {}
    for year in years:
        treatment = year.tax_treatment
        each = sums.setdefault(treatment, GainSum(tax_treatment=treatment))
        each.short += year.short
        each.long += year.long
        each.section_1256 += year.section_1256
        each.total += year.total
        each.disallowed += year.disallowed
        each.unknown += year.unknown
    return list(sums.values())


def gain_sums(gains: Iterable[GainView]) -> list[GainSum]:
    """The same of single gains."""
    sums: dict[str | None, GainSum] = {}
    for gain in gains:
        treatment = gain.tax_treatment
        each = sums.setdefault(treatment, GainSum(tax_treatment=treatment))
        net = gain.net_gain_usd
        if net is None or gain.term is None:
            each.unknown += 1
            continue
        each.total += net
        each.disallowed += gain.wash_disallowed_usd or _ZERO
        match gain.term:
            case Term.LONG:
                each.long += net
            case Term.SECTION_1256:
                each.section_1256 += net
            case _:
                each.short += net
    return list(sums.values())

"""Rows of Form 8949 (Schedule D): the only place where the engine's money is rounded.

Source: Instructions for Form 8949 (2025); 26 CFR 1.6045-1 (covered securities).
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from qm_tui.domain.booking.holding_period import term_of
from qm_tui.domain.booking.lots import Slice
from qm_tui.domain.booking.money import ZERO
from qm_tui.domain.booking.securities import Security
from qm_tui.domain.booking.words import BasisStatus, Closing, Term
from qm_tui.domain.instruments import InstrumentType

_CENTS, _DOLLARS = Decimal("0.01"), Decimal(1)


class Reporting(StrEnum):
    """What a broker tells the IRS of a sale (Form 1099-B, or 1099-DA)."""

    BASIS = "basis"
    """Proceeds and basis: a covered security."""
    NO_BASIS = "no_basis"
    """Proceeds alone."""
    NOTHING = "nothing"
    """There is no such form."""


_BOXES: dict[tuple[Term, bool], str] = {
    (Term.SHORT, False): "ABC",
    (Term.LONG, False): "DEF",
    (Term.SHORT, True): "GHI",
    (Term.LONG, True): "JKL",
}
"""(term, a digital asset on a form of 2025 or later) → the boxes, in the order of `Reporting`."""

_DIGITAL_FORM = dt.date(2025, 1, 1)
_DIGITAL_BASIS = dt.date(2026, 1, 1)
_COVERED_FROM = {
    InstrumentType.EQUITY: dt.date(2011, 1, 1),
    InstrumentType.FUND: dt.date(2012, 1, 1),
    InstrumentType.EQUITY_OPTION: dt.date(2014, 1, 1),
    InstrumentType.BOND: dt.date(2014, 1, 1),
    InstrumentType.CRYPTO: _DIGITAL_BASIS,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """What the broker's form says of the sale; None where it says nothing."""

    basis: Decimal | None = None
    """Box 1e, in the tax currency."""
    term: Term | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Form8949Row:
    """A row of the form, rounded; the letters are its columns."""

    part: int
    """1 is short-term, 2 long-term."""
    box: str
    """A to F; G to L for digital assets from 2025."""
    quantity: Decimal
    acquired: dt.date | None
    """(b); None: several days, or unknown."""
    various: bool
    """Whether (b) reads VARIOUS."""
    disposed: dt.date
    """(c)"""
    proceeds: Decimal | None
    """(d)"""
    expired: bool
    """Whether (d) of a holder's option, or (e) of a writer's, reads EXPIRED."""
    basis: Decimal | None
    """(e)"""
    codes: str
    """(f)"""
    adjustment: Decimal
    """(g)"""
    gain: Decimal | None
    """(h) = (d) − (e) + (g)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form8949Options:
    """What the slices do not say."""

    reporting: Reporting | None = None
    """None: as the law has brokers report it (`reporting_of`)."""
    reported: Reported = field(default_factory=Reported)
    others: Mapping[str, Decimal] = field(default_factory=dict)
    """Further codes (E, L, O …) with their adjustments, signed as in column (g)."""
    whole_dollars: bool = False


def form_8949_row(
    slices: Slice | Sequence[Slice],
    security: Security,
    options: Form8949Options = Form8949Options(),
) -> Form8949Row | None:
    """Return the row of one slice, or of several of the same sale, term and box.

    None for section 1256 contracts (Form 6781) and where the term is not known.
    """
    group = [slices] if isinstance(slices, Slice) else list(slices)
    first = group[0]
    term = term_of(first, security)
    if term is None or term is Term.SECTION_1256:
        return None
    reporting = options.reporting or reporting_of(first, security)
    money = _money(group, options, reporting)
    days = {_acquired(closed) for closed in group}
    proceeds, basis, adjustment = (
        None if amount is None else _rounded(amount, options)
        for amount in (money.proceeds, money.basis, money.adjustment)
    )
    assert adjustment is not None
    return Form8949Row(
        part=1 if term is Term.SHORT else 2,
        box=box_of(term, reporting, first.disposed, security),
        quantity=sum((closed.quantity for closed in group), ZERO),
        acquired=_acquired(first) if len(days) == 1 else None,
        various=len(days) > 1,
        disposed=first.disposed,
        proceeds=proceeds,
        expired=security.is_option and first.how is Closing.EXPIRY,
        basis=basis,
        codes=_codes(money.codes, term, options.reported),
        adjustment=adjustment,
        gain=None if proceeds is None or basis is None else proceeds - basis + adjustment,
    )


def box_of(term: Term, reporting: Reporting, disposed: dt.date, security: Security) -> str:
    """Return the box to check: by term, by what the broker reports, and for digital assets."""
    digital = security.kind is InstrumentType.CRYPTO and disposed >= _DIGITAL_FORM
    return _BOXES[term, digital][tuple(Reporting).index(reporting)]


def reporting_of(closed: Slice, security: Security) -> Reporting:
    """Return what a broker has to report: the basis of covered securities, else proceeds alone.

    Covered is what was acquired (a short: sold) in the account since the day for its kind: stocks
    2011, funds 2012, options and bonds 2014, digital assets 2026.
    """
    if security.kind is InstrumentType.CRYPTO and closed.disposed < _DIGITAL_FORM:
        return Reporting.NOTHING
    since = _COVERED_FROM.get(security.kind)
    known = closed.acquired is not None and closed.status is not BasisStatus.UNKNOWN
    if since is not None and known and closed.acquired >= since:  # type: ignore[operator]
        return Reporting.BASIS
    return Reporting.NO_BASIS


def _acquired(closed: Slice) -> dt.date | None:
    """Column (b): of a short sale, when the property was acquired that was delivered."""
    return closed.disposed if closed.short else closed.acquired


@dataclass(slots=True)
class _Money:
    proceeds: Decimal | None
    basis: Decimal | None
    adjustment: Decimal
    codes: set[str]


def _money(group: Sequence[Slice], options: Form8949Options, reporting: Reporting) -> _Money:
    """Sum a group, and correct what the broker reported otherwise."""
    correct = _sum([closed.tax_basis for closed in group])
    disallowed = sum((closed.tax_disallowed for closed in group), ZERO)
    money = _Money(
        proceeds=_sum([closed.tax_proceeds for closed in group]),
        basis=correct,
        adjustment=disallowed + sum(options.others.values(), ZERO),
        codes={*options.others, *("W" if disallowed else "")},
    )
    stated = options.reported.basis
    if stated is None or correct is None or stated == correct:
        return money
    money.codes.add("B")
    if reporting is Reporting.BASIS:
        # The IRS has the broker's figure: it stays in (e), and (g) corrects it.
        money.basis = stated
        money.adjustment += stated - correct
    return money


def _codes(codes: set[str], term: Term, reported: Reported) -> str:
    if reported.term is not None and reported.term is not term:
        codes = codes | {"T"}
    return "".join(sorted(codes))


def _sum(amounts: Sequence[Decimal | None]) -> Decimal | None:
    known = [amount for amount in amounts if amount is not None]
    return sum(known, ZERO) if len(known) == len(amounts) else None


def _rounded(amount: Decimal, options: Form8949Options) -> Decimal:
    return amount.quantize(_DOLLARS if options.whole_dollars else _CENTS, ROUND_HALF_UP)

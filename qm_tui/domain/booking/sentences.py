"""What happened to a lot, and what a gain consists of, in words for the user.

Amounts are written as they are, to their last digit, but by `cents`.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from qm_tui.domain.booking.holding_period import anniversary, term_of
from qm_tui.domain.booking.lots import Slice
from qm_tui.domain.booking.money import CONTEXT
from qm_tui.domain.booking.results import Adjustment, Step
from qm_tui.domain.booking.securities import AccountRules, Security
from qm_tui.domain.booking.words import AdjustmentKind, Closing, LotMethod, Term

CENTS = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Names:
    """How securities and accounts are called."""

    securities: Mapping[int, Security]
    accounts: Mapping[int, AccountRules]

    def symbol(self, security: int) -> str:
        """Return the symbol of a security."""
        return self.securities[security].symbol

    def account(self, account: int) -> str:
        """Return the number of an account."""
        return self.accounts[account].number

    def money(self, value: Decimal | None, security: int) -> str:
        """Write an amount in the currency of a security."""
        currency = self.securities[security].currency
        return amount(value) if currency is None else f"{amount(value)} {currency}"


def amount(value: Decimal | None) -> str:
    """Write money with at least two decimals, and as many as it has."""
    if value is None:
        return "an unknown amount"
    short = value.quantize(CENTS, context=CONTEXT)
    return f"{short:,f}" if short == value else f"{_short(value):,f}"


def cents(value: Decimal | None) -> str:
    """Write money to the cent, as balances and totals are told; less than a cent as it is."""
    short = value and value.quantize(CENTS, context=CONTEXT)
    return amount(short or value)


def count(value: Decimal) -> str:
    """Write a quantity without zeros that say nothing."""
    return f"{_short(value):,f}"


def _short(value: Decimal) -> Decimal:
    if value == value.to_integral_value():
        return value.quantize(Decimal(1), context=CONTEXT)
    return value.normalize(CONTEXT)


def step_sentence(step: Step, names: Names, closed: Slice | None) -> str:
    """Say what a step did; `closed` is the slice it closed, or whose loss it added."""
    return f"{step.day} {_deed(step, names, closed)}"


def _deed(step: Step, names: Names, closed: Slice | None) -> str:
    symbol = names.symbol(step.security)
    held = f"{count(step.quantity_after)} {symbol}"
    if not step.quantity_before:
        return f"{_with_what(step, held)}{_from(step)} {_for(step, names)}"
    if not step.quantity_after < step.quantity_before:
        if step.quantity_after > step.quantity_before:
            return f"{step.what}: {count(step.quantity_before)} became {held}{_basis(step, names)}"
        return f"{step.what}{_loss(step, names, closed)}{_basis(step, names)} of {held}"
    if closed is None and step.source.table and _rescaled(step):
        return f"{step.what}: {count(step.quantity_before)} became {held}{_basis(step, names)}"
    gone = step.quantity_before - step.quantity_after
    rest = "nothing is left" if not step.quantity_after else f"{held} left{_with(step, names)}"
    deed = _with_what(step, f"{count(gone)} {symbol}")
    return f"{deed}{_gone_basis(step, names)}; {rest}"


def _with_what(step: Step, what: str) -> str:
    """`sold 40 AAA`; where the deed is a sentence of its own, `40 AAA set apart: …,`."""
    return f"{what} {step.what}," if ":" in step.what else f"{step.what} {what}"


def _rescaled(step: Step) -> bool:
    """Whether the quantity shrank and the basis did not: a reverse split."""
    return bool(step.quantity_after) and step.basis_after == step.basis_before


def _from(step: Step) -> str:
    origin = step.parent if step.parent is not None else step.other
    return f" out of lot {origin}" if origin is not None else ""


def _for(step: Step, names: Names) -> str:
    what = names.money(step.basis_after, step.security)
    if step.parent is not None:
        return f"with {'proceeds' if step.short else 'a basis'} of {what}"
    return f"for {what}"


def _with(step: Step, names: Names) -> str:
    return f" with {names.money(step.basis_after, step.security)}"


def _gone_basis(step: Step, names: Names) -> str:
    if step.basis_before is None or step.basis_after is None:
        return ""
    gone = names.money(step.basis_before - step.basis_after, step.security)
    return f" with {'proceeds' if step.short else 'a basis'} of {gone}"


def _loss(step: Step, names: Names, closed: Slice | None) -> str:
    if closed is None or not closed.quantity:
        return ""
    where = names.account(closed.account)
    return (
        f" (of {count(closed.quantity)} {names.symbol(closed.security)}"
        f" closed on {closed.disposed} in {where})"
    )


def _basis(step: Step, names: Names) -> str:
    word = "proceeds" if step.short else "basis"
    if step.basis_before == step.basis_after:
        return f", {word} still {names.money(step.basis_after, step.security)}"
    if step.basis_before is None or step.basis_after is None:
        return f", {word} now {names.money(step.basis_after, step.security)}"
    change = step.basis_after - step.basis_before
    sign = "added to" if change > 0 else "taken off"
    return (
        f": {amount(abs(change))} {sign} the {word},"
        f" now {names.money(step.basis_after, step.security)}"
    )


# --- gains -----------------------------------------------------------------------------------


def gain_sentences(
    closed: Slice,
    adjustments: Sequence[Adjustment],
    first: Callable[[int], Step | None],
    names: Names,
) -> tuple[str, ...]:
    """Say what a gain consists of, where a disallowed loss went, and why the term is what it is.

    Args:
        closed: The slice.
        adjustments: Its own.
        first: The first step of a lot, by its number.
        names: For the symbols and account numbers.
    """
    security = names.securities[closed.security]
    return (
        _closed(closed, names),
        *_premium(closed, first, names),
        *_reckoning(closed, names),
        *_disallowed(closed, adjustments, first, names),
        *_period(closed),
        why_term(closed, security),
    )


_CLOSED = {
    Closing.SALE: "sold",
    Closing.EXPIRY: "expired",
    Closing.CASH_SETTLEMENT: "settled in cash",
    Closing.CASH_IN_LIEU: "paid in cash for a fraction",
    Closing.CASH_MERGER: "exchanged for cash",
    Closing.TAXABLE_EXCHANGE: "exchanged, taxable",
    Closing.RETURN_OF_CAPITAL: "given back as capital beyond the basis",
    Closing.WORTHLESS: "became worthless",
    Closing.MARK: "marked to market at the year's end",
}


def _closed(closed: Slice, names: Names) -> str:
    if not closed.quantity and closed.how in _PAID_BESIDE:
        what = f"{names.symbol(closed.security)}, lot {closed.lot}"
        return _PAID_BESIDE[closed.how].format(what)
    word = _CLOSED[closed.how]
    if closed.short:
        word = {Closing.SALE: "covered"}.get(closed.how, word)
    what = f"{count(closed.quantity)} {names.symbol(closed.security)}"
    if closed.lot is None:
        return f"{word}: {what}, whose opening is not known"
    return f"{word}: {what} of lot {closed.lot}, {_chosen(closed.method)}"


_PAID_BESIDE = {
    Closing.CASH_MERGER: "cash received beside shares for {}: a gain counts up to the cash",
    Closing.RETURN_OF_CAPITAL: "capital returned on {} beyond the basis",
}
"""What realizes a gain while the shares, or what came for them, stay."""


def _premium(closed: Slice, first: Callable[[int], Step | None], names: Names) -> Iterator[str]:
    step = None if closed.option is None else first(closed.option)
    if step is None:
        return
    option = f"lot {closed.option} of {names.symbol(step.security)}"
    where = "cost" if closed.short else "proceeds"
    if closed.premium is None:
        yield f"by the end of {option}, whose premium is not known"
        return
    word = "premium" if names.securities[step.security].is_option else "basis"
    deed = "is in" if closed.premium >= 0 else "was taken off"
    premium = names.money(abs(closed.premium), closed.security)
    yield f"delivered for {option}: its {word}, {premium}, {deed} the {where}"


def _chosen(method: LotMethod) -> str:
    match method:
        case LotMethod.SPECIFIC:
            return "the lot that was named"
        case LotMethod.AVERAGE:
            return "at average basis, first in first out"
        case LotMethod.FIFO:
            return "first in, first out"
        case LotMethod.LIFO:
            return "last in, first out"
        case LotMethod.HIFO:
            return "highest basis first"
        case LotMethod.LOFO:
            return "lowest basis first"


def _reckoning(closed: Slice, names: Names) -> Iterator[str]:
    added = f" ({amount(closed.wash_in_basis)} of it from earlier wash sales)"
    basis = names.money(closed.basis, closed.security)
    noted = added if closed.wash_in_basis else ""
    proceeds = names.money(closed.proceeds, closed.security)
    on_proceeds, on_basis = (noted, "") if closed.short else ("", noted)
    gain = "unknown" if closed.gain is None else names.money(closed.gain, closed.security)
    yield f"proceeds {proceeds}{on_proceeds} − basis {basis}{on_basis} = gain {gain}"
    if closed.tax_proceeds is not closed.proceeds or closed.tax_basis is not closed.basis:
        tax_gain = "unknown" if closed.tax_gain is None else amount(closed.tax_gain)
        yield (
            f"in the tax currency: proceeds {amount(closed.tax_proceeds)}"
            f" − basis {amount(closed.tax_basis)} = gain {tax_gain}"
        )


def _disallowed(
    closed: Slice,
    adjustments: Sequence[Adjustment],
    first: Callable[[int], Step | None],
    names: Names,
) -> Iterator[str]:
    if not closed.disallowed and not closed.tax_disallowed:
        return
    yield f"disallowed as a wash sale: {names.money(closed.disallowed, closed.security)}"
    for row in adjustments:
        yield f"{row.day} {names.money(row.amount, closed.security)} {_went(row, first, names)}"
    if closed.gain is not None:
        yield f"gain that counts: {names.money(closed.gain + closed.disallowed, closed.security)}"


def _went(row: Adjustment, first: Callable[[int], Step | None], names: Names) -> str:
    shares = f"for {count(row.quantity)} bought again"
    if row.kind is AdjustmentKind.PERMANENT_WASH_SALE:
        return f"{shares} in an IRA: lost for good"
    step = None if row.lot is None else first(row.lot)
    where = "" if step is None else f" in {names.account(step.account)}"
    lot = "a lot that is gone" if row.lot is None else f"lot {row.lot}"
    return f"{shares}: added to {lot}{where}"


def _period(closed: Slice) -> Iterator[str]:
    if closed.holding_start is None or closed.acquired is None:
        return
    if closed.holding_start != closed.acquired:
        yield (
            f"the holding period began on {closed.holding_start}, not with the acquisition on"
            f" {closed.acquired}: the time of what it replaced or came from is part of it"
        )


def why_term(closed: Slice, security: Security) -> str:
    """Say how long it was held, and what that makes of the gain."""
    term = term_of(closed, security)
    if term is Term.SECTION_1256:
        return "section 1256: 60 % long-term and 40 % short-term, however long it was held"
    if term is None:
        return "neither short-term nor long-term: nobody knows when it was acquired"
    if closed.long_term is not None:
        return f"{term}-term by the rules for short sales (section 1233)"
    if closed.short:
        return "short-term: what covers a short sale is bought to be delivered"
    assert closed.holding_start is not None
    return _by_dates(term, closed.holding_start, closed.disposed)


def _by_dates(term: Term, start: dt.date, end: dt.date) -> str:
    first_long = anniversary(start) + dt.timedelta(days=1)
    held = f"held from {start} to {end}, {(end - start).days:,} days"
    if term is Term.LONG:
        return f"long-term: {held}, more than a year"
    return f"short-term: {held}; long-term from {first_long}"

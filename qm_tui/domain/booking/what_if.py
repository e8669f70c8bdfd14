"""What a sale would bring under each lot method, before anybody makes it."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, localcontext

from qm_tui.domain.booking.book import Book
from qm_tui.domain.booking.clean_day import clean_day
from qm_tui.domain.booking.engine import write
from qm_tui.domain.booking.events import Event, Fill, Source
from qm_tui.domain.booking.fills import book_fill
from qm_tui.domain.booking.forking import Fork
from qm_tui.domain.booking.holding_period import term_of
from qm_tui.domain.booking.lots import Slice
from qm_tui.domain.booking.money import CONTEXT, ZERO
from qm_tui.domain.booking.ordering import in_order
from qm_tui.domain.booking.policy import DEFAULT_POLICY, Policy
from qm_tui.domain.booking.securities import AccountRules, Security
from qm_tui.domain.booking.wash_pools import WINDOW
from qm_tui.domain.booking.words import LotMethod, Term, View

_HYPOTHESIS = Source("what_if", 0)
_METHODS = (LotMethod.FIFO, LotMethod.LIFO, LotMethod.HIFO, LotMethod.LOFO)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """A sale that nobody has made yet; of what is held short, a purchase that covers it."""

    account: int
    security: int
    quantity: Decimal
    """Positive."""
    price: Decimal
    """Per unit, before the multiplier."""
    day: dt.date
    """Also the day whose method is the account's own."""
    fees: Decimal = ZERO
    rate: Decimal | None = None
    """Of the day, into the tax currency; not needed where that is the currency."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one method makes of the sale. Money is in the tax currency; None: not known."""

    method: LotMethod = LotMethod.FIFO
    own: bool = False
    """Whether this is what the account does by itself."""
    short: bool = False
    """Whether a short would be covered, instead of a holding sold."""
    quantity: Decimal
    """What would be closed, positive."""
    missing: Decimal = ZERO
    """What was asked for beyond that: it is not held."""
    slices: Sequence[Slice]
    """The lots, or parts of them, that would be closed; their numbers are those of the lots."""
    proceeds: Decimal | None
    basis: Decimal | None
    gain: Decimal | None
    """Before any disallowance."""
    gains: Mapping[Term | None, Decimal] = field(default_factory=dict)
    """What is known of the gain, by term; None: by nobody knows which."""
    disallowed: Decimal = ZERO
    """Of the losses, by what was bought in the thirty days before; positive."""
    permanent: Decimal = ZERO
    """What of it is lost for good (an IRA bought)."""
    washable: Decimal = ZERO
    """Losses that a purchase until `provisional_until` would still disallow; positive."""
    provisional_until: dt.date | None = None
    """None: there is no such loss."""
    earliest_clean_day: dt.date | None = None
    """The first day on which what was bought already would disallow nothing; None: today."""

    def gain_of(self, term: Term) -> Decimal:
        """Return what is known of the gain of one term."""
        return self.gains.get(term, ZERO)


def what_if(
    events: Iterable[Event],
    sale: Sale,
    *,
    securities: Mapping[int, Security],
    accounts: Mapping[int, AccountRules],
    policy: Policy = DEFAULT_POLICY,
    view: View = View.TAXPAYER,
) -> tuple[Outcome, ...]:
    """Book the history as it was, then one sale at the end of its day by each method.

    Args:
        events: The booking group's events; those after the day are left out.
        sale: What would be sold.
        securities: As for `book_history`.
        accounts: As for `book_history`.
        policy: The switches.
        view: Whose wash sales count.
    """
    history = in_order(event for event in events if event.day <= sale.day)
    book = Book(securities=securities, accounts=accounts, policy=policy, view=view)
    write(book, history)
    holding = book.holding(sale.account, sale.security)
    short = not len(holding.long) and bool(len(holding.short))
    closed = min(sale.quantity, holding.side(short=short).quantity)
    fill = _fill(sale, securities[sale.security], closed if short else -closed)
    usual = book.method(sale.account, sale.security, sale.day)
    fork = Fork(book, history)
    outcomes: list[Outcome] = []
    for method in _methods_for(book, sale):
        trial = fork.book()
        if closed:
            with localcontext(CONTEXT):
                book_fill(trial, replace(fill, method=method))
        outcome = _outcome(trial, fill)
        missing = sale.quantity - closed
        outcomes.append(
            replace(outcome, method=method, own=method is usual, missing=missing, short=short)
        )
    return tuple(outcomes)


def _fill(sale: Sale, security: Security, quantity: Decimal) -> Fill:
    return Fill(
        day=sale.day,
        # Brokers' days end at several hours: this is after all of them.
        at=dt.datetime.combine(sale.day, dt.time(), dt.UTC) + dt.timedelta(days=2),
        account=sale.account,
        security=sale.security,
        source=_HYPOTHESIS,
        quantity=quantity,
        amount=abs(quantity) * sale.price * security.multiplier,
        fees=sale.fees,
        rate=sale.rate,
        opens=False,
    )


def _methods_for(book: Book, sale: Sale) -> Sequence[LotMethod]:
    averages = book.averages(sale.account, sale.security)
    return (*_METHODS, LotMethod.AVERAGE) if averages else _METHODS


def _outcome(book: Book, fill: Fill) -> Outcome:
    slices, securities = book.slices, book.securities
    with localcontext(CONTEXT):
        gains: dict[Term | None, Decimal] = defaultdict(Decimal)
        for closed in slices:
            gains[term_of(closed, securities[closed.security])] += closed.tax_gain or ZERO
        washable = ZERO
        if book.accounts[fill.account].taxable and book.view is not View.ECONOMIC:
            washable = sum((_washable(closed, securities) for closed in slices), ZERO)
        return Outcome(
            quantity=abs(fill.quantity),
            slices=slices,
            proceeds=_sum(closed.tax_proceeds for closed in slices),
            basis=_sum(closed.tax_basis for closed in slices),
            gain=_sum(closed.tax_gain for closed in slices),
            gains=gains,
            disallowed=sum((closed.tax_disallowed for closed in slices), ZERO),
            permanent=sum((closed.tax_permanent for closed in slices), ZERO),
            washable=washable,
            provisional_until=fill.day + WINDOW if washable else None,
            earliest_clean_day=clean_day(book, slices),
        )


def _washable(closed: Slice, securities: Mapping[int, Security]) -> Decimal:
    gain = closed.tax_gain
    if gain is None or gain >= 0 or not securities[closed.security].washes:
        return ZERO
    return -gain - closed.tax_disallowed


def _sum(amounts: Iterable[Decimal | None]) -> Decimal | None:
    total = ZERO
    for amount in amounts:
        if amount is None:
            return None
        total += amount
    return total

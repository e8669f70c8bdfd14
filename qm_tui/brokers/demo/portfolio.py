"""The three accounts of the demo, and what they were worth."""

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal

from qm_tui.brokers.demo.book import Book, Profile
from qm_tui.brokers.demo.history import History
from qm_tui.brokers.demo.lots import CENT, ZERO
from qm_tui.brokers.demo.planted import REPEATED, repeat
from qm_tui.brokers.demo.stories import Parcel, ira, taxable, trading
from qm_tui.brokers.demo.world import World
from qm_tui.domain.instruments import Bond, Fund, Future, Option
from qm_tui.domain.reported import NavSummary
from qm_tui.domain.words import NavKind, TaxTreatment

TAXABLE = Profile(
    number="U7000001",
    broker="ibkr",
    account_type="Individual",
    tax_treatment=TaxTreatment.TAXABLE,
    nickname="Everyday",
    first_id=1_100_000_000,
)
IRA = Profile(
    number="U7000002",
    broker="ibkr",
    account_type="IRA",
    tax_treatment=TaxTreatment.IRA,
    nickname="Retirement",
    first_id=1_200_000_000,
    older_by=640,
)
TRADING = Profile(
    number="5WX00003",
    broker="tastytrade",
    account_type="Individual Margin",
    tax_treatment=TaxTreatment.TAXABLE,
    nickname="Options",
    first_id=310_000_000,
)


@dataclass(frozen=True, slots=True)
class Account:
    """An account after all its years, and what it was worth at the end of each week."""

    book: Book
    nav: list[NavSummary] = field(default_factory=list)

    def look(self, day: dt.date) -> None:
        """Note what the account is worth at the end of a day."""
        self.nav.append(_nav(self.book, day))


def accounts(world: World) -> tuple[Account, ...]:
    """Live through the years of all three accounts."""
    parcel = Parcel(TAXABLE.number, TRADING.number)
    lived = []
    for profile, story in ((TAXABLE, taxable), (IRA, ira), (TRADING, trading)):
        account = Account(Book(profile, world))
        history = History(account.book, account.look)
        story(history, parcel)
        history.run()
        lived.append(account)
    repeat(lived[-1].book, REPEATED)
    return tuple(lived)


def _nav(book: Book, day: dt.date) -> NavSummary:
    """What an account is worth in dollars at the end of a day."""
    world = book.world
    values: dict[str, Decimal] = dict.fromkeys(("stock", "options", "bonds", "funds"), ZERO)
    for instrument in book.instruments.values():
        quantity = book.quantity(instrument)
        # What a future gained is in the cash already.
        if not quantity or isinstance(instrument, Future):
            continue
        rate = world.rate(instrument.currency or "USD", day)
        value = quantity * world.price(instrument, day) * instrument.multiplier * rate
        match instrument:
            case Option():
                values["options"] += value
            case Bond():
                values["bonds"] += value
            case Fund():
                values["funds"] += value
            case _:
                values["stock"] += value
    cash = sum((amount * world.rate(code, day) for code, amount in book.cash.items()), ZERO)
    parts = {name: value.quantize(CENT) for name, value in values.items()}
    return NavSummary(
        account=book.profile.number,
        as_of=dt.datetime.combine(day, dt.time(21), tzinfo=dt.UTC),
        kind=NavKind.EQUITY_SUMMARY,
        to_date=day,
        currency="USD",
        total=cash.quantize(CENT) + sum(parts.values(), ZERO),
        cash=cash.quantize(CENT),
        stock=parts["stock"],
        options=parts["options"],
        bonds=parts["bonds"],
        funds=parts["funds"],
    )

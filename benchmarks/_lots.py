"""What the benchmarks of the lot engine share: plain trades, and the least that matches them."""

import datetime as dt
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from decimal import Decimal
from random import Random

from qm_tui.domain.booking.events import Fill, Source
from qm_tui.domain.booking.securities import AccountRules, Security

ACCOUNT = 1
ACCOUNTS = {ACCOUNT: AccountRules(id=ACCOUNT, number="U1")}
BEGINNING = dt.date(2014, 1, 2)
OPENING = dt.datetime(2014, 1, 2, 14, 30, tzinfo=dt.UTC)

Trade = tuple[int, int, int, int]
"""Signed shares, cents a share, cents of commission, minutes since the beginning."""


def trades(instrument: int, count: int, *, minutes: int = 1441) -> Iterator[Trade]:
    """Trade an instrument, one trade after the other; nothing is ever sold that is not held."""
    random = Random(instrument)  # noqa: S311 - figures, no secret
    held, cents = 0, random.randint(2000, 50_000)
    for number in range(count):
        cents = max(1000, cents + random.randint(-100, 100))
        if held and random.random() < 0.5:
            shares = -random.randint(1, held)
        else:
            shares = random.randint(1, 500)
        held += shares
        yield shares, cents, random.randint(35, 200), number * minutes


def fills(instrument: int, told: list[Trade]) -> list[Fill]:
    """The same trades as the engine gets them."""
    return [
        Fill(
            day=BEGINNING + dt.timedelta(minutes=minutes + 870),
            at=OPENING + dt.timedelta(minutes=minutes),
            account=ACCOUNT,
            security=instrument,
            source=Source("trades", number),
            sequence=number,
            key=str(number),
            quantity=Decimal(shares),
            amount=Decimal(abs(shares) * cents) / 100,
            fees=Decimal(fee) / 100,
            opens=shares > 0,
        )
        for number, (shares, cents, fee, minutes) in enumerate(told)
    ]


def security(instrument: int) -> dict[int, Security]:
    return {instrument: Security(id=instrument, symbol=f"S{instrument}")}


Row = tuple[int, int, int, int, int, int]
"""Account, instrument, and the trade."""


def bare(rows: Iterable[Row]) -> list[tuple[int, ...]]:
    """First in, first out over integers without any rules: what each sale took of which lot."""
    books: dict[tuple[int, int], deque[list[int]]] = defaultdict(deque)
    slices: list[tuple[int, ...]] = []
    for account, instrument, shares, cents, fee, when in rows:
        lots = books[account, instrument]
        if shares > 0:
            lots.append([shares, shares * cents + fee, when])
            continue
        wanted, money = -shares, -shares * cents - fee
        while wanted:
            lot = lots[0]
            if lot[0] <= wanted:
                part = money * lot[0] // wanted
                slices.append((account, instrument, lot[0], part, lot[1], lot[2], when))
                money -= part
                wanted -= lot[0]
                lots.popleft()
            else:
                cost = lot[1] * wanted // lot[0]
                slices.append((account, instrument, wanted, money, cost, lot[2], when))
                lot[0] -= wanted
                lot[1] -= cost
                wanted = 0
    return slices

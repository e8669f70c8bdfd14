"""What sources chose where law and brokers leave it open, so that their numbers can be made too.

Each choice is done to a history with the engine's own means: a switch of its policy, or lots that
are named. Then the source's numbers have to come out exactly.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal

from qm_tui.domain.booking.events import Event, Fill, Pick
from qm_tui.domain.booking.policy import Policy, PreSale
from tests.conformance.comparing import CENT, Choice
from tests.conformance.events import history
from tests.conformance.outcome import event_of, realized, stated
from tests.conformance.telling import ZERO, History, label_of
from tests.conformance.vectors import Row, Vector, number


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A choice: whose it may be, and how it is done."""

    reason: str
    may_be: Callable[[Vector], bool]
    choose: Choice


def _literally(told: History) -> History:
    told.policy = Policy(pre_sale=PreSale.LITERAL)
    return told


def _dearest_by_price(told: History) -> History:
    return _by_price(told, -1)


def _cheapest_by_price(told: History) -> History:
    return _by_price(told, 1)


def _by_price(told: History, sign: int) -> History:
    """Name for every sale the lots by the price of their day, without fees; ties by age."""
    left: dict[str, Decimal] = {}
    prices: dict[str, Decimal] = {}
    told.events = [_priced(told, event, left, prices, sign) for event in told.events]
    return told


def _priced(
    told: History, event: Event, left: dict[str, Decimal], prices: dict[str, Decimal], sign: int
) -> Event:
    if not isinstance(event, Fill):
        return event
    row = event_of(told, event.source.id)
    if event.quantity > 0:
        left[label_of(row)] = event.quantity
        prices[label_of(row)] = _price(row)
        return event
    wanted, picks = -event.quantity, list[Pick]()
    for label in sorted(left, key=lambda label: sign * prices[label]):
        part = min(left[label], wanted)
        if part > ZERO:
            picks.append(Pick(part, lot=label))
            left[label] -= part
            wanted -= part
    return replace(event, picks=tuple(picks))


def _price(row: Row) -> Decimal:
    price = number(row, "fmv", "price")
    return (number(row, "amount") or ZERO) / Decimal(row["qty"]) if price is None else price


def _pooled_by(method: str) -> Callable[[Vector], bool]:
    return lambda vector: vector.pooled and vector.method == method


CHOICES = (
    Chosen(
        reason="shares bought before the loss replace also when they are sold with it",
        may_be=lambda vector: vector.wash_sales,
        choose=_literally,
    ),
    Chosen(
        reason="the dearest lot is the one of the highest price, whatever its fees",
        may_be=_pooled_by("HIFO"),
        choose=_dearest_by_price,
    ),
    Chosen(
        reason="the cheapest lot is the one of the lowest price, whatever its fees",
        may_be=_pooled_by("LOFO"),
        choose=_cheapest_by_price,
    ),
)


def same_in_all(vector: Vector) -> bool:
    """Whether what is deductible, and what is left in lots, comes to the same in all.

    Which shares of one sale are matched with which replacements is open where some carry an earlier
    adjustment (rules, section 5): it moves losses between rows, and makes none.
    """
    theirs, left = vector.expected.get("realised"), vector.expected.get("open_lots")
    if not vector.wash_sales or not theirs or left is None:
        return False
    told = history(vector)
    booked = told.book()
    ours = sum((Decimal(row["net_gain"]) for row in realized(told, booked)), ZERO)
    ours -= sum((lot.basis or ZERO for lot in booked.lots), ZERO)
    wanted = sum((_deductible(row) for row in stated(theirs)), ZERO)
    wanted -= sum((Decimal(row.get("basis", ZERO)) for row in stated(left)), ZERO)
    return abs(ours - wanted) <= CENT


def _deductible(row: Row) -> Decimal:
    gain = row["proceeds"] - row["basis"] if "gain" not in row else row["gain"]
    return Decimal(gain + row.get("wash_disallowed", ZERO))


DIFFERENCES: dict[str, tuple[str, list[str]]] = {
    "avinash__round_dollars_1": (
        "of one purchase, plain shares are matched before those that carry an earlier adjustment;"
        " the source takes the adjusted ones first. What is deductible in all is the same",
        [
            "realised GOOG False proceeds: 30422.3826315789 instead of 30422.382",
            "realised GOOG False basis: 31086.3526315789 instead of 31086.352",
            "realised GOOG True proceeds: 7075.9073684211 instead of 7075.907",
            "realised GOOG True basis: 7231.39 instead of 7320.336",
            "realised GOOG True wash_disallowed: 155.4826315789 instead of 244.428",
            "disallowed_second_sale: 51.7126315789 instead of 140.658",
        ],
    ),
    "pub550__p69_table4-2_average": (
        "the publication rounds the unit price before it multiplies; 4,660.98 is exact",
        ["basis_sold_as_published: 4660.9756097561 instead of 4662"],
    ),
}
"""What comes out otherwise: the reason, and the whole of the difference."""

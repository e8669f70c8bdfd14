"""What if another method had held: a policy's method instead of the accounts' own."""

import datetime as dt
from decimal import Decimal

import pytest

from qm_tui.domain.booking.events import Pick
from qm_tui.domain.booking.policy import Policy
from qm_tui.domain.booking.words import LotMethod
from tests.domain.booking.histories import book, bought, sold

SECOND_DAY = dt.date(2024, 1, 3)


@pytest.mark.parametrize(
    ("method", "acquired"),
    [
        (None, SECOND_DAY),
        (LotMethod.SPECIFIC, SECOND_DAY),
        (LotMethod.FIFO, dt.date(2024, 1, 2)),
        (LotMethod.LIFO, dt.date(2024, 1, 4)),
    ],
)
def test_named_lots_are_taken_unless_a_method_is_supposed_that_names_none(
    method: LotMethod | None, acquired: dt.date
) -> None:
    named = (Pick(quantity=Decimal(10), acquired=SECOND_DAY),)
    booked = book(
        bought("2024-01-02", 10, 10), bought("2024-01-03", 10, 11), bought("2024-01-04", 10, 12),
        sold("2024-01-05", 10, 13, picks=named), policy=Policy(method=method),
    )  # fmt: skip

    assert [closed.acquired for closed in booked.slices] == [acquired]

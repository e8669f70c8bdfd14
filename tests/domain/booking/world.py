"""Where the lives are lived: three accounts of one taxpayer, and what they may hold."""

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from qm_tui.domain.booking.engine import book_history
from qm_tui.domain.booking.events import (
    Event,
)
from qm_tui.domain.booking.policy import DEFAULT_POLICY, Policy
from qm_tui.domain.booking.results import Booked
from qm_tui.domain.booking.securities import AccountRules, MethodFrom, Security
from qm_tui.domain.booking.words import LotMethod, View
from qm_tui.domain.instruments import InstrumentType, Right
from qm_tui.domain.words import TaxTreatment

ZERO = Decimal(0)
TAXABLE, SECOND, IRA = 1, 2, 3
STOCKS = (10, 11, 12)
CHILD, SUCCESSOR, FOREIGN, INDEX_OPTION, RIGHT = 20, 21, 30, 40, 50
OPTIONS = {
    100: (10, Right.CALL), 101: (10, Right.PUT), 110: (11, Right.CALL), 111: (11, Right.PUT),
}  # fmt: skip
HUNDRED = Decimal(100)
BEGINNING = dt.date(2020, 1, 2)
START = dt.datetime(2020, 1, 2, 14, 30, tzinfo=dt.UTC)


def _option(number: int) -> Security:
    underlying, right = OPTIONS[number]
    return Security(
        id=number, symbol=f"O{number}", kind=InstrumentType.EQUITY_OPTION, multiplier=HUNDRED,
        underlying=underlying, right=right, strike=Decimal(50), expiry=dt.date(2030, 1, 18),
    )  # fmt: skip


SECURITIES: dict[int, Security] = {
    **{number: Security(id=number, symbol=f"S{number}") for number in STOCKS},
    CHILD: Security(id=CHILD, symbol="CHILD"),
    SUCCESSOR: Security(id=SUCCESSOR, symbol="NEXT"),
    RIGHT: Security(id=RIGHT, symbol="RIGHT", kind=InstrumentType.OTHER),
    FOREIGN: Security(id=FOREIGN, symbol="FREMD", currency="EUR"),
    INDEX_OPTION: Security(
        id=INDEX_OPTION, symbol="INDEX", kind=InstrumentType.EQUITY_OPTION, multiplier=HUNDRED,
        section_1256=True,
    ),
    **{number: _option(number) for number in OPTIONS},
}  # fmt: skip


def accounts(*methods: LotMethod) -> dict[int, AccountRules]:
    """The three accounts, each with the method that is its turn; FIFO where there is none."""
    tax = {TAXABLE: TaxTreatment.TAXABLE, SECOND: TaxTreatment.TAXABLE, IRA: TaxTreatment.IRA}
    return {
        number: AccountRules(
            id=number, number=f"U{number}", tax=treatment,
            methods=(MethodFrom(from_day=BEGINNING, method=methods[place % len(methods)]),)
            if methods else (),
        )
        for place, (number, treatment) in enumerate(tax.items())
    }  # fmt: skip


METHODS = st.lists(
    st.sampled_from([LotMethod.FIFO, LotMethod.LIFO, LotMethod.HIFO, LotMethod.LOFO]),
    min_size=1, max_size=3,
)  # fmt: skip


def booked(
    events: Iterable[Event],
    *,
    view: View = View.ECONOMIC,
    methods: Iterable[LotMethod] = (),
    policy: Policy = DEFAULT_POLICY,
    securities: Mapping[int, Security] = SECURITIES,
    **how: Any,
) -> Booked:
    """Book a life."""
    return book_history(
        events, securities=securities, accounts=accounts(*methods), policy=policy, view=view, **how
    )

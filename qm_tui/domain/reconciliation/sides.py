"""The two sides that are compared: what a broker says there is, and what follows from our facts.

Whoever loads them hands over facts as they are; nothing is compared here. Cancelled, superseded and
reversed facts are left out, as they are when lots are booked. All quantities and amounts are
signed: a short position, its lots and its cost are negative.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from qm_tui.domain.booking.words import BasisStatus, FindingKind, Origin, View
from qm_tui.domain.instruments import InstrumentType, Right
from qm_tui.domain.reconciliation.discrepancy import FactRef
from qm_tui.domain.reconciliation.words import Verdict
from qm_tui.domain.words import OpenClose

_ONE = Decimal(1)


class MovementKind(StrEnum):
    """Which table tells of a movement."""

    TRADE = "trade"
    TRANSFER = "transfer"
    CORPORATE_ACTION = "corporate_action"
    OPTION_EVENT = "option_event"


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """A fact that changes how much of an instrument an account holds."""

    kind: MovementKind
    fact: FactRef
    key: str
    """Its natural key, with the prefix that names the kind of id."""
    day: dt.date
    """The trade date, or the day the broker gives it."""
    at: dt.datetime | None = None
    """The moment, UTC; None where only the day is known."""
    quantity: Decimal | None
    """Signed change of the holding; None: it is not said how much."""
    price: Decimal | None = None
    """Per unit, before the multiplier."""
    proceeds: Decimal | None = None
    """Signed: paid is negative."""
    commission: Decimal | None = None
    """Signed: paid is negative. With taxes, in the currency of the instrument."""
    open_close: OpenClose | None = None
    type: str | None = None
    """The word that tells it apart within its kind: the type of a corporate action or of an option
    event (the values of their enumerations), the broker's transaction type of a trade."""
    cost_basis: Decimal | None = None
    """What a transfer states."""
    documents: frozenset[int] = frozenset()
    """The raw documents that told it; empty where that is not known."""
    likeness: str | None = None
    cancelled_by: FactRef | None = None
    """A cancellation or correction that seems to speak of it and was not applied."""
    counts: bool = True
    """False: it repeats what another movement tells (an option event beside its trade), or takes
    part in nothing: it is here only as evidence."""
    account: int | None = None
    """Set where it is of another account than the holding's."""
    account_name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownAction:
    """A corporate action of the instrument, whoever told it and for which account."""

    type: str
    """A value of `CorporateActionType`."""
    day: dt.date
    ratio: Fraction | None = None
    """New shares for one old share: 4 for 4:1, 1/10 for a reverse split of 1:10."""
    moves: bool = True
    """False: it took basis of the instrument along, and none of its shares."""
    fact: FactRef | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldPosition:
    """What a broker said is held at a moment."""

    quantity: Decimal
    """0: known to be flat, because a complete answer does not have it."""
    as_of: dt.datetime
    cost_basis: Decimal | None = None
    market_price: Decimal | None = None
    market_value: Decimal | None = None
    fact: FactRef | None = None
    """The observation; None where it follows from what an answer does not have."""
    stale: bool = False
    """It was not in the newest answer, and that was not complete."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldLot:
    """An open lot as the broker reports it."""

    quantity: Decimal
    as_of: dt.datetime
    cost_basis: Decimal | None = None
    acquisition_date: dt.date | None = None
    fact: FactRef | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenLot:
    """One of our open lots, of `View.BROKER`."""

    quantity: Decimal
    cost_basis: Decimal | None
    """Signed as the quantity; None: unknown."""
    basis_status: BasisStatus = BasisStatus.KNOWN
    acquisition_date: dt.date | None = None
    origin: Origin = Origin.PURCHASE
    fact: FactRef | None = None
    """The row of the lot."""
    opened_by: FactRef | None = None
    """The fact that opened it."""
    commission: Decimal | None = None
    """What of the cost is commissions and taxes, positive, where its opening is not among the
    movements (a contract that was adjusted, shares of a merger); None: as the movement says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingFinding:
    """What the booking of lots could not settle of this holding."""

    kind: FindingKind
    day: dt.date
    quantity: Decimal | None = None
    fact: FactRef | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldClosing:
    """A lot that the broker says was closed."""

    quantity: Decimal
    """Positive when a long lot was closed, negative for a short one."""
    day: dt.date
    trade_key: str | None = None
    brought: Decimal | None = None
    """The money of the closing trade, signed and net, as cost and gain say; None: not known."""
    fact: FactRef | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldGain:
    """What a closing trade gained, as the broker says and by our lots."""

    fact: FactRef
    """The trade."""
    day: dt.date
    told: Sequence[Decimal]
    """By the trade, and by the lots that the broker closed with it: those that were told."""
    ours: Sequence[Decimal]
    """By each way to count disallowed losses that are in the basis of the lots."""
    lots: int = 1
    fees: Decimal = Decimal(0)
    """Commission and taxes of the trade, positive."""
    other_lots: bool = False
    """Whether the broker closed lots of other days than we."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What the end of an option on the instrument delivers, as the option's own facts say."""

    day: dt.date
    shares: Decimal
    """Signed change of the holding."""
    contracts: Decimal
    """Signed change of the option."""
    symbol: str
    """The option's."""
    fact: FactRef


@dataclass(frozen=True, slots=True, kw_only=True)
class InstrumentSide:
    """What has to be known of an instrument."""

    id: int
    symbol: str
    type: InstrumentType = InstrumentType.EQUITY
    currency: str | None = "USD"
    multiplier: Decimal = _ONE
    expiry: dt.date | None = None
    right: Right | None = None
    strike: Decimal | None = None
    underlying: int | None = None
    underlying_symbol: str | None = None
    deliverable: Decimal | None = None
    """Shares one contract delivers; None: the multiplier."""
    issuer: str | None = None
    """Equal of instruments of one company: the issuer, or the first six places of the CUSIP."""
    isin: str | None = None
    same_ticker: frozenset[int] = frozenset()
    """Other instruments that bear or bore the same ticker."""
    gone_on: dt.date | None = None
    """The day on which a merger or another action took it away; None: it is still there."""
    gone_by: FactRef | None = None
    successor: int | None = None
    """The instrument that it became."""


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """From when to when the broker told everything that happened in an account."""

    first_day: dt.date | None = None
    """None: nothing was told, or it is not known from when on."""
    last_day: dt.date | None = None
    """None: to this moment."""
    whole: bool = False
    """Nothing can have been held before `first_day`: the account was opened later."""
    began: dt.date | None = None
    """The day of the first fact of the account, where nobody says which days were told."""
    older: bool = False
    """The account was opened before `began`: something may have been held."""
    moved: bool = True
    """False: not one trade, transfer or event of the account is known: perhaps none was told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """One instrument in one account, from both sides."""

    account: int
    instrument: InstrumentSide
    position: ToldPosition | None = None
    """The newest; None: the broker never said anything complete about it."""
    earlier: Sequence[ToldPosition] = ()
    """Former positions, oldest first; a thinned selection will do. Known flat ones belong here."""
    broker_lots: Sequence[ToldLot] | None = None
    """None: the broker does not report lots. Empty: it reported that there are none."""
    lots: Sequence[OpenLot] | None = None
    """None: nothing was derived, or not from the newest facts."""
    bases: Mapping[View, Decimal | None] = field(default_factory=dict)
    """The sum of what our lots cost in the other views; None where one of them is unknown."""
    movements: Sequence[Movement] = ()
    """All that is known, in any order."""
    elsewhere: Sequence[Movement] = ()
    """Transfers of the instrument in the taxpayer's other accounts."""
    actions: Sequence[KnownAction] = ()
    deliveries: Sequence[Delivery] = ()
    closings: Sequence[ToldClosing] = ()
    gains: Sequence[ToldGain] = ()
    """Those of which both sides are known; what agrees may be left out."""
    findings: Sequence[BookingFinding] = ()
    history: History = History()
    account_value: Decimal | None = None
    """Net liquidation of the account, in its base currency."""
    rate_to_base: Decimal | None = None
    """Multiplies the instrument's currency into the account's base currency."""

    @property
    def own_cost(self) -> Decimal | None:
        """What our lots cost, as the broker should see it; None: one of them is unknown."""
        if self.lots is None:
            return None
        costs = [lot.cost_basis for lot in self.lots if lot.cost_basis is not None]
        return sum(costs, Decimal(0)) if len(costs) == len(self.lots) else None


def placed(holdings: Iterable[Holding]) -> dict[tuple[int, int], Holding]:
    """Return holdings by account and instrument."""
    return {(each.account, each.instrument.id): each for each in holdings}


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldBalance:
    """What a broker said an account has of a currency."""

    value: Decimal
    as_of: dt.datetime
    fact: FactRef | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CashMovement:
    """A fact that changes how much money an account has."""

    fact: FactRef
    key: str
    day: dt.date
    at: dt.datetime | None = None
    amount: Decimal | None
    """Signed: paid is negative. Of a trade: its net cash. None: it is not said."""
    says: str
    """`sold 100 AAA`, `dividend of AAA`: what it is, in a few words for the user."""
    settle_date: dt.date | None = None
    documents: frozenset[int] = frozenset()
    likeness: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CashSide:
    """One currency in one account, from both sides."""

    account: int
    currency: str
    balance: ToldBalance | None = None
    anchor: ToldBalance | None = None
    """An earlier balance of the same kind, from which is reckoned."""
    between: Sequence[ToldBalance] = ()
    """Other balances between the two, oldest first: they tell when something went wrong."""
    movements: Sequence[CashMovement] = ()
    """In any order; those outside the two balances do no harm."""
    untold: str | None = None
    """The section that no statement of the account has: `cash transactions`, `trades`."""
    history: History = History()
    account_value: Decimal | None = None
    rate_to_base: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What a total is made of."""

    says: str
    value: Decimal | None
    """None: not known, so that the total cannot be compared."""
    rounding: Decimal = Decimal(0)
    """How much it may be off, beside a cent: its currency was changed at a rounded rate."""
    fact: FactRef | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """A total as a broker told it, and its parts as the same source told them."""

    account: int
    currency: str
    tag: str
    """Which total: the broker's tag, or the name of the statement's line."""
    value: Decimal | None
    parts: Sequence[Part]
    as_of: dt.datetime | None = None
    fact: FactRef | None = None
    verdict: Verdict = Verdict.MARKET_VALUE
    account_value: Decimal | None = None
    rate_to_base: Decimal | None = None

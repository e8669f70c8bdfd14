"""The closed sets of words that lots, gains and adjustments are written with."""

from enum import StrEnum


class LotMethod(StrEnum):
    """Which lots a disposition closes, where nobody names them."""

    FIFO = "fifo"
    LIFO = "lifo"
    HIFO = "hifo"
    """Highest unit basis first, wash adjustments included: the least gain. The basis of a short is
    minus its proceeds, so that there the lowest proceeds come first."""
    LOFO = "lofo"
    """The other way round: the greatest gain."""
    SPECIFIC = "specific"
    """The lots that the broker or the user names; FIFO for what is not named."""
    AVERAGE = "average"
    """Funds and reinvested dividends only; anything else falls back to FIFO."""


class View(StrEnum):
    """Whose wash sales; the three are never mixed."""

    TAXPAYER = "taxpayer"
    """All accounts of a taxpayer together; what an IRA buys makes a loss permanent."""
    ECONOMIC = "economic"
    """No wash sales at all."""
    BROKER = "broker"
    """Within an account and a CUSIP, as box 1g of Form 1099-B has it."""


class BasisStatus(StrEnum):
    """How a basis is known. Unknown is not zero."""

    KNOWN = "known"
    CARRIED = "carried"
    """Stated by whoever delivered the shares."""
    UNKNOWN = "unknown"


class Term(StrEnum):
    """How long something was held."""

    SHORT = "short"
    LONG = "long"
    SECTION_1256 = "section_1256"
    """60 % long-term and 40 % short-term, however long it was held."""


class Origin(StrEnum):
    """How a lot came to be."""

    PURCHASE = "purchase"
    SHORT_SALE = "short_sale"
    REINVESTMENT = "reinvestment"
    EXERCISE = "exercise"
    """Shares from an exercise or an assignment."""
    INCOME = "income"
    """Received as income: the basis is the fair market value."""
    TRANSFER = "transfer"
    DISTRIBUTION = "distribution"
    """Taken out of an IRA: the basis is the fair market value, the period begins anew."""
    SPIN_OFF = "spin_off"
    EXCHANGE = "exchange"
    """Received in a merger, a conversion, a change of symbol."""
    RIGHTS = "rights"
    MARK = "mark"
    """Reopened at the year-end price (section 1256)."""


PURCHASES = frozenset(
    {
        Origin.PURCHASE, Origin.SHORT_SALE, Origin.REINVESTMENT, Origin.EXERCISE, Origin.INCOME,
        Origin.DISTRIBUTION,
    }
)  # fmt: skip
"""Origins that can make a lot the replacement of what was sold at a loss (26 USC 1091)."""


class Closing(StrEnum):
    """How a lot, or a part of one, came to an end."""

    SALE = "sale"
    """Sold, or a short sale covered."""
    EXPIRY = "expiry"
    CASH_SETTLEMENT = "cash_settlement"
    CASH_IN_LIEU = "cash_in_lieu"
    CASH_MERGER = "cash_merger"
    """Cash for shares; with shares beside it, what of the gain is recognized (section 356)."""
    TAXABLE_EXCHANGE = "taxable_exchange"
    RETURN_OF_CAPITAL = "return_of_capital"
    """What a distribution pays beyond the basis."""
    WORTHLESS = "worthless"
    MARK = "mark"
    """Marked to market at the year's end (section 1256)."""


class AdjustmentKind(StrEnum):
    """What an adjustment row is for."""

    WASH_SALE = "wash_sale"
    """A loss disallowed and added to the basis of the replacement."""
    PERMANENT_WASH_SALE = "permanent_wash_sale"
    """A loss disallowed for good: the replacement is in an IRA (Rev. Rul. 2008-5)."""


class FindingKind(StrEnum):
    """What the engine saw and could not settle by itself."""

    MISSING_HISTORY = "missing_history"
    """More was closed than is known to have been opened."""
    UNKNOWN_BASIS = "unknown_basis"
    FRACTION_UNKNOWN = "fraction_unknown"
    """A corporate action moves basis, and nobody says how much of it."""
    SHARES_DISAGREE = "shares_disagree"
    """A corporate action credited other shares than its ratio gives."""
    ACTION_UNKNOWN = "action_unknown"
    """A corporate action that cannot be booked from what was reported."""
    SELECTION_MISSING = "selection_missing"
    """Lots that were named for a sale are not there; FIFO was used instead."""
    METHOD_OVERRIDDEN = "method_overridden"
    """The broker closed other lots than the account's method would have."""
    POSSIBLE_WASH_SALE = "possible_wash_sale"
    """Facts and circumstances decide whether this was a replacement."""
    PREMIUM_UNKNOWN = "premium_unknown"
    """An exercise or assignment whose option, or whose shares, were not found."""
    MARK_MISSING = "mark_missing"
    """No year-end price for a section 1256 contract."""
    IN_TRANSIT = "in_transit"
    """Left one account, and has not arrived in another."""
    RATE_UNKNOWN = "rate_unknown"
    """No exchange rate into the tax currency for the day."""
    SHORT_AGAINST_THE_BOX = "short_against_the_box"
    """A short sale of what was held: sections 1233 and 1259 may apply."""
    NOT_BOOKED = "not_booked"
    """A fact that touches shares and that no rule books."""

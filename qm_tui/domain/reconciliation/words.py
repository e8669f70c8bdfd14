"""The closed sets of words that discrepancies are written with."""

from enum import StrEnum

from qm_tui.domain.words import CorporateActionType


class Verdict(StrEnum):
    """What was compared and did not agree."""

    QUANTITY = "quantity"
    """What the broker says is held, and what trades and events come to."""
    OPEN_LOTS = "open_lots"
    """What the broker says is held, and the sum of our open lots."""
    BROKER_LOTS = "broker_lots"
    """What the broker says is held, and the sum of the lots it reports itself."""
    COST_BASIS = "cost_basis"
    REALIZED_PNL = "realized_pnl"
    CASH = "cash"
    MARKET_VALUE = "market_value"
    """A statement's or an answer's total, and the sum of its parts."""
    STATE = "state"
    """An instrument's events contradict its position: an option that expired is still held."""
    NOT_KNOWN = "not_known"
    """It cannot be compared: one side is not known."""


class DiscrepancyStatus(StrEnum):
    """Where a discrepancy stands in its life."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    ACCEPTED = "accepted"
    AUTO_CORRECTED = "auto_corrected"
    CLOSED = "closed"


class Severity(StrEnum):
    """How much it matters, by money."""

    DUST = "dust"
    MINOR = "minor"
    MAJOR = "major"


class Cause(StrEnum):
    """What probably led to it."""

    DUPLICATE_IMPORT = "duplicate_import"
    MISSING_TRADE = "missing_trade"
    HISTORY_STARTS_LATER = "history_starts_later"
    CANCELLED_OR_CORRECTED = "cancelled_or_corrected"
    UNSETTLED = "unsettled"
    SPLIT_NOT_APPLIED = "split_not_applied"
    SPLIT_APPLIED_TWICE = "split_applied_twice"
    CORPORATE_ACTION = "corporate_action"
    UNPAIRED_TRANSFER = "unpaired_transfer"
    TRANSFER_WITHOUT_BASIS = "transfer_without_basis"
    OPTION_EVENT_MISSING = "option_event_missing"
    PREMIUM_NOT_FOLDED = "premium_not_folded"
    WRONG_SIGN = "wrong_sign"
    WRONG_MULTIPLIER = "wrong_multiplier"
    IDENTITY_CHANGE = "identity_change"
    TWO_LISTINGS = "two_listings"
    FRACTIONAL = "fractional"
    COMMISSION = "commission"
    RETURN_OF_CAPITAL = "return_of_capital"
    WASH_SALE_VIEW = "wash_sale_view"
    LOT_CHOICE = "lot_choice"
    FX_DATE = "fx_date"
    ROUNDING = "rounding"
    STALE_DATA = "stale_data"
    ORPHAN_POSITION = "orphan_position"
    UNEXPLAINED = "unexplained"


SPLITS = frozenset(
    {
        CorporateActionType.SPLIT.value,
        CorporateActionType.REVERSE_SPLIT.value,
        CorporateActionType.STOCK_DIVIDEND.value,
    }
)
"""What multiplies a holding."""

"""What findings and adjustments mean, in a sentence each for the user."""

from qm_tui.domain.booking.words import AdjustmentKind, FindingKind

FINDING_WORDS: dict[FindingKind, str] = {
    FindingKind.MISSING_HISTORY: (
        "more was closed than is known to have been opened; import the older history"
    ),
    FindingKind.UNKNOWN_BASIS: "nobody says what this cost; its gain stays unknown until told",
    FindingKind.FRACTION_UNKNOWN: (
        "basis has to move with a corporate action, and nobody says how much; see Form 8937"
    ),
    FindingKind.SHARES_DISAGREE: "a corporate action credited other shares than its ratio gives",
    FindingKind.ACTION_UNKNOWN: "a corporate action that cannot be booked from what was reported",
    FindingKind.SELECTION_MISSING: (
        "lots that were named for a sale are not there; first in, first out was used"
    ),
    FindingKind.METHOD_OVERRIDDEN: "the broker closed other lots than the account's method would",
    FindingKind.POSSIBLE_WASH_SALE: "this may be a wash sale: facts and circumstances decide",
    FindingKind.PREMIUM_UNKNOWN: (
        "an exercise or assignment whose option or whose shares were not found"
    ),
    FindingKind.MARK_MISSING: "no year-end price for a section 1256 contract",
    FindingKind.IN_TRANSIT: "it left one account and has not arrived in another",
    FindingKind.RATE_UNKNOWN: "no exchange rate into USD for the day; amounts in USD are unknown",
    FindingKind.SHORT_AGAINST_THE_BOX: (
        "sold short while held: sections 1233 and 1259 may change gain and term"
    ),
    FindingKind.NOT_BOOKED: "a fact that touches shares and that no rule books",
}

ADJUSTMENT_WORDS: dict[AdjustmentKind, str] = {
    AdjustmentKind.WASH_SALE: "wash sale: the loss is added to what was bought instead",
    AdjustmentKind.PERMANENT_WASH_SALE: (
        "wash sale with an IRA: the loss is lost for good (Rev. Rul. 2008-5)"
    ),
}

"""How discrepancies are written: what was compared, how grave it is, its cause, what to do."""

from collections.abc import Hashable, Mapping, Sequence
from decimal import Decimal

from qm_tui.domain.reconciliation.words import Cause, DiscrepancyStatus, Severity, Verdict
from qm_tui.queries.discrepancy_views import DiscrepancyView
from qm_tui.ui.cell import Cell, Tone
from qm_tui.ui.contracts import said_contract
from qm_tui.ui.format import UNKNOWN, Format
from qm_tui.ui.masked import masked

VERDICTS: Mapping[str, str] = {
    Verdict.QUANTITY: "quantity",
    Verdict.OPEN_LOTS: "open lots",
    Verdict.BROKER_LOTS: "broker's lots",
    Verdict.COST_BASIS: "cost basis",
    Verdict.REALIZED_PNL: "realized P&L",
    Verdict.CASH: "cash",
    Verdict.MARKET_VALUE: "market value",
    Verdict.STATE: "state",
    Verdict.NOT_KNOWN: "not known",
}
SEVERITIES: Mapping[str, Cell] = {
    Severity.MAJOR: Cell("▲ major", Tone.ERROR),
    Severity.MINOR: Cell("△ minor", Tone.WARNING),
    Severity.DUST: Cell("· dust", Tone.MUTED),
}
SIGNS: Mapping[str, str] = {name: cell.text[0] for name, cell in SEVERITIES.items()}
"""What stands for how grave one is, where there is no room for the word."""
GRAVITY: Mapping[str, int] = {Severity.MAJOR: 2, Severity.MINOR: 1, Severity.DUST: 0}
STATUSES: Mapping[str, Cell] = {
    DiscrepancyStatus.OPEN: Cell("open", Tone.WARNING),
    DiscrepancyStatus.ACKNOWLEDGED: Cell("acknowledged"),
    DiscrepancyStatus.ACCEPTED: Cell("accepted"),
    DiscrepancyStatus.AUTO_CORRECTED: Cell("corrected", Tone.POSITIVE),
    DiscrepancyStatus.CLOSED: Cell("✓ closed", Tone.MUTED),
}
CAUSE_WIDTH = 20
"""Cells that the longest of them takes: a column of causes cuts none."""
CAUSES: Mapping[str, tuple[str, str]] = {
    Cause.DUPLICATE_IMPORT: (
        "imported twice",
        "Look at the trades (t): the same one stands there under two ids. Import only one of the "
        "files, or let both tell the broker's own ids.",
    ),
    Cause.MISSING_TRADE: (
        "a trade is missing",
        "Sync again, or import a statement of the days in question: the broker knows of a trade "
        "that never arrived here.",
    ),
    Cause.HISTORY_STARTS_LATER: (
        "history starts later",
        "Import older statements: what was held before the first of them is not known here.",
    ),
    Cause.CANCELLED_OR_CORRECTED: (
        "cancelled, corrected",
        "Sync again, or import the statement that tells the correction.",
    ),
    Cause.UNSETTLED: ("not settled yet", "Wait for the broker's next answer."),
    Cause.SPLIT_NOT_APPLIED: (
        "a split is missing",
        "Import a statement with the corporate actions of those days.",
    ),
    Cause.SPLIT_APPLIED_TWICE: (
        "split counted twice",
        "Look at the corporate actions: the same split stands there twice.",
    ),
    Cause.CORPORATE_ACTION: (
        "corporate action",
        "Import a statement with the corporate actions of those days.",
    ),
    Cause.UNPAIRED_TRANSFER: (
        "one-sided transfer",
        "Import the other account's statement, or the one that tells where it came from.",
    ),
    Cause.TRANSFER_WITHOUT_BASIS: (
        "transfer, no basis",
        "Ask the former broker for the cost basis, or import its statements.",
    ),
    Cause.OPTION_EVENT_MISSING: (
        "option event missing",
        "Import a statement that tells how the option ended.",
    ),
    Cause.PREMIUM_NOT_FOLDED: (
        "premium not in basis",
        "Look at the exercise or assignment, or import the statement that tells it: its premium "
        "belongs to the cost of the shares.",
    ),
    Cause.WRONG_SIGN: ("opposite sign", "Look at the trades: one was taken for its opposite."),
    Cause.WRONG_MULTIPLIER: (
        "wrong multiplier",
        "Sync again, so that the contract is described anew.",
    ),
    Cause.IDENTITY_CHANGE: (
        "known by two names",
        "The same holding goes by two names: import a statement that tells the change.",
    ),
    Cause.TWO_LISTINGS: (
        "two listings",
        "The same security is held from two exchanges: name them as identical in [tax].",
    ),
    Cause.FRACTIONAL: ("fraction of a share", "Nothing: brokers pay fractions out in cash."),
    Cause.COMMISSION: ("commissions", "Nothing: one of both counts commissions into the basis."),
    Cause.RETURN_OF_CAPITAL: (
        "return of capital",
        "Look at the distributions: some of them lower the basis.",
    ),
    Cause.WASH_SALE_VIEW: (
        "wash sales",
        "Nothing: the broker knows of wash sales in one account only.",
    ),
    Cause.LOT_CHOICE: (
        "other lots closed",
        "Set the method by which the broker closes lots (screen 4, A).",
    ),
    Cause.FX_DATE: ("rate of another day", "Nothing: rates of two days were used."),
    Cause.ROUNDING: ("rounding", "Nothing: it is rounded."),
    Cause.STALE_DATA: ("old data", "Sync again (r)."),
    Cause.ORPHAN_POSITION: (
        "held, no history",
        "Import statements of this account: there is not one trade of it here.",
    ),
    Cause.UNEXPLAINED: (
        "unexplained",
        "Look at the trades (t) and lots (L) around the day it was first seen.",
    ),
}


def verdict_of(row: DiscrepancyView) -> str:
    """What was compared, in words."""
    return VERDICTS.get(row.verdict, row.verdict)


def cause_of(row: DiscrepancyView) -> str:
    """The likely cause, in words."""
    return CAUSES.get(row.cause, (row.cause, ""))[0]


def advice_of(row: DiscrepancyView) -> str:
    """What to do about it."""
    return CAUSES.get(row.cause, ("", ""))[1]


def severity_of(row: DiscrepancyView) -> Cell:
    """How grave it is, with its sign."""
    return SEVERITIES.get(row.severity, Cell(row.severity))


def status_of(row: DiscrepancyView) -> Cell:
    """Where it stands."""
    return STATUSES.get(row.status, Cell(row.status))


def subject_of(row: DiscrepancyView) -> str:
    """What it is about: a holding, a currency, a total."""
    return row.symbol or row.tag or (f"{row.currency} cash" if row.currency else "account")


def name_of(row: DiscrepancyView) -> str:
    """The same in a column: an option as one says it, all of it in a few cells."""
    return said_contract(subject_of(row))


def confidence_of(row: DiscrepancyView) -> Cell:
    """How sure the cause is."""
    if row.cause == Cause.UNEXPLAINED:
        return UNKNOWN
    return Cell(f"{row.confidence * Decimal(100):.0f} %", Tone.MUTED)


def explained(form: Format, row: DiscrepancyView) -> str:
    """The cause in a sentence; while amounts are hidden, without its numbers."""
    return sentence(form, row, row.explanation or f"{cause_of(row).capitalize()}.")


def sentence(form: Format, row: DiscrepancyView, text: str) -> str:
    """Something that is said of a discrepancy; while amounts are hidden, without its numbers."""
    return masked(form, text, row.symbol, row.underlying, row.account)


def said_together(rows: Sequence[DiscrepancyView]) -> Mapping[int, str]:
    """Join what is said of one holding: the id of each → a part of a bracket.

    Args:
        rows: as they are shown; those of one holding follow each other.
    """
    found: dict[int, str] = {}
    for at, row in enumerate(rows):
        before = at > 0 and about(rows[at - 1]) == about(row)
        after = at + 1 < len(rows) and about(rows[at + 1]) == about(row)
        found[row.id] = _BRACKET[before, after]
    return found


def about(row: DiscrepancyView) -> Hashable:
    """What a discrepancy is about: the same for all that is compared of one holding."""
    return row.broker, row.account, row.instrument_id or (row.currency, row.tag)


_BRACKET = {(False, False): " ", (False, True): "┌", (True, True): "├", (True, False): "└"}


def worst_first(rows: Sequence[DiscrepancyView]) -> list[DiscrepancyView]:
    """Put what is open and gravest first; what is about one holding stays together."""
    first: dict[Hashable, int] = {}
    ranked = sorted(rows, key=lambda row: (row.status == "closed", -GRAVITY.get(row.severity, 0)))
    for place, row in enumerate(ranked):
        first.setdefault((row.status == "closed", about(row)), place)
    return sorted(ranked, key=lambda row: first[row.status == "closed", about(row)])

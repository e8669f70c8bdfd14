"""How what happened is written: a sign for its kind, and what it was in words."""

from collections.abc import Mapping

from qm_tui.queries.activity_views import HappeningView
from qm_tui.ui.cell import Cell, Tone
from qm_tui.ui.format import Format

_KINDS: Mapping[str, tuple[str, str, Tone]] = {
    "trade": ("⇄", "trade", Tone.PLAIN),
    "cash": ("$", "cash", Tone.PLAIN),
    "transfer": ("→", "transfer", Tone.ACCENT),
    "interest": ("%", "accrued", Tone.MUTED),
    "corporate_action": ("◆", "action", Tone.WARNING),
    "option_event": ("◇", "option", Tone.WARNING),
}
"""Kind → its sign, its name where no type says more, and its tone."""
_TYPES: Mapping[str, str] = {
    "withholding_tax": "withheld",
    "payment_in_lieu": "in lieu",
    "interest_received": "interest",
    "interest_paid": "int. paid",
    "commission_adjustment": "commission",
    "price_adjustment": "price adj.",
    "return_of_capital": "cap. back",
    "dividend_reinvestment": "reinvested",
    "cash_settlement": "settled",
    "stock_dividend": "stock div.",
    "reverse_split": "rev. split",
    "symbol_change": "renamed",
}
"""Types whose own names are long."""


def type_word(text: str | None) -> str:
    """A type as one reads it."""
    if not text:
        return ""
    return _TYPES.get(text, text.replace("_", " "))


def kind_of(row: HappeningView) -> Cell:
    """What kind of thing happened, with its sign."""
    sign, name, tone = _KINDS.get(row.kind, ("·", row.kind, Tone.PLAIN))
    if row.kind == "transfer":
        return Cell(f"{'←' if row.type == 'out' else sign} moved {row.type or ''}".rstrip(), tone)
    if row.kind == "interest":
        return Cell(f"{sign} {name}", tone)
    return Cell(f"{sign} {type_word(row.type) or name}", tone)


def what_of(row: HappeningView) -> str | None:
    """What happened, in the words of whoever told it."""
    if row.kind == "transfer":
        place = "to" if row.type == "out" else "from"
        other = f"{place} {row.counterparty}" if row.counterparty else None
        return ", ".join(filter(None, (other, row.description))) or None
    return type_word(row.type) or None if row.kind == "interest" else row.description


def amount_of(form: Format, row: HappeningView) -> Cell:
    """What was received or paid; that a purchase is paid for is nothing to be alarmed at."""
    cell = form.gain(row.amount)
    return (
        cell
        if row.kind == "cash"
        else Cell(cell.text, Tone.MUTED if row.amount is None else Tone.PLAIN)
    )

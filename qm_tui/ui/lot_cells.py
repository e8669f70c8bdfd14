"""Cells of lots and gains: what is unknown says so, and a word stands beside every color."""

from decimal import Decimal
from typing import TYPE_CHECKING

from qm_tui.domain.booking.words import BasisStatus, Origin, Term
from qm_tui.ui.cell import Cell, Tone
from qm_tui.ui.format import UNKNOWN, Format

if TYPE_CHECKING:
    from qm_tui.queries.lot_views import GainView, LotView

_SOON = 45
"""Days before a lot becomes long-term at which that stands out."""
_LONG_TERM = -1
"""Sorts what is long-term already before what will be."""

TERMS = {Term.SHORT: "short", Term.LONG: "long", Term.SECTION_1256: "60/40"}


def basis(form: Format, cost_basis: Decimal | None) -> Cell:
    """A basis; that it is unknown is something to do, and not only a blank."""
    return Cell("unknown", Tone.WARNING) if cost_basis is None else form.money(cost_basis)


def term(lot: "LotView") -> Cell:
    """`long`, `in 12 d` until it is, `60/40`, or `short` of what never will be."""
    if lot.days_to_long_term is not None:
        soon = lot.days_to_long_term <= _SOON
        return Cell(f"in {lot.days_to_long_term} d", Tone.ACCENT if soon else Tone.PLAIN)
    return term_word(lot.term)


def term_word(word: str | None) -> Cell:
    """How a gain is taxed, by its term."""
    return UNKNOWN if word is None else Cell(TERMS.get(Term(word), word))


def term_order(lot: "LotView") -> int | None:
    """What is long-term first, then by the days until it is."""
    if lot.days_to_long_term is not None:
        return lot.days_to_long_term
    return _LONG_TERM if lot.term == Term.LONG else None


def adjustment(form: Format, amount: Decimal | None) -> Cell:
    """An adjustment; most rows have none, and what there is shall stand out."""
    return Cell("·", Tone.MUTED) if amount is not None and not amount else form.amount(amount)


def lot_notes(lot: "LotView") -> str:
    """What else is to be known of a lot."""
    notes = ["in transit"] if lot.in_transit else []
    if lot.basis_status == BasisStatus.CARRIED:
        notes.append("basis as delivered")
    if lot.origin not in {None, Origin.PURCHASE, Origin.SHORT_SALE}:
        notes.append(str(lot.origin).replace("_", " "))
    return ", ".join(notes)


def gain_marks(gain: "GainView") -> Cell:
    """`prov.` of a loss that a purchase may still disallow, `wash` of one that was disallowed."""
    marks = ["wash"] if gain.wash_disallowed else []
    if gain.provisional:
        marks.append("prov.")
    if gain.gain is None and gain.cost_basis is None:
        marks.append("basis?")
    return Cell(" ".join(marks), Tone.WARNING)


def closing_word(closing: str | None) -> str | None:
    """How a lot came to an end, in words."""
    return None if closing is None else closing.replace("_", " ")

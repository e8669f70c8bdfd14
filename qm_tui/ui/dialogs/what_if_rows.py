"""What a supposed sale brings, as rows of a table and as sentences."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from qm_tui.domain.booking.words import Term, View
from qm_tui.ui.cell import Cell, Tone
from qm_tui.ui.column_kinds import Kinds
from qm_tui.ui.format import UNKNOWN, Format
from qm_tui.ui.widgets.columns import Column

if TYPE_CHECKING:
    # The engine is loaded when something is reckoned.
    from qm_tui.domain.booking.what_if import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIfRow:
    """The sale under one method, in the tax currency."""

    method: str
    lots: int
    """How many lots it closes, at least in part."""
    basis: Decimal | None
    short: Decimal | None
    long: Decimal | None
    section_1256: Decimal
    washed: Decimal
    """What of a loss would be disallowed at once."""
    net: Decimal | None
    """What counts this year: with what was disallowed added back."""
    loses: bool
    """Whether there is a loss that could be washed at all."""
    clean: dt.date | None
    """The first day on which nothing bought already would wash it; None: today."""
    marks: str
    """`best`, `own`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Supposed:
    """The sale under all methods."""

    rows: Sequence[WhatIfRow]
    headline: str
    lines: Sequence[str]


_COUNTED = {
    View.TAXPAYER: "Wash sales of all accounts count; nothing is decided.",
    View.ECONOMIC: "No wash sales count in this view; nothing is decided.",
    View.BROKER: "Wash sales of this account alone count; nothing is decided.",
}


def supposed(outcomes: "Sequence[Outcome]", form: Format, view: View = View.TAXPAYER) -> Supposed:
    """Put the outcomes side by side; the best has the least net gain this year."""
    best = _best(outcomes)
    return Supposed(
        rows=[_row(each, is_best=each in best) for each in outcomes],
        headline=_headline(outcomes[0], best, form) if outcomes else "Nothing is held to be sold.",
        lines=[*_lines(outcomes, best, form), _COUNTED[view]] if outcomes else [],
    )


def columns_of(form: Format) -> Sequence[Column[WhatIfRow]]:
    """The columns, in the order shown."""
    kinds = Kinds[WhatIfRow](form)
    return (
        Column(key="method", title="Method", width=7, cell=lambda r: Cell(r.method, Tone.ACCENT)),
        kinds.number("lots", "Lots", 4, lambda r: r.lots),
        kinds.money("basis", "Basis", lambda r: r.basis, 12, drop_order=3),
        kinds.gain("short", "Short", lambda r: r.short, 10),
        kinds.gain("long", "Long", lambda r: r.long, 10),
        kinds.gain("section_1256", "60/40", lambda r: r.section_1256, 10, drop_order=4),
        kinds.amount("washed", "Washed", lambda r: r.washed, 9, drop_order=1),
        kinds.gain("net", "Net", lambda r: r.net, 11, drop_order=2),
        Column(key="clean", title="Clean from", width=10, cell=_clean),
        Column(key="marks", title="", width=8, cell=lambda r: Cell(r.marks, Tone.POSITIVE)),
    )


def _clean(row: WhatIfRow) -> Cell:
    if row.net is None:
        return UNKNOWN
    if not row.loses:
        return Cell("no loss", Tone.MUTED)
    if row.clean is None:
        return Cell("today", Tone.POSITIVE)
    return Cell(row.clean.isoformat(), Tone.WARNING)


def _row(each: "Outcome", *, is_best: bool) -> WhatIfRow:
    known = each.gain is not None
    marks = (["best"] if is_best else []) + (["own"] if each.own else [])
    return WhatIfRow(
        method=each.method.upper(),
        lots=len({closed.lot for closed in each.slices}),
        basis=each.basis,
        short=each.gain_of(Term.SHORT) if known else None,
        long=each.gain_of(Term.LONG) if known else None,
        section_1256=each.gain_of(Term.SECTION_1256),
        washed=each.disallowed,
        net=_net(each),
        loses=any((closed.tax_gain or 0) < 0 for closed in each.slices),
        clean=each.earliest_clean_day,
        marks=" ".join(marks),
    )


def _net(each: "Outcome") -> Decimal | None:
    return None if each.gain is None else each.gain + each.disallowed


def _best(outcomes: "Sequence[Outcome]") -> "list[Outcome]":
    """Those with the least net gain, and of it the least short-term; none where all are alike."""
    ranks = [
        (net, each.gain_of(Term.SHORT)) for each in outcomes if (net := _net(each)) is not None
    ]
    if len(set(ranks)) < 2:
        return []
    least = min(ranks)
    return [each for each in outcomes if (_net(each), each.gain_of(Term.SHORT)) == least]


def _headline(first: "Outcome", best: "Sequence[Outcome]", form: Format) -> str:
    proceeds = form.amount(first.proceeds).text
    what = "It would cost" if first.short else "It would bring"
    if first.gain is None:
        return f"{what} {proceeds} USD."
    which = "best: the least net gain" if best else "the method makes no difference"
    return f"{what} {proceeds} USD; {which}."


def _lines(outcomes: "Sequence[Outcome]", best: "Sequence[Outcome]", form: Format) -> Iterator[str]:
    if outcomes[0].missing:
        missing = form.quantity(outcomes[0].missing).text.strip()
        yield f"! {missing} of it are not held here, and are left out."
    if any(each.gain is None for each in outcomes):
        yield "! The basis of some of the lots is unknown: so is what would be gained."
    own = [each for each in outcomes if each.own]
    shown = (*best, *own, outcomes[0])[0]
    name = shown.method.upper()
    if shown.disallowed:
        amount = form.amount(shown.disallowed).text
        yield f"{name}: {amount} of the loss would be disallowed for what was bought already."
    if shown.permanent:
        yield f"{name}: {form.amount(shown.permanent).text} of that for good, an IRA bought."
    if shown.provisional_until is not None:
        amount = form.amount(shown.washable).text
        yield f"{name}: a purchase until {shown.provisional_until} would disallow up to {amount}."

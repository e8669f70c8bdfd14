"""Discrepancies under headings: what those of a group have in common, and what it is worth."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from qm_tui.queries.discrepancy_views import DiscrepancyView
from qm_tui.ui.break_words import GRAVITY, cause_of, severity_of, subject_of, verdict_of
from qm_tui.ui.cell import Cell, Tone
from qm_tui.ui.format import Format
from qm_tui.ui.ways_to_group import offered
from qm_tui.ui.widgets.headings import Grouping, Sum

_WAYS: Mapping[str, tuple[str, str, Callable[[DiscrepancyView], Any], Callable[[Any], str]]] = {
    "account": ("a", "account", lambda b: (b.broker, b.account), lambda b: b.account),
    "cause": ("k", "likely cause", lambda b: b.cause, lambda b: cause_of(b).capitalize()),
    "severity": ("h", "how bad", lambda b: b.severity, lambda b: severity_of(b).text),
    "verdict": (
        "c",
        "what was compared",
        lambda b: b.verdict,
        lambda b: verdict_of(b).capitalize(),
    ),
    "symbol": ("s", "symbol", subject_of, subject_of),
}
"""Column → the letter to press, what it is called, what a group has in common, its title."""


def letters(*, of_one_account: bool) -> dict[str, tuple[str, str]]:
    """What a dialog offers.

    Args:
        of_one_account: whether all are of one account, so that it tells nothing apart.
    """
    return offered(
        (letter, name, way)
        for way, (letter, name, _, _) in _WAYS.items()
        if not (of_one_account and way == "account")
    )


def grouping_by(way: object) -> Grouping[DiscrepancyView] | None:
    """Return how to group; None for what there is no way of."""
    if not isinstance(way, str) or way not in _WAYS:
        return None
    _, _, key, title = _WAYS[way]
    found: Grouping[DiscrepancyView] = Grouping(
        key=key,
        title=title,
        order=(lambda b: -GRAVITY.get(b.severity, 0)) if way == "severity" else None,
        column=way,
    )
    return found


def heading_of(form: Format, rows: Sequence[DiscrepancyView]) -> Mapping[str, Sum]:
    """What those below a heading are worth; `?` where that is not known of all.

    Args:
        form: how it is written.
        rows: below the heading.
    """
    currencies = {row.currency for row in rows}
    known = [row.currency_value for row in rows if row.currency_value is not None]
    if len(currencies) != 1 or not known:
        return {}
    total = sum(known, Decimal(0))
    cell = form.amount(total)
    if len(known) < len(rows):
        cell = Cell(f"? {cell.text}", Tone.WARNING)
    currency = Sum(cell=Cell(currencies.pop() or "—", Tone.MUTED))
    return {"currency_value": Sum(cell=cell, value=total), "currency": currency}

"""The columns of discrepancies, and what is said of one."""

import datetime as dt
from collections.abc import Callable, Sequence
from decimal import Decimal

from textual.content import Content

from qm_tui.domain.reconciliation.words import Verdict
from qm_tui.queries.views import DiscrepancyView
from qm_tui.ui.break_words import (
    GRAVITY,
    advice_of,
    cause_of,
    confidence_of,
    severity_of,
    status_of,
    subject_of,
    verdict_of,
)
from qm_tui.ui.cell import Cell, Tone
from qm_tui.ui.column_kinds import Kinds
from qm_tui.ui.format import Format, age
from qm_tui.ui.widgets.bar import words
from qm_tui.ui.widgets.columns import Column

_OF_SHARES = frozenset({Verdict.QUANTITY, Verdict.OPEN_LOTS, Verdict.BROKER_LOTS, Verdict.STATE})
"""What is counted in units; all else is money."""


def break_columns(
    form: Format, now: Callable[[], dt.datetime], *, of_one_account: bool
) -> Sequence[Column[DiscrepancyView]]:
    """The columns, in the order shown."""
    kinds = Kinds[DiscrepancyView](form)
    account = kinds.text("account", "Account", 10, lambda b: b.account, drop_order=6, letter="a")
    return (
        Column(
            key="severity", title="How bad", cell=severity_of, width=8,
            sort_key=lambda b: GRAVITY.get(b.severity), letter="h",
        ),
        *(() if of_one_account else (account,)),
        kinds.text("symbol", "What", 21, subject_of, min_width=10, letter="s"),
        kinds.text("verdict", "Compared", 13, verdict_of, drop_order=5, letter="c"),
        _written(form, "expected", "Expected", lambda b: b.expected, drop_order=4),
        _written(form, "actual", "Broker says", lambda b: b.actual, drop_order=3),
        _written(form, "difference", "Difference", lambda b: b.difference, signed=True),
        kinds.amount(
            "currency_value", "Worth", lambda b: b.currency_value, 12, letter="w", drop_order=2
        ),
        kinds.text("currency", "Ccy", 3, lambda b: b.currency, drop_order=9),
        kinds.text(
            "cause", "Likely cause", 22, cause_of, min_width=16, flexible=True, letter="k",
            drop_order=1,
        ),
        Column(
            key="confidence", title="Sure", cell=confidence_of, width=5, align="right",
            sort_key=lambda b: b.confidence, drop_order=8,
        ),
        Column(
            key="first_seen", title="Since", width=7, align="right", drop_order=7, letter="f",
            cell=lambda b: Cell(age(now(), b.first_seen), Tone.MUTED),
            sort_key=lambda b: b.first_seen,
        ),
        Column(
            key="last_seen", title="Seen", width=7, align="right", drop_order=11,
            cell=lambda b: Cell(age(now(), b.last_seen), Tone.MUTED),
            sort_key=lambda b: b.last_seen,
        ),
        Column(
            key="status", title="Status", cell=status_of, width=12,
            sort_key=lambda b: b.status, drop_order=10,
        ),
    )  # fmt: skip


def _written(
    form: Format,
    key: str,
    title: str,
    value: Callable[[DiscrepancyView], Decimal | None],
    *,
    drop_order: int = 0,
    signed: bool = False,
) -> Column[DiscrepancyView]:
    def cell(row: DiscrepancyView) -> Cell:
        return written(form, row, value(row), signed=signed)

    return Column(
        key=key, title=title, cell=cell, width=14, min_width=11, align="right",
        sort_key=value, drop_order=drop_order, letter=title[0].lower() if signed else None,
    )  # fmt: skip


def written(
    form: Format, row: DiscrepancyView, value: Decimal | None, *, signed: bool = False
) -> Cell:
    """Units or money, whichever was compared; a difference with its sign, and no gain or loss."""
    if row.verdict in _OF_SHARES:
        cell = form.quantity(value)
        return Cell(f"+{cell.text}") if signed and _is_more(form, value) else Cell(cell.text)
    cell = form.gain(value) if signed else form.amount(value)
    # The point stands where that of quantities does.
    return cell if value is None or form.hidden else Cell(f"{cell.text}  ")


def _is_more(form: Format, value: Decimal | None) -> bool:
    return value is not None and value > 0 and not form.hidden


def about_break(row: DiscrepancyView) -> Content:
    """What it is, why probably, and what to do."""
    parts = [
        words(f"{subject_of(row)} · {verdict_of(row)}: ", "bold $primary"),
        words(row.explanation or f"{cause_of(row).capitalize()}."),
    ]
    if advice := advice_of(row):
        parts += [words("  → ", "$text-accent"), words(advice, "$text-muted")]
    return Content.assemble(*parts)

"""The columns of discrepancies, and what is said of one."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal

from textual.content import Content

from qm_tui.domain.reconciliation.words import DiscrepancyStatus, Verdict
from qm_tui.queries.discrepancy_views import DiscrepancyView
from qm_tui.ui.break_words import (
    CAUSE_WIDTH,
    GRAVITY,
    advice_of,
    cause_of,
    confidence_of,
    explained,
    name_of,
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
    form: Format,
    now: Callable[[], dt.datetime],
    bracket: Callable[[DiscrepancyView], str],
    *,
    of_one_account: bool,
) -> Sequence[Column[DiscrepancyView]]:
    """The columns, in the order shown.

    Args:
        form: how numbers are written.
        now: the present, for ages.
        bracket: what joins a row with its neighbors that are about the same.
        of_one_account: whether all rows are of one account.
    """
    return [_muted_when_over(column) for column in _columns(form, now, bracket, of_one_account)]


def _muted_when_over(column: Column[DiscrepancyView]) -> Column[DiscrepancyView]:
    def cell(row: DiscrepancyView) -> Cell:
        found = column.cell(row)
        return Cell(found.text, Tone.MUTED) if row.status == DiscrepancyStatus.CLOSED else found

    return replace(column, cell=cell)


def _columns(
    form: Format,
    now: Callable[[], dt.datetime],
    bracket: Callable[[DiscrepancyView], str],
    of_one_account: bool,  # noqa: FBT001 - see above
) -> Sequence[Column[DiscrepancyView]]:
    kinds = Kinds[DiscrepancyView](form)
    account = kinds.text("account", "Account", 10, lambda b: b.account, drop_order=3, letter="a")
    return (
        Column(
            key="severity", title="How bad", cell=severity_of, width=8, min_width=7,
            sort_key=lambda b: GRAVITY.get(b.severity), letter="h",
        ),
        *(() if of_one_account else (account,)),
        Column(
            key="bracket", title="", width=1, drop_order=5, wordless=True,
            cell=lambda b: Cell(bracket(b), Tone.MUTED),
        ),
        _what(kinds),
        kinds.text("verdict", "Compared", 13, verdict_of, drop_order=4, letter="c"),
        _written(form, "expected", "Expected", lambda b: b.expected, drop_order=9),
        _written(form, "actual", "Broker says", lambda b: b.actual, drop_order=10),
        _written(form, "difference", "Difference", lambda b: b.difference, signed=True),
        kinds.amount(
            "currency_value", "Worth", lambda b: b.currency_value, 12, letter="w", drop_order=2
        ),
        kinds.text("currency", "Ccy", 3, lambda b: b.currency, drop_order=8),
        kinds.text(
            "cause", "Likely cause", 22, cause_of, min_width=CAUSE_WIDTH, flexible=True,
            letter="k", drop_order=1,
        ),
        Column(
            key="confidence", title="Sure", cell=confidence_of, width=5, align="right",
            sort_key=lambda b: b.confidence, drop_order=6,
        ),
        Column(
            key="first_seen", title="Since", width=7, align="right", drop_order=7, letter="f",
            cell=lambda b: Cell(age(now(), b.first_seen), Tone.MUTED),
            sort_key=lambda b: b.first_seen,
        ),
        Column(
            key="last_seen", title="Seen", width=7, align="right", drop_order=12,
            cell=lambda b: Cell(age(now(), b.last_seen), Tone.MUTED),
            sort_key=lambda b: b.last_seen,
        ),
        Column(
            key="status", title="Status", cell=status_of, width=12,
            sort_key=lambda b: b.status, drop_order=11,
        ),
    )  # fmt: skip


def _what(kinds: Kinds[DiscrepancyView]) -> Column[DiscrepancyView]:
    """What it is about; sorted and found by its whole symbol, too."""
    by_symbol = kinds.text("symbol", "What", 21, subject_of, min_width=18, letter="s")

    def text(row: DiscrepancyView) -> str:
        name, symbol = name_of(row), subject_of(row)
        return name if name == symbol else f"{name} {symbol}"

    return replace(by_symbol, cell=lambda row: Cell(name_of(row)), text=text)


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
    # What is not known of a holding is how many there are, or what they cost: with all its digits.
    in_full = row.verdict == Verdict.NOT_KNOWN and row.symbol is not None
    if in_full or row.verdict in _OF_SHARES:
        cell = form.quantity(value)
        return Cell(f"+{cell.text}") if signed and _is_more(form, value) else Cell(cell.text)
    cell = form.gain(value) if signed else form.amount(value)
    return cell if value is None or form.hidden else with_room(Cell(cell.text))


def with_room(cell: Cell) -> Cell:
    """Money, its point where that of quantities is."""
    known = any(digit in cell.text for digit in "0123456789")
    return Cell(f"{cell.text}  ", cell.tone) if known else cell


def _is_more(form: Format, value: Decimal | None) -> bool:
    return value is not None and value > 0 and not form.hidden


def about_break(form: Format, row: DiscrepancyView) -> Content:
    """Whose it is and what, why probably, and what to do."""
    parts = [
        words(f"{row.account} · {subject_of(row)} · {verdict_of(row)}: ", "bold $primary"),
        words(explained(form, row)),
    ]
    if advice := advice_of(row):
        parts += [words("  → ", "$text-accent"), words(advice, "$text-muted")]
    return Content.assemble(*parts)

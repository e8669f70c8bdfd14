"""How sums below a table are told."""

from collections.abc import Callable, Sequence
from decimal import Decimal

from textual.content import Content

from qm_tui.ui.cell import Cell, plain
from qm_tui.ui.format import Format
from qm_tui.ui.sums import Part, PositionSum
from qm_tui.ui.tones import STYLES
from qm_tui.ui.widgets.bar import words
from qm_tui.ui.widgets.sum_lines import Sum
from qm_tui.ui.widgets.sum_places import Figure

_NAMED = 2
"""That are named as missing in a sum; more are only counted."""
_LONGEST = 24
"""Characters of a name that comes from outside."""


def figure(column: str, label: str, cell: Cell, note: str = "") -> Figure:
    """A number of a sum, to stand below its column.

    Args:
        column: the key of it.
        label: what stands before the number where there is room, or no such column.
        cell: the number.
        note: what it could not include.
    """
    return Figure(
        column=column,
        label=words(label, "$text-muted"),
        number=words(cell.text.lstrip(), STYLES[cell.tone]),
        note=words(note, "$text-warning"),
    )


def told(
    column: str, label: str, part: Part, write: Callable[[Decimal | None], Cell], form: Format
) -> Figure:
    """A sum with its name, and what it could not include."""
    return figure(column, label, write(part.value), lacks(part, form))


def lacks(part: Part, form: Format) -> str:
    """What a sum could not include, in words; nothing where it is whole."""
    if part.value is None:
        # Where nothing is known there is one thing to say: that it was, of another day.
        return f"({names(part.past, form)}: an earlier day's)" if part.past else ""
    if not (part.without or part.past):
        return ""
    said = [f"without {names(part.past, form)}: an earlier day's"] if part.past else []
    if part.covers is not None:
        said.append(f"covers {form.percent(_downward(part.covers), digits=0).text} of value")
    elif part.without:
        said.append(f"without {names(part.without, form)}")
    return f"({'; '.join(said)})"


def names(of: Sequence[str], form: Format) -> str:
    """A few names, and how many more there are."""
    first = [plain(name[:_LONGEST]) for name in of[:_NAMED]]
    more = len(of) - _NAMED
    return ", ".join(first) + (f" and {form.number(more)} more" if more > 0 else "")


def position_sum(
    each: PositionSum, form: Format, weight: str = "", more: Sequence[Content | Figure] = ()
) -> Sum:
    """One line of sums.

    Args:
        each: the sums.
        form: how numbers are written.
        weight: of what shares are, in words.
        more: further parts.
    """
    name = each.currency or "no currency"
    parts = [
        told("market_value", "value", each.market_value, form.money, form),
        told("unrealized_pnl", "unrealized", each.unrealized_pnl, form.gain, form),
        told("daily_pnl", "day", each.daily_pnl, form.gain, form),
    ]
    if each.weight is not None and each.weight.value is not None:
        parts.append(told("weight", weight, each.weight, form.percent, form))
    return Sum(
        name=words(f"Σ {'all in ' if each.converted else ''}{plain(name)}  ", "bold $accent"),
        parts=[*parts, *more],
    )


def _downward(share: Decimal) -> Decimal:
    """What is not whole is never said to be: 99.7 % is 99 %."""
    return Decimal(int(share * 100)) / 100

"""What takes an account's margin: one line an underlying, as long as its share."""

from collections.abc import Sequence
from decimal import Decimal

from textual.content import Content

from qm_tui.queries.account_views import AccountView
from qm_tui.ui.cell import plain
from qm_tui.ui.format import Format
from qm_tui.ui.pulse.lines import MUTED, in_width, meter, shown
from qm_tui.ui.widgets.bar import words

_MOST = 20
"""Underlyings that are told."""
_NAME = 9
_NUMBER = 12
_LONGEST = 100
"""Characters of a name that are looked at."""


def margin_lines(account: AccountView, form: Format, width: int) -> Sequence[Content]:
    """Lines with a heading, the most first; none where nothing takes any."""
    told = [(one.underlying, one.maintenance or one.initial) for one in account.margin[:_MOST]]
    known = [abs(value) for _, value in told if value is not None]
    most = max(known, default=Decimal(0))
    if not most:
        return ()
    bar = max(width - _NAME - _NUMBER - 2, 1)
    lines = [words("Margin by underlying", "bold $primary")]
    for name, value in told:
        share = None if value is None else abs(value) / most
        cells = (
            in_width(words(plain(name[:_LONGEST])), _NAME),
            meter(share, bar, "$primary"),
            in_width(shown(form.money(value)), -_NUMBER),
        )
        lines.append(Content(" ").join(cells))
    if len(account.margin) > _MOST:
        lines.append(words(f"and {form.number(len(account.margin) - _MOST)} more", MUTED))
    return lines

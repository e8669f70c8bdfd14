"""What expires this week, and what moved most on the day."""

import datetime as dt
from collections.abc import Sequence
from typing import TypeVar

from textual.content import Content

from qm_tui.queries.pulse_views import Expiring, Mover, PulseView
from qm_tui.ui.format import Format, exact
from qm_tui.ui.pulse.lines import (
    MUTED,
    arrow,
    beside,
    columned,
    day_word,
    short_symbol,
    shown,
    tone_of,
    widest,
)
from qm_tui.ui.tones import STYLES
from qm_tui.ui.widgets.bar import words

T = TypeVar("T")

_WIDE = 44
_MIDDLE = 32


def draw_expiring(view: PulseView, form: Format, width: int, height: int) -> Sequence[Content]:
    """Lines for the panel: days, contract, quantity, whether in the money."""
    if not view.expiring:
        return [
            words(
                "no option expires within 7 days" if width >= _MIDDLE else "no option expires",
                MUTED,
            )
        ]
    told, more = _that_fit(view.expiring, height)
    rows = [_contract(one, form, width) for one in told]
    # Numbers stand in line; the contract gets what is left.
    days, quantity, inside = (widest(row[place] for row in rows) for place in (0, 2, 3))
    price = widest(row[4] for row in rows)
    room = max(width - days - quantity - inside - price - (4 if price else 3), 1)
    widths = [-days, min(room, widest(row[1] for row in rows)), -quantity, inside, -price]
    lines = columned([row[: 5 if price else 4] for row in rows], widths[: 5 if price else 4])
    return [*lines, *_more(more, form)]


def _contract(one: Expiring, form: Format, width: int) -> list[Content]:
    is_wide = width >= _WIDE
    style = "$text-error" if one.days < 0 else "$text-warning" if one.days <= 1 else ""
    day = "over" if one.days < 0 else "today" if is_wide and not one.days else f"{one.days} d"
    right = (one.right or "?")[:1].upper()
    strike = "?" if one.strike is None else exact(one.strike).replace(",", "")
    what = f"{one.underlying} {strike}{right}"
    if width >= _MIDDLE:
        what = f"{what} {one.expiry:%a}"
    if is_wide:
        what = f"{one.underlying} {strike} {right}  {one.expiry:%a %m-%d}"
    price = f"at {exact(one.underlying_price)}" if is_wide and one.underlying_price else ""
    return [
        words(day, style),
        words(what, "bold" if one.days <= 1 else ""),
        shown(form.quantity(one.quantity)),
        _money(one.in_the_money, is_wide=is_wide),
        words(price, MUTED),
    ]


def _money(inside: bool | None, *, is_wide: bool) -> Content:  # noqa: FBT001 - a fact, not a switch
    if inside is None:
        return words("? unknown" if is_wide else "?", MUTED)
    if inside:
        return words("◆ in the money" if is_wide else "◆ITM", "$text-warning")
    return words("◇ out of the money" if is_wide else "◇OTM", MUTED)


def movers_title(day: dt.date | None, today: dt.date) -> str:
    """Say of which day the biggest gains and losses are."""
    word = day_word(day, today)
    return "Movers today" if word == "day" else f"Movers of {word}"


def draw_movers(view: PulseView, form: Format, width: int, height: int) -> Sequence[Content]:
    """Lines for the panel: the biggest gains and losses of the day."""
    if not view.movers:
        if view.positions and view.without_day:
            return [words("no gains of the day yet", MUTED)]
        return [words("nothing moved", MUTED)]
    told = view.movers[:height]
    return [_mover(one, form, width, told) for one in told]


def _mover(one: Mover, form: Format, width: int, all_: Sequence[Mover]) -> Content:
    style = STYLES[tone_of(one.daily_pnl)]
    value = shown(form.gain(one.daily_pnl))
    room = widest(shown(form.gain(each.daily_pnl)) for each in all_)
    share = (
        words("" if one.share is None else form.change(one.share, digits=1).text.rjust(9), style)
        if width >= 34
        else Content()
    )
    right = Content.assemble(" " * (room - value.cell_length), value, share)
    left = Content.assemble(
        words(f"{arrow(one.daily_pnl)} ", style), words(short_symbol(one.symbol))
    )
    if width < _WIDE:
        return beside(left, right, width)
    # A bar says at a glance how much more the first did than the last.
    most = abs(all_[0].daily_pnl)
    space = width - 24 - right.cell_length
    length = int(abs(one.daily_pnl) / most * space) if most else 0
    bar = words("▬" * max(length, 1), style)
    start = left.truncate(20, ellipsis=True)
    start = Content.assemble(start, " " * (21 - start.cell_length), bar)
    return beside(start, right, width)


def _that_fit(rows: Sequence[T], height: int) -> tuple[Sequence[T], int]:
    if len(rows) <= height:
        return rows, 0
    told = rows[: max(height - 1, 1)]
    return told, len(rows) - len(told)


def _more(number: int, form: Format) -> list[Content]:
    return [words(f"and {form.number(number)} more", MUTED)] if number else []

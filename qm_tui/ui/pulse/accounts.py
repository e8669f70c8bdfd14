"""Accounts as a small table, each with its line of the last 90 days."""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import NamedTuple

from textual.content import Content

from qm_tui.queries.pulse_views import PulseAccount, PulseView
from qm_tui.ui.format import Format, age
from qm_tui.ui.pulse.lines import MUTED, columned, gain, shown, tone_of, widest
from qm_tui.ui.pulse.worth import change, spark
from qm_tui.ui.tones import STYLES
from qm_tui.ui.widgets.bar import words

_NAME = 10
"""Cells that a name has at least."""
_SPARK = 8
_NARROW_SPARK = 6
_APART = 2
_WIDE = 60


class _Column(NamedTuple):
    title: str
    cell: Callable[[PulseAccount], Content]
    rank: int
    """The highest goes first where there is no room."""
    width: int = 0
    """0 is as wide as it must be; what is right-aligned stands with its end in line."""
    left: bool = False


def draw_accounts(
    view: PulseView, form: Format, now: dt.datetime, today: dt.date, width: int, height: int
) -> Sequence[Content]:
    """Lines for the panel: what does not fit is left out, column by column, and counted."""
    if not view.accounts:
        return [words("no account yet", MUTED)]
    shown_accounts = view.accounts
    room = max(height - 1, 1)
    if len(shown_accounts) > room:
        shown_accounts = shown_accounts[: max(room - 1, 1)]
    columns = _columns(form, now, today, _room_for_spark(width))
    lines = _table(columns, shown_accounts, width, _APART if width >= _WIDE else 1)
    if len(shown_accounts) < len(view.accounts):
        more = len(view.accounts) - len(shown_accounts)
        lines.append(words(f"and {form.number(more)} more", MUTED))
    return lines


def _room_for_spark(width: int) -> int:
    if width < _WIDE:
        return _SPARK if width >= 48 else _NARROW_SPARK
    return min(width // 5, 36)


def _columns(form: Format, now: dt.datetime, today: dt.date, spark_width: int) -> list[_Column]:
    def line(account: PulseAccount) -> Content:
        recent = tuple(p for p in account.points if p[0] >= today - dt.timedelta(days=90))
        return words(spark(account.points, today, spark_width), STYLES[tone_of(change(recent))])

    def day(account: PulseAccount) -> Content:
        return gain(form, account.view.daily_pnl)

    def share(account: PulseAccount) -> Content:
        net, daily = account.view.net_liquidation, account.view.daily_pnl
        if net is None or daily is None or not net - daily:
            return Content()
        return words(form.change(daily / abs(net - daily)).text, STYLES[tone_of(daily)])

    def told(account: PulseAccount) -> Content:
        as_of = account.view.as_of
        return words("—" if as_of is None else age(now, as_of), MUTED)

    def currency(account: PulseAccount) -> Content:
        style = MUTED if account.is_converted else "$text-warning"
        return words(f"{account.view.base_currency or '—'}{'' if account.is_converted else ' !'}",
                     style)  # fmt: skip

    return [
        _Column("Account", _name, 0, left=True),
        _Column("90 days" if spark_width >= _SPARK else "90 d", line, 3, spark_width, left=True),
        _Column("Net liq.", lambda one: shown(form.money(one.view.net_liquidation)), 1),
        _Column("", currency, 5, left=True),
        _Column("Day P&L", day, 2),
        _Column("", share, 6),
        _Column("Unrealized", lambda one: gain(form, one.view.unrealized_pnl), 7),
        _Column("Cash", lambda one: shown(form.money(one.view.total_cash)), 8),
        _Column("Age", told, 4),
    ]


def _name(account: PulseAccount) -> Content:
    view = account.view
    grave = any(notice.kind != "information" for notice in view.notices)
    name = view.nickname or view.account
    if view.closed is not None:
        return words(f"{name} closed", MUTED)
    return words(f"! {name}" if grave else name, "$text-warning" if grave else "")


def _table(
    columns: Sequence[_Column], accounts: Sequence[PulseAccount], width: int, apart: int
) -> list[Content]:
    cells = [[column.cell(account) for account in accounts] for column in columns]
    needs = [
        column.width or max(widest(made), len(column.title))
        for column, made in zip(columns, cells, strict=True)
    ]
    needs[0] = min(needs[0], 24)
    kept = list(range(len(columns)))
    for place in sorted(kept, key=lambda place: -columns[place].rank):
        least = [needs[one] if one else min(needs[0], _NAME) for one in kept]
        if sum(least) + apart * (len(kept) - 1) <= width or place == 0:
            break
        kept.remove(place)
    others = sum(needs[one] for one in kept if one) + apart * (len(kept) - 1)
    needs[0] = min(needs[0], max(width - others, 1))
    widths = [needs[one] if columns[one].left else -needs[one] for one in kept]
    head = [words(columns[one].title, MUTED) for one in kept]
    rows = [[cells[one][row] for one in kept] for row in range(len(accounts))]
    return columned([head, *rows], widths, apart)

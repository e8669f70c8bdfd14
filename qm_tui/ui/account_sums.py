"""Sums of accounts, each number below its column, and whom they could not include."""

from collections.abc import Iterable, Iterator, Sequence

from qm_tui.queries.account_views import AccountTotal
from qm_tui.ui.cell import plain
from qm_tui.ui.format import Format
from qm_tui.ui.sum_words import figure
from qm_tui.ui.widgets.bar import words
from qm_tui.ui.widgets.sum_lines import Sum

_NAMED = 3
"""Accounts that are named as missing in a sum; more are only counted."""
_COLUMNS = {
    "net_liquidation": "net liquidation",
    "total_cash": "cash",
    "daily_pnl": "day P&L",
    "unrealized_pnl": "unrealized",
}


def account_sums(totals: Iterable[AccountTotal], baseless: int, form: Format) -> Iterator[Sum]:
    """Yield a line for each base currency, and one for what is not in it.

    Args:
        totals: by base currency.
        baseless: how many accounts have none; sums over them would add different ones.
        form: how numbers are written.
    """
    for total in totals:
        if total.base_currency is None:
            name = words("Σ no base currency: ", "bold $accent")
            yield Sum(name=name, parts=[words(form.count(baseless, "account"), "$text-muted")])
            continue
        yield Sum(
            name=words(f"Σ {plain(total.base_currency)}  ", "bold $accent"),
            parts=[
                figure("net_liquidation", "net", form.money(total.net_liquidation)),
                figure("unrealized_pnl", "unrealized", form.gain(total.unrealized_pnl)),
                figure("daily_pnl", "day", form.gain(total.daily_pnl)),
                figure("total_cash", "cash", form.money(total.total_cash)),
            ],
        )
        missing = [_without(*item, form) for item in total.missing.items() if item[1]]
        if missing:
            said = [f"{each};" for each in missing[:-1]] + missing[-1:]
            yield Sum(name=words("  "), parts=[words(each, "$text-warning") for each in said])


def _without(column: str, accounts: Sequence[str], form: Format) -> str:
    named = len(accounts) <= _NAMED
    which = ", ".join(map(plain, accounts)) if named else form.count(len(accounts), "account")
    return f"{_COLUMNS.get(column, column)} without {which}"

"""Below the accounts: cash and margin of the one under the cursor, and the totals."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget
from typing_extensions import override

from qm_tui.ui.cell import plain
from qm_tui.ui.format import Format, count
from qm_tui.ui.tones import labeled
from qm_tui.ui.widgets.bar import words

if TYPE_CHECKING:
    from qm_tui.queries.account_views import AccountTotal, AccountView

_APART = Content("   ")
_NAMED = 3
"""Accounts that are named as missing in a sum; more are only counted."""
_NOTICES = 3
"""Of an account that are told here."""
_MARGIN_LINES = 2
"""That tell an account's margin by underlying."""
_UNDERLYINGS = 20
"""That are told in them at most."""
_LONGEST = 400
"""Characters of one that are."""
_COLUMNS = {
    "net_liquidation": "net liquidation",
    "total_cash": "cash",
    "daily_pnl": "day P&L",
    "unrealized_pnl": "unrealized",
}


class AccountPanel(Widget):
    """A few lines; as many as there are base currencies, and two for the account."""

    DEFAULT_CSS = """
    AccountPanel { height: auto; max-height: 40%; padding: 0 1; background: $panel; }
    """

    account: "reactive[AccountView | None]" = reactive(None, layout=True)
    baseless: reactive[int] = reactive(0, layout=True)
    """How many accounts have no base currency; sums over them would add different ones."""
    totals: "reactive[tuple[AccountTotal, ...]]" = reactive((), layout=True)

    def __init__(self, form: Format) -> None:
        super().__init__()
        self._format = form

    def on_resize(self) -> None:
        """Break the lines elsewhere."""
        self.refresh(layout=True)

    @override
    def render(self) -> Content:
        lines = [*self._about_account(), *(line for t in self.totals for line in self._total(t))]
        return Content("\n").join(lines)

    def _about_account(self) -> Iterator[Content]:
        if (account := self.account) is None:
            return
        money = self._format.money
        cash = [labeled(amount.currency, money(amount.value)) for amount in account.cash]
        if not cash:
            cash = [labeled(account.base_currency or "", money(account.total_cash))]
        margin = [
            labeled("margin used", money(account.margin_used)),
            labeled("available", money(account.margin_available)),
            labeled("buying power", money(account.buying_power)),
        ]
        name = words(f"{account.account}  ", "bold $primary")
        if account.paper:
            name = Content.assemble(name, words("paper account  ", "bold $text-accent"))
        title = words("cash  ", "$text-muted")
        yield from self._in_lines(Content.assemble(name, title), cash)
        yield from self._in_lines(Content(" " * name.cell_length), margin)
        yield from self._by_underlying(account)
        for notice in account.notices[:_NOTICES]:
            style = "$text-muted" if notice.kind == "information" else "$text-warning"
            sign = "i " if notice.kind == "information" else "! "
            yield words(sign + notice.message[:_LONGEST], style)

    def _by_underlying(self, account: "AccountView") -> Iterator[Content]:
        """What takes the margin, the most first."""
        title = words("  margin by underlying  ", "$text-muted")
        parts = [
            labeled(plain(one.underlying), self._format.money(one.maintenance or one.initial))
            for one in account.margin[:_UNDERLYINGS]
        ]
        lines: list[Content] = []
        for told in range(len(parts), 0, -1):
            more = len(account.margin) - told
            rest = [words(f"and {more:,} more", "$text-muted")] if more else []
            lines = list(self._in_lines(title, [*parts[:told], *rest]))
            if len(lines) <= _MARGIN_LINES:
                break
        yield from lines

    def _total(self, total: "AccountTotal") -> Iterator[Content]:
        if total.base_currency is None:
            name = words("Σ no base currency: ", "bold $accent")
            yield Content.assemble(name, words(count(self.baseless, "account"), "$text-muted"))
            return
        form = self._format
        values = (
            labeled("net", form.money(total.net_liquidation)),
            labeled("unrealized", form.gain(total.unrealized_pnl)),
            labeled("day", form.gain(total.daily_pnl)),
            labeled("cash", form.money(total.total_cash)),
        )
        name = words(f"Σ {total.base_currency}  ", "bold $accent")
        yield from self._in_lines(name, values)
        missing = {column: names for column, names in total.missing.items() if names}
        if missing:
            yield words(
                "  " + "; ".join(_without(*item) for item in missing.items()), "$text-warning"
            )

    def _in_lines(self, title: Content, parts: Iterable[Content]) -> Iterator[Content]:
        """As many parts a line as fit: a break inside one would part a number from its name."""
        width = self.screen.size.width - self.gutter.width
        line, is_empty = title, True
        for part in parts:
            if not is_empty and line.cell_length + len(_APART) + part.cell_length > width:
                yield line
                line, is_empty = Content(" " * title.cell_length), True
            line = Content.assemble(line, "" if is_empty else _APART, part)
            is_empty = False
        yield line


def _without(column: str, accounts: tuple[str, ...]) -> str:
    which = ", ".join(accounts) if len(accounts) <= _NAMED else count(len(accounts), "account")
    return f"{_COLUMNS.get(column, column)} without {which}"

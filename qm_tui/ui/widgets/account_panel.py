"""Below the accounts: cash and margin of the one under the cursor."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget
from typing_extensions import override

from qm_tui.ui.cell import plain
from qm_tui.ui.format import Format
from qm_tui.ui.tones import labeled
from qm_tui.ui.widgets.bar import words
from qm_tui.ui.widgets.sum_lines import broken

if TYPE_CHECKING:
    from qm_tui.queries.account_views import AccountView

_APART = Content("   ")
_NOTICES = 3
"""Of an account that are told here."""
_MARGIN_LINES = 2
"""That tell an account's margin by underlying."""
_UNDERLYINGS = 20
"""That are told in them at most."""
_LONGEST = 400
"""Characters of one that are."""


class AccountPanel(Widget):
    """A few lines."""

    DEFAULT_CSS = """
    AccountPanel { height: auto; max-height: 40%; padding: 0 1; background: $panel; }
    """

    account: "reactive[AccountView | None]" = reactive(None, layout=True)

    def __init__(self, form: Format) -> None:
        super().__init__()
        self._format = form

    def on_resize(self) -> None:
        """Break the lines elsewhere."""
        self.refresh(layout=True)

    @override
    def render(self) -> Content:
        return Content("\n").join(self._about_account())

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
            rest = [words(f"and {self._format.number(more)} more", "$text-muted")] if more else []
            lines = list(self._in_lines(title, [*parts[:told], *rest]))
            if len(lines) <= _MARGIN_LINES:
                break
        yield from lines

    def _in_lines(self, title: Content, parts: Iterable[Content]) -> Iterator[Content]:
        """As many parts a line as fit: a break inside one would part a number from its name."""
        return broken(title, parts, self.screen.size.width - self.gutter.width, _APART)

"""One discrepancy: both sides, why probably, what to do, and what proves it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static
from typing_extensions import override

from qm_tui.queries.views import DiscrepancyView, EvidenceView
from qm_tui.ui.break_words import (
    advice_of,
    cause_of,
    confidence_of,
    severity_of,
    status_of,
    subject_of,
    verdict_of,
)
from qm_tui.ui.cell import Cell, Tone
from qm_tui.ui.feeds import Feed, ListFeed
from qm_tui.ui.screens.break_columns import written
from qm_tui.ui.screens.discrepancies import narrowed
from qm_tui.ui.screens.table_screen import TableScreen
from qm_tui.ui.session import Session
from qm_tui.ui.tones import toned
from qm_tui.ui.widgets.bar import words
from qm_tui.ui.widgets.columns import Column

if TYPE_CHECKING:
    from qm_tui.store.reader import Reader

Numbered = tuple[int, EvidenceView]

_FACTS = {
    "trades": "trade",
    "cash_transactions": "cash",
    "transfers": "transfer",
    "corporate_actions": "corporate action",
    "option_events": "option event",
    "positions": "position",
    "broker_lots": "broker's lot",
    "tax_lots": "lot",
    "balances": "balance",
    "nav_summaries": "statement total",
}


class EvidenceScreen(TableScreen[Numbered]):
    """Enter on a line of evidence leads to the broker's own row."""

    noun = ("piece of evidence", "pieces of evidence")
    EMPTY: ClassVar[str] = "No single fact proves it. t shows the trades, L the lots."
    DRILLS: ClassVar[bool] = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("t", "trades", "Trades", id="evidence.trades"),
        Binding("L", "lots", "Lots", id="evidence.lots"),
    ]

    def __init__(self, session: Session, trail: Sequence[str], row: DiscrepancyView) -> None:
        self.discrepancy = row
        super().__init__(session, (*trail, subject_of(row)))

    @property
    @override
    def account(self) -> str | None:
        return self.discrepancy.account

    @override
    def columns(self) -> Sequence[Column[Numbered]]:
        return (
            Column(
                key="fact",
                title="What",
                width=16,
                cell=lambda e: Cell(_FACTS.get(e[1].fact or "", e[1].fact or "—"), Tone.MUTED),
                drop_order=1,
            ),
            Column(
                key="says",
                title="Evidence",
                width=60,
                min_width=30,
                flexible=True,
                cell=lambda e: Cell(e[1].says),
            ),
        )

    @override
    def body(self) -> ComposeResult:
        yield Static(id="verdict", markup=False)
        yield from super().body()

    @override
    def make_feed(self) -> Feed[Numbered]:
        return ListFeed(self._fetch, lambda piece: piece[0])

    async def _fetch(self, reader: "Reader") -> Sequence[Numbered]:
        from qm_tui.domain.selection import Scope  # noqa: PLC0415 - small, and only here
        from qm_tui.queries.discrepancies import discrepancies  # noqa: PLC0415 - SQLAlchemy

        scope = Scope(account=self.discrepancy.account, broker=self.discrepancy.broker)
        known = await discrepancies(reader, scope, every=True)
        # It may have changed, or be over: what is said here is what is known now.
        self.discrepancy = next(
            (row for row in known if row.id == self.discrepancy.id), self.discrepancy
        )
        return list(enumerate(self.discrepancy.evidence))

    @override
    async def load(self, reader: "Reader") -> None:
        await super().load(reader)
        self._tell()

    @override
    def redraw(self) -> None:
        super().redraw()
        self._tell()

    def _tell(self) -> None:
        row, form = self.discrepancy, self.session.format

        def side(name: str, cell: Cell) -> Content:
            return Content.assemble(
                words(f"{name:<14}", "$text-muted"), words(f"{cell.text:>20}", "bold")
            )

        lines = [
            Content.assemble(
                toned(severity_of(row)), "  ", toned(status_of(row)), "  ",
                words(f"{row.account} · {subject_of(row)} · {verdict_of(row)}", "bold $primary"),
            ),
            side("We expect", written(form, row, row.expected)),
            side("Broker says", written(form, row, row.actual)),
            side("Difference", written(form, row, row.difference, signed=True)),
            side("Worth", form.amount(row.currency_value)) + words(f" {row.currency or ''}"),
            Content(),
            Content.assemble(
                words("Likely cause  ", "$text-muted"), words(cause_of(row), "bold"), "  ",
                words(f"sure: {confidence_of(row).text}", "$text-muted"),
            ),
            words(row.explanation),
            Content.assemble(words("→ ", "$text-accent"), words(advice_of(row))),
            words(
                f"First seen {form.moment(row.first_seen).text}, "
                f"last seen {form.moment(row.last_seen).text}",
                "$text-muted",
            ),
        ]  # fmt: skip
        self.query_one("#verdict", Static).update(Content("\n").join(lines))

    @override
    def source_of(self, row: Numbered) -> tuple[int | None, int | None]:
        return row[1].document_id, row[1].document_row

    def action_trades(self) -> None:
        """Show the trades of the holding, or of the account."""
        from qm_tui.ui.screens.lots_ways import trades_page  # noqa: PLC0415 - when asked for

        self.app.push_screen(trades_page(self.session, *narrowed(self.trail, self.discrepancy)))

    def action_lots(self) -> None:
        """Show the lots of the holding, or of the account."""
        from qm_tui.ui.screens.lots import LotsScreen  # noqa: PLC0415 - when asked for

        self.app.push_screen(LotsScreen(self.session, *narrowed(self.trail, self.discrepancy)))

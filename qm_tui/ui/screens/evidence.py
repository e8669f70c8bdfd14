"""One discrepancy: both sides, why probably, what to do, what proves it, and its life."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from typing_extensions import override

from qm_tui.queries.discrepancy_views import DiscrepancyEventView, DiscrepancyView, EvidenceView
from qm_tui.ui.break_life import life_of
from qm_tui.ui.break_words import (
    advice_of,
    cause_of,
    confidence_of,
    explained,
    sentence,
    severity_of,
    status_of,
    subject_of,
    verdict_of,
)
from qm_tui.ui.cell import Cell, Tone
from qm_tui.ui.feeds import Feed, ListFeed
from qm_tui.ui.screens.break_columns import with_room, written
from qm_tui.ui.screens.discrepancies import lots_behind, positions_behind, trades_behind
from qm_tui.ui.screens.page import Page
from qm_tui.ui.screens.table_screen import TableScreen
from qm_tui.ui.session import Session
from qm_tui.ui.tones import toned
from qm_tui.ui.widgets.bar import words
from qm_tui.ui.widgets.columns import Column
from qm_tui.ui.widgets.sentences import Sentences

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
_TABS = {
    "trades": "t",
    "cash_transactions": "c",
    "transfers": "x",
    "corporate_actions": "d",
    "option_events": "n",
}
"""Where facts stand: the tabs of activity."""
_LOTS = frozenset({"tax_lots", "broker_lots"})


class EvidenceScreen(TableScreen[Numbered]):
    """Enter on a line of evidence leads to the broker's own row."""

    noun = ("piece of evidence", "pieces of evidence")
    EMPTY: ClassVar[str] = "No single fact proves it. t shows the trades, L the lots."
    DRILLS: ClassVar[bool] = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("t", "trades", "Trades", id="evidence.trades"),
        Binding("L", "lots", "Lots", id="evidence.lots"),
    ]

    _life: Sequence[DiscrepancyEventView] = ()

    def __init__(self, session: Session, trail: Sequence[str], row: DiscrepancyView) -> None:
        self.discrepancy = row
        super().__init__(session, (*trail, subject_of(row)))

    @property
    @override
    def account(self) -> str | None:
        return self.discrepancy.account

    @override
    def columns(self) -> Sequence[Column[Numbered]]:
        def says(piece: Numbered) -> Cell:
            return Cell(sentence(self.session.format, self.discrepancy, piece[1].says))

        def fact(piece: Numbered) -> Cell:
            return Cell(_FACTS.get(piece[1].fact or "", piece[1].fact or "—"), Tone.MUTED)

        def document(piece: Numbered) -> Cell:
            return Cell(piece[1].document or "—", Tone.MUTED)

        return (
            Column(key="fact", title="What", width=16, cell=fact, drop_order=1, letter="w"),
            Column(
                key="says", title="Evidence", width=60, min_width=30, flexible=True, cell=says
            ),
            Column(
                key="document", title="From", width=24, min_width=12, cell=document, drop_order=2
            ),
        )  # fmt: skip

    @override
    def body(self) -> ComposeResult:
        yield Sentences(id="verdict")
        yield from super().body()

    @override
    def make_feed(self) -> Feed[Numbered]:
        return ListFeed(self._fetch, lambda piece: piece[0])

    async def _fetch(self, reader: "Reader") -> Sequence[Numbered]:
        from qm_tui.domain.selection import Scope  # noqa: PLC0415 - small, and only here
        from qm_tui.queries.discrepancies import discrepancies, life  # noqa: PLC0415 - SQLAlchemy

        scope = Scope(account=self.discrepancy.account, broker=self.discrepancy.broker)
        known = await discrepancies(reader, scope, every=True)
        # It may have changed, or be over: what is said here is what is known now.
        self.discrepancy = next(
            (row for row in known if row.id == self.discrepancy.id), self.discrepancy
        )
        self._life = await life(reader, self.discrepancy.id)
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
        self.query_one("#verdict", Sentences).say(Content("\n").join(self._verdict()))

    def _verdict(self) -> Iterator[Content]:
        row, form = self.discrepancy, self.session.format
        yield Content.assemble(
            toned(severity_of(row)), "  ", toned(status_of(row)), "  ",
            words(f"{row.account} · {subject_of(row)} · {verdict_of(row)}", "bold $primary"),
        )  # fmt: skip
        yield _side("We expect", written(form, row, row.expected))
        yield _side("Broker says", written(form, row, row.actual))
        yield _side("Difference", written(form, row, row.difference, signed=True))
        worth = form.amount(row.currency_value)
        yield _side("Worth", with_room(worth)) + words(f" {row.currency or ''}")
        sure = confidence_of(row).text
        yield Content.assemble(
            words("Likely cause  ", "$text-muted"), words(cause_of(row), "bold"),
            words("" if sure == "—" else f"  sure: {sure}", "$text-muted"),
        )  # fmt: skip
        yield words(explained(form, row))
        yield Content.assemble(words("→ ", "$text-accent"), words(advice_of(row)))
        for line in life_of(form, row, self._life):
            yield words(line, "$text-muted")

    @override
    def source_of(self, row: Numbered) -> tuple[int | None, int | None]:
        return row[1].document_id, row[1].document_row

    @override
    def below(self, row: Numbered) -> Page | None:
        if (raw := super().below(row)) is not None:
            return raw
        # A fact that came through an API, or one of ours: where it stands among its like.
        session, trail, fact = self.session, self.trail, row[1].fact
        if fact in _TABS:
            return trades_behind(session, trail, self.discrepancy, _TABS[fact])
        if fact == "positions":
            return positions_behind(session, trail, self.discrepancy)
        return lots_behind(session, trail, self.discrepancy) if fact in _LOTS else None

    def action_trades(self) -> None:
        """Show the trades of the holding, or of the account."""
        self.app.push_screen(trades_behind(self.session, self.trail, self.discrepancy))

    def action_lots(self) -> None:
        """Show the lots of the holding, or of the account."""
        self.app.push_screen(lots_behind(self.session, self.trail, self.discrepancy))


def _side(name: str, cell: Cell) -> Content:
    return Content.assemble(words(f"{name:<14}", "$text-muted"), words(f"{cell.text:>20}", "bold"))

"""What does not add up, and why probably."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from typing_extensions import override

from qm_tui.domain.selection import Scope
from qm_tui.queries.views import DiscrepancyView
from qm_tui.ui.break_words import GRAVITY
from qm_tui.ui.feeds import Feed, ListFeed
from qm_tui.ui.screens.break_columns import about_break, break_columns
from qm_tui.ui.screens.page import Page
from qm_tui.ui.screens.table_screen import TableScreen
from qm_tui.ui.session import Session
from qm_tui.ui.widgets.columns import Column
from qm_tui.ui.widgets.record_table import RecordTable
from qm_tui.ui.widgets.sentences import Sentences

if TYPE_CHECKING:
    from qm_tui.store.reader import Reader


class DiscrepanciesScreen(TableScreen[DiscrepancyView]):
    """Open ones, or all there ever were; the gravest first."""

    noun = ("discrepancy", "discrepancies")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("t", "trades", "Trades", id="discrepancies.trades"),
        Binding("L", "lots", "Lots", id="discrepancies.lots"),
        Binding("a", "every", "Open / all", id="discrepancies.every"),
    ]

    def __init__(self, session: Session, trail: Sequence[str], scope: Scope = Scope()) -> None:
        super().__init__(session, trail, scope)
        self.every = False
        """Whether those that are over are shown, too."""
        self._unsure = False

    @override
    def columns(self) -> Sequence[Column[DiscrepancyView]]:
        return break_columns(
            self.session.format,
            self.session.context.now,
            of_one_account=self.scope.account is not None,
        )

    @override
    def body(self) -> ComposeResult:
        yield from super().body()
        yield Sentences(id="about-break")

    @override
    def make_feed(self) -> Feed[DiscrepancyView]:
        return ListFeed(self._fetch, lambda row: row.id)

    async def _fetch(self, reader: "Reader") -> Sequence[DiscrepancyView]:
        from qm_tui.queries.discrepancies import discrepancies  # noqa: PLC0415 - SQLAlchemy

        rows = await discrepancies(reader, self.scope, every=self.every)
        if self.every:
            return rows
        return sorted(rows, key=lambda row: -GRAVITY.get(row.severity, 0))

    @override
    async def load(self, reader: "Reader") -> None:
        await super().load(reader)
        self._tell()

    @override
    def summary(self) -> str:
        said = super().summary()
        return f"{said}, those that are over too" if said and self.every else said

    @override
    def empty_text(self) -> str:
        status = self.session.status
        if status is not None and status.open_breaks is None:
            return "Nothing was compared yet: sync (r) or import a statement (I) first."
        if self.every:
            return "Nothing has ever been amiss."
        return "Everything adds up. a shows what was amiss before."

    @on(RecordTable.Highlighted)
    def _tell(self) -> None:
        row = self.table.cursor_row
        said = Content() if row is None else about_break(row)
        self.query_one("#about-break", Sentences).say(said)

    @override
    def redraw(self) -> None:
        super().redraw()
        self._tell()

    def action_every(self) -> None:
        """Show also those that are over, or only those that are open."""
        self.every = not self.every
        self.action_reload()

    @override
    def below(self, row: DiscrepancyView) -> Page:
        from qm_tui.ui.screens.evidence import EvidenceScreen  # noqa: PLC0415 - when asked for

        return EvidenceScreen(self.session, self.trail, row)

    def action_trades(self) -> None:
        """Show the trades of the holding, or of the account."""
        from qm_tui.ui.screens.lots_ways import trades_page  # noqa: PLC0415 - when asked for

        if (row := self.table.cursor_row) is not None:
            self.app.push_screen(trades_page(self.session, *narrowed(self.trail, row)))

    def action_lots(self) -> None:
        """Show the lots of the holding, or of the account."""
        from qm_tui.ui.screens.lots import LotsScreen  # noqa: PLC0415 - when asked for

        if (row := self.table.cursor_row) is not None:
            self.app.push_screen(LotsScreen(self.session, *narrowed(self.trail, row)))


def narrowed(trail: Sequence[str], row: DiscrepancyView) -> tuple[tuple[str, ...], Scope]:
    """The trail and the scope of what a discrepancy is about."""
    names = (row.account, row.symbol) if row.symbol else (row.account,)
    scope = Scope(account=row.account, broker=row.broker, instrument_id=row.instrument_id)
    return (*trail, *names), scope

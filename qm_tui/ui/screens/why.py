"""Why a lot or a gain is what it is: each step with the fact it follows from."""

from collections.abc import Awaitable, Callable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static
from typing_extensions import override

from qm_tui.queries.lot_views import WhyStep, WhyView
from qm_tui.ui.cell import Cell, Tone
from qm_tui.ui.column_kinds import Kinds
from qm_tui.ui.feeds import Feed, ListFeed
from qm_tui.ui.format import UNKNOWN
from qm_tui.ui.masked import masked
from qm_tui.ui.screens.table_screen import TableScreen
from qm_tui.ui.session import Session
from qm_tui.ui.widgets.bar import Bar, words
from qm_tui.ui.widgets.columns import Column
from qm_tui.ui.widgets.notice import Notice
from qm_tui.ui.widgets.record_table import RecordTable

if TYPE_CHECKING:
    from qm_tui.store.reader import Reader

Explain = Callable[["Reader"], Awaitable[WhyView | None]]
Numbered = tuple[int, WhyStep]


class WhyScreen(TableScreen[Numbered]):
    """The steps from the oldest; Enter leads to the broker's own row of one."""

    noun = ("step", "steps")
    EMPTY: ClassVar[str] = "There is nothing to tell."
    DRILLS: ClassVar[bool] = False

    def __init__(self, session: Session, trail: Sequence[str], explain: Explain) -> None:
        self._explain = explain
        self.why: WhyView | None = None
        super().__init__(session, (*trail, "why"))

    @override
    def columns(self) -> Sequence[Column[Numbered]]:
        kinds = Kinds[Numbered](self.session.format)
        return (
            kinds.date("day", "Day", lambda s: s[1].day),
            kinds.text("account", "Account", 10, lambda s: s[1].account, drop_order=3),
            Column(
                key="text",
                title="What happened",
                width=44,
                min_width=34,
                flexible=True,
                cell=lambda s: self._what(s[1]),
            ),
            kinds.number("lot", "Lot", 5, lambda s: s[1].lot, drop_order=2),
            Column(
                key="quantity",
                title="Change",
                width=12,
                align="right",
                cell=lambda s: self._change(s[1].quantity_before, s[1].quantity_after),
                drop_order=1,
            ),
            kinds.quantity("quantity_after", "Quantity", lambda s: s[1].quantity_after, 11),
            Column(
                key="basis",
                title="Change",
                width=13,
                align="right",
                cell=lambda s: self._basis_change(s[1]),
                drop_order=1,
            ),
            kinds.money("basis_after", "Basis", lambda s: s[1].basis_after, 12),
            kinds.text("currency", "Ccy", 3, lambda s: s[1].currency, drop_order=5),
            kinds.text("document", "From", 24, lambda s: s[1].document, min_width=12, drop_order=4),
        )

    def _what(self, step: WhyStep) -> Cell:
        """What happened to the lot; what happened to another one is set in."""
        told = self._told(step)
        return Cell(f"↳ {told}", Tone.MUTED) if step.aside else Cell(told)

    def _told(self, step: WhyStep) -> str:
        """The line in words without its day, which has a column."""
        text = step.text.removeprefix(f"{step.day} ")
        return masked(self.session.format, text, *self._names())

    def _names(self) -> set[str]:
        """What stays while amounts are hidden: lots of other accounts and symbols have a part."""
        steps = () if self.why is None else self.why.steps
        return {name for step in steps for name in (step.account, step.symbol)}

    def _change(self, before: Decimal, after: Decimal) -> Cell:
        form = self.session.format
        difference = after - before
        cell = form.quantity(difference)
        if form.hidden or not difference:
            return Cell("=", Tone.MUTED) if not difference else cell
        return Cell(f"+{cell.text}", cell.tone) if difference > 0 else cell

    def _basis_change(self, step: WhyStep) -> Cell:
        before = step.basis_before if step.quantity_before else Decimal(0)
        if before is None or step.basis_after is None:
            return UNKNOWN
        difference = step.basis_after - before
        if not difference:
            return Cell("=", Tone.MUTED)
        cell = self.session.format.gain(difference)
        # A basis that grows is no gain.
        return Cell(cell.text)

    @override
    def body(self) -> ComposeResult:
        yield Bar(id="choice")
        yield from super().body()
        yield Static(id="reasons", markup=False)

    @override
    def make_feed(self) -> Feed[Numbered]:
        return ListFeed(self._fetch, lambda step: step[0])

    async def _fetch(self, reader: "Reader") -> Sequence[Numbered]:
        self.query_one("#choice", Bar).say(right=words("working…", "bold $accent"))
        self.why = await self._explain(reader)
        return [] if self.why is None else list(enumerate(self.why.steps))

    @override
    async def load(self, reader: "Reader") -> None:
        await super().load(reader)
        why = self.why
        bar, reasons = self.query_one("#choice", Bar), self.query_one("#reasons", Static)
        reasons.display = why is not None
        if why is None:
            bar.say(words(""), words(""))
            lines = ["The facts have changed since the row was read.", "Esc leads back, r reloads."]
            self.show_notice(Notice("This is not so any more", lines))
            return
        bar.say(words(why.title, "bold $primary"), words("oldest first", "$text-muted"))
        self._tell()

    @override
    def redraw(self) -> None:
        super().redraw()
        self._tell()

    @on(RecordTable.Highlighted)
    def _tell(self) -> None:
        """Say all of the step under the cursor, and what it comes to in the end."""
        if self.why is None:
            return
        row = self.table.cursor_row
        form, names = self.session.format, self._names()
        lines = [words(masked(form, line, *names)) for line in self.why.summary]
        if row is not None:
            lines.insert(0, words(f"{row[1].day}  {self._told(row[1])}", "bold"))
        self.query_one("#reasons", Static).update(Content("\n").join(lines))

    @override
    def source_of(self, row: Numbered) -> tuple[int | None, int | None]:
        return row[1].document_id, row[1].document_row

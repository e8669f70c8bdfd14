"""Tax lots and what was realized: derived from the facts, or as the brokers reported them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Static
from textual.worker import Worker, WorkerState
from typing_extensions import override

from qm_tui.domain.conditions import Wanted
from qm_tui.domain.selection import Order, Scope
from qm_tui.ui.feeds import Feed, ListFeed, PagedFeed
from qm_tui.ui.masked import masked
from qm_tui.ui.screens import lots_actions
from qm_tui.ui.screens.lots_pages.choice import Choice, choice_in_words, state_in_words
from qm_tui.ui.screens.lots_pages.kind import Asked, LotsPage
from qm_tui.ui.screens.lots_pages.pages import PAGES
from qm_tui.ui.screens.lots_ways import nothing_reported, trades_of, trades_page
from qm_tui.ui.screens.page import Page
from qm_tui.ui.screens.summed import Summed
from qm_tui.ui.screens.tabbed_screen import TabbedScreen, tab_bindings
from qm_tui.ui.session import Session
from qm_tui.ui.widgets.bar import Bar, words
from qm_tui.ui.widgets.columns import Column
from qm_tui.ui.widgets.record_table import RecordTable
from qm_tui.ui.widgets.row_source import ListSource

if TYPE_CHECKING:
    from qm_tui.queries.lot_views import DerivedState
    from qm_tui.store.reader import Reader

YEARS = "n"
"""The page that leads to the gains of one year."""
_REPORTED = ("broker lot", "broker lots")
_OF_LOTS = frozenset({"why", "what_if", "suppose"})
"""Actions that mean a lot or a gain, and neither a sum nor a finding."""


class LotsScreen(Summed, TabbedScreen):
    """Lots, gains, years, adjustments and findings of all accounts, or of one position."""

    TABS: ClassVar[Mapping[str, LotsPage[Any]]] = PAGES
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("w", "why", "Why", id="lots.why"),
        Binding("x", "what_if", "What if", id="lots.what-if"),
        Binding("v", "view", "View", id="lots.view"),
        Binding("m", "suppose", "Method", id="lots.method"),
        Binding("t", "trades", "Trades", id="lots.trades"),
        Binding("b", "source", "Broker's", id="lots.source"),
        Binding("A", "set_method", "Set method", id="lots.set-method"),
        *tab_bindings("lots", PAGES.values()),
    ]  # fmt: skip

    def __init__(self, session: Session, trail: Sequence[str], scope: Scope = Scope()) -> None:
        self.choice = Choice()
        self.year: int | None = None
        self.state: DerivedState | None = None
        self.working = False
        """Whether rows are on their way that the user is waiting for."""
        self._source_chosen = False
        self._total: Any = None
        self._summed: tuple[object, ...] = (None,) * 5
        """What the sums below are of."""
        super().__init__(session, trail, scope)

    # What is shown

    @property
    def shown_page(self) -> LotsPage[Any]:
        """The page in front."""
        return self.TABS[self.tab_key]

    @property
    def asked(self) -> Asked:
        """What the page in front is asked for; what brokers do not report is always derived."""
        choice = self.choice
        if not self.shown_page.REPORTED and not choice.derived:
            choice = replace(choice, derived=True)
        scope = replace(self.scope, year=self._shown_year)
        return Asked(scope=scope, choice=choice, today=self.session.today)

    @override
    def columns(self) -> Sequence[Column[Any]]:
        return self.shown_page.columns(self.session.format, self.scope)

    @override
    def make_feed(self) -> Feed[Any]:
        page = self.shown_page
        if not page.is_paged(self.asked):
            return ListFeed(lambda reader: page.fetch(reader, self.asked), page.row_key)
        table = self.table
        field, descending = table.sorted_by or self.sorted_by[0], table.sorted_reverse
        return PagedFeed(
            lambda reader, wanted, order: page.ask(reader, self._asked_with(wanted), order),
            Order(field=field, descending=descending),
            key=page.row_key,
            spawn=lambda work: self.run_worker(work, group="pages", exit_on_error=False),
            on_count=self.show_frame,
        )

    def _asked_with(self, wanted: Wanted) -> Asked:
        asked = self.asked
        return replace(asked, scope=asked.scope.wanting(wanted))

    def _fit_feed(self) -> None:
        """What is read by the page from the store is booked in memory under another method."""
        if isinstance(self.feed, PagedFeed) != self.shown_page.is_paged(self.asked):
            self.feed = self.make_feed()
            if orders := self.table.orders:
                self.feed.sort(orders)
            self.filter.again()
            self._tables[self.tab_key] = (self.table, self.feed)

    # The frame

    @override
    def body(self) -> ComposeResult:
        tabs, *tables, foot = super().body()
        yield tabs
        yield Bar(id="choice")
        yield from tables
        yield Static(id="detail", markup=False)
        yield foot

    @override
    def show_frame(self) -> None:
        super().show_frame()
        asked = self.asked
        said = choice_in_words(asked.choice, applies=self.shown_page.SUPPOSES)
        state = (
            words("working…", "bold $accent")
            if self.working
            else state_in_words(self.state, self.session.format)
        )
        self.query_one("#choice", Bar).say(said, state)
        self._say_sums()
        self._tell()

    @property
    def _shown_year(self) -> int | None:
        return self.year if self.shown_page.BY_YEAR else None

    def _say_sums(self) -> None:
        source, hidden = self.table.source, self.session.format.hidden
        loaded = source.rows if isinstance(source, ListSource) else None
        summed = (loaded, self._total, self.filter.text, hidden, self.tab_key)
        if all(one is other for one, other in zip(summed, self._summed, strict=True)):
            return  # There may be many rows, and this is called often.
        self._summed = summed
        rows = []
        if loaded is not None:
            rows = [row for row in map(source.row, range(len(source))) if row is not None]
        self.say_sums(self.shown_page.foot(rows, self._total, self.session.format))

    @override
    def redraw(self) -> None:
        super().redraw()
        self._tell()

    @on(RecordTable.Highlighted)
    def _tell(self) -> None:
        row = self.table.cursor_row
        text = "" if row is None else self.shown_page.about(row)
        detail = self.query_one("#detail", Static)
        detail.display = self.shown_page.TELLS
        # Findings tell quantities, too.
        names = (getattr(row, "symbol", None), getattr(row, "account", None))
        detail.update(words(masked(self.session.format, text, *names)))

    @override
    def empty_text(self) -> str:
        if self.state is not None and not self.state.derived and self.asked.choice.derived:
            return "Nothing is derived yet."
        if self.asked.choice.derived:
            return self.shown_page.EMPTY
        return nothing_reported(self.shown_page.noun, narrowed=self._is_narrowed)

    # Loading

    @override
    def action_reload(self) -> None:
        self._fit_feed()
        super().action_reload()

    @override
    async def load(self, reader: "Reader") -> None:
        from qm_tui.queries.lots import derived_state  # noqa: PLC0415 - brings SQLAlchemy

        self.state = await derived_state(reader)
        if not self._source_chosen:
            # Until something is derived, what the broker says is all there is.
            self.choice = replace(self.choice, derived=self.state.derived)
        self._name_rows()
        await super().load(reader)
        self._total = await self.shown_page.total(reader, self.asked)
        self.working = False

    def _name_rows(self) -> None:
        one, many = self.shown_page.noun
        if self.tab_key == "p" and not self.choice.derived:
            one, many = _REPORTED
        of_year = "" if self._shown_year is None else f" of {self._shown_year}"
        self.noun = (one + of_year, many + of_year)

    @override
    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        if event.state is WorkerState.ERROR and event.worker.group == "load":
            self.working = False
            self.show_frame()
        super().on_worker_state_changed(event)

    def ask_for(self, choice: Choice) -> None:
        """Show something else; the rows there are stay until that is here."""
        self.choice = choice
        self._source_chosen = True
        self.working = True
        self._total = None
        self.show_frame()
        self.action_reload()

    def decided(self) -> None:
        """Lots may be others now, also on the other screens."""
        self.session.generation += 1
        self.working = True
        self.show_frame()
        self.action_reload()

    # What is found again

    @override
    def view_state(self) -> Mapping[str, Any]:
        return {**super().view_state(), **self.choice.as_json()}

    @override
    def restore_view_state(self, state: Mapping[str, Any]) -> None:
        super().restore_view_state(state)
        if (choice := self.choice.restored(state)) != self.choice:
            self.ask_for(choice)

    @override
    def memory(self) -> Mapping[str, Any]:
        chosen = {"choice": self.choice, "source_chosen": self._source_chosen, "year": self.year}
        return {**super().memory(), **chosen}

    @override
    def recall(self, memory: Mapping[str, Any]) -> None:
        super().recall(memory)
        self.choice, self.year = memory["choice"], memory["year"]
        self._source_chosen = memory["source_chosen"]

    # Where rows lead

    @override
    def choose(self, row: Any) -> None:
        if (year := self.shown_page.year_of(row)) is None:
            super().choose(row)
            return
        self.year, self._total = year, None
        self.run_worker(self.action_tab("c"), group="tabs", exclusive=True, exit_on_error=False)

    @override
    def below(self, row: Any) -> Page | None:
        if self.shown_page.ENDS_AT_SOURCE and (page := super().below(row)) is not None:
            return page
        return trades_of(self.session, self.trail, self.scope, row)

    @override
    def beyond(self) -> Page | None:
        return trades_page(self.session, self.trail, self.scope) if self._is_narrowed else None

    @property
    def _is_narrowed(self) -> bool:
        return self.scope.account is not None or self.scope.instrument_id is not None

    @override
    async def action_back(self) -> None:
        if self._shown_year is not None and not self.filter.text:
            # The years lead to the gains of one, and nothing else does.
            self.year, self._total = None, None
            await self.action_tab(YEARS)
        else:
            await super().action_back()

    # Keys

    def action_view(self) -> None:
        """Show the next view of wash sales."""
        self.ask_for(self.choice.next_view())

    def action_source(self) -> None:
        """Show what the brokers reported, or what follows from the facts."""
        self.ask_for(self.choice.other_source())

    def action_suppose(self) -> None:
        """Ask for a method, and show the lots as if every sale had used it."""
        lots_actions.suppose(self)

    def action_why(self) -> None:
        """Show how the row under the cursor came about."""
        lots_actions.explain(self)

    def action_what_if(self) -> None:
        """Ask what a sale would bring."""
        lots_actions.ask_what_if(self)

    def action_set_method(self) -> None:
        """Decide which method an account uses from a day on."""
        lots_actions.set_method(self)

    def action_trades(self) -> None:
        """Show the trades of the row's instrument, also where there are no lots."""
        row = self.table.cursor_row
        if row is not None and self.shown_page.year_of(row) is None:
            self.app.push_screen(trades_of(self.session, self.trail, self.scope, row))
        else:
            self.go_beyond()

    @override
    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "back" and self._shown_year is not None:
            return True
        if action in _OF_LOTS and not self.shown_page.SUPPOSES:
            return False
        return super().check_action(action, parameters)

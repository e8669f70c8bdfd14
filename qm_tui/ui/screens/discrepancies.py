"""What does not add up, and why probably."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from typing_extensions import override

from qm_tui.domain.conditions import Kind
from qm_tui.domain.selection import Scope
from qm_tui.queries.discrepancy_views import DiscrepancyView, ReconciliationView
from qm_tui.ui.break_groups import grouping_by, heading_of, letters
from qm_tui.ui.break_words import advice_of, explained, said_together, sentence, worst_first
from qm_tui.ui.condition_fields import Field
from qm_tui.ui.feeds import Feed, ListFeed
from qm_tui.ui.format import age
from qm_tui.ui.screens.break_columns import about_break, break_columns
from qm_tui.ui.screens.page import Page
from qm_tui.ui.screens.table_screen import TableScreen
from qm_tui.ui.session import Session
from qm_tui.ui.ways_to_group import FLAT
from qm_tui.ui.widgets.beside import side_notes
from qm_tui.ui.widgets.columns import Column
from qm_tui.ui.widgets.grouped_source import GroupedSource
from qm_tui.ui.widgets.record_table import RecordTable
from qm_tui.ui.widgets.row_source import RowSource
from qm_tui.ui.widgets.sentences import Sentences

if TYPE_CHECKING:
    from qm_tui.store.reader import Reader

_OVER = "closed"


class DiscrepanciesScreen(TableScreen[DiscrepancyView]):
    """Open ones, or all there ever were; the gravest first."""

    noun = ("discrepancy", "discrepancies")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("t", "trades", "Trades", id="discrepancies.trades"),
        Binding("L", "lots", "Lots", id="discrepancies.lots"),
        Binding("a", "every", "Open / all", id="discrepancies.every"),
        Binding("w", "group", "Group", id="discrepancies.group"),
    ]

    def __init__(self, session: Session, trail: Sequence[str], scope: Scope = Scope()) -> None:
        self.every = False
        """Whether those that are over are shown, too."""
        self.grouped_by = FLAT
        self._grouped: GroupedSource[DiscrepancyView] | None = None
        self._chosen = False
        self._brackets: Mapping[int, str] = {}
        self._compared: ReconciliationView | None = None
        super().__init__(session, trail, scope)

    @override
    def columns(self) -> Sequence[Column[DiscrepancyView]]:
        return break_columns(
            self.session.format,
            self.session.context.now,
            self._bracket,
            of_one_account=self.scope.account is not None,
        )

    def _bracket(self, row: DiscrepancyView) -> str:
        # In another order those of one holding are not together.
        alone = self.table.orders or self._grouped is not None or self.filter.text
        return "" if alone else self._brackets.get(row.id, "")

    @override
    def more_fields(self) -> Sequence[Field]:
        return [
            Field(key="open", kind=Kind.FLAG, value=lambda row: row.status != _OVER),
            Field(key="closed", kind=Kind.FLAG, value=lambda row: row.status == _OVER),
            Field(key="cash", kind=Kind.FLAG, value=lambda row: row.instrument_id is None),
        ]

    @override
    def body(self) -> ComposeResult:
        yield from super().body()
        yield Sentences(id="about-break")

    @override
    def more_about(self, row: DiscrepancyView, width: int) -> Sequence[Content]:
        form = self.session.format
        said = [sentence(form, row, f"· {each.says}") for each in row.evidence]
        return [
            *side_notes("What probably happened", [explained(form, row)], width),
            *side_notes("What to do", [advice_of(row)], width),
            *side_notes("What speaks for it", said, width),
        ]

    # The rows

    @override
    def make_feed(self) -> Feed[DiscrepancyView]:
        self.list: ListFeed[DiscrepancyView] = ListFeed(self._fetch, lambda row: row.id)
        return self.list

    @override
    def shown_source(self) -> RowSource[DiscrepancyView] | None:
        return self.list.source if self._grouped is None else self._grouped

    async def _fetch(self, reader: "Reader") -> Sequence[DiscrepancyView]:
        from qm_tui.queries.discrepancies import (  # noqa: PLC0415 - brings SQLAlchemy
            discrepancies,
            reconciliation,
        )

        self._compared = await reconciliation(reader, self.scope)
        rows = worst_first(await discrepancies(reader, self.scope, every=self.every))
        self._brackets = said_together(rows)
        return rows

    @override
    async def load(self, reader: "Reader") -> None:
        await super().load(reader)
        if not self._chosen:
            self._chosen = True
            await self.session.kept.read()
            self.group_by(self.session.kept.get("group.discrepancies"))
        self._tell()

    @override
    def summary(self) -> str:
        compared, said = self._compared, super().summary()
        if self.every and said:
            said = f"{said}, those that are over too"
        if compared is None or compared.reconciled_at is None or compared.breaks is None:
            return said
        when = age(self.session.context.now(), compared.reconciled_at)
        form = self.session.format
        breaks = form.count(compared.breaks, "break")
        result = f"compared {form.count(compared.holdings, 'holding')}, {breaks}"
        shown = [said] if self.every or self.filter.text else []
        return " · ".join([*shown, result, f"reconciled {when} ago"])

    @override
    def empty_text(self) -> str:
        compared = self._compared
        if compared is None or compared.reconciled_at is None:
            return (
                "Nothing was compared yet: that takes what is held, and its history. Sync (r), or "
                "import statements (I)."
            )
        if self.every:
            return "Nothing has ever been amiss."
        return "Everything adds up. a shows what was amiss before."

    @on(RecordTable.Highlighted)
    def _tell(self) -> None:
        row = self.table.cursor_row
        said = Content() if row is None else about_break(self.session.format, row)
        self.query_one("#about-break", Sentences).say(said)

    @override
    def redraw(self) -> None:
        if self._grouped is not None:
            self._grouped.update_headings()
        super().redraw()
        self._tell()

    @override
    def grow_older(self) -> None:
        super().grow_older()
        self.table.redraw()

    # What the user chooses

    def action_every(self) -> None:
        """Show also those that are over, or only those that are open."""
        self.every = not self.every
        self.action_reload()

    def action_group(self) -> None:
        """Ask by what rows are grouped."""
        from qm_tui.ui.dialogs.letters import LetterDialog  # noqa: PLC0415 - when asked for

        offered = letters(of_one_account=self.scope.account is not None)
        self.app.push_screen(LetterDialog("group by", offered), self._choose_group)

    def _choose_group(self, way: str | None) -> None:
        if way is None:
            return
        self._chosen = True
        self.group_by(way)
        kept = self.session.kept.keep("group.discrepancies", None if way == FLAT else way)
        self.run_worker(kept, group="preferences", exit_on_error=False)

    def group_by(self, way: object) -> None:
        """Show rows under headings; by what there is no way of, without."""
        grouping = grouping_by(way)
        self.grouped_by = str(way) if grouping is not None else FLAT
        self._grouped = None
        if grouping is not None:
            sums = partial(heading_of, self.session.format)
            self._grouped = GroupedSource(self.list.source, [grouping], sums)
        source = self.shown_source()
        if source is not None and self.table.source is not source and self.list.total is not None:
            self.table.show(source)

    @override
    def view_state(self) -> Mapping[str, Any]:
        return {**super().view_state(), "group": self.grouped_by, "every": self.every}

    @override
    def restore_view_state(self, state: Mapping[str, Any]) -> None:
        super().restore_view_state(state)
        self._chosen = True
        self.group_by(state.get("group"))
        if (every := state.get("every") is True) != self.every:
            self.every = every
            self.action_reload()

    # Where it leads

    @override
    def below(self, row: DiscrepancyView) -> Page:
        from qm_tui.ui.screens.evidence import EvidenceScreen  # noqa: PLC0415 - when asked for

        return EvidenceScreen(self.session, self.trail, row)

    def action_trades(self) -> None:
        """Show the trades of the holding, or of the account."""
        if (row := self.table.cursor_row) is not None:
            self.app.push_screen(trades_behind(self.session, self.trail, row))

    def action_lots(self) -> None:
        """Show the lots of the holding, or of the account."""
        if (row := self.table.cursor_row) is not None:
            self.app.push_screen(lots_behind(self.session, self.trail, row))


def trades_behind(
    session: Session, trail: Sequence[str], row: DiscrepancyView, tab: str | None = None
) -> Page:
    """What happened to a holding; of cash or of a total, all in the account.

    Args:
        session: what all screens share.
        trail: the screens one came through.
        row: what does not add up.
        tab: of activity; None is what fits.
    """
    from qm_tui.ui.screens.activity import ActivityScreen  # noqa: PLC0415 - when asked for

    names, scope = _narrowed(trail, row)
    tab = tab or ("t" if row.instrument_id is not None else "a")
    return ActivityScreen(session, (*names, "trades" if tab == "t" else "activity"), scope, tab)


def lots_behind(session: Session, trail: Sequence[str], row: DiscrepancyView) -> Page:
    """The lots of a holding; of cash or of a total, all of the account."""
    from qm_tui.ui.screens.lots import LotsScreen  # noqa: PLC0415 - when asked for

    return LotsScreen(session, *_narrowed(trail, row))


def positions_behind(session: Session, trail: Sequence[str], row: DiscrepancyView) -> Page:
    """What the broker says is held."""
    from qm_tui.ui.screens.positions import PositionsScreen  # noqa: PLC0415 - when asked for

    return PositionsScreen(session, *_narrowed(trail, row))


def _narrowed(trail: Sequence[str], row: DiscrepancyView) -> tuple[tuple[str, ...], Scope]:
    names = (row.account, row.symbol) if row.symbol else (row.account,)
    scope = Scope(account=row.account, broker=row.broker, instrument_id=row.instrument_id)
    return (*trail, *(name for name in names if name not in trail)), scope

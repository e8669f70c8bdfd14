"""Imports and syncs, and what each of them brought."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from typing_extensions import override

from qm_tui.domain.selection import Order, Scope
from qm_tui.queries.paging import Pages
from qm_tui.queries.views import ChangeView, RunView
from qm_tui.ui.cell import Cell, Tone
from qm_tui.ui.column_kinds import Kinds
from qm_tui.ui.feeds import Feed, ListFeed, PagedFeed
from qm_tui.ui.format import duration
from qm_tui.ui.screens.page import Page
from qm_tui.ui.screens.raw_row import FIRST_ROW
from qm_tui.ui.screens.table_screen import TableScreen
from qm_tui.ui.session import Session
from qm_tui.ui.widgets.columns import Column

if TYPE_CHECKING:
    from qm_tui.store.reader import Reader

_STATES = {"failed": Tone.ERROR, "partial": Tone.WARNING, "running": Tone.ACCENT}
_CHANGES = {
    "added": ("+ added", Tone.POSITIVE),
    "changed": ("~ changed", Tone.ACCENT),
    "refused": ("! refused", Tone.ERROR),
    "new": ("? new", Tone.WARNING),
    "seen": ("= seen", Tone.MUTED),
}


class RunsScreen(TableScreen[RunView]):
    """Every import and sync, the newest first."""

    noun = ("import", "imports")
    EMPTY: ClassVar[str] = "Nothing was imported yet. Press I to import a statement."
    sorted_by = ("run", True)

    @override
    def columns(self) -> Sequence[Column[RunView]]:
        kinds = Kinds[RunView](self.session.format)
        return (
            kinds.number("run", "Run", 5, lambda r: r.run, letter="r"),
            kinds.moment("started_at", "Started", lambda r: r.started_at, letter="t"),
            kinds.text(
                "name",
                "What",
                30,
                lambda r: r.name or r.connection,
                min_width=12,
                letter="n",
                flexible=True,
            ),
            kinds.text("kind", "Kind", 8, lambda r: r.kind, drop_order=8),
            Column(
                key="state",
                title="State",
                cell=_state,
                width=9,
                letter="s",
                sort_key=lambda r: r.state,
            ),
            kinds.text("duration", "Took", 9, _took, drop_order=5),
            kinds.number("received", "Rows", 8, lambda r: r.received, drop_order=4),
            kinds.number("added", "Added", 8, lambda r: r.added, letter="a"),
            kinds.number("changed", "Changed", 7, lambda r: r.changed, letter="c"),
            kinds.number("unchanged", "Same", 8, lambda r: r.unchanged, drop_order=3),
            kinds.number(
                "refused",
                "Refused",
                7,
                lambda r: r.refused,
                tone=Tone.ERROR,
                drop_order=1,
                letter="f",
            ),
            kinds.number(
                "warnings",
                "Warn.",
                5,
                lambda r: len(r.warnings),
                tone=Tone.WARNING,
                drop_order=2,
                letter="w",
            ),
            kinds.text(
                "accounts", "Accounts", 24, lambda r: ", ".join(r.accounts) or None, drop_order=6
            ),
            kinds.text("error", "Error", 30, lambda r: r.error, drop_order=7, tone=Tone.ERROR),
        )

    @override
    def make_feed(self) -> Feed[RunView]:
        return ListFeed(self._fetch, lambda run: run.run)

    async def _fetch(self, reader: "Reader") -> Sequence[RunView]:
        from qm_tui.queries.syncs import runs  # noqa: PLC0415 - brings SQLAlchemy

        return await runs(reader)

    @override
    def below(self, row: RunView) -> Page:
        name = f"{row.run} {row.name or row.connection}"
        return ChangesScreen(self.session, (*self.trail, name), row.run)

    @override
    def source_of(self, row: RunView) -> tuple[int | None, int | None]:
        return row.document_id, FIRST_ROW


class ChangesScreen(TableScreen[ChangeView]):
    """What one run added, changed, refused or met for the first time."""

    noun = ("change", "changes")
    EMPTY: ClassVar[str] = "This run changed nothing."
    DRILLS: ClassVar[bool] = False

    def __init__(self, session: Session, trail: Sequence[str], run: int) -> None:
        super().__init__(session, trail, Scope(run=run))
        self.run_number = run

    @override
    def columns(self) -> Sequence[Column[ChangeView]]:
        return (
            Column(key="change", title="Change", cell=_change, width=10),
            Column(key="section", title="Section", cell=lambda c: Cell(c.section), width=16),
            Column(key="account", title="Account", cell=lambda c: Cell(c.account or "—"), width=10),
            Column(
                key="what",
                title="What",
                cell=lambda c: Cell(c.what),
                width=36,
                min_width=20,
                flexible=True,
            ),
            Column(
                key="row",
                title="Row",
                width=8,
                align="right",
                drop_order=1,
                cell=lambda c: Cell(
                    "—" if c.document_row is None else f"{c.document_row + 1:,}", Tone.MUTED
                ),
            ),
        )

    @override
    def make_feed(self) -> Feed[ChangeView]:
        return PagedFeed(
            self._ask,
            Order(field="id"),
            key=lambda change: (change.change, change.section, change.id),
            spawn=lambda work: self.run_worker(work, group="pages", exit_on_error=False),
            on_count=self.show_frame,
        )

    def _ask(self, reader: "Reader", text: str | None, order: Order) -> Pages[ChangeView]:
        from qm_tui.queries.syncs import changes  # noqa: PLC0415 - brings SQLAlchemy

        del text, order  # The list of changes has one order and no filter.
        return changes(reader, self.run_number)

    @override
    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in {"filter", "sort"}:
            return False
        return super().check_action(action, parameters)


def _state(run: RunView) -> Cell:
    return Cell(run.state, _STATES.get(run.state, Tone.PLAIN))


def _took(run: RunView) -> str:
    return duration(run.started_at, run.finished_at)


def _change(change: ChangeView) -> Cell:
    return Cell(*_CHANGES.get(change.change, (change.change, Tone.PLAIN)))

"""What screens of positions share: rows that follow what is pushed, sums, and where Enter leads."""

import asyncio
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from textual.binding import Binding, BindingType
from typing_extensions import override

from qm_tui.domain.selection import Scope
from qm_tui.queries.position_views import PositionView
from qm_tui.ui.cell import Cell, Tone, plain
from qm_tui.ui.feeds import Feed, ListFeed
from qm_tui.ui.format import age
from qm_tui.ui.screens.grouped import GroupedScreen
from qm_tui.ui.screens.page import Page
from qm_tui.ui.screens.summed import Summed
from qm_tui.ui.session import Session
from qm_tui.ui.steadily import Steadily, Steps, at_once
from qm_tui.ui.widgets.columns import Column
from qm_tui.ui.widgets.live_source import LiveSource
from qm_tui.ui.widgets.sum_lines import Sum

if TYPE_CHECKING:
    from qm_tui.domain.live import LiveBook, LiveChange
    from qm_tui.domain.records import Position
    from qm_tui.queries.weights import Weighing
    from qm_tui.store.reader import Reader
    from qm_tui.ui.live_rows import LiveRows

V = TypeVar("V", bound=PositionView)

_SUMS = 0.5
"""Seconds between two sums over what changes by itself."""
_PORTION = 250
"""Rows that are summed before a key has its turn."""
_AT_ONCE = 50
"""Rows that are brought up to date before a key has its turn."""
_MISSED = 0.02
"""Seconds until what was pushed and is no row becomes one, with all that comes by then."""


class HoldingsScreen(Summed, GroupedScreen[V]):
    """Subclasses say what is read, what it is now, and which sums stand below."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("t", "trades", "Trades", id="positions.trades"),
        Binding("m", "merge", "Merge", id="positions.merge"),
        Binding("x", "exposure", "Exposure", id="positions.exposure"),
    ]

    def __init__(self, session: Session, trail: Sequence[str], scope: Scope = Scope()) -> None:
        super().__init__(session, trail, scope)
        self._rows: LiveRows[V] | None = None
        self.weighing: Weighing | None = None
        """None until something is read."""
        self._foot = Steadily(self, _SUMS, self._sum_up_by_portions)
        self._catch_up = Steadily(self, _MISSED, self._read_again)

    # What subclasses say

    async def stored(self, reader: "Reader") -> Sequence[V]:
        """Read what is stored."""
        raise NotImplementedError

    def now(self, row: V, live: "LiveBook") -> V:
        """Lay what was pushed over what is stored."""
        raise NotImplementedError

    def weigh(self) -> Iterable[Any]:
        """What is summed of each of the rows that the filter lets through, as it is now."""
        raise NotImplementedError

    def sums(self, weighed: Sequence[Any]) -> Steps[Sequence[Sum]]:
        """Reckon what stands below, with turns for keys where there are many rows."""
        raise NotImplementedError

    async def closed(self, reader: "Reader", held: Sequence[V]) -> Sequence[V]:
        """Read what is shown beside what is held."""
        del reader, held
        return ()

    def belongs(self, pushed: "Position") -> bool:
        """Whether something that was pushed should be a row here."""
        scope = self.scope
        is_narrow = scope.symbol is not None or scope.instrument_id is not None
        return scope.account in {None, pushed.account} and not is_narrow

    def nothing(self, usual: str) -> str:
        """What stands where rows would be; where something failed to come, that it did."""
        missed = [
            plain(each.connection)
            for each in self.session.health
            if each.runs and each.last_success is None
        ]
        if not missed:
            return usual
        return f"Nothing here, but not all of {', '.join(missed)} has come yet: 7 says why."

    # The rows

    @override
    def make_feed(self) -> Feed[V]:
        self.source = LiveSource[V]([], holding_key, self._latest)
        self.make_groups(self.source)
        return ListFeed(self._fetch, holding_key, self.source)

    @override
    def put(self, rows: Sequence[V], now: Sequence[V]) -> None:
        self.source.expect(now)
        self.source.replace(rows)

    @override
    def severity(self, row: V) -> str | None:
        return self.broken.get((row.account, row.instrument_id))

    async def _read_beside(self, reader: "Reader") -> None:
        """Read what says more of the rows than they do."""
        from qm_tui.queries.weights import weighing  # noqa: PLC0415 - brings SQLAlchemy

        self.weighing = await weighing(reader, self.scope)
        self.weighing.look_again(self.live)
        self.groups.names = self.weighing.names
        self.groups.categories = self.weighing.categories(self.session.context.categories)
        await self.read_broken(reader)
        self.recall_group()

    async def _fetch(self, reader: "Reader") -> Sequence[V]:
        await self._read_beside(reader)
        rows = await self.stored(reader)
        held = [(row, now) for row, now in await self._brought_up(rows) if now.quantity]
        closed = await self.closed(reader, rows)
        rows, now = self.wanted([*held, *zip(closed, closed, strict=True)])
        self.source.expect(now)
        return rows

    async def _brought_up(self, rows: Sequence[V]) -> list[tuple[V, V]]:
        """Return rows with what they are now."""
        if self.live is None:
            return list(zip(rows, rows, strict=True))
        pairs: list[tuple[V, V]] = []
        for start in range(0, len(rows), _AT_ONCE):
            part = rows[start : start + _AT_ONCE]
            # What has just arrived was made of what is newest.
            pairs += [(row, row if row.arriving else self._latest(row)) for row in part]
            if not part[0].arriving:
                await asyncio.sleep(0)
        return pairs

    def _latest(self, row: V) -> V:
        live = self.live
        return row if live is None else self.now(row, live)

    @override
    def on_live(self, change: "LiveChange") -> None:
        from qm_tui.ui.live_rows import LiveRows  # noqa: PLC0415 - it brings records

        if (live := self.live) is None or self.loaded is None:
            return
        if self._rows is None:
            self._rows = LiveRows(self.source, self.table, holding_key)
        self._rows.show(change, live)
        self._foot.soon()
        if self._rows.missing(change, live, self.belongs):
            self._catch_up.soon()

    @override
    def redraw(self) -> None:
        self.source.forget()
        self.forget_headings()
        super().redraw()

    # The sums

    @override
    def show_frame(self) -> None:
        super().show_frame()
        self._sum_up()

    def _sum_up(self) -> None:
        if self.weighing is not None:
            self.weighing.look_again(self.live)
        self.say_sums(at_once(self.sums(list(self.weigh()))))

    def _sum_up_by_portions(self) -> Iterator[None]:
        weighed = []
        if self.weighing is not None:
            self.weighing.look_again(self.live)
        for number, weight in enumerate(self.weigh(), 1):
            weighed.append(weight)
            if number % _PORTION == 0:
                yield
        yield
        self.say_sums((yield from self.sums(weighed)))
        self.forget_headings()

    def _read_again(self) -> Iterable[None]:
        self.action_reload()
        return ()

    # Where rows lead

    @override
    def choose(self, row: V) -> None:
        if not self._is_arriving(row):
            super().choose(row)

    def _is_arriving(self, row: V) -> bool:
        """Tell whether a row leads nowhere yet, and say so."""
        if row.arriving:
            says = (
                f"{plain(row.symbol)} has just arrived and is being stored; try again in a moment."
            )
            self.notify(says, timeout=3, markup=False)
        return row.arriving

    @override
    def below(self, row: V) -> Page:
        from qm_tui.ui.screens.lots import LotsScreen  # noqa: PLC0415 - when asked for

        return LotsScreen(self.session, *self._narrowed(row))

    @override
    def beyond(self) -> Page | None:
        from qm_tui.ui.screens.lots_ways import trades_page  # noqa: PLC0415 - when asked for

        # An account may be flat and still have a history.
        return trades_page(self.session, self.trail, self.scope) if self.scope.account else None

    def action_trades(self) -> None:
        """Show the trades that led to the position; without positions, those of the account."""
        from qm_tui.ui.screens.lots_ways import trades_page  # noqa: PLC0415 - when asked for

        if (row := self.table.cursor_row) is None:
            if self.table.cursor_heading is None:
                self.go_beyond()
        elif not self._is_arriving(row):
            self.app.push_screen(trades_page(self.session, *self._narrowed(row)))

    def action_merge(self) -> None:
        """Show what is held of each instrument in all accounts together."""
        from qm_tui.ui.screens.merged import MergedScreen  # noqa: PLC0415 - when asked for

        self.app.push_screen(MergedScreen(self.session, (*self.trail, "merged"), self.scope))

    def action_exposure(self) -> None:
        """Show what each underlying stands for, with the options on it."""
        from qm_tui.ui.screens.exposure import ExposureScreen  # noqa: PLC0415 - when asked for

        self.app.push_screen(ExposureScreen(self.session, (*self.trail, "exposure"), self.scope))

    def _narrowed(self, row: V) -> tuple[tuple[str, ...], Scope]:
        scope = Scope(account=row.account, broker=row.broker, instrument_id=row.instrument_id)
        # An account that is not in the trail yet must be, or the lots seem to be of all accounts.
        names = (row.symbol,) if self.scope.account else (row.account, row.symbol)
        return (*self.trail, *names), scope

    def age_column(self) -> Column[V]:
        """How long ago a row was so."""
        return Column(
            key="as_of",
            title="Age",
            cell=self.age_of,
            width=8,
            min_width=6,
            align="right",
            sort_key=lambda row: row.as_of,
            drop_order=1,
        )

    def age_of(self, row: V) -> Cell:
        """How long ago a row was so, with a sign where that is in doubt."""
        if not row.quantity:
            return Cell("closed", Tone.MUTED)
        text = age(self.session.context.now(), row.as_of)
        # A position that the newest answer did not confirm may be gone.
        return Cell(f"? {text}", Tone.WARNING) if row.stale else Cell(text, Tone.MUTED)


_NAMES = frozenset({"account", "as_of", "broken", "description", "realized_pnl", "symbol"})
"""Columns that are as they are, however old the values beside them."""


def dimmed(column: Column[V]) -> Column[V]:
    """The same column, less bright where a value is not of now or of nothing any more."""
    if column.key == "as_of":
        return column
    write, is_name = column.cell, column.key in _NAMES

    def cell(row: V) -> Cell:
        written = write(row)
        if not row.quantity and column.key not in {"broken", "realized_pnl"}:
            return Cell(written.text, Tone.MUTED)
        if row.stale and not is_name:
            return Cell(written.text, Tone.STALE)
        return written

    return replace(column, cell=cell)


def holding_key(position: PositionView) -> Hashable:
    """What a row is known by: also when it was stored anew."""
    return position.broker, position.account, position.instrument_id

"""What screens share whose rows take the holdings of several accounts together."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TYPE_CHECKING, TypeVar

from textual.content import Content
from typing_extensions import override

from qm_tui.domain.selection import Scope
from qm_tui.queries.position_views import ExposureView, MergedView, OptionView, PositionView
from qm_tui.ui.cell import Cell, Tone
from qm_tui.ui.feeds import Feed, ListFeed
from qm_tui.ui.format import age
from qm_tui.ui.screens.past import PastScreen
from qm_tui.ui.screens.summed import Summed
from qm_tui.ui.session import Session
from qm_tui.ui.steadily import Steadily
from qm_tui.ui.sum_words import position_sum
from qm_tui.ui.sums import as_stored, base_sum, of_one_day, position_sums
from qm_tui.ui.widgets.columns import Column
from qm_tui.ui.widgets.sum_lines import Sum
from qm_tui.ui.widgets.sum_places import Figure

if TYPE_CHECKING:
    from qm_tui.domain.live import LiveBook, LiveChange
    from qm_tui.queries.weights import Weighing
    from qm_tui.store.reader import Reader

N = TypeVar("N", MergedView, ExposureView)

_STEADY = 0.5
"""Seconds between two times that all is taken together anew because of what was pushed."""
_PORTION = 100
"""Holdings that are brought up to date before a key has its turn."""


class NettedScreen(Summed, PastScreen[N]):
    """Reckoned from the holdings as they are stored, and again as prices are pushed."""

    def __init__(self, session: Session, trail: Sequence[str], scope: Scope = Scope()) -> None:
        super().__init__(session, trail, scope)
        self._held: Sequence[PositionView] = ()
        self._now: Sequence[PositionView] = ()
        """The same as they are now, without those that are gone."""
        self._weighing: Weighing | None = None
        """Rates; None until something is read."""
        self._anew = Steadily(self, _STEADY, self._reckon)

    # What subclasses say

    def together(self, held: Iterable[PositionView]) -> Sequence[N]:
        """Take holdings together."""
        raise NotImplementedError

    def key(self, row: N) -> Hashable:
        """What a row is known by."""
        raise NotImplementedError

    def row_of(self, view: PositionView) -> Hashable:
        """The key of the row that a holding is part of."""
        raise NotImplementedError

    def more_sums(self, rows: Sequence[N]) -> Iterable[Content | Figure]:
        """What else is told of rows in one currency."""
        del rows
        return ()

    # The rows

    @override
    def make_feed(self) -> Feed[N]:
        self._list: ListFeed[N] = ListFeed(self._fetch, self.key)
        return self._list

    async def _fetch(self, reader: "Reader") -> Sequence[N]:
        from qm_tui.queries.netting import holdings  # noqa: PLC0415 - brings SQLAlchemy
        from qm_tui.queries.weights import weighing  # noqa: PLC0415 - see above

        self._held = await holdings(reader, self.scope, today=self.session.today)
        self._weighing = await weighing(reader, self.scope)
        live = self.live
        latest = self._held if live is None else map(_latest_of(live), self._held)
        self._now = [view for view in latest if view.quantity]
        return self.together(self._now)

    @override
    def on_live(self, change: "LiveChange") -> None:
        if self.live is not None and self.loaded is not None:
            self._anew.soon()

    def _reckon(self) -> Iterable[None]:
        if (live := self.live) is None:
            return
        latest = _latest_of(live)
        now: list[PositionView] = []
        for number, view in enumerate(self._held, 1):
            now.append(latest(view))
            if number % _PORTION == 0:
                yield
        self._now = [view for view in now if view.quantity]
        rows = self.together(self._now)
        self._list.total = len(rows)
        self._list.source.replace(rows)
        self.show_frame()

    # The sums

    @override
    def show_frame(self) -> None:
        super().show_frame()
        self.say_sums(self._sums())

    def _sums(self) -> Sequence[Sum]:
        """What the rows that the filter lets through are worth, by currency and in all."""
        if (weighing := self._weighing) is None:
            return ()
        rows = list(self._list.source.shown)
        keys = {self.key(row) for row in rows}
        held = of_one_day([as_stored(v) for v in self._now if self.row_of(v) in keys])
        sums = position_sums(held)
        if held and weighing.base is not None and {s.currency for s in sums} != {weighing.base}:
            sums.append(base_sum(held, weighing))
        form = self.session.format
        return [
            position_sum(
                each,
                form,
                more=()
                if each.converted
                else tuple(self.more_sums([row for row in rows if row.currency == each.currency])),
            )
            for each in sums
        ]

    # What rows have in common

    def accounts_of(self, row: N) -> str:
        """Whose it is: an account's number, or how many have some."""
        return row.accounts[0] if len(row.accounts) == 1 else f"{len(row.accounts)} accounts"

    def age_column(self) -> Column[N]:
        """How old the oldest of what is taken together is."""
        return Column(
            key="as_of",
            title="Age",
            cell=self._age,
            width=8,
            align="right",
            sort_key=lambda row: row.as_of,
            drop_order=1,
        )

    def _age(self, row: N) -> Cell:
        text = age(self.session.context.now(), row.as_of)
        return Cell(f"? {text}", Tone.WARNING) if row.stale else Cell(text, Tone.MUTED)


def _latest_of(live: "LiveBook") -> Callable[[PositionView], PositionView]:
    """Make what lays what was pushed over a holding."""
    from qm_tui.queries.live import position_now  # noqa: PLC0415 - brings SQLAlchemy
    from qm_tui.queries.options import option_now  # noqa: PLC0415

    def latest(view: PositionView) -> PositionView:
        if isinstance(view, OptionView):
            return option_now(view, live)
        return position_now(view, live)

    return latest
